//! Requests are believed only as far as their signatures reach (pump.io protocol, sections 3.1 and 3.2).

use pumphouse_oauth1::{ClientCredentials, TokenCredentials};
use pumphouse_testkit::{PASSWORD, TestServer};
use serde_json::json;

use crate::support::{href, note, post};

const USED: &str = "Invalid / used nonce";
const TOKEN: &str = "Invalid / expired Token";
const SIGNATURE: &str = "Invalid signature";
const MISSING: &str = "Missing required parameter";

/// Quirk 36: a request could be sent again by whoever had seen it.
#[tokio::test]
async fn quirk_36_a_request_is_taken_once_even_after_a_restart() {
    let mut server = TestServer::start().await;
    let alice = server.user("alice").await;
    let call = alice
        .request("POST", &alice.path("feed"))
        .json(&post(note("once")));
    let signature = call.signature();
    let send = || call.clone().authorization(&signature).send();

    send().await.ok();
    send().await.not_believed(401, USED);
    server.restart().await;
    send().await.not_believed(401, USED);
    let feed = alice.get(&alice.path("feed/major")).await.ok();
    assert_eq!(feed["totalItems"], 1);
}

#[tokio::test]
async fn a_nonce_is_used_up_by_valid_signatures_only() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let forger = alice.with_token(TokenCredentials::new(
        alice.token_credentials().unwrap().token(),
        "guessed",
    ));
    let whoami = "/api/whoami";
    let forged = forger.request("GET", whoami).nonce("n").send().await;
    forged.not_believed(400, SIGNATURE);
    let true_one = alice.request("GET", whoami).nonce("n").send().await;
    assert_eq!(true_one.status, 302);
    let again = alice.request("GET", whoami).nonce("n").send().await;
    again.not_believed(401, USED);
    // The same nonce at another time, or of another client, is another nonce.
    let later = alice.request("GET", whoami).nonce("n");
    let later = later.timestamp(server.now() + 1).send().await;
    assert_eq!(later.status, 302);
    let bob = server.user("bob").await;
    assert_eq!(
        bob.request("GET", whoami).nonce("n").send().await.status,
        302
    );
}

/// Quirk 36: timestamps were not looked at.
#[tokio::test]
async fn quirk_36_timestamps_are_believed_within_five_minutes() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let text = "The timestamp is too far from this server's time: set the clock and sign again.";
    for (seconds, taken) in [
        (-301, false),
        (-300, true),
        (0, true),
        (300, true),
        (301, false),
    ] {
        let timestamp = server.now().checked_add_signed(seconds).unwrap();
        let call = alice.request("GET", "/api/whoami").timestamp(timestamp);
        let reply = call.send().await;
        if taken {
            assert_eq!(reply.status, 302, "{seconds}: {reply:?}");
        } else {
            reply.not_believed(401, text);
        }
    }
    let client = alice.two_legged().request("POST", "/oauth/request_token");
    let old = client.callback("oob").timestamp(1).send().await;
    old.not_believed(401, text);
}

/// Quirk 5: kept, since other servers register anew on 401 alone.
#[tokio::test]
async fn quirk_5_unknown_applications_are_told_by_401_and_unknown_tokens_by_400() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let stranger = ClientCredentials::new("nobody", "secret");
    let feed = alice.path("feed");
    for caller in [
        alice.with_client(stranger.clone()),
        alice.two_legged().with_client(stranger),
    ] {
        caller.get(&feed).await.not_believed(401, USED);
    }
    let unknown = alice.with_token(TokenCredentials::new("nobody", "secret"));
    unknown.get(&feed).await.not_believed(400, TOKEN);
    // A token works with the application that it was given to, and no other.
    let mixed = alice.with_token(bob.token_credentials().unwrap().clone());
    mixed.get(&feed).await.not_believed(400, TOKEN);
    let posted = mixed.tries(post(note("mixed"))).await;
    posted.not_believed(400, TOKEN);
}

#[tokio::test]
async fn a_changed_form_is_refused_and_makes_no_account() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let form = |nickname| {
        client
            .request("POST", "/api/users")
            .form(&[("nickname", nickname), ("password", PASSWORD)])
    };
    let signature = form("alice").signature();
    let tampered = form("mallory").authorization(&signature).send().await;
    tampered.not_believed(400, SIGNATURE);
    let nobody = client.get("/api/user/mallory").await;
    nobody.refused(404, "No such 'user' with id 'mallory'");
    form("alice").authorization(&signature).send().await.ok();
}

#[tokio::test]
async fn a_changed_address_or_method_is_refused() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let signed = alice.request("GET", "/api/user/alice/inbox?count=1&offset=2");
    for address in [
        "/api/user/alice/inbox?count=200&offset=2",
        "/api/user/alice/inbox?count=1",
        "/api/user/alice/inbox?count=1&offset=2&before=x",
        "/api/user/alice/inbox/major?count=1&offset=2",
    ] {
        let call = alice.request("GET", address);
        let reply = call.authorization(&signed.signature()).send().await;
        reply.not_believed(400, SIGNATURE);
    }
    // The order of parameters does not matter to a signature.
    let turned = alice.request("GET", "/api/user/alice/inbox?offset=2&count=1");
    turned.authorization(&signed.signature()).send().await.ok();

    let read = alice.request("GET", &alice.path("feed")).signature();
    let write = alice
        .request("POST", &alice.path("feed"))
        .json(&post(note("x")));
    let written = write.authorization(&read).send().await;
    written.not_believed(400, SIGNATURE);

    let parameters = read.replace(
        alice.token_credentials().unwrap().token(),
        bob.token_credentials().unwrap().token(),
    );
    let call = alice.request("GET", &alice.path("feed"));
    let other_token = call.authorization(&parameters).send().await;
    other_token.not_believed(400, TOKEN);
}

/// Quirk 80: the scheme was that of the socket, not of the public address.
#[tokio::test]
async fn quirk_80_signatures_are_made_for_the_public_address() {
    let server = TestServer::start_as("pump.test", Some(443)).await;
    let alice = server.user("alice").await;
    let header = alice.request("GET", "/api/whoami").signature();
    // The same request as it would be signed for the socket.
    let wrong = TestServer::start_as("localhost", Some(80)).await;
    let for_wrong = wrong
        .anonymous()
        .with_client(alice.client_credentials().unwrap().clone())
        .with_token(alice.token_credentials().unwrap().clone())
        .request("GET", "/api/whoami")
        .signature();
    let call = alice.request("GET", "/api/whoami");
    call.authorization(&for_wrong)
        .send()
        .await
        .not_believed(400, SIGNATURE);
    let call = alice.request("GET", "/api/whoami");
    assert_eq!(call.authorization(&header).send().await.status, 302);
}

/// Whoever reaches the server by its socket signs for that: the `Host` header verbatim (section 3.2).
#[tokio::test]
async fn signatures_for_the_address_where_a_request_arrives_are_taken() {
    let server = TestServer::start_as("localhost", None).await;
    let socket = format!("http://{}", server.address());
    let (client, alice) = (server.client().await, server.user("alice").await);
    client
        .request("GET", "/api/users")
        .at(&socket)
        .send()
        .await
        .ok();
    let posted = alice.request("POST", &alice.path("feed")).at(&socket);
    let posted = posted.json(&post(note("by the socket"))).send().await.ok();
    assert!(href(&posted).starts_with(server.base()));
    // Such a nonce counts once, too, and only with the right signature.
    let whoami = || alice.request("GET", "/api/whoami").at(&socket).nonce("n");
    let forged = alice.with_token(TokenCredentials::new(
        alice.token_credentials().unwrap().token(),
        "guessed",
    ));
    let forged = forged.request("GET", "/api/whoami").at(&socket).nonce("n");
    forged.send().await.not_believed(400, SIGNATURE);
    assert_eq!(whoami().send().await.status, 302);
    whoami().send().await.not_believed(401, USED);
    // Also where credentials are given.
    let asked = client.request("POST", "/oauth/request_token").at(&socket);
    let asked = asked.callback("oob").send().await;
    assert_eq!(asked.status, 200, "{asked:?}");
    // A name that the request did not arrive under is another server's.
    let signed = alice.request("GET", "/api/whoami").at("http://evil.test");
    let elsewhere = alice.request("GET", "/api/whoami").at(&socket);
    let elsewhere = elsewhere.authorization(&signed.signature()).send().await;
    elsewhere.not_believed(400, SIGNATURE);
    // Neither is it under that name, which is led to the public address.
    assert_eq!(signed.send().await.status, 301);
}

/// Who got a request that was signed for them cannot hand it on, whatever `Host` they write.
#[tokio::test]
async fn what_was_signed_for_another_server_is_not_believed() {
    for leads in [true, false] {
        let server =
            TestServer::start_with(move |builder| builder.redirect_to_canonical(leads, false))
                .await;
        let alice = server.user("alice").await;
        let inbox = alice.path("inbox");
        for origin in [
            "http://192.0.2.66",
            "http://192.0.2.66:31337",
            "http://[2001:db8::66]",
        ] {
            let signed = alice.request("GET", &inbox).at(origin).send().await;
            signed.not_believed(400, SIGNATURE);
        }
        let named = alice.request("GET", &inbox).at("http://evil.test");
        let named = named.send().await;
        if leads {
            assert_eq!(named.status, 301);
        } else {
            named.not_believed(400, SIGNATURE);
        }
        let itself = format!("http://{}", server.address());
        alice.request("GET", &inbox).at(&itself).send().await.ok();
        let by_name = alice.request("GET", &inbox).at("http://localhost:8080");
        by_name.send().await.ok();
    }
}

#[tokio::test]
async fn the_address_where_a_request_arrives_has_no_path_before_it_and_the_scheme_of_the_proxy() {
    let server = TestServer::start_with(|builder| builder.url_path("social")).await;
    let alice = server.user("alice").await;
    let whoami = |origin: &str| alice.request("GET", "/api/whoami").at(origin);
    for (origin, header, status) in [
        ("http://127.0.0.1:8080", "", 302),
        (
            "https://127.0.0.1:8080",
            "X-Forwarded-Proto: https\r\n",
            302,
        ),
        ("http://127.0.0.1:8080", "X-Forwarded-Proto: https\r\n", 400),
        (
            "https://127.0.0.1:8080",
            "X-Forwarded-Host: 127.0.0.1\r\n",
            400,
        ),
    ] {
        let signature = whoami(origin).signature();
        let request = format!(
            "GET /api/whoami HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: close\r\n\
             {header}Authorization: {signature}\r\n\r\n"
        );
        let reply = server.send_raw(request.as_bytes()).await.unwrap();
        assert_eq!(reply.status, status, "{origin} {header}: {reply:?}");
    }
}

#[tokio::test]
async fn what_is_missing_or_malformed_is_refused() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let whole = alice.request("GET", "/api/whoami").signature();
    let try_header = |header: String| {
        let call = alice.request("GET", "/api/whoami").authorization(&header);
        call.send()
    };
    for name in [
        "oauth_consumer_key",
        "oauth_signature_method",
        "oauth_signature",
        "oauth_timestamp",
        "oauth_nonce",
        "oauth_token",
    ] {
        let parameters = whole.strip_prefix("OAuth ").unwrap().split(", ");
        let rest: Vec<&str> = parameters
            .filter(|parameter| !parameter.starts_with(&format!("{name}=")))
            .collect();
        let reply = try_header(format!("OAuth {}", rest.join(", "))).await;
        reply.not_believed(400, MISSING);
    }
    for empty in ["OAuth", "OAuth "] {
        try_header(empty.to_owned())
            .await
            .not_believed(400, MISSING);
    }
    let method = try_header(whole.replace("HMAC-SHA1", "MD5")).await;
    method.not_believed(400, "Invalid Signature Method");
    for (from, to) in [
        ("oauth_nonce=\"", "oauth_nonce=\"%ff%fe"),
        ("oauth_timestamp=\"", "oauth_timestamp=\"-"),
        (
            "oauth_timestamp=\"",
            "oauth_timestamp=\"99999999999999999999",
        ),
        ("OAuth ", "OAuth oauth_nonce=\"again\", "),
        ("OAuth ", "OAuth =,;\"\"\""),
    ] {
        let reply = try_header(whole.replace(from, to)).await;
        assert!((400..402).contains(&reply.status), "{to}: {reply:?}");
        assert_eq!(reply.header("content-type"), "text/plain");
    }
}

/// What is read of it and what was signed could be two things.
#[tokio::test]
async fn a_request_with_two_headers_of_which_one_counts_is_refused() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    for (second, is_taken) in [
        ("Accept: text/html", true),
        ("Authorization: OAuth oauth_token=\"x\"", false),
        ("Authorization: Basic eDp5", false),
        ("Content-Type: text/plain\r\nContent-Type: text/html", false),
    ] {
        let signature = alice.request("GET", "/api/whoami").signature();
        let request = format!(
            "GET /api/whoami HTTP/1.1\r\nHost: pump.test\r\nConnection: close\r\n\
             Authorization: {signature}\r\n{second}\r\n\r\n"
        );
        let reply = server.send_raw(request.as_bytes()).await.unwrap();
        let status = if is_taken { 302 } else { 400 };
        assert_eq!(reply.status, status, "{second}: {reply:?}");
    }
}

#[tokio::test]
async fn nobody_reads_without_credentials() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let nobody = server.anonymous();
    for address in [
        "/api/whoami",
        "/api/user/alice",
        "/api/user/alice/profile",
        "/api/user/alice/feed",
        "/api/user/alice/inbox",
        "/api/user/alice/followers",
        "/api/note/x",
        "/api/note?id=x",
        "/api/activity/x",
        "/api/nothing",
    ] {
        let reply = nobody.get(address).await;
        reply.refused(401, "Not logged in.");
        assert_eq!(
            reply.header("www-authenticate"),
            "OAuth realm=\"OAuth\"",
            "Quirk 90"
        );
    }
    // What takes only what is sent, too (sections 2.2 and 9.3).
    for (address, object_type) in [
        ("/api/client/register", "client"),
        ("/api/dialback", "dialback"),
    ] {
        nobody.get(address).await.refused(401, "Not logged in.");
        let text = format!("Unknown type: {object_type}");
        alice.get(address).await.refused(404, &text);
    }
    for scheme in ["Basic YWxpY2U6eA==", "Bear x", ""] {
        let call = nobody.request("GET", "/api/whoami").authorization(scheme);
        call.send().await.refused(401, "Not logged in.");
    }
    let written = nobody
        .post_json(&alice.path("feed"), &post(note("x")))
        .await;
    written.not_believed(400, MISSING);
}

#[tokio::test]
async fn each_class_of_requests_takes_its_own_credentials() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = alice.two_legged();
    client.get(&alice.path("feed")).await.ok();
    for address in ["/api/whoami", "/api/user/alice/inbox"] {
        client.get(address).await.not_believed(400, MISSING);
    }
    let written = client
        .post_json(&alice.path("feed"), &post(note("x")))
        .await;
    written.not_believed(400, MISSING);
    // Only an application makes accounts.
    let account = json!({"nickname": "bob", "password": PASSWORD});
    let made = alice.post_json("/api/users", &account).await;
    made.not_believed(400, SIGNATURE);
    client
        .get("/api/user/bob")
        .await
        .refused(404, "No such 'user' with id 'bob'");
}

#[tokio::test]
async fn a_session_reads_and_does_not_write() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let mut browser = server.browser();
    browser.log_in("alice").await;
    for address in ["/api/user/alice/inbox", "/api/user/alice/feed"] {
        browser.get(address).await.ok();
    }
    assert_eq!(browser.get("/api/whoami").await.status, 302);
    let call = browser.request("POST", &alice.path("feed"));
    let written = call.json(&post(note("by cookie"))).send().await;
    written.not_believed(400, MISSING);
    assert_eq!(
        alice.get(&alice.path("feed/major")).await.ok()["totalItems"],
        0
    );
}

/// Quirk 79: the standard form was refused.
#[tokio::test]
async fn quirk_79_plaintext_is_taken_in_its_standard_form_over_https_only() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let whoami = alice.request("GET", "/api/whoami").plaintext();
    assert_eq!(whoami.send().await.status, 302);

    let open = TestServer::start_as("pump.test", Some(80)).await;
    let bob = open.user("bob").await;
    let credentials = (
        bob.client_credentials().unwrap(),
        bob.token_credentials().unwrap(),
    );
    let header = format!(
        "OAuth oauth_consumer_key=\"{}\", oauth_token=\"{}\", oauth_signature_method=\"PLAINTEXT\", \
         oauth_signature=\"{}%26{}\", oauth_timestamp=\"{}\", oauth_nonce=\"n\"",
        credentials.0.key(),
        credentials.1.token(),
        credentials.0.secret().expose(),
        credentials.1.secret().expose(),
        open.now(),
    );
    let call = bob.request("GET", "/api/whoami").authorization(&header);
    call.send()
        .await
        .not_believed(400, "Invalid Signature Method");
}

#[tokio::test]
async fn credentials_may_stand_in_the_query_of_a_write() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let call = alice
        .request("POST", &alice.path("feed"))
        .json(&post(note("x")));
    // The signature covers the same parameters wherever they stand.
    let query = call
        .signature()
        .strip_prefix("OAuth ")
        .unwrap()
        .replace("\", ", "&")
        .replace('"', "");
    let address = format!("{}?{query}", alice.path("feed"));
    let call = alice
        .request("POST", &address)
        .json(&post(note("x")))
        .unsigned();
    call.send().await.ok();
    let read = alice.request("GET", &address).unsigned().send().await;
    read.refused(401, "Not logged in.");
}
