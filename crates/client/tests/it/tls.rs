//! Certificates: whom the library believes.

use std::path::Path;
use std::process::Command;

use pumphouse_client::{Client, ClientBuilder, Endpoints, ErrorKind, Method};
use pumphouse_server::Server;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedKey, IsCa, Issuer, KeyPair,
    generate_simple_self_signed,
};

fn names() -> [String; 1] {
    ["localhost".to_owned()]
}

/// An authority and a certificate of `localhost` from it, with its key, all in PEM.
fn certify() -> (String, String, String) {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(names()).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap().pem();
    (authority, certificate, key.serialize_pem())
}

/// A certificate of `localhost` that nobody vouches for, and its key, in PEM.
fn vouch_for_oneself() -> (String, String) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names()).unwrap();
    (cert.pem(), signing_key.serialize_pem())
}

/// A real server that speaks TLS.
async fn serve(directory: &Path, certificate: &str, key: &str) -> Server {
    let (cert_file, key_file) = (directory.join("cert.pem"), directory.join("key.pem"));
    std::fs::write(&cert_file, certificate).unwrap();
    std::fs::write(&key_file, key).unwrap();
    Server::builder(directory.join("data"))
        .listen("127.0.0.1:0")
        .tls(cert_file, key_file)
        .start()
        .await
        .unwrap()
}

/// How a request to the server ends.
async fn ask(builder: ClientBuilder, server: &Server) -> Result<(), ErrorKind> {
    ask_at(builder, server.base_url()).await
}

async fn ask_at(builder: ClientBuilder, base: &str) -> Result<(), ErrorKind> {
    let account = base.replace("https://", "alice@").parse().unwrap();
    let client = builder.build().unwrap();
    let at_server = client.server(&account, Endpoints::well_known(&base.parse().unwrap()));
    let registration = at_server.register().await.map_err(|error| error.kind())?;
    // It does not end with the first: files and feeds come by the same way.
    let token = pumphouse_client::TokenCredentials::new("none", "none");
    let session = registration.session(token);
    let health = session.request(Method::GET, "/healthz").unsigned();
    assert_eq!(health.send().await.unwrap().text().unwrap(), "ok\n");
    Ok(())
}

fn builder() -> ClientBuilder {
    Client::builder("Test.io")
}

#[tokio::test]
async fn a_server_is_believed_by_an_authority_of_the_programs_choice_alone() {
    let directory = tempfile::tempdir().unwrap();
    let (authority, certificate, key) = certify();
    let (other, ..) = certify();
    let server = serve(directory.path(), &certificate, &key).await;

    // Nobody whom the system believes vouches for it.
    assert_eq!(ask(builder(), &server).await, Err(ErrorKind::Tls));
    let with_other = builder().add_authority(&other);
    assert_eq!(ask(with_other, &server).await, Err(ErrorKind::Tls));
    assert_eq!(
        ask(builder().add_authority(&authority), &server).await,
        Ok(())
    );
    let bundle = format!("{other}{authority}");
    assert_eq!(ask(builder().add_authority(bundle), &server).await, Ok(()));
    // The server is found over https, too.
    let client = builder().add_authority(&authority).build().unwrap();
    let account = format!("alice@localhost:{}", server.address().port());
    let found = client.discover(&account.parse().unwrap()).await.unwrap();
    assert_eq!(found.endpoints().base.scheme(), "https");
}

/// Where a process finds the server, and an authority that did not certify it.
const BASE: &str = "PUMPHOUSE_TEST_BASE";
const OTHER: &str = "PUMPHOUSE_TEST_OTHER";

/// A process whose system believes the server's authority.
#[tokio::test]
#[ignore = "is started by the test below, with a system of its own"]
async fn the_process_whose_system_believes_the_authority() {
    let base = std::env::var(BASE).unwrap();
    let other = std::env::var(OTHER).unwrap();
    assert_eq!(ask_at(builder(), &base).await, Ok(()));
    // What is added is believed beside it.
    assert_eq!(ask_at(builder().add_authority(&other), &base).await, Ok(()));
    let only = || builder().only_added_authorities();
    assert_eq!(ask_at(only(), &base).await, Err(ErrorKind::Tls));
    let only_other = only().add_authority(&other);
    assert_eq!(ask_at(only_other, &base).await, Err(ErrorKind::Tls));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_is_believed_if_only_added_authorities_are() {
    let directory = tempfile::tempdir().unwrap();
    let (authority, certificate, key) = certify();
    let (other, ..) = certify();
    let server = serve(directory.path(), &certificate, &key).await;

    let only = builder().only_added_authorities();
    let only = only.add_authority(&authority);
    assert_eq!(ask(only, &server).await, Ok(()));

    // Elsewhere no variable says what the system believes.
    if cfg!(target_os = "linux") {
        let system = directory.path().join("system.pem");
        std::fs::write(&system, authority).unwrap();
        let mut process = Command::new(std::env::current_exe().unwrap());
        process
            .arg("--exact")
            .arg("tls::the_process_whose_system_believes_the_authority")
            .args(["--ignored", "--nocapture"])
            .env("SSL_CERT_FILE", system)
            .env(BASE, server.base_url())
            .env(OTHER, other);
        let ended = tokio::task::spawn_blocking(move || process.output());
        let ended = ended.await.unwrap().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{said}");
        let ran = String::from_utf8_lossy(&ended.stdout);
        assert!(ran.contains("1 passed"), "{ran}");
    }
}

#[tokio::test]
async fn a_server_that_vouches_for_itself_is_believed_by_its_own_certificate() {
    let directory = tempfile::tempdir().unwrap();
    let (certificate, key) = vouch_for_oneself();
    let (another, _) = vouch_for_oneself();
    let server = serve(directory.path(), &certificate, &key).await;

    assert_eq!(ask(builder(), &server).await, Err(ErrorKind::Tls));
    let with_another = builder().add_authority(&another);
    assert_eq!(ask(with_another, &server).await, Err(ErrorKind::Tls));
    let own = builder().add_authority(&certificate);
    assert_eq!(ask(own, &server).await, Ok(()));
}
