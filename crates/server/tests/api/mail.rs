//! Mail: how it gets to the mail server, and addresses that people confirm (pump.io protocol,
//! sections 3.5, 4.3 and 11.6).

use std::pin::pin;
use std::time::Duration;

use pumphouse_oauth1::TokenCredentials;
use pumphouse_server::{Server, SmtpSecurity};
use pumphouse_testkit::{Caller, Mail, MailCatcher, PASSWORD, Reply, TestServer};
use serde_json::{Value, json};

const UNCONFIRMED: &str = "Can't use the API until you confirm your email address.";

/// A server that needs addresses, and sends mail to this catcher.
async fn requiring(catcher: &MailCatcher) -> TestServer {
    let smtp = catcher.smtp();
    TestServer::start_with(move |builder| builder.smtp(smtp.clone()).require_email(true)).await
}

/// A server that takes addresses, and sends mail to this catcher.
async fn mailing(catcher: &MailCatcher) -> TestServer {
    let smtp = catcher.smtp();
    TestServer::start_with(move |builder| builder.smtp(smtp.clone())).await
}

fn account(nickname: &str) -> Value {
    json!({"nickname": nickname, "password": PASSWORD, "email": format!("{nickname}@mail.test")})
}

/// Makes an account with an address; gives the person.
async fn register(server: &TestServer, nickname: &str) -> Caller {
    let client = server.client().await;
    let record = client
        .post_json("/api/users", &account(nickname))
        .await
        .ok();
    speaker(&client, &record)
}

/// Whom the token of an answer speaks for.
fn speaker(client: &Caller, record: &Value) -> Caller {
    client.with_token(TokenCredentials::new(
        record["token"].as_str().unwrap(),
        record["secret"].as_str().unwrap(),
    ))
}

/// The path in a letter.
fn path(server: &TestServer, mail: &Mail) -> String {
    mail.after(server.base())
}

/// Waits, and lets the server's clock go on meanwhile.
async fn while_time_passes<T>(server: &TestServer, event: impl Future<Output = T>) -> T {
    let mut event = pin!(event);
    loop {
        tokio::select! {
            outcome = &mut event => return outcome,
            () = tokio::time::sleep(Duration::from_millis(50)) => server.clock().advance(60),
        }
    }
}

#[tokio::test]
async fn an_address_is_confirmed_by_the_letter_that_is_sent_to_it() {
    let catcher = MailCatcher::start().await;
    let server = requiring(&catcher).await;
    let alice = register(&server, "alice").await;
    let mail = catcher.next().await;
    assert_eq!(mail.recipient, "alice@mail.test");
    assert_eq!(mail.sender, "no-reply@pump.test");
    assert_eq!(
        mail.header("subject"),
        "Confirm your email address for Pumphouse"
    );
    assert_eq!(mail.header("from"), "Pumphouse <no-reply@pump.test>");
    assert_eq!(mail.header("auto-submitted"), "auto-generated");
    assert!(mail.text.contains("Hello alice,"), "{mail:?}");

    for (method, address) in [
        ("GET", "/api/user/alice"),
        ("GET", "/api/user/alice/inbox"),
        ("GET", "/api/whoami"),
        ("PUT", "/api/user/alice"),
        ("POST", "/api/user/alice/feed"),
        ("POST", "/api/user/alice/uploads"),
    ] {
        let call = alice.request(method, address);
        let reply = call.body("image/png", "x").send().await;
        reply.refused(403, UNCONFIRMED);
    }
    // Applications and sessions are not held up.
    alice.two_legged().get("/api/user/alice").await.ok();
    let mut own = server.browser();
    own.log_in("alice").await;
    own.get("/api/user/alice/inbox").await.ok();
    assert!(own.get("/").await.body.contains("id=\"unconfirmed\""));

    let mut browser = server.browser();
    let page = browser.get(&path(&server, &mail)).await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("<strong>alice@mail.test</strong>"),
        "{page:?}"
    );
    assert!(
        browser.get("/").await.body.contains("Your inbox"),
        "logged in"
    );
    assert!(!own.get("/").await.body.contains("id=\"unconfirmed\""));
    let record = alice.get("/api/user/alice").await.ok();
    assert_eq!(record["email"], "alice@mail.test");
    let others = alice.two_legged().get("/api/user/alice").await.ok();
    assert_eq!(others["email"], Value::Null);
}

#[tokio::test]
async fn an_address_that_is_not_confirmed_is_not_in_the_record() {
    let catcher = MailCatcher::start().await;
    let server = requiring(&catcher).await;
    let client = server.client().await;
    let record = client.post_json("/api/users", &account("alice")).await;
    assert_eq!(record.ok()["email"], Value::Null);
}

#[tokio::test]
async fn where_addresses_are_needed_registration_asks_for_one() {
    let catcher = MailCatcher::start().await;
    let server = requiring(&catcher).await;
    let client = server.client().await;
    let with = |email: Value| json!({"nickname": "alice", "password": PASSWORD, "email": email});
    for absent in [json!(null), json!(""), json!(7), json!(["a@b.test"])] {
        let reply = client.post_json("/api/users", &with(absent)).await;
        reply.refused(400, "No email address");
    }
    for bad in [
        "alice",
        "@mail.test",
        "a b@mail.test",
        "a@b\r\nBcc: c@d.test",
        "a@b.test, c@d.test",
    ] {
        let reply = client.post_json("/api/users", &with(bad.into())).await;
        reply.refused(400, "Invalid email address provided");
    }
    // The address is looked at before the name and the password are.
    let reply = client
        .post_json("/api/users", &json!({"nickname": "a b"}))
        .await;
    reply.refused(400, "No email address");

    let mut browser = server.browser();
    assert!(browser.get("/main/register").await.field("email").is_some());
    let fields = |email| {
        [
            ("nickname", "alice"),
            ("password", PASSWORD),
            ("repeat", PASSWORD),
            ("email", email),
        ]
    };
    let page = browser.submit("/main/register", &fields("alice")).await;
    assert_eq!(page.status, 400);
    assert_eq!(page.field("email").as_deref(), Some("alice"));
    browser
        .submit("/main/register", &fields("alice@mail.test"))
        .await;
    assert_eq!(catcher.next().await.recipient, "alice@mail.test");
    assert_eq!(catcher.taken(), None);
}

#[tokio::test]
async fn a_code_confirms_once_and_for_its_own_user_only() {
    let catcher = MailCatcher::start().await;
    let server = requiring(&catcher).await;
    register(&server, "alice").await;
    let alices = path(&server, &catcher.next().await);
    register(&server, "bob").await;
    let bobs = path(&server, &catcher.next().await);
    let mut bob = server.browser();
    bob.log_in("bob").await;
    let page = bob.get(&alices).await;
    page.refused_page(400, "This is someone else&#39;s confirmation.");
    assert_eq!(bob.get(&bobs).await.status, 200);

    let mut browser = server.browser();
    assert_eq!(browser.get(&alices).await.status, 200);
    let page = server.browser().get(&alices).await;
    page.refused_page(400, "Already confirmed.");
    for code in ["AAAAAAAAAAAAAAAAAAAAAA", "x", "%00"] {
        let mut browser = server.browser();
        let page = browser.get(&format!("/main/confirm/{code}")).await;
        // Quirk 70: this was a fault of the server.
        page.refused_page(404, "Invalid state for confirmation.");
        assert!(!browser.has_session());
    }
}

#[tokio::test]
async fn a_letter_that_nobody_opened_for_a_month_confirms_nothing() {
    let catcher = MailCatcher::start().await;
    let server = requiring(&catcher).await;
    register(&server, "alice").await;
    let path = path(&server, &catcher.next().await);
    server.clock().advance(31 * 24 * 3_600);
    let page = server.browser().get(&path).await;
    page.refused_page(404, "Invalid state for confirmation.");
}

#[tokio::test]
async fn another_address_is_used_when_it_is_confirmed_too() {
    let catcher = MailCatcher::start().await;
    let server = requiring(&catcher).await;
    let alice = register(&server, "alice").await;
    let first = path(&server, &catcher.next().await);
    server.browser().get(&first).await;

    let change = |email: &str| json!({"nickname": "alice", "password": PASSWORD, "email": email});
    let address = "/api/user/alice";
    alice
        .put_json(address, &change(""))
        .await
        .refused(400, "No email address");
    let reply = alice.put_json(address, &change("x")).await;
    reply.refused(400, "Invalid email address provided");
    // The same address asks nobody.
    alice
        .put_json(address, &change("alice@mail.test"))
        .await
        .ok();
    alice
        .put_json(address, &change("typo@mail.test"))
        .await
        .ok();
    let typo = catcher.next().await;
    assert_eq!(typo.recipient, "typo@mail.test");
    let record = alice.put_json(address, &change("new@mail.test")).await.ok();
    assert_eq!(record["email"], "alice@mail.test", "not yet");
    let new = catcher.next().await;
    assert_eq!(new.recipient, "new@mail.test");

    let page = server.browser().get(&path(&server, &typo)).await;
    page.refused_page(404, "Invalid state for confirmation.");
    server.browser().get(&path(&server, &new)).await;
    let record = alice.get(address).await.ok();
    assert_eq!(record["email"], "new@mail.test");
}

/// Quirk 23: an address without a mail server ended the process.
#[tokio::test]
async fn quirk_23_an_address_without_a_mail_server_is_kept_and_breaks_nothing() {
    let server = TestServer::start().await;
    let alice = register(&server, "alice").await;
    let record = alice.get("/api/user/alice").await.ok();
    assert_eq!(record["email"], "alice@mail.test");
    let bob = server.user("bob").await;
    let to = json!([{"objectType": "person", "id": "acct:alice@pump.test"}]);
    let note = json!({"object": {"objectType": "note", "content": "Hello"}, "to": to});
    bob.does(note).await;
    let page = server.browser().get("/main/confirm/x").await;
    assert_eq!(page.status, 404);
}

/// Quirk 33: such a server did not start.
#[tokio::test]
async fn quirk_33_addresses_are_confirmed_where_there_are_no_other_pages() {
    let catcher = MailCatcher::start().await;
    let smtp = catcher.smtp();
    let server = TestServer::start_with(move |builder| {
        builder.smtp(smtp.clone()).require_email(true).web(false)
    })
    .await;
    let alice = register(&server, "alice").await;
    alice.get("/api/user/alice").await.refused(403, UNCONFIRMED);
    let mut browser = server.browser();
    let page = browser.get(&path(&server, &catcher.next().await)).await;
    assert_eq!(page.status, 200);
    assert!(!browser.has_session());
    alice.get("/api/user/alice").await.ok();
}

#[tokio::test]
async fn addresses_can_be_confirmed_where_they_are_not_needed() {
    let catcher = MailCatcher::start().await;
    let server = mailing(&catcher).await;
    let alice = register(&server, "alice").await;
    let record = alice.get("/api/user/alice").await.ok();
    assert_eq!(record["email"], "alice@mail.test");
    let page = server
        .browser()
        .get(&path(&server, &catcher.next().await))
        .await;
    assert_eq!(page.status, 200);
    // What is no address is kept as any other property, and nobody is asked.
    let change = json!({"nickname": "alice", "password": PASSWORD, "email": "nowhere"});
    let record = alice.put_json("/api/user/alice", &change).await.ok();
    assert_eq!(record["email"], "nowhere");
}

#[tokio::test]
async fn addresses_cannot_be_needed_without_a_mail_server() {
    let directory = tempfile::tempdir().unwrap();
    let builder = Server::builder(directory.path()).listen("127.0.0.1:0");
    let refusal = match builder.require_email(true).start().await {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    };
    assert!(refusal.contains("no mail server"), "{refusal}");
}

#[tokio::test]
async fn mail_goes_over_tls_with_a_log_in() {
    for security in [
        SmtpSecurity::None,
        SmtpSecurity::Opportunistic,
        SmtpSecurity::StartTls,
        SmtpSecurity::Tls,
    ] {
        let catcher = MailCatcher::start_with(security).await;
        let smtp = catcher
            .smtp()
            .credentials("pump", "s3cret")
            .from("Pump <pump@pump.test>");
        let server = TestServer::start_with(move |builder| builder.smtp(smtp.clone())).await;
        register(&server, "alice").await;
        let mail = catcher.next().await;
        assert_eq!(
            mail.protected,
            security != SmtpSecurity::None,
            "{security:?}"
        );
        let login = Some(("pump".to_owned(), "s3cret".to_owned()));
        assert_eq!(mail.login, login, "{security:?}");
        assert_eq!(mail.sender, "pump@pump.test");
        assert_eq!(mail.header("from"), "Pump <pump@pump.test>");
    }
}

#[tokio::test]
async fn mail_that_has_to_be_protected_does_not_go_without() {
    let catcher = MailCatcher::start().await;
    let smtp = catcher.smtp().security(SmtpSecurity::StartTls);
    let server = TestServer::start_with(move |builder| builder.smtp(smtp.clone())).await;
    register(&server, "alice").await;
    while_time_passes(&server, catcher.visited(2)).await;
    assert_eq!(catcher.taken(), None);
}

#[tokio::test]
async fn a_letter_is_tried_again_until_the_mail_server_takes_it() {
    let catcher = MailCatcher::start().await;
    let mut server = mailing(&catcher).await;
    catcher.refuse(&["451 later", "451 later"]);
    register(&server, "alice").await;
    while_time_passes(&server, catcher.refused()).await;
    // Also when the server was stopped in between.
    server.restart().await;
    let mail = while_time_passes(&server, catcher.next()).await;
    assert_eq!(mail.recipient, "alice@mail.test");
    assert!(
        mail.header("message-id").ends_with("@pump.test>"),
        "{mail:?}"
    );
}

#[tokio::test]
async fn a_letter_that_the_mail_server_refuses_for_good_is_given_up() {
    let catcher = MailCatcher::start().await;
    let server = mailing(&catcher).await;
    catcher.refuse(&["550 nobody of that name"]);
    register(&server, "alice").await;
    catcher.refused().await;
    server.clock().advance(3_600);
    // What comes later is not held up.
    register(&server, "bob").await;
    assert_eq!(catcher.next().await.recipient, "bob@mail.test");
    assert_eq!(catcher.taken(), None);
}

/// What is refused is not answered later.
#[tokio::test]
async fn an_account_that_is_not_made_sends_no_letter() {
    let catcher = MailCatcher::start().await;
    let server = mailing(&catcher).await;
    let client = server.client().await;
    let refused: Reply = client.post_json("/api/users", &account("a b")).await;
    assert_eq!(refused.status, 400);
    register(&server, "bob").await;
    assert_eq!(catcher.next().await.recipient, "bob@mail.test");
}

#[tokio::test]
async fn who_has_no_address_gives_one_on_a_page() {
    let catcher = MailCatcher::start().await;
    let server = mailing(&catcher).await;
    server.user("alice").await;
    let mut browser = server.browser();
    let reply = browser.get("/main/account").await;
    assert_eq!(
        (reply.status, reply.header("location")),
        (303, "/main/login")
    );
    browser.log_in("alice").await;
    assert!(
        browser
            .get("/")
            .await
            .body
            .contains("href=\"/main/account\"")
    );
    assert_eq!(browser.get("/main/account").await.element("address"), None);
    for (email, password, alert) in [
        ("alice", PASSWORD, "That is no e-mail address."),
        (
            "alice@mail.test",
            "wrong-pass1",
            "No match for that user name and password.",
        ),
    ] {
        let fields = [("email", email), ("password", password)];
        let page = browser.submit("/main/account", &fields).await;
        assert_eq!(page.status, 400);
        assert!(
            page.body.contains(&format!("role=\"alert\">{alert}")),
            "{page:?}"
        );
    }
    let fields = [("email", "alice@mail.test"), ("password", PASSWORD)];
    let page = browser.submit("/main/account", &fields).await;
    assert!(
        page.element("note")
            .unwrap()
            .starts_with("A letter is on its way")
    );
    let mail = catcher.next().await;
    assert_eq!(mail.recipient, "alice@mail.test");
    browser.get(&path(&server, &mail)).await;
    let page = browser.get("/main/account").await;
    assert_eq!(page.element("address").as_deref(), Some("alice@mail.test"));
    assert_eq!(catcher.taken(), None);
}
