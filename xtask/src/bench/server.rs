//! Posts, inbox pages and notes per second: the whole server over loopback, next to a bare axum
//! handler that takes the same requests and answers the same bytes.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use axum::Router;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use pumphouse_oauth1::{ClientCredentials, Signer, TokenCredentials};
use pumphouse_server::Server;
use serde_json::{Value, json};

use super::load::{self, Requests};

const NICKNAME: &str = "bench";
/// What the inbox holds before pages of it are read.
const FILL: usize = 500;
/// More than any machine answers in a second.
const PREPARED_PER_SECOND: usize = 20_000;

/// A user's credentials, and where to use them.
struct Bench {
    base: String,
    address: String,
    signer: Signer,
}

pub(crate) fn run(time: Duration) -> Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(measure(time))
}

async fn measure(time: Duration) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let server = Server::builder(directory.path().join("data"))
        .listen("127.0.0.1:0")
        .start()
        .await?;
    let bench = Bench::begin(&server).await?;
    println!(
        "syncs of 4 KiB per second, one after the other: {:.0}",
        syncs(directory.path())?
    );
    println!(
        "{:<12} {:>5} {:>12} {:>14} {:>7}",
        "what", "conns", "server /s", "bare axum /s", "ratio"
    );

    let note =
        json!({"verb": "post", "object": {"objectType": "note", "content": "Hello <b>world</b>"}});
    let feed = format!("/api/user/{NICKNAME}/feed");
    bench.fill(&feed, &note).await?;
    let inbox = format!("/api/user/{NICKNAME}/inbox");
    let object = bench.newest_note(&feed).await?;
    for connections in [1, 32] {
        bench
            .compare("note", &object, None, connections, time)
            .await?;
        bench
            .compare("inbox page", &inbox, None, connections, time)
            .await?;
        bench
            .compare("post", &feed, Some(&note), connections, time)
            .await?;
    }
    println!("memory of server and load together: {}", memory()?);
    server.stop().await;
    Ok(())
}

impl Bench {
    /// Registers an application and makes an account.
    async fn begin(server: &Server) -> Result<Self> {
        let address = server.address().to_string();
        let mut bench = Self {
            base: server.base_url().to_owned(),
            address,
            signer: Signer::new(ClientCredentials::new("", "")),
        };
        let register = json!({"type": "client_associate", "application_name": "bench"});
        let client = bench
            .send(bench.unsigned("POST", "/api/client/register", &register)?)
            .await?;
        let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let credentials =
            ClientCredentials::new(text(&client, "client_id"), text(&client, "client_secret"));
        bench.signer = Signer::new(credentials.clone());
        let account = json!({"nickname": NICKNAME, "password": "b3nch-mark-it"});
        let user = bench
            .send(bench.signed("POST", "/api/users", Some(&account))?)
            .await?;
        let token = TokenCredentials::new(text(&user, "token"), text(&user, "secret"));
        bench.signer = Signer::new(credentials).with_token(token);
        Ok(bench)
    }

    async fn fill(&self, feed: &str, note: &Value) -> Result<()> {
        let requests = (0..FILL)
            .map(|_| self.signed("POST", feed, Some(note)))
            .collect::<Result<_>>()?;
        load::run(
            &self.address,
            32,
            Requests::new(requests),
            Duration::from_secs(60),
        )
        .await?;
        Ok(())
    }

    async fn newest_note(&self, feed: &str) -> Result<String> {
        let page = self.send(self.signed("GET", feed, None)?).await?;
        let id = page["items"][0]["object"]["id"]
            .as_str()
            .context("no note in the feed")?;
        Ok(id.trim_start_matches(&self.base).to_owned())
    }

    /// Measures one kind of request at the server, and the same against a handler that only answers.
    async fn compare(
        &self,
        name: &str,
        path: &str,
        body: Option<&Value>,
        connections: usize,
        time: Duration,
    ) -> Result<()> {
        let method = if body.is_some() { "POST" } else { "GET" };
        let count = PREPARED_PER_SECOND * usize::try_from(time.as_secs().max(1))?;
        let prepare = || -> Result<_> {
            let requests = (0..count)
                .map(|_| self.signed(method, path, body))
                .collect::<Result<_>>()?;
            Ok(Requests::new(requests))
        };
        let mut one = load::connect(&self.address).await?;
        let (_, answer) = load::send(&mut one, self.signed(method, path, body)?).await?;
        let real = load::run(&self.address, connections, prepare()?, time).await?;
        let bare_address = bare(answer).await?;
        let bare = load::run(&bare_address, connections, prepare()?, time).await?;
        let mark = if real.ran_dry || bare.ran_dry {
            " (ran out of requests)"
        } else {
            ""
        };
        println!(
            "{name:<12} {connections:>5} {:>12.0} {:>14.0} {:>7.2}{mark}",
            real.per_second,
            bare.per_second,
            real.per_second / bare.per_second
        );
        Ok(())
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Value> {
        let mut connection = load::connect(&self.address).await?;
        let (status, body) = load::send(&mut connection, request).await?;
        ensure!(
            status.is_success(),
            "{status}: {}",
            String::from_utf8_lossy(&body)
        );
        Ok(serde_json::from_slice(&body)?)
    }

    fn signed(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Request<Full<Bytes>>> {
        let url = format!("{}{path}", self.base);
        let authorization = self
            .signer
            .authorization(&pumphouse_oauth1::Request::new(method, &url))?;
        self.request(method, path, body, Some(authorization))
    }

    fn unsigned(&self, method: &str, path: &str, body: &Value) -> Result<Request<Full<Bytes>>> {
        self.request(method, path, Some(body), None)
    }

    fn request(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        authorization: Option<String>,
    ) -> Result<Request<Full<Bytes>>> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("Host", self.base.trim_start_matches("http://"));
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        let bytes = match body {
            Some(body) => {
                request = request.header("Content-Type", "application/json");
                serde_json::to_vec(body)?
            }
            None => Vec::new(),
        };
        Ok(request.body(Full::new(bytes.into()))?)
    }
}

/// A server that reads every request whole and answers these bytes.
async fn bare(answer: Bytes) -> Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let handler = move |_: Bytes| {
        let answer = answer.clone();
        async move {
            (
                [("Content-Type", "application/json; charset=utf-8")],
                answer,
            )
        }
    };
    let router = Router::new().fallback(handler);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// How many synced writes the disk takes per second, which is what durable posts without group
/// commit could at most reach.
fn syncs(directory: &Path) -> Result<f64> {
    let mut file = fs::File::create(directory.join("sync"))?;
    let start = Instant::now();
    let mut count = 0_u32;
    while start.elapsed() < Duration::from_secs(1) {
        file.write_all(&[0; 4_096])?;
        file.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / start.elapsed().as_secs_f64())
}

/// The resident memory of this process, where the system tells it.
fn memory() -> Result<String> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    Ok(line.map_or("unknown".to_owned(), |line| line.trim().to_owned()))
}
