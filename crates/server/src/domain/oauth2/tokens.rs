//! Codes, and the bearer tokens that they are exchanged for. Only hashes of both are kept.

use pumphouse_store::{GivenCode, NewAuthorizationCode, Transaction, UserKey};

use super::challenge;
use super::request::AuthorizationRequest;
use crate::error::Result;
use crate::ids;

/// What every token may do.
pub(crate) const SCOPE: &str = "read";

/// How long a code lasts: five minutes, in microseconds.
const CODE_LIFETIME: i64 = 5 * 60 * 1_000_000;

/// Records that a person agreed; `code` is what the program gets.
pub(crate) fn agree(
    tx: &Transaction<'_>,
    request: &AuthorizationRequest,
    user: UserKey,
    code: &str,
    now: i64,
) -> Result<()> {
    tx.insert_authorization_code(&NewAuthorizationCode {
        digest: ids::digest(code),
        client: request.client.key,
        owner: user,
        redirect_uri: request.given_redirect_uri().map(str::to_owned),
        challenge: request.challenge,
        expires: now + CODE_LIFETIME,
    })?;
    Ok(())
}

/// A code and what a client shows with it.
pub(crate) struct Exchange {
    pub(crate) client: i64,
    pub(crate) code: String,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) verifier: Option<String>,
}

/// Exchanges a code for `token`; says whether it was given.
pub(crate) fn exchange(
    tx: &Transaction<'_>,
    exchange: &Exchange,
    token: &str,
    now: i64,
) -> Result<bool> {
    let challenge = match exchange.verifier.as_deref() {
        None => None,
        Some(verifier) => match challenge::of(verifier) {
            Some(challenge) => Some(challenge),
            None => return Ok(false),
        },
    };
    let code = GivenCode {
        digest: &ids::digest(&exchange.code),
        client: exchange.client,
        redirect_uri: exchange.redirect_uri.as_deref(),
        challenge: challenge.as_ref(),
    };
    Ok(tx.exchange_authorization_code(&code, &ids::digest(token), now)?)
}

/// Gives a client a token of its own, which reads what is public.
pub(crate) fn for_client(tx: &Transaction<'_>, client: i64, token: &str, now: i64) -> Result<()> {
    tx.set_bearer_token(&ids::digest(token), client, None, now)?;
    Ok(())
}
