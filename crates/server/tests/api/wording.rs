//! What the server writes by itself, and what it leaves of what people write (sections 6.5 and 7.7).

use pumphouse_testkit::TestServer;
use serde_json::{Value, json};

use crate::support::{does, href, note, post, post_publicly};

#[tokio::test]
async fn every_verb_has_its_past_tense() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    for (verb, past) in [
        ("at", "was at"),
        ("build", "built"),
        ("checkin", "checked into"),
        ("find", "found"),
        ("give", "gave"),
        ("leave", "left"),
        ("lose", "lost"),
        ("make-friend", "made a friend of"),
        ("play", "played"),
        ("read", "read"),
        ("remove-friend", "removed as a friend"),
        ("rsvp-maybe", "may attend"),
        ("rsvp-no", "will not attend"),
        ("rsvp-yes", "will attend"),
        ("sell", "sold"),
        ("send", "sent"),
        ("submit", "submitted"),
        ("tag", "tagged"),
        ("win", "won"),
        ("deny", "denied"),
        ("like", "liked"),
        ("consume", "consumed"),
        ("watch", "watched"),
        ("post", "posted"),
        ("create", "created"),
    ] {
        let place = json!({"objectType": "place", "displayName": "The Pub"});
        let done = match verb {
            "like" | "leave" => {
                let made = alice.does(does("create", place)).await;
                let object = crate::support::mention(&made["object"]);
                alice.does(does(verb, object)).await
            }
            _ => alice.does(does(verb, place)).await,
        };
        let page = done["object"]["url"].as_str().unwrap();
        let words = format!(
            "<a href='https://pump.test/alice'>alice</a> {past} <a href='{page}'>The Pub</a>"
        );
        assert_eq!(done["content"], words);
    }
    let bob = server.user("bob").await;
    alice.does(does("follow", bob.person())).await;
    let left = alice.does(does("stop-following", bob.person())).await;
    let words = "<a href='https://pump.test/alice'>alice</a> stopped following \
                 <a href='https://pump.test/bob'>bob</a>";
    assert_eq!(left["content"], words);
}

/// Quirk 50: styles, forms and ids were kept.
#[tokio::test]
async fn quirk_50_what_could_pass_for_the_page_around_it_is_taken_out() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let hostile = "<style>p{display:none}</style><form action=\"https://evil.test/\">\
                   <input name=\"password\"><button>Log in</button></form>\
                   <p id=\"error\" class=\"alert\" style=\"position:fixed\" name=\"x\">Hello</p>\
                   <svg><a xlink:href=\"javascript:alert(1)\">x</a></svg><math>y</math>\
                   <iframe src=\"https://evil.test/\"></iframe><base href=\"https://evil.test/\">";
    let posted = alice.does(post(note(hostile))).await;
    let content = posted["object"]["content"].as_str().unwrap();
    assert!(content.contains("<p>Hello</p>"), "{content}");
    for gone in [
        "style",
        "<form",
        "<input",
        "<button",
        "id=",
        "class=",
        "<svg",
        "<math",
        "iframe",
        "<base",
        "evil.test",
        "javascript",
    ] {
        assert!(!content.contains(gone), "{gone} in {content}");
    }
}

/// Quirk 67: the address of a page was built from a name that could be changed.
#[tokio::test]
async fn quirk_67_addresses_of_pages_have_the_nickname_in_them_whatever_the_profile_says() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let change =
        json!({"preferredUsername": "mallory", "url": "https://evil.test/", "displayName": "A"});
    let changed = alice.put_json(&alice.path("profile"), &change).await.ok();
    assert_eq!(changed["preferredUsername"], "alice");
    assert_eq!(changed["url"], "https://pump.test/alice");
    assert_eq!(changed["displayName"], "A");
    let posted = alice.does(post(note("x"))).await;
    for url in [&posted["url"], &posted["object"]["url"]] {
        let url = url.as_str().unwrap();
        assert!(url.starts_with("https://pump.test/alice/"), "{url}");
    }
}

/// Quirk 78: there was "a image", and people who like undefined.
#[tokio::test]
async fn quirk_78_sentences_have_their_articles_and_names() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    for (object_type, text) in [
        ("note", "Can't find a note with ID = x"),
        ("image", "Can't find an image with ID = x"),
        ("audio", "Can't find an audio with ID = x"),
        ("other", "Can't find an other with ID = x"),
    ] {
        for path in [
            format!("/api/{object_type}/x"),
            format!("/api/{object_type}?id=x"),
            format!("/api/{object_type}/x/likes"),
            format!("/api/{object_type}/likes?id=x"),
        ] {
            alice.get(&path).await.refused(404, text);
        }
    }
    // What has no name is called by its id.
    let posted = alice.does(post_publicly(note("x"))).await;
    let object = &posted["object"];
    for (feed, title) in [
        ("likes", "People who like"),
        ("replies", "Replies to"),
        ("shares", "Shares of"),
    ] {
        let page = alice.get(&format!("{}/{feed}", href(object))).await.ok();
        let id = object["id"].as_str().unwrap();
        assert_eq!(page["displayName"], format!("{title} {id}"));
    }
}

#[tokio::test]
async fn the_refusal_of_json_says_where_it_is_wrong() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let posted = |object: Value| json!({"verb": "post", "object": object});
    for (activity, place, expected) in [
        (json!({"verb": 7}), "verb", "a string"),
        (
            posted(json!({"objectType": "note", "displayName": 7})),
            "object.displayName",
            "a string",
        ),
        (
            posted(json!({"objectType": "image", "image": {"url": 7}})),
            "object.image.url",
            "a string",
        ),
        (
            posted(json!({"objectType": "image", "image": "https://h.test/"})),
            "object.image",
            "struct MediaLink",
        ),
        (
            posted(json!({"objectType": "note", "attachments": [{}, {"id": []}]})),
            "object.attachments[1].id",
            "a string",
        ),
        (
            posted(json!({"objectType": "note", "inReplyTo": "x"})),
            "object.inReplyTo",
            "struct Object",
        ),
        (
            posted(json!({"objectType": "note", "upstreamDuplicates": [7]})),
            "object.upstreamDuplicates",
            "an array of ids",
        ),
        (
            json!({"verb": "post", "to": {"id": "x"}, "object": {}}),
            "to",
            "a sequence",
        ),
    ] {
        let text = alice.tries(activity).await.refusal(400);
        assert!(
            text.starts_with(&format!("Invalid JSON at {place}: ")),
            "{text}"
        );
        assert!(text.contains(&format!("expected {expected}")), "{text}");
    }
    let call = alice.request("POST", &alice.path("feed"));
    let broken = call.body("application/json", "{\"verb\": ").send().await;
    let text = broken.refusal(400);
    assert!(text.starts_with("Invalid JSON: "), "{text}");
}

#[tokio::test]
async fn duplicates_elsewhere_are_kept_as_arrays_of_ids() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let ids = json!(["https://a.test/1", "https://b.test/2"]);
    let mut copied = note("from elsewhere");
    copied["upstreamDuplicates"] = ids.clone();
    copied["downstreamDuplicates"] = ids.clone();
    let posted = alice.does(post(copied)).await;
    let kept = alice.get(href(&posted["object"])).await.ok();
    for name in ["upstreamDuplicates", "downstreamDuplicates"] {
        assert_eq!(kept[name], ids, "{name}");
    }
    // An array that went through a form is an object with numbers for keys.
    let mut formed = note("by form");
    formed["upstreamDuplicates"] = json!({"0": "https://a.test/1", "1": "https://b.test/2"});
    let posted = alice.does(post(formed)).await;
    assert_eq!(posted["object"]["upstreamDuplicates"], ids);
    for wrong in [json!("x"), json!(7), json!([[]]), json!({"a": "b"})] {
        let mut note = note("x");
        note["downstreamDuplicates"] = wrong;
        alice.tries(post(note)).await.refusal(400);
    }
}

/// Quirk 52: faults were shown with a stack trace.
#[tokio::test]
async fn quirk_52_faults_of_the_server_are_told_without_their_cause() {
    let mut server = TestServer::start().await;
    let alice = server.user("alice").await;
    let posted = alice.does(post(note("x"))).await;
    let path = href(&posted["object"]).to_owned();
    let uuid = path.rsplit('/').next().unwrap().to_owned();
    server.stop().await;
    let store = pumphouse_store::Store::open(server.directory()).unwrap();
    store
        .write(move |tx| {
            let object = tx.object_by_uuid(&uuid)?.unwrap();
            tx.update_object(object.key, "no document at all", 0)
        })
        .await
        .unwrap();
    drop(store);
    server.restart().await;
    let text = "The server could not do this; its log says why.";
    alice.get(&path).await.refused(500, text);
    let mut browser = server.browser();
    browser.log_in("alice").await;
    browser.get("/").await.refused_page(500, text);
}

/// Quirk 89: there was no such thing as `PUT` or `DELETE` by a foreign id.
#[tokio::test]
async fn quirk_89_what_has_an_id_from_elsewhere_is_changed_and_deleted_by_it() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let mut image = json!({"objectType": "image", "displayName": "My cat"});
    image["id"] = "tag:app.test,2027:1".into();
    alice.does(post_publicly(image)).await;
    let path = "/api/image?id=tag%3Aapp.test%2C2027%3A1";
    let change = json!({"displayName": "My dog"});
    let refused = bob.put_json(path, &change).await;
    refused.refused(403, "Only the author can modify this object.");
    let refused = bob.request("DELETE", path).send().await;
    refused.refused(403, "Only the author can modify this object.");
    let changed = alice.put_json(path, &change).await.ok();
    assert_eq!(changed["displayName"], "My dog");
    let other = json!({"id": "tag:app.test,2027:2"});
    let refused = alice.put_json(path, &other).await;
    refused.refused(400, "No such 'image' with id 'tag:app.test,2027:2'");
    let refused = alice.put_json("/api/image", &change).await;
    refused.refused(400, "'id' required");
    let deleted = alice.request("DELETE", path).send().await;
    assert_eq!(deleted.ok(), "Deleted");
    alice.get(path).await.refused(410, "Deleted");
    // Types and ids that are not there are told as for reading.
    let unknown = alice
        .request("DELETE", "/api/image?id=tag%3Ax")
        .send()
        .await;
    unknown.refused(404, "Can't find an image with ID = tag:x");
    let unknown = alice.put_json("/api/nothing?id=x", &change).await;
    unknown.refused(404, "Unknown type: nothing");
}

/// Quirk 89: links in a list were documented, and refused.
#[tokio::test]
async fn quirk_89_links_may_stand_in_a_list() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let mut linked = note("x");
    linked["links"] = json!([
        {"rel": "alternate", "href": "https://h.test/", "type": "text/html"},
        {"rel": "self", "href": "https://h.test/"},
    ]);
    let posted = alice.does(post(linked)).await;
    let object = &posted["object"];
    assert_eq!(href(object), object["id"]);
    let alternate = json!({"href": "https://h.test/", "type": "text/html"});
    assert_eq!(object["links"]["alternate"], alternate);
}
