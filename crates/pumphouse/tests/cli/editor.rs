//! Texts that are written in an editor.
#![cfg(unix)]

use std::fs;
use std::path::PathBuf;

use crate::support::{Home, Outcome, World, assert_transcript};

/// Runs the program with an editor that is a line of shell, with the file as `$1`.
fn run(home: &Home, arguments: &[&str], editor: &str) -> Outcome {
    fs::write(home.path().join("editor.sh"), editor).unwrap();
    home.run_in(arguments, "", &[("EDITOR", "sh editor.sh")])
}

fn drafts(home: &Home) -> Vec<PathBuf> {
    let directory = home.path().join("state/pumphouse/drafts");
    let files = fs::read_dir(directory).unwrap();
    files.map(|file| file.unwrap().path()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_written_and_changed_in_the_editor() {
    let world = World::start().await;
    let alice = &world.alice;
    let outcomes = [
        run(
            alice,
            &["post", "--editor"],
            "echo 'One & <two>' > $1; echo three >> $1",
        ),
        run(
            alice,
            &["edit", "last", "--editor"],
            "cat $1; echo four >> $1",
        ),
        run(alice, &["edit", "last", "--editor"], "true"),
        run(alice, &["edit", "last", "--editor"], ": > $1"),
        run(alice, &["post", "--editor"], "true"),
        run(alice, &["post", "--editor"], "echo kept > $1; exit 3"),
        alice.run(&["post", "--editor"]),
        alice.run(&["post", "--editor", "text"]),
    ];
    let home = alice.path().to_str().unwrap();
    let text = crate::support::transcript(&outcomes).replace(home, "~");
    let mut filters = crate::support::FILTERS.to_vec();
    filters.push((r"drafts/\w+\.", "drafts/NAME."));
    insta::with_settings!({filters => filters}, {
        insta::assert_snapshot!("editor", text);
    });
    let page = alice.json(&["outbox", "--major", "-n", "1"]);
    let content = &page["items"][0]["object"]["content"];
    assert_eq!(content, "One &amp; &lt;two&gt;<br>\nthree<br>\nfour");
    // VISUAL comes first, and both may have arguments.
    let both = [("EDITOR", "false"), ("VISUAL", "printf 'Seen' | tee")];
    let seen = alice.run_in(&["post", "--editor"], "", &both);
    assert_eq!(seen.status, 0, "{}", seen.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn html_is_changed_as_html() {
    let world = World::start().await;
    let alice = &world.alice;
    alice.out(&["post", "--html", "<b>Bold</b>"]);
    let edited = run(
        alice,
        &["edit", "last", "-e", "--json"],
        "sed -i s/Bold/Bolder/ $1",
    );
    assert!(edited.out.contains("<b>Bolder</b>"), "{}", edited.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_could_not_be_sent_is_kept() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    let note = alice.json(&["post", "--to", "public", "Mine"]);
    let note = note["object"]["id"].as_str().unwrap();
    let refused = run(bob, &["edit", note, "--editor"], "echo Changed > $1");
    assert_eq!(refused.status, 4, "{}", refused.text());
    let drafts = drafts(bob);
    assert_eq!(drafts.len(), 1);
    let path = drafts[0].display();
    let said = format!(
        "Your text is kept in {path}\n\
         To use it, repeat the command without --editor and with: - < {path}\nerror: "
    );
    assert!(refused.err.starts_with(&said), "{}", refused.text());
    assert_eq!(fs::read_to_string(&drafts[0]).unwrap(), "Changed\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_be_changed_may_come_on_standard_input() {
    let world = World::start().await;
    let alice = &world.alice;
    alice.out(&["post", "One"]);
    assert_transcript!(
        "edit-stdin",
        [
            alice.run_with(&["edit", "last", "-"], "Two\n"),
            alice.run_with(&["edit", "last", "-"], " \n"),
            alice.run_with(&["edit", "last"], "Three\n"),
        ]
    );
    let page = alice.json(&["outbox", "--major", "-n", "1"]);
    assert_eq!(page["items"][0]["object"]["content"], "Two");
}
