//! Settings as a person gives them, and signals.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use crate::support::{Server, pumphouse, run, text, until};

#[test]
fn help_names_every_setting_and_its_default() {
    let home = tempfile::tempdir().unwrap();
    let help = run(home.path(), &["serve", "--help"]);
    assert!(help.status.success());
    insta::assert_snapshot!("serve-help", text(&help.stdout, home.path()));
}

const PUMP_IO: &str = r#"{
    "driver": "mongodb",
    "secret": "my dog has fleas",
    "hostname": "pump.example",
    "address": "127.0.0.1",
    "urlPort": 443,
    "site": "Example",
    "datadir": "/var/lib/pump.io"
}"#;

#[test]
fn the_configuration_of_pump_io_is_found_checked_and_shown() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join(".pump.io.json"), PUMP_IO).unwrap();
    let check = run(home.path(), &["serve", "--check", "--port", "8000"]);
    assert!(check.status.success(), "{check:?}");
    insta::assert_snapshot!("serve-check", text(&check.stdout, home.path()));
    insta::assert_snapshot!("serve-check-warnings", text(&check.stderr, home.path()));

    fs::write(home.path().join("pumphouse.toml"), "site = 'Ours'").unwrap();
    let check = run(home.path(), &["serve", "--check"]);
    let shown = text(&check.stdout, home.path());
    assert!(shown.starts_with("# Read: pumphouse.toml\n"), "{shown}");
    assert!(shown.contains("hostname = \"localhost\"  # default\n"));
    assert!(shown.contains("site = \"Ours\"  # pumphouse.toml, line 1\n"));
    assert!(check.stderr.is_empty(), "{check:?}");
}

#[test]
fn bad_settings_end_with_status_2_and_nothing_is_made() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("bad.toml"), "port = 'x'").unwrap();
    for arguments in [
        &["serve", "--config", "bad.toml"][..],
        &["serve", "--config", "bad.toml", "--check"],
        &["serve", "--port", "x"],
        &["serve", "--hostname", "http://x", "--check"],
        &["serve", "--config", "none.toml"],
        &["serve", "--tls-cert", "x"],
        &["serve", "--log-file", "no/such/place"],
    ] {
        let output = run(home.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        let said = text(&output.stderr, home.path());
        assert!(
            said.starts_with("error: ") && said.contains("\nhint: "),
            "{said}"
        );
    }
    let mut left = fs::read_dir(home.path()).unwrap();
    assert_eq!(left.next().unwrap().unwrap().file_name(), "bad.toml");
    assert!(left.next().is_none());
}

fn lines(file: &Path) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn a_hang_up_opens_the_log_anew_and_changes_its_level_but_cuts_nobody_off() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("pumphouse.toml");
    let settings = "port = 0\ndata-dir = 'data'\nlog-file = 'log'\nlog-format = 'json'\n";
    fs::write(&config, settings).unwrap();
    let (server, address) = Server::start(pumphouse(home.path()).arg("serve"));
    let mut connection = TcpStream::connect(&address).unwrap();
    let mut ask = |path: &str| {
        let request = format!("HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            connection.read_exact(&mut byte).unwrap();
            answer.extend(byte);
        }
    };
    ask("/api/nothing?secret=hush");
    let log = home.path().join("log");
    let answered = |file: &Path, path: &str| {
        let lines = lines(file);
        lines
            .iter()
            .any(|line| line["path"] == path && line["message"] == "answered")
    };
    until("a line of the request", || answered(&log, "/api/nothing")).await;
    assert!(!fs::read_to_string(&log).unwrap().contains("hush"));

    let moved = home.path().join("log.1");
    fs::rename(&log, &moved).unwrap();
    server.signal("-HUP");
    until("a new file", || log.exists() && !lines(&log).is_empty()).await;
    // On the same connection: all of this goes over one.
    ask("/after");
    until("a line in the new file", || answered(&log, "/after")).await;
    assert!(!answered(&moved, "/after"));

    fs::write(&config, format!("{settings}log-level = 'error'\n")).unwrap();
    server.signal("-HUP");
    let mut asked = 0;
    loop {
        // Silence has come when a request leaves no line.
        let path = format!("/{asked}");
        ask(&path);
        if !answered(&log, &path) {
            break;
        }
        asked += 1;
        assert!(asked < 1_000, "the level stays");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    // What is wrong changes nothing.
    fs::write(&config, "port = 'x'").unwrap();
    server.signal("-HUP");
    let refused = |line: &serde_json::Value| {
        let said = line["message"].as_str().unwrap_or_default();
        line["level"] == "ERROR" && said.contains("'port'")
    };
    until("a complaint", || lines(&log).iter().any(refused)).await;
    ask("/healthz");
    server.signal("-TERM");
}

/// Writes a new certificate for `localhost` and its key; gives a client that trusts nothing else.
fn certify(directory: &Path) -> reqwest::Client {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(directory.join("cert.pem"), cert.pem()).unwrap();
    fs::write(directory.join("key.pem"), signing_key.serialize_pem()).unwrap();
    let certificate = reqwest::Certificate::from_pem(cert.pem().as_bytes()).unwrap();
    reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([certificate])
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_hang_up_takes_up_a_new_certificate_and_leaves_open_connections() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let first = certify(home);
    let serve = "serve --port 0 --data-dir data --tls-cert cert.pem --tls-key key.pem";
    let (server, address) = Server::start(pumphouse(home).args(serve.split(' ')));
    let port = address.rsplit(':').next().unwrap();
    let health = format!("https://localhost:{port}/healthz");
    let ask = async |client: &reqwest::Client| match client.get(&health).send().await {
        Ok(answer) => answer.text().await.unwrap() == "ok\n",
        Err(_) => false,
    };
    assert!(ask(&first).await);
    let second = certify(home);
    assert!(!ask(&second).await, "not taken up yet");
    server.signal("-HUP");
    for _ in 0..1_000 {
        if ask(&second).await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(ask(&second).await);
    assert!(ask(&first).await, "its connection is open still");
}

#[tokio::test]
async fn a_data_directory_with_a_long_path_has_no_socket_and_serves_all_the_same() {
    let home = tempfile::tempdir().unwrap();
    let long = "x".repeat(100);
    let serve = ["serve", "--port", "0", "--data-dir", &long];
    let log = fs::File::create(home.path().join("log")).unwrap();
    let (server, _) = Server::start_logged(pumphouse(home.path()).args(serve).stderr(log));
    server.stop();
    let log = fs::read_to_string(home.path().join("log")).unwrap();
    assert!(log.contains("too long for a control socket"), "{log}");
}
