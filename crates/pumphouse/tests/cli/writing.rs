//! Writing, answering, changing, deleting; and what is done to what others wrote.

use crate::support::{World, assert_transcript};

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_written_answered_changed_and_deleted() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    assert_transcript!(
        "writing",
        [
            alice.run(&["post", "--to", "bob", "--title", "Noon", "At <noon>"]),
            bob.run(&["inbox", "--direct", "--major"]),
            bob.run(&["reply", "1", "Nice"]),
            bob.run_with(&["reply", "1"], "From a pipe\n"),
            bob.run(&["edit", "last", "Nicer"]),
            alice.run(&["edit", "last", "--title", "Midday"]),
            bob.run(&["edit", "1", "Not mine"]),
            bob.run(&["delete", "last"]),
            bob.run(&["delete", "--yes", "last"]),
            alice.run(&["delete", "--yes", "last"]),
            alice.run(&["delete", "--yes", "last"]),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_wrote_is_liked_and_shared() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    alice.out(&["post", "--to", "public", "--cc", "bob", "Hello"]);
    assert_transcript!(
        "reactions",
        [
            bob.run(&["follow", "alice"]),
            bob.run(&["follow", "alice"]),
            bob.run(&["inbox", "--major", "-n", "1"]),
            bob.run(&["like", "1"]),
            bob.run(&["like", "1"]),
            bob.run(&["share", "1"]),
            bob.run(&["unshare", "1"]),
            bob.run(&["unshare", "1"]),
            bob.run(&["unlike", "1"]),
            bob.run(&["unlike", "1"]),
            bob.run(&["unfollow", "alice"]),
            bob.run(&["unfollow", "alice"]),
            bob.run(&["post", "--to", "list:Enemies", "Hello"]),
            bob.run(&["post", "--bto", "alice", "--nobody-else", "Hidden"]),
        ]
    );
    let hidden = alice.json(&["inbox", "--major", "-n", "1"]);
    assert_eq!(hidden["items"][0]["object"]["content"], "Hidden");
    assert!(hidden["items"][0].get("bto").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_posted_with_its_words() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    std::fs::write(alice.path().join("dot.gif"), crate::calls::DOT).unwrap();
    std::fs::write(alice.path().join("notes.txt"), "Notes").unwrap();
    let picture = ["post", "--image", "dot.gif", "--alt", "A white <dot>"];
    let words = ["--title", "Dot", "Nothing <more>", "--to", "bob", "--json"];
    let posted = alice.run(&[&picture[..], &words].concat());
    let posted: serde_json::Value = serde_json::from_str(&posted.out).unwrap();
    assert_eq!(posted["verb"], "post");
    let page = bob.json(&["inbox", "--direct", "--major", "-n", "1"]);
    let image = &page["items"][0]["object"];
    assert_eq!(image["objectType"], "image");
    assert_eq!(image["displayName"], "Dot");
    assert_eq!(image["content"], "Nothing &lt;more&gt;");
    assert_eq!(image["summary"], "A white &lt;dot&gt;");
    assert_eq!(image["id"], posted["object"]["id"]);
    let mut filters = crate::support::FILTERS.to_vec();
    filters.push((r"/uploads/alice/\S+", "/uploads/alice/FILE"));
    // Its words came after it, in the same second or the next.
    filters.push((r"    changed WHEN\n", ""));
    insta::with_settings!({filters => filters}, {
        insta::assert_snapshot!("files", crate::support::transcript(&[
            bob.run(&["show", image["id"].as_str().unwrap()]),
            // A file needs no words, and nobody waits for them.
            alice.run(&["post", "--file", "notes.txt"]),
            alice.run_with(&["post", "--file", "notes.txt", "-"], "From a pipe"),
            alice.run(&["show", "last"]),
            alice.run(&["post", "--file", "."]),
        ]));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_joined_and_left() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    let group = r#"{"verb": "create", "object": {"objectType": "group", "displayName": "Chess"},
        "to": [{"objectType": "collection", "id": "http://activityschema.org/collection/public"}]}"#;
    let made = alice.out(&["request", "POST", "/api/user/alice/feed", "-d", group]);
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let group = made["object"]["id"].as_str().unwrap();
    let note = bob.json(&["post", "No group"]);
    let note = note["object"]["id"].as_str().unwrap();
    assert_transcript!(
        "groups",
        [
            bob.run(&["join", group]),
            bob.run(&["join", group]),
            bob.run(&["leave", group]),
            bob.run(&["leave", group]),
            bob.run(&["join", note]),
        ]
    );
    bob.out(&["join", group]);
    let members = bob.out(&["request", "GET", &format!("{group}/members")]);
    assert!(
        members.contains("\"bob\"") && !members.contains("\"alice\""),
        "{members}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_uploaded() {
    let world = World::start().await;
    let alice = &world.alice;
    std::fs::write(alice.path().join("hello.txt"), "Hello").unwrap();
    assert_transcript!(
        "upload",
        [
            alice.run(&["upload", "hello.txt"]),
            alice.run(&["upload", "nothing.txt"]),
            alice.run(&["upload", "."]),
        ]
    );
    let uploaded = alice.json(&["upload", "hello.txt"]);
    assert_eq!(uploaded["objectType"], "file");
    assert_eq!(uploaded["mimeType"], "text/plain");
}
