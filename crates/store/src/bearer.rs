//! OAuth 2.0: authorization codes and bearer tokens. Only their hashes are kept.

use crate::sql::{Result, params};
use crate::users::columns;
use crate::{Micros, Snapshot, Transaction, User, UserKey};

/// What a person agreed to.
#[derive(Clone, Debug)]
pub struct NewAuthorizationCode {
    /// SHA-256 of the code.
    pub digest: [u8; 32],
    /// The client's name within the store.
    pub client: i64,
    /// Who agreed.
    pub owner: UserKey,
    /// The address that the client gave, which it has to give again.
    pub redirect_uri: Option<String>,
    /// SHA-256 of a verifier, if the client has to show that it knows one.
    pub challenge: Option<[u8; 32]>,
    /// Until when it can be exchanged.
    pub expires: Micros,
}

/// A code as a client comes with it.
#[derive(Clone, Copy, Debug)]
pub struct GivenCode<'a> {
    /// SHA-256 of the code.
    pub digest: &'a [u8; 32],
    /// The client's name within the store.
    pub client: i64,
    /// The address that the client gave when it asked.
    pub redirect_uri: Option<&'a str>,
    /// SHA-256 of the verifier that the client shows.
    pub challenge: Option<&'a [u8; 32]>,
}

/// Whom a bearer token speaks for.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// The client's name within the store.
    pub client: i64,
    /// The user, or nobody but the client.
    pub user: Option<User>,
}

impl Snapshot<'_> {
    /// Whom the token with this hash speaks for.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`], as for all look-ups.
    pub fn bearer(&self, digest: &[u8; 32]) -> Result<Option<Bearer>> {
        self.first(
            concat!(
                "SELECT bearer_tokens.client, bearer_tokens.owner IS NOT NULL, ",
                columns!(),
                " FROM bearer_tokens LEFT JOIN users ON users.key = bearer_tokens.owner
                  WHERE bearer_tokens.digest = ?1"
            ),
            params![digest.as_slice()],
            |row| {
                let is_owned: bool = row.get(1)?;
                Ok(Bearer {
                    client: row.get(0)?,
                    user: match is_owned {
                        true => Some(User::from_row(row, 2)?),
                        false => None,
                    },
                })
            },
        )
    }
}

impl Transaction<'_> {
    /// Keeps an authorization code.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`], as for all changes.
    pub fn insert_authorization_code(&self, code: &NewAuthorizationCode) -> Result<()> {
        self.execute(
            "INSERT INTO authorization_codes (digest, client, owner, redirect_uri, challenge, expires)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                code.digest.as_slice(),
                code.client,
                code.owner,
                code.redirect_uri,
                code.challenge.as_ref().map(<[u8; 32]>::as_slice),
                code.expires
            ],
        )?;
        Ok(())
    }

    /// Exchanges an authorization code for a bearer token: once, in time, and for the client, the
    /// address and the verifier that it was made for. Says whether the token was given. A code that
    /// comes again was seen by somebody else, so it ends the token that it was exchanged for.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn exchange_authorization_code(
        &self,
        code: &GivenCode<'_>,
        token: &[u8; 32],
        now: Micros,
    ) -> Result<bool> {
        let owner = self.first(
            "UPDATE authorization_codes SET used = 1
             WHERE digest = ?1 AND client = ?2 AND redirect_uri IS ?3 AND challenge IS ?4
                 AND expires > ?5 AND used = 0
             RETURNING owner",
            params![
                code.digest.as_slice(),
                code.client,
                code.redirect_uri,
                code.challenge.map(<[u8; 32]>::as_slice),
                now
            ],
            |row| row.get::<_, UserKey>(0),
        )?;
        let Some(owner) = owner else {
            self.execute(
                "DELETE FROM bearer_tokens WHERE code = ?1",
                params![code.digest.as_slice()],
            )?;
            return Ok(false);
        };
        self.execute(
            "INSERT INTO bearer_tokens (digest, client, owner, code, created) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                token.as_slice(),
                code.client,
                owner,
                code.digest.as_slice(),
                now
            ],
        )?;
        Ok(true)
    }

    /// Sets whom a bearer token speaks for: a user through a client, or the client alone.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn set_bearer_token(
        &self,
        digest: &[u8; 32],
        client: i64,
        owner: Option<UserKey>,
        now: Micros,
    ) -> Result<()> {
        self.execute(
            "INSERT INTO bearer_tokens (digest, client, owner, created) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (digest) DO UPDATE SET client = excluded.client, owner = excluded.owner, code = NULL",
            params![digest.as_slice(), client, owner, now],
        )?;
        Ok(())
    }

    /// Ends the bearer tokens of a user, and what the user agreed to give.
    pub(crate) fn revoke_bearer(&self, user: UserKey) -> Result<()> {
        for sql in [
            "DELETE FROM bearer_tokens WHERE owner = ?1",
            "DELETE FROM authorization_codes WHERE owner = ?1",
        ] {
            self.execute(sql, params![user])?;
        }
        Ok(())
    }

    /// Forgets authorization codes that have expired.
    pub(crate) fn purge_authorization_codes(&self, now: Micros) -> Result<()> {
        self.execute(
            "DELETE FROM authorization_codes WHERE expires <= ?1",
            params![now],
        )?;
        Ok(())
    }
}
