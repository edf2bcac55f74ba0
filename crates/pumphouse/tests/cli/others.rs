//! What servers of another make, and older ones, answer otherwise than ours.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use crate::nothing::{pumphouse, write_account};

/// A server that answers what is asked for with a status and JSON, until the test ends; `{host}` in it
/// is the server.
fn serve(answer: impl Fn(&str) -> (u16, String) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        loop {
            let (mut stream, _) = listener.accept().unwrap();
            // Nothing but heads without bodies: one piece.
            let mut head = [0; 16 * 1024];
            let length = stream.read(&mut head).unwrap_or_default();
            let head = String::from_utf8_lossy(&head[..length]);
            let Some(target) = head.split(' ').nth(1) else {
                continue;
            };
            let (status, body) = answer(target);
            let body = body.replace("{host}", &address.to_string());
            let head = format!("HTTP/1.1 {status} X\r\nContent-Type: application/json");
            let end = format!("Connection: close\r\nContent-Length: {}", body.len());
            let _ = stream.write_all(format!("{head}\r\n{end}\r\n\r\n{body}").as_bytes());
        }
    });
    address
}

/// An account of such a server.
fn account_of_a_server(
    home: &Path,
    answer: impl Fn(&str) -> (u16, String) + Send + 'static,
) -> String {
    let address = serve(answer);
    let account = format!("a@{address}");
    write_account(home, &account, &format!("http://{address}"));
    account
}

/// Quirk 57: a cursor that is not there any more, here somebody who has been unfollowed.
#[test]
fn a_place_in_a_list_of_people_that_is_gone_is_no_dead_end_where_servers_fail() {
    let home = tempfile::tempdir().unwrap();
    let person = |name: &str| {
        format!(
            r#"{{"objectType":"person","id":"acct:{name}@far.example","displayName":"{name}"}}"#
        )
    };
    let (first, second) = (person("first"), person("second"));
    let asked = std::sync::atomic::AtomicBool::new(false);
    let account = account_of_a_server(home.path(), move |target| {
        if target.contains("since=") {
            return (500, "{}".to_owned());
        }
        let is_again = asked.swap(true, std::sync::atomic::Ordering::Relaxed);
        let shown = if is_again { &second } else { &first };
        (200, format!(r#"{{"items":[{shown}]}}"#))
    });
    let run = |arguments: &[&str]| {
        pumphouse(home.path(), &[arguments, &["--account", &account]].concat())
    };
    let following = run(&["following", "--since-last"]);
    assert!(following.out.contains("first"), "{}", following.err);
    let again = run(&["following", "--since-last"]);
    assert_eq!(again.status, 0, "{}", again.err);
    assert!(again.out.contains("second"), "{}", again.out);
    let note = "What was shown last is not there any more; this is the newest.\n";
    assert_eq!(again.err, note);
    let told = run(&["followers", "--since", "urn:gone"]);
    assert_eq!((told.status, told.out.as_str()), (1, ""), "{}", told.err);
    assert!(
        told.err.contains("something that this list shows"),
        "{}",
        told.err
    );
}

#[test]
fn a_server_that_fails_does_not_move_the_place_in_a_feed() {
    let home = tempfile::tempdir().unwrap();
    let account = account_of_a_server(home.path(), |target| {
        if target.contains("since=") {
            return (500, "{}".to_owned());
        }
        let item = r#"{"id":"urn:1","verb":"post","object":{"objectType":"note","id":"urn:2"}}"#;
        (200, format!(r#"{{"items":[{item}]}}"#))
    });
    let inbox = ["inbox", "--since-last", "--account", &account];
    assert_eq!(pumphouse(home.path(), &inbox).status, 0);
    let again = pumphouse(home.path(), &inbox);
    assert_eq!((again.status, again.out.as_str()), (1, ""), "{}", again.err);
}

/// Quirk 76: persons, applications and services are refused whatever the id.
#[test]
fn a_refusal_that_says_nothing_does_not_end_the_search_for_an_id() {
    let home = tempfile::tempdir().unwrap();
    let account = account_of_a_server(home.path(), |target| {
        let refused = ["person", "application", "service"];
        let is_at = |kind: &&str| target.starts_with(&format!("/api/{kind}?"));
        if refused.iter().any(is_at) || target.contains("hidden") && is_at(&"note") {
            (
                403,
                r#"{"error":"No authorization for this object."}"#.to_owned(),
            )
        } else if target.contains("here") && is_at(&"other") {
            let found = r#"{"objectType":"hashtag","id":"urn:here","displayName":"Found"}"#;
            (200, found.to_owned())
        } else {
            (404, r#"{"error":"Can't find it"}"#.to_owned())
        }
    });
    let show = |id: &str| pumphouse(home.path(), &["show", id, "--account", &account]);
    let found = show("urn:here");
    assert!(found.out.contains("Found"), "{}", found.err);
    let missing = show("urn:missing");
    assert_eq!(missing.status, 4);
    let nothing = "your server knows nothing with the id urn:missing";
    assert!(missing.err.contains(nothing), "{}", missing.err);
    let hidden = show("urn:hidden");
    assert_eq!(hidden.status, 4);
    assert!(hidden.err.contains("No authorization"), "{}", hidden.err);
}

#[test]
fn a_conversation_is_shown_without_what_is_on_servers_that_are_down() {
    let home = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = listener.local_addr().unwrap().to_string();
    drop(listener);
    let broken = serve(|_| (500, "{}".to_owned())).to_string();
    let (dead_one, broken_one) = (dead.clone(), broken.clone());
    let account = account_of_a_server(home.path(), move |target| {
        let object = |kind: &str, host: &str, name: &str| {
            format!(
                r#"{{"objectType":"{kind}","id":"http://{host}/api/{kind}/{name}","content":"{name}",
                "inReplyTo":{{"objectType":"note","id":"http://{dead_one}/api/note/above"}},
                "replies":{{"url":"http://{host}/api/{kind}/{name}/replies","totalItems":4}}}}"#
            )
        };
        let answers = [
            ("{host}", "last"),
            (&dead_one, "fourth"),
            (&dead_one, "third"),
            (&broken_one, "second"),
        ];
        let body = if target.starts_with("/api/note/first/replies") {
            let answers = answers.map(|(host, name)| object("comment", host, name));
            format!(r#"{{"items":[{}]}}"#, answers.join(","))
        } else if target.contains("/replies") {
            let answer = r#"{"objectType":"comment","id":"urn:answer","content":"answer"}"#;
            format!(r#"{{"items":[{answer}]}}"#)
        } else if target.contains('?') {
            // It has no copies.
            return (404, "{}".to_owned());
        } else {
            object("note", "{host}", "first")
        };
        (200, body)
    });
    let note = format!("http://{}/api/note/first", account.trim_start_matches("a@"));
    let thread = pumphouse(home.path(), &["thread", &note, "--account", &account]);
    assert_eq!(thread.status, 0, "{}", thread.err);
    let words = ["first", "second", "third", "fourth", "last", "answer"];
    let shown = thread.out.lines().map(str::trim);
    let shown: Vec<&str> = shown.filter(|line| words.contains(line)).collect();
    assert_eq!(shown, words, "{}", thread.out);
    let notes: Vec<&str> = thread.err.lines().collect();
    let about = |host: &str| format!("What is on {host} is missing: ");
    assert_eq!(notes.len(), 2, "{}", thread.err);
    assert!(notes[0].starts_with(&about(&dead)), "{}", thread.err);
    assert!(notes[1].starts_with(&about(&broken)), "{}", thread.err);
}

#[test]
fn a_conversation_on_the_own_server_that_fails_is_a_failure() {
    let home = tempfile::tempdir().unwrap();
    let account = account_of_a_server(home.path(), |target| {
        let replies = r#"{"url":"http://{host}/api/note/1/replies","totalItems":1}"#;
        let named = r#""id":"http://{host}/api/note/1","content":"x""#;
        let note = format!(r#"{{"objectType":"note",{named},"replies":{replies}}}"#);
        (
            if target.contains("/replies") {
                500
            } else {
                200
            },
            note,
        )
    });
    let note = format!("http://{}/api/note/1", account.trim_start_matches("a@"));
    let thread = pumphouse(home.path(), &["thread", &note, "--account", &account]);
    assert_eq!(thread.status, 1, "{}", thread.err);
    assert!(thread.err.contains("/api/note/1/replies"), "{}", thread.err);
}
