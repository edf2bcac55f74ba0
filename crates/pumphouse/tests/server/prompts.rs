//! Passwords that are asked for on a terminal.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitStatus;

use crate::support::{PASSWORD, Server, free_port, out, pumphouse, until};
use crate::terminal::Terminal;

/// A command about the people of a server.
fn run(home: &Path, words: &[&str]) -> Terminal {
    let words = [&["server", "user"], words, &["--data-dir", "data"]].concat();
    Terminal::run(&words, |command| {
        command.env_clear().env("HOME", home).current_dir(home);
    })
}

/// Types when it is asked.
async fn answer(terminal: &mut Terminal, question: &str, keys: &str) {
    terminal.wait(question);
    until("a hidden answer", || !terminal.echoes()).await;
    terminal.keys.write_all(keys.as_bytes()).unwrap();
}

/// Waits for the end. What was typed was never shown.
fn end(terminal: Terminal, said: &str) -> ExitStatus {
    let (status, text) = terminal.end(said);
    assert!(!text.contains("l4nd"), "{text}");
    status
}

#[tokio::test]
async fn passwords_are_asked_for_twice_and_never_shown() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let serve = format!("serve --data-dir data --port {}", free_port());
    let (_server, _) = Server::start(pumphouse(home).args(serve.split(' ')));
    let first = "New password for alice: ";
    let typed = format!("{PASSWORD}\r");

    for (keys, again, said, status) in [
        (&typed[..], "other-l4nd\r", "the two passwords differ", 2),
        ("l4nd\r", "l4nd\r", "the password is too weak", 4),
    ] {
        let mut terminal = run(home, &["add", "alice"]);
        answer(&mut terminal, first, keys).await;
        answer(&mut terminal, "Once more: ", again).await;
        assert_eq!(end(terminal, said).code(), Some(status));
    }
    // Whoever gives up, at the first question or at the second.
    let mut terminal = run(home, &["add", "alice"]);
    answer(&mut terminal, first, "wonder-l4\u{3}").await;
    assert_eq!(end(terminal, first).code(), Some(130));
    let mut terminal = run(home, &["add", "alice"]);
    answer(&mut terminal, first, &typed).await;
    answer(&mut terminal, "Once more: ", "\u{3}").await;
    assert_eq!(end(terminal, "Once more: ").code(), Some(130));
    assert_eq!(
        out(home, &["server", "user", "list", "--data-dir", "data"]),
        ""
    );

    for (command, said) in [
        ("add", "alice has an account now."),
        ("password", "alice has a new password"),
    ] {
        let mut terminal = run(home, &[command, "alice"]);
        // With a slip of the finger.
        answer(&mut terminal, first, &format!("x\u{7f}{typed}")).await;
        answer(&mut terminal, "Once more: ", &typed).await;
        assert!(end(terminal, said).success());
    }
}
