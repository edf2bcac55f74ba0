//! Passwords that are asked for on a terminal.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use crate::support::{PASSWORD, Server, free_port, out, pumphouse, until};

/// A command on a terminal of its own.
struct Terminal {
    child: Child,
    keys: File,
    line: OwnedFd,
    shown: Receiver<Vec<u8>>,
    text: String,
}

impl Terminal {
    fn run(home: &Path, words: &[&str]) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let line = rustix::fs::open(name.as_c_str(), flags, Mode::empty()).unwrap();
        // Its terminal is where the program asks, whatever its input and output are.
        let child = Command::new("setsid")
            .args(["--ctty", env!("CARGO_BIN_EXE_pumphouse")])
            .args(["server", "user"])
            .args(words)
            .args(["--data-dir", "data"])
            .env_clear()
            .env("HOME", home)
            .current_dir(home)
            .stdin(line.try_clone().unwrap())
            .stdout(line.try_clone().unwrap())
            .stderr(line.try_clone().unwrap())
            .spawn()
            .unwrap();
        let keys = File::from(master);
        let mut screen = keys.try_clone().unwrap();
        let (show, shown) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 1_024];
            while let Ok(length @ 1..) = screen.read(&mut buffer) {
                if show.send(buffer[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            keys,
            line,
            shown,
            text: String::new(),
        }
    }

    /// Whether what is typed is shown.
    fn echoes(&self) -> bool {
        let modes = tcgetattr(&self.line).unwrap().local_modes;
        modes.contains(LocalModes::ECHO)
    }

    /// Waits until a text is shown.
    fn wait(&mut self, text: &str) {
        while !self.text.contains(text) {
            let more = self.shown.recv_timeout(Duration::from_secs(30));
            let more = more.unwrap_or_else(|_| panic!("no {text:?} in {:?}", self.text));
            self.text.push_str(&String::from_utf8_lossy(&more));
        }
    }

    /// Types when it is asked.
    async fn answer(&mut self, question: &str, keys: &str) {
        self.wait(question);
        until("a hidden answer", || !self.echoes()).await;
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until the command has said something and ended. The terminal is as it was.
    fn end(mut self, said: &str) -> (ExitStatus, String) {
        self.wait(said);
        let status = self.child.wait().unwrap();
        assert!(self.echoes(), "{}", self.text);
        assert!(!self.text.contains("l4nd"), "{}", self.text);
        (status, self.text)
    }
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
        let mut terminal = Terminal::run(home, &["add", "alice"]);
        terminal.answer(first, keys).await;
        terminal.answer("Once more: ", again).await;
        assert_eq!(terminal.end(said).0.code(), Some(status));
    }
    // Whoever gives up, at the first question or at the second.
    let mut terminal = Terminal::run(home, &["add", "alice"]);
    terminal.answer(first, "wonder-l4\u{3}").await;
    assert_eq!(terminal.end(first).0.code(), Some(130));
    let mut terminal = Terminal::run(home, &["add", "alice"]);
    terminal.answer(first, &typed).await;
    terminal.answer("Once more: ", "\u{3}").await;
    assert_eq!(terminal.end("Once more: ").0.code(), Some(130));
    assert_eq!(
        out(home, &["server", "user", "list", "--data-dir", "data"]),
        ""
    );

    for (command, said) in [
        ("add", "alice has an account now."),
        ("password", "alice has a new password"),
    ] {
        let mut terminal = Terminal::run(home, &[command, "alice"]);
        // With a slip of the finger.
        terminal.answer(first, &format!("x\u{7f}{typed}")).await;
        terminal.answer("Once more: ", &typed).await;
        assert!(terminal.end(said).0.success());
    }
}
