//! The records of users: listing, changing and deleting them (sections 4.4 and 4.5).

use pumphouse_testkit::{Caller, PASSWORD, TestServer};
use serde_json::{Value, json};

use crate::support::{agree, begin, credentials, does, exchange, href, note, post_publicly};

const NEW_PASSWORD: &str = "an0ther-w0rd";

fn nicknames(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|user| user["nickname"].as_str().unwrap())
        .collect()
}

/// The same person through another application.
async fn elsewhere(server: &TestServer, nickname: &str) -> Caller {
    let client = server.client().await;
    let temporary = begin(&client, "oob").await;
    let verifier = agree(server, nickname, &temporary).await;
    client.with_token(credentials(&exchange(&client, &temporary, &verifier).await))
}

#[tokio::test]
async fn users_are_listed_newest_first_in_pages() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    for nickname in ["bob", "carol"] {
        server.user(nickname).await;
    }
    let page = alice.get("/api/users?count=2").await.ok();
    assert_eq!(nicknames(&page), ["carol", "bob"]);
    assert_eq!(page["totalItems"], 3);
    assert_eq!(page["id"], format!("{}/api/users", server.base()));
    assert_eq!(page["url"], Value::Null);
    let person = json!({"objectType": "person", "id": "acct:carol@pump.test"});
    assert_eq!(page["items"][0]["profile"], person);
    let next = page["links"]["next"]["href"].as_str().unwrap();
    let older = alice.get(next).await.ok();
    assert_eq!(nicknames(&older), ["alice"]);
    assert_eq!(older["links"]["next"], Value::Null);
    let newer = alice.get("/api/users?since=alice&count=1").await.ok();
    assert_eq!(nicknames(&newer), ["bob"]);
    server
        .anonymous()
        .get("/api/users")
        .await
        .refused(401, "Not logged in.");
}

/// Quirk 24.
#[tokio::test]
async fn quirk_24_an_unknown_cursor_of_users_is_refused() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    for cursor in ["before", "since"] {
        let reply = alice.get(&format!("/api/users?{cursor}=nobody")).await;
        reply.refused(400, "id 'nobody' not found in stream 'user:all'");
    }
    alice.get("/api/users").await.ok();
}

/// Quirk 44.
#[tokio::test]
async fn quirk_44_settings_and_addresses_are_for_their_owner() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let change = json!({"nickname": "alice", "password": PASSWORD, "settings": {"theme": "dark"}, "email": "a@example.org"});
    let changed = alice.put_json("/api/user/alice", &change).await.ok();
    assert_eq!(changed["settings"]["theme"], "dark");
    for address in ["/api/users", "/api/user/alice"] {
        let own = alice.get(address).await.ok().to_string();
        assert!(
            own.contains("dark") && own.contains("a@example.org"),
            "{own}"
        );
        let others = bob.get(address).await.ok().to_string();
        assert!(
            !others.contains("dark") && !others.contains("a@example.org"),
            "{others}"
        );
    }
}

/// Quirk 70: these were answered with 500.
#[tokio::test]
async fn quirk_70_changes_that_cannot_be_are_refused() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let whole = json!({"nickname": "alice", "password": PASSWORD});
    for (name, value, text) in [
        ("nickname", Value::Null, "'nickname' is immutable"),
        ("nickname", json!("alicia"), "'nickname' is immutable"),
        ("password", json!("short"), "Bad password"),
        (
            "published",
            json!("2001-01-01T00:00:00Z"),
            "'published' is immutable",
        ),
        (
            "profile",
            json!({"id": "acct:bob@pump.test"}),
            "'profile' is immutable",
        ),
    ] {
        let mut change = whole.clone();
        change[name] = value;
        alice
            .put_json("/api/user/alice", &change)
            .await
            .refused(400, text);
    }
    for name in ["nickname", "password"] {
        let mut change = whole.clone();
        change.as_object_mut().unwrap().remove(name);
        let reply = alice.put_json("/api/user/alice", &change).await;
        reply.refused(400, &format!("'{name}' property is required"));
    }
    let huge = "x".repeat(60_000);
    alice
        .put_json(
            "/api/user/alice",
            &json!({"nickname": "alice", "password": PASSWORD, "a": huge}),
        )
        .await
        .ok();
    let more = json!({"nickname": "alice", "password": PASSWORD, "b": huge});
    assert_eq!(alice.put_json("/api/user/alice", &more).await.status, 413);
    bob.put_json("/api/user/alice", &whole)
        .await
        .refused(401, "Not authorized");
    bob.request("DELETE", "/api/user/alice")
        .send()
        .await
        .refused(401, "Not authorized");
}

/// Quirk 48.
#[tokio::test]
async fn quirk_48_a_new_password_ends_all_tokens_and_sessions_but_the_one_that_set_it() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let other = elsewhere(&server, "alice").await;
    let profile = alice.path("profile");
    other.get(&profile).await.ok();
    let same = json!({"nickname": "alice", "password": PASSWORD});
    alice.put_json("/api/user/alice", &same).await.ok();
    other.get(&profile).await.ok();
    let new = json!({"nickname": "alice", "password": NEW_PASSWORD});
    alice.put_json("/api/user/alice", &new).await.ok();
    alice.get(&profile).await.ok();
    let refused = other.get(&profile).await;
    assert_eq!(
        (refused.status, refused.body.as_str()),
        (400, "Invalid / expired Token")
    );
}

/// Quirks 25 and 47.
#[tokio::test]
async fn quirks_25_and_47_a_deleted_account_ends_and_its_name_is_not_given_again() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    bob.does(does("follow", alice.person())).await;
    let posted = alice.does(post_publicly(note("still here"))).await;
    let deleted = alice.request("DELETE", "/api/user/alice").send().await;
    assert_eq!(deleted.ok(), "Deleted.");
    for address in [
        "/api/user/alice",
        "/api/user/alice/profile",
        "/api/user/alice/feed",
    ] {
        let reply = bob.get(address).await;
        reply.refused(404, "No such 'user' with id 'alice'");
    }
    for reply in [
        alice.get("/api/user/bob").await,
        alice.tries(post_publicly(note("a ghost"))).await,
        alice.request("DELETE", "/api/user/alice").send().await,
    ] {
        assert_eq!(
            (reply.status, reply.body.as_str()),
            (400, "Invalid / expired Token")
        );
    }
    bob.get(href(&posted["object"])).await.ok();
    bob.get(&bob.path("inbox")).await.ok();
    bob.get(&bob.path("following")).await.ok();
    bob.does(post_publicly(note("life goes on"))).await;
    for nickname in ["alice", "ALICE"] {
        let account = json!({"nickname": nickname, "password": PASSWORD});
        let again = server
            .client()
            .await
            .post_json("/api/users", &account)
            .await;
        again.refused(
            409,
            &format!("Already have a(n) 'user' with id '{nickname}'"),
        );
    }
    // Nobody else takes over what was the deleted account's.
    let carol = server.user("carol").await;
    assert_eq!(
        carol.get(&carol.path("following")).await.ok()["totalItems"],
        0
    );
    let page = bob.get("/api/users").await.ok();
    assert_eq!(nicknames(&page), ["carol", "bob"]);
}
