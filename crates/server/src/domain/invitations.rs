//! Invitations: codes with which people make accounts where not everybody can.

use pumphouse_store::{CodeKind, Transaction, UserKey};

use super::codes::{Code, DAY};
use crate::error::Result;

/// How long an invitation can be used: 30 days, in microseconds.
const LIFETIME: i64 = 30 * DAY;

/// Makes an invitation, from a user or from the operator.
pub(crate) fn invite(tx: &Transaction<'_>, from: Option<UserKey>, now: i64) -> Result<Code> {
    let code = Code::random()?;
    code.keep(tx, CodeKind::Invitation, from, None, (now, LIFETIME))?;
    Ok(code)
}
