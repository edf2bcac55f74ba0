//! Who is at the other end of a conversation: a challenge, answered by the OAuth parameters of a
//! request that is never sent (pump.io protocol, section 8.2).

use pumphouse_oauth1::header::Authorization;
use pumphouse_oauth1::{Param, Request};
use serde::Deserialize;
use serde_json::Value;

use crate::app::App;
use crate::auth::Credential;
use crate::error::{Error, Result};
use crate::ids;
use crate::wire::Failure;

/// An address to be signed, which leads nowhere.
pub(super) struct Challenge {
    /// The part of the address behind the public origin.
    target: String,
    url: String,
}

/// What a client answers.
#[derive(Deserialize)]
pub(super) struct Answer {
    action: String,
    method: String,
    /// Names and values. The original's own client sends the timestamp as a number.
    parameters: Vec<(String, Value)>,
}

impl Challenge {
    pub(super) fn new(app: &App) -> Result<Self> {
        let (urls, random) = (&app.site.urls, ids::challenge()?);
        let path = format!("{}/{random}/challenge", super::PATH);
        Ok(Self {
            target: format!("{}{path}", urls.path()),
            url: format!("{}{path}", urls.base()),
        })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Verifies an answer as if it were a request: signature, timestamp and nonce.
    pub(super) async fn check(&self, app: &App, answer: &Answer) -> Result<Credential> {
        if answer.action != self.url || !answer.method.eq_ignore_ascii_case("GET") {
            return Err(Error::bad_request("This answers another challenge"));
        }
        let header = answer.header();
        let request = Request::at(&app.origin, "GET", &self.target).with_authorization(&header);
        match Credential::signed(app, &request).await {
            Ok(credential) => Ok(credential),
            Err(Failure::Refused(error)) => Err(error),
            // Why is not told: the connection ends.
            Err(_) => Err(Error::unauthorized("The answer is not believed")),
        }
    }
}

impl Answer {
    /// The parameters as the header that they would stand in.
    fn header(&self) -> String {
        let as_text = |(name, value): &(String, Value)| match value {
            Value::String(text) => (name.clone(), text.clone()),
            other => (name.clone(), other.to_string()),
        };
        let pairs: Vec<_> = self.parameters.iter().map(as_text).collect();
        let params = pairs.iter().map(|(name, value)| Param::new(name, value));
        Authorization::new(None, params.collect()).to_string()
    }
}
