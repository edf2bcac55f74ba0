//! What is told when a command cannot be done.

use std::fs;

use insta::assert_snapshot;

use super::{CONSUMER, PHOTOS, SECRETS, fixed, header, key, run};

#[test]
fn wrong_usage_is_told() {
    let mut told = String::new();
    let signed = fixed("sign", &[&["--url", PHOTOS, "--placement", "query"]]).out;
    for (command, options, name) in [
        ("sign", &["--url", "photos.example.net"][..], "no-scheme"),
        ("sign", &["--url", "https:///photos"], "no-host"),
        ("verify", &["--url", "https://a.example:0/"], "bad-port"),
        (
            "sign",
            &["--url", PHOTOS, "--header", "Host: b\u{fc}cher.example"],
            "host-not-ascii",
        ),
        ("sign", &["--url", PHOTOS, "--method", ""], "unknown-method"),
        (
            "sign",
            &["--url", PHOTOS, "--signature-method", "HMAC-MD5"],
            "unknown-signature-method",
        ),
        (
            "sign",
            &["--url", PHOTOS, "--header", "Accept"],
            "malformed-header",
        ),
        (
            "sign",
            &["--url", PHOTOS, "--placement", "cookie"],
            "unknown-placement",
        ),
        (
            "sign",
            &["--url", PHOTOS, "--method", "POST", "--placement", "body"],
            "no-form",
        ),
        ("sign", &["--url", PHOTOS, "--placement", "body"], "no-body"),
        ("sign", &["--url", signed.trim_end()], "signed-already"),
        (
            "sign",
            &["--url", PHOTOS, "--body-file", "/no/such/file"],
            "no-body-file",
        ),
        (
            "sign",
            &["--url", PHOTOS, "--curl", "--json"],
            "curl-and-json",
        ),
    ] {
        let outcome = fixed(command, &[options]);
        assert_eq!(outcome.status, 2, "{name}: {}", outcome.text());
        told.push_str(&format!("--- {name}\n{}", outcome.err));
    }
    let nobody = run("sign", &[&["--url", PHOTOS]], &SECRETS);
    assert_eq!(nobody.status, 2);
    told.push_str(&format!("--- no-consumer-key\n{}", nobody.err));
    assert_snapshot!("usage", told);
}

#[test]
fn missing_secrets_and_keys_are_told() {
    let mut told = String::new();
    let rsa = ["--signature-method", "RSA-SHA256"];
    let directory = tempfile::tempdir().unwrap();
    let garbage = directory.path().join("garbage.pem");
    fs::write(&garbage, "no key").unwrap();
    for (name, options, variables) in [
        ("no-consumer-secret", vec![], &[][..]),
        ("no-token-secret", vec![], &SECRETS[..1]),
        ("no-terminal", vec!["--consumer-secret", "-"], &SECRETS),
        ("no-rsa-key", rsa.to_vec(), &SECRETS),
        (
            "unreadable-key",
            [&rsa[..], &["--rsa-key", "/no/such/key.pem"]].concat(),
            &SECRETS,
        ),
        (
            "garbled-key",
            [&rsa[..], &["--rsa-key", garbage.to_str().unwrap()]].concat(),
            &SECRETS,
        ),
        (
            "public-key",
            [&rsa[..], &["--rsa-key", &key("rsa2048.public-spki.pem")]].concat(),
            &SECRETS,
        ),
    ] {
        let outcome = run(
            "sign",
            &[&CONSUMER, &["--url", PHOTOS], &options],
            variables,
        );
        assert_eq!(outcome.status, 3, "{name}: {}", outcome.text());
        assert_eq!(outcome.out, "");
        told.push_str(&format!("--- {name}\n{}", outcome.err));
    }
    for path in [garbage.to_str().unwrap(), &key("rsa2048.public-spki.pem")] {
        told = told.replace(path, "[path]");
    }
    assert_snapshot!("credentials", told);
    let verified = run("verify", &[&["--url", PHOTOS, "--header", &header()]], &[]);
    assert_eq!(verified.status, 3, "{}", verified.text());
    // Without a token no secret of one is wanted.
    let two_legged = run("sign", &[&CONSUMER[..2], &["--url", PHOTOS]], &SECRETS[..1]);
    assert_eq!(two_legged.status, 0, "{}", two_legged.err);
}
