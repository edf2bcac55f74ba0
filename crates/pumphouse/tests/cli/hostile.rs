//! What others wrote never steers the reader's terminal.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Home, Outcome, World};

/// It sets the title of a terminal, rings its bell, clears it, and turns what follows.
const HOSTILE: &str = "no\u{1b}]0;PWN\u{7}te\u{9b}2J\u{202e}\u{200f}\u{61c}";

/// Every command that takes the number of something that was shown.
const COMMANDS: [&[&str]; 24] = [
    &["follow", "1"],
    &["unfollow", "1"],
    &["post", "--to", "1", "Hello"],
    &["post", "--bcc", "1", "Hello"],
    &["profile", "1"],
    &["outbox", "--of", "1"],
    &["favourites", "--of", "1"],
    &["followers", "--of", "1"],
    &["following", "--of", "1"],
    &["lists", "add", "Friends", "1"],
    &["lists", "remove", "Friends", "1"],
    &["lists", "show", "1"],
    &["show", "1"],
    &["thread", "1"],
    &["download", "1"],
    &["like", "1"],
    &["unlike", "1"],
    &["share", "1"],
    &["unshare", "1"],
    &["join", "1"],
    &["leave", "1"],
    &["reply", "1", "Hello"],
    &["edit", "1", "Hello"],
    &["delete", "--yes", "1"],
];

fn assert_harmless(outcome: &Outcome) {
    let steers = |c: char| c != '\n' && (c.is_control() || (!c.is_ascii() && HOSTILE.contains(c)));
    for text in [&outcome.out, &outcome.err] {
        assert!(!text.contains(steers), "{:?}", outcome.text());
    }
}

/// Runs them all, with and without JSON.
fn run_all(home: &Home, show: &[&str]) {
    for command in COMMANDS {
        for format in [&[][..], &["--json"]] {
            assert_harmless(&home.run(show));
            assert_harmless(&home.run(&[command, format].concat()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_posted_to_steer_a_terminal_does_not() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    bob.out(&["lists", "create", "Friends"]);
    let posted = json!({
        "verb": "post",
        "to": [{"objectType": "person", "id": format!("acct:{}", bob.address)}],
        "object": {"objectType": HOSTILE, "displayName": HOSTILE, "content": HOSTILE},
    });
    let feed = "/api/user/alice/feed";
    alice.out(&["request", "POST", feed, "-d", &posted.to_string()]);
    let shown = bob.run(&["inbox", "--direct", "-n", "1"]);
    assert!(shown.out.contains("PWN"), "{}", shown.text());
    assert_harmless(&shown);
    let refused = bob.run(&["follow", "1"]);
    assert!(
        refused
            .err
            .starts_with("error: 1 is not a person but of type no]0;PWNte2J\nhint: "),
        "{}",
        refused.text()
    );
    run_all(bob, &["inbox", "--direct", "-n", "1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_does_not_steer_a_terminal_either() {
    let world = World::start().await;
    let bob = &world.bob;
    bob.out(&["outbox", "-n", "1"]);
    let state = bob.path().join("state/pumphouse");
    let files = fs::read_dir(&state).unwrap().map(|it| it.unwrap().path());
    let is_memory = |path: &std::path::PathBuf| path.extension().is_some_and(|it| it == "json");
    let path = files.into_iter().find(is_memory).unwrap();
    for kind in [HOSTILE, "person", "note", "group", "collection"] {
        let mut memory: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let mut shown = json!({"kind": kind});
        for name in ["id", "address", "proxy", "name", "activity", "author"] {
            shown[name] = HOSTILE.into();
        }
        memory["first"] = 1.into();
        memory["items"] = json!([shown]);
        fs::write(&path, memory.to_string()).unwrap();
        for command in COMMANDS {
            assert_harmless(&bob.run(command));
        }
    }
}
