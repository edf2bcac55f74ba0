//! Catches the answer of the server's authorisation page on this machine.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use url::Url;

use super::pending::PendingAuthorization;
use super::verifier::Verifier;
use crate::error::{Error, ErrorKind, Result};

const PATH: &str = "/callback";
/// More than any browser sends before the end of its headers.
const MAX_HEAD: usize = 16 * 1024;
/// Browsers open connections ahead of need and leave them idle; several may be open at once.
const MAX_CONNECTIONS: usize = 16;
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(10);

/// Waits on `http://127.0.0.1` for the browser to come back from the server's page.
///
/// It knows one path, reads nothing but the first lines of a request, and takes an answer only if
/// it belongs to the log-in that waits for it.
///
/// # Example
///
/// ```no_run
/// # async fn example(registration: pumphouse_client::Registration) -> pumphouse_client::Result<()> {
/// use std::time::Duration;
/// use pumphouse_client::{Callback, LoopbackListener};
///
/// let listener = LoopbackListener::bind().await?;
/// let pending = registration.authorise(listener.callback()).await?;
/// println!("Open {} in a browser.", pending.url());
/// let verifier = listener.verifier(&pending, Duration::from_secs(300)).await?;
/// let session = pending.finish(verifier).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct LoopbackListener {
    listener: TcpListener,
    callback: Url,
}

impl LoopbackListener {
    /// Listens on a free port.
    ///
    /// # Errors
    ///
    /// [`Browser`](ErrorKind::Browser) if this machine has no free port.
    pub async fn bind() -> Result<Self> {
        Self::bind_port(0).await
    }

    /// Listens again where an authorisation that was begun earlier, perhaps by another process,
    /// will send the browser.
    ///
    /// # Errors
    ///
    /// [`NothingPending`](ErrorKind::NothingPending) if that is not on this machine,
    /// [`Browser`](ErrorKind::Browser) if the port is taken.
    pub async fn bind_for(pending: &PendingAuthorization) -> Result<Self> {
        let port = pending
            .callback()
            .filter(|url| url.host_str() == Some("127.0.0.1") && url.path() == PATH)
            .and_then(Url::port)
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::NothingPending,
                    "this log-in does not end in a browser on this machine",
                )
            })?;
        Self::bind_port(port).await
    }

    async fn bind_port(port: u16) -> Result<Self> {
        let failed = |error| {
            Error::new(
                ErrorKind::Browser,
                format!("could not listen on port {port} of 127.0.0.1 for the browser's answer"),
            )
            .with_source(error)
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let callback = Url::parse(&format!("http://{address}{PATH}"))
            .map_err(|error| failed(std::io::Error::other(error)))?;
        Ok(Self { listener, callback })
    }

    /// Where the server is to send the browser.
    pub fn callback(&self) -> Url {
        self.callback.clone()
    }

    /// Waits until the person has agreed, or refused; a log-in that was refused is
    /// [forgotten](PendingAuthorization::forget).
    ///
    /// # Errors
    ///
    /// [`Denied`](ErrorKind::Denied) if the person refused,
    /// [`NoAuthorisation`](ErrorKind::NoAuthorisation) when the time is over.
    pub async fn verifier(
        &self,
        pending: &PendingAuthorization,
        timeout: Duration,
    ) -> Result<Verifier> {
        let waited = tokio::time::timeout(timeout, self.wait(pending)).await;
        let verifier = waited.unwrap_or_else(|_| {
            Err(Error::new(
                ErrorKind::NoAuthorisation,
                format!(
                    "no answer came from the browser within {} s",
                    timeout.as_secs()
                ),
            ))
        });
        if let Err(error) = &verifier
            && error.kind() == ErrorKind::Denied
        {
            pending.forget().await?;
        }
        verifier
    }

    async fn wait(&self, pending: &PendingAuthorization) -> Result<Verifier> {
        let pending = Arc::new(pending.clone());
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let (send, mut receive) = mpsc::channel(1);
        let mut visits = tokio::task::JoinSet::new();
        loop {
            tokio::select! {
                outcome = receive.recv() => {
                    if let Some(outcome) = outcome {
                        return outcome;
                    }
                }
                accepted = self.listener.accept() => {
                    let Ok((stream, _)) = accepted else { continue };
                    let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
                    let (pending, send) = (Arc::clone(&pending), send.clone());
                    visits.spawn(async move {
                        let visit = serve(stream, &pending, &send);
                        if tokio::time::timeout(CONNECTION_TIMEOUT, visit).await.is_err() {
                            tracing::debug!("a connection to the loopback listener was idle");
                        }
                        drop(place);
                    });
                }
                Some(_) = visits.join_next() => {}
            }
        }
    }
}

/// One connection: one request, one page.
async fn serve(
    mut stream: TcpStream,
    pending: &PendingAuthorization,
    outcomes: &mpsc::Sender<Result<Verifier>>,
) {
    let Some(head) = read_head(&mut stream).await else {
        return;
    };
    let (page, outcome) = answer(&head, pending);
    if let Err(error) = stream.write_all(page.as_bytes()).await {
        tracing::debug!(%error, "the browser did not wait for its page");
    }
    // A browser that closed first has what it wants.
    drop(stream.shutdown().await);
    // Only now, with the page delivered: the end of the log-in ends this listener.
    if let Some(outcome) = outcome {
        // A second answer finds the place taken, and changes nothing.
        drop(outcomes.try_send(outcome));
    }
}

/// The head of a request, or nothing if it is too long, or no text.
async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut buffer = [0; 2048];
    loop {
        let read = stream.read(&mut buffer).await.ok()?;
        head.extend_from_slice(buffer.get(..read)?);
        if head.windows(4).any(|window| window == b"\r\n\r\n") {
            return String::from_utf8(head).ok();
        }
        if read == 0 || head.len() > MAX_HEAD {
            return None;
        }
    }
}

/// The page for a request, and the end of the log-in, if the request brings it.
fn answer(head: &str, pending: &PendingAuthorization) -> (String, Option<Result<Verifier>>) {
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    let (method, target) = (words.next(), words.next().unwrap_or_default());
    let url = pending
        .callback()
        .and_then(|callback| callback.join(target).ok())
        .filter(|url| method == Some("GET") && url.path() == PATH);
    let Some(url) = url else {
        let text = "This address only waits for the end of a log-in.";
        return (page(StatusCode::NOT_FOUND, "Nothing here", text), None);
    };
    match pending.verifier_from_callback(&url) {
        Ok(verifier) => {
            let text = "You can close this page and go back to the program.";
            (page(StatusCode::OK, "Thank you", text), Some(Ok(verifier)))
        }
        // A refusal without the token could come from any page that guesses the port.
        Err(error) if error.kind() == ErrorKind::Denied && pending.is_named_in(&url) => {
            let text = "The program gets no access to your account. You can close this page.";
            (page(StatusCode::OK, "Not agreed", text), Some(Err(error)))
        }
        // Whoever sent this, the person may still agree.
        Err(_) => {
            let text = "This answer does not belong to the log-in that is under way. \
                Use the page that the program opened last.";
            (page(StatusCode::BAD_REQUEST, "Another log-in", text), None)
        }
    }
}

fn page(status: StatusCode, title: &str, text: &str) -> String {
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <style>body{{font:1.2rem/1.5 system-ui,sans-serif;max-width:30rem;margin:20vh auto;\
         padding:0 1rem}}</style></head><body><h1>{title}</h1><p>{text}</p></body></html>\n"
    );
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\
         Referrer-Policy: no-referrer\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
