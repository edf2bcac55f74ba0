//! One request, with everything about it in the hands of the test.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use pumphouse_oauth1::clock::FixedClock;
use pumphouse_oauth1::nonce::FixedNonce;
use pumphouse_oauth1::{ClientCredentials, Plaintext, Request, Signer, TokenCredentials};
use reqwest::{Response, Url};
use serde_json::{Value, json};

use crate::caller::{Caller, PASSWORD};
use crate::events::{Events, Pieces};
use crate::reply::Reply;
use crate::server::PATIENCE;

/// A request that is yet to be sent. It is signed with the caller's credentials, at the server's
/// time and with a fresh nonce, unless it is told otherwise.
#[derive(Clone)]
pub struct Call {
    caller: Caller,
    method: String,
    /// Where it is sent by another method than it is signed for.
    sent_method: Option<String>,
    url: Url,
    /// The origin that it is signed for, and what stands before the path there.
    base: String,
    headers: HeaderMap,
    body: Vec<u8>,
    signed: bool,
    plaintext: bool,
    timestamp: Option<u64>,
    nonce: Option<String>,
    callback: Option<String>,
    verifier: Option<String>,
    timeout: Duration,
}

impl Call {
    pub(crate) fn new(caller: Caller, method: &str, address: &str) -> Self {
        let target = address.strip_prefix(&caller.door.base).unwrap_or(address);
        let url = match Url::parse(&format!(
            "{}{}{target}",
            caller.door.socket, caller.door.path
        )) {
            Ok(url) => url,
            Err(error) => panic!("'{address}' is no address: {error}"),
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, value(caller.door.authority()));
        headers.insert(header::ACCEPT, value("*/*"));
        Self {
            base: caller.door.base.clone(),
            caller,
            method: method.to_owned(),
            sent_method: None,
            url,
            headers,
            body: Vec::new(),
            signed: true,
            plaintext: false,
            timestamp: None,
            nonce: None,
            callback: None,
            verifier: None,
            timeout: PATIENCE,
        }
    }

    /// Sets a header.
    #[must_use]
    pub fn header(mut self, name: &str, text: &str) -> Self {
        let name = HeaderName::try_from(name).expect("a header name");
        self.headers.insert(name, value(text));
        self
    }

    /// Sends it under another name of the server, `scheme://host:port`, and signs it for that.
    #[must_use]
    pub fn at(mut self, base: &str) -> Self {
        base.clone_into(&mut self.base);
        let host = base.split_once("://").map_or(base, |(_, host)| host);
        self.header("host", host)
    }

    /// Sets the body and its media type.
    #[must_use]
    pub fn body(mut self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", media_type)
    }

    /// A JSON body.
    #[must_use]
    pub fn json(self, document: &Value) -> Self {
        self.body("application/json", document.to_string())
    }

    /// A form as body.
    #[must_use]
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.body("application/x-www-form-urlencoded", form)
    }

    /// Sends it by POST; it is signed with its own method, which a header names.
    #[must_use]
    pub fn overridden(mut self) -> Self {
        self.sent_method = Some("POST".to_owned());
        let method = self.method.clone();
        self.header("x-http-method-override", &method)
    }

    /// Signs with this time, in seconds since 1970.
    #[must_use]
    pub fn timestamp(mut self, seconds: u64) -> Self {
        self.timestamp = Some(seconds);
        self
    }

    /// Signs with this nonce.
    #[must_use]
    pub fn nonce(mut self, nonce: &str) -> Self {
        self.nonce = Some(nonce.to_owned());
        self
    }

    /// Signs with `oauth_callback`.
    #[must_use]
    pub fn callback(mut self, callback: &str) -> Self {
        self.callback = Some(callback.to_owned());
        self
    }

    /// Signs with `oauth_verifier`.
    #[must_use]
    pub fn verifier(mut self, verifier: &str) -> Self {
        self.verifier = Some(verifier.to_owned());
        self
    }

    /// Signs by PLAINTEXT.
    #[must_use]
    pub fn plaintext(mut self) -> Self {
        self.plaintext = true;
        self
    }

    /// Does not sign.
    #[must_use]
    pub fn unsigned(mut self) -> Self {
        self.signed = false;
        self
    }

    /// Sends this `Authorization` header in place of a signature.
    #[must_use]
    pub fn authorization(self, text: &str) -> Self {
        self.unsigned().header("authorization", text)
    }

    /// Sends a bearer token in place of a signature.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.authorization(&format!("Bearer {token}"))
    }

    /// The `Authorization` header that it would be sent with.
    pub fn signature(&self) -> String {
        let caller = &self.caller;
        let client = caller.client_credentials().expect("a caller who can sign");
        let mut signer = Signer::new(client.clone())
            .with_clock(FixedClock(self.timestamp.unwrap_or(caller.door.now())));
        if let Some(token) = caller.token_credentials() {
            signer = signer.with_token(token.clone());
        }
        if self.plaintext {
            signer = signer.with_method(Plaintext);
        }
        if let Some(nonce) = &self.nonce {
            signer = signer.with_nonces(FixedNonce(nonce.clone()));
        }
        if let Some(callback) = &self.callback {
            signer = signer.with_callback(callback.as_str());
        }
        if let Some(verifier) = &self.verifier {
            signer = signer.with_verifier(verifier.as_str());
        }
        let url = format!("{}{}", self.base, self.target());
        let mut request = Request::new(&self.method, &url).with_body(&self.body);
        if let Some(media_type) = self.headers.get(header::CONTENT_TYPE) {
            request = request.with_content_type(media_type);
        }
        match signer.authorization(&request) {
            Ok(header) => header,
            Err(error) => panic!("{error}"),
        }
    }

    /// Sends it.
    pub async fn send(self) -> Reply {
        Reply::read(self.dispatch().await).await
    }

    /// Sends it, and gives the answer as it comes.
    pub async fn open(mut self) -> Pieces {
        // How long it is read is the test's affair.
        self.timeout = Duration::from_secs(3_600);
        Pieces::new(self.dispatch().await)
    }

    /// Asks for events and reads the first, which says where the stream begins.
    pub async fn events(mut self) -> Events {
        // How long it is read is the test's affair.
        self.timeout = Duration::from_secs(3_600);
        let call = self.header("accept", "text/event-stream");
        Events::begin(call.dispatch().await).await
    }

    async fn dispatch(mut self) -> Response {
        if self.signed && self.caller.client_credentials().is_some() {
            let signature = self.signature();
            self = self.header("authorization", &signature);
        }
        let method = self.sent_method.unwrap_or(self.method);
        let method = method.parse().expect("a method");
        let request = self
            .caller
            .door
            .http
            .request(method, self.url)
            .timeout(self.timeout)
            .headers(self.headers)
            .body(self.body);
        match request.send().await {
            Ok(response) => response,
            Err(error) => panic!("no answer: {error:?}"),
        }
    }

    /// Path and query below the public address.
    fn target(&self) -> String {
        let path = self.url.path();
        let path = path.strip_prefix(&self.caller.door.path).unwrap_or(path);
        match self.url.query() {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        }
    }
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::try_from(text).expect("a header value")
}

impl Caller {
    /// A new application.
    pub async fn register(&self, name: &str) -> Self {
        let application = json!({
            "type": "client_associate",
            "application_type": "native",
            "application_name": name,
        });
        let registered = self
            .request("POST", "/api/client/register")
            .json(&application)
            .unsigned()
            .send()
            .await
            .ok();
        self.two_legged().with_client(ClientCredentials::new(
            text(&registered, "client_id"),
            text(&registered, "client_secret"),
        ))
    }

    /// Makes an account through this application; gives the person.
    pub async fn new_user(&self, nickname: &str) -> Self {
        let account = json!({"nickname": nickname, "password": PASSWORD});
        let user = self.post_json("/api/users", &account).await.ok();
        Self {
            nickname: nickname.to_owned(),
            ..self.with_token(TokenCredentials::new(
                text(&user, "token"),
                text(&user, "secret"),
            ))
        }
    }

    /// A request that is yet to be sent. The address is a path, or stands under the public address.
    pub fn request(&self, method: &str, address: &str) -> Call {
        Call::new(self.clone(), method, address)
    }

    /// Reads.
    pub async fn get(&self, address: &str) -> Reply {
        self.request("GET", address).send().await
    }

    /// Sends JSON by POST.
    pub async fn post_json(&self, address: &str, value: &Value) -> Reply {
        self.request("POST", address).json(value).send().await
    }

    /// Sends JSON by PUT.
    pub async fn put_json(&self, address: &str, value: &Value) -> Reply {
        self.request("PUT", address).json(value).send().await
    }

    /// Posts an activity to the person's own feed.
    pub async fn tries(&self, activity: Value) -> Reply {
        self.post_json(&self.path("feed"), &activity).await
    }

    /// Posts an activity to the person's own feed and gives what the server made of it.
    pub async fn does(&self, activity: Value) -> Value {
        self.tries(activity).await.ok()
    }
}

fn text(document: &Value, name: &str) -> String {
    match document[name].as_str() {
        Some(text) => text.to_owned(),
        None => panic!("no {name} in {document}"),
    }
}
