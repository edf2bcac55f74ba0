//! Requests in the name of another server or of its people, which that server confirms when it is
//! called back (pump.io protocol, section 2.3).

use std::time::Duration;

use http::{HeaderMap, header};
use pumphouse_store::Dialback;

use crate::app::App;
use crate::domain::dialback::{Identity, WINDOW, fresh_date};
use crate::outbound::dialback_address;
use crate::wire::Failure;

/// How long finding and asking the other server may take.
const PATIENCE: Duration = Duration::from_secs(25);
/// How much of another server's refusal is told.
const TOLD: usize = 200;
/// The longest token.
const LONGEST_TOKEN: usize = 256;

/// What a request says of who sent it.
struct Claim<'a> {
    identity: Identity,
    token: &'a str,
    /// As it was written.
    date: &'a str,
    /// Microseconds since 1970.
    time: i64,
}

/// Who sent a request to the endpoint at `url`, confirmed by their server.
pub(crate) async fn verify(app: &App, headers: &HeaderMap, url: &str) -> Result<Identity, Failure> {
    let claim = Claim::read(headers, app.now()).map_err(Failure::Dialback)?;
    remember(app, &claim, url).await?;
    match tokio::time::timeout(PATIENCE, call_back(app, &claim, url)).await {
        Ok(Ok(())) => Ok(claim.identity),
        Ok(Err(text)) => Err(Failure::Dialback(text)),
        Err(_) => {
            let text = format!("{} did not answer in time", claim.identity.as_str());
            Err(Failure::Dialback(text))
        }
    }
}

/// A request counts once.
async fn remember(app: &App, claim: &Claim<'_>, url: &str) -> Result<(), Failure> {
    let digest = Dialback {
        identity: claim.identity.as_str(),
        url,
        token: claim.token,
        date: claim.time,
    }
    .digest();
    // As long as its date could be taken again.
    let expires = claim.time + WINDOW + 1;
    let is_new = app
        .store
        .write(move |tx| tx.remember_dialback(&digest, expires))
        .await?;
    if is_new {
        return Ok(());
    }
    Err(Failure::Dialback(
        "We've already seen this request.".to_owned(),
    ))
}

async fn call_back(app: &App, claim: &Claim<'_>, url: &str) -> Result<(), String> {
    let identity = &claim.identity;
    let address = dialback_address(&app.outbound, identity)
        .await
        .map_err(|error| error.to_string())?;
    let form = [
        (identity.field(), identity.as_str()),
        ("token", claim.token),
        ("url", url),
        ("date", claim.date),
    ];
    let answer = app
        .outbound
        .post_form(&address, &form)
        .await
        .map_err(|error| error.to_string())?;
    if answer.status.is_success() {
        return Ok(());
    }
    let body = String::from_utf8_lossy(&answer.body);
    let body: String = body.chars().take(TOLD).collect();
    Err(format!("Error {}: {body}", answer.status.as_u16()))
}

impl<'a> Claim<'a> {
    fn read(headers: &'a HeaderMap, now: i64) -> Result<Self, String> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let fields = text(header::AUTHORIZATION)
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Dialback"));
        let Some((_, fields)) = fields else {
            return Err("Authorization scheme is not 'Dialback'".to_owned());
        };
        let token = field(fields, "token").filter(|token| token.len() <= LONGEST_TOKEN);
        let token = token.ok_or("Authorization header has no 'token' field")?;
        let identity = match (field(fields, "host"), field(fields, "webfinger")) {
            (Some(host), _) => {
                Identity::host(host).ok_or_else(|| format!("Invalid hostname: {host}"))?
            }
            (None, Some(address)) => {
                Identity::person(address).ok_or_else(|| format!("Invalid webfinger: {address}"))?
            }
            (None, None) => {
                let text = "Authorization header has neither 'host' nor 'webfinger' fields";
                return Err(text.to_owned());
            }
        };
        let date = text(header::DATE).ok_or("No 'Date' header")?;
        let time = fresh_date(date, now).ok_or("'Date' header is outside our 5-minute window")?;
        Ok(Self {
            identity,
            token,
            date,
            time,
        })
    }
}

/// A value of `key="value", …`; an empty one counts as absent.
fn field<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    fields
        .split(',')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .and_then(|(_, value)| value.strip_prefix('"')?.strip_suffix('"'))
        .filter(|value| !value.is_empty())
}
