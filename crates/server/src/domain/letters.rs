//! What is sent by mail. A letter is a job, so it is sent if and only if what it tells is kept.

use pumphouse_store::{CodeKind, Transaction, User};
use serde::{Deserialize, Serialize};

use super::Site;
use super::codes::{Code, DAY};
use super::emails::Email;
use crate::error::{Error, Result};

/// The kind of job that sends a letter.
pub(crate) const KIND: &str = "mail";

/// How long an address can be confirmed: 30 days, in microseconds.
const CONFIRMATION_LIFETIME: i64 = 30 * DAY;
/// How long an account can be recovered: an hour, in microseconds.
const RECOVERY_LIFETIME: i64 = DAY / 24;

/// A letter in plain text.
#[derive(Serialize, Deserialize)]
pub(crate) struct Letter {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl Letter {
    /// Has it sent when the transaction is kept.
    pub(crate) fn send(&self, tx: &Transaction<'_>, now: i64) -> Result<()> {
        let payload =
            serde_json::to_string(self).map_err(|error| Error::internal("letter", error))?;
        tx.add_job(KIND, &payload, now)?;
        Ok(())
    }
}

/// Asks a user to confirm an address (pump.io protocol, section 11.6). Letters that asked before are
/// not good any more.
pub(crate) fn ask_for_confirmation(
    tx: &Transaction<'_>,
    site: &Site,
    user: &User,
    email: &Email,
    now: i64,
) -> Result<()> {
    tx.end_codes(CodeKind::Confirmation, user.key)?;
    let code = Code::random()?;
    code.keep(
        tx,
        CodeKind::Confirmation,
        Some(user.key),
        Some(email),
        (now, CONFIRMATION_LIFETIME),
    )?;
    let letter = Letter {
        to: email.as_str().to_owned(),
        subject: format!("Confirm your email address for {}", site.name),
        text: format!(
            "Hello {},\n\nopen this page to confirm that this is your address:\n\n    {}/main/confirm/{}\n\n\
             If you have no account at {}, ignore this letter.\n",
            user.nickname,
            site.urls.base(),
            code.as_str(),
            site.name,
        ),
    };
    letter.send(tx, now)
}

/// Sends a user the way back into the account (section 11.5). Letters that were sent before are not
/// good any more.
pub(crate) fn send_recovery(
    tx: &Transaction<'_>,
    site: &Site,
    user: &User,
    email: &str,
    now: i64,
) -> Result<()> {
    tx.end_codes(CodeKind::Recovery, user.key)?;
    let code = Code::random()?;
    let times = (now, RECOVERY_LIFETIME);
    code.keep(tx, CodeKind::Recovery, Some(user.key), None, times)?;
    let letter = Letter {
        to: email.to_owned(),
        subject: format!("Recover password for {}", site.name),
        text: format!(
            "Hello {},\n\nopen this page to set another password:\n\n    {}/main/recover/{}\n\n\
             It works once, for an hour. If you did not ask for it, ignore this letter; nothing has changed.\n",
            user.nickname,
            site.urls.base(),
            code.as_str(),
        ),
    };
    letter.send(tx, now)
}
