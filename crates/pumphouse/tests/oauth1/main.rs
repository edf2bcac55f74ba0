//! `pumphouse oauth1`: what it prints, for people and for programs, and what it says when it cannot.
#![cfg(feature = "oauth1")]
#![expect(clippy::unwrap_used, reason = "tests")]

mod errors;
mod explain;
mod sign;
mod verify;

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

const PHOTOS: &str = "https://photos.example.net/photos?file=vacation.jpg&size=original";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded";
const CONSUMER: [&str; 4] = [
    "--consumer-key",
    "dpf43f3p2l4k3l03",
    "--token",
    "nnch734d00sl2jdk",
];
const FIXED: [&str; 4] = ["--nonce", "kllo9940pd9333jh", "--timestamp", "1191242096"];
const SECRETS: [(&str, &str); 2] = [
    ("PUMPHOUSE_OAUTH1_CONSUMER_SECRET", "kd94hf93k423kf44"),
    ("PUMPHOUSE_OAUTH1_TOKEN_SECRET", "pfkkdhi9sl3r4s00"),
];

/// What a command did.
struct Outcome {
    status: i32,
    out: String,
    err: String,
}

impl Outcome {
    /// Everything at once, for snapshots.
    fn text(&self) -> String {
        format!(
            "status {}\n--- out\n{}--- err\n{}",
            self.status, self.out, self.err
        )
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

/// Runs the program with these variables and nothing else of the environment, and without a terminal.
fn run(command: &str, groups: &[&[&str]], variables: &[(&str, &str)]) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_pumphouse"))
        .args(["oauth1", command])
        .args(groups.concat())
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Outcome {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs it with the secrets and a nonce and a time that are always the same.
fn fixed(command: &str, groups: &[&[&str]]) -> Outcome {
    run(
        command,
        &[&CONSUMER, &FIXED, groups.concat().as_slice()],
        &SECRETS,
    )
}

/// The keys of the tests of the crate that signs.
fn key(name: &str) -> String {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../oauth1/tests/data");
    data.join(name).to_str().unwrap().to_owned()
}

/// The header of a request to [`PHOTOS`].
fn header() -> String {
    fixed("sign", &[&["--url", PHOTOS]])
        .out
        .trim_end()
        .to_owned()
}

#[test]
fn every_command_explains_itself_with_an_example() {
    let group = run("--help", &[], &[]);
    for command in ["sign", "verify", "explain"] {
        assert!(
            group.out.contains(&format!("\n  {command} ")),
            "{}",
            group.out
        );
        let help = run(command, &[&["--help"]], &[]);
        assert_eq!(help.status, 0);
        assert!(
            help.out.contains(&format!("  pumphouse oauth1 {command}")),
            "{}",
            help.out
        );
        for option in [
            "--method",
            "--url",
            "--header",
            "--body",
            "--body-file",
            "--consumer-key",
            "--consumer-secret",
            "--token",
            "--token-secret",
            "--rsa-key",
            "--signature-method",
            "--placement",
            "--realm",
            "--callback",
            "--verifier",
            "--body-hash",
            "--no-version",
            "--nonce",
            "--timestamp",
            "--json",
            "PUMPHOUSE_OAUTH1_CONSUMER_SECRET",
            "PUMPHOUSE_OAUTH1_TOKEN_SECRET",
        ] {
            assert!(
                help.out.contains(option),
                "{command} {option}: {}",
                help.out
            );
        }
    }
    let help = run("verify", &[&["--help"]], &[]);
    assert!(help.out.contains("no signature covers it"), "{}", help.out);
    // What is in the environment is nobody else's business.
    let help = run("sign", &[&["--help"]], &SECRETS);
    assert!(!help.out.contains("kd94hf93k423kf44"), "{}", help.out);
}
