//! How servers are reached: what they hear of the program, and how long they may be silent.

use std::time::Duration;

use pumphouse_client::{
    Client, ClientBuilder, ClientCredentials, Endpoints, ErrorKind, TokenCredentials,
};
use tokio::net::TcpListener;

use crate::peer::{Peer, Reply, json};
use crate::session::session_of;

const SHORT: Duration = Duration::from_millis(200);
/// The whole request may take so long: it is never what ends one here.
const LONG: Duration = Duration::from_secs(3600);
/// No single thing takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

fn patient() -> ClientBuilder {
    Client::builder("Test.io").timeout(LONG).retries(0)
}

#[tokio::test]
async fn servers_hear_the_name_of_the_program_and_of_this_crate() {
    let peer = Peer::start(|_| json("{}")).await;
    let builder = Client::builder("Test.io").user_agent("Test.io/1.0");
    session_of(builder, &peer).profile().await.unwrap();
    let ours = concat!("Test.io/1.0 pumphouse/", env!("CARGO_PKG_VERSION"));
    assert_eq!(peer.seen()[0].header("user-agent"), Some(ours));
}

#[tokio::test]
async fn a_connection_that_does_not_come_about_is_given_up() {
    // It takes connections, and then says nothing in the handshake of TLS.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}/", silent.local_addr().unwrap());
    let base = base.parse().unwrap();
    let client = patient().connect_timeout(SHORT).build().unwrap();
    let session = client
        .server(
            &"alice@localhost".parse().unwrap(),
            Endpoints::well_known(&base),
        )
        .registered_as(ClientCredentials::new("key", "hush"))
        .session(TokenCredentials::new("token", "hush"));
    let asked = tokio::time::timeout(PATIENCE, session.whoami());
    let error = asked.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("connect"), "{error}");
}

#[tokio::test]
async fn a_server_that_falls_silent_is_left() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 90\r\n\r\nab";
    let pieces = [b"".as_slice(), &head[..20], head.as_slice()];
    for piece in pieces {
        let peer = Peer::start(move |_| Reply::Silence(piece.to_vec())).await;
        let session = session_of(patient().idle_timeout(SHORT), &peer);
        let asked = tokio::time::timeout(PATIENCE, session.profile());
        let error = asked.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
        assert!(error.to_string().contains("silent"), "{error}");
        let mut taken = Vec::new();
        let file = session.download("/file");
        let fetched = tokio::time::timeout(PATIENCE, file.to_writer(&mut taken));
        let error = fetched.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    }
}
