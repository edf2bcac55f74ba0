//! A configuration of pump.io with everything in it that a server can be started with.

use std::fs;

use serde_json::json;

use crate::support::{Caller, Server, free_port, pumphouse, text};

#[tokio::test]
async fn a_pump_io_json_with_clients_and_users_works_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let port = free_port();
    let config = json!({
        "driver": "memory",
        "params": {},
        "hostname": "localhost",
        "address": "127.0.0.1",
        "port": port,
        "noweb": true,
        "site": "Example",
        "disableRegistration": true,
        "datadir": home.path(),
        "clients": [
            {"client_id": "an-app", "client_secret": "app-s3cret", "title": "An app"},
            {"client_id": "a-host", "client_secret": "host-s3cret", "host": "other.example"},
        ],
        "users": [{
            "nickname": "ann",
            "tokens": [{"token": "ann-t0ken", "client_id": "an-app", "token_secret": "ann-s3cret"}],
        }],
    });
    let path = home.path().join("pump.io.json");
    fs::write(&path, config.to_string()).unwrap();
    let log = fs::File::create(home.path().join("log")).unwrap();
    let serve = &["serve", "--config", "pump.io.json"];
    let (server, _) = Server::start_logged(pumphouse(home.path()).args(serve).stderr(log));

    let base = format!("http://localhost:{port}");
    let token = Some(("ann-t0ken", "ann-s3cret"));
    let ann = Caller::new(&base, ("an-app", "app-s3cret"), token);
    ann.post("ann").await;
    let (status, feed) = ann.send("GET", "/api/user/ann/feed/major", None).await;
    assert_eq!(status, 200);
    assert_eq!(feed["items"][0]["generator"]["displayName"], "An app");
    let (status, _) = ann.send("GET", "/main/login", None).await;
    assert_eq!(status, 404, "there are no pages");
    let account = json!({"nickname": "bob", "password": "wonder-l4nd"});
    let app = Caller::new(&base, ("an-app", "app-s3cret"), None);
    let (status, refusal) = app.send("POST", "/api/users", Some(account)).await;
    assert_eq!(
        (status, &refusal),
        (403, &json!({"error": "No registration allowed."}))
    );

    assert!(home.path().join("pumphouse/pumphouse.sqlite").exists());
    let log = text(&fs::read(home.path().join("log")).unwrap(), home.path());
    assert!(log.contains("'driver' ("), "{log}");
    for secret in ["app-s3cret", "host-s3cret", "ann-t0ken", "ann-s3cret"] {
        assert!(!log.contains(secret), "{log}");
    }
    drop(server);
}
