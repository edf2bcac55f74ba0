//! The client and the real server, and people between them.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use pumphouse_client::activity::Object;
use pumphouse_client::{
    Callback, Client, ClientCredentials, Clock, ErrorKind, FileStore, LoopbackListener, Method,
    Recipient, Session, TokenCredentials, Url,
};

use crate::person::{Person, RealServer};

fn client() -> Client {
    Client::builder("Test.io").build().unwrap()
}

/// A session of somebody new.
pub(crate) async fn log_in(server: &RealServer, name: &str) -> (Session, Person) {
    let mut person = server.person(name).await;
    let agree = async |url: Url| Ok::<_, std::io::Error>(person.agree(&url).await);
    let session = client().connect(&server.acct(name), agree).await.unwrap();
    (session, person)
}

#[tokio::test]
async fn a_note_travels_from_person_to_person() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let (bob, _) = log_in(&server, "bob").await;
    let me = alice.whoami().await.unwrap();
    assert_eq!(me.preferred_username.as_deref(), Some("alice"));
    assert_eq!(alice.profile().await.unwrap().id, me.id);

    let posted = alice
        .note("Meet me at <noon>")
        .title("Noon")
        .to(server.acct("bob"))
        .send()
        .await
        .unwrap();
    let note = posted.object.as_deref().unwrap();
    assert_eq!(note.content.as_deref(), Some("Meet me at &lt;noon&gt;"));

    let direct = bob.inbox().direct().major().page().send().await.unwrap();
    let received = direct.items()[0].object.as_deref().unwrap();
    assert_eq!(received.id, note.id);
    assert_eq!(received.display_name.as_deref(), Some("Noon"));
    bob.comment(received, "I will").send().await.unwrap();

    let minor = alice.inbox().minor().page().send().await.unwrap();
    let comment = minor.items()[0].object.as_deref().unwrap();
    assert!(comment.is_a("comment"));
    assert_eq!(comment.content.as_deref(), Some("I will"));

    let read = bob.object(note.id.as_deref().unwrap()).await.unwrap();
    assert_eq!(read.replies.as_ref().unwrap().total_items, Some(1));

    // Nobody else may read it.
    let (carol, _) = log_in(&server, "carol").await;
    let refused = carol.object(note.id.as_deref().unwrap()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Forbidden);
    assert_eq!(refused.status().map(|status| status.as_u16()), Some(403));
    assert!(refused.server_text().is_some());
    let missing = carol.object(server.url("/api/note/nothing").as_str()).await;
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
    let other = carol
        .request(Method::GET, "/api/user/bob/inbox")
        .send()
        .await;
    assert_eq!(other.unwrap_err().kind(), ErrorKind::Forbidden);
}

#[tokio::test]
async fn feeds_are_read_page_by_page_in_both_directions() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    for n in 0..25 {
        let note = alice.note(n.to_string()).to(Recipient::Public);
        note.cc(Recipient::Followers).send().await.unwrap();
    }
    let mut notes = Vec::new();
    let mut pages = 0;
    let mut page = Some(
        alice
            .outbox()
            .major()
            .page()
            .count(10)
            .send()
            .await
            .unwrap(),
    );
    let mut last = None;
    while let Some(this) = page {
        pages += 1;
        let contents = this.items().iter().filter_map(|activity| {
            activity
                .object
                .as_deref()
                .filter(|object| object.is_a("note"))?
                .content
                .clone()
        });
        notes.extend(contents);
        page = this.next().await.unwrap();
        last = Some(this);
    }
    let expected: Vec<String> = (0..25).rev().map(|n| n.to_string()).collect();
    assert_eq!(notes, expected);
    assert_eq!(pages, 3);
    let last = last.unwrap();
    let says = last.collection();
    assert_eq!(
        says.object_types.as_deref(),
        Some(&["activity".to_owned()][..])
    );
    assert!(
        says.url
            .as_deref()
            .unwrap()
            .ends_with("/api/user/alice/feed/major")
    );
    // It costs no request of its own, and counts what is on the other pages.
    assert!(last.total_items().unwrap() >= 25);
    let newer = last.prev().await.unwrap().unwrap();
    assert_eq!(newer.items().len(), 10);
    let unknown = alice
        .inbox()
        .page()
        .before("http://x/1")
        .send()
        .await
        .unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::Refused);
    assert!(
        unknown
            .server_text()
            .unwrap()
            .contains("not found in stream")
    );
}

#[tokio::test]
async fn the_loopback_listener_catches_agreement_and_refusal() {
    let server = RealServer::start().await;
    let mut person = server.person("alice").await;
    for agrees in [false, true] {
        let listener = LoopbackListener::bind().await.unwrap();
        let pending = client()
            .begin(&server.acct("alice"), listener.callback().into())
            .await
            .unwrap();
        let back = if agrees {
            person.agree(pending.url()).await
        } else {
            person.refuse(pending.url()).await
        };
        let visit = reqwest::get(back);
        let waiting = listener.verifier(&pending, Duration::from_secs(20));
        let (verifier, page) = tokio::join!(waiting, visit);
        assert!(page.unwrap().status().is_success());
        if agrees {
            let session = pending.finish(verifier.unwrap()).await.unwrap();
            session.whoami().await.unwrap();
        } else {
            assert_eq!(verifier.unwrap_err().kind(), ErrorKind::Denied);
            let error = pending.finish("guess").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TemporaryCredentialsRefused);
        }
    }
}

#[tokio::test]
async fn steps_out_of_order_are_told_apart() {
    let server = RealServer::start().await;
    let mut alice = server.person("alice").await;
    let begin = async || {
        let account = server.acct("alice");
        client().begin(&account, Callback::OutOfBand).await.unwrap()
    };

    let pending = begin().await;
    let early = pending.finish("guess").await.unwrap_err();
    assert_eq!(
        early.kind(),
        ErrorKind::TemporaryCredentialsRefused,
        "{early}"
    );

    let verifier = alice.agree(pending.url()).await;
    let wrong = pending.finish("guess").await.unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::VerifierRefused, "{wrong}");
    assert_eq!(wrong.status().map(|status| status.as_u16()), Some(401));
    pending.finish(verifier.clone()).await.unwrap();
    let again = pending.finish(verifier).await.unwrap_err();
    assert_eq!(
        again.kind(),
        ErrorKind::TemporaryCredentialsRefused,
        "{again}"
    );

    // Bob's browser agrees to a log-in of alice.
    let mut bob = server.person("bob").await;
    let pending = begin().await;
    let verifier = bob.agree(pending.url()).await;
    let other = pending.finish(verifier).await.unwrap_err();
    assert_eq!(other.kind(), ErrorKind::OtherAccount, "{other}");
}

#[tokio::test]
async fn credentials_that_are_no_good_are_told_apart() {
    struct Past;
    impl Clock for Past {
        fn now(&self) -> u64 {
            1_000_000_000
        }
    }
    let server = RealServer::start().await;
    let (session, _) = log_in(&server, "alice").await;
    let at_server = client().server(session.account(), session.endpoints().clone());
    let good = session.registration().credentials();
    let token = session.token();

    let stranger = at_server.registered_as(ClientCredentials::new("nobody", "x"));
    let error = stranger.session(token.clone()).whoami().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ClientRefused, "{error}");
    let unknown = TokenCredentials::new("nothing", "x");
    let error = at_server
        .registered_as(good.clone())
        .session(unknown)
        .whoami()
        .await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::TokenRefused);
    let forged = TokenCredentials::new(token.token(), "x");
    let error = at_server
        .registered_as(good.clone())
        .session(forged)
        .whoami()
        .await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::SignatureRefused);

    let late = Client::builder("Test.io").clock(Past).build().unwrap();
    let late = late.server(session.account(), session.endpoints().clone());
    let error = late
        .registered_as(good.clone())
        .session(token.clone())
        .whoami()
        .await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::ClockSkew);
}

#[tokio::test]
async fn credentials_on_disk_last_over_processes() {
    let server = RealServer::start().await;
    let mut person = server.person("alice").await;
    let directory = tempfile::tempdir().unwrap();
    let account = server.acct("alice");
    let client = || {
        let store = FileStore::at(directory.path());
        Client::builder("Test.io").store(store).build().unwrap()
    };
    let url = client()
        .begin(&account, Callback::OutOfBand)
        .await
        .unwrap()
        .url()
        .clone();
    let verifier = person.agree(&url).await;
    let pending = client().pending(&account).await.unwrap().unwrap();
    pending.finish(verifier).await.unwrap();
    let session = client().session(&account).await.unwrap();
    session.whoami().await.unwrap();
    let nobody = session.note("x").to(Object::new("person")).send().await;
    assert_eq!(nobody.unwrap_err().kind(), ErrorKind::InvalidInput);
}

/// Where cargo puts this crate's examples, which it builds before it runs the tests.
fn example(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples")
        .join(name);
    let path = path.with_extension(std::env::consts::EXE_EXTENSION);
    assert!(
        path.exists(),
        "`cargo test -p pumphouse-client` as a whole builds the examples"
    );
    path
}

// The examples are watched from this thread; the server runs on others.
#[tokio::test(flavor = "multi_thread")]
async fn the_two_examples_connect_and_connect_again() {
    let server = RealServer::start().await;
    let mut person = server.person("alice").await;
    let account = server.acct("alice").to_string();

    let mut first = Command::new(example("connect_first_time"))
        .arg(&account)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(first.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let asked = lines.next().unwrap();
    let url = asked
        .strip_prefix("Open ")
        .unwrap()
        .split_once(',')
        .unwrap()
        .0;
    let verifier = person.agree(&url.parse().unwrap()).await;
    let mut stdin = first.stdin.take().unwrap();
    writeln!(stdin, "{verifier}").unwrap();
    let printed: Vec<(String, String)> = lines
        .map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_owned(), value.to_owned())
        })
        .collect();
    assert!(first.wait().unwrap().success());
    let names: Vec<&str> = printed.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "client key",
            "client secret",
            "client expiry",
            "token",
            "token secret"
        ]
    );
    assert_eq!(printed[2].1, "never");

    let again = Command::new(example("connect_again"))
        .arg(account)
        .args([0, 1, 3, 4].map(|n| printed[n].1.clone()))
        .output()
        .unwrap();
    assert!(again.status.success(), "{again:?}");
    assert_eq!(
        String::from_utf8(again.stdout).unwrap(),
        "connected as alice\n"
    );
}
