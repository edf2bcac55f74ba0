//! Signed requests, in all their forms.

use std::fs;

use insta::{assert_json_snapshot, assert_snapshot};

use super::{CONSUMER, FIXED, FORM, PHOTOS, SECRETS, fixed, key, run};

#[test]
fn signed_by_placement() {
    assert_snapshot!(
        "sign-header",
        fixed("sign", &[&["--url", PHOTOS, "--realm", "Photos"]]).text()
    );
    assert_snapshot!(
        "sign-query",
        fixed(
            "sign",
            &[&[
                "--url",
                PHOTOS,
                "--placement",
                "query",
                "--signature-method",
                "hmac-sha256"
            ]]
        )
        .text()
    );
    let form = [
        "--url",
        "https://photos.example.net/albums",
        "--header",
        FORM,
        "--body",
        "title=A+B",
    ];
    let body = fixed("sign", &[&form, &["--placement", "body", "--no-version"]]);
    assert_snapshot!("sign-body", body.text());
    // Programs get the body alone, without a line end that would belong to it.
    assert!(!body.out.ends_with('\n'));
}

#[test]
fn signed_as_json() {
    let form = [
        "--url",
        PHOTOS,
        "--header",
        FORM,
        "--body",
        "title=A+B",
        "--callback",
        "oob",
    ];
    assert_json_snapshot!("sign-json", fixed("sign", &[&form, &["--json"]]).json());

    let fresh = || run("sign", &[&CONSUMER, &["--url", PHOTOS, "--json"]], &SECRETS).json();
    let (one, other) = (fresh(), fresh());
    assert_ne!(one["signature"], other["signature"]);
    assert_json_snapshot!("sign-json-fresh", one, {
        ".normalized_parameters" => "[nonce and time]",
        ".base_string" => "[nonce and time]",
        ".signature" => "[signature]",
        ".authorization_header" => "[nonce, time and signature]",
        ".signed_url" => "[nonce, time and signature]",
    });
}

#[test]
fn a_body_that_is_no_text_is_signed_byte_for_byte() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("body");
    fs::write(&file, b"name=\xff\xfe").unwrap();
    let file = file.to_str().unwrap();
    let body = [
        "--url",
        PHOTOS,
        "--header",
        FORM,
        "--body-file",
        file,
        "--json",
    ];
    assert_json_snapshot!("sign-json-bytes", fixed("sign", &[&body]).json());
}

#[test]
fn commands_for_curl() {
    let json = [
        "--header",
        "Content-Type: application/json",
        "--header",
        "X-Empty:",
    ];
    let quote = [
        "--method",
        "PUT",
        "--url",
        PHOTOS,
        "--body",
        r#"{"it's": "$HOME"}"#,
        "--body-hash",
    ];
    assert_snapshot!(
        "curl-json",
        fixed("sign", &[&quote, &json, &["--curl"]]).text()
    );
    let plain = [
        "--url",
        "http://[::1]/a/../b[]",
        "--body",
        "@x",
        "--placement",
        "query",
        "--curl",
    ];
    assert_snapshot!("curl-odd-url", fixed("sign", &[&plain]).text());
    let form = [
        "--url",
        PHOTOS,
        "--header",
        FORM,
        "--placement",
        "body",
        "--curl",
    ];
    let post = ["--method", "POST"];
    assert_snapshot!("curl-form", fixed("sign", &[&post, &form]).text());
    let head = ["--method", "HEAD", "--url", PHOTOS, "--curl"];
    assert!(fixed("sign", &[&head]).out.starts_with("curl --head "));
}

#[test]
fn signed_with_rsa() {
    let private = key("rsa2048.private-pkcs8.pem");
    let signed = run(
        "sign",
        &[&CONSUMER, &FIXED, &["--url", PHOTOS, "--rsa-key", &private]],
        &[],
    );
    assert_snapshot!("sign-rsa", signed.text());
    for public in [
        "rsa2048.public-spki.pem",
        "rsa2048.certificate.pem",
        "rsa2048.private-pkcs1.pem",
    ] {
        let verified = run(
            "verify",
            &[&[
                "--url",
                PHOTOS,
                "--header",
                signed.out.trim_end(),
                "--rsa-key",
                &key(public),
            ]],
            &[],
        );
        assert_eq!(verified.status, 0, "{public}: {}", verified.err);
    }
    let other = key("rsa2048_other.public-spki.pem");
    let refused = run(
        "verify",
        &[&[
            "--url",
            PHOTOS,
            "--header",
            signed.out.trim_end(),
            "--rsa-key",
            &other,
        ]],
        &[],
    );
    assert_eq!(refused.status, 4, "{}", refused.out);
}

#[test]
fn plaintext_is_signed_with_a_warning() {
    let plaintext = ["--signature-method", "PLAINTEXT"];
    let url = ["--url", "http://photos.example.net/photos"];
    assert_snapshot!("sign-plaintext", fixed("sign", &[&plaintext, &url]).text());
    let masked = fixed("explain", &[&plaintext, &url]);
    assert_snapshot!("explain-plaintext", masked.text());
    let shown = fixed(
        "explain",
        &[&plaintext, &url, &["--show-secrets", "--json"]],
    )
    .json();
    assert_eq!(shown["key"], "kd94hf93k423kf44&pfkkdhi9sl3r4s00");
    assert_eq!(shown["signature"], shown["key"]);
    let masked = fixed("explain", &[&plaintext, &url, &["--json"]]);
    assert!(!masked.out.contains("kd94hf93k423kf44"), "{}", masked.out);
}

#[test]
fn spaces_and_international_hosts_are_signed_as_they_are_sent() {
    let url = ["--url", "https://me@b\u{fc}cher.example:8443/a b?c=d e"];
    let sent = "https://me@xn--bcher-kva.example:8443/a%20b?c=d%20e";
    let command = fixed("sign", &[&url, &["--curl"]]).out;
    assert!(
        command.trim_end().ends_with(&format!("'{sent}'")),
        "{command}"
    );
    let json = fixed("sign", &[&url, &["--json"]]).json();
    assert_eq!(
        json["base_string_uri"],
        "https://xn--bcher-kva.example:8443/a%20b"
    );
    let header = format!(
        "Authorization: {}",
        json["authorization_header"].as_str().unwrap()
    );
    let received = ["--url", sent, "--header", &header];
    let verified = run("verify", &[&received], &SECRETS);
    assert_eq!(verified.status, 0, "{}", verified.err);
}

#[test]
fn plaintext_goes_without_nonce_and_timestamp_when_it_is_told_to() {
    let url = ["--url", "https://photos.example.net/photos"];
    let without = ["--signature-method", "PLAINTEXT", "--no-nonce"];
    let sign = |options: &[&str]| run("sign", &[&CONSUMER, &url, options], &SECRETS);
    let header = sign(&without).out;
    assert_eq!(
        header.trim_end(),
        "Authorization: OAuth oauth_consumer_key=\"dpf43f3p2l4k3l03\", oauth_token=\"nnch734d00sl2jdk\", \
         oauth_signature_method=\"PLAINTEXT\", oauth_version=\"1.0\", \
         oauth_signature=\"kd94hf93k423kf44%26pfkkdhi9sl3r4s00\""
    );
    let signed = ["--url", url[1], "--header", header.trim_end()];
    let verified = run("verify", &[&signed, &["--no-nonce"]], &SECRETS);
    assert_eq!(verified.status, 0, "{}", verified.err);

    let with = fixed("sign", &[&url]).out;
    let signed = ["--url", url[1], "--header", with.trim_end()];
    let refused = run("verify", &[&signed, &["--no-nonce"]], &SECRETS);
    assert_eq!(refused.status, 4);
    assert!(
        refused.err.contains("oauth_nonce in spite of --no-nonce"),
        "{}",
        refused.err
    );
    // The others need them.
    let refused = sign(&["--no-nonce"]);
    assert_eq!(refused.status, 2);
    assert!(
        refused.err.contains("HMAC-SHA1 needs a nonce"),
        "{}",
        refused.err
    );
    assert_eq!(sign(&["--no-nonce", "--nonce", "n"]).status, 2);
}
