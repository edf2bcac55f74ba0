//! What the doctor finds.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::support::{Caller, Server, free_port, pumphouse, run, text};

/// Lines without what differs from machine to machine.
fn plain(found: &str, port: u16) -> String {
    let lines = found.replace(&port.to_string(), "PORT");
    let lines = lines
        .lines()
        .map(|line| match line.get(6..18).map(str::trim_end) {
            Some("disk") => "disk (left out)".to_owned(),
            Some("clock") => "clock (left out)".to_owned(),
            Some("database") if line.contains("whole") => "ok    database     whole …".to_owned(),
            _ => line.to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
}

fn doctor(home: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut all = vec!["server", "doctor"];
    all.extend(arguments);
    let output = run(home, &all);
    (
        output.status.code().unwrap(),
        text(&output.stdout, home),
        text(&output.stderr, home),
    )
}

#[tokio::test]
async fn a_server_that_is_well_is_called_well_whether_it_runs_or_not() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let port = free_port();
    fs::write(
        home.join("pumphouse.toml"),
        format!("port = {port}\ndata-dir = 'data'"),
    )
    .unwrap();
    let fresh = doctor(home, &[]);
    assert_eq!(fresh.0, 0, "{fresh:?}");
    insta::assert_snapshot!("doctor-fresh", plain(&fresh.1, port));

    let (server, _) = Server::start(pumphouse(home).arg("serve"));
    let base = format!("http://localhost:{port}");
    Caller::registered(&base).await.with_account("alice").await;
    let running = doctor(home, &["--public"]);
    assert_eq!(running.0, 0, "{running:?}");
    insta::assert_snapshot!("doctor-running", plain(&running.1, port));
    server.stop();
    let stopped = doctor(home, &["--quick"]);
    assert_eq!(stopped.0, 0, "{stopped:?}");
    assert!(stopped.1.contains("not read through"), "{}", stopped.1);
    assert!(
        stopped.1.contains("no server runs, and 127.0.0.1:"),
        "{}",
        stopped.1
    );
    let public = doctor(home, &["--public"]);
    assert_eq!(public.0, 1);
    assert!(public.1.contains("cannot be reached"), "{}", public.1);
}

#[tokio::test]
async fn what_is_wrong_is_told_with_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let port = free_port();
    let serve = format!("serve --data-dir data --port {port}");
    let (server, _) = Server::start(pumphouse(home).args(serve.split(' ')));
    server.stop();
    fs::set_permissions(home.join("data"), fs::Permissions::from_mode(0o755)).unwrap();
    let orphan = home.join("data/uploads/a.png");
    fs::write(&orphan, "x").unwrap();
    let old = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::open(&orphan).unwrap().set_modified(old).unwrap();
    fs::write(home.join("cert.pem"), "no certificate").unwrap();
    fs::write(home.join("key.pem"), "no key").unwrap();
    let taken = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let silent = free_port();
    fs::write(
        home.join("pumphouse.toml"),
        format!(
            "port = {port}\ndata-dir = 'data'\nhostname = 'pump.example'\ntls-cert = 'cert.pem'\n\
             tls-key = 'key.pem'\nsmtp-server = '127.0.0.1'\nsmtp-port = {silent}\nfirehose = 'x'"
        ),
    )
    .unwrap();
    let (status, found, said) = doctor(home, &[]);
    assert_eq!(status, 1, "{found}");
    let found = plain(&found, port).replace(&silent.to_string(), "SILENT");
    insta::assert_snapshot!("doctor-wrong", found);
    insta::assert_snapshot!("doctor-wrong-error", said);
    drop(taken);

    let (status, found, _) = doctor(home, &["--json"]);
    assert_eq!(status, 1);
    let found: Value = serde_json::from_str(&found).unwrap();
    let states: Vec<&str> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["state"].as_str().unwrap())
        .collect();
    assert!(states.contains(&"failure") && states.contains(&"warning") && states.contains(&"ok"));
}

#[test]
fn a_broken_database_and_bad_settings_are_found() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    fs::create_dir(home.join("data")).unwrap();
    fs::write(home.join("data/pumphouse.sqlite"), "x".repeat(5_000)).unwrap();
    let (status, found, _) = doctor(home, &["--data-dir", "data", "--port", "0"]);
    assert_eq!(status, 1);
    assert!(
        found.contains("FAIL  database     it cannot be read"),
        "{found}"
    );

    let (status, found, _) = doctor(home, &["--port", "many"]);
    assert_eq!(status, 1);
    assert_eq!(
        found,
        "FAIL  settings     'port' (--port) has to be a port, 0 to 65535, not \"many\"\n      \
         → pumphouse serve --help tells what every setting takes\n"
    );
}
