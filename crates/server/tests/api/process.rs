//! Starting, stopping and starting again.

use std::time::{Duration, Instant};

use pumphouse_server::Server;
use pumphouse_testkit::{PASSWORD, TestServer};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{href, note, post};

/// Why a server does not start.
async fn refusal(builder: pumphouse_server::Builder) -> String {
    match builder.start().await {
        Ok(_) => "it started".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn two_servers_cannot_share_a_data_directory() {
    let server = TestServer::start().await;
    let second = Server::builder(server.directory()).listen("127.0.0.1:0");
    assert_eq!(
        refusal(second).await,
        "cannot open the data directory (stop that server, or choose another data directory)"
    );
    server.user("alice").await;
}

#[tokio::test]
async fn data_belongs_to_the_address_under_which_it_was_made() {
    let mut server = TestServer::start().await;
    server.user("alice").await;
    server.stop().await;
    for (hostname, port, base) in [
        ("other.test", 443, "https://other.test"),
        ("pump.test", 80, "http://pump.test"),
    ] {
        let builder = Server::builder(server.directory())
            .listen("127.0.0.1:0")
            .hostname(hostname)
            .public_port(port);
        assert_eq!(
            refusal(builder).await,
            format!(
                "the data directory belongs to https://pump.test, not to {base}: ids are addresses, so start \
                 the server with that host name and port, or with another data directory"
            )
        );
    }
    server.restart().await;
}

#[tokio::test]
async fn a_port_in_use_is_said_to_be_so() {
    let server = TestServer::start().await;
    let directory = tempfile::tempdir().unwrap();
    let address = server.address().to_string();
    let builder = Server::builder(directory.path().join("data")).listen(&address);
    assert_eq!(
        refusal(builder).await,
        format!(
            "cannot listen on {address} (another program uses it; choose another port, or stop that program)"
        )
    );
    assert!(
        !directory.path().join("data").exists(),
        "nothing is left half done"
    );
}

#[tokio::test]
async fn what_is_no_host_name_or_directory_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let builder = Server::builder(directory.path())
        .listen("127.0.0.1:0")
        .hostname("no host");
    let text = refusal(builder).await;
    assert!(text.starts_with("'no host' is no host name"), "{text}");
    let file = directory.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let builder = Server::builder(&file).listen("127.0.0.1:0");
    assert_eq!(
        refusal(builder).await,
        "cannot open the data directory (check that it is a directory that this user can write to)"
    );
    let builder = Server::builder(directory.path()).listen("192.0.2.1:1");
    let text = refusal(builder).await;
    assert_eq!(
        text,
        "cannot listen on 192.0.2.1:1 (is it an address of this machine?)"
    );
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let mut server = TestServer::start_as("localhost", None).await;
    let alice = server.user("alice").await;
    let posted = alice.does(post(note("kept"))).await;
    let addresses = [
        alice.path("feed"),
        alice.path("inbox"),
        alice.path("lists/person"),
        href(&posted).to_owned(),
        href(&posted["object"]).to_owned(),
    ];
    let mut before = Vec::new();
    for address in &addresses {
        before.push(alice.get(address).await.ok());
    }
    let mut browser = server.browser();
    browser.log_in("alice").await;
    server.restart().await;
    for (address, before) in addresses.iter().zip(before) {
        assert_eq!(alice.get(address).await.ok(), before);
    }
    let home = browser.get("/").await;
    assert!(home.body.contains("Your inbox"), "the session lasts");
    alice.does(post(note("and on"))).await;
}

#[tokio::test]
async fn stopping_lets_a_request_under_way_end() {
    let mut server = TestServer::start().await;
    let address = server.address();
    let body = "type=client_associate";
    let head = format!(
        "POST /api/client/register HTTP/1.1\r\nHost: pump.test\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n",
        body.len()
    );
    let mut connection = server.connect().await;
    let (first, last) = body.split_at(5);
    connection
        .write_all(format!("{head}{first}").as_bytes())
        .await
        .unwrap();
    let stopped = tokio::spawn(async move {
        server.stop().await;
        server
    });
    // The server takes no more connections, and waits for the one it has.
    while TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(!stopped.is_finished());
    connection.write_all(last.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("\"client_id\""), "{answer}");

    let mut server = stopped.await.unwrap();
    server.restart().await;
}

#[tokio::test]
async fn who_never_asks_does_not_block_the_stop() {
    let mut server = TestServer::start().await;
    let silent = server.connect().await;
    let mut halting = server.connect().await;
    halting.write_all(b"GET / HT").await.unwrap();
    let mut kept_alive = server.connect().await;
    kept_alive
        .write_all(b"GET /robots.txt HTTP/1.1\r\nHost: pump.test\r\n\r\n")
        .await
        .unwrap();
    let mut answer = [0; 1];
    kept_alive.read_exact(&mut answer).await.unwrap();
    let begun = Instant::now();
    server.stop().await;
    // The grace of requests under way, with room for a slow machine.
    assert!(begun.elapsed() < Duration::from_secs(15));
    // Nothing of it is left that would hold the data.
    server.restart().await;
    drop((silent, halting));
    server.user("alice").await;
}

#[tokio::test]
async fn dropping_a_server_ends_it_and_frees_its_data() {
    let directory = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        let start = || {
            Server::builder(directory.path())
                .listen("127.0.0.1:0")
                .hostname("pump.test")
                .public_port(443)
                .start()
        };
        let mut server = start().await;
        // What is dropped ends at the next turn of the runtime.
        for _ in 0..100 {
            if server.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            server = start().await;
        }
        assert!(server.is_ok());
    }
}

#[tokio::test]
async fn what_is_no_host_name_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    for host in [
        "a/b",
        "http://x.example",
        "user@x",
        "x#y",
        "x?y",
        "*",
        "ä.example",
        "",
        "a b",
        "x:80",
    ] {
        let started = Server::builder(directory.path())
            .listen("127.0.0.1:0")
            .hostname(host)
            .start()
            .await;
        let refusal = started.err().unwrap().to_string();
        assert!(refusal.contains("is no host name"), "{host}: {refusal}");
    }
}

#[tokio::test]
async fn after_a_graceful_stop_the_database_file_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::builder(directory.path())
        .listen("127.0.0.1:0")
        .start()
        .await
        .unwrap();
    server.stop().await;
    let log = std::fs::metadata(directory.path().join("pumphouse.sqlite-wal"));
    assert!(log.map_or(true, |log| log.len() == 0));
    let database = std::fs::metadata(directory.path().join("pumphouse.sqlite")).unwrap();
    assert!(database.len() > 50_000, "{}", database.len());
}

#[tokio::test]
async fn a_full_disk_is_told_and_what_was_there_can_be_read() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let fill_disk = |full| server.server().unwrap().fill_disk(full);
    fill_disk(true).await.unwrap();
    let text = "The server's disk is full; nothing was changed. Try again later.";
    let mut kept = 0;
    // Long ones, and then what fits into the rest.
    for length in [50_000, 1] {
        let full = loop {
            let reply = alice.tries(post(note(&"x".repeat(length)))).await;
            if reply.status != 200 {
                break reply;
            }
            kept += 1;
        };
        full.refused(507, text);
    }
    let account = json!({"nickname": "bob", "password": PASSWORD});
    let client = alice.two_legged();
    let reply = client.post_json("/api/users", &account).await;
    reply.refused(507, text);

    // Nothing is half done, and all can be read.
    let feed = alice.get(&alice.path("feed/major")).await.ok();
    assert_eq!(feed["totalItems"], kept);
    let unknown = "No such 'user' with id 'bob'";
    client.get("/api/user/bob").await.refused(404, unknown);
    // When there is room again, everything goes on.
    fill_disk(false).await.unwrap();
    alice.does(post(note(&"x".repeat(50_000)))).await;
    client.post_json("/api/users", &account).await.ok();
}
