//! Verbs that do something: follow, like, share, update, delete, and lists (sections 6.7 and 6.8).

use pumphouse_testkit::{Caller, TestServer};
use serde_json::{Value, json};

use crate::support::{
    addressed, comment, does, href, ids, mention, note, post, post_publicly, with_target,
};

/// How many items a feed of an object or person has, and their ids.
async fn items(reader: &Caller, address: &str) -> (u64, Vec<String>) {
    let page = reader.get(address).await.ok();
    (page["totalItems"].as_u64().unwrap(), ids(&page))
}

fn none() -> (u64, Vec<String>) {
    (0, Vec::new())
}

#[tokio::test]
async fn following_and_unfollowing() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let done = bob.does(does("follow", alice.person())).await;
    assert_eq!(done["object"]["pump_io"]["followed"], true);
    assert_eq!(done["object"]["followers"]["totalItems"], 1);
    let one = |caller: &Caller| (1, vec![caller.id()]);
    assert_eq!(items(&bob, &alice.path("followers")).await, one(&bob));
    assert_eq!(items(&alice, &bob.path("following")).await, one(&alice));
    assert_eq!(items(&alice, &alice.path("following")).await, none());
    let edge = format!("'edge' with id '{}→{}'", bob.id(), alice.id());
    let again = bob.tries(does("follow", alice.person())).await;
    again.refused(400, &format!("Already have a(n) {edge}"));

    let note_for_followers = alice.does(post(note("x"))).await;
    let id = note_for_followers["id"].as_str().unwrap().to_owned();
    let inbox = bob.get(&bob.path("inbox/major")).await.ok();
    assert!(ids(&inbox).contains(&id));

    let done = bob.does(does("stop-following", alice.person())).await;
    assert_eq!(done["object"]["pump_io"]["followed"], false);
    assert_eq!(items(&bob, &alice.path("followers")).await, none());
    assert_eq!(items(&bob, &bob.path("following")).await, none());
    let again = bob.tries(does("stop-following", alice.person())).await;
    again.refused(400, &format!("No such {edge}"));
    // Quirk 86: who cannot be found is not followed.
    for id in ["acct:nobody@pump.test", "acct:nobody@nowhere.test"] {
        let unknown = json!({"objectType": "person", "id": id});
        for verb in ["follow", "stop-following"] {
            let reply = bob.tries(does(verb, unknown.clone())).await;
            reply.refused(400, &format!("No such 'person' with id '{id}'"));
        }
    }
    // By POST to `following`.
    let person = bob
        .post_json(&bob.path("following"), &alice.person())
        .await
        .ok();
    assert_eq!(person["id"], alice.id());
    assert_eq!(items(&bob, &bob.path("following")).await, one(&alice));
    let other = alice
        .post_json(&bob.path("following"), &alice.person())
        .await;
    other.refused(401, "Not authorized");
    // Quirk 21: oneself.
    alice.does(does("follow", alice.person())).await;
}

/// Quirk 10: kept.
#[tokio::test]
async fn quirk_10_like_and_favorite_are_one_state() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let object = alice.does(post_publicly(note("x"))).await["object"].clone();
    let id = object["id"].as_str().unwrap();
    let likes = object["likes"]["url"].as_str().unwrap();
    let favorite = format!("'favorite' with id '{}♥{id}'", bob.id());
    for (make, undo) in [("like", "unfavorite"), ("favorite", "unlike")] {
        let done = bob.does(does(make, mention(&object))).await;
        assert_eq!(done["object"]["liked"], true);
        assert_eq!(done["object"]["likes"]["totalItems"], 1);
        assert_eq!(done["object"]["likes"]["items"][0]["id"], bob.id());
        for again in ["like", "favorite"] {
            let reply = bob.tries(does(again, mention(&object))).await;
            reply.refused(400, &format!("Already have a(n) {favorite}"));
        }
        assert_eq!(items(&alice, likes).await, (1, vec![bob.id()]));
        let favorites = bob.path("favorites");
        assert_eq!(items(&alice, &favorites).await, (1, vec![id.to_owned()]));
        let done = bob.does(does(undo, mention(&object))).await;
        assert_eq!(done["object"]["liked"], false);
        for again in ["unlike", "unfavorite"] {
            let reply = bob.tries(does(again, mention(&object))).await;
            reply.refused(400, &format!("No such {favorite}"));
        }
        assert_eq!(items(&alice, likes).await, none());
        assert_eq!(items(&alice, &favorites).await, none());
    }
    let liked = bob
        .post_json(&bob.path("favorites"), &mention(&object))
        .await
        .ok();
    assert_eq!(
        (&liked["id"], &liked["liked"]),
        (&object["id"], &json!(true))
    );
    // Quirk 61: the author hears of it.
    let inbox = alice.get(&alice.path("inbox/minor?count=1")).await.ok();
    assert_eq!(inbox["items"][0]["verb"], "favorite");
}

#[tokio::test]
async fn sharing_and_unsharing() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let object = alice.does(post_publicly(note("x"))).await["object"].clone();
    let id = object["id"].as_str().unwrap();
    let shares = object["shares"]["url"].as_str().unwrap();
    let done = bob.does(does("share", mention(&object))).await;
    assert_eq!(done["object"]["pump_io"]["shared"], true);
    assert_eq!(items(&alice, shares).await, (1, vec![bob.id()]));
    // Quirk 21: sharing again counts once.
    bob.does(does("share", mention(&object))).await;
    assert_eq!(items(&alice, shares).await, (1, vec![bob.id()]));
    // Quirk 62: the author hears of it.
    let inbox = alice.get(&alice.path("inbox/major?count=1")).await.ok();
    assert_eq!(inbox["items"][0]["verb"], "share");
    let done = bob.does(does("unshare", mention(&object))).await;
    assert_eq!(done["object"]["pump_io"]["shared"], false);
    assert_eq!(items(&alice, shares).await, none());
    let again = bob.tries(does("unshare", mention(&object))).await;
    again.refused(400, &format!("No such 'share' with id '{}♻{id}'", bob.id()));
}

/// Quirk 42: an update could change the author and every address.
#[tokio::test]
async fn quirk_42_an_update_merges_and_what_is_fixed_stays() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let mut object = note("before");
    object["displayName"] = "Title".into();
    object["rating"] = 1.into();
    let posted = alice.does(post_publicly(object)).await["object"].clone();
    let before = alice.get(href(&posted)).await.ok();
    server.clock().advance(60);
    let evil = json!({
        "id": posted["id"], "objectType": "image", "author": bob.person(), "published": "1999-01-01T00:00:00Z",
        "url": "https://evil.test/", "links": {"self": {"href": "https://evil.test/"}},
        "likes": {"url": "https://evil.test/"}, "inReplyTo": {"objectType": "note", "id": "x"},
        "deleted": "1999-01-01T00:00:00Z", "liked": true, "pump_io": {"shared": true},
        "content": "after", "rating": 2, "colour": "green",
    });
    let done = alice.does(does("update", evil)).await;
    let after = bob.get(href(&posted)).await.ok();
    for document in [&done["object"], &after] {
        assert_eq!(document["content"], "after");
        assert_eq!(document["displayName"], "Title", "what is not given stays");
        assert_eq!(
            (&document["rating"], &document["colour"]),
            (&json!(2), &json!("green"))
        );
        assert_eq!(document["updated"], "2027-01-15T08:01:00Z");
        for fixed in [
            "id",
            "objectType",
            "published",
            "url",
            "links",
            "likes",
            "inReplyTo",
            "deleted",
            "liked",
            "pump_io",
        ] {
            assert_eq!(document[fixed], before[fixed], "{fixed}");
        }
        assert_eq!(document["author"]["id"], alice.id());
    }
    let id = posted["id"].as_str().unwrap();
    let mut change = mention(&posted);
    change["content"] = "evil".into();
    let other = bob.tries(does("update", change)).await;
    other.refused(400, &format!("Can't update {id}: not author."));
    let unknown = json!({"objectType": "note", "id": "nothing"});
    for verb in ["update", "delete"] {
        let reply = alice.tries(does(verb, unknown.clone())).await;
        reply.refused(400, "No such 'note' with id 'nothing'");
    }
    let person = bob.tries(does("update", alice.person())).await;
    assert_eq!(person.status, 400);
    assert_eq!(bob.get(href(&posted)).await.ok()["content"], "after");
}

#[tokio::test]
async fn deleting_leaves_a_tombstone() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let object = alice.does(post_publicly(note("gone"))).await["object"].clone();
    let answer = bob.does(post(comment("I too", &object))).await["object"].clone();
    let id = object["id"].as_str().unwrap();
    let other = bob.tries(does("delete", mention(&object))).await;
    other.refused(400, &format!("Can't delete {id}: not author."));

    let replies = object["replies"]["url"].as_str().unwrap();
    assert_eq!(items(&alice, replies).await.0, 1);
    server.clock().advance(60);
    let done = bob.does(does("delete", mention(&answer))).await;
    assert_eq!(items(&alice, replies).await, none());
    let tombstone = &done["object"];
    assert_eq!(tombstone["deleted"], "2027-01-15T08:01:00Z");
    assert_eq!(tombstone["published"], "2027-01-15T08:00:00Z");
    assert_eq!(tombstone["inReplyTo"]["id"], id);
    assert_eq!(tombstone["author"]["id"], bob.id());
    for gone in ["content", "displayName", "url", "likes", "replies"] {
        assert!(tombstone.get(gone).is_none(), "{gone}");
    }
    let again = bob.tries(does("delete", mention(&answer))).await;
    again.refused(410, "Deleted");
    alice.does(does("delete", mention(&object))).await;
    bob.get(id).await.refused(410, "Deleted");
    // Nowhere is the text left.
    for (reader, path) in [
        (&alice, alice.path("feed")),
        (&bob, alice.path("feed")),
        (&alice, alice.path("inbox")),
        (&bob, bob.path("inbox")),
    ] {
        let feed = reader.get(&path).await;
        feed.ok();
        assert!(!feed.body.contains("gone") && !feed.body.contains("I too"));
    }
    let person = alice.tries(does("delete", alice.person())).await;
    person.refused(
        400,
        "a person cannot be deleted; delete the account instead",
    );
}

fn list(name: &str, member_type: &str) -> Value {
    json!({"objectType": "collection", "displayName": name, "objectTypes": [member_type]})
}

#[tokio::test]
async fn lists_are_made_and_found_and_deleted() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let mut bowlers = list("Bowlers", "person");
    bowlers["content"] = Value::Null;
    let made = alice.does(does("create", bowlers)).await["object"].clone();
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        made["members"],
        json!({"url": format!("{id}/members"), "totalItems": 0})
    );
    assert!(
        made["url"]
            .as_str()
            .unwrap()
            .starts_with("https://pump.test/alice/list/")
    );
    let (total, lists) = items(&alice, &alice.path("lists/person")).await;
    assert_eq!((total, lists[0].as_str()), (5, id), "new lists come first");
    let again = alice.tries(does("create", list("Bowlers", "person"))).await;
    assert_eq!(again.refusal(400), "Already have a list named 'Bowlers'");
    assert_eq!(items(&alice, &alice.path("lists/person")).await.0, 5);
    bob.does(does("create", list("Bowlers", "person"))).await;

    // Without name or type it is a collection, but no list.
    for object in [
        json!({"objectType": "collection", "displayName": "x"}),
        json!({"objectType": "collection", "objectTypes": ["person"]}),
        json!({"objectType": "collection", "displayName": "x", "objectTypes": ["person", "note"]}),
    ] {
        let made = alice.does(does("create", object)).await["object"].clone();
        assert!(made.get("members").is_none());
        let members = format!(
            "{}/members",
            href(&made).strip_prefix(server.base()).unwrap()
        );
        let reply = alice.post_json(&members, &bob.person()).await;
        reply.refused(404, &format!("Cannot POST {members}"));
    }
    assert_eq!(items(&alice, &alice.path("lists/person")).await.0, 5);

    alice.does(does("delete", mention(&made))).await;
    assert_eq!(items(&alice, &alice.path("lists/person")).await.0, 4);
    alice.does(does("create", list("Bowlers", "person"))).await;
}

#[tokio::test]
async fn lists_are_sorted_by_what_they_hold() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let made = alice.does(does("create", list("Reading", "note"))).await["object"].clone();
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(
        items(&alice, &alice.path("lists/note")).await,
        (1, vec![id])
    );
    assert_eq!(items(&alice, &alice.path("lists/person")).await.0, 4);
    assert_eq!(items(&alice, &alice.path("lists/nothing")).await, none());
}

#[tokio::test]
async fn members_come_and_go() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let alice = client.new_user("alice").await;
    let (bob, carol) = (client.new_user("bob").await, client.new_user("carol").await);
    let list = alice.does(does("create", list("Bowlers", "person"))).await["object"].clone();
    let id = list["id"].as_str().unwrap();
    let members = list["members"]["url"].as_str().unwrap();
    let done = alice
        .does(with_target(does("add", bob.person()), &list))
        .await;
    assert_eq!(done["target"]["members"]["totalItems"], 1);
    assert_eq!(done["target"]["members"]["items"], json!([bob.person()]));
    alice
        .does(with_target(does("add", carol.person()), &list))
        .await;
    // Quirk 21: adding again changes nothing.
    alice
        .does(with_target(does("add", bob.person()), &list))
        .await;
    assert_eq!(
        items(&alice, members).await,
        (2, vec![carol.id(), bob.id()])
    );

    let note = alice.does(post_publicly(note("x"))).await["object"].clone();
    for (caller, activity, text) in [
        (
            &bob,
            does("add", carol.person()),
            format!("Can't add to {id}: not author."),
        ),
        (
            &bob,
            does("remove", bob.person()),
            format!("Can't remove from {id}: not author."),
        ),
        (
            &alice,
            does("add", mention(&note)),
            format!("Can't add to {id}: incorrect type."),
        ),
        (
            &alice,
            does("remove", mention(&note)),
            format!("Can't remove from {id}: incorrect type."),
        ),
    ] {
        let reply = caller.tries(with_target(activity, &list)).await;
        reply.refused(400, &text);
    }
    for (verb, doing) in [("add", "add to"), ("remove", "remove from")] {
        let text = format!(
            "Can't {doing} {}: don't know how to {doing} type 'note'",
            note["id"].as_str().unwrap()
        );
        let reply = alice
            .tries(with_target(does(verb, bob.person()), &note))
            .await;
        reply.refused(400, &text);
        let reply = alice
            .tries(with_target(does(verb, bob.person()), &json!({})))
            .await;
        reply.refused(400, "no target, or one that is not known here");
    }
    alice
        .does(with_target(does("remove", bob.person()), &list))
        .await;
    assert_eq!(items(&alice, members).await, (1, vec![carol.id()]));
    let again = alice
        .tries(with_target(does("remove", bob.person()), &list))
        .await;
    let text = format!("id '{}' not found in stream 'collection:{id}'", bob.id());
    again.refused(400, &text);

    // What goes to a list reaches its members.
    let done = alice
        .does(addressed(
            post(crate::support::note("for the list")),
            "to",
            &[mention(&list)],
        ))
        .await;
    let newest = |caller: &Caller| caller.path("inbox/major?count=1");
    let id = vec![done["id"].as_str().unwrap().to_owned()];
    assert_eq!(ids(&carol.get(&newest(&carol)).await.ok()), id);
    assert_ne!(ids(&bob.get(&newest(&bob)).await.ok()), id);
    let direct = carol
        .get(&carol.path("inbox/direct/major?count=1"))
        .await
        .ok();
    assert_ne!(ids(&direct), id, "lists do not make it direct");
    // Nobody writes to somebody else's list.
    bob.does(addressed(
        post(crate::support::note("spam")),
        "to",
        &[mention(&list)],
    ))
    .await;
    assert_eq!(ids(&carol.get(&newest(&carol)).await.ok()), id);
    // Nor to one that was deleted.
    alice.does(does("delete", mention(&list))).await;
    alice
        .does(addressed(
            post(crate::support::note("late")),
            "to",
            &[mention(&list)],
        ))
        .await;
    assert_eq!(ids(&carol.get(&newest(&carol)).await.ok()), id);
}

#[tokio::test]
async fn answers_that_may_not_be_seen_do_not_take_the_place_of_others() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let object = alice.does(post_publicly(note("x"))).await["object"].clone();
    let answer = alice.does(post_publicly(comment("open", &object))).await;
    for _ in 0..5 {
        let hidden = addressed(post(comment("hidden", &object)), "to", &[alice.person()]);
        alice.does(hidden).await;
    }
    let shown = bob.get(href(&object)).await.ok();
    assert_eq!(
        ids(&shown["replies"]),
        [answer["object"]["id"].as_str().unwrap()]
    );
}

#[tokio::test]
async fn answers_shown_inside_an_object_are_marked_and_show_what_they_answer() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let object = alice.does(post_publicly(note("x"))).await["object"].clone();
    let answer = bob.does(post(comment("y", &object))).await["object"].clone();
    alice.does(does("like", mention(&answer))).await;
    for (reader, liked) in [(&alice, json!(true)), (&bob, json!(false))] {
        let shown = reader.get(href(&object)).await.ok();
        let answer = &shown["replies"]["items"][0];
        assert_eq!(answer["liked"], liked);
        assert_eq!(answer["inReplyTo"]["content"], "x");
        assert_eq!(answer["inReplyTo"]["author"]["id"], alice.id());
        assert_eq!(answer["likes"]["totalItems"], 1);
    }
}

/// A target that is no list of a local user is silently ignored (section 6.7).
#[tokio::test]
async fn what_is_no_list_of_anybody_here_takes_nothing() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let bare = json!({"objectType": "collection", "displayName": "Walkers"});
    let bare = alice.does(does("create", bare)).await["object"].clone();
    let elsewhere = json!({"objectType": "collection", "id": "https://elsewhere.test/list"});
    let act = |verb, target: &Value| with_target(does(verb, bob.person()), target);
    for (verb, target) in [("add", &bare), ("remove", &bare), ("add", &elsewhere)] {
        let done = alice.does(act(verb, target)).await;
        assert_eq!(done["target"]["id"], target["id"], "{verb}");
    }
    for verb in ["post", "create"] {
        let done = alice.does(with_target(does(verb, note("x")), &bare)).await;
        assert_eq!(done["target"]["id"], bare["id"], "{verb}");
    }
    // When it becomes a list, it is empty.
    let mut list = mention(&bare);
    list["objectTypes"] = json!(["person"]);
    let list = alice.does(does("update", list)).await["object"].clone();
    let members = format!("{}/members", href(&list));
    assert_eq!(items(&alice, &members).await, none());
    // There is nothing to remove from what is not known, and what is known to be no list is a mistake.
    let text = "no target, or one that is not known here";
    let place = json!({"objectType": "place", "id": "https://elsewhere.test/place"});
    for activity in [act("remove", &elsewhere), act("add", &place)] {
        alice.tries(activity).await.refused(400, text);
    }
}

#[tokio::test]
async fn a_collection_becomes_a_list_by_an_update() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let bare = json!({"objectType": "collection", "displayName": "Walkers"});
    let made = alice.does(does("create", bare)).await["object"].clone();
    let mut list = mention(&made);
    list["objectTypes"] = json!(["person"]);
    for _ in 0..2 {
        let done = alice.does(does("update", list.clone())).await;
        let members = &done["object"]["members"];
        assert_eq!(members["url"], format!("{}/members", href(&made)));
        let lists = alice.get(&alice.path("lists/person")).await.ok();
        assert_eq!(ids(&lists)[0], made["id"].as_str().unwrap());
        assert_eq!(lists["totalItems"], 5);
    }
}
