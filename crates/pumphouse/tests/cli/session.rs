//! The client commands from log-in to log-out, with a real server and a person in between.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::person::{Person, RealServer};

/// Runs the program for one person, with what it reads on standard input.
fn pumphouse(home: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_pumphouse"))
        .args(arguments)
        .env_remove("PUMPHOUSE_ACCOUNT")
        .env("XDG_CONFIG_HOME", home)
        .env("XDG_STATE_HOME", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Commands that read nothing may end before this is written.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// The output of a command that must succeed.
fn out(home: &Path, arguments: &[&str], input: &str) -> String {
    let output = pumphouse(home, arguments, input);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(home: &Path, arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&out(home, arguments, "")).unwrap()
}

/// Logs somebody new in by pasting: begun once, interrupted, and gone on with.
async fn log_in(server: &RealServer, home: &Path, name: &str) -> Person {
    let account = server.acct(name).to_string();
    let begun = pumphouse(home, &["login", "--paste", &account], "");
    assert_eq!(begun.status.code(), Some(2), "nobody entered a verifier");
    let said = String::from_utf8(begun.stderr).unwrap();
    let url = said
        .split_whitespace()
        .find(|word| word.contains("/oauth/authorize?"))
        .unwrap();
    let mut person = server.person(name).await;
    let verifier = person.agree(&url.parse().unwrap()).await;

    let wrong = pumphouse(home, &["login", "--resume", &account], "wrong\n");
    assert_eq!(wrong.status.code(), Some(3), "{wrong:?}");
    let said = out(home, &["login", &account], &format!(" {verifier} \n"));
    assert_eq!(said, format!("{account} is logged in.\n"));
    person
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_writes_and_reads() {
    let server = RealServer::start().await;
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    log_in(&server, home, "alice").await;
    let (alice, bob) = (
        server.acct("alice").to_string(),
        server.acct("bob").to_string(),
    );

    let me = out(home, &["whoami"], "");
    assert!(me.starts_with(&format!("{alice}\n")), "{me}");
    assert!(me.ends_with(&format!("{}\n", server.url("/alice"))), "{me}");
    assert_eq!(
        json(home, &["whoami", "--json"])["preferredUsername"],
        "alice"
    );

    // Bob needs an account before he can be written to.
    log_in(&server, home, "bob").await;
    let posted = out(
        home,
        &["post", "-a", &alice, "--to", &bob, "--title", "Noon"],
        "At <noon>\n",
    );
    assert!(posted.starts_with("Posted: http://"), "{posted}");
    let inbox = out(
        home,
        &["inbox", "--account", &bob, "--direct", "--major", "-n", "1"],
        "",
    );
    assert!(
        inbox.contains("alice posted Noon\n") && inbox.contains("\n    At <noon>\n    http"),
        "{inbox}"
    );
    let posted = json(
        home,
        &[
            "post",
            "-a",
            &alice,
            "--html",
            "<b>Hi</b>",
            "--to",
            "public",
            "--json",
        ],
    );
    assert_eq!(posted["object"]["content"], "<b>Hi</b>");

    let page = json(home, &["outbox", "-a", &alice, "--major", "--json"]);
    let notes = page["items"].as_array().unwrap();
    assert_eq!(notes[0]["object"]["id"], posted["object"]["id"]);
    let newest = posted["id"].as_str().unwrap();
    let older = [
        "outbox", "-a", &alice, "--before", newest, "--count", "1", "--json",
    ];
    assert_eq!(
        json(home, &older)["items"][0]["object"]["displayName"],
        "Noon"
    );

    let refused = pumphouse(home, &["inbox", "-a", &alice, "--since", "nothing"], "");
    assert_eq!(refused.status.code(), Some(4), "{refused:?}");

    assert_eq!(
        out(home, &["logout", "-a", &bob], ""),
        format!("{bob} is logged out.\n")
    );
    let states = json(home, &["accounts", "--json"]);
    assert_eq!(states[0]["state"], "logged in");
    assert_eq!(states[1]["state"], "logged out");
    // With one account left, there is no choice to make.
    assert!(out(home, &["outbox"], "").contains("alice posted"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_is_made_once() {
    let server = RealServer::start().await;
    let home = tempfile::tempdir().unwrap();
    let account = server.acct("alice").to_string();
    let register = |more: &[&str]| {
        json(
            home.path(),
            &[&["register", "--json", &account], more].concat(),
        )
    };
    let first = register(&[]);
    assert!(first.get("client_secret").is_none());
    let again = register(&["--show-secret"]);
    assert_eq!(again["client_id"], first["client_id"]);
    assert!(again["client_secret"].is_string());
    assert_ne!(register(&["--new"])["client_id"], first["client_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_heard() {
    let server = RealServer::start().await;
    let home = tempfile::tempdir().unwrap();
    let account = server.acct("alice").to_string();
    let mut person = server.person("alice").await;
    let mut child = Command::new(env!("CARGO_BIN_EXE_pumphouse"))
        .args(["login", "--no-browser", &account])
        .env("XDG_CONFIG_HOME", home.path())
        .env("XDG_STATE_HOME", home.path())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = std::io::BufReader::new(child.stderr.take().unwrap());
    let url = std::io::BufRead::lines(&mut said)
        .map(Result::unwrap)
        .find(|line| line.contains("/oauth/authorize?"))
        .unwrap();
    let back = person.refuse(&url.trim().parse().unwrap()).await;
    reqwest::get(back).await.unwrap();
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut said, &mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert!(rest.contains("did not agree"), "{rest}");
}
