//! Activities, objects and members changed at their own addresses (pump.io protocol, sections 5.6,
//! 6.10, 7.4 and 7.5).

use pumphouse_testkit::{Caller, TestServer};
use serde_json::{Value, json};

use crate::support::{
    comment, does, href, ids, mention, note, post, post_publicly, public, recipients,
};

async fn put(caller: &Caller, address: &str, document: &Value) -> pumphouse_testkit::Reply {
    caller.put_json(address, document).await
}

async fn delete(caller: &Caller, address: &str) -> pumphouse_testkit::Reply {
    caller.request("DELETE", address).send().await
}

/// Quirk 42: `PUT` could change actor and recipients.
#[tokio::test]
async fn quirk_42_an_activity_is_changed_by_its_actor_and_who_did_what_for_whom_stays() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let mut activity = post(note("x"));
    activity["to"] = json!([bob.person()]);
    let done = alice.does(activity).await;
    let address = href(&done);
    server.clock().advance(60);
    let change = json!({
        "title": "A title", "content": "<b>Said</b><script>x</script>", "mood": "good", "_secret": "x",
        "verb": "share", "actor": bob.person(), "object": note("other"), "target": note("other"),
        "generator": {"objectType": "application", "id": "urn:fake"},
        "to": [public()], "cc": [public()], "bto": [public()], "bcc": [public()],
        "id": "tag:x.test,2026:1", "url": "https://evil.test/", "links": {"self": {"href": "https://evil.test/"}},
        "published": "1999-01-01T00:00:00Z", "received": "1999-01-01T00:00:00Z", "deleted": "1999-01-01T00:00:00Z",
    });
    let changed = put(&alice, address, &change).await.ok();
    let read = bob.get(address).await.ok();
    for document in [&changed, &read] {
        assert_eq!(document["title"], "A title");
        assert_eq!(document["content"], "<b>Said</b>");
        assert_eq!(document["mood"], "good");
        assert_eq!(document["updated"], "2027-01-15T08:01:00Z");
        assert_eq!(document["object"]["content"], "x");
        assert_eq!(recipients(document, "to"), [bob.id()]);
        for fixed in ["id", "verb", "url", "links", "published", "generator"] {
            assert_eq!(document[fixed], done[fixed], "{fixed}");
        }
        assert_eq!(document["actor"]["id"], alice.id());
        for absent in [
            "cc", "bto", "bcc", "target", "received", "deleted", "_secret",
        ] {
            assert!(document.get(absent).is_none(), "{absent}");
        }
    }
    // It is not told anew, and nothing follows from it.
    let inbox = bob.get(&bob.path("inbox/direct/major")).await.ok();
    assert_eq!(inbox["totalItems"], 2, "the welcome and the note");
    let text = "Only the actor can modify this object.";
    put(&bob, address, &json!({"title": "Mine"}))
        .await
        .refused(403, text);
    delete(&bob, address).await.refused(403, text);
    let reply = put(&alice, address, &json!({"title": 7})).await;
    assert_eq!(reply.status, 400);
    assert_eq!(alice.get(address).await.ok(), changed);
}

#[tokio::test]
async fn a_deleted_activity_stays_in_feeds_and_tells_no_more_than_that_it_was() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let mut titled = note("A secret");
    titled["displayName"] = "Title".into();
    let mut activity = post(titled);
    activity["to"] = json!([bob.person(), public()]);
    let done = alice.does(activity).await;
    let (address, object) = (href(&done), href(&done["object"]));
    bob.get(object).await.ok();
    server.clock().advance(60);
    let reply = delete(&alice, address).await;
    // Quirk 20: a JSON string.
    assert_eq!(reply.ok(), "Deleted");
    for reader in [&alice, &bob] {
        reader.get(address).await.refused(410, "Deleted");
        put(reader, address, &json!({"title": "x"})).await;
    }
    delete(&alice, address).await.refused(410, "Deleted");
    let put_again = put(&alice, address, &json!({"title": "x"})).await;
    put_again.refused(410, "Deleted");
    for (reader, path) in [
        (&alice, alice.path("feed/major")),
        (&alice, alice.path("inbox/major")),
        (&bob, bob.path("inbox/direct/major")),
    ] {
        let feed = reader.get(&path).await.ok();
        let item = &feed["items"][0];
        assert_eq!(item["id"], done["id"], "{path}");
        assert_eq!(item["verb"], "post");
        assert_eq!(item["deleted"], "2027-01-15T08:01:00Z");
        assert_eq!(item["published"], "2027-01-15T08:00:00Z");
        assert_eq!(
            item["content"],
            "<a href='https://pump.test/alice'>alice</a> posted a note"
        );
        for gone in ["to", "cc", "url", "generator"] {
            assert!(item.get(gone).is_none(), "{gone}");
        }
    }
    let inbox = bob.get(&bob.path("inbox")).await;
    inbox.ok();
    assert!(!inbox.body.contains("A secret") && !inbox.body.contains("Title"));
    // The object has lost its posting: its author reads it, and can post it again.
    assert_eq!(alice.get(object).await.ok()["content"], "A secret");
    let text = "No authorization for this object.";
    bob.get(object).await.refused(403, text);
    alice.does(post_publicly(mention(&done["object"]))).await;
    bob.get(object).await.ok();
}

#[tokio::test]
async fn activities_that_are_not_there_are_told_so() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let text = "Can't find an activity with id nothing";
    let address = "/api/activity/nothing";
    alice.get(address).await.refused(404, text);
    put(&alice, address, &json!({})).await.refused(404, text);
    delete(&alice, address).await.refused(404, text);
    alice
        .get("/api/activity?id=tag%3Ax")
        .await
        .refused(404, "Unknown type: activity");
}

#[tokio::test]
async fn an_object_is_updated_at_its_address_and_that_is_told() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let mut activity = post(note("before"));
    activity["to"] = json!([bob.person()]);
    let object = alice.does(activity).await["object"].clone();
    let address = href(&object);
    server.clock().advance(60);
    let changed = put(&alice, address, &json!({"content": "after"}))
        .await
        .ok();
    assert_eq!(changed["content"], "after");
    assert_eq!(changed["author"]["id"], alice.id());
    assert_eq!(bob.get(address).await.ok()["content"], "after");
    let told = bob.get(&bob.path("inbox/minor?count=1")).await.ok()["items"][0].clone();
    assert_eq!(
        (&told["verb"], &told["object"]["id"]),
        (&json!("update"), &object["id"])
    );
    // Quirk 66: the address of its page has a name in it.
    let page = told["url"].as_str().unwrap();
    assert!(
        page.starts_with("https://pump.test/alice/activity/"),
        "{page}"
    );
    // The whole document may be sent back.
    let mut whole = alice.get(address).await.ok();
    whole["content"] = "at last".into();
    assert_eq!(
        put(&alice, address, &whole).await.ok()["content"],
        "at last"
    );

    for (name, value) in [("id", "tag:other"), ("objectType", "image")] {
        let mut other = mention(&object);
        other[name] = value.into();
        let text = format!(
            "No such '{}' with id '{}'",
            other["objectType"].as_str().unwrap(),
            other["id"].as_str().unwrap()
        );
        put(&alice, address, &other).await.refused(400, &text);
    }
    let text = "Only the author can modify this object.";
    let evil = json!({"content": "evil"});
    put(&bob, address, &evil).await.refused(403, text);
    delete(&bob, address).await.refused(403, text);
    let unknown = "Can't find a note with ID = nothing";
    put(&alice, "/api/note/nothing", &evil)
        .await
        .refused(404, unknown);
    put(&alice, "/api/nothing/x", &evil)
        .await
        .refused(404, "Unknown type: nothing");
}

/// Quirk 73: what was deleted could be liked, answered, changed and deleted again.
#[tokio::test]
async fn quirk_73_what_was_deleted_at_its_address_is_gone_in_every_way() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let object = alice.does(post_publicly(note("x"))).await["object"].clone();
    let answer = bob.does(post(comment("y", &object))).await["object"].clone();
    let address = href(&answer).to_owned();
    // Quirk 20: a JSON string.
    assert_eq!(delete(&bob, &address).await.ok(), "Deleted");
    let told = alice.get(&alice.path("inbox/minor?count=1")).await.ok();
    assert_eq!(told["items"][0]["verb"], "delete");
    for path in ["", "/likes", "/replies", "/shares"] {
        let path = format!("{address}{path}");
        for reader in [&alice, &bob] {
            reader.get(&path).await.refused(410, "Deleted");
        }
    }
    delete(&bob, &address).await.refused(410, "Deleted");
    let change = json!({"content": "back"});
    put(&bob, &address, &change).await.refused(410, "Deleted");
    for verb in [
        "post", "create", "update", "delete", "like", "share", "add", "play",
    ] {
        let again = bob.tries(does(verb, mention(&answer))).await;
        again.refused(410, "Deleted");
    }
    let reply = post(comment("z", &answer));
    alice.tries(reply).await.refused(410, "Deleted");
    let replies = object["replies"]["url"].as_str().unwrap();
    assert!(ids(&alice.get(replies).await.ok()).is_empty());
}

#[tokio::test]
async fn members_are_added_by_post() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let lists = alice.get(&alice.path("lists/person")).await.ok();
    let list = &lists["items"][0];
    let members = list["members"]["url"].as_str().unwrap();
    let added = alice.post_json(members, &bob.person()).await.ok();
    assert_eq!(added["id"], bob.id());
    let page = alice.get(members).await.ok();
    assert_eq!(ids(&page), [bob.id()]);
    assert_eq!(page["displayName"], "Members of Coworkers by alice");
    assert_eq!(page["author"]["id"], alice.id());
    let told = bob.get(&bob.path("inbox/direct/minor?count=1")).await.ok();
    assert_eq!(told["items"][0]["verb"], "add");
    let text = "Only the author can modify this object.";
    bob.post_json(members, &bob.person())
        .await
        .refused(403, text);
    let note = alice.does(post(note("x"))).await["object"].clone();
    let text = format!(
        "Can't add to {}: incorrect type.",
        list["id"].as_str().unwrap()
    );
    alice
        .post_json(members, &mention(&note))
        .await
        .refused(400, &text);
    alice
        .post_json("/api/collection/nothing/members", &bob.person())
        .await
        .refused(404, "Can't find a collection with ID = nothing");
}

#[tokio::test]
async fn what_takes_nothing_says_so() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let note = alice.does(post(note("x"))).await["object"].clone();
    let likes = note["likes"]["url"].as_str().unwrap();
    let likes = likes.strip_prefix("https://pump.test").unwrap();
    for path in [
        &alice.path("followers"),
        &alice.path("lists/person"),
        &alice.path("inbox/major"),
        likes,
    ] {
        let reply = alice.post_json(path, &alice.person()).await;
        reply.refused(404, &format!("Cannot POST {path}"));
    }
    let following = alice.path("following");
    delete(&alice, &following)
        .await
        .refused(404, &format!("Cannot DELETE {following}"));
}
