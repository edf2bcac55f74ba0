//! Bearer tokens on the endpoints of the API (section 3.6).

use pumphouse_testkit::{Caller, Reply, TestServer};
use serde_json::json;

use crate::support::{addressed, does, href, mention, note, post, post_publicly};

/// A bearer token that the application has for itself.
pub(crate) async fn token_of(client: &Caller) -> String {
    let credentials = client.client_credentials().unwrap();
    let call = client.request("POST", "/oauth2/token").unsigned().form(&[
        ("grant_type", "client_credentials"),
        ("client_id", credentials.key()),
        ("client_secret", credentials.secret().expose()),
    ]);
    access_token(&call.send().await)
}

fn access_token(reply: &Reply) -> String {
    reply.ok()["access_token"].as_str().unwrap().to_owned()
}

/// A bearer token of a person, who has agreed on the page.
pub(crate) async fn token_for(server: &TestServer, nickname: &str) -> String {
    let registration = json!({
        "type": "client_associate",
        "redirect_uris": "https://app.test/cb",
    });
    let register = server.anonymous().request("POST", "/api/client/register");
    let client = register.json(&registration).send().await.ok();
    let (id, secret) = (
        client["client_id"].as_str().unwrap(),
        client["client_secret"].as_str().unwrap(),
    );
    let mut browser = server.browser();
    browser.log_in(nickname).await;
    let page = format!("/oauth2/authz?response_type=code&client_id={id}");
    let csrf = browser.get(&page).await.field("_csrf").unwrap();
    let fields = [
        ("response_type", "code"),
        ("client_id", id),
        ("_csrf", &csrf),
        ("allow", "Authorize"),
    ];
    let reply = browser.submit("/oauth2/authz", &fields).await;
    let (_, code) = reply.header("location").split_once("?code=").unwrap();
    let call = server.anonymous().request("POST", "/oauth2/token").form(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", id),
        ("client_secret", secret),
    ]);
    access_token(&call.send().await)
}

async fn read(server: &TestServer, path: &str, token: &str) -> Reply {
    let call = server.anonymous().request("GET", path);
    call.bearer(token).send().await
}

#[tokio::test]
async fn a_token_of_a_person_reads_what_the_person_reads() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    alice.does(does("follow", bob.person())).await;
    let secret = addressed(post(note("for alice")), "to", &[alice.person()]);
    let secret = bob.does(secret).await;
    let group = json!({"objectType": "group", "displayName": "Chess"});
    let group = alice.does(does("create", group)).await["object"].clone();
    let upload = alice.request("POST", &alice.path("uploads"));
    let upload = upload.body("text/plain", "a file").send().await.ok();
    let token = token_for(&server, "alice").await;
    let object = href(&secret["object"]).to_owned();
    for path in [
        "/api/users".to_owned(),
        "/api/user/alice".to_owned(),
        alice.path("profile"),
        alice.path("feed"),
        alice.path("feed/major"),
        alice.path("feed/minor"),
        alice.path("inbox"),
        alice.path("inbox/major"),
        alice.path("inbox/minor"),
        alice.path("inbox/direct"),
        alice.path("inbox/direct/major"),
        alice.path("inbox/direct/minor"),
        alice.path("followers"),
        alice.path("following"),
        alice.path("favorites"),
        alice.path("lists/person"),
        alice.path("uploads"),
        bob.path("feed"),
        href(&secret).to_owned(),
        format!("{object}/likes"),
        format!("{object}/replies"),
        format!("{object}/shares"),
        object,
        href(&group).to_owned(),
        format!("{}/members", href(&group)),
        format!("{}/documents", href(&group)),
        format!("{}/inbox", href(&group)),
        upload["fileUrl"].as_str().unwrap().to_owned(),
    ] {
        let signed = alice.get(&path).await;
        assert_eq!(signed.status, 200, "{path}: {signed:?}");
        let borne = read(&server, &path, &token).await;
        assert_eq!((borne.status, &borne.body), (200, &signed.body), "{path}");
    }
    let whoami = read(&server, "/api/whoami", &token).await;
    assert_eq!(whoami.status, 302);
    assert!(
        whoami
            .header("location")
            .ends_with("/api/user/alice/profile")
    );
    // And no more than that.
    let other = read(&server, &bob.path("inbox"), &token).await;
    other.refused(401, "Not authorized");
    let secret = addressed(post(note("for me")), "to", &[bob.person()]);
    let secret = bob.does(secret).await;
    assert_eq!(
        read(&server, href(&secret["object"]), &token).await.status,
        403
    );
}

#[tokio::test]
async fn a_token_of_a_client_reads_what_is_public() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let public = alice.does(post_publicly(note("for all"))).await;
    let hidden = alice.does(post(note("for followers"))).await;
    let token = token_of(&server.client().await).await;
    let feed = read(&server, &alice.path("feed/major"), &token).await.ok();
    assert_eq!(feed["items"][0]["id"], public["id"]);
    assert_eq!(feed["items"].as_array().unwrap().len(), 1);
    let reply = read(&server, href(&hidden["object"]), &token).await;
    assert_eq!(reply.status, 403);
    for path in [
        alice.path("inbox"),
        alice.path("uploads"),
        "/api/whoami".into(),
    ] {
        let reply = read(&server, &path, &token).await;
        reply.refused(401, "Not logged in.");
    }
}

/// Quirks 70 and 90: unknown tokens were a fault of the server, and refusals came without a challenge.
#[tokio::test]
async fn quirk_70_and_90_tokens_that_are_none_are_refused_with_a_challenge() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let token = token_for(&server, "alice").await;
    let (changed, longer) = (token.to_lowercase(), format!("{token}A"));
    for path in [alice.path("feed"), alice.path("inbox"), "/api/users".into()] {
        for unknown in ["unknown", &changed, &longer, "\u{fc}"] {
            if unknown == token {
                continue;
            }
            let reply = read(&server, &path, unknown).await;
            reply.refused(401, "Invalid / expired Token");
            let challenge = "Bearer realm=\"OAuth\", error=\"invalid_token\"";
            assert_eq!(reply.header("www-authenticate"), challenge);
        }
        for nothing in ["Bearer", "Bearer "] {
            let call = server.anonymous().request("GET", &path);
            let reply = call.authorization(nothing).send().await;
            reply.refused(401, "Not using Bearer authorization");
            assert_eq!(reply.header("www-authenticate"), "Bearer realm=\"OAuth\"");
        }
    }
    // Outside the API it is told in plain text, with the challenge.
    let reply = read(&server, "/uploads/alice/2027/1/15/abcdef.txt", "unknown").await;
    reply.refused_text(401, "Invalid / expired Token");
    assert!(reply.header("www-authenticate").starts_with("Bearer "));
    // It counts in the header alone.
    let path = format!("{}?access_token={token}", alice.path("feed"));
    let reply = server.anonymous().get(&path).await;
    reply.refused(401, "Not logged in.");
}

#[tokio::test]
async fn tokens_do_not_write() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let posted = alice.does(post(note("mine"))).await;
    let object = href(&posted["object"]);
    let person = token_for(&server, "alice").await;
    let client = token_of(&server.client().await).await;
    let account = json!({"nickname": "bob", "password": "wonder-l4nd"});
    for (method, path, body) in [
        ("POST", alice.path("feed"), post(note("x"))),
        ("POST", alice.path("feed/major"), post(note("x"))),
        ("POST", alice.path("following"), alice.person()),
        ("POST", alice.path("favorites"), mention(&posted["object"])),
        ("PUT", alice.path("profile"), json!({"summary": "x"})),
        ("PUT", object.to_owned(), json!({"content": "x"})),
        ("DELETE", object.to_owned(), json!({})),
        ("DELETE", "/api/user/alice".to_owned(), json!({})),
        ("POST", "/api/users".to_owned(), account),
    ] {
        for token in [&person, &client] {
            let call = server.anonymous().request(method, &path).json(&body);
            let reply = call.bearer(token).send().await;
            reply.not_believed(400, "Missing required parameter");
        }
    }
    let call = server.anonymous().request("POST", &alice.path("uploads"));
    let reply = call.body("text/plain", "x").bearer(&person).send().await;
    reply.not_believed(400, "Missing required parameter");
    assert_eq!(alice.get(object).await.ok()["content"], "mine");
}

/// Quirk 48: tokens survived a new password.
#[tokio::test]
async fn quirk_48_a_new_password_ends_bearer_tokens() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let token = token_for(&server, "alice").await;
    read(&server, &alice.path("inbox"), &token).await.ok();
    let change = json!({"nickname": "alice", "password": "an0ther-w0rd"});
    alice.put_json("/api/user/alice", &change).await.ok();
    let reply = read(&server, &alice.path("inbox"), &token).await;
    reply.refused(401, "Invalid / expired Token");
}

/// Quirks 25 and 47: such a token ended the process, or lived again with the next account of that name.
#[tokio::test]
async fn quirk_25_and_47_a_deleted_account_ends_bearer_tokens() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let token = token_for(&server, "alice").await;
    let deleted = alice.request("DELETE", "/api/user/alice").send().await;
    assert_eq!(deleted.status, 200);
    for path in ["/api/users", "/api/whoami", "/api/user/alice/inbox"] {
        let reply = read(&server, path, &token).await;
        reply.refused(401, "Invalid / expired Token");
    }
}
