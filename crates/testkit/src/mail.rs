//! A mail server that keeps what it is sent.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use pumphouse_server::{Smtp, SmtpSecurity};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// Nothing that a test waits for takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A mail server on a port of this machine, with a certificate for `localhost` that only
/// [`MailCatcher::smtp`] trusts.
pub struct MailCatcher {
    security: SmtpSecurity,
    port: u16,
    kept: Arc<Kept>,
    task: JoinHandle<()>,
    directory: TempDir,
}

/// A letter that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Whom the conversation named as sender.
    pub sender: String,
    /// Whom the conversation named as recipient.
    pub recipient: String,
    /// Name and password of the log-in, if there was one.
    pub login: Option<(String, String)>,
    /// Whether it came over TLS.
    pub protected: bool,
    /// The headers, unfolded.
    pub headers: Vec<(String, String)>,
    /// The text, decoded.
    pub text: String,
}

#[derive(Default)]
struct Kept {
    mails: Mutex<VecDeque<Mail>>,
    arrived: Notify,
    /// What the next recipients are refused with.
    refusals: Mutex<VecDeque<String>>,
    refused: Notify,
    /// How many conversations have ended.
    ended: watch::Sender<usize>,
}

impl MailCatcher {
    /// One that knows no TLS.
    pub async fn start() -> Self {
        Self::start_with(SmtpSecurity::None).await
    }

    /// One whose connections are protected in this way.
    pub async fn start_with(security: SmtpSecurity) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let tls = acceptor(directory.path());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let kept = Arc::<Kept>::default();
        let task = tokio::spawn(serve(listener, security, tls, Arc::clone(&kept)));
        Self {
            security,
            port,
            kept,
            task,
            directory,
        }
    }

    /// The settings of a server that sends its mail here.
    pub fn smtp(&self) -> Smtp {
        Smtp::new("localhost")
            .port(self.port)
            .security(self.security)
            .authority(self.certificate())
    }

    /// Its certificate, a PEM file.
    pub fn certificate(&self) -> PathBuf {
        self.directory.path().join("cert.pem")
    }

    /// Refuses the next recipients with these lines, one each.
    pub fn refuse(&self, lines: &[&str]) {
        let lines = lines.iter().map(|line| (*line).to_owned());
        lock(&self.kept.refusals).extend(lines);
    }

    /// Waits until all lines of [`MailCatcher::refuse`] were used.
    pub async fn refused(&self) {
        let all = async {
            while !lock(&self.kept.refusals).is_empty() {
                self.kept.refused.notified().await;
            }
        };
        let all = tokio::time::timeout(PATIENCE, all).await;
        all.expect("recipients to refuse");
    }

    /// Waits until so many conversations have ended.
    pub async fn visited(&self, times: usize) {
        let mut ended = self.kept.ended.subscribe();
        let visits = tokio::time::timeout(PATIENCE, ended.wait_for(|ended| *ended >= times));
        visits.await.expect("visits").expect("a catcher that runs");
    }

    /// The next letter, when it comes.
    pub async fn next(&self) -> Mail {
        let mail = async {
            loop {
                if let Some(mail) = self.taken() {
                    return mail;
                }
                self.kept.arrived.notified().await;
            }
        };
        let mail = tokio::time::timeout(PATIENCE, mail).await;
        mail.expect("a letter in time")
    }

    /// A letter that has come already.
    pub fn taken(&self) -> Option<Mail> {
        lock(&self.kept.mails).pop_front()
    }
}

impl Drop for MailCatcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Mail {
    /// A header; nothing if there is none.
    pub fn header(&self, name: &str) -> &str {
        let named = |(given, _): &&(String, String)| given.eq_ignore_ascii_case(name);
        let header = self.headers.iter().find(named);
        header.map_or("", |(_, value)| value)
    }

    /// What follows this in the text, up to the next space or line end.
    pub fn after(&self, start: &str) -> String {
        let Some((_, rest)) = self.text.split_once(start) else {
            panic!("no '{start}' in {self:?}");
        };
        rest.split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned()
    }

    fn parse(data: &str) -> (Vec<(String, String)>, String) {
        let (head, body) = data.split_once("\r\n\r\n").unwrap_or((data, ""));
        let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let headers: Vec<_> = head
            .split("\r\n")
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        let quoted = headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("content-transfer-encoding") && value == "quoted-printable"
        });
        let body = body.replace("\r\n", "\n");
        (headers, if quoted { unquoted(&body) } else { body })
    }
}

/// Decodes quoted-printable.
fn unquoted(text: &str) -> String {
    let text = text.replace("=\n", "");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .and_then(|code| std::str::from_utf8(code).ok());
        let code = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        match code.filter(|_| byte == b'=') {
            Some(code) => {
                bytes.push(code);
                rest = &after[2..];
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().expect("no test has failed here")
}

/// Makes a certificate, which is left in the directory.
fn acceptor(directory: &Path) -> TlsAcceptor {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    std::fs::write(directory.join("cert.pem"), cert.pem()).expect("room for a certificate");
    let key = PrivateKeyDer::from_pem_slice(signing_key.serialize_pem().as_bytes());
    let chain = vec![CertificateDer::from(cert.der().to_vec())];
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS versions")
        .with_no_client_auth()
        .with_single_cert(chain, key.expect("a key"))
        .expect("a certificate and its key");
    TlsAcceptor::from(Arc::new(config))
}

async fn serve(listener: TcpListener, security: SmtpSecurity, tls: TlsAcceptor, kept: Arc<Kept>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, kept) = (tls.clone(), Arc::clone(&kept));
        tokio::spawn(async move {
            // A client that goes away, or does not trust the certificate, is its own affair.
            let _ = meet(stream, security, &tls, Arc::clone(&kept)).await;
            kept.ended.send_modify(|ended| *ended += 1);
        });
    }
}

async fn meet(
    stream: TcpStream,
    security: SmtpSecurity,
    tls: &TlsAcceptor,
    kept: Arc<Kept>,
) -> io::Result<()> {
    if security == SmtpSecurity::Tls {
        let mut protected = Conversation::new(tls.accept(stream).await?, true, kept);
        protected.say("220 localhost ready").await?;
        return protected.run(false).await.map(|_| ());
    }
    let offers_tls = security != SmtpSecurity::None;
    let mut open = Conversation::new(stream, false, Arc::clone(&kept));
    open.say("220 localhost ready").await?;
    if open.run(offers_tls).await? {
        let stream = tls.accept(open.stream.into_inner()).await?;
        let mut protected = Conversation::new(stream, true, kept);
        protected.run(false).await?;
    }
    Ok(())
}

struct Conversation<S> {
    stream: BufStream<S>,
    protected: bool,
    kept: Arc<Kept>,
    login: Option<(String, String)>,
    sender: String,
    recipient: String,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    fn new(stream: S, protected: bool, kept: Arc<Kept>) -> Self {
        Self {
            stream: BufStream::new(stream),
            protected,
            kept,
            login: None,
            sender: String::new(),
            recipient: String::new(),
        }
    }

    async fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(line.as_bytes()).await?;
        self.stream.write_all(b"\r\n").await?;
        self.stream.flush().await
    }

    async fn hear(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
        }
    }

    /// Talks until the client leaves; true if it goes over to TLS.
    async fn run(&mut self, offers_tls: bool) -> io::Result<bool> {
        loop {
            let line = self.hear().await?;
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => {
                    if offers_tls {
                        self.say("250-STARTTLS").await?;
                    }
                    self.say("250-AUTH PLAIN").await?;
                    self.say("250 8BITMIME").await?;
                }
                "STARTTLS" if offers_tls => {
                    self.say("220 go ahead").await?;
                    return Ok(true);
                }
                "AUTH" => {
                    let given = rest.split(' ').nth(1).unwrap_or_default();
                    self.login = decode(given);
                    self.say("235 welcome").await?;
                }
                "MAIL" => {
                    self.sender = address(rest);
                    self.say("250 ok").await?;
                }
                "RCPT" => {
                    self.recipient = address(rest);
                    let refusal = lock(&self.kept.refusals).pop_front();
                    self.say(refusal.as_deref().unwrap_or("250 ok")).await?;
                    self.kept.refused.notify_one();
                }
                "DATA" => {
                    self.say("354 go ahead").await?;
                    let data = self.data().await?;
                    self.keep(&data);
                    self.say("250 kept").await?;
                }
                "RSET" | "NOOP" => self.say("250 ok").await?,
                "QUIT" => {
                    self.say("221 bye").await?;
                    return Ok(false);
                }
                _ => self.say("502 unknown").await?,
            }
        }
    }

    async fn data(&mut self) -> io::Result<String> {
        let mut data = String::new();
        loop {
            let line = self.hear().await?;
            if line == "." {
                return Ok(data);
            }
            data.push_str(line.strip_prefix('.').unwrap_or(&line));
            data.push_str("\r\n");
        }
    }

    fn keep(&self, data: &str) {
        let (headers, text) = Mail::parse(data);
        let mail = Mail {
            sender: self.sender.clone(),
            recipient: self.recipient.clone(),
            login: self.login.clone(),
            protected: self.protected,
            headers,
            text,
        };
        lock(&self.kept.mails).push_back(mail);
        self.kept.arrived.notify_one();
    }
}

/// What stands between `<` and `>`.
fn address(rest: &str) -> String {
    let inner = rest.split_once('<').map_or("", |(_, inner)| inner);
    inner.split('>').next().unwrap_or_default().to_owned()
}

/// Name and password of `AUTH PLAIN`.
fn decode(given: &str) -> Option<(String, String)> {
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, given).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let mut parts = text.split('\0').skip(1).map(str::to_owned);
    Some((parts.next()?, parts.next()?))
}
