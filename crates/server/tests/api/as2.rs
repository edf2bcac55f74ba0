//! ActivityStreams 2.0: who gets it, and what it looks like (pump.io protocol, section 10).

use pumphouse_testkit::{Caller, Reply, TestServer};
use serde_json::{Value, json};

use crate::settled::settled;
use crate::support::{addressed, comment, does, href, mention, note, post, post_publicly, public};

const LD_JSON: &str = "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

/// Reads in the form that an `Accept` header asks for.
async fn accepting(caller: &Caller, address: &str, accept: &str) -> Reply {
    let call = caller.request("GET", address).header("accept", accept);
    call.send().await
}

/// Reads in the new form.
async fn new_form(caller: &Caller, address: &str) -> Value {
    let reply = accepting(caller, address, LD_JSON).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("content-type"), LD_JSON);
    let document = reply.json();
    assert_eq!(
        document["@context"],
        "https://www.w3.org/ns/activitystreams"
    );
    document
}

#[tokio::test]
async fn each_kind_of_document_has_its_shape() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let bob = server.user("bob").await;
    bob.does(does("follow", alice.person())).await;
    let mut with_title = note("A public <b>note</b>");
    with_title["displayName"] = json!("Title");
    let posted = addressed(post_publicly(with_title), "cc", &[bob.person()]);
    let posted = alice.does(posted).await;
    let answer = bob.does(post(comment("Nice one", &posted["object"]))).await;

    let shape = |name: &str, document: &Value| {
        insta::assert_json_snapshot!(format!("as2-{name}"), settled(document));
    };
    shape("actor", &new_form(&alice, "/api/user/alice/profile").await);
    shape("user", &new_form(&alice, "/api/user/alice").await);
    shape("activity", &new_form(&bob, href(&posted)).await);
    shape("object", &new_form(&alice, href(&posted["object"])).await);
    shape("answer", &new_form(&bob, href(&answer["object"])).await);
    shape(
        "collection",
        &new_form(&alice, "/api/user/alice/followers").await,
    );
    let empty = new_form(&alice, "/api/user/alice/favorites").await;
    shape("empty-collection", &empty);
    let feed = new_form(&alice, "/api/user/alice/feed?count=1").await;
    assert_eq!(feed["type"], "OrderedCollection");
    assert_eq!(feed["first"]["orderedItems"][0]["type"], "Create");
    let next = feed["first"]["next"].as_str().unwrap();
    let older = new_form(&alice, next).await;
    assert_ne!(
        older["first"]["orderedItems"],
        feed["first"]["orderedItems"]
    );
}

#[tokio::test]
async fn verbs_have_their_counterparts() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let bob = server.user("bob").await;
    let posted = alice.does(post_publicly(note("Hello"))).await;
    let hello = mention(&posted["object"]);
    for (verb, object, type_name, undone) in [
        ("follow", alice.person(), "Follow", None),
        ("favorite", hello.clone(), "Like", None),
        ("unfavorite", hello.clone(), "Undo", Some("Like")),
        ("share", hello.clone(), "Announce", None),
        ("unshare", hello.clone(), "Undo", Some("Announce")),
        ("stop-following", alice.person(), "Undo", Some("Follow")),
        ("play", hello.clone(), "View", None),
        ("at", hello.clone(), "Activity", None),
    ] {
        let done = bob.does(does(verb, object)).await;
        let document = new_form(&bob, href(&done)).await;
        assert_eq!(document["type"], type_name, "{verb}");
        assert_eq!(document["actor"]["id"], "https://pump.test/bob");
        if let Some(undone) = undone {
            assert_eq!(document["object"]["type"], undone, "{verb}");
            assert_eq!(document["object"]["actor"]["id"], "https://pump.test/bob");
            assert!(document["object"]["object"]["id"].is_string(), "{verb}");
        }
    }
}

#[tokio::test]
async fn what_was_deleted_is_a_tombstone() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let posted = alice.does(post_publicly(note("Hello"))).await;
    let deleted = alice.does(does("delete", mention(&posted["object"]))).await;
    let document = new_form(&alice, href(&deleted)).await;
    assert_eq!(document["type"], "Delete");
    assert_eq!(document["object"]["type"], "Tombstone");
    assert_eq!(document["object"]["formerType"], "Note");
    assert_eq!(document["object"]["content"], Value::Null);
}

#[tokio::test]
async fn the_new_form_shows_no_more_than_the_old_one() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let bob = server.user("bob").await;
    let secretly = addressed(post(note("psst")), "to", &[public()]);
    let posted = alice
        .does(addressed(secretly, "bcc", &[bob.person()]))
        .await;
    let seen = new_form(&bob, href(&posted)).await;
    assert!(seen.get("bcc").is_none());
    let seen = new_form(&alice, href(&posted)).await;
    assert_eq!(seen["bcc"]["id"], "https://pump.test/bob");
    let private = alice.does(post(note("private"))).await;
    let refused = accepting(&bob, href(&private), LD_JSON).await;
    refused.refused(403, "Only the actor and recipients can view this activity.");
    let nobody = accepting(&server.anonymous(), href(&posted), LD_JSON).await;
    nobody.refused(401, "Not logged in.");
}

/// Quirk 55: who asked for `application/json` got the new form.
#[tokio::test]
async fn quirk_55_plain_json_is_the_native_form() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let native = alice.get("/api/user/alice/profile").await.ok();
    for accept in [
        "application/json",
        "application/json; charset=utf-8",
        "application/stream+json",
        "application/*",
        "text/html, application/json;q=0.9, */*;q=0.1",
        "application/activity+json;q=0.5, application/json",
    ] {
        let reply = accepting(&alice, "/api/user/alice/profile", accept).await;
        assert_eq!(reply.ok(), native, "{accept}");
    }
    for accept in [
        "application/activity+json",
        "application/ld+json",
        "application/activity+json, application/json;q=0.5",
        "image/png",
    ] {
        let reply = accepting(&alice, "/api/user/alice/profile", accept).await;
        assert_eq!(reply.header("content-type"), LD_JSON, "{accept}");
    }
}

/// Quirk 56: caches were not told that the form depends on `Accept`.
#[tokio::test]
async fn quirk_56_caches_are_told_on_what_the_form_depends() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let posted = alice.does(post_publicly(note("Hello"))).await;
    let addresses = [
        "/alice",
        "/api/user/alice",
        "/api/user/alice/profile",
        "/api/user/alice/feed",
        "/api/user/alice/inbox/major",
        "/api/user/alice/followers",
        "/api/user/alice/lists/person",
        "/api/user/alice/uploads",
        href(&posted),
        href(&posted["object"]),
        posted["object"]["likes"]["url"].as_str().unwrap(),
    ];
    for address in addresses {
        for accept in ["*/*", LD_JSON] {
            let reply = accepting(&alice, address, accept).await;
            assert_eq!(reply.status, 200, "{address}: {reply:?}");
            let vary = reply.headers.get_all("vary").iter();
            let named = vary.filter_map(|value| value.to_str().ok());
            assert!(
                named
                    .flat_map(|value| value.split(','))
                    .any(|name| name.trim() == "Accept")
            );
        }
    }
}

/// Quirk 28: a wish for the new form at the proxy ended the process.
#[tokio::test]
async fn quirk_28_a_wish_for_the_new_form_harms_nobody() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    for accept in ["application/json", LD_JSON, "application/activity+json"] {
        let reply = accepting(&alice, "/api/proxy/2342", accept).await;
        reply.refusal(404);
        let reply = accepting(&alice, "/api/nothing/2342", accept).await;
        reply.refused(404, "Unknown type: nothing");
    }
    alice.get("/api/user/alice/profile").await.ok();
}

#[tokio::test]
async fn the_address_of_a_person_gives_programs_the_profile() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let profile = alice.get("/api/user/alice/profile").await.ok();
    assert_eq!(alice.get("/alice").await.ok(), profile);
    assert_eq!(
        new_form(&alice, "/alice").await,
        new_form(&alice, "/api/user/alice/profile").await
    );
    for accept in ["*/*", LD_JSON, "application/activity+json"] {
        let reply = accepting(&server.anonymous(), "/alice", accept).await;
        assert_eq!((reply.status, reply.body.as_str()), (401, "Not logged in."));
    }
    let picture = accepting(&alice, "/alice", "image/png").await;
    assert_eq!(
        (picture.status, picture.body.as_str()),
        (406, "Not acceptable")
    );
}

#[tokio::test]
async fn what_is_posted_is_answered_in_the_native_form() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let call = alice.request("POST", "/api/user/alice/feed");
    let call = call.json(&post(note("Hello"))).header("accept", LD_JSON);
    assert_eq!(call.send().await.ok()["verb"], "post");
}
