//! Pages for people: log-in, registration, errors, and who may send their forms.

use pumphouse_testkit::{PASSWORD, TestServer};

use crate::support::{addressed, note, post};

const FOREIGN: &str =
    "This form was sent by another site&#39;s page. Open the page on this server and try again.";

#[tokio::test]
async fn logging_in_and_out() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let mut browser = server.browser();
    let front = browser.get("/").await;
    assert!(front.body.contains("href=\"/main/login\""), "{front:?}");
    let form = browser.get("/main/login").await;
    assert_eq!(form.status, 200);
    let reply = browser.log_in("alice").await;
    assert_eq!((reply.status, reply.header("location")), (303, "/"));
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("__Host-pumphouse="), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.contains(attribute), "Quirk 51: {attribute}");
    }
    assert!(browser.get("/").await.body.contains("Your inbox"));
    assert_eq!(browser.get("/main/login").await.status, 303);
    assert_eq!(browser.get("/main/register").await.status, 303);

    let request = browser.request("GET", "/");
    browser.submit("/main/logout", &[]).await;
    assert!(!browser.has_session());
    // The session has ended on the server too.
    let old = request.send().await;
    assert!(!old.body.contains("Your inbox"));
}

#[tokio::test]
async fn a_session_ends_after_thirty_days() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let mut browser = server.browser();
    browser.log_in("alice").await;
    server.clock().advance(29 * 24 * 3_600);
    browser.get("/api/user/alice/inbox").await.ok();
    server.clock().advance(2 * 24 * 3_600);
    let reply = browser.get("/api/user/alice/inbox").await;
    reply.refused(401, "Not logged in.");
}

#[tokio::test]
async fn a_wrong_password_is_told_on_the_page_and_begins_no_session() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let long = "x".repeat(5_000);
    for (nickname, password) in [
        ("alice", "wrong-pass1"),
        ("nobody", PASSWORD),
        ("", ""),
        ("alice", &long),
    ] {
        let mut browser = server.browser();
        let fields = [("nickname", nickname), ("password", password)];
        let page = browser.submit("/main/login", &fields).await;
        assert_eq!(page.status, 401);
        assert!(
            page.body
                .contains("role=\"alert\">No match for that user name and password.<")
        );
        assert_eq!(page.field("nickname").as_deref(), Some(nickname));
        assert!(!page.body.contains(PASSWORD));
        assert!(!browser.has_session());
    }
}

#[tokio::test]
async fn registering_on_the_page() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    assert_eq!(browser.get("/main/register").await.status, 200);
    let form = |nickname, password, repeat| {
        [
            ("nickname", nickname),
            ("password", password),
            ("repeat", repeat),
        ]
    };
    for (fields, status, alert) in [
        (
            form("alice", PASSWORD, "other-pass1"),
            400,
            "The two passwords differ.",
        ),
        (
            form("a b", PASSWORD, PASSWORD),
            400,
            "Choose a user name of 1 to 64 letters",
        ),
        (
            form("api", PASSWORD, PASSWORD),
            400,
            "Choose a user name of 1 to 64 letters",
        ),
        (
            form("alice", "short", "short"),
            400,
            "Choose a password of at least 8 characters",
        ),
    ] {
        let page = browser.submit("/main/register", &fields).await;
        assert_eq!(page.status, status);
        assert!(
            page.body.contains(&format!("role=\"alert\">{alert}")),
            "{page:?}"
        );
        assert!(!browser.has_session());
    }
    let fields = form("alice", PASSWORD, PASSWORD);
    let reply = browser.submit("/main/register", &fields).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/"));
    let home = browser.get("/").await;
    assert!(home.body.contains("alice@pump.test") && home.body.contains("Welcome to Pumphouse"));
    let inbox = browser.get("/api/user/alice/inbox").await.ok();
    assert_eq!(inbox["totalItems"], 6);

    let mut second = server.browser();
    let fields = form("ALICE", PASSWORD, PASSWORD);
    let page = second.submit("/main/register", &fields).await;
    assert_eq!(page.status, 409);
    assert!(
        page.body
            .contains("Somebody has that user name. Choose another.")
    );
}

/// Quirk 51: they were done.
#[tokio::test]
async fn quirk_51_forms_of_other_sites_are_refused() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let mut browser = server.browser();
    browser.log_in("alice").await;
    let log_in = [("nickname", "alice"), ("password", PASSWORD)];
    let register = [
        ("nickname", "bob"),
        ("password", PASSWORD),
        ("repeat", PASSWORD),
    ];
    for (name, value) in [
        ("origin", "https://evil.test"),
        ("origin", "https://pump.test.evil.test"),
        ("origin", "http://pump.test"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "nonsense"),
    ] {
        for (page, fields) in [
            ("/main/login", &log_in[..]),
            ("/main/register", &register[..]),
            ("/main/logout", &[]),
        ] {
            let call = browser.request("POST", page).header(name, value);
            let reply = call.form(fields).send().await;
            reply.refused_page(403, FOREIGN);
            assert_eq!(reply.header("set-cookie"), "");
        }
    }
    assert!(browser.get("/").await.body.contains("Your inbox"));
    let nobody = server.client().await.get("/api/user/bob").await;
    nobody.refused(404, "No such 'user' with id 'bob'");
}

#[tokio::test]
async fn unknown_addresses_are_told_as_the_client_likes_it() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let mut browser = server.browser();
    for path in ["/nothing", "/alice/nothing/at/all", "/.well-known/nothing"] {
        let text = format!("Cannot GET {path}");
        browser.get(path).await.refused_page(404, &text);
        let plain = alice.get(path).await;
        assert_eq!((plain.status, plain.body.as_str()), (404, text.as_str()));
        assert_eq!(plain.header("content-type"), "text/plain; charset=utf-8");
        let script = browser.request("GET", path);
        let script = script.header("x-requested-with", "XMLHttpRequest");
        script.send().await.refused(404, &text);
    }
    // Below `/api/` it is JSON even for a browser.
    let path = "/api/user/alice/nothing/at/all";
    let text = format!("Cannot GET {path}");
    browser.get(path).await.refused(404, &text);
    alice.get(path).await.refused(404, &text);
    alice
        .get("/api/nothing")
        .await
        .refused(404, "Unknown type: nothing");
    alice
        .get("/api/nothing/x")
        .await
        .refused(404, "Unknown type: nothing");
    let deleted = alice.request("DELETE", &alice.path("following"));
    let text = format!("Cannot DELETE {}", alice.path("following"));
    deleted.send().await.refused(404, &text);
}

#[tokio::test]
async fn every_answer_protects_people() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let mut browser = server.browser();
    for reply in [
        browser.get("/").await,
        browser.get("/nothing").await,
        browser.get("/main/login").await,
        alice.get(&alice.path("inbox")).await,
        alice.get("/api/user/nobody").await,
        alice
            .request("GET", "/api/whoami")
            .authorization("OAuth x")
            .send()
            .await,
    ] {
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("x-frame-options"), "DENY");
        assert_eq!(reply.header("referrer-policy"), "same-origin");
        assert_eq!(reply.header("cache-control"), "private, no-cache");
        assert!(reply.header("server").starts_with("Pumphouse/"));
        let policy = reply.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(!policy.contains("script-src") && !policy.contains("unsafe"));
    }
    let head = alice.request("HEAD", "/").unsigned().send().await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    let style = browser.get("/static/style.css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
}

#[tokio::test]
async fn the_front_page_shows_the_inbox_without_what_is_harmful() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let hostile = post(note("<script>alert(1)</script><b onclick=x>bold</b>"));
    bob.does(addressed(hostile, "to", &[alice.person()])).await;
    let mut named = post(note("x"));
    named["object"]["displayName"] = "<script>alert(2)</script>".into();
    named["content"] = "<script>alert(3)</script>told".into();
    bob.does(addressed(named, "to", &[alice.person()])).await;
    let mut browser = server.browser();
    browser.log_in("alice").await;
    let home = browser.get("/").await;
    assert!(home.body.contains("<b>bold</b>") && home.body.contains("told"));
    assert!(!home.body.contains("<script") && !home.body.contains("onclick"));
}
