//! The endpoint index (section 16), row by row: each is there, and takes the credentials of its class
//! (section 3.1) and no others. The dance is in `dance`, the pages of OAuth 2.0 in `oauth2`.

use pumphouse_testkit::{Caller, PASSWORD, Reply, TestServer};
use serde_json::{Value, json};

use crate::bearer::{token_for, token_of};
use crate::support::{comment, does, href, mention, note, post, post_publicly};

/// What a request has to come with.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Class {
    Open,
    AnyRead,
    UserRead,
    UserWrite,
    ClientWrite,
}

/// What requests come with.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Credentials {
    Nothing,
    Session,
    BearerOfUser,
    BearerOfClient,
    Client,
    User,
}

/// Those that are refused come first, so that they show that nothing was done.
const CREDENTIALS: [Credentials; 6] = [
    Credentials::Nothing,
    Credentials::BearerOfClient,
    Credentials::BearerOfUser,
    Credentials::Session,
    Credentials::Client,
    Credentials::User,
];

/// A refusal, or `None` if it is done.
fn refusal(class: Class, credentials: Credentials) -> Option<(u16, &'static str)> {
    use Credentials::{BearerOfClient, BearerOfUser, Client, Nothing, Session, User};
    let not_logged_in = Some((401, "Not logged in."));
    let missing = Some((400, "Missing required parameter"));
    match (class, credentials) {
        (Class::Open, _)
        | (Class::AnyRead | Class::UserRead, User | BearerOfUser | Session)
        | (Class::AnyRead, Client | BearerOfClient)
        | (Class::UserWrite, User)
        | (Class::ClientWrite, Client) => None,
        (Class::AnyRead | Class::UserRead, Nothing) | (Class::UserRead, BearerOfClient) => {
            not_logged_in
        }
        (Class::ClientWrite, User) => Some((400, "")),
        _ => missing,
    }
}

/// A server with somebody who has posted, and the ways to ask.
struct World {
    server: TestServer,
    user: Caller,
    cookie: String,
    bearer_of_user: String,
    bearer_of_client: String,
}

impl World {
    async fn begin() -> Self {
        let server = TestServer::start().await;
        let user = server.user("alice").await;
        let renewed = user.request("POST", "/main/renew").send().await;
        let cookie = renewed.header("set-cookie").split(';').next().unwrap();
        Self {
            cookie: cookie.to_owned(),
            bearer_of_user: token_for(&server, "alice").await,
            bearer_of_client: token_of(&user.two_legged()).await,
            user,
            server,
        }
    }

    async fn ask(&self, credentials: Credentials, method: &str, path: &str, body: &Value) -> Reply {
        let caller = match credentials {
            Credentials::User => self.user.clone(),
            Credentials::Client => self.user.two_legged(),
            _ => self.server.anonymous(),
        };
        let call = caller.request(method, path);
        let call = match body {
            Value::Null => call,
            Value::String(file) => call.body("text/plain", file.clone()),
            document => call.json(document),
        };
        let call = match credentials {
            Credentials::Session => call.header("cookie", &self.cookie),
            Credentials::BearerOfUser => call.bearer(&self.bearer_of_user),
            Credentials::BearerOfClient => call.bearer(&self.bearer_of_client),
            _ => call,
        };
        call.send().await
    }

    /// Asks with everything that a request can come with.
    async fn check(&self, class: Class, method: &str, path: &str, body: Value) {
        for credentials in CREDENTIALS {
            let reply = self.ask(credentials, method, path, &body).await;
            let told = format!("{method} {path}, {credentials:?}: {reply:?}");
            match refusal(class, credentials) {
                Some((status, text)) => {
                    assert_eq!(reply.status, status, "{told}");
                    assert!(reply.body.contains(text), "{told}");
                }
                None if path == "/api/whoami" => assert_eq!(reply.status, 302, "{told}"),
                None => assert_eq!(reply.status, 200, "{told}"),
            }
            if class == Class::Open {
                break;
            }
        }
    }
}

/// A value for a query.
fn encoded(value: &Value) -> String {
    form_urlencoded::byte_serialize(value.as_str().unwrap().as_bytes()).collect()
}

#[tokio::test]
async fn every_row_of_reading_takes_the_credentials_of_its_class() {
    let world = World::begin().await;
    let alice = &world.user;
    let posted = alice.does(post_publicly(note("for all"))).await;
    let object = &posted["object"];
    let mut answer = post(comment("an answer", object));
    answer["to"] = json!([crate::support::public()]);
    alice.does(answer).await;
    let group = json!({"objectType": "group", "displayName": "Chess"});
    let mut create = does("create", group);
    create["to"] = json!([crate::support::public()]);
    let group = alice.does(create).await["object"].clone();
    let list =
        json!({"objectType": "collection", "displayName": "Bowlers", "objectTypes": ["person"]});
    let mut create = does("create", list);
    create["to"] = json!([crate::support::public()]);
    let list = alice.does(create).await["object"].clone();
    let upload = alice.request("POST", &alice.path("uploads"));
    let upload = upload.body("text/plain", "a file").send().await.ok();
    let mut publish = post(mention(&upload));
    publish["to"] = json!([crate::support::public()]);
    alice.does(publish).await;

    for path in [
        "/.well-known/host-meta",
        "/.well-known/host-meta.json",
        "/.well-known/webfinger?resource=acct:alice@pump.test",
        "/api/lrdd?resource=acct:alice@pump.test",
        upload["fileUrl"].as_str().unwrap(),
    ] {
        world.check(Class::Open, "GET", path, Value::Null).await;
    }

    let note_id = encoded(&object["id"]);
    let group_id = encoded(&group["id"]);
    let mut any_read: Vec<String> = ["", "/profile", "/feed", "/feed/major", "/feed/minor"]
        .into_iter()
        .chain(["/followers", "/following", "/favorites", "/lists/person"])
        .map(|part| format!("/api/user/alice{part}"))
        .collect();
    any_read.push("/api/users".to_owned());
    any_read.push(href(&posted).to_owned());
    any_read.push(href(object).to_owned());
    any_read.push(format!("/api/note?id={note_id}"));
    for feed in ["likes", "replies", "shares"] {
        any_read.push(format!("{}/{feed}", href(object)));
        any_read.push(format!("/api/note/{feed}?id={note_id}"));
    }
    any_read.push(format!("{}/members", href(&list)));
    for feed in ["members", "inbox", "documents"] {
        any_read.push(format!("{}/{feed}", href(&group)));
        any_read.push(format!("/api/group/{feed}?id={group_id}"));
    }
    for path in any_read {
        world.check(Class::AnyRead, "GET", &path, Value::Null).await;
    }

    let user_read = ["inbox", "inbox/major", "inbox/minor", "inbox/direct"]
        .into_iter()
        .chain(["inbox/direct/major", "inbox/direct/minor", "uploads"])
        .map(|feed| alice.path(feed))
        .chain(["/api/whoami".to_owned()]);
    for path in user_read {
        world
            .check(Class::UserRead, "GET", &path, Value::Null)
            .await;
    }
}

#[tokio::test]
async fn every_row_of_writing_takes_the_credentials_of_its_class() {
    let world = World::begin().await;
    let alice = &world.user;
    let bob = world.server.user("bob").await;
    let liked = bob.does(post_publicly(note("likeable"))).await["object"].clone();
    let posted = alice.does(post(note("mine"))).await;
    let list =
        json!({"objectType": "collection", "displayName": "Bowlers", "objectTypes": ["person"]});
    let list = alice.does(does("create", list)).await["object"].clone();
    let mut foreign = note("from elsewhere");
    foreign["id"] = "tag:app.test,2027:1".into();
    alice.does(post(foreign)).await;

    let open = json!({"type": "client_associate"});
    world
        .check(Class::Open, "POST", "/api/client/register", open)
        .await;

    let account = |nickname: &str| json!({"nickname": nickname, "password": PASSWORD});
    for (path, body) in [
        ("/api/users", account("carol")),
        ("/main/register", account("dave")),
        ("/main/login", account("alice")),
    ] {
        world.check(Class::ClientWrite, "POST", path, body).await;
    }

    let by_id = "/api/note?id=tag%3Aapp.test%2C2027%3A1";
    let members = format!("{}/members", href(&list));
    let (activity, object) = (href(&posted), href(&posted["object"]));
    let changed = json!({"content": "changed"});
    for (method, path, body) in [
        ("POST", alice.path("feed"), post(note("one"))),
        ("POST", alice.path("feed/major"), post(note("two"))),
        (
            "POST",
            alice.path("feed/minor"),
            does("like", mention(&liked)),
        ),
        ("POST", alice.path("following"), bob.person()),
        ("POST", alice.path("uploads"), json!("a file")),
        ("POST", members, bob.person()),
        ("POST", "/main/renew".to_owned(), Value::Null),
        ("PUT", alice.path("profile"), json!({"summary": "changed"})),
        ("PUT", "/api/user/alice".to_owned(), account("alice")),
        ("PUT", activity.to_owned(), json!({"title": "changed"})),
        ("PUT", object.to_owned(), changed.clone()),
        ("PUT", by_id.to_owned(), changed),
        ("DELETE", by_id.to_owned(), Value::Null),
        ("DELETE", object.to_owned(), Value::Null),
        ("DELETE", activity.to_owned(), Value::Null),
    ] {
        world.check(Class::UserWrite, method, &path, body).await;
    }
    alice.does(does("unlike", mention(&liked))).await;
    let favorites = alice.path("favorites");
    world
        .check(Class::UserWrite, "POST", &favorites, mention(&liked))
        .await;
    // This ends what the others need.
    world
        .check(Class::UserWrite, "DELETE", "/api/user/alice", Value::Null)
        .await;
}
