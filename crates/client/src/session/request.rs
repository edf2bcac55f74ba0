//! Any signed request.

use std::time::Duration;

use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::account::Session;
use super::upload::Upload;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::{Answer, Outgoing, Signature, SignedWith, same_origin};

/// The headers that belong to the signature or to the connection.
const RESERVED: [HeaderName; 5] = [
    AUTHORIZATION,
    HOST,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    CONNECTION,
];

/// A request of one's own to the account's server. Made by [`Session::request`].
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// use pumphouse_client::Method;
///
/// let request = session.request(Method::DELETE, "/api/note/1");
/// let response = request.header("X-Reason", "spam").send_for_any().await?;
/// println!("{}", response.status());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct Request {
    session: Session,
    // The first thing that was wrong, told when the request is sent.
    outgoing: Result<Outgoing>,
    signed_with: SignedWith,
}

/// The answer to a [`Request`].
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// use pumphouse_client::Method;
///
/// let response = session.request(Method::GET, "/api/users").query("count", "5").send().await?;
/// println!("{:?} {}", response.headers().get("content-type"), response.text()?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Response {
    answer: Answer,
}

impl Session {
    /// Any request, signed with the token: the way to whatever has no method of its own here.
    ///
    /// `address` is a path of the server's API, `/api/…`, or a whole URL: on the account's server,
    /// or on any if it is not signed with the token.
    ///
    /// ```no_run
    /// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
    /// use pumphouse_client::Method;
    ///
    /// let users: serde_json::Value = session
    ///     .request(Method::GET, "/api/users")
    ///     .query("count", "5")
    ///     .send()
    ///     .await?
    ///     .json()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, address: &str) -> Request {
        Request::new(self.clone(), method, address)
    }
}

impl Request {
    fn new(session: Session, method: Method, address: &str) -> Self {
        let outgoing = session
            .address(address)
            .map(|url| Outgoing::new("a request", method, url));
        Self {
            session,
            outgoing,
            signed_with: SignedWith::Token,
        }
    }

    fn change(mut self, change: impl FnOnce(&mut Outgoing) -> Result<()>) -> Self {
        self.outgoing = self
            .outgoing
            .and_then(|mut outgoing| change(&mut outgoing).map(|()| outgoing));
        self
    }

    /// Adds an argument to the query.
    pub fn query(self, name: &str, value: &str) -> Self {
        self.change(|outgoing| {
            outgoing.url.query_pairs_mut().append_pair(name, value);
            Ok(())
        })
    }

    /// Adds a header, beside those of the same name; there is but one `Content-Type`, the last.
    ///
    /// `Authorization` and `Host` belong to the signature, `Content-Length`, `Transfer-Encoding`
    /// and `Connection` to the connection; they cannot be set.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.change(|outgoing| {
            let invalid = || {
                Error::new(
                    ErrorKind::InvalidInput,
                    format!("the header {name:?} cannot be sent"),
                )
            };
            let name: HeaderName = name.parse().map_err(|_| invalid())?;
            if RESERVED.contains(&name) {
                return Err(invalid());
            }
            let value = HeaderValue::from_str(value).map_err(|_| invalid())?;
            if name == CONTENT_TYPE {
                outgoing.headers.insert(name, value);
                return Ok(());
            }
            // Refused only when there are tens of thousands.
            let added = outgoing.headers.try_append(name, value);
            added.map(drop).map_err(|_| invalid())
        })
    }

    /// Sets the body: bytes of a media type. A form, `application/x-www-form-urlencoded`, is
    /// covered by the signature; others are not (RFC 5849, section 3.4.1.3).
    pub fn body(self, media_type: &str, body: impl Into<Bytes>) -> Self {
        let request = self.header(CONTENT_TYPE.as_str(), media_type);
        request.change(|outgoing| {
            outgoing.body = body.into().into();
            Ok(())
        })
    }

    /// Sets the body: a value as JSON.
    pub fn json(self, body: &impl Serialize) -> Self {
        self.change(|outgoing| outgoing.set_json(body))
    }

    /// Sets the body: a file, sent piece by piece.
    pub fn upload(self, upload: Upload) -> Self {
        let (media_type, payload) = upload.into_parts();
        let request = self.header(CONTENT_TYPE.as_str(), &media_type);
        request.change(|outgoing| {
            outgoing.body = payload;
            Ok(())
        })
    }

    /// Signs it as this program, for nobody ("2-legged"); on other servers with a registration
    /// that is made there if need be.
    pub fn as_client(mut self) -> Self {
        self.signed_with = SignedWith::Client;
        self
    }

    /// Does not sign it.
    pub fn unsigned(mut self) -> Self {
        self.signed_with = SignedWith::Nothing;
        self
    }

    /// How long it may take in all, in place of what was said [of the
    /// client](crate::ClientBuilder::timeout), which leaves large bodies more time.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.session = self.session.with_timeout(timeout);
        self
    }

    /// How often it is sent again, in place of what was said [of the
    /// client](crate::ClientBuilder::retries). What may change something is sent again only when no
    /// connection could be made.
    pub fn retries(mut self, retries: u32) -> Self {
        self.session = self.session.with_retries(retries);
        self
    }

    /// Sends it, and takes nothing but success.
    ///
    /// # Errors
    ///
    /// Those of [`send_for_any`](Self::send_for_any), and every answer that is no success.
    pub async fn send(self) -> Result<Response> {
        let answer = self.send_for_any().await?.answer.success()?;
        Ok(Response { answer })
    }

    /// Sends it, and takes whatever is answered in the end, with its status, headers and body.
    ///
    /// # Errors
    ///
    /// [`ForeignOrigin`](ErrorKind::ForeignOrigin) if it would take the token to another server;
    /// what was wrong with the request, and whatever befell it on its way.
    pub async fn send_for_any(self) -> Result<Response> {
        let (session, outgoing) = (self.session, self.outgoing?);
        let answer = session.answer(outgoing, self.signed_with);
        let answer = session.in_all("a request", answer).await?;
        Ok(Response { answer })
    }
}

impl Session {
    async fn answer(&self, outgoing: Outgoing, signed_with: SignedWith) -> Result<Answer> {
        let is_own = same_origin(&self.endpoints().base, &outgoing.url);
        let transport = self.client().transport();
        match signed_with {
            SignedWith::Nothing => transport.send(outgoing, None).await,
            SignedWith::Client if is_own => {
                let signer = self.registration().signer();
                let signature = Signature::By {
                    signer: &signer,
                    with: SignedWith::Client,
                };
                transport.send(outgoing, Some(signature)).await
            }
            SignedWith::Client => {
                self.check_foreign(&outgoing.url)?;
                self.client().foreign().send(outgoing).await
            }
            _ => {
                self.resolve(outgoing.url.as_str())?;
                self.send(outgoing).await
            }
        }
    }
}

impl Response {
    /// The status; always a success of what [`send`](Request::send) gave.
    pub fn status(&self) -> StatusCode {
        self.answer.status()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.answer.headers()
    }

    /// The body.
    pub fn bytes(&self) -> &Bytes {
        self.answer.body()
    }

    /// The body as text.
    ///
    /// # Errors
    ///
    /// [`InvalidAnswer`](ErrorKind::InvalidAnswer) if it is not UTF-8.
    pub fn text(&self) -> Result<&str> {
        self.answer.text()
    }

    /// The body as a value of a type, from JSON.
    ///
    /// # Errors
    ///
    /// [`InvalidAnswer`](ErrorKind::InvalidAnswer) if it is no JSON, or of another shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        self.answer.json()
    }
}
