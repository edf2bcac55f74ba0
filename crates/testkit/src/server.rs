//! A running server and the ways to it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use pumphouse_server::{Builder, Server, SetClock};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::browser::Browser;
use crate::caller::Caller;
use crate::door::Door;
use crate::reply::Reply;

/// What the clock of every server shows at first, in seconds since 1970: 2027-01-15T08:00:00Z.
pub const START: i64 = 1_800_000_000;

/// Nothing that a test waits for takes longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Changes the settings of a server.
type Configure = dyn Fn(Builder) -> Builder + Send + Sync;

/// A server with data of its own. Dropping it ends it and removes the data.
pub struct TestServer {
    /// There is none while it is stopped.
    server: Option<Server>,
    address: SocketAddr,
    configure: Arc<Configure>,
    door: Door,
    directory: TempDir,
}

impl TestServer {
    /// A server that people know as `https://pump.test`, so that their ids are `acct:` addresses.
    pub async fn start() -> Self {
        Self::start_as("pump.test", Some(443)).await
    }

    /// A server with a public host name and port. Without a port it is the one that is listened on.
    pub async fn start_as(hostname: &'static str, public_port: Option<u16>) -> Self {
        Self::start_configured(Arc::new(move |builder: Builder| {
            let builder = builder.hostname(hostname);
            match public_port {
                Some(port) => builder.public_port(port),
                None => builder,
            }
        }))
        .await
    }

    /// A server as [`TestServer::start`] makes it, with other settings.
    pub async fn start_with(
        configure: impl Fn(Builder) -> Builder + Send + Sync + 'static,
    ) -> Self {
        Self::start_configured(Arc::new(move |builder: Builder| {
            configure(builder.hostname("pump.test").public_port(443))
        }))
        .await
    }

    async fn start_configured(configure: Arc<Configure>) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let clock = Arc::new(SetClock::at(START));
        let server = run(directory.path(), "127.0.0.1:0", &*configure, &clock).await;
        let address = server.address();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .build()
            .expect("an HTTP client");
        let base = server.base_url().to_owned();
        let door = Door {
            http,
            socket: format!("http://{address}"),
            path: path_of(&base),
            base,
            clock,
        };
        Self {
            server: Some(server),
            address,
            configure,
            door,
            directory,
        }
    }

    /// Stops it and lets what is under way end. Its data stays.
    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    /// Stops it and starts it again: the same data, address and clock.
    pub async fn restart(&mut self) {
        self.stop().await;
        let listen = self.address.to_string();
        let directory = self.directory.path();
        let server = run(directory, &listen, &*self.configure, &self.door.clock);
        self.server = Some(server.await);
    }

    /// Its public address, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.door.base
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The running server itself, if it is not stopped.
    pub fn server(&self) -> Option<&Server> {
        self.server.as_ref()
    }

    /// Where its data is.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Its clock.
    pub fn clock(&self) -> &SetClock {
        &self.door.clock
    }

    /// The time that its clock shows, in seconds since 1970.
    pub fn now(&self) -> u64 {
        self.door.now()
    }

    /// An invitation, as the operator makes it.
    pub async fn invite(&self) -> String {
        let server = self.server().expect("a server that runs");
        server.invite().await.expect("an invitation")
    }

    /// Somebody without credentials.
    pub fn anonymous(&self) -> Caller {
        Caller::anonymous(self.door.clone())
    }

    /// An application that has just been registered.
    pub async fn client(&self) -> Caller {
        self.anonymous().register("Testkit").await
    }

    /// Somebody who has just made an account, through an application of their own.
    pub async fn user(&self, nickname: &str) -> Caller {
        self.client().await.new_user(nickname).await
    }

    /// Somebody with a browser, not logged in.
    pub fn browser(&self) -> Browser {
        Browser::new(self.anonymous())
    }

    /// A connection to it.
    pub async fn connect(&self) -> TcpStream {
        let connection = TcpStream::connect(self.address);
        connection.await.expect("the server takes connections")
    }

    /// Sends bytes on a connection of their own, and reads the answer until the server closes.
    /// `None` if there was no answer.
    pub async fn send_raw(&self, request: &[u8]) -> Option<Reply> {
        let mut connection = self.connect().await;
        // The server may refuse and close before it has read everything.
        let _ = connection.write_all(request).await;
        let mut answer = Vec::new();
        let read = tokio::time::timeout(PATIENCE, connection.read_to_end(&mut answer)).await;
        // A reset after the answer does not make the answer worse.
        let _ = read.expect("an answer in time");
        Reply::parse(&answer)
    }
}

async fn run(
    directory: &Path,
    listen: &str,
    configure: &Configure,
    clock: &Arc<SetClock>,
) -> Server {
    let builder = Server::builder(directory)
        .listen(listen)
        .clock(Arc::clone(clock));
    match configure(builder).start().await {
        Ok(server) => server,
        Err(error) => panic!("the server does not start: {error}"),
    }
}

/// What stands behind the host in an address.
fn path_of(base: &str) -> String {
    let rest = base.split_once("://").map_or("", |(_, rest)| rest);
    rest.find('/')
        .map_or_else(String::new, |at| rest[at..].to_owned())
}
