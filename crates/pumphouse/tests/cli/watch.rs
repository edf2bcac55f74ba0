//! What arrives, as it arrives.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::feeds::contents;
use crate::support::{Home, Outcome, World, assert_transcript};

/// A `watch` under way: what it prints, and what it says.
struct Watch {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
    err: Lines<BufReader<ChildStderr>>,
}

impl Watch {
    fn start(home: &Home, options: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pumphouse"));
        let mut child = home
            .environment(&mut command)
            .args(["watch", "--major", "--direct", "--json"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            out: BufReader::new(child.stdout.take().unwrap()).lines(),
            err: BufReader::new(child.stderr.take().unwrap()).lines(),
            child,
        }
    }

    /// What the next note says.
    fn text(&mut self) -> String {
        let line = self.out.next().unwrap().unwrap();
        let activity: Value = serde_json::from_str(&line).unwrap();
        activity["object"]["content"].as_str().unwrap().to_owned()
    }

    fn said(&mut self) -> String {
        self.err.next().unwrap().unwrap()
    }

    /// Ends it by Ctrl-C.
    fn end(mut self) {
        let interrupt = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        assert!(interrupt.unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrives_is_shown_until_ctrl_c() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    bob.out(&["inbox", "--major", "--direct", "--since-last"]);
    let post = |text: &str| drop(alice.out(&["post", "--to", "bob", text]));
    post("one");
    let mut watch = Watch::start(bob, &["--since-last"]);
    assert_eq!(watch.text(), "one");
    post("two");
    assert_eq!(watch.text(), "two");
    watch.end();
    // It has moved the place on, and what was watched last can be named.
    post("three");
    let new = bob.json(&["inbox", "--major", "--direct", "--since-last"]);
    assert_eq!(contents(&new), ["three"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrives_is_numbered_after_what_other_commands_showed() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    let post = |text: &str| drop(alice.out(&["post", "--to", "bob", text]));
    let shown = |number: &str| bob.json(&["show", number])["content"].clone();
    post("listed");
    bob.out(&["inbox", "--major", "--direct", "-n", "1"]);
    let mut watch = Watch::start(bob, &[]);
    assert!(watch.said().starts_with("Watching"));
    post("first");
    assert_eq!(watch.text(), "first");
    assert_eq!((shown("1"), shown("2")), ("listed".into(), "first".into()));
    // A list takes its own numbers, from 1, and no other.
    bob.out(&["inbox", "--major", "--direct", "-n", "1"]);
    post("second");
    assert_eq!(watch.text(), "second");
    for (number, text) in [("1", "first"), ("2", "first"), ("3", "second")] {
        assert_eq!(shown(number), text, "{number}");
    }
    watch.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_reached_is_waited_for_and_nothing_is_lost() {
    let world = World::start().await;
    let host = world.bob.address.rsplit('@').next().unwrap().to_owned();
    let cannot = format!("Cannot reach {host}, trying again.");
    let post = |world: &World, text: &str| {
        world.alice.out(&["post", "--to", "bob", text]);
    };
    let mut begun = None;
    let world = world.without_server(async |_, bob| {
        let mut watch = Watch::start(bob, &[]);
        assert_eq!(watch.said(), cannot);
        begun = Some(watch);
    });
    let world = world.await;
    let mut watch = begun.unwrap();
    // It tries again only in some seconds.
    post(&world, "one");
    assert_eq!(watch.said(), "Watching the inbox; stop with Ctrl-C.");
    // Times are of whole seconds: the greeting may have come in the one in which it began.
    let first = Some(watch.text()).filter(|text| text == "one");
    assert_eq!(first.unwrap_or_else(|| watch.text()), "one");
    post(&world, "two");
    assert_eq!(watch.text(), "two");
    let world = world.without_server(async |_, _| assert_eq!(watch.said(), cannot));
    let world = world.await;
    post(&world, "three");
    assert_eq!(watch.said(), "Watching the inbox again.");
    assert_eq!(watch.text(), "three");
    watch.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_watched_is_told() {
    use std::io::Read as _;

    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    let arguments = ["watch", "--major", "--direct"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_pumphouse"));
    let mut child = bob
        .environment(&mut command)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let (mut said, mut shown) = (String::new(), String::new());
    err.read_line(&mut said).unwrap();
    alice.out(&["post", "--to", "bob", "--title", "Noon", "At <noon>"]);
    while !shown.ends_with("\n\n") {
        assert_ne!(out.read_line(&mut shown).unwrap(), 0, "{shown}");
    }
    // What was shown can be named.
    let named = bob.run(&["show", "1"]);
    let interrupt = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    err.read_to_string(&mut said).unwrap();
    out.read_to_string(&mut shown).unwrap();
    let watched = Outcome {
        said: format!("$ pumphouse {}", arguments.join(" ")),
        status: child.wait().unwrap().code().unwrap(),
        out: shown,
        err: said,
    };
    let (_, carol) = world.newcomer("carol").await;
    assert_transcript!(
        "watch",
        [
            watched,
            named,
            carol.run(&["watch"]),
            carol.run(&["watch", "--account", &carol.address]),
            bob.run(&["watch", "--major", "--minor"]),
            bob.run(&["watch", "--count", "3"]),
        ]
    );
}
