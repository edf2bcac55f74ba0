//! Two people who are logged in at a real server, each with a home of their own.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use pumphouse_client::{Callback, Client, FileStore};

use crate::person::{Person, RealServer};

/// A server with alice and bob.
pub(crate) struct World {
    server: RealServer,
    pub(crate) alice: Home,
    pub(crate) bob: Home,
}

/// Where somebody runs the program.
pub(crate) struct Home {
    directory: tempfile::TempDir,
    /// Their address.
    pub(crate) address: String,
}

/// What a command did.
pub(crate) struct Outcome {
    pub(crate) said: String,
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl World {
    pub(crate) async fn start() -> Self {
        let server = RealServer::start().await;
        let (alice, bob) = (
            Home::log_in(&server, "alice").await,
            Home::log_in(&server, "bob").await,
        );
        Self { server, alice, bob }
    }

    /// Lets something happen while the server is down.
    pub(crate) async fn without_server(self, happens: impl AsyncFnOnce(&Home, &Home)) -> Self {
        let Self { server, alice, bob } = self;
        let RealServer { server, _directory } = server;
        let listen = server.address().to_string();
        server.stop().await;
        happens(&alice, &bob).await;
        let server = RealServer::start_over(_directory, &listen).await;
        Self { server, alice, bob }
    }

    /// Somebody with an account and a browser, and their home, where nobody is logged in.
    pub(crate) async fn newcomer(&self, name: &str) -> (Person, Home) {
        let home = Home {
            directory: tempfile::tempdir().unwrap(),
            address: self.server.acct(name).to_string(),
        };
        (self.server.person(name).await, home)
    }

    /// An address on the server.
    pub(crate) fn url(&self, path: &str) -> String {
        self.server.url(path).into()
    }
}

impl Home {
    /// Logs somebody new in, and keeps that where the program looks for it.
    async fn log_in(server: &RealServer, name: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = FileStore::at(directory.path().join("config/pumphouse/accounts"));
        let client = Client::builder("pumphouse").store(store).build().unwrap();
        let account = server.acct(name);
        let pending = client.begin(&account, Callback::OutOfBand).await.unwrap();
        let verifier = server.person(name).await.agree(pending.url()).await;
        let verifier = pending.verifier_from_paste(&verifier).unwrap();
        pending.finish(verifier).await.unwrap();
        Self {
            directory,
            address: account.to_string(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Runs the program here, with nothing else of the environment.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(arguments, "")
    }

    /// Gives a command this home, and nothing else of the environment.
    pub(crate) fn environment<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env_clear()
            .env("HOME", self.path())
            .env("XDG_CONFIG_HOME", self.path().join("config"))
            .env("XDG_STATE_HOME", self.path().join("state"))
            .current_dir(self.path())
    }

    /// The same, with something on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Outcome {
        self.run_in(arguments, input, &[])
    }

    /// The same, with variables of the environment.
    pub(crate) fn run_in(
        &self,
        arguments: &[&str],
        input: &str,
        variables: &[(&str, &str)],
    ) -> Outcome {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pumphouse"));
        let mut child = self
            .environment(&mut command)
            .args(arguments)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Commands that read nothing may end before this is written.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Outcome {
            said: format!("$ pumphouse {}", arguments.join(" ")),
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The output of a command that must succeed.
    pub(crate) fn out(&self, arguments: &[&str]) -> String {
        let outcome = self.run(arguments);
        assert_eq!(outcome.status, 0, "{}", outcome.text());
        outcome.out
    }

    /// The same as JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.out(&[arguments, &["--json"]].concat())).unwrap()
    }
}

impl Outcome {
    /// Everything at once, for snapshots.
    pub(crate) fn text(&self) -> String {
        format!(
            "{}\nstatus {}\n--- out\n{}--- err\n{}",
            self.said, self.status, self.out, self.err
        )
    }
}

/// What is different in every run, as snapshots show it.
pub(crate) const FILTERS: [(&str, &str); 4] = [
    (r"(localhost|127\.0\.0\.1):\d+", "HOST"),
    (r"/[A-Za-z0-9_-]{22}\b", "/ID"),
    (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "TIME"),
    (
        r"(just now|\d+ \w+ ago), \d{4}-\d\d-\d\d \d\d:\d\d UTC",
        "WHEN",
    ),
];

/// What several commands did, one after the other.
pub(crate) fn transcript(outcomes: &[Outcome]) -> String {
    let texts: Vec<String> = outcomes.iter().map(Outcome::text).collect();
    texts.join("\n")
}

/// A snapshot without what is different in every run.
macro_rules! assert_transcript {
    ($name:expr, $outcomes:expr) => {
        insta::with_settings!({filters => crate::support::FILTERS.to_vec()}, {
            insta::assert_snapshot!($name, crate::support::transcript(&$outcomes));
        });
    };
}
pub(crate) use assert_transcript;
