//! Requests that verify, and those that do not.

use insta::{assert_json_snapshot, assert_snapshot};

use super::{FORM, PHOTOS, SECRETS, fixed, header, run};

#[test]
fn verified() {
    let request = ["--url", PHOTOS, "--header", &header()];
    assert_snapshot!("verify", run("verify", &[&request], &SECRETS).text());
    let json = run("verify", &[&request, &["--json"]], &SECRETS).json();
    assert_json_snapshot!("verify-json", json);

    let in_query = fixed("sign", &[&["--url", PHOTOS, "--placement", "query"]]).out;
    let verified = run("verify", &[&["--url", in_query.trim_end()]], &SECRETS);
    assert_eq!(verified.status, 0, "{}", verified.err);

    let form = [
        "--url",
        "https://photos.example.net/albums",
        "--header",
        FORM,
        "--body",
    ];
    let body = fixed("sign", &[&form, &["title=A+B", "--placement", "body"]]).out;
    let json = run("verify", &[&form, &[&body, "--json"]], &SECRETS).json();
    assert_eq!(
        (&json["verified"], &json["signed_body"]),
        (&true.into(), &body.into())
    );
}

#[test]
fn not_verified() {
    let header = header();
    let other_url = [
        "--url",
        "https://photos.example.net/photos?file=other.jpg",
        "--header",
        &header,
    ];
    assert_snapshot!(
        "verify-wrong",
        run("verify", &[&other_url], &SECRETS).text()
    );
    let json = run("verify", &[&other_url, &["--json"]], &SECRETS);
    assert_eq!(json.status, 4);
    assert_json_snapshot!("verify-wrong-json", json.json());

    let unsigned = run("verify", &[&["--url", PHOTOS]], &SECRETS);
    assert_snapshot!("verify-unsigned", unsigned.text());
    let unsigned = run("verify", &[&["--url", PHOTOS, "--json"]], &SECRETS);
    assert_eq!(
        (unsigned.status, &unsigned.json()["problem"]),
        (4, &"parameter_absent".into())
    );

    let garbled = [
        "--url",
        PHOTOS,
        "--header",
        "Authorization: OAuth oauth_token",
    ];
    assert_snapshot!(
        "verify-garbled",
        run("verify", &[&garbled], &SECRETS).text()
    );
}

#[test]
fn a_body_counts_as_far_as_it_is_signed() {
    let json = [
        "--url",
        PHOTOS,
        "--header",
        "Content-Type: application/json",
        "--body",
        "{}",
    ];
    let body = |header: &str| {
        let signed = run(
            "verify",
            &[&json, &["--header", header, "--json"]],
            &SECRETS,
        );
        signed.json()["body"].clone()
    };
    let uncovered = fixed("sign", &[&json]).out;
    assert_eq!(body(uncovered.trim_end()), "not-covered");
    let hashed = fixed("sign", &[&json, &["--body-hash=sha256"]]).out;
    assert_eq!(body(hashed.trim_end()), "covered-by-hash");

    let wanted = run(
        "verify",
        &[&json, &["--header", uncovered.trim_end(), "--body-hash"]],
        &SECRETS,
    );
    assert_snapshot!("verify-no-body-hash", wanted.text());
    let mut changed = json;
    changed[5] = "{ }";
    let changed = run(
        "verify",
        &[&changed, &["--header", hashed.trim_end()]],
        &SECRETS,
    );
    assert_snapshot!("verify-other-body", changed.text());
}

#[test]
fn the_age_matters_when_it_is_asked_for() {
    let request = ["--url", PHOTOS, "--header", &header()];
    for (options, status) in [
        (&[][..], 0),
        (&["--now", "1191242696"], 0),
        (&["--now", "1191242697"], 4),
        (&["--now", "1191242697", "--window", "601"], 0),
        (&["--window", "600"], 4),
    ] {
        let outcome = run("verify", &[&request, options], &SECRETS);
        assert_eq!(outcome.status, status, "{options:?}: {}", outcome.err);
    }
    let old = run("verify", &[&request, &["--window", "600"]], &SECRETS);
    assert_snapshot!("verify-old", old.text());
}

#[test]
fn options_say_what_a_request_must_carry() {
    let request = ["--url", PHOTOS, "--header", &header()];
    let same = fixed("verify", &[&request, &["--placement", "header"]]);
    assert_eq!(same.status, 0, "{}", same.err);
    let others = [
        "--nonce",
        "other",
        "--placement",
        "query",
        "--no-version",
        "--realm",
        "x",
    ];
    let different = run("verify", &[&request, &others], &SECRETS);
    assert_snapshot!("verify-different", different.text());
    let explained = run("explain", &[&request, &others], &SECRETS);
    assert_snapshot!("explain-different", explained.text());
}

#[test]
fn of_two_content_types_none_is_believed() {
    let header = header();
    let request = [
        "--url",
        PHOTOS,
        "--method",
        "POST",
        "--header",
        &header,
        "--header",
        FORM,
        "--header",
        "Content-Type: text/plain",
        "--body",
        "a=b",
        "--json",
    ];
    let refused = run("verify", &[&request], &SECRETS);
    assert_eq!(refused.status, 4);
    let json = refused.json();
    assert_eq!(
        (&json["problem"], &json["body"]),
        (&"parameter_rejected".into(), &serde_json::Value::Null)
    );
}
