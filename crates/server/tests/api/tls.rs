//! TLS without a proxy in front.

use std::fs;
use std::path::Path;

use pumphouse_server::{Certificate, Server};
use rcgen::{CertifiedKey, generate_simple_self_signed};

/// Writes a certificate for `localhost` and its key; gives the certificate.
fn certify(directory: &Path) -> reqwest::Certificate {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(directory.join("cert.pem"), cert.pem()).unwrap();
    fs::write(directory.join("key.pem"), signing_key.serialize_pem()).unwrap();
    reqwest::Certificate::from_pem(cert.pem().as_bytes()).unwrap()
}

fn builder(directory: &Path) -> pumphouse_server::Builder {
    Server::builder(directory.join("data"))
        .listen("127.0.0.1:0")
        .tls(directory.join("cert.pem"), directory.join("key.pem"))
}

/// A client that trusts nothing but this certificate.
fn client(certificate: reqwest::Certificate) -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([certificate])
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

#[tokio::test]
async fn tls_is_served_directly_and_a_new_certificate_is_taken_up() {
    let directory = tempfile::tempdir().unwrap();
    let first = client(certify(directory.path()));
    let server = builder(directory.path()).start().await.unwrap();
    let base = server.base_url().to_owned();
    let port = server.address().port();
    assert_eq!(base, format!("https://localhost:{port}"));
    let health = format!("{base}/healthz");
    let answer = first.get(&health).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "ok\n");
    let meta = format!("{base}/.well-known/host-meta.json");
    let meta = first.get(meta).send().await.unwrap().text().await.unwrap();
    assert!(meta.contains(&format!("{base}/api/lrdd")), "{meta}");

    // What cannot be used changes nothing.
    fs::write(directory.path().join("cert.pem"), "no certificate").unwrap();
    assert!(server.reload().is_err());
    let again = client(certify(directory.path()));
    assert!(again.get(&health).send().await.is_err(), "not taken up yet");
    server.reload().unwrap();
    assert!(again.get(&health).send().await.is_ok());
    server.stop().await;
}

#[tokio::test]
async fn the_plain_port_leads_to_https() {
    let directory = tempfile::tempdir().unwrap();
    let client = client(certify(directory.path()));
    let builder = builder(directory.path()).bounce("127.0.0.1:0");
    let server = builder.start().await.unwrap();
    let plain = format!("http://{}", server.bounce_address().unwrap());
    let read = client.get(format!("{plain}/a?b=c")).send().await.unwrap();
    assert_eq!(read.status().as_u16(), 301);
    let location = read.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(location, format!("{}/a?b=c", server.base_url()));
    let posted = client.post(format!("{plain}/a")).send().await.unwrap();
    assert_eq!(posted.status().as_u16(), 308);
}

#[tokio::test]
async fn who_speaks_no_tls_holds_nobody_up() {
    let directory = tempfile::tempdir().unwrap();
    let client = client(certify(directory.path()));
    let server = builder(directory.path()).start().await.unwrap();
    let plain = format!("http://{}/", server.address());
    assert!(client.get(plain).send().await.is_err());
    let silent = tokio::net::TcpStream::connect(server.address()).await;
    let health = format!("{}/healthz", server.base_url());
    assert!(client.get(health).send().await.is_ok());
    drop(silent);
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_named() {
    let directory = tempfile::tempdir().unwrap();
    certify(directory.path());
    fs::remove_file(directory.path().join("key.pem")).unwrap();
    let refused = builder(directory.path()).start().await.err().unwrap();
    assert_eq!(refused.to_string(), "cannot serve TLS");
    let cause = std::error::Error::source(&refused).unwrap().to_string();
    assert!(cause.starts_with("cannot read the key"), "{cause}");
    assert!(cause.ends_with("key.pem"), "{cause}");
    assert!(
        !directory.path().join("data").exists(),
        "nothing is left half done"
    );
}

#[tokio::test]
async fn a_certificate_tells_whom_it_is_for_and_until_when() {
    let directory = tempfile::tempdir().unwrap();
    certify(directory.path());
    let (file, key) = (
        directory.path().join("cert.pem"),
        directory.path().join("key.pem"),
    );
    let certificate = Certificate::read(&file, &key).unwrap();
    assert_eq!(certificate.names, ["localhost"]);
    assert!(certificate.is_for("LOCALHOST") && !certificate.is_for("pump.test"));
    assert!(certificate.begins < certificate.expires);
    // The key of another one.
    let other = tempfile::tempdir().unwrap();
    certify(other.path());
    assert!(Certificate::read(&file, &other.path().join("key.pem")).is_err());
}
