//! How signatures come about, and the mistakes in them.

use insta::{assert_json_snapshot, assert_snapshot};

use super::{SECRETS, fixed, run};

#[test]
fn explained_before_signing() {
    let request = ["--url", "HTTP://Photos.example.net:80/r%20v?b=%7E&b=a+b"];
    assert_snapshot!("explain-unsigned", fixed("explain", &[&request]).text());
    assert_json_snapshot!(
        "explain-unsigned-json",
        fixed("explain", &[&request, &["--json"]]).json()
    );
    let shown = fixed("explain", &[&request, &["--show-secrets"]]);
    assert!(
        shown.out.contains("kd94hf93k423kf44&pfkkdhi9sl3r4s00"),
        "{}",
        shown.out
    );
}

#[test]
fn mistakes_are_explained() {
    let header = fixed(
        "sign",
        &[&["--url", "http://photos.example.net/photos?a=b%20c"]],
    )
    .out;
    let request = [
        "--url",
        "https://photos.example.net/photos?a=b%20c",
        "--header",
        header.trim_end(),
    ];
    assert_snapshot!(
        "explain-mistake",
        run("explain", &[&request], &SECRETS).text()
    );
    let json = run("explain", &[&request, &["--json"]], &SECRETS).json();
    assert_json_snapshot!("explain-mistake-json", json);

    let other = [SECRETS[0], ("PUMPHOUSE_OAUTH1_TOKEN_SECRET", "another")];
    let unexplained = run("explain", &[&request, &["--json"]], &other).json();
    assert_eq!(unexplained["verdict"], "unexplained");
    // The header is tolerated here, and not everywhere.
    let raw = header
        .replace("%2F", "/")
        .replace("%2B", "+")
        .replace("%3D", "=");
    let right = [
        "--url",
        "http://photos.example.net/photos?a=b%20c",
        "--header",
        raw.trim_end(),
    ];
    assert_snapshot!("explain-right", run("explain", &[&right], &SECRETS).text());
}

#[test]
fn of_refused_requests_is_shown_what_can_be_read() {
    let header = "Authorization: OAuth oauth_consumer_key=\"k\", oauth_signature_method=\"PLAINTEXT\", \
                  oauth_version=\"2.0\", oauth_signature=\"hush%26\"";
    let request = ["--url", "HTTPS://A.example/b?c=d%20e", "--header", header];
    let explained = run("explain", &[&request], &SECRETS);
    assert_snapshot!("explain-refused", explained.text());
    let json = run("explain", &[&request, &["--json"]], &SECRETS);
    assert_eq!(json.status, 4);
    assert!(!json.out.contains("hush"), "{}", json.out);
    assert_json_snapshot!("explain-refused-json", json.json());
    let shown = run(
        "explain",
        &[&request, &["--json", "--show-secrets"]],
        &SECRETS,
    )
    .json();
    assert_eq!(shown["signature"], "hush&");
    // Verifying tells as much.
    let verified = run("verify", &[&request, &["--json"]], &SECRETS).json();
    assert_eq!(verified["base_string"], json.json()["base_string"]);

    // A header that nobody can read leaves the address.
    let garbled = [
        "--url",
        request[1],
        "--header",
        "Authorization: OAuth oauth_token",
    ];
    let json = run("explain", &[&garbled, &["--json"]], &SECRETS).json();
    assert_eq!(json["base_string_uri"], "https://a.example/b");
    assert_eq!(json["base_string"], serde_json::Value::Null);
    let explained = run("explain", &[&garbled], &SECRETS);
    assert_eq!(
        explained.out,
        "method                  GET\nbase string URI         https://a.example/b\n"
    );
}
