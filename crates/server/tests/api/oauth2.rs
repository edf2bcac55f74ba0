//! OAuth 2.0: the pages on which people decide, and the tokens that programs get (section 3.6).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use pumphouse_testkit::{Browser, Call, Caller, PASSWORD, Reply, TestServer};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const CALLBACK: &str = "https://app.test/cb";
const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";
const NOT_REGISTERED: &str = "The program asks to send you to an address that it did not register \
                              as one of its redirect_uris.";
const OUT_OF_DATE: &str = "This page is out of date, or the browser takes no cookies. Go back, \
                           reload it and try again.";

/// An application with these redirect URIs.
async fn application(server: &TestServer, redirect_uris: &str) -> Caller {
    let anonymous = server.anonymous();
    let registration = json!({
        "type": "client_associate",
        "application_name": "Reader",
        "redirect_uris": redirect_uris,
    });
    let call = anonymous.request("POST", "/api/client/register");
    let registered = call.json(&registration).send().await.ok();
    let text = |name: &str| registered[name].as_str().unwrap().to_owned();
    anonymous.with_client(pumphouse_oauth1::ClientCredentials::new(
        text("client_id"),
        text("client_secret"),
    ))
}

fn id(client: &Caller) -> &str {
    client.client_credentials().unwrap().key()
}

fn secret(client: &Caller) -> &str {
    client.client_credentials().unwrap().secret().expose()
}

/// A page of OAuth 2.0 with what a program asks.
fn at(page: &str, fields: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    format!("/oauth2/{page}?{query}")
}

/// What a program asks, from its own redirect URI.
fn asking<'a>(client: &'a Caller, redirect_uri: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("response_type", "code"),
        ("client_id", id(client)),
        ("redirect_uri", redirect_uri),
        ("state", "a b&c"),
    ]
}

/// Sends the form of a page with its button, or another, and what is typed in.
async fn press(
    browser: &mut Browser,
    page: &Reply,
    asked: &[(&str, &str)],
    typed: &[(&str, &str)],
) -> Reply {
    let action = page.body.split_once("action=\"/oauth2/").unwrap().1;
    let action = format!("/oauth2/{}", action.split('"').next().unwrap());
    let csrf = page.field("_csrf").unwrap();
    for (name, _) in asked {
        assert!(page.field(name).is_some(), "no {name} in {page:?}");
    }
    let fields = [asked, &[("_csrf", csrf.as_str())], typed].concat();
    browser.submit(&action, &fields).await
}

/// A browser in which a person has logged in, and the question.
async fn ask(server: &TestServer, nickname: &str, asked: &[(&str, &str)]) -> (Browser, Reply) {
    let mut browser = server.browser();
    browser.log_in(nickname).await;
    let question = browser.get(&at("authz", asked)).await;
    assert_eq!(question.status, 200, "{question:?}");
    (browser, question)
}

/// Has a person agree; gives the code.
async fn agree(server: &TestServer, nickname: &str, asked: &[(&str, &str)]) -> String {
    let (mut browser, question) = ask(server, nickname, asked).await;
    let reply = press(&mut browser, &question, asked, &[("allow", "Authorize")]).await;
    match reply.status {
        200 => reply.element("code").unwrap(),
        _ => answer(&reply, "code").unwrap(),
    }
}

/// A value in the address that a program is answered at.
fn answer(reply: &Reply, name: &str) -> Option<String> {
    let query = reply.header("location").split_once('?')?.1;
    form_urlencoded::parse(query.as_bytes())
        .find(|(given, _)| given == name)
        .map(|(_, value)| value.into_owned())
}

/// Asks for a token for a code.
fn exchange(client: &Caller, code: &str, redirect_uri: &str) -> Call {
    client.request("POST", "/oauth2/token").unsigned().form(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("client_id", id(client)),
        ("client_secret", secret(client)),
    ])
}

/// The token of an answer, which has the shape of RFC 6749.
#[track_caller]
fn token(reply: &Reply) -> String {
    let document = reply.ok();
    assert_eq!(document["token_type"], "Bearer");
    assert_eq!(document["scope"], "read");
    assert_eq!(document.as_object().unwrap().len(), 3);
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("pragma"), "no-cache");
    let token = document["access_token"].as_str().unwrap();
    assert_eq!(token.len(), 43);
    token.to_owned()
}

/// The refusal of a token, in the shape of RFC 6749.
#[track_caller]
fn refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.status, status, "{reply:?}");
    let document = reply.json();
    assert_eq!(document["error"], code, "{document}");
    assert!(document["error_description"].is_string());
    assert_eq!(reply.header("cache-control"), "no-store");
    let challenge = reply.header("www-authenticate");
    assert_eq!(challenge.starts_with("Basic "), status == 401, "{reply:?}");
}

#[tokio::test]
async fn from_the_question_to_the_first_read() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = application(&server, CALLBACK).await;
    let mut asked = asking(&client, CALLBACK);
    asked.push(("scope", "read writeown"));

    let mut browser = server.browser();
    let away = browser.get(&at("authz", &asked)).await;
    assert_eq!(
        (away.status, away.header("location")),
        (302, &*at("authc", &asked))
    );
    let login = browser.get(away.header("location")).await;
    assert_eq!(login.status, 200);
    assert!(login.body.contains("<form id=\"oauth2-authentication\""));
    assert!(login.body.contains("<em>Reader</em>"));
    for id in ["username", "password", "authenticate", "cancel"] {
        assert!(login.body.contains(&format!("id=\"{id}\"")), "{id}");
    }
    let typed = [
        ("nickname", "alice"),
        ("password", PASSWORD),
        ("login", "Login"),
    ];
    let back = press(&mut browser, &login, &asked, &typed).await;
    assert_eq!(
        (back.status, back.header("location")),
        (303, &*at("authz", &asked))
    );
    assert!(browser.has_session());
    // Who is logged in has nothing to do on the log-in page.
    let again = browser.get(&at("authc", &asked)).await;
    assert_eq!(
        (again.status, again.header("location")),
        (302, &*at("authz", &asked))
    );

    let question = browser.get(back.header("location")).await;
    assert_eq!(question.element("username").as_deref(), Some("alice"));
    assert!(question.body.contains("<form id=\"oauth2-authorization\""));
    assert!(question.body.contains("id=\"allow\"") && question.body.contains("id=\"deny\""));
    let policy = question.header("content-security-policy");
    assert!(
        policy.contains("form-action 'self' https://app.test;"),
        "{policy}"
    );

    let reply = press(&mut browser, &question, &asked, &[("allow", "Authorize")]).await;
    assert_eq!(reply.status, 303);
    let code = answer(&reply, "code").unwrap();
    assert_eq!(code.len(), 43);
    let location = format!("{CALLBACK}?code={code}&state=a+b%26c");
    assert_eq!(reply.header("location"), location);

    let token = token(&exchange(&client, &code, CALLBACK).send().await);
    let call = server.anonymous().request("GET", &alice.path("inbox"));
    let inbox = call.bearer(&token).send().await.ok();
    assert_eq!(inbox["totalItems"], 6);
}

/// Quirk 46: "Deny" gave a code.
#[tokio::test]
async fn quirk_46_who_denies_gives_nothing() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = application(&server, &format!("{CALLBACK} {OUT_OF_BAND}")).await;
    let asked = asking(&client, CALLBACK);
    let denied = format!("{CALLBACK}?error=access_denied&state=a+b%26c");
    for pressed in [
        &[("deny", "Deny")][..],
        &[("denied", "1")],
        &[("deny", "Deny"), ("allow", "Authorize")],
        &[],
    ] {
        let (mut browser, question) = ask(&server, "alice", &asked).await;
        let reply = press(&mut browser, &question, &asked, pressed).await;
        assert_eq!((reply.status, reply.header("location")), (302, &*denied));
    }
    // Nor does who does not even log in.
    let mut browser = server.browser();
    let login = browser.get(&at("authc", &asked)).await;
    let cancel = [
        ("nickname", "alice"),
        ("password", PASSWORD),
        ("cancel", "Cancel"),
    ];
    let reply = press(&mut browser, &login, &asked, &cancel).await;
    assert_eq!((reply.status, reply.header("location")), (302, &*denied));
    assert!(!browser.has_session());
    // Where no program waits for it, the person is told.
    let asked = asking(&client, OUT_OF_BAND);
    let (mut browser, question) = ask(&server, "alice", &asked).await;
    let page = press(&mut browser, &question, &asked, &[("deny", "Deny")]).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("id=\"denied\""), "{page:?}");
}

/// Quirk 46: any address was taken.
#[tokio::test]
async fn quirk_46_nobody_is_sent_where_the_program_did_not_say() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let registered = format!("{CALLBACK} http://127.0.0.1/cb {OUT_OF_BAND}");
    let client = application(&server, &registered).await;
    let silent = application(&server, "").await;
    let mut browser = server.browser();
    browser.log_in("alice").await;
    for (client, redirect_uri) in [
        (&client, "https://evil.test/cb"),
        (&client, "https://app.test/cb/../other"),
        (&client, "https://app.test/cb?x=1"),
        (&client, "https://app.test.evil.test/cb"),
        (&client, "javascript:alert(1)"),
        (&client, "http://127.0.0.1:7777/other"),
        // There are several, so none is meant.
        (&client, ""),
        (&silent, CALLBACK),
        (&silent, OUT_OF_BAND),
        (&silent, ""),
    ] {
        let asked = asking(client, redirect_uri);
        for page in ["authz", "authc"] {
            let reply = browser.get(&at(page, &asked)).await;
            reply.refused_page(400, NOT_REGISTERED);
        }
    }
    let nobody = [("response_type", "code"), ("client_id", "nobody")];
    let page = browser.get(&at("authz", &nobody)).await;
    let text = "The program that asks to be connected is not registered here.";
    page.refused_page(400, text);
    let page = browser.get("/oauth2/authz").await;
    page.refused_page(400, "Must provide a client_id");
}

#[tokio::test]
async fn programs_on_the_persons_machine_take_any_port_and_others_show_the_code() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = application(&server, &format!("http://127.0.0.1/cb {OUT_OF_BAND}")).await;
    let port = "http://127.0.0.1:7777/cb";
    for redirect_uri in [port, OUT_OF_BAND] {
        let code = agree(&server, "alice", &asking(&client, redirect_uri)).await;
        let reply = exchange(&client, &code, redirect_uri).send().await;
        token(&reply);
    }
    let code = agree(&server, "alice", &asking(&client, port)).await;
    let reply = exchange(&client, &code, "http://127.0.0.1/cb").send().await;
    refused(&reply, 400, "invalid_grant");
}

#[tokio::test]
async fn answers_join_the_query_of_the_program() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let with_query = "https://app.test/cb?site=pump";
    let client = application(&server, with_query).await;
    let asked = asking(&client, with_query);
    let (mut browser, question) = ask(&server, "alice", &asked).await;
    let reply = press(&mut browser, &question, &asked, &[("allow", "Authorize")]).await;
    let location = reply.header("location");
    assert!(
        location.starts_with("https://app.test/cb?site=pump&code="),
        "{location}"
    );
    // The one that is registered need not be named; then it is not named for the token either.
    let asked = [("response_type", "code"), ("client_id", id(&client))];
    let code = agree(&server, "alice", &asked).await;
    let reply = exchange(&client, &code, "").send().await;
    token(&reply);
}

#[tokio::test]
async fn the_program_is_told_what_is_wrong_with_its_request() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = application(&server, CALLBACK).await;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest("x"));
    let base = [("client_id", id(&client)), ("redirect_uri", CALLBACK)];
    for (fields, code) in [
        (vec![], "invalid_request"),
        (
            vec![("response_type", "token")],
            "unsupported_response_type",
        ),
        (
            vec![("response_type", "code"), ("scope", "everything")],
            "invalid_scope",
        ),
        (
            vec![
                ("response_type", "code"),
                ("code_challenge", challenge.as_str()),
            ],
            "invalid_request",
        ),
        (
            vec![
                ("response_type", "code"),
                ("code_challenge", challenge.as_str()),
                ("code_challenge_method", "plain"),
            ],
            "invalid_request",
        ),
        (
            vec![
                ("response_type", "code"),
                ("code_challenge", "short"),
                ("code_challenge_method", "S256"),
            ],
            "invalid_request",
        ),
    ] {
        let mut browser = server.browser();
        let asked = [&base[..], &fields, &[("state", "s")]].concat();
        for page in ["authz", "authc"] {
            let reply = browser.get(&at(page, &asked)).await;
            assert_eq!(reply.status, 302, "{reply:?}");
            assert!(reply.header("location").starts_with(CALLBACK));
            assert_eq!(answer(&reply, "error").as_deref(), Some(code));
            assert_eq!(answer(&reply, "state").as_deref(), Some("s"));
        }
    }
    // Quirk 46: the names of the scopes are known.
    let mut asked = asking(&client, CALLBACK);
    for scope in ["read", "writeown", "writeall", "read writeall", "0", ""] {
        asked.push(("scope", scope));
        ask(&server, "alice", &asked).await;
        asked.pop();
    }
}

#[tokio::test]
async fn a_wrong_log_in_is_told_and_begins_no_session() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = application(&server, CALLBACK).await;
    let asked = asking(&client, CALLBACK);
    let mut browser = server.browser();
    let login = browser.get(&at("authc", &asked)).await;
    let wrong = "No match for that nickname and password.";
    let missing = "nickname and password are required.";
    for (nickname, password, text) in [
        ("alice", "wrong-pass1", wrong),
        ("ALICE", PASSWORD, wrong),
        ("nobody", PASSWORD, wrong),
        ("alice", "", missing),
        ("", PASSWORD, missing),
    ] {
        let typed = [("nickname", nickname), ("password", password)];
        let page = press(&mut browser, &login, &asked, &typed).await;
        assert_eq!(page.status, 400);
        assert_eq!(page.element("error").as_deref(), Some(text));
        assert!(!browser.has_session());
        // And the form is there again.
        assert_eq!(page.field("client_id").as_deref(), Some(id(&client)));
        assert_eq!(page.field("state").as_deref(), Some("a b&#38;c"));
    }
}

#[tokio::test]
async fn forms_need_the_value_that_their_page_holds() {
    let server = TestServer::start().await;
    server.user("alice").await;
    server.user("bob").await;
    let client = application(&server, CALLBACK).await;
    let asked = asking(&client, CALLBACK);
    let (mut browser, question) = ask(&server, "alice", &asked).await;
    let (_, of_bob) = ask(&server, "bob", &asked).await;
    let login = server.browser().get(&at("authc", &asked)).await;
    let [mine, of_bob, of_login] =
        [&question, &of_bob, &login].map(|page| page.field("_csrf").unwrap());
    for page in ["/oauth2/authz", "/oauth2/authc"] {
        for wrong in ["", "x", &of_bob, &of_login] {
            let fields = [&asked[..], &[("_csrf", wrong), ("allow", "Authorize")]].concat();
            browser
                .submit(page, &fields)
                .await
                .refused_page(403, OUT_OF_DATE);
        }
        let without = browser.submit(page, &asked).await;
        without.refused_page(403, OUT_OF_DATE);
    }
    let fields = [
        &asked[..],
        &[("_csrf", mine.as_str()), ("allow", "Authorize")],
    ]
    .concat();
    // Another browser has another secret.
    let mut other = server.browser();
    other.log_in("alice").await;
    let reply = other.submit("/oauth2/authz", &fields).await;
    reply.refused_page(403, OUT_OF_DATE);
    // And another site's page cannot send it at all.
    let call = browser.request("POST", "/oauth2/authz").form(&fields);
    let foreign = call.header("sec-fetch-site", "cross-site").send().await;
    assert_eq!(foreign.status, 403);
    // After the person has logged out, the page is out of date.
    browser.submit("/main/logout", &[]).await;
    let reply = browser.submit("/oauth2/authz", &fields).await;
    reply.refused_page(403, OUT_OF_DATE);
}

#[tokio::test]
async fn a_code_works_once_and_who_comes_with_it_again_ends_its_token() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = application(&server, CALLBACK).await;
    let code = agree(&server, "alice", &asking(&client, CALLBACK)).await;
    let (one, two) = tokio::join!(
        exchange(&client, &code, CALLBACK).send(),
        exchange(&client, &code, CALLBACK).send(),
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);

    let code = agree(&server, "alice", &asking(&client, CALLBACK)).await;
    let given = token(&exchange(&client, &code, CALLBACK).send().await);
    let read = || {
        server
            .anonymous()
            .request("GET", &alice.path("inbox"))
            .bearer(&given)
    };
    read().send().await.ok();
    let again = exchange(&client, &code, CALLBACK).send().await;
    refused(&again, 400, "invalid_grant");
    read().send().await.refused(401, "Invalid / expired Token");
}

#[tokio::test]
async fn a_code_lasts_five_minutes() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = application(&server, CALLBACK).await;
    let code = agree(&server, "alice", &asking(&client, CALLBACK)).await;
    server.clock().advance(5 * 60 + 1);
    let late = exchange(&client, &code, CALLBACK).send().await;
    refused(&late, 400, "invalid_grant");
}

/// Quirk 48: codes and tokens survived a new password.
#[tokio::test]
async fn quirk_48_a_new_password_ends_codes() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = application(&server, CALLBACK).await;
    let code = agree(&server, "alice", &asking(&client, CALLBACK)).await;
    let change = json!({"nickname": "alice", "password": "an0ther-w0rd"});
    alice.put_json("/api/user/alice", &change).await.ok();
    let reply = exchange(&client, &code, CALLBACK).send().await;
    refused(&reply, 400, "invalid_grant");
}

#[tokio::test]
async fn a_code_is_for_its_client_and_its_address() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let both = format!("{CALLBACK} https://app.test/other");
    let client = application(&server, &both).await;
    let thief = application(&server, &both).await;
    let code = agree(&server, "alice", &asking(&client, CALLBACK)).await;
    let stolen = exchange(&thief, &code, CALLBACK).send().await;
    refused(&stolen, 400, "invalid_grant");
    for address in ["https://app.test/other", "https://app.test/cb/", ""] {
        let reply = exchange(&client, &code, address).send().await;
        refused(&reply, 400, "invalid_grant");
    }
    token(&exchange(&client, &code, CALLBACK).send().await);
}

#[tokio::test]
async fn a_code_with_a_challenge_needs_its_verifier() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = application(&server, CALLBACK).await;
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let mut asked = asking(&client, CALLBACK);
    let plain = agree(&server, "alice", &asked).await;
    asked.push(("code_challenge", &challenge));
    asked.push(("code_challenge_method", "S256"));
    let challenged = agree(&server, "alice", &asked).await;
    let with = |code: &str, verifier: &str| {
        client.request("POST", "/oauth2/token").unsigned().form(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("client_id", id(&client)),
            ("client_secret", secret(&client)),
            ("code_verifier", verifier),
        ])
    };
    let other = "x".repeat(43);
    for (code, given) in [
        (&challenged, other.as_str()),
        (&challenged, &challenge),
        (&challenged, "short"),
        (&challenged, ""),
        // A verifier that nobody asked for means that somebody took the challenge away.
        (&plain, verifier),
    ] {
        refused(&with(code, given).send().await, 400, "invalid_grant");
    }
    token(&with(&challenged, verifier).send().await);
    token(&with(&plain, "").send().await);
}

#[tokio::test]
async fn a_client_gets_a_token_for_itself_in_each_way_that_it_can_ask() {
    let server = TestServer::start().await;
    let client = application(&server, "").await;
    let call = || client.request("POST", "/oauth2/token").unsigned();
    let body = [
        ("grant_type", "client_credentials"),
        ("client_id", id(&client)),
        ("client_secret", secret(&client)),
    ];
    let document: Value = body.iter().map(|(name, value)| (*name, *value)).collect();
    let basic = STANDARD.encode(format!("{}:{}", id(&client), secret(&client)));
    for call in [
        call().form(&body),
        call().json(&document),
        call()
            .form(&body[..1])
            .authorization(&format!("Basic {basic}")),
        call()
            .form(&body[..2])
            .authorization(&format!("basic {basic}")),
    ] {
        token(&call.send().await);
    }
}

/// Quirks 46 and 70: refusals were faults of the server.
#[tokio::test]
async fn quirk_46_and_70_refusals_at_the_token_endpoint_are_those_of_oauth() {
    let server = TestServer::start().await;
    let client = application(&server, "").await;
    let call = |fields: &[(&str, &str)]| {
        let call = client.request("POST", "/oauth2/token").unsigned();
        call.form(fields)
    };
    let (id, secret) = (id(&client), secret(&client));
    let grant = ("grant_type", "client_credentials");
    let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
    let mine = basic(&format!("{id}:{secret}"));
    for (call, status, code) in [
        (call(&[]), 400, "invalid_request"),
        (call(&[("grant_type", "")]), 400, "invalid_request"),
        (call(&[grant]), 401, "invalid_client"),
        (call(&[grant, ("client_id", id)]), 401, "invalid_client"),
        (
            call(&[grant, ("client_id", id), ("client_secret", "guessed")]),
            401,
            "invalid_client",
        ),
        (
            call(&[grant, ("client_id", "nobody"), ("client_secret", secret)]),
            401,
            "invalid_client",
        ),
        (
            call(&[
                ("grant_type", "password"),
                ("client_id", id),
                ("client_secret", secret),
            ]),
            400,
            "unsupported_grant_type",
        ),
        (
            call(&[
                ("grant_type", "authorization_code"),
                ("client_id", id),
                ("client_secret", secret),
            ]),
            400,
            "invalid_request",
        ),
        (
            call(&[
                ("grant_type", "authorization_code"),
                ("code", "guessed"),
                ("client_id", id),
                ("client_secret", secret),
            ]),
            400,
            "invalid_grant",
        ),
        (
            call(&[grant]).authorization(&basic(&format!("{id}:guessed"))),
            401,
            "invalid_client",
        ),
        (
            call(&[grant]).authorization(&basic("x")),
            401,
            "invalid_client",
        ),
        (
            call(&[grant]).authorization("Basic ?"),
            401,
            "invalid_client",
        ),
        (
            call(&[grant, ("client_id", "other")]).authorization(&mine),
            401,
            "invalid_client",
        ),
        (
            call(&[grant, ("client_secret", secret)]).authorization(&mine),
            400,
            "invalid_request",
        ),
        (
            client
                .request("POST", "/oauth2/token")
                .unsigned()
                .body("application/json", "{"),
            400,
            "invalid_request",
        ),
    ] {
        refused(&call.send().await, status, code);
    }
    let by_get = client.request("GET", "/oauth2/token").unsigned();
    assert_eq!(by_get.send().await.status, 404);
}
