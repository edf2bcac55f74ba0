//! Logging in and out as programs and the script of pump.io's pages do it: signed, in JSON or by
//! form, with a cookie in the answer (sections 3.7 and 11.1).

use pumphouse_oauth1::TokenCredentials;
use pumphouse_testkit::{Caller, PASSWORD, Reply, TestServer};
use serde_json::{Value, json};

const WRONG: &str = "Incorrect username or password";

/// The cookie that an answer sets, as a browser sends it back.
#[track_caller]
fn cookie(reply: &Reply) -> String {
    let set = reply.header("set-cookie");
    // Quirk 51.
    for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(set.contains(attribute), "{attribute} in '{set}'");
    }
    set.split(';').next().unwrap().to_owned()
}

/// What a browser with a cookie reads of a person's inbox.
async fn inbox(server: &TestServer, nickname: &str, cookie: &str) -> Reply {
    let path = format!("/api/user/{nickname}/inbox");
    let call = server.anonymous().request("GET", &path);
    call.header("cookie", cookie).send().await
}

/// The person as whom an answer lets the application act.
fn person(client: &Caller, record: &Value) -> Caller {
    let text = |name: &str| record[name].as_str().unwrap();
    client.with_token(TokenCredentials::new(text("token"), text("secret")))
}

/// No answer holds what a password can be guessed from.
#[track_caller]
fn has_no_password(reply: &Reply) {
    assert!(!reply.body.contains("argon2"), "Quirk 43: {reply:?}");
    assert!(!reply.body.contains("assword"), "Quirk 43: {reply:?}");
}

#[tokio::test]
async fn a_log_in_gives_the_user_a_token_and_a_session() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client().await;
    let fields = [("nickname", "alice"), ("password", PASSWORD)];
    let document: Value = fields.iter().map(|(name, value)| (*name, *value)).collect();
    let call = || client.request("POST", "/main/login");
    for call in [
        call().json(&document),
        call().form(&fields),
        call()
            .json(&document)
            .header("x-requested-with", "XMLHttpRequest"),
    ] {
        let reply = call.send().await;
        let record = reply.ok();
        has_no_password(&reply);
        assert_eq!(record["nickname"], "alice");
        assert_eq!(record["profile"]["id"], "acct:alice@pump.test");
        let alice = person(&client, &record);
        assert_eq!(alice.get("/api/whoami").await.status, 302);
        inbox(&server, "alice", &cookie(&reply)).await.ok();
    }
}

#[tokio::test]
async fn a_log_in_that_fails_gives_nothing() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client().await;
    for document in [
        json!({"nickname": "alice", "password": "wrong-pass1"}),
        json!({"nickname": "nobody", "password": PASSWORD}),
        json!({"nickname": "ALICE", "password": PASSWORD}),
        json!({"nickname": "alice"}),
        json!({"nickname": ["alice"], "password": {}}),
        json!([]),
    ] {
        let call = client.request("POST", "/main/login").json(&document);
        let script = call.clone().header("x-requested-with", "XMLHttpRequest");
        let reply = script.send().await;
        reply.refused(401, WRONG);
        assert_eq!(reply.header("set-cookie"), "");
        // Who is no script is told in plain text, outside of the API.
        call.send().await.refused_text(401, WRONG);
    }
    // Only applications log people in.
    let document = json!({"nickname": "alice", "password": PASSWORD});
    let nobody = server.anonymous().post_json("/main/login", &document).await;
    nobody.not_believed(400, "Missing required parameter");
    assert_eq!(nobody.header("set-cookie"), "");
}

#[tokio::test]
async fn a_registration_begins_a_session() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let account = json!({"nickname": "alice", "password": PASSWORD});
    let reply = client.post_json("/main/register", &account).await;
    let record = reply.ok();
    has_no_password(&reply);
    assert_eq!(record["nickname"], "alice");
    let alice = person(&client, &record);
    assert_eq!(alice.get("/api/whoami").await.status, 302);
    inbox(&server, "alice", &cookie(&reply)).await.ok();

    let script = client.request("POST", "/main/register").json(&account);
    let again = script
        .header("x-requested-with", "XMLHttpRequest")
        .send()
        .await;
    again.refused(409, "Already have a(n) 'user' with id 'alice'");
    let nobody = server
        .anonymous()
        .post_json("/main/register", &account)
        .await;
    nobody.not_believed(400, "Missing required parameter");
}

/// Quirk 43: the answer held the hash of the password.
#[tokio::test]
async fn quirk_43_a_session_is_renewed_without_telling_the_password() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let reply = alice.request("POST", "/main/renew").send().await;
    let record = reply.ok();
    has_no_password(&reply);
    assert_eq!(record["nickname"], "alice");
    let first = cookie(&reply);
    inbox(&server, "alice", &first).await.ok();

    // The new session takes the place of the old one.
    let call = alice.request("POST", "/main/renew");
    let second = cookie(&call.header("cookie", &first).send().await);
    inbox(&server, "alice", &second).await.ok();
    let old = inbox(&server, "alice", &first).await;
    old.refused(401, "Not logged in.");

    let client = alice.two_legged();
    let reply = client.request("POST", "/main/renew").send().await;
    reply.not_believed(400, "Missing required parameter");
    let call = server.anonymous().request("POST", "/main/renew");
    let with_cookie = call.header("cookie", &second).send().await;
    with_cookie.not_believed(400, "Missing required parameter");
}

#[tokio::test]
async fn logging_out_ends_the_session() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let session = || async {
        let reply = alice.request("POST", "/main/renew").send().await;
        cookie(&reply)
    };
    let script = |call: pumphouse_testkit::Call| call.header("x-requested-with", "XMLHttpRequest");
    for signed in [true, false] {
        let cookie = session().await;
        let call = match signed {
            true => alice.request("POST", "/main/logout"),
            false => script(server.anonymous().request("POST", "/main/logout")),
        };
        let reply = call.header("cookie", &cookie).send().await;
        assert_eq!(reply.ok(), "OK");
        assert!(reply.header("set-cookie").contains("Max-Age=0"));
        let old = inbox(&server, "alice", &cookie).await;
        old.refused(401, "Not logged in.");
    }
    // The token is not the session's.
    assert_eq!(alice.get("/api/whoami").await.status, 302);
    let reply = alice.request("POST", "/main/logout").send().await;
    assert_eq!(reply.ok(), "OK");
    let nobody = script(server.anonymous().request("POST", "/main/logout"));
    nobody.send().await.refused(401, "Not logged in.");
}

/// Quirk 51: sessions lived side by side.
#[tokio::test]
async fn quirk_51_a_log_in_ends_the_session_before() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let mut browser = server.browser();
    browser.log_in("alice").await;
    let before = browser.request("GET", "/api/user/alice/inbox");
    before.clone().send().await.ok();
    browser.log_in("alice").await;
    browser.get("/api/user/alice/inbox").await.ok();
    before.send().await.refused(401, "Not logged in.");
}

/// Quirk 51: what came with a cookie was done, whoever sent it.
#[tokio::test]
async fn quirk_51_what_comes_with_a_cookie_from_another_site_changes_nothing() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let cookie = cookie(&alice.request("POST", "/main/renew").send().await);
    let text = "This form was sent by another site's page. Open the page on this server and try \
                again.";
    for (name, value) in [
        ("origin", "https://evil.test"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        for (method, path) in [
            ("POST", "/main/logout"),
            ("POST", "/main/login"),
            ("POST", "/main/register"),
            ("POST", "/oauth/authorize"),
            ("POST", "/oauth2/authz"),
            ("POST", "/oauth2/token"),
            ("POST", "/api/client/register"),
            ("DELETE", "/api/user/alice"),
            ("PUT", "/api/user/alice/profile"),
        ] {
            let call = server.anonymous().request(method, path);
            let call = call.header("cookie", &cookie).header(name, value);
            let reply = call
                .header("x-requested-with", "XMLHttpRequest")
                .form(&[("type", "client_associate")])
                .send()
                .await;
            reply.refused(403, text);
        }
    }
    inbox(&server, "alice", &cookie).await.ok();
}
