//! Servers that speak TLS with a certificate of their own.

use std::fs;
use std::path::Path;
use std::process::Command;

use pumphouse_server::Server;

/// A certificate for `localhost`, and its key.
fn certify(directory: &Path) {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(directory.join("cert.pem"), cert.pem()).unwrap();
    fs::write(directory.join("key.pem"), signing_key.serialize_pem()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_ones_own_is_believed_when_its_authority_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let home = directory.path();
    certify(home);
    let server = Server::builder(home.join("data"))
        .listen("127.0.0.1:0")
        .tls(home.join("cert.pem"), home.join("key.pem"));
    let server = server.start().await.unwrap();
    let account = format!("alice@localhost:{}", server.address().port());
    let run = |arguments: &[&str], variable: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_pumphouse"))
            .args(arguments)
            .env_clear()
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home)
            .env("PUMPHOUSE_CA", variable)
            .current_dir(home)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    for command in ["register", "login"] {
        let (status, out, err) = run(&[command, &account], "");
        assert_eq!((status, &*out), (Some(1), ""), "{err}");
        let base = server.base_url();
        assert!(err.contains(&format!("GET {base}/")), "{err}");
        assert!(err.contains("certificate"), "{err}");
        assert!(
            err.contains(
                "\nhint: for a certificate from an authority of your own, name that with --ca FILE"
            ),
            "{err}"
        );
    }
    let named = run(&["register", "--ca", "cert.pem", &account], "");
    assert_eq!(named.0, Some(0), "{}", named.2);
    let by_variable = run(&["login", "--paste", &account], "cert.pem");
    let page = format!("{}/oauth/authorize?", server.base_url());
    assert!(by_variable.2.contains(&page), "{}", by_variable.2);
    for (file, said) in [
        ("missing.pem", "error: missing.pem cannot be read: "),
        ("key.pem", "error: key.pem holds no certificate in PEM\n"),
    ] {
        let (status, _, err) = run(&["register", "--ca", file, &account], "");
        assert_eq!(status, Some(2), "{err}");
        assert!(err.starts_with(said), "{err}");
    }
    server.stop().await;
}
