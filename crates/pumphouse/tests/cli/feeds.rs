//! Reading: feeds and their places, people, one thing, and a conversation.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{World, assert_transcript};

fn items(page: &Value) -> Vec<&Value> {
    page["items"].as_array().unwrap().iter().collect()
}

pub(crate) fn contents(page: &Value) -> Vec<&str> {
    let of = |item: &'static str| move |it: &&Value| it["object"][item].is_string();
    items(page)
        .into_iter()
        .filter(of("content"))
        .map(|item| item["object"]["content"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_are_read_as_lists() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    bob.out(&["follow", "alice"]);
    alice.out(&["post", "--to", "public", "--title", "Noon", "At <noon>"]);
    bob.out(&["inbox", "--major", "-n", "1"]);
    bob.out(&["like", "1"]);
    assert_transcript!(
        "feeds",
        [
            bob.run(&["inbox", "--major"]),
            bob.run(&["inbox", "-n", "1"]),
            bob.run(&["inbox", "--direct", "--minor"]),
            bob.run(&["outbox", "--of", "alice", "--major"]),
            bob.run(&["favourites"]),
            alice.run(&["favourites", "--of", "bob"]),
            alice.run(&["followers"]),
            alice.run(&["following", "--of", "bob"]),
            alice.run(&["following"]),
            alice.run(&["uploads"]),
            alice.run(&["users"]),
            alice.run(&["outbox", "--of", "nobody-here"]),
            alice.run(&["inbox", "--of", "bob"]),
            alice.run(&["inbox", "--before", "urn:nothing"]),
            alice.run(&["inbox", "--all", "-n", "3"]),
        ]
    );
    let one = bob.json(&["inbox", "--major", "-n", "1"]);
    assert_eq!(contents(&one), ["At &lt;noon&gt;"]);
    assert_eq!(alice.json(&["uploads"]), serde_json::json!({"items": []}));
    assert_eq!(items(&alice.json(&["users", "--all"])).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_shown_last_is_remembered_when_it_was_shown() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    bob.out(&["follow", "alice"]);
    let post = |text: &str| drop(alice.out(&["post", "--to", "bob", text]));
    let new = || bob.json(&["inbox", "--major", "--direct", "--since-last"]);
    post("one");
    assert!(contents(&new()).contains(&"one"));
    assert!(items(&new()).is_empty());
    post("two");
    post("three");
    let page = new();
    assert_eq!(contents(&page), ["two", "three"]);
    // Another feed has a place of its own.
    let other = bob.json(&["inbox", "--major", "--since-last"]);
    assert!(contents(&other).contains(&"one"));
    // What nobody read is not past: the reader has gone before it was printed.
    post("four");
    let mut gone = Command::new(env!("CARGO_BIN_EXE_pumphouse"));
    let arguments = ["inbox", "--major", "--direct", "--since-last"];
    let mut child = bob
        .environment(&mut gone)
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
    let page = new();
    assert_eq!(contents(&page), ["four"]);
    // In parts: the next part begins where the last ended.
    for text in ["five", "six", "seven"] {
        post(text);
    }
    let part = |count| bob.json(&["inbox", "--major", "--direct", "--since-last", "-n", count]);
    assert_eq!(contents(&part("2")), ["five", "six"]);
    assert_eq!(contents(&part("2")), ["seven"]);
    let said = bob.run(&["inbox", "--major", "--direct", "--since-last"]);
    assert_eq!(
        (said.out.as_str(), said.err.as_str()),
        ("", "Nothing new.\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_is_gone_is_no_dead_end() {
    let world = World::start().await;
    let bob = &world.bob;
    bob.out(&["inbox", "--since-last"]);
    let state = bob.path().join("state/pumphouse");
    for file in std::fs::read_dir(&state).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let Ok(mut memory) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        memory["places"]["inbox"] = "http://localhost/gone".into();
        std::fs::write(&path, memory.to_string()).unwrap();
    }
    let again = bob.run(&["inbox", "--since-last", "-n", "1"]);
    assert_eq!(again.status, 0, "{}", again.text());
    assert!(
        again.err.contains("is not there any more"),
        "{}",
        again.text()
    );
    assert!(
        bob.run(&["inbox", "--since-last"])
            .err
            .contains("Nothing new.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn long_feeds_are_read_over_their_pages() {
    let world = World::start().await;
    let bob = &world.bob;
    for number in 0..8 {
        bob.out(&["post", "--nobody-else", &number.to_string()]);
    }
    let all = bob.json(&["outbox", "--major", "--all"]);
    let newest: Vec<&str> = contents(&all)[..3].to_vec();
    assert_eq!(newest, ["7", "6", "5"]);
    let third = items(&all)[2]["id"].as_str().unwrap();
    let older = bob.json(&["outbox", "--major", "--before", third, "-n", "2"]);
    assert_eq!(contents(&older), ["4", "3"]);
    let newer = bob.json(&["outbox", "--major", "--since", third]);
    assert_eq!(contents(&newer), ["6", "7"]);
    // What was shown is known by its number, its own id and its activity's.
    let item = items(&all)[2];
    let of = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    for name in [
        "3",
        &of(&item["object"], "id"),
        &of(&item["object"], "url"),
        &of(item, "id"),
        &of(item, "url"),
    ] {
        bob.out(&["outbox", "--major"]);
        let older = bob.json(&["outbox", "--major", "--before", name, "-n", "2"]);
        assert_eq!(contents(&older), ["4", "3"], "{name}");
        bob.out(&["outbox", "--major"]);
        let newer = bob.json(&["outbox", "--major", "--since", name]);
        assert_eq!(contents(&newer), ["6", "7"], "{name}");
    }
    for name in ["alice", &world.alice.address, "1"] {
        bob.out(&["follow", "alice"]);
        bob.out(&["following"]);
        let older = bob.json(&["following", "--before", name]);
        assert!(items(&older).is_empty(), "{name}");
    }
    let hint = bob.run(&["outbox", "--major", "-n", "2"]).err;
    assert!(
        hint.starts_with("Older: pumphouse outbox --major --count 2 --before http"),
        "{hint}"
    );
    let hint = bob
        .run(&["outbox", "--major", "--since", third, "-n", "1"])
        .err;
    assert!(
        hint.starts_with("Newer: pumphouse outbox --major --count 1 --since http"),
        "{hint}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_thing_and_its_conversation_are_shown() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    alice.out(&["post", "--to", "bob", "Question?"]);
    bob.out(&["inbox", "--major", "--direct", "-n", "1"]);
    bob.out(&["reply", "1", "First answer"]);
    bob.out(&["like", "1"]);
    alice.out(&["reply", "last", "To myself"]);
    bob.out(&["reply", "last", "More to say"]);
    bob.out(&["inbox", "--major", "--direct", "-n", "1"]);
    assert_transcript!(
        "conversation",
        [
            bob.run(&["show", "1"]),
            bob.run(&["thread", "1"]),
            bob.run(&["show", "2"]),
            bob.run(&["thread", "last"]),
            bob.run(&["thread", "last", "-n", "2"]),
            bob.run(&["show", "alice"]),
            bob.run(&["show", &alice.address]),
            bob.run(&["show", "9"]),
            bob.run(&["show", "nobody-here"]),
            bob.run(&["thread", &world.url("/api/note/none")]),
        ]
    );
    let shown = bob.json(&["show", &alice.address]);
    assert_eq!(shown["preferredUsername"], "alice");
    let thread = bob.json(&["thread", "last"]);
    let depths: Vec<u64> = items(&thread)
        .iter()
        .map(|it| it["depth"].as_u64().unwrap())
        .collect();
    assert_eq!(depths, [0, 1, 2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_note_does_not_fill_a_list_and_is_shown_whole() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    let text: Vec<String> = (1..=6_000).map(|number| format!("word-{number}")).collect();
    let posted = alice.run_with(&["post", "--to", "bob", "-"], &text.join(" "));
    assert_eq!(posted.status, 0, "{}", posted.text());
    let inbox = ["inbox", "--major", "--direct", "-n", "1"];
    let list = bob.out(&inbox);
    assert!(list.lines().count() < 30, "{list}");
    assert!(list.contains("\n    … pumphouse show 1\n"), "{list}");
    let list = bob.out(&[&inbox[..], &["--account", &bob.address]].concat());
    let rest = list.lines().find_map(|line| line.strip_prefix("    … "));
    let rest: Vec<&str> = rest.unwrap().split(' ').skip(1).collect();
    assert_eq!(rest, ["show", "--account", &bob.address, "1"]);
    for shown in [bob.out(&rest), bob.out(&["show", "1"])] {
        let words = shown
            .split_whitespace()
            .filter(|word| word.starts_with("word-"));
        assert!(words.eq(&text), "{shown}");
    }
    let thread = bob.out(&["thread", "1"]);
    assert!(thread.contains("\n    … pumphouse show 1\n"), "{thread}");
    assert_eq!(contents(&bob.json(&inbox)), [text.join(" ")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_name() {
    let world = World::start().await;
    let bob = &world.bob;
    bob.out(&["follow", "alice"]);
    assert_transcript!(
        "search",
        [
            bob.run(&["search", "LIC"]),
            bob.run(&["search", "b"]),
            bob.run(&["search", "nobody"]),
            bob.run(&["search", " "]),
            bob.run(&["show", "1"]),
        ]
    );
    let found = bob.json(&["search", "ali"]);
    assert_eq!(items(&found).len(), 1);
}
