//! What somebody gives to get an account, held against what the server asks for (pump.io protocol,
//! section 4.3). Pages and the API share it.

use pumphouse_store::{CodeKind, Snapshot};
use serde_json::{Map, Value};

use super::accounts::{NewAccount, Nickname, check_free, not_invited};
use super::codes::Code;
use super::emails::Email;
use super::passwords::Password;
use crate::error::{Error, Result};
use crate::settings::Registration;

/// What the server asks of those who want an account.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Policy {
    pub(crate) registration: Registration,
    /// Whether an address is needed, and confirmed before anything is done through the API.
    pub(crate) require_email: bool,
}

impl Policy {
    /// Whether it makes sense to ask for an account at all.
    pub(crate) fn admits(self) -> bool {
        self.registration != Registration::Closed
    }

    /// Whether every user can invite others.
    pub(crate) fn users_invite(self) -> bool {
        self.registration == Registration::Invitation { by_users: true }
    }
}

/// What was given, all of it in order.
pub(crate) struct SignUp {
    pub(crate) nickname: Nickname,
    pub(crate) password: Password,
    /// The address that is to be confirmed.
    pub(crate) email: Option<Email>,
    pub(crate) invitation: Option<Code>,
    /// Whatever else was given.
    pub(crate) properties: Map<String, Value>,
}

impl SignUp {
    /// Reads the parameters of a registration; checks come in the order and words that clients know.
    pub(crate) fn parse(policy: Policy, parameters: &Map<String, Value>) -> Result<Self> {
        let text = |name: &str| parameters.get(name).and_then(Value::as_str);
        let invitation = match policy.registration {
            Registration::Open => None,
            Registration::Closed => return Err(Error::forbidden("No registration allowed.")),
            Registration::Invitation { .. } => {
                let code = text("invitation").unwrap_or_default();
                Some(Code::parse(code).ok_or_else(not_invited)?)
            }
        };
        let mut properties = NewAccount::properties(parameters);
        properties.remove("invitation");
        let email = if policy.require_email {
            // It stands in the record when it is confirmed.
            properties.remove("email");
            Some(Email::required(text("email"))?)
        } else {
            text("email").and_then(Email::parse)
        };
        Ok(Self {
            nickname: Nickname::parse(text("nickname"))?,
            password: Password::parse(text("password").unwrap_or_default())?,
            email,
            invitation,
            properties,
        })
    }

    /// Refuses what could not be done anyway, before the password is hashed.
    pub(crate) fn check(&self, snapshot: &Snapshot<'_>, now: i64) -> Result<()> {
        if let Some(code) = &self.invitation {
            let kept = snapshot.code(CodeKind::Invitation, &code.digest(), now)?;
            if kept.is_none_or(|kept| kept.used) {
                return Err(not_invited());
            }
        }
        check_free(snapshot, &self.nickname)
    }
}
