//! The whole account in a directory: the first time, again, and after a run was cut off.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use pumphouse_client::activity::{MediaLink, Object};
use pumphouse_client::{Acct, Client, FileStore, Recipient, Session};
use serde_json::Value;

use crate::support::{Home, World, assert_transcript};

async fn session(home: &Home) -> Session {
    let store = FileStore::at(home.path().join("config/pumphouse/accounts"));
    let client = Client::builder("pumphouse").store(store).build().unwrap();
    let account: Acct = home.address.parse().unwrap();
    client.session(&account).await.unwrap()
}

/// A server elsewhere with a picture under two addresses that end alike, and nothing else.
fn pictures() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut request = [0; 8192];
            let length = stream.read(&mut request).unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..length]);
            let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
            let (status, body) = if path.ends_with("/cat.gif") {
                ("200 OK", format!("picture at {path}"))
            } else {
                ("404 Not Found", "no \u{1b}[2Jpicture".to_owned())
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}",
                body.len()
            );
            let _ = stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes());
        }
    });
    base
}

fn picture(url: String) -> Object {
    Object {
        full_image: Some(MediaLink {
            url: Some(url),
            ..MediaLink::default()
        }),
        ..Object::new("image")
    }
}

/// The ids in a file of lines, each with how often it is there.
fn ids(directory: &Path, name: &str) -> BTreeMap<String, usize> {
    let text = fs::read_to_string(directory.join(format!("{name}.jsonl"))).unwrap();
    let mut ids = BTreeMap::new();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        *ids.entry(value["id"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    ids
}

fn manifest(directory: &Path) -> Value {
    serde_json::from_slice(&fs::read(directory.join("manifest.json")).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_saved_and_what_is_new_is_added() {
    let world = World::start().await;
    let (alice, bob) = (&world.alice, &world.bob);
    let pictures = pictures();
    let (at_alice, at_bob) = (session(alice).await, session(bob).await);
    let bobs: Acct = bob.address.parse().unwrap();
    at_alice.follow(bobs.clone()).send().await.unwrap();
    at_bob
        .follow(at_alice.account().clone())
        .send()
        .await
        .unwrap();
    let list = at_alice.create_list("Cat people").send().await.unwrap();
    let list = list.object.clone().unwrap();
    at_alice.add(bobs.clone(), &list).send().await.unwrap();
    for path in ["/a/cat.gif", "/b/cat.gif", "/none.gif"] {
        at_alice
            .post(picture(format!("{pictures}{path}")))
            .send()
            .await
            .unwrap();
    }
    let note = at_bob
        .note("Hi")
        .to(Recipient::person(at_alice.account().clone()))
        .send()
        .await
        .unwrap();
    at_alice
        .like(note.object.as_deref().unwrap())
        .send()
        .await
        .unwrap();

    let first = alice.run(&["backup", "saved"]);
    let saved = alice.path().join("saved");
    let read = |name: &str| fs::read_to_string(saved.join("media").join(name)).unwrap();
    let mut contents = [read("cat.gif"), read("cat-2.gif")];
    contents.sort();
    assert_eq!(contents, ["picture at /a/cat.gif", "picture at /b/cat.gif"]);
    let outbox = ids(&saved, "outbox");
    assert!(outbox.values().all(|count| *count == 1), "{outbox:?}");
    let members = fs::read_to_string(saved.join("members.jsonl")).unwrap();
    assert!(members.contains(&format!("\"list\":\"{}\"", list.id.as_deref().unwrap())));
    assert!(members.contains("bob"), "{members}");
    let profile: Value =
        serde_json::from_slice(&fs::read(saved.join("profile.json")).unwrap()).unwrap();
    assert_eq!(profile["preferredUsername"], "alice");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        for (path, expected) in [
            ("", 0o700),
            ("outbox.jsonl", 0o600),
            ("media/cat.gif", 0o600),
        ] {
            let mode = fs::metadata(saved.join(path)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, expected, "{path}");
        }
    }

    let again = alice.run(&["backup", "saved"]);
    at_alice
        .note("Newer")
        .to(bobs.clone())
        .send()
        .await
        .unwrap();
    at_alice.unfollow(bobs.clone()).send().await.unwrap();
    let newer = alice.run(&["backup", "saved"]);
    let counts = ids(&saved, "outbox");
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    assert_eq!(counts.len(), outbox.len() + 2);
    let gone = &manifest(&saved)["collections"]["following"]["gone"];
    assert_eq!(gone[0], at_bob.whoami().await.unwrap().id.clone().unwrap());

    fs::create_dir(alice.path().join("other")).unwrap();
    fs::write(alice.path().join("other/file"), "").unwrap();
    fs::write(alice.path().join("file"), "").unwrap();
    let theirs = bob.run(&["backup", saved.to_str().unwrap()]);
    assert_eq!(theirs.status, 2, "{}", theirs.text());
    assert!(
        theirs.err.contains("is a backup of alice@"),
        "{}",
        theirs.text()
    );
    assert_transcript!(
        "backup",
        [
            first,
            again,
            newer,
            alice.run(&["backup", "other"]),
            alice.run(&["backup", "file"])
        ]
    );
    let json = alice.json(&["backup", "saved"]);
    assert_eq!(json["new"]["outbox"], 0);
    assert_eq!(json["manifest"]["account"], alice.address);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_cut_off_is_gone_on_with() {
    let world = World::start().await;
    let alice = &world.alice;
    let at_alice = session(alice).await;
    let pictures = pictures();
    at_alice
        .post(picture(format!("{pictures}/cat.gif")))
        .send()
        .await
        .unwrap();
    for number in 0..250 {
        at_alice
            .note(number.to_string())
            .nobody_else()
            .send()
            .await
            .unwrap();
    }
    alice.out(&["backup", "whole"]);
    let whole = ids(&alice.path().join("whole"), "outbox");
    assert!(whole.len() > 250);

    // Killed in the middle, at a moment that is another in every run.
    let killed = alice.path().join("killed");
    let mut child = Command::new(env!("CARGO_BIN_EXE_pumphouse"))
        .args(["backup", "killed"])
        .env_clear()
        .env("HOME", alice.path())
        .env("XDG_CONFIG_HOME", alice.path().join("config"))
        .current_dir(alice.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while child.try_wait().unwrap().is_none() {
        if fs::metadata(killed.join("outbox.jsonl")).is_ok_and(|file| file.len() > 0) {
            child.kill().unwrap();
        }
    }
    alice.out(&["backup", "killed"]);
    assert_eq!(ids(&killed, "outbox"), whole);

    // Cut off in the middle of a line, before the first run had everything; and newer came.
    let cut = alice.path().join("cut");
    alice.out(&["backup", "cut"]);
    let path = cut.join("outbox.jsonl");
    let length = fs::metadata(&path).unwrap().len();
    fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(length / 2)
        .unwrap();
    let mut state = manifest(&cut);
    state["collections"] = serde_json::json!({});
    fs::write(cut.join("manifest.json"), state.to_string()).unwrap();
    fs::remove_file(cut.join("media/cat.gif")).unwrap();
    fs::write(cut.join("media/.part-x"), "half").unwrap();
    let newer = at_alice.note("Newer").nobody_else().send().await.unwrap();
    let report = alice.json(&["backup", "cut"]);
    assert_eq!(report["new"]["media"], 1);
    let mut expected = whole;
    expected.insert(newer.id.clone().unwrap(), 1);
    assert_eq!(ids(&cut, "outbox"), expected);
    assert!(cut.join("media/cat.gif").exists() && !cut.join("media/.part-x").exists());

    // The activity behind which it would go on is not known any more: of the first run, and of a
    // later one.
    let lost = world.url("/api/activity/none");
    let mut lines = fs::read_to_string(&path).unwrap();
    lines.push_str(&format!("{{\"id\":\"{lost}\"}}\n"));
    fs::write(&path, lines).unwrap();
    let mut state = manifest(&cut);
    state["collections"] = serde_json::json!({});
    fs::write(cut.join("manifest.json"), state.to_string()).unwrap();
    let newer = at_alice.note("Newest").nobody_else().send().await.unwrap();
    alice.out(&["backup", "cut"]);
    expected.insert(newer.id.clone().unwrap(), 1);
    expected.insert(lost.clone(), 1);
    assert_eq!(ids(&cut, "outbox"), expected);
    let mut state = manifest(&cut);
    state["collections"]["outbox"]["newest"] = lost.into();
    fs::write(cut.join("manifest.json"), state.to_string()).unwrap();
    alice.out(&["backup", "cut"]);
    assert_eq!(ids(&cut, "outbox"), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_killed_before_it_wrote_anything_is_no_dead_end() {
    let world = World::start().await;
    let alice = &world.alice;
    let killed = alice.path().join("killed");
    fs::create_dir(&killed).unwrap();
    fs::write(killed.join(".new-abcd"), "half").unwrap();
    // Nothing says that this is of a backup.
    let theirs = alice.run(&["backup", "killed"]);
    assert_eq!(theirs.status, 2, "{}", theirs.text());
    assert!(killed.join(".new-abcd").exists());
    fs::write(killed.join(".lock"), "").unwrap();
    alice.out(&["backup", "killed"]);
    assert!(!killed.join(".new-abcd").exists());
    // Nor does one stay from a later run.
    fs::write(killed.join(".new-efgh"), "half").unwrap();
    alice.out(&["backup", "killed"]);
    assert!(!killed.join(".new-efgh").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_do_not_write_one_backup() {
    let world = World::start().await;
    let alice = &world.alice;
    alice.out(&["backup", "saved"]);
    let lock = alice.path().join("saved/.lock");
    let held = fs::OpenOptions::new().write(true).open(lock).unwrap();
    held.lock().unwrap();
    let refused = alice.run(&["backup", "saved"]);
    assert_eq!(refused.status, 1);
    assert!(
        refused.err.contains("another backup is being written"),
        "{}",
        refused.text()
    );
}
