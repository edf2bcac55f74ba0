//! What may be written to name a thing, and what is said when nothing has that name.

use crate::support::{World, assert_transcript};

#[tokio::test(flavor = "multi_thread")]
async fn a_thing_is_named_by_number_url_page_id_or_as_the_last() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    let posted = alice.json(&["post", "--to", "public", "Hello"]);
    let note = &posted["object"];
    // Bob's inbox has the note only if he follows Alice.
    bob.out(&["follow", "alice"]);
    alice.out(&["post", "--to", "public", "Again"]);
    bob.out(&["inbox", "--major"]);
    let own = note["links"]["self"]["href"].as_str().unwrap();
    for (name, who) in [
        ("1", bob),
        ("last", alice),
        (note["id"].as_str().unwrap(), bob),
        (own, bob),
        (note["url"].as_str().unwrap(), bob),
        (posted["id"].as_str().unwrap(), bob),
        (posted["url"].as_str().unwrap(), bob),
    ] {
        let liked = who.json(&["like", name]);
        assert_eq!(liked["object"]["objectType"], "note", "{name}");
        if name.starts_with("http") {
            assert_eq!(liked["object"]["id"], note["id"], "{name}");
        }
        who.out(&["unlike", name]);
    }
    bob.out(&["unfollow", "alice"]);
    for name in [
        "alice",
        "@alice",
        &alice.address,
        &world.url("/alice"),
        &world.url("/api/user/alice/profile"),
    ] {
        let followed = bob.json(&["follow", name]);
        assert_eq!(followed["object"]["preferredUsername"], "alice", "{name}");
        bob.out(&["unfollow", name]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_is_found_whatever_the_type() {
    let world = World::start().await;
    let alice = &world.alice;
    for kind in ["note", "group", "question", "review", "hashtag"] {
        let id = format!("urn:test:{kind}");
        let object = serde_json::json!({"objectType": kind, "id": id, "displayName": "Named"});
        let posted = serde_json::json!({"verb": "post", "object": object}).to_string();
        alice.out(&["request", "POST", "/api/user/alice/feed", "-d", &posted]);
        assert_eq!(alice.json(&["show", &id])["objectType"], kind);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_activity_of_another_server_stands_for_what_it_is_about() {
    let (here, there) = (World::start().await, World::start().await);
    let (bob, carol) = (&here.bob, &there.alice);
    let posted = carol.json(&["post", "--to", "public", "From afar"]);
    let note = posted["object"]["id"].as_str().unwrap();
    for name in [
        posted["id"].as_str().unwrap(),
        posted["links"]["self"]["href"].as_str().unwrap(),
        posted["url"].as_str().unwrap(),
        note,
        posted["object"]["url"].as_str().unwrap(),
    ] {
        let shown = bob.json(&["show", name]);
        assert_eq!(shown["id"], note, "{name}");
        assert_eq!(shown["content"], "From afar", "{name}");
        let told = bob.out(&["show", name]);
        assert!(told.starts_with("note\n"), "{told}");
        let author = format!("    {}, just now", carol.address);
        assert!(told.contains(&author), "{told}");
        let liked = bob.json(&["like", name]);
        assert_eq!(liked["object"]["id"], note, "{name}");
        bob.out(&["unlike", name]);
    }
    // Whatever was done to it.
    let shared = carol.json(&["share", note, "--to", "public"]);
    let shared = bob.json(&["show", shared["id"].as_str().unwrap()]);
    assert_eq!(shared["content"], "From afar");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_with_what_to_do() {
    let world = World::start().await;
    let bob = &world.bob;
    world.alice.out(&["post", "--to", &bob.address, "For Bob"]);
    let before = [bob.run(&["like", "1"]), bob.run(&["like", "last"])];
    bob.out(&["inbox", "--major"]);
    assert_transcript!("references-missing", before);
    assert_transcript!(
        "references-wrong",
        [
            bob.run(&["like", "9999"]),
            bob.run(&["like", "0"]),
            bob.run(&["like", "a b"]),
            bob.run(&["follow", "1"]),
            bob.run(&["like", &world.url("/api/note/AAAAAAAAAAAAAAAAAAAAAA")]),
            bob.run(&["like", &world.url("/alice/note/AAAAAAAAAAAAAAAAAAAAAA")]),
            bob.run(&["like", "urn:nothing"]),
            bob.run(&["like", "carol"]),
        ]
    );
}
