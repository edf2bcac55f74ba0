//! The way back into an account by a letter (pump.io protocol, section 11.5).

use pumphouse_testkit::{Browser, Caller, Mail, MailCatcher, PASSWORD, Reply, TestServer};
use serde_json::{Value, json};

const NEW_PASSWORD: &str = "better-pass1";

/// A server with a user whose address is confirmed.
async fn with_alice(catcher: &MailCatcher) -> (TestServer, Caller) {
    let smtp = catcher.smtp();
    let server = TestServer::start_with(move |builder| builder.smtp(smtp.clone())).await;
    let alice = server.user("alice").await;
    let change = json!({"nickname": "alice", "password": PASSWORD, "email": "alice@mail.test"});
    alice.put_json("/api/user/alice", &change).await.ok();
    let confirmation = catcher.next().await.after(server.base());
    server.browser().get(&confirmation).await;
    (server, alice)
}

async fn ask(server: &TestServer, wish: &Value) -> Reply {
    let nobody = server.anonymous();
    nobody.post_json("/main/recover", wish).await
}

fn alice() -> Value {
    json!({"nickname": "alice"})
}

/// The code of a letter.
fn code(mail: &Mail) -> String {
    mail.after("/main/recover/")
}

async fn redeem(client: &Caller, code: &str) -> Reply {
    let body = json!({ "code": code });
    client.post_json("/main/redeem-code", &body).await
}

async fn set_password(browser: &mut Browser, code: &str, password: &str, repeat: &str) -> Reply {
    let fields = [("password", password), ("repeat", repeat)];
    let path = format!("/main/recover/{code}");
    browser.submit(&path, &fields).await
}

#[tokio::test]
async fn a_letter_leads_to_another_password_which_ends_all_access_by_the_old_one() {
    let catcher = MailCatcher::start().await;
    let (server, before) = with_alice(&catcher).await;
    let mut old = server.browser();
    old.log_in("alice").await;

    let mut browser = server.browser();
    let page = browser.get("/main/login").await;
    assert!(page.body.contains("href=\"/main/recover\""), "{page:?}");
    let registration = json!({"type": "client_associate", "redirect_uris": "https://app.test/cb"});
    let call = server.anonymous().request("POST", "/api/client/register");
    let registration = call.json(&registration).send().await.ok();
    let id = registration["client_id"].as_str().unwrap();
    let asked = format!("/oauth2/authc?response_type=code&client_id={id}");
    let page = browser.get(&asked).await;
    assert!(page.body.contains("href=\"/main/recover\""), "{page:?}");
    let page = browser.get("/main/recover").await;
    assert!(page.body.contains("id=\"recover\""), "{page:?}");
    let reply = browser
        .submit("/main/recover", &[("nickname", "alice")])
        .await;
    assert_eq!(
        (reply.status, reply.header("location")),
        (303, "/main/recover-sent")
    );
    assert_eq!(browser.get("/main/recover-sent").await.status, 200);
    let mail = catcher.next().await;
    assert_eq!(mail.recipient, "alice@mail.test");
    assert_eq!(mail.header("subject"), "Recover password for Pumphouse");
    let code = code(&mail);

    // To open the page, as mail programs do by themselves, uses nothing up.
    for _ in 0..2 {
        let page = browser.get(&format!("/main/recover/{code}")).await;
        assert!(
            page.body.contains(&format!("data-code=\"{code}\"")),
            "{page:?}"
        );
        assert_eq!(page.element("username").as_deref(), Some("alice"));
        assert!(!browser.has_session());
    }
    for (password, repeat, alert) in [
        (NEW_PASSWORD, "another-1", "The two passwords differ."),
        ("short", "short", "Choose a password of at least 8"),
    ] {
        let page = set_password(&mut browser, &code, password, repeat).await;
        assert_eq!(page.status, 400);
        assert!(
            page.body.contains(&format!("role=\"alert\">{alert}")),
            "{page:?}"
        );
    }
    let reply = set_password(&mut browser, &code, NEW_PASSWORD, NEW_PASSWORD).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/"));
    assert!(browser.get("/").await.body.contains("Your inbox"));

    assert!(!old.get("/").await.body.contains("Your inbox"));
    let reply = before.get("/api/user/alice").await;
    reply.not_believed(400, "Invalid / expired Token");
    assert_eq!(server.browser().log_in("alice").await.status, 401);
    let fields = [("nickname", "alice"), ("password", NEW_PASSWORD)];
    let reply = server.browser().submit("/main/login", &fields).await;
    assert_eq!(reply.status, 303);
    // And the letter is used up.
    let page = set_password(&mut server.browser(), &code, "third-pass1", "third-pass1").await;
    page.refused_page(400, "This recovery code was already used.");
}

#[tokio::test]
async fn a_code_gives_a_program_a_token_and_a_session_once() {
    let catcher = MailCatcher::start().await;
    let (server, _) = with_alice(&catcher).await;
    let reply = ask(&server, &alice()).await;
    assert_eq!(reply.ok(), json!({"sent": true}));
    let code = code(&catcher.next().await);
    let client = server.client().await;
    let nobody = redeem(&server.anonymous(), &code).await;
    nobody.not_believed(400, "Missing required parameter");

    let reply = redeem(&client, &code).await;
    assert!(reply.header("set-cookie").starts_with("__Host-pumphouse="));
    let record = reply.ok();
    assert_eq!(record["nickname"], "alice");
    assert_eq!(record["token"].as_str().unwrap().len(), 22);
    assert_eq!(record["secret"].as_str().unwrap().len(), 43);
    let again = redeem(&client, &code).await;
    again.refused_text(400, "This recovery code was already used.");
    let unknown = redeem(&client, "AAAAAAAAAAAAAAAAAAAAAA").await;
    unknown.refused_text(400, "No such 'recovery' with id 'AAAAAAAAAAAAAAAAAAAAAA'");
}

/// Quirk 43.
#[tokio::test]
async fn quirk_43_no_answer_holds_the_hash_of_the_password() {
    let catcher = MailCatcher::start().await;
    let (server, alice_herself) = with_alice(&catcher).await;
    ask(&server, &alice()).await.ok();
    let code = code(&catcher.next().await);
    let redeemed = redeem(&server.client().await, &code).await;
    let renewed = alice_herself.request("POST", "/main/renew").send().await;
    for reply in [redeemed, renewed] {
        let record = reply.ok();
        assert_eq!(record["nickname"], "alice");
        let shown = record.to_string();
        assert!(
            !shown.contains("assword") && !shown.contains("$argon2"),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn programs_are_told_why_there_is_no_letter_and_pages_are_not() {
    let catcher = MailCatcher::start().await;
    let (server, _) = with_alice(&catcher).await;
    server.user("bob").await;
    let reply = ask(&server, &json!({"nickname": "nobody"})).await;
    assert_eq!(reply.status, 400);
    let text = "There is no user with that nickname.";
    assert_eq!(
        reply.json(),
        json!({"sent": false, "noSuchUser": true, "error": text})
    );
    let reply = ask(&server, &json!({"nickname": "bob"})).await;
    assert_eq!(reply.status, 400);
    let text = "This user account has no email address.";
    assert_eq!(
        reply.json(),
        json!({"sent": false, "noEmail": true, "error": text})
    );
    // Quirk 45: whoever asks on the page does not find out who has an account and an address.
    let mut pages = Vec::new();
    for nickname in ["nobody", "bob", "alice", "alice"] {
        let fields = [("nickname", nickname)];
        let reply = server.browser().submit("/main/recover", &fields).await;
        pages.push((reply.status, reply.header("location").to_owned()));
    }
    assert!(
        pages
            .iter()
            .all(|page| *page == (303, "/main/recover-sent".to_owned()))
    );
}

/// Quirk 45: codes never expired, and there was no end of letters.
#[tokio::test]
async fn quirk_45_codes_expire_and_letters_have_a_measure() {
    let catcher = MailCatcher::start().await;
    let (server, _) = with_alice(&catcher).await;
    ask(&server, &alice()).await.ok();
    let first = code(&catcher.next().await);
    let reply = ask(&server, &alice()).await;
    assert_eq!(reply.status, 409);
    let text = "You already requested a password recovery.";
    assert_eq!(
        reply.json(),
        json!({"sent": false, "existing": true, "error": text})
    );

    // Another letter, when it has to be: the one before is not good any more.
    let again = json!({"nickname": "alice", "force": true});
    ask(&server, &again).await.ok();
    let second = code(&catcher.next().await);
    let client = server.client().await;
    let reply = redeem(&client, &first).await;
    reply.refused_text(400, &format!("No such 'recovery' with id '{first}'"));
    let mut browser = server.browser();
    server.clock().advance(3_599);
    assert_eq!(
        browser.get(&format!("/main/recover/{second}")).await.status,
        200
    );
    server.clock().advance(2);
    let reply = redeem(&client, &second).await;
    reply.refused_text(400, &format!("No such 'recovery' with id '{second}'"));

    let mut asked = 2;
    let refused = loop {
        let reply = ask(&server, &again).await;
        if reply.status != 200 {
            break reply;
        }
        asked += 1;
        assert!(asked < 50);
    };
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
    assert!(asked >= 3, "somebody who means well is not held up");
}

#[tokio::test]
async fn another_password_ends_the_way_by_letter() {
    let catcher = MailCatcher::start().await;
    let (server, user) = with_alice(&catcher).await;
    ask(&server, &alice()).await.ok();
    let code = code(&catcher.next().await);
    let change = json!({"nickname": "alice", "password": NEW_PASSWORD});
    user.put_json("/api/user/alice", &change).await.ok();
    let reply = redeem(&server.client().await, &code).await;
    reply.refused_text(400, &format!("No such 'recovery' with id '{code}'"));
}

#[tokio::test]
async fn without_a_mail_server_there_is_no_way_back() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    assert_eq!(browser.get("/main/recover").await.status, 404);
    assert!(
        !browser
            .get("/main/login")
            .await
            .body
            .contains("/main/recover")
    );
}
