//! Profiles are shown and changed.

use std::fs;

use crate::calls::DOT;
use crate::support::{World, assert_transcript};

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_shown_and_changed() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    bob.out(&["follow", "alice"]);
    let name = [
        "profile",
        "--name",
        "Alice <in> Wonderland",
        "--location",
        "Oxford",
    ];
    assert_transcript!(
        "profile",
        [
            alice.run(&["profile"]),
            alice.run(&name),
            alice.run(&["profile", "--bio", "I <3 rabbits"]),
            bob.run(&["profile", "alice"]),
            bob.run(&["profile", &world.url("/alice")]),
            alice.run(&["profile", "--bio", ""]),
            alice.run(&["profile"]),
            alice.run(&["profile", "carol"]),
            alice.run(&["profile", "bob", "--name", "Bob"]),
            alice.run(&["profile", "--name", ""]),
            alice.run(&["profile", "--html"]),
        ]
    );
    let profile = alice.json(&["profile", &alice.address]);
    assert_eq!(profile["displayName"], "Alice <in> Wonderland");
    assert_eq!(profile["location"]["displayName"], "Oxford");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_of_oneself_is_what_everybody_sees() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    fs::write(alice.path().join("me.gif"), DOT).unwrap();
    fs::write(alice.path().join("me.txt"), "no picture").unwrap();
    let wrong = alice.run(&["profile", "--avatar", "me.txt"]);
    assert_eq!(wrong.status, 2, "{}", wrong.text());
    assert!(
        wrong.err.contains("no type of a picture"),
        "{}",
        wrong.text()
    );
    let missing = alice.run(&["profile", "--avatar", "none.gif"]);
    assert!(
        missing.err.contains("could not read none.gif"),
        "{}",
        missing.text()
    );

    let changed = alice.json(&["profile", "--avatar", "me.gif"]);
    let picture = changed["object"]["image"]["url"].as_str().unwrap();
    assert_eq!(alice.json(&["profile"])["image"]["url"], picture);
    bob.out(&["download", picture, "-o", "alice.gif"]);
    assert_eq!(fs::read(bob.path().join("alice.gif")).unwrap(), DOT);
}
