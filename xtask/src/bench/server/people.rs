//! Those who ask: accounts on the server that is measured, and their signed requests.

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use pumphouse_oauth1::{ClientCredentials, Signer, TokenCredentials};
use serde_json::{Value, json};

use super::peer::HOST;
use crate::bench::load;

const PASSWORD: &str = "b3nch-mark-it";

/// A user's name and credentials.
pub(super) struct Person {
    pub(super) nickname: String,
    credentials: [String; 4],
    signer: Signer,
}

/// Who signs with an application's credentials alone.
pub(super) struct Application {
    credentials: [String; 2],
    signer: Signer,
}

impl Application {
    pub(super) async fn register(address: &str) -> Result<Self> {
        let register = json!({"type": "client_associate", "application_name": "bench"});
        let request = request("POST", "/api/client/register", Some(&register), None)?;
        let answer = ask(address, request).await?;
        let credentials = [text(&answer, "client_id")?, text(&answer, "client_secret")?];
        let [id, secret] = credentials.clone();
        Ok(Self {
            signer: Signer::new(ClientCredentials::new(id, secret)),
            credentials,
        })
    }

    pub(super) async fn make_account(&self, address: &str, nickname: &str) -> Result<Person> {
        let account = json!({"nickname": nickname, "password": PASSWORD});
        let request = signed(&self.signer, "POST", "/api/users", Some(&account))?;
        let answer = ask(address, request).await?;
        let [id, secret] = self.credentials.clone();
        let token = [text(&answer, "token")?, text(&answer, "secret")?];
        let [token, token_secret] = token;
        Ok(Person::new(nickname, [id, secret, token, token_secret]))
    }
}

impl Person {
    fn new(nickname: &str, credentials: [String; 4]) -> Self {
        let [id, secret, token, token_secret] = credentials.clone();
        Self {
            nickname: nickname.to_owned(),
            signer: Signer::new(ClientCredentials::new(id, secret))
                .with_token(TokenCredentials::new(token, token_secret)),
            credentials,
        }
    }

    /// To be kept for another run.
    pub(super) fn save(&self) -> Value {
        json!([self.nickname, self.credentials])
    }

    pub(super) fn load(kept: &Value) -> Result<Self> {
        let (nickname, credentials) = serde_json::from_value::<(String, _)>(kept.clone())?;
        Ok(Self::new(&nickname, credentials))
    }

    pub(super) fn id(&self) -> String {
        format!("acct:{}@{HOST}", self.nickname)
    }

    /// The address of one of the person's feeds.
    pub(super) fn feed(&self, name: &str) -> String {
        format!("/api/user/{}/{name}", self.nickname)
    }

    pub(super) fn get(&self, path: &str) -> Result<Request<Full<Bytes>>> {
        signed(&self.signer, "GET", path, None)
    }

    /// A request to do something.
    pub(super) fn act(&self, activity: &Value) -> Result<Request<Full<Bytes>>> {
        signed(&self.signer, "POST", &self.feed("feed"), Some(activity))
    }
}

/// A public note.
pub(super) fn note() -> Value {
    json!({
        "verb": "post",
        "to": [{"objectType": "collection", "id": "http://activityschema.org/collection/public"}],
        "object": {
            "objectType": "note",
            "content": "The <b>pump</b> runs day and night; what it lifts is told to everybody who follows, \
                        and kept for those who come later."
        }
    })
}

/// The answer to one request, which has to succeed.
pub(super) async fn ask(address: &str, request: Request<Full<Bytes>>) -> Result<Value> {
    let mut connection = load::connect(address).await?;
    let (status, body) = load::send(&mut connection, request).await?;
    ensure!(
        status.is_success(),
        "{status}: {}",
        String::from_utf8_lossy(&body)
    );
    Ok(serde_json::from_slice(&body)?)
}

fn text(value: &Value, name: &str) -> Result<String> {
    let text = value[name].as_str();
    Ok(text.with_context(|| format!("no {name}"))?.to_owned())
}

fn signed(
    signer: &Signer,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Request<Full<Bytes>>> {
    let url = format!("http://{HOST}{path}");
    let authorization = signer.authorization(&pumphouse_oauth1::Request::new(method, &url))?;
    request(method, path, body, Some(authorization))
}

fn request(
    method: &str,
    path: &str,
    body: Option<&Value>,
    authorization: Option<String>,
) -> Result<Request<Full<Bytes>>> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("Host", HOST);
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
