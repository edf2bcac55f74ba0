//! What servers of another make, and older ones, answer otherwise than ours.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;

use crate::nothing::{pumphouse, write_account};

/// The account of a server that answers what is asked for with a status and JSON, until the test ends.
fn account_of_a_server(
    home: &Path,
    answer: impl Fn(&str) -> (u16, String) + Send + 'static,
) -> String {
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
            let head = format!("HTTP/1.1 {status} X\r\nContent-Type: application/json");
            let end = format!("Connection: close\r\nContent-Length: {}", body.len());
            let _ = stream.write_all(format!("{head}\r\n{end}\r\n\r\n{body}").as_bytes());
        }
    });
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
        if refused.iter().any(|kind| is_at(kind)) || target.contains("hidden") && is_at(&"note") {
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
