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
