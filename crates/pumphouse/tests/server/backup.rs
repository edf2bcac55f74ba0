//! Backups, made while people write, and gone back to.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::support::{Caller, Server, free_port, out, pumphouse, refused, run, text};

fn start(home: &Path, port: u16, data: &str) -> Server {
    let serve = format!("serve --data-dir {data} --port {port}");
    Server::start(pumphouse(home).args(serve.split(' '))).0
}

/// The ids of everything in an outbox.
async fn outbox(caller: &Caller, nickname: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut path = format!("/api/user/{nickname}/feed?count=200");
    loop {
        let (status, page) = caller.send("GET", &path, None).await;
        assert_eq!(status, 200);
        let items = page["items"].as_array().unwrap();
        ids.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["links"]["next"]["href"].as_str() else {
            return ids;
        };
        let at = next.find("/api/").unwrap();
        path = format!("{}&count=200", &next[at..]);
    }
}

/// Uploads a file and posts it; gives the path of the file.
async fn upload(caller: &Caller, nickname: &str) -> String {
    let path = format!("/api/user/{nickname}/uploads");
    let file = json!({"mimeType": "text/plain", "data": "aGVsbG8="});
    let (status, object) = caller.send("POST", &path, Some(file)).await;
    assert_eq!(status, 200, "{object}");
    let post = json!({"verb": "post", "object": {"objectType": "file", "id": object["id"]}});
    let (status, posted) = caller
        .send("POST", &format!("/api/user/{nickname}/feed"), Some(post))
        .await;
    assert_eq!(status, 200, "{posted}");
    let url = object["fileUrl"].as_str().unwrap();
    url[url.find("/uploads/").unwrap()..].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_while_people_write_has_all_that_was_acknowledged_before_it_began() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let port = free_port();
    let server = start(home, port, "data");
    let base = format!("http://localhost:{port}");
    let alice = Caller::registered(&base).await.with_account("alice").await;
    let mut before = BTreeSet::new();
    for _ in 0..20 {
        before.insert(alice.post("alice").await);
    }
    let file = upload(&alice, "alice").await;
    let enough = Arc::new(AtomicBool::new(false));
    let writing: Vec<_> = (0..4)
        .map(|_| {
            let (alice, enough) = (alice.clone(), Arc::clone(&enough));
            tokio::spawn(async move {
                while !enough.load(Ordering::Relaxed) {
                    alice.post("alice").await;
                }
            })
        })
        .collect();
    let made = tokio::task::spawn_blocking({
        let home = home.to_owned();
        move || run(&home, &["server", "backup", "saved", "--data-dir", "data"])
    });
    let made = made.await.unwrap();
    assert!(made.status.success(), "{made:?}");
    assert_eq!(
        text(&made.stdout, home),
        "The backup is in HOME/saved, with 1 uploaded files.\n"
    );
    assert!(
        made.stderr.is_empty(),
        "no bar where there is no terminal: {made:?}"
    );
    let mode = home.join("saved").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "secrets are in it");
    enough.store(true, Ordering::Relaxed);
    for writer in writing {
        writer.await.unwrap();
    }
    server.stop();

    // Another server, over the backup: all of it is there.
    let server = start(home, port, "saved");
    let kept = outbox(&alice, "alice").await;
    assert!(
        kept.is_superset(&before),
        "{} of {}",
        kept.len(),
        before.len()
    );
    assert_eq!(alice.send("GET", &file, None).await, (200, json!("hello")));
    alice.post("alice").await;
    server.stop();
    let found = run(
        home,
        &[
            "server",
            "doctor",
            "--data-dir",
            "saved",
            "--port",
            &port.to_string(),
            "--json",
        ],
    );
    assert!(found.status.success(), "{found:?}");
}

#[tokio::test]
async fn nothing_is_written_over_and_nothing_is_left_half_done() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let port = free_port();
    let mut server = start(home, port, "data");
    let base = format!("http://localhost:{port}");
    let alice = Caller::registered(&base).await.with_account("alice").await;
    let lost = upload(&alice, "alice").await;
    fs::create_dir(home.join("there")).unwrap();
    fs::remove_file(home.join(format!("data{lost}"))).unwrap();

    for running in [true, false] {
        if !running {
            server.stop();
            server = start(home, port, "other");
        }
        let backup = |place: &'static str| ["server", "backup", place, "--data-dir", "data"];
        let said = refused(home, &backup("there"), "", 4);
        assert!(said.contains("HOME/there is there already"), "{said}");
        let said = refused(home, &backup("no/such/place"), "", 4);
        assert!(said.contains("cannot write to HOME/no/such"), "{said}");

        let place = if running { "first" } else { "second" };
        let mut arguments = backup(place).to_vec();
        arguments.push("--json");
        let made = run(home, &arguments);
        assert!(made.status.success(), "{made:?}");
        let told: Value = serde_json::from_slice(&made.stdout).unwrap();
        let lost = lost.strip_prefix("/uploads/").unwrap();
        assert_eq!(
            (&told["uploads"], &told["missing"]),
            (&json!(0), &json!([lost]))
        );
        let warned = format!("warning: the uploaded file {lost} is lost");
        assert!(text(&made.stderr, home).starts_with(&warned), "{made:?}");
    }
    server.stop();
    let names = fs::read_dir(home).unwrap();
    let names: BTreeSet<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(names, ["data", "first", "other", "second", "there"]);
    out(home, &["server", "user", "list", "--data-dir", "second"]);
}
