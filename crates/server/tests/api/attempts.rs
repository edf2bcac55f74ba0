//! What can be abused can be tried only so often (Quirk 45, and section 13.4: there was no limit).

use pumphouse_testkit::{PASSWORD, Reply, TestServer};
use serde_json::json;

/// Tries until it is refused with 429; gives how often it was not, and the refusal.
async fn until_refused<F: Future<Output = Reply>>(mut attempt: impl FnMut() -> F) -> (u32, Reply) {
    let mut tried = 0;
    loop {
        let reply = attempt().await;
        if reply.status == 429 {
            return (tried, reply);
        }
        tried += 1;
        assert!(tried < 500, "there is no limit");
    }
}

fn has_to_wait(refused: &Reply) {
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
}

#[tokio::test]
async fn the_password_of_one_account_is_not_guessed_for_ever() {
    let server = TestServer::start().await;
    server.user("alice").await;
    server.user("bob").await;
    let guess = || async {
        let fields = [("nickname", "alice"), ("password", "wrong-pass1")];
        server.browser().submit("/main/login", &fields).await
    };
    let (tried, refused) = until_refused(guess).await;
    assert!(tried >= 10, "a person who has to think is not held up");
    has_to_wait(&refused);
    // Not in another spelling, by another page, or with the right password.
    let fields = [("nickname", "ALICE"), ("password", PASSWORD)];
    let reply = server.browser().submit("/main/login", &fields).await;
    assert_eq!(reply.status, 429);
    let client = server.client().await;
    let temporary = crate::support::begin(&client, "oob").await;
    let fields = [
        ("oauth_token", temporary.token()),
        ("username", "alice"),
        ("password", PASSWORD),
    ];
    let reply = server.browser().submit("/oauth/authorize", &fields).await;
    assert_eq!(reply.status, 429);
    let account = json!({"nickname": "alice", "password": PASSWORD});
    let reply = client.post_json("/main/login", &account).await;
    assert_eq!(reply.status, 429);
    // Others are not held up.
    assert_eq!(server.browser().log_in("bob").await.status, 303);
}

#[tokio::test]
async fn one_address_does_not_guess_the_passwords_of_many() {
    let server = TestServer::start().await;
    let mut number = 0;
    let guess = || {
        number += 1;
        let nickname = format!("user{number}");
        let call = server.anonymous().request("POST", "/main/login");
        let call = call
            .header("x-forwarded-for", "203.0.113.5")
            .header("accept", "text/html")
            .form(&[("nickname", &nickname), ("password", "")]);
        call.send()
    };
    let (tried, refused) = until_refused(guess).await;
    assert!(tried >= 50, "a household is not held up: {tried}");
    has_to_wait(&refused);
    server.user("bob").await;
    assert_eq!(server.browser().log_in("bob").await.status, 303);
}

#[tokio::test]
async fn one_address_does_not_register_clients_without_end() {
    let server = TestServer::start().await;
    let register = |address: &'static str| {
        let call = server.anonymous().request("POST", "/api/client/register");
        let call = call.header("x-forwarded-for", address);
        call.json(&json!({"type": "client_associate"})).send()
    };
    let (tried, refused) = until_refused(|| register("203.0.113.5")).await;
    assert!(tried >= 50, "{tried}");
    has_to_wait(&refused);
    assert!(refused.refusal(429).contains("try again in"));
    register("203.0.113.6").await.ok();
}

#[tokio::test]
async fn one_address_does_not_make_accounts_without_end() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let mut number = 0;
    let register = || {
        number += 1;
        let account = json!({"nickname": format!("user{number}"), "password": PASSWORD});
        let call = client.request("POST", "/api/users").json(&account);
        call.header("x-forwarded-for", "203.0.113.5").send()
    };
    let (tried, refused) = until_refused(register).await;
    assert!(tried >= 30, "{tried}");
    has_to_wait(&refused);
    client.new_user("somebody").await;
}
