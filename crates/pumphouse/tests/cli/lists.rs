//! Lists of people.

use crate::support::{World, assert_transcript};

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_made_changed_filled_and_written_to() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    assert_transcript!(
        "lists",
        [
            alice.run(&["lists"]),
            alice.run(&["lists", "create", "Rivals"]),
            alice.run(&["lists", "create", "Rivals"]),
            alice.run(&["lists", "create", ""]),
            alice.run(&["lists", "add", "Rivals", "bob", "alice"]),
            alice.run(&["lists", "add", "Rivals", "bob"]),
            alice.run(&["lists"]),
            alice.run(&["lists", "members", "1"]),
            alice.run(&["post", "--to", "list:Rivals", "To rivals"]),
            alice.run(&["lists", "remove", "Rivals", "alice"]),
            alice.run(&["lists", "remove", "Rivals", "alice"]),
            alice.run(&["lists", "rename", "Rivals", "Old rivals"]),
            alice.run(&["lists", "members", "Old rivals"]),
            alice.run(&["follow", "1"]),
            alice.run(&["lists", "members", "Rivals"]),
            alice.run(&["lists", "delete", "Old rivals"]),
            alice.run(&["lists", "delete", "--yes", "Old rivals"]),
            alice.run(&["lists"]),
        ]
    );
    let inbox = bob.json(&["inbox", "--major", "-n", "1"]);
    assert_eq!(inbox["items"][0]["object"]["content"], "To rivals");
    // Nobody is told of what happens to lists, not even who is on one.
    let minor = bob.out(&["inbox", "--minor"]);
    assert!(!minor.contains("ivals"), "{minor}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_json_for_programs() {
    let world = World::start().await;
    let alice = &world.alice;
    let made = alice.json(&["lists", "create", "Rivals"]);
    assert_eq!(made["object"]["displayName"], "Rivals");
    alice.out(&["lists", "add", "Rivals", "bob"]);
    let lists = alice.json(&["lists"]);
    assert_eq!(lists["items"][0]["displayName"], "Rivals");
    let own = lists["items"][0]["id"].as_str().unwrap();
    let members = alice.json(&["lists", "members", own]);
    assert_eq!(members["items"][0]["preferredUsername"], "bob");
    assert_eq!(members["items"].as_array().unwrap().len(), 1);
    let again = alice.json(&["lists", "remove", "Rivals", "alice"]);
    assert_eq!(again["changed"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_say_to_which_list_somebody_was_added_and_from_which_removed() {
    let world = World::start().await;
    let alice = &world.alice;
    alice.out(&["lists", "create", "Rivals"]);
    alice.out(&["lists", "add", "Rivals", "bob"]);
    alice.out(&["lists", "remove", "Rivals", "bob"]);
    assert_transcript!("targets", [alice.run(&["outbox", "--minor", "-n", "2"])]);
}
