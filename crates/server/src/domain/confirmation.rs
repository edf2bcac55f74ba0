//! E-mail addresses of users: an address is a user's when somebody who reads its mail says so
//! (pump.io protocol, sections 3.5 and 11.6).

use http::StatusCode;
use pumphouse_store::{CodeKind, Transaction, User, UserKey};
use serde_json::{Map, Value};

use super::codes::Code;
use super::emails::Email;
use super::signup::Policy;
use super::{Site, letters, users};
use crate::error::{Error, Result};

/// What a change of a user's record means for the address.
pub(crate) enum NewAddress {
    /// It was not mentioned.
    Same,
    /// From now on this one, once it is confirmed.
    Wanted(Email),
    /// None.
    Dropped,
}

impl NewAddress {
    /// Reads the further properties of a change. Where addresses are needed, one that is not
    /// confirmed yet does not stand in the record.
    pub(crate) fn take(policy: Policy, properties: &mut Map<String, Value>) -> Result<Self> {
        let Some(given) = properties.get("email") else {
            return Ok(Self::Same);
        };
        if policy.require_email {
            let email = Email::required(given.as_str())?;
            properties.remove("email");
            return Ok(Self::Wanted(email));
        }
        let email = given.as_str().and_then(Email::parse);
        Ok(email.map_or(Self::Dropped, Self::Wanted))
    }

    /// Whether a letter has to be sent for it.
    pub(crate) fn asks(&self, site: &Site, user: &User) -> bool {
        match self {
            Self::Wanted(email) => site.mails && user.email.as_deref() != Some(email.as_str()),
            Self::Same | Self::Dropped => false,
        }
    }

    /// Asks whoever reads the mail of the new address. Until they say yes, the address that was
    /// confirmed before stays in use.
    pub(crate) fn apply(
        &self,
        tx: &Transaction<'_>,
        site: &Site,
        user: &User,
        now: i64,
    ) -> Result<()> {
        match self {
            Self::Same => Ok(()),
            Self::Wanted(email) if user.email.as_deref() == Some(email.as_str()) => {
                Ok(tx.end_codes(CodeKind::Confirmation, user.key)?)
            }
            Self::Wanted(email) if site.mails => {
                letters::ask_for_confirmation(tx, site, user, email, now)
            }
            Self::Wanted(_) | Self::Dropped => {
                tx.end_codes(CodeKind::Confirmation, user.key)?;
                Ok(tx.set_email(user.key, None, now)?)
            }
        }
    }
}

/// Confirms an address by the code that was sent to it. `viewer` is who is logged in.
pub(crate) fn confirm(
    tx: &Transaction<'_>,
    code: &str,
    viewer: Option<UserKey>,
    now: i64,
) -> Result<User> {
    let unknown = || Error::new(StatusCode::NOT_FOUND, "Invalid state for confirmation.");
    let code = Code::parse(code).ok_or_else(unknown)?;
    let kept = tx.code(CodeKind::Confirmation, &code.digest(), now)?;
    let kept = kept.ok_or_else(unknown)?;
    let (Some(owner), Some(email)) = (kept.owner, kept.email) else {
        return Err(unknown());
    };
    if viewer.is_some_and(|viewer| viewer != owner) {
        let text = "This is someone else's confirmation.";
        return Err(Error::bad_request(text));
    }
    if !tx.use_code(CodeKind::Confirmation, &code.digest(), now)? {
        return Err(Error::bad_request("Already confirmed."));
    }
    tx.set_email(owner, Some(&email), now)?;
    let user = users::find(tx, owner)?;
    users::set_property(tx, &user, "email", email.into(), now)?;
    Ok(user)
}
