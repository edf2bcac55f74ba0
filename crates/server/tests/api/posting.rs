//! What the server makes of an activity that is posted (pump.io protocol, sections 6.1 to 6.6, 6.9).

use pumphouse_testkit::TestServer;
use serde_json::{Value, json};

use crate::support::{
    addressed, comment, does, href, ids, mention, note, post, post_publicly, public,
};

#[tokio::test]
async fn everything_is_filled_in() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let done = alice.tries(post(note("Hello <b>world</b>"))).await;
    assert_eq!(done.status, 200, "Quirk 1");
    let done = done.ok();
    let id = done["id"].as_str().unwrap();
    let (base, uuid) = id.rsplit_once('/').unwrap();
    assert_eq!((base, uuid.len()), ("https://pump.test/api/activity", 22));
    assert_eq!(
        done["url"],
        format!("https://pump.test/alice/activity/{uuid}")
    );
    assert_eq!(href(&done), id);
    assert_eq!(done["actor"]["id"], alice.id());
    assert_eq!(done["generator"]["displayName"], "Testkit");
    assert_eq!(done["published"], "2027-01-15T08:00:00Z");
    assert_eq!(done["updated"], "2027-01-15T08:00:00Z");
    let object = &done["object"];
    let id = object["id"].as_str().unwrap();
    let (base, uuid) = id.rsplit_once('/').unwrap();
    assert_eq!((base, uuid.len()), ("https://pump.test/api/note", 22));
    assert_eq!(
        object["url"],
        format!("https://pump.test/alice/note/{uuid}")
    );
    for feed in ["likes", "replies", "shares"] {
        let wanted = json!({"url": format!("{id}/{feed}"), "totalItems": 0});
        assert_eq!(object[feed], wanted);
    }
    assert!(object.get("author").is_none(), "it is the actor");
    let read = alice.get(id).await.ok();
    assert_eq!(read["author"]["id"], alice.id());
    let created = alice.does(does("create", note("x"))).await;
    assert_eq!(created["object"]["author"]["id"], alice.id());
}

#[tokio::test]
async fn what_a_client_gives_is_kept_where_it_may() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let bob = server.user("bob").await;
    let done = alice
        .does(json!({
            "object": {
                "objectType": "note", "content": "x", "published": "1999-01-01T00:00:00Z",
                "updated": "1999-01-01T00:00:00Z", "url": "https://blog.test/1?a=b", "rating": 7,
                "likes": {"url": "https://evil.test/", "totalItems": 99, "items": [{"id": "x"}]},
                "liked": true, "pump_io": {"shared": true}, "author": bob.person(),
                "deleted": "1999-01-01T00:00:00Z",
            },
            "actor": {"id": alice.id()},
            "generator": {"objectType": "application", "id": "urn:uuid:fake", "displayName": "Fake"},
            "published": "2001-02-03T04:05:06Z", "title": "A title", "content": "I did it", "mood": "good",
            "url": "https://evil.test/", "received": "1999-01-01T00:00:00Z", "verb": null,
            "location": {"objectType": "place", "displayName": "Here"},
        }))
        .await;
    assert_eq!(done["verb"], "post");
    assert_eq!(done["published"], "2001-02-03T04:05:06Z");
    assert_eq!(done["updated"], "2027-01-15T08:00:00Z");
    assert_eq!(done["title"], "A title");
    assert_eq!(done["content"], "I did it");
    assert_eq!(done["mood"], "good");
    assert_eq!(done["location"]["displayName"], "Here");
    assert_eq!(done["generator"]["displayName"], "Testkit");
    assert!(
        done["url"]
            .as_str()
            .unwrap()
            .starts_with("https://pump.test/alice/")
    );
    assert!(done.get("received").is_none() && done.get("deleted").is_none());
    // Quirk 85: tallies and marks are the server's, not the sender's.
    let object = alice.get(href(&done["object"])).await.ok();
    assert_eq!(object["rating"], 7);
    assert_eq!(object["published"], "1999-01-01T00:00:00Z");
    assert_eq!(object["updated"], "2027-01-15T08:00:00Z");
    assert_eq!(object["author"]["id"], alice.id());
    assert_eq!(object["likes"]["totalItems"], 0);
    assert_eq!(object["likes"]["url"], format!("{}/likes", href(&object)));
    assert_eq!(
        (&object["liked"], &object["pump_io"]["shared"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(object["url"], "https://blog.test/1?a=b");
    // What is no page of the web gets one here, as what has none.
    for url in [
        "/1",
        "blog.test",
        "ftp://blog.test/1",
        "javascript:x",
        "https:",
        "",
    ] {
        let mut note = note("x");
        note["url"] = url.into();
        let done = alice.does(post(note)).await;
        let page = done["object"]["url"].as_str().unwrap();
        assert!(page.starts_with("https://pump.test/alice/note/"), "{page}");
    }
    // It stays when the object changes.
    let change = json!({"objectType": "note", "content": "y", "url": "https://blog.test/2"});
    let changed = alice.put_json(href(&object), &change).await.ok();
    assert_eq!(changed["url"], "https://blog.test/1?a=b");
}

/// Quirk 65: private keys were shown in many places.
#[tokio::test]
async fn quirk_65_keys_with_an_underscore_are_dropped_everywhere() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let secret = |mut object: Value| {
        object["_secret"] = "x".into();
        object
    };
    let mut activity = secret(post(secret(note("x"))));
    activity["object"]["attachments"] = json!([secret(note("y"))]);
    activity["object"]["tags"] = json!([secret(json!({"objectType": "hashtag"}))]);
    activity["object"]["location"] = secret(json!({"objectType": "place"}));
    activity["target"] = secret(json!({"objectType": "place"}));
    activity["to"] = json!([secret(public())]);
    let done = alice.does(activity).await;
    let read = alice.get(href(&done["object"])).await.ok();
    for document in [done, read] {
        assert!(!document.to_string().contains("_secret"), "{document}");
    }
}

#[tokio::test]
async fn html_is_scrubbed_wherever_it_is_shown() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let evil = "<script>alert(1)</script><b onclick='x'>bold</b><a href='javascript:x'>a</a>";
    let clean = |text: &Value| {
        let text = text.as_str().unwrap();
        text.contains("<b>bold</b>") && !text.contains("script") && !text.contains("onclick")
    };
    let mut activity = post(note(evil));
    activity["content"] = evil.into();
    activity["object"]["summary"] = evil.into();
    activity["object"]["attachments"] = json!([note(evil)]);
    activity["object"]["location"] = json!({"objectType": "place", "content": evil});
    activity["object"]["image"] = json!({"url": "javascript:alert(1)"});
    activity["object"]["url"] = "data:text/html,x".into();
    activity["target"] = json!({"objectType": "place", "summary": evil});
    let done = alice.does(activity).await;
    let object = alice.get(href(&done["object"])).await.ok();
    for text in [
        &done["content"],
        &done["target"]["summary"],
        &object["content"],
        &object["summary"],
        &object["attachments"][0]["content"],
        &object["location"]["content"],
    ] {
        assert!(clean(text), "{text}");
    }
    assert!(object.get("image").is_none(), "Quirk 49");
    let mut update = does("update", mention(&object));
    update["object"]["content"] = evil.into();
    assert!(clean(&alice.does(update).await["object"]["content"]));
}

/// Quirk 70: these were answered with 500.
#[tokio::test]
async fn quirk_70_wrong_types_are_refused_and_nothing_is_kept() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let before = alice.get(&alice.path("feed")).await.ok();
    let with = |name: &str, value: Value| {
        let mut object = note("x");
        object[name] = value;
        post(object)
    };
    for activity in [
        json!([]),
        json!(7),
        json!("post"),
        json!(null),
        json!({"verb": 7, "object": note("x")}),
        json!({"verb": {"a": 1}, "object": note("x")}),
        json!({"verb": "post", "object": "note"}),
        json!({"verb": "post", "object": [note("x")]}),
        json!({"verb": "post", "object": note("x"), "to": "public"}),
        json!({"verb": "post", "object": note("x"), "to": public()}),
        json!({"verb": "post", "object": note("x"), "to": ["public"]}),
        json!({"verb": "post", "object": note("x"), "to": [7]}),
        json!({"verb": "post", "object": note("x"), "actor": "alice"}),
        json!({"verb": "post", "object": note("x"), "published": 7}),
        json!({"verb": "post", "object": note("x"), "links": "x"}),
        with("displayName", json!(7)),
        with("id", json!(7)),
        with("objectType", json!(["note"])),
        with("url", json!({})),
        with("image", json!("x")),
        with("image", json!({"url": 7})),
        with("attachments", json!({})),
        with("attachments", json!(["x"])),
        with("inReplyTo", json!("x")),
        with("likes", json!("x")),
        with("likes", json!({"totalItems": -1})),
        with("content", json!({})),
        with("tags", json!("x")),
    ] {
        let text = alice.tries(activity.clone()).await.refusal(400);
        assert!(text.starts_with("Invalid JSON"), "{activity}: {text}");
    }
    for (activity, text) in [
        (json!({}), "an activity needs an object"),
        (json!({"verb": "post"}), "an activity needs an object"),
        (
            json!({"verb": "post", "object": null}),
            "an activity needs an object",
        ),
        (
            addressed(post(note("x")), "cc", &[json!({"id": "acct:x@y.test"})]),
            "every recipient in 'cc' needs an objectType and an id",
        ),
        (json!({"object": note("x"), "actor": {}}), "Invalid actor"),
        (
            json!({"object": note("x"), "actor": {"id": "acct:bob@pump.test"}}),
            "Invalid actor",
        ),
        (
            post(json!({"objectType": "comment", "inReplyTo": {"id": "nothing"}})),
            "No such 'other' with id 'nothing'",
        ),
        (
            post(json!({"objectType": "person"})),
            "people are made by registration",
        ),
    ] {
        alice.tries(activity).await.refused(400, text);
    }
    let feed = alice.path("feed");
    for body in [
        "",
        "{",
        "{\"verb\":\"post\",}",
        "{\"a\":\"\\ud800\"}",
        "nonsense",
    ] {
        let call = alice.request("POST", &feed);
        let reply = call.body("application/json", body).send().await;
        assert!(reply.refusal(400).starts_with("Invalid JSON"), "{body}");
    }
    for media_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
    ] {
        let call = alice.request("POST", &feed);
        let body = post(note("x")).to_string();
        let reply = call.body(media_type, body).send().await;
        reply.refused(400, "Send the body as application/json.");
    }
    assert_eq!(alice.get(&feed).await.ok(), before);
    let call = alice.request("POST", &feed);
    let body = post(note("x")).to_string();
    let call = call.body("application/JSON; charset=utf-8", body);
    call.send().await.ok();
}

#[tokio::test]
async fn a_body_of_a_hundred_kibibytes_is_taken_and_a_larger_one_is_not() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let limit = 100 * 1_024;
    let around = post(note("")).to_string().len();
    alice.does(post(note(&"x".repeat(limit - around)))).await;
    let large = alice
        .tries(post(note(&"x".repeat(limit - around + 1))))
        .await;
    large.refused(413, "The body is larger than 102400 bytes.");
    let feed = alice.get(&alice.path("feed/major")).await.ok();
    assert_eq!(feed["totalItems"], 1);
    let call = server.anonymous().request("POST", "/api/client/register");
    let form = call.form(&[("type", &"x".repeat(limit))]).send().await;
    form.refused(413, "The body is larger than 102400 bytes.");
    let mut browser = server.browser();
    let fields = [("nickname", "x".repeat(limit))];
    let fields = [("nickname", fields[0].1.as_str())];
    let page = browser.submit("/main/login", &fields).await;
    page.refused_page(413, "The body is larger than 102400 bytes.");
}

#[tokio::test]
async fn content_says_what_happened() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let mut titled = note("x");
    titled["displayName"] = "A/B <c>".into();
    let titled = alice.does(post_publicly(titled)).await;
    let page = titled["object"]["url"].as_str().unwrap();
    let alice_link = "<a href='https://pump.test/alice'>alice</a>";
    let bob_link = "<a href='https://pump.test/bob'>bob</a>";
    let object_link = format!("<a href='{page}'>A&#x2F;B &lt;c&gt;</a>");
    assert_eq!(
        titled["content"],
        format!("{alice_link} posted {object_link}")
    );
    let followed = bob.does(does("follow", alice.person())).await;
    assert_eq!(
        followed["content"],
        format!("{bob_link} followed {alice_link}")
    );
    let answered = bob.does(post(comment("y", &titled["object"]))).await;
    let page = answered["object"]["url"].as_str().unwrap();
    assert_eq!(
        answered["content"],
        format!("{bob_link} posted <a href='{page}'>a comment</a> in reply to {object_link}")
    );
    let stopped = bob.does(does("stop-following", alice.person())).await;
    assert_eq!(
        stopped["content"],
        format!("{bob_link} stopped following {alice_link}")
    );
}

#[tokio::test]
async fn activities_are_major_or_minor() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let parent = alice.does(post_publicly(note("x"))).await["object"].clone();
    for (activity, major) in [
        (post(note("x")), true),
        (does("create", note("x")), true),
        (post(json!({"content": "no type"})), true),
        (does("share", mention(&parent)), true),
        (does("checkin", json!({"objectType": "place"})), true),
        (post(comment("x", &parent)), false),
        (does("create", json!({"objectType": "collection"})), false),
        (does("like", mention(&parent)), false),
        (does("follow", alice.person()), false),
        (does("play", json!({"objectType": "audio"})), false),
        (does("POST", note("x")), false),
    ] {
        let done = bob.does(activity.clone()).await;
        let id = done["id"].as_str().unwrap().to_owned();
        for feed in ["feed", "inbox"] {
            for (half, wanted) in [("major", major), ("minor", !major)] {
                let path = bob.path(&format!("{feed}/{half}?count=1"));
                let newest = ids(&bob.get(&path).await.ok());
                assert_eq!(newest.contains(&id), wanted, "{feed}/{half}: {activity}");
            }
        }
        let (right, wrong, text) = if major {
            (
                "feed/major",
                "feed/minor",
                "Only minor activities to this feed.",
            )
        } else {
            (
                "feed/minor",
                "feed/major",
                "Only major activities to this feed.",
            )
        };
        let refused = bob.post_json(&bob.path(wrong), &activity).await;
        refused.refused(400, text);
        if activity["object"].get("id").is_none() {
            bob.post_json(&bob.path(right), &activity).await.ok();
        }
    }
}

#[tokio::test]
async fn the_generator_is_the_application() {
    let server = TestServer::start().await;
    let native = server.anonymous().register("Native").await;
    let alice = native.new_user("alice").await;
    let done = alice.does(post(note("x"))).await;
    let generator = &done["generator"];
    assert_eq!(generator["objectType"], "application");
    assert_eq!(generator["displayName"], "Native");
    let id = generator["id"].as_str().unwrap();
    assert!(id.starts_with("urn:uuid:"));
    // Quirk 76: it can be read.
    let read = alice.get(href(generator)).await.ok();
    assert_eq!(read["id"], id);
    let again = alice.does(post(note("x"))).await;
    assert_eq!(again["generator"]["id"], id);
}

/// Quirk 71: such activities had no date, page or address, and a second one took the place of the first.
#[tokio::test]
async fn quirk_71_a_client_may_name_an_activity_once() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let named = |id: &str| {
        let mut activity = post_publicly(note("x"));
        activity["id"] = id.into();
        activity
    };
    let done = alice.does(named("tag:app.test,2026:1")).await;
    assert_eq!(done["id"], "tag:app.test,2026:1");
    assert_eq!(done["published"], "2027-01-15T08:00:00Z");
    assert!(
        done["url"]
            .as_str()
            .unwrap()
            .starts_with("https://pump.test/alice/activity/")
    );
    assert_eq!(bob.get(href(&done)).await.ok()["id"], done["id"]);
    for taken in [
        "tag:app.test,2026:1",
        "https://pump.test/api/activity/x",
        "",
    ] {
        for caller in [&alice, &bob] {
            let reply = caller.tries(named(taken)).await;
            reply.refused(400, &format!("An activity cannot have the id '{taken}'."));
        }
    }
    let feed = alice.get(&alice.path("feed/major")).await.ok();
    assert_eq!(feed["totalItems"], 1, "nothing was half done");
    // It works as a cursor.
    let cursor = alice.path("feed?before=tag%3Aapp.test%2C2026%3A1");
    alice.get(&cursor).await.ok();
}

#[tokio::test]
async fn a_client_may_name_an_object_outside_of_this_server() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let id = "tag:app.example,2013:image:2342";
    let encoded = "tag%3Aapp.example%2C2013%3Aimage%3A2342";
    let image = json!({"objectType": "image", "id": id, "displayName": "My cat"});
    let done = alice.does(post_publicly(image.clone())).await;
    let object = &done["object"];
    assert_eq!(object["id"], id);
    assert_eq!(
        href(object),
        format!("https://pump.test/api/image?id={encoded}")
    );
    for feed in ["likes", "replies", "shares"] {
        let url = format!("https://pump.test/api/image/{feed}?id={encoded}");
        assert_eq!(object[feed]["url"], url);
        let page = bob.get(&url).await.ok();
        let (base, uuid) = object["url"].as_str().unwrap().rsplit_once('/').unwrap();
        assert_eq!(base, "https://pump.test/alice/image");
        assert_eq!(
            page["url"],
            format!("https://pump.test/api/image/{uuid}/{feed}")
        );
        bob.get(page["url"].as_str().unwrap()).await.ok();
    }
    assert_eq!(bob.get(href(object)).await.ok()["displayName"], "My cat");
    alice
        .tries(post(image.clone()))
        .await
        .refused(400, "Already posted");
    // Quirk 72.
    let text = format!("Can't post {id}: not author.");
    bob.tries(post(image)).await.refused(400, &text);
    alice.get("/api/image").await.refused(400, "'id' required");
    alice
        .get("/api/image?id=")
        .await
        .refused(400, "'id' required");
    alice
        .get(&format!("/api/note?id={encoded}"))
        .await
        .refused(404, &format!("Can't find a note with ID = {id}"));
}

#[tokio::test]
async fn nobody_takes_a_name_that_this_server_gives() {
    let server = TestServer::start().await;
    let (alice, client) = (server.user("alice").await, server.client().await);
    for id in [
        "https://pump.test/api/note/mine",
        "acct:bob@pump.test",
        "acct:bob@PUMP.test",
        "acct:bob@pump.test:443",
    ] {
        let object = json!({"objectType": "note", "id": id});
        let text = format!("No such 'note' with id '{id}'");
        alice.tries(post(object)).await.refused(400, &text);
    }
    let service = json!({"objectType": "note", "id": "https://pump.test/"});
    let text = "Can't post https://pump.test/: not author.";
    alice.tries(post(service)).await.refused(400, text);
    client.new_user("bob").await;
}

#[tokio::test]
async fn unknown_types_live_under_other() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    for object_type in [
        "hashtag",
        "http://example.org/type",
        "Note",
        "activity",
        "likes",
    ] {
        let object = json!({"objectType": object_type, "content": "x"});
        let done = alice.does(post(object)).await;
        let id = done["object"]["id"].as_str().unwrap();
        assert!(id.starts_with("https://pump.test/api/other/"), "{id}");
        assert_eq!(alice.get(id).await.ok()["objectType"], object_type);
        let elsewhere = id.replace("/other/", "/note/");
        assert_eq!(alice.get(&elsewhere).await.status, 404);
    }
    let untyped = alice.does(post(json!({"content": "x"}))).await;
    assert_eq!(untyped["object"]["objectType"], "other");
}

#[tokio::test]
async fn an_object_inside_an_activity_is_seen_by_who_sees_the_activity() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let audio = json!({"objectType": "audio", "displayName": "A song"});
    let played = alice
        .does(addressed(does("play", audio), "to", &[public()]))
        .await;
    let seen = bob.get(href(&played)).await.ok();
    assert_eq!(seen["object"]["displayName"], "A song");
    assert_eq!(
        bob.get(href(&seen["object"])).await.ok()["displayName"],
        "A song"
    );

    let place = json!({"objectType": "place", "id": "tag:x.test,2026:home", "displayName": "Home"});
    for part in ["target", "context", "location", "source", "provider"] {
        let mut activity = post_publicly(note("x"));
        activity[part] = place.clone();
        let done = alice.tries(activity).await;
        if part == "target" && done.status == 400 {
            continue;
        }
        let done = done.ok();
        assert_eq!(done[part]["displayName"], "Home", "{part}");
        let seen = bob.get(href(&done)).await.ok();
        assert_eq!(seen[part]["displayName"], "Home", "{part}");
    }
}

#[tokio::test]
async fn numbers_stand_for_texts_in_words_and_names_of_updates_are_new() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let note = json!({"objectType": "note", "content": 7, "summary": true});
    let posted = alice.does(post(note)).await["object"].clone();
    assert_eq!(posted["content"], "7");
    assert_eq!(posted["summary"], "true");
    let renamed =
        json!({"objectType": "note", "id": posted["id"], "displayName": "New", "content": null});
    let done = alice.does(does("update", renamed)).await;
    assert_eq!(done["object"]["content"], "7");
    let words = done["content"].as_str().unwrap();
    assert!(words.ends_with(">New</a>"), "{words}");
}

#[tokio::test]
async fn things_of_other_places_can_be_named_by_anybody() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let place = json!({"objectType": "place", "id": "tag:places.test,2026:pub",
                       "displayName": "The pub", "url": "https://places.test/pub"});
    let done = alice.does(does("checkin", place.clone())).await;
    assert_eq!(done["object"]["displayName"], "The pub");
    assert_eq!(done["object"]["url"], "https://places.test/pub");
    assert_eq!(done["object"]["author"], Value::Null);
    let liked = alice.does(does("like", place.clone())).await;
    assert_eq!(liked["object"]["likes"]["totalItems"], 1);
    let favorites = alice.get(&alice.path("favorites")).await.ok();
    assert_eq!(ids(&favorites), ["tag:places.test,2026:pub"]);
    // Bob does not see what alice told of it, but it is not hers either.
    let done = bob
        .does(addressed(does("like", place.clone()), "to", &[public()]))
        .await;
    assert_eq!(done["object"]["displayName"], Value::Null);
    assert_eq!(done["object"]["id"], "tag:places.test,2026:pub");
    for verb in ["update", "delete"] {
        alice.tries(does(verb, place.clone())).await.refusal(400);
    }
    for object_type in ["person", "group", "collection"] {
        let unknown = json!({"objectType": object_type, "id": "tag:places.test,2026:other"});
        let text = format!("No such '{object_type}' with id 'tag:places.test,2026:other'");
        alice.tries(does("like", unknown)).await.refused(400, &text);
    }
    // What would be an address here is given by this server, and everybody is nobody's.
    for id in [
        "https://pump.test/api/note/x",
        "HTTP://PUMP.TEST/api/note/x",
        "http://activityschema.org/collection/public",
    ] {
        let here = json!({"objectType": "note", "id": id});
        let text = format!("No such 'note' with id '{id}'");
        alice
            .tries(does("like", here.clone()))
            .await
            .refused(400, &text);
        alice.tries(post(here)).await.refused(400, &text);
    }
}

#[tokio::test]
async fn nobody_says_where_proxies_are() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let pump_io = json!({"proxyURL": "https://evil.test/", "shared": true});
    let link = json!({"url": "https://h.test/1.png", "pump_io": pump_io});
    let mut image = json!({"objectType": "image", "image": link, "fullImage": link,
                           "attachments": [{"objectType": "image", "image": link}]});
    image["links"] = json!({"alternate": {"href": "https://h.test/", "pump_io": pump_io}});
    let mut activity = post_publicly(image);
    activity["pump_io"] = pump_io.clone();
    activity["target"] =
        json!({"objectType": "note", "id": "tag:h.test,2026:x", "pump_io": pump_io});
    let done = alice.does(activity).await;
    let seen = bob.get(href(&done)).await.ok();
    assert!(!seen.to_string().contains("evil"), "{seen}");
    assert_eq!(seen["object"]["image"]["url"], "https://h.test/1.png");
    let profile =
        json!({"image": link, "pump_io": {"fullImage": link, "proxyURL": "https://evil.test/"}});
    alice.put_json(&alice.path("profile"), &profile).await.ok();
    for reader in [&alice, &bob, &bob.two_legged()] {
        let seen = reader.get(&alice.path("profile")).await.ok();
        assert!(!seen.to_string().contains("evil"), "{seen}");
        assert_eq!(seen["pump_io"]["fullImage"]["url"], "https://h.test/1.png");
    }
}
