//! Codes by which people prove something: that an address or an account is theirs, or that they
//! are invited. Only their hashes are kept.

use crate::sql::{Result, params};
use crate::{Micros, Snapshot, Transaction, UserKey};

/// What a code proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKind {
    /// That an address belongs to the user.
    Confirmation,
    /// That the account belongs to whoever has the code.
    Recovery,
    /// That somebody may make an account.
    Invitation,
}

impl CodeKind {
    fn number(self) -> u8 {
        match self {
            Self::Confirmation => 0,
            Self::Recovery => 1,
            Self::Invitation => 2,
        }
    }
}

/// A code that is to be kept.
#[derive(Clone, Debug)]
pub struct NewCode<'a> {
    /// SHA-256 of the code.
    pub digest: &'a [u8; 32],
    /// What it proves.
    pub kind: CodeKind,
    /// Whom it is for; of an invitation, who invites, if a user does.
    pub owner: Option<UserKey>,
    /// The address that is to be confirmed.
    pub email: Option<&'a str>,
    /// When it was made.
    pub created: Micros,
    /// Until when it can be used.
    pub expires: Micros,
}

/// A code that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Whom it is for; of an invitation, who invites, if a user does.
    pub owner: Option<UserKey>,
    /// The address that is to be confirmed.
    pub email: Option<String>,
    /// Whether it was used.
    pub used: bool,
}

impl Snapshot<'_> {
    /// The code with this hash, if it has not expired.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn code(&self, kind: CodeKind, digest: &[u8; 32], now: Micros) -> Result<Option<Code>> {
        self.first(
            "SELECT owner, email, used IS NOT NULL FROM codes
             WHERE digest = ?1 AND kind = ?2 AND expires > ?3",
            params![digest.as_slice(), kind.number(), now],
            |row| {
                Ok(Code {
                    owner: row.get(0)?,
                    email: row.get(1)?,
                    used: row.get(2)?,
                })
            },
        )
    }

    /// Whether a user has a code that can still be used.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn has_open_code(&self, kind: CodeKind, owner: UserKey, now: Micros) -> Result<bool> {
        let found = self.first(
            "SELECT 1 FROM codes WHERE owner = ?1 AND kind = ?2 AND used IS NULL AND expires > ?3",
            params![owner, kind.number(), now],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }
}

impl Transaction<'_> {
    /// Keeps a code.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`], as for all changes.
    pub fn insert_code(&self, code: &NewCode<'_>) -> Result<()> {
        self.execute(
            "INSERT INTO codes (digest, kind, owner, email, created, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                code.digest.as_slice(),
                code.kind.number(),
                code.owner,
                code.email,
                code.created,
                code.expires
            ],
        )?;
        Ok(())
    }

    /// Uses a code up. False if it is unknown, has expired or was used.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn use_code(&self, kind: CodeKind, digest: &[u8; 32], now: Micros) -> Result<bool> {
        let changed = self.execute(
            "UPDATE codes SET used = ?3
             WHERE digest = ?1 AND kind = ?2 AND used IS NULL AND expires > ?3",
            params![digest.as_slice(), kind.number(), now],
        )?;
        Ok(changed == 1)
    }

    /// Ends the codes of a user that were not used.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn end_codes(&self, kind: CodeKind, user: UserKey) -> Result<()> {
        self.execute(
            "DELETE FROM codes WHERE owner = ?1 AND kind = ?2 AND used IS NULL",
            params![user, kind.number()],
        )?;
        Ok(())
    }

    /// Forgets codes that have expired.
    pub(crate) fn purge_codes(&self, now: Micros) -> Result<()> {
        self.execute("DELETE FROM codes WHERE expires <= ?1", params![now])?;
        Ok(())
    }
}
