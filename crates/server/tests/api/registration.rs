//! Who may make an account, and what the settings make at the start (pump.io protocol, sections 4.3,
//! 11.1 and 12).

use pumphouse_oauth1::{ClientCredentials, TokenCredentials};
use pumphouse_server::{PresetClient, PresetToken, PresetUser, Registration, Server};
use pumphouse_testkit::{Caller, PASSWORD, Reply, TestServer};
use serde_json::{Value, json};

const NOT_INVITED: &str = "Registration needs an invitation that was not used before.";

fn account(nickname: &str) -> Value {
    json!({"nickname": nickname, "password": PASSWORD})
}

fn invited(nickname: &str, invitation: &str) -> Value {
    json!({"nickname": nickname, "password": PASSWORD, "invitation": invitation})
}

async fn with_invitations() -> TestServer {
    let registration = Registration::Invitation { by_users: false };
    TestServer::start_with(move |builder| builder.registration(registration)).await
}

#[tokio::test]
async fn a_closed_server_makes_no_accounts() {
    let server = TestServer::start_with(|builder| builder.registration(Registration::Closed)).await;
    let client = server.client().await;
    // Whatever else is wrong with the request.
    for account in [account("alice"), account("a b"), json!({})] {
        let reply = client.post_json("/api/users", &account).await;
        reply.refused(403, "No registration allowed.");
    }
    let mut browser = server.browser();
    let page = browser.get("/main/register").await;
    page.refused_page(403, "No registration allowed.");
    let fields = [
        ("nickname", "alice"),
        ("password", PASSWORD),
        ("repeat", PASSWORD),
    ];
    let page = browser.submit("/main/register", &fields).await;
    assert_eq!(page.status, 403);
    assert!(!browser.has_session());
    client
        .get("/api/user/alice")
        .await
        .refused(404, "No such 'user' with id 'alice'");
    for path in ["/", "/main/login"] {
        assert!(
            !browser.get(path).await.body.contains("/main/register"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn an_invitation_makes_one_account_and_is_not_kept_in_it() {
    let server = with_invitations().await;
    let client = server.client().await;
    let invitation = server.invite().await;
    let bob = client
        .post_json("/api/users", &invited("bob", &invitation))
        .await
        .ok();
    assert_eq!(bob["invitation"], Value::Null);
    for account in [
        account("carol"),
        invited("carol", &invitation),
        invited("carol", "AAAAAAAAAAAAAAAAAAAAAA"),
        invited("carol", ""),
        json!({"nickname": "carol", "password": PASSWORD, "invitation": [invitation]}),
    ] {
        let reply = client.post_json("/api/users", &account).await;
        reply.refused(403, NOT_INVITED);
    }
}

#[tokio::test]
async fn an_account_that_was_refused_uses_no_invitation_up() {
    let server = with_invitations().await;
    let client = server.client().await;
    let invitation = server.invite().await;
    let mut weak = invited("bob", &invitation);
    weak["password"] = "short".into();
    for (account, status) in [(weak, 400), (invited("a b", &invitation), 400)] {
        let reply = client.post_json("/api/users", &account).await;
        assert_eq!(reply.status, status);
    }
    let account = invited("bob", &invitation);
    client.post_json("/api/users", &account).await.ok();
    let another = server.invite().await;
    let taken = invited("bob", &another);
    let reply = client.post_json("/api/users", &taken).await;
    reply.refused(409, "Already have a(n) 'user' with id 'bob'");
    let account = invited("carol", &another);
    client.post_json("/api/users", &account).await.ok();
}

#[tokio::test]
async fn two_who_share_an_invitation_do_not_both_get_in() {
    let server = with_invitations().await;
    let client = server.client().await;
    let invitation = server.invite().await;
    let (bob, carol) = (invited("bob", &invitation), invited("carol", &invitation));
    let (one, two) = tokio::join!(
        client.post_json("/api/users", &bob),
        client.post_json("/api/users", &carol)
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403]);
}

#[tokio::test]
async fn an_invitation_is_good_for_thirty_days_and_across_a_restart() {
    let mut server = with_invitations().await;
    let client = server.client().await;
    let (early, late) = (server.invite().await, server.invite().await);
    server.restart().await;
    server.clock().advance(29 * 24 * 3_600);
    let account = invited("bob", &early);
    client.post_json("/api/users", &account).await.ok();
    server.clock().advance(2 * 24 * 3_600);
    let reply = client
        .post_json("/api/users", &invited("carol", &late))
        .await;
    reply.refused(403, NOT_INVITED);
}

#[tokio::test]
async fn the_page_takes_the_invitation_from_its_address() {
    let server = with_invitations().await;
    let invitation = server.invite().await;
    let mut browser = server.browser();
    let path = format!("/main/register?invitation={invitation}");
    let page = browser.get(&path).await;
    assert_eq!(page.field("invitation"), Some(invitation.clone()));
    let fields = |invitation| {
        [
            ("nickname", "bob"),
            ("password", PASSWORD),
            ("repeat", PASSWORD),
            ("invitation", invitation),
        ]
    };
    let page = browser.submit("/main/register", &fields("no")).await;
    assert_eq!(page.status, 403);
    assert!(
        page.body.contains(&format!("role=\"alert\">{NOT_INVITED}")),
        "{page:?}"
    );
    assert_eq!(page.field("invitation").as_deref(), Some("no"));
    let reply = browser.submit("/main/register", &fields(&invitation)).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/"));
    assert!(browser.has_session());
}

#[tokio::test]
async fn users_invite_others_where_they_may() {
    let registration = Registration::Invitation { by_users: true };
    let server = TestServer::start_with(move |builder| builder.registration(registration)).await;
    let client = server.client().await;
    let first = invited("bob", &server.invite().await);
    client.post_json("/api/users", &first).await.ok();
    let mut browser = server.browser();
    let reply = browser.submit("/main/invite", &[]).await;
    assert_eq!(reply.status, 401);
    browser.log_in("bob").await;
    assert!(browser.get("/").await.body.contains("id=\"invite\""));
    let page = browser.submit("/main/invite", &[]).await;
    let address = page.element("invitation").unwrap();
    let page = server.browser().get(&address).await;
    let account = invited("carol", &page.field("invitation").unwrap());
    client.post_json("/api/users", &account).await.ok();
}

#[tokio::test]
async fn only_the_operator_invites_where_users_may_not() {
    let server = with_invitations().await;
    let client = server.client().await;
    let bob = invited("bob", &server.invite().await);
    client.post_json("/api/users", &bob).await.ok();
    let mut browser = server.browser();
    browser.log_in("bob").await;
    assert!(!browser.get("/").await.body.contains("id=\"invite\""));
    let page = browser.submit("/main/invite", &[]).await;
    page.refused_page(403, "Only who runs this server invites people.");
}

/// A form as `multipart/form-data`.
fn multipart(fields: &[(&str, &str)]) -> String {
    let part = |(name, value): &(&str, &str)| {
        format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let parts: String = fields.iter().map(part).collect();
    format!("{parts}--limit--\r\n")
}

#[tokio::test]
async fn applications_and_accounts_can_be_made_by_multipart_forms() {
    let media_type = "multipart/form-data; boundary=limit";
    let server = TestServer::start().await;
    let application = multipart(&[
        ("type", "client_associate"),
        ("application_name", "Ünder one röof"),
    ]);
    let call = server.anonymous().request("POST", "/api/client/register");
    let registered = call.body(media_type, application).send().await.ok();
    let text = |name: &str| registered[name].as_str().unwrap().to_owned();
    let credentials = ClientCredentials::new(text("client_id"), text("client_secret"));
    let client = server.anonymous().with_client(credentials);
    let account = multipart(&[("nickname", "alice"), ("password", PASSWORD)]);
    let call = client.request("POST", "/api/users");
    let record = call.body(media_type, account).send().await.ok();
    assert_eq!(record["nickname"], "alice");

    for (media_type, body) in [
        ("multipart/form-data", "x".to_owned()),
        (media_type, "--limit\r\nnothing".to_owned()),
        (media_type, multipart(&[("type", "x"); 101])),
    ] {
        let call = server.anonymous().request("POST", "/api/client/register");
        let reply = call.body(media_type, body).send().await;
        let refusal = reply.refusal(400);
        assert!(refusal.starts_with("Invalid "), "{refusal}");
    }
}

fn preset_client() -> PresetClient {
    PresetClient {
        id: "preset-client".to_owned(),
        secret: "preset-client-secret".to_owned(),
        title: Some("Preset".to_owned()),
        description: Some("Is there from the start.".to_owned()),
        host: None,
    }
}

fn preset_user() -> PresetUser {
    PresetUser {
        nickname: "bot".to_owned(),
        password: Some(PASSWORD.to_owned()),
        email: None,
        tokens: vec![
            PresetToken::OAuth1 {
                client_id: "preset-client".to_owned(),
                token: "preset-token".to_owned(),
                secret: "preset-token-secret".to_owned(),
            },
            PresetToken::Bearer {
                client_id: "preset-client".to_owned(),
                token: "preset-bearer-secret".to_owned(),
            },
        ],
    }
}

fn preset_caller(server: &TestServer) -> Caller {
    server
        .anonymous()
        .with_client(ClientCredentials::new(
            "preset-client",
            "preset-client-secret",
        ))
        .with_token(TokenCredentials::new("preset-token", "preset-token-secret"))
}

#[tokio::test]
async fn preset_clients_and_users_are_there_from_the_start_and_stay_themselves() {
    let mut server =
        TestServer::start_with(|builder| builder.clients([preset_client()]).users([preset_user()]))
            .await;
    let bot = preset_caller(&server);
    let note = json!({"verb": "post", "object": {"objectType": "note", "content": "Hello"}});
    let posted = bot.post_json("/api/user/bot/feed", &note).await.ok();
    assert_eq!(posted["generator"]["displayName"], "Preset");
    let bearer = server.anonymous().request("GET", "/api/user/bot/inbox");
    let bearer = bearer.authorization("Bearer preset-bearer-secret");
    bearer.clone().send().await.ok();
    // A token of the settings is not made again, and what it made stays.
    server.restart().await;
    let feed = bot.get("/api/user/bot/feed/major").await.ok();
    assert_eq!(feed["items"][0]["id"], posted["id"]);
    bearer.send().await.ok();
    assert_eq!(server.browser().log_in("bot").await.status, 303);
}

#[tokio::test]
async fn presets_need_no_open_registration_and_no_password() {
    let server = TestServer::start_with(|builder| {
        builder
            .registration(Registration::Closed)
            .clients([preset_client()])
            .users([PresetUser {
                password: None,
                ..preset_user()
            }])
    })
    .await;
    let bot = preset_caller(&server);
    bot.get("/api/user/bot/inbox").await.ok();
    for password in ["", PASSWORD] {
        let fields = [("nickname", "bot"), ("password", password)];
        let page = server.browser().submit("/main/login", &fields).await;
        assert_eq!(page.status, 401);
    }
}

/// Why a server with these presets does not start.
async fn refusal(client: PresetClient, user: PresetUser) -> String {
    let directory = tempfile::tempdir().unwrap();
    let builder = Server::builder(directory.path()).listen("127.0.0.1:0");
    match builder.clients([client]).users([user]).start().await {
        Ok(_) => "it starts".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn presets_that_cannot_be_are_told_at_the_start() {
    assert_eq!(refusal(preset_client(), preset_user()).await, "it starts");
    let nameless = PresetUser {
        nickname: "a b".to_owned(),
        ..preset_user()
    };
    let weak = PresetUser {
        password: Some("short".to_owned()),
        ..preset_user()
    };
    let unknown = PresetClient {
        id: "another".to_owned(),
        ..preset_client()
    };
    let open = PresetClient {
        secret: String::new(),
        ..preset_client()
    };
    for (client, user, text) in [
        (preset_client(), nameless, "Bad nickname: 'a b'"),
        (preset_client(), weak, "Bad password"),
        (unknown, preset_user(), "unknown client 'preset-client'"),
        (open, preset_user(), "needs an id and a secret"),
    ] {
        let refusal = refusal(client, user).await;
        assert!(refusal.contains(text), "{refusal}");
        assert!(!refusal.contains("token-secret"), "{refusal}");
    }
}

#[test]
fn settings_do_not_show_their_secrets() {
    let shown = format!("{:?} {:?}", preset_client(), preset_user());
    assert!(shown.contains("preset-client"), "{shown}");
    assert!(!shown.contains("secret"), "{shown}");
    assert!(!shown.contains(PASSWORD), "{shown}");
}

#[tokio::test]
async fn without_pages_there_is_the_api_and_the_way_to_connect_a_program() {
    let server = TestServer::start_with(|builder| builder.web(false)).await;
    let alice = server.user("alice").await;
    let mut browser = server.browser();
    for path in [
        "/main/register",
        "/main/login",
        "/main/recover",
        "/oauth2/authz",
    ] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
    let fields = [("nickname", "alice"), ("password", PASSWORD)];
    assert_eq!(browser.submit("/main/login", &fields).await.status, 404);
    let front = browser.get("/").await;
    assert_eq!(front.status, 200);
    assert!(front.body.contains("/api/client/register"), "{front:?}");
    let profile = alice.get("/alice").await.ok();
    assert_eq!(profile["id"], "acct:alice@pump.test");

    let (token, reply) = connect(&server, "alice").await;
    assert!(reply.element("verifier").is_some(), "{reply:?}");
    // A browser that connected a program cannot read with what it was given for that.
    let request = token.request("GET", "/api/user/alice/inbox");
    request.send().await.refused(401, "Not logged in.");
}

/// Connects a program by its page; gives the browser and the last page.
async fn connect(server: &TestServer, nickname: &str) -> (pumphouse_testkit::Browser, Reply) {
    let client = server.client().await;
    let temporary = crate::support::begin(&client, "oob").await;
    let mut browser = server.browser();
    let fields = [
        ("oauth_token", temporary.token()),
        ("username", nickname),
        ("password", PASSWORD),
    ];
    let page = browser.submit("/oauth/authorize", &fields).await;
    let verifier = page.field("verifier").unwrap();
    let fields = [
        ("oauth_token", temporary.token()),
        ("verifier", verifier.as_str()),
    ];
    let page = browser.submit("/oauth/authorize", &fields).await;
    (browser, page)
}
