//! What is asked of a person at a terminal.

use std::io::Write as _;

use pumphouse_client::Url;

use crate::person::RealServer;
use crate::support::{Home, World};
use crate::terminal::Terminal;

fn run(home: &Home, words: &[&str]) -> Terminal {
    Terminal::run(words, |command| {
        home.environment(command);
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_be_deleted_is_shown_before_it_is() {
    let world = World::start().await;
    let alice = &world.alice;
    let text = "One two three four five six seven eight nine ten eleven";
    let posted = alice.json(&["post", "--nobody-else", text]);
    let place = posted["object"]["url"].as_str().unwrap();
    let words = "One two three four five six seven eight nine ten e";
    let question = format!("Delete the note \"{words}…\" ({place})? [y/N] ");
    for (keys, shown) in [("n\r", "n\r\n"), ("\r", "\r\n"), ("\u{4}", "\r\n")] {
        let mut terminal = run(alice, &["delete", "last"]);
        terminal.wait(&question);
        terminal.keys.write_all(keys.as_bytes()).unwrap();
        let (status, text) = terminal.end("nothing was deleted");
        assert_eq!(status.code(), Some(2));
        let asked = format!("{question}{shown}error: nothing was deleted");
        assert_eq!(text.trim_end(), asked);
    }
    let mut terminal = run(alice, &["delete", "last"]);
    terminal.wait(&question);
    terminal.keys.write_all(b"y\r").unwrap();
    let deleted = format!("Deleted: {place}");
    let (status, text) = terminal.end(&deleted);
    assert!(status.success(), "{text}");
    assert_eq!(text.trim_end(), format!("{question}y\r\n{deleted}"));
    // There is nothing left to ask.
    let again = run(alice, &["delete", "last"]);
    let (status, text) = again.end("is deleted already.");
    assert!(status.success(), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_in_the_editor_is_the_editors() {
    let world = World::start().await;
    let alice = &world.alice;
    let editor = "trap 'echo caught' INT; echo ready; read line; echo Written > $1";
    std::fs::write(alice.path().join("editor.sh"), editor).unwrap();
    let words = ["post", "--nobody-else", "--editor"];
    let mut terminal = Terminal::run(&words, |command| {
        alice.environment(command).env("EDITOR", "sh editor.sh");
    });
    terminal.wait("ready");
    terminal.keys.write_all(b"\x03").unwrap();
    terminal.wait("caught");
    terminal.keys.write_all(b"\r").unwrap();
    let (status, text) = terminal.end("Posted: ");
    assert!(status.success(), "{text}");
    let page = alice.json(&["outbox", "--major", "-n", "1"]);
    assert_eq!(page["items"][0]["object"]["content"], "Written");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_whose_browser_is_elsewhere_enters_where_it_ended_or_the_verifier_alone() {
    let server = RealServer::start().await;
    for (name, is_whole) in [("alice", true), ("bob", false)] {
        let mut person = server.person(name).await;
        let account = server.acct(name).to_string();
        let home = tempfile::tempdir().unwrap();
        let mut terminal = Terminal::run(&["login", "--no-browser", &account], |command| {
            command.env_clear().env("HOME", home.path());
        });
        let shown = terminal.wait("Waiting.");
        assert!(shown.contains("--paste"), "{shown}");
        let mut words = shown.split_whitespace();
        let page = words.find(|word| word.contains("/oauth/authorize?"));
        let page: Url = page.unwrap().parse().unwrap();
        terminal.keys.write_all(b"not this\r").unwrap();
        terminal.wait("Still waiting: a verifier is one word");
        // The browser is not on this machine: where it is led to is never asked for.
        let back: Url = person.agree(&page).await.parse().unwrap();
        let mut arguments = back.query_pairs();
        let verifier = arguments.find(|(name, _)| name == "oauth_verifier");
        let entered = match is_whole {
            true => back.to_string(),
            false => verifier.unwrap().1.into_owned(),
        };
        let keys = format!("{entered}\r");
        terminal.keys.write_all(keys.as_bytes()).unwrap();
        let (status, text) = terminal.end(&format!("{account} is logged in."));
        assert!(status.success(), "{text}");
    }
}
