//! The program in a home of its own, a server in a process of its own, and somebody who uses it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use pumphouse_oauth1::{ClientCredentials, Request, Signer, TokenCredentials};
use serde_json::{Value, json};

/// The program with a home of its own and nothing else of the environment.
pub(crate) fn pumphouse(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pumphouse"));
    command
        .env_clear()
        .env("HOME", home)
        .current_dir(home)
        .stdin(Stdio::null());
    command
}

pub(crate) fn run(home: &Path, arguments: &[&str]) -> Output {
    pumphouse(home).args(arguments).output().unwrap()
}

pub(crate) fn text(bytes: &[u8], home: &Path) -> String {
    String::from_utf8_lossy(bytes).replace(&home.display().to_string(), "HOME")
}

/// A server in a process of its own, ended when this is dropped.
pub(crate) struct Server(Child);

impl Server {
    /// Starts it; gives the address on which it listens, too.
    pub(crate) fn start(command: &mut Command) -> (Self, String) {
        Self::start_logged(command.stderr(Stdio::null()))
    }

    /// The same, with its log where the command has it.
    pub(crate) fn start_logged(command: &mut Command) -> (Self, String) {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let address = line.trim_end().rsplit(' ').next().unwrap().to_owned();
        (Self(child), address)
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([name, &self.0.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }
}

impl Server {
    /// Lets it end what it is doing.
    pub(crate) fn stop(mut self) {
        self.signal("-TERM");
        assert!(self.0.wait().unwrap().success());
    }

    /// Ends it at once.
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already, if the test ended it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..1_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what} did not come about");
}

/// Runs the program with something on standard input.
pub(crate) fn run_with(home: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = pumphouse(home)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Commands that read nothing may end before this is written.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// The output of a command that must succeed.
pub(crate) fn out(home: &Path, arguments: &[&str]) -> String {
    let output = run(home, arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    text(&output.stdout, home)
}

/// What a command that must fail with this status says.
pub(crate) fn refused(home: &Path, arguments: &[&str], input: &str, status: i32) -> String {
    let output = run_with(home, arguments, input);
    assert_eq!(
        output.status.code(),
        Some(status),
        "{arguments:?}: {output:?}"
    );
    text(&output.stderr, home)
}

/// An application, and perhaps a person behind it.
#[derive(Clone)]
pub(crate) struct Caller {
    http: reqwest::Client,
    base: String,
    signer: Signer,
}

impl Caller {
    pub(crate) fn new(base: &str, client: (&str, &str), token: Option<(&str, &str)>) -> Self {
        let signer = Signer::new(ClientCredentials::new(client.0, client.1));
        Self {
            http: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            base: base.to_owned(),
            signer: match token {
                Some((token, secret)) => signer.with_token(TokenCredentials::new(token, secret)),
                None => signer,
            },
        }
    }

    /// An application that has just been registered.
    pub(crate) async fn registered(base: &str) -> Self {
        let client = Self::new(base, ("", ""), None)
            .send(
                "POST",
                "/api/client/register",
                Some(json!({"type": "client_associate"})),
            )
            .await
            .1;
        let part = |name: &str| client[name].as_str().unwrap().to_owned();
        Self::new(base, (&part("client_id"), &part("client_secret")), None)
    }

    /// Somebody who makes an account through it.
    pub(crate) async fn with_account(&self, nickname: &str) -> Self {
        let account = json!({"nickname": nickname, "password": PASSWORD});
        let (status, user) = self.send("POST", "/api/users", Some(account)).await;
        assert_eq!(status, 200, "{user}");
        let part = |name: &str| user[name].as_str().unwrap().to_owned();
        let token = TokenCredentials::new(part("token"), part("secret"));
        Self {
            signer: self.signer.clone().with_token(token),
            ..self.clone()
        }
    }

    /// Status and answer of a signed request.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let url = format!("{}{path}", self.base);
        let mut request = self.http.request(method.parse().unwrap(), &url);
        if path != "/api/client/register" {
            let signed = self.signer.authorization(&Request::new(method, &url));
            request = request.header("Authorization", signed.unwrap());
        }
        if let Some(body) = body {
            request = request
                .header("Content-Type", "application/json")
                .body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }

    /// Posts a note; gives its id.
    pub(crate) async fn post(&self, nickname: &str) -> String {
        let note = json!({"verb": "post", "object": {"objectType": "note", "content": "x"}});
        let path = format!("/api/user/{nickname}/feed");
        let (status, posted) = self.send("POST", &path, Some(note)).await;
        assert_eq!(status, 200, "{posted}");
        posted["id"].as_str().unwrap().to_owned()
    }
}

/// What everybody's password is.
pub(crate) const PASSWORD: &str = "wonder-l4nd";

/// A port that is free now.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
