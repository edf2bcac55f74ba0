//! How a terminal is written to: what it understands, and as wide as it is.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use crate::support::{Home, World};
use crate::terminal::Terminal;

fn run(home: &Home, columns: u16, kind: &str, words: &[&str]) -> Terminal {
    Terminal::run_in(columns, words, |command| {
        home.environment(command).env("TERM", kind);
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_are_for_terminals_that_know_them() {
    let world = World::start().await;
    let shown = |kind: &str| {
        let place = world.url("/alice");
        let (status, text) = run(&world.alice, 80, kind, &["whoami"]).end(&place);
        assert!(status.success(), "{text}");
        text
    };
    assert!(shown("xterm").contains("\u{1b}[1malice@"));
    let plain = shown("dumb");
    assert!(
        plain.starts_with("alice@") && !plain.contains('\u{1b}'),
        "{plain:?}"
    );
}

/// A file of which half comes at once, and the rest when that is said.
fn slow_file() -> (String, Sender<()>) {
    const HALF: usize = 100_000;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (go_on, wait) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 8_192]).unwrap();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 2 * HALF);
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&[b'x'; HALF]).unwrap();
        wait.recv().unwrap();
        stream.write_all(&[b'x'; HALF]).unwrap();
    });
    (format!("http://{address}"), go_on)
}

/// Each state of the line that was drawn again and again.
fn drawn(text: &str) -> Vec<String> {
    let states = text.split(['\r', '\n']);
    let states = states.map(|state| {
        let mut pieces = state.split("\u{1b}[");
        let mut plain = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            plain.push_str(
                piece
                    .split_once(|c: char| c.is_ascii_alphabetic())
                    .unwrap()
                    .1,
            );
        }
        plain
    });
    states.filter(|state| !state.is_empty()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bar_fits_its_line_and_does_not_stand_still() {
    let world = World::start().await;
    let name = format!("{}.bin", "long-name-".repeat(12));
    for columns in [80, 40] {
        let (server, go_on) = slow_file();
        let url = format!("{server}/{name}");
        let words = ["download", &url, "--force", "--output", &name];
        let mut terminal = run(&world.alice, columns, "xterm", &words);
        let is_half =
            |state: &String| state.contains("50%") || state.contains(" 97.66 KiB/195.31 KiB ");
        // The rate falls, or the time that is left grows, while nothing comes.
        terminal.wait_until(|text| {
            let mut states: Vec<String> = drawn(text).into_iter().filter(is_half).collect();
            states.dedup();
            states.len() > 2
        });
        go_on.send(()).unwrap();
        let (status, text) = terminal.end("(200000 bytes)");
        assert!(status.success(), "{text}");
        let bars: Vec<String> = drawn(&text).into_iter().filter(is_half).collect();
        for bar in &bars {
            assert!(bar.starts_with("long-name-"), "{bar}");
            assert!(bar.chars().count() <= usize::from(columns), "{bar}");
        }
        // Nothing is drawn above the line where it began.
        assert!(!text.contains("\u{1b}[1A"), "{text:?}");
    }
}
