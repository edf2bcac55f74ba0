//! The way back into an account for who forgot the password, by a letter to the address that was
//! confirmed (pump.io protocol, section 11.5).

use pumphouse_store::{CodeKind, Snapshot, Transaction, User, UserKey};

use super::codes::Code;
use super::{Site, letters, users};
use crate::error::{Error, Result};

/// What becomes of somebody's wish for a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Sent,
    NoSuchUser,
    NoEmail,
    /// A letter that was sent before is still good.
    Existing,
}

/// Has a letter sent to a user. Only with `force` it replaces one that is still good.
pub(crate) fn ask(
    tx: &Transaction<'_>,
    site: &Site,
    nickname: &str,
    force: bool,
    now: i64,
) -> Result<Asked> {
    let Some(user) = tx.user(nickname)? else {
        return Ok(Asked::NoSuchUser);
    };
    let Some(email) = &user.email else {
        return Ok(Asked::NoEmail);
    };
    if !force && tx.has_open_code(CodeKind::Recovery, user.key, now)? {
        return Ok(Asked::Existing);
    }
    letters::send_recovery(tx, site, &user, email, now)?;
    Ok(Asked::Sent)
}

/// Whose account a code opens, if it is still good.
pub(crate) fn owner(snapshot: &Snapshot<'_>, given: &str, now: i64) -> Result<UserKey> {
    let unknown = || {
        let given: String = given.chars().take(100).collect();
        Error::bad_request(format!("No such 'recovery' with id '{given}'"))
    };
    let code = Code::parse(given).ok_or_else(unknown)?;
    let kept = snapshot.code(CodeKind::Recovery, &code.digest(), now)?;
    let kept = kept.ok_or_else(unknown)?;
    if kept.used {
        return Err(used());
    }
    kept.owner.ok_or_else(unknown)
}

/// Uses a code up; gives whose account it opens.
pub(crate) fn redeem(tx: &Transaction<'_>, given: &str, now: i64) -> Result<User> {
    let owner = owner(tx, given, now)?;
    let code = Code::parse(given).ok_or_else(used)?;
    if !tx.use_code(CodeKind::Recovery, &code.digest(), now)? {
        return Err(used());
    }
    users::find(tx, owner)
}

/// Uses a code up to set another password. Whoever had access by the one before has none any more.
pub(crate) fn set_password(
    tx: &Transaction<'_>,
    given: &str,
    hash: &str,
    now: i64,
) -> Result<UserKey> {
    let user = redeem(tx, given, now)?;
    tx.set_password_hash(user.key, hash)?;
    tx.revoke_access(user.key, None)?;
    Ok(user.key)
}

fn used() -> Error {
    Error::bad_request("This recovery code was already used.")
}
