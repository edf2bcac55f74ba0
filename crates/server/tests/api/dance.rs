//! The whole dance: temporary credentials, the person's decision, token credentials (section 3.3).

use pumphouse_oauth1::TokenCredentials;
use pumphouse_testkit::{PASSWORD, Reply, TestServer};

use crate::support::{
    agree, ask, authorize_page, begin, credentials, decide, exchange, note, post,
};

const TOKEN: &str = "Invalid / expired Token";
const OUT_OF_DATE: &str = "This request to connect a program is unknown, has expired or was used. \
                           Start again in the program.";

/// Whether an answer is a form with exactly these names.
fn is_form(reply: &Reply, names: &[&str]) -> bool {
    let given: Vec<&str> = reply
        .body
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .collect();
    reply.status == 200
        && reply.header("content-type") == "application/x-www-form-urlencoded"
        && given == names
}

#[tokio::test]
async fn out_of_band_from_the_first_request_to_the_first_post() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client().await;
    let call = client
        .request("POST", "/oauth/request_token")
        .callback("oob");
    let reply = call.send().await;
    assert!(
        is_form(
            &reply,
            &[
                "oauth_token",
                "oauth_token_secret",
                "oauth_callback_confirmed"
            ]
        ),
        "{reply:?}"
    );
    assert_eq!(reply.header("cache-control"), "no-store");
    let temporary = credentials(&reply);
    assert_eq!(
        (temporary.token().len(), temporary.secret().expose().len()),
        (22, 43)
    );

    let mut browser = server.browser();
    let login = browser.get(&authorize_page(&temporary)).await;
    assert_eq!(login.status, 200);
    assert!(login.body.contains(
        "<form id=\"oauth-authentication\" action=\"/oauth/authorize\" method=\"post\">"
    ));
    assert_eq!(
        login.field("oauth_token").as_deref(),
        Some(temporary.token())
    );
    assert!(!browser.has_session());

    let (mut browser, question) = ask(&server, "alice", &temporary).await;
    assert!(browser.has_session());
    assert_eq!(question.element("username").as_deref(), Some("alice"));
    assert!(
        question
            .body
            .contains("<form id=\"authorize\" method=\"post\">")
    );
    assert!(question.body.contains("authorize <em>Testkit</em>"));

    let page = decide(&mut browser, &temporary, &question, false).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.element("token").as_deref(), Some(temporary.token()));
    let verifier = page.element("verifier").unwrap();
    assert_eq!(verifier.len(), 22);

    let reply = exchange(&client, &temporary, &verifier).await;
    assert!(
        is_form(&reply, &["oauth_token", "oauth_token_secret"]),
        "{reply:?}"
    );
    let alice = client.with_token(credentials(&reply));
    let whoami = alice.get("/api/whoami").await;
    assert_eq!(whoami.status, 302);
    assert_eq!(
        whoami.header("location"),
        "https://pump.test/api/user/alice/profile"
    );
    let feed = "/api/user/alice/feed";
    alice.post_json(feed, &post(note("Hello"))).await.ok();
}

#[tokio::test]
async fn a_callback_gets_token_and_verifier() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client().await;
    for (callback, before) in [
        ("http://localhost:7777/cb", "http://localhost:7777/cb?"),
        ("https://app.test/cb?a=1", "https://app.test/cb?a=1&"),
    ] {
        let temporary = begin(&client, callback).await;
        let (mut browser, question) = ask(&server, "alice", &temporary).await;
        let reply = decide(&mut browser, &temporary, &question, false).await;
        assert_eq!(reply.status, 303);
        let verifier = question.field("verifier").unwrap();
        let wanted = format!(
            "{before}oauth_token={}&oauth_verifier={verifier}",
            temporary.token()
        );
        assert_eq!(reply.header("location"), wanted);
        credentials(&exchange(&client, &temporary, &verifier).await);
    }
}

#[tokio::test]
async fn the_question_lets_a_browser_follow_the_callback_and_nothing_else() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client().await;
    let policy = |form_action: &str| {
        format!(
            "default-src 'none'; style-src 'self'; form-action 'self' {form_action}; base-uri 'none'; \
             frame-ancestors 'none'"
        )
    };
    let temporary = begin(&client, "http://localhost:7777/cb?x=1;script-src%20*").await;
    let (mut browser, question) = ask(&server, "alice", &temporary).await;
    let header = "content-security-policy";
    assert_eq!(question.header(header), policy("http://localhost:7777"));
    let again = browser.get(&authorize_page(&temporary)).await;
    assert_eq!(again.header(header), policy("http://localhost:7777"));

    let oob = begin(&client, "oob").await;
    let page = browser.get(&authorize_page(&oob)).await;
    assert!(
        page.header(header).contains("form-action 'self';"),
        "{page:?}"
    );
    assert!(!page.header(header).contains("script-src"), "{page:?}");
}

/// Quirk 13: kept, since programs run twice with the same stored client.
#[tokio::test]
async fn quirk_13_the_same_application_gets_the_same_token_again() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = alice.two_legged();
    let temporary = begin(&client, "oob").await;
    let verifier = agree(&server, "alice", &temporary).await;
    let token = credentials(&exchange(&client, &temporary, &verifier).await);
    assert_eq!(Some(&token), alice.token_credentials());
}

/// Quirk 14: who has agreed before is asked again, and logs in no second time.
#[tokio::test]
async fn quirk_14_a_session_leads_straight_to_the_question() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let mut browser = server.browser();
    browser.log_in("alice").await;
    // It is asked even though the application has a token: nothing happens behind her back.
    let temporary = begin(&alice.two_legged(), "oob").await;
    let question = browser.get(&authorize_page(&temporary)).await;
    assert_eq!(question.element("username").as_deref(), Some("alice"));
    assert!(question.field("verifier").is_some());
}

/// Quirk 91: a wrong password was told as "internal error".
#[tokio::test]
async fn quirk_91_a_wrong_password_shows_the_form_again_and_begins_no_session() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client().await;
    let temporary = begin(&client, "oob").await;
    for (username, password) in [
        ("alice", "wrong-pass1"),
        ("alice", ""),
        ("ALICE", PASSWORD),
        ("nobody", PASSWORD),
    ] {
        let mut browser = server.browser();
        let fields = [
            ("oauth_token", temporary.token()),
            ("username", username),
            ("password", password),
        ];
        let page = browser.submit("/oauth/authorize", &fields).await;
        assert_eq!(page.status, 400, "{page:?}");
        assert!(
            page.body
                .contains("role=\"alert\">No match for that user name and password.<")
        );
        assert_eq!(
            page.field("oauth_token").as_deref(),
            Some(temporary.token())
        );
        assert!(!browser.has_session());
        assert!(page.field("verifier").is_none());
    }
    let reply = exchange(&client, &temporary, "x").await;
    reply.not_believed(401, TOKEN);
}

#[tokio::test]
async fn who_denies_gives_no_access() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client().await;

    let temporary = begin(&client, "oob").await;
    let (mut browser, question) = ask(&server, "alice", &temporary).await;
    let page = decide(&mut browser, &temporary, &question, true).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("id=\"denied\""), "{page:?}");
    let verifier = question.field("verifier").unwrap();
    assert!(!page.body.contains(&verifier));
    exchange(&client, &temporary, &verifier)
        .await
        .not_believed(400, TOKEN);

    let temporary = begin(&client, "https://app.test/cb").await;
    let (mut browser, question) = ask(&server, "alice", &temporary).await;
    let reply = decide(&mut browser, &temporary, &question, true).await;
    assert_eq!(reply.status, 303);
    let wanted = format!(
        "https://app.test/cb?oauth_token={}&oauth_problem=permission_denied",
        temporary.token()
    );
    assert_eq!(reply.header("location"), wanted);
    let verifier = question.field("verifier").unwrap();
    exchange(&client, &temporary, &verifier)
        .await
        .not_believed(400, TOKEN);
    // Nor can it be decided again.
    let again = decide(&mut browser, &temporary, &question, false).await;
    again.refused_page(400, OUT_OF_DATE);
}

#[tokio::test]
async fn temporary_credentials_last_ten_minutes() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client().await;
    let early = begin(&client, "oob").await;
    let agreed = agree(&server, "alice", &early).await;
    let undecided = begin(&client, "oob").await;
    let (mut browser, question) = ask(&server, "alice", &undecided).await;
    server.clock().advance(11 * 60);

    exchange(&client, &early, &agreed)
        .await
        .not_believed(400, TOKEN);
    browser
        .get(&authorize_page(&undecided))
        .await
        .refused_page(400, OUT_OF_DATE);
    let decided = decide(&mut browser, &undecided, &question, false).await;
    decided.refused_page(400, OUT_OF_DATE);
    let verifier = question.field("verifier").unwrap();
    exchange(&client, &undecided, &verifier)
        .await
        .not_believed(400, TOKEN);
}

#[tokio::test]
async fn temporary_credentials_work_once() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client().await;
    let temporary = begin(&client, "oob").await;
    let verifier = agree(&server, "alice", &temporary).await;
    credentials(&exchange(&client, &temporary, &verifier).await);
    exchange(&client, &temporary, &verifier)
        .await
        .not_believed(401, TOKEN);
    let mut browser = server.browser();
    browser
        .get(&authorize_page(&temporary))
        .await
        .refused_page(400, OUT_OF_DATE);

    // Sent several times at once they still work once.
    let temporary = begin(&client, "oob").await;
    let verifier = agree(&server, "alice", &temporary).await;
    let (one, two, three) = tokio::join!(
        exchange(&client, &temporary, &verifier),
        exchange(&client, &temporary, &verifier),
        exchange(&client, &temporary, &verifier),
    );
    let mut statuses = [one.status, two.status, three.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401, 401]);
}

/// Quirk 35: any verifier was good enough.
#[tokio::test]
async fn quirk_35_the_verifier_is_compared() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client().await;
    let temporary = begin(&client, "oob").await;
    let verifier = agree(&server, "alice", &temporary).await;
    let longer = format!("{verifier}x");
    for wrong in ["wrong", &verifier[..21], &longer, &verifier.to_lowercase()] {
        let reply = exchange(&client, &temporary, wrong).await;
        reply.not_believed(401, "The verifier is wrong.");
    }
    let without = client
        .with_token(temporary.clone())
        .request("POST", "/oauth/access_token");
    without
        .send()
        .await
        .not_believed(400, "Missing required parameter");
    credentials(&exchange(&client, &temporary, &verifier).await);
}

#[tokio::test]
async fn the_access_token_is_for_who_agreed_and_the_application_that_asked() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let (client, other) = (server.client().await, server.client().await);
    let temporary = begin(&client, "oob").await;
    exchange(&client, &temporary, "x")
        .await
        .not_believed(401, TOKEN);
    let verifier = agree(&server, "alice", &temporary).await;
    exchange(&other, &temporary, &verifier)
        .await
        .not_believed(400, TOKEN);
    let unknown = TokenCredentials::new("unknown", "secret");
    exchange(&client, &unknown, &verifier)
        .await
        .not_believed(400, TOKEN);
    let forged = TokenCredentials::new(temporary.token(), "guessed");
    exchange(&client, &forged, &verifier)
        .await
        .not_believed(401, "Invalid signature");
    let stranger = client.with_client(pumphouse_oauth1::ClientCredentials::new("nobody", "secret"));
    exchange(&stranger, &temporary, &verifier)
        .await
        .not_believed(400, "Invalid Consumer Key");
    // Temporary credentials are no token.
    let early = client.with_token(temporary.clone());
    early.get("/api/whoami").await.not_believed(400, TOKEN);
    credentials(&exchange(&client, &temporary, &verifier).await);
}

#[tokio::test]
async fn request_token_says_what_is_wrong() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let ask = || client.request("POST", "/oauth/request_token");
    ask()
        .send()
        .await
        .not_believed(400, "Missing required parameter");
    let stranger = client.with_client(pumphouse_oauth1::ClientCredentials::new("nobody", "secret"));
    let call = stranger
        .request("POST", "/oauth/request_token")
        .callback("oob");
    call.send().await.not_believed(400, "Invalid Consumer Key");
    let forger = client.with_client(pumphouse_oauth1::ClientCredentials::new(
        client.client_credentials().unwrap().key(),
        "guessed",
    ));
    let call = forger
        .request("POST", "/oauth/request_token")
        .callback("oob");
    call.send().await.not_believed(401, "Invalid signature");
    for callback in [
        "nothing",
        "/relative",
        "javascript:alert(1)",
        "ftp://app.test/",
        "http://",
        "data:text/html,x",
        "https://a@app.test/",
    ] {
        let reply = ask().callback(callback).send().await;
        reply.not_believed(
            400,
            "The callback is not acceptable: give an absolute URL, or oob.",
        );
    }
    let by_get = client.request("GET", "/oauth/request_token");
    credentials(&by_get.callback("oob").send().await);
}

/// Quirk 26: an unknown token or a wrong verifier ended the process.
#[tokio::test]
async fn quirk_26_pages_for_unknown_tokens_are_refused() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let mut browser = server.browser();
    let text = "Must provide an oauth_token";
    browser
        .get("/oauth/authorize")
        .await
        .refused_page(400, text);
    browser
        .submit("/oauth/authorize", &[])
        .await
        .refused_page(400, text);
    let unknown = "/oauth/authorize?oauth_token=unknown";
    browser.get(unknown).await.refused_page(400, OUT_OF_DATE);
    let fields = [
        ("oauth_token", "unknown"),
        ("username", "alice"),
        ("password", PASSWORD),
    ];
    let reply = browser.submit("/oauth/authorize", &fields).await;
    reply.refused_page(400, OUT_OF_DATE);
    assert!(!browser.has_session());
    let fields = [("oauth_token", "unknown"), ("verifier", "x")];
    let reply = browser.submit("/oauth/authorize", &fields).await;
    reply.refused_page(400, OUT_OF_DATE);
}

#[tokio::test]
async fn a_verifier_serves_the_session_that_it_was_shown_to() {
    let server = TestServer::start().await;
    server.user("alice").await;
    server.user("bob").await;
    let client = server.client().await;
    let temporary = begin(&client, "oob").await;
    let (mut alice, question) = ask(&server, "alice", &temporary).await;

    let mut bob = server.browser();
    bob.log_in("bob").await;
    let text = "This page is out of date. Go back, reload it and try again.";
    decide(&mut bob, &temporary, &question, false)
        .await
        .refused_page(400, text);
    decide(&mut bob, &temporary, &question, true)
        .await
        .refused_page(400, text);
    bob.get(&authorize_page(&temporary)).await.refused_page(
        400,
        "This was decided before, or by somebody else. Start again in the program.",
    );
    decide(&mut server.browser(), &temporary, &question, false)
        .await
        .refused_page(
            401,
            "You are not logged in here any more. Start again in the program.",
        );
    let guess = [("oauth_token", temporary.token()), ("verifier", "guess")];
    alice
        .submit("/oauth/authorize", &guess)
        .await
        .refused_page(400, text);
    exchange(&client, &temporary, &question.field("verifier").unwrap())
        .await
        .not_believed(401, TOKEN);
    assert_eq!(
        decide(&mut alice, &temporary, &question, false)
            .await
            .status,
        200
    );
}

/// Quirk 51: what came with a cookie was done, whoever sent it.
#[tokio::test]
async fn quirk_51_other_sites_cannot_agree_for_a_person() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client().await;
    let temporary = begin(&client, "oob").await;
    let (browser, question) = ask(&server, "alice", &temporary).await;
    let verifier = question.field("verifier").unwrap();
    let fields = [
        ("oauth_token", temporary.token()),
        ("verifier", verifier.as_str()),
    ];
    for (name, value) in [
        ("origin", "https://evil.test"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let call = browser.request("POST", "/oauth/authorize").form(&fields);
        let reply = call.header(name, value).send().await;
        reply.refused_page(
            403,
            "This form was sent by another site&#39;s page. Open the page on this server and try again.",
        );
    }
    exchange(&client, &temporary, &verifier)
        .await
        .not_believed(401, TOKEN);
}

#[tokio::test]
async fn the_name_of_a_program_is_no_markup() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server
        .anonymous()
        .register("<script>alert(1)</script>")
        .await;
    let temporary = begin(&client, "oob").await;
    let (_, question) = ask(&server, "alice", &temporary).await;
    assert!(!question.body.contains("<script"));
    assert!(question.body.contains("&#60;script&#62;") || question.body.contains("&lt;script&gt;"));
}

#[tokio::test]
async fn many_people_log_in_through_one_application_at_once() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let log_in = |number: u32| {
        let (server, client) = (&server, client.clone());
        async move {
            let nickname = format!("user{number}");
            client.new_user(&nickname).await;
            let temporary = begin(&client, "oob").await;
            let verifier = agree(server, &nickname, &temporary).await;
            let token = credentials(&exchange(&client, &temporary, &verifier).await);
            let whoami = client.with_token(token).get("/api/whoami").await;
            let wanted = format!("https://pump.test/api/user/{nickname}/profile");
            assert_eq!(whoami.header("location"), wanted);
        }
    };
    tokio::join!(log_in(1), log_in(2), log_in(3), log_in(4), log_in(5));
}
