//! Temporary and token credentials (RFC 5849, sections 2.1 and 2.3).

use crate::sql::{Result, params};
use crate::users::columns;
use crate::versions::Thing;
use crate::{Micros, ObjectKey, Snapshot, Transaction, User, UserKey};

/// How long a log-in may take, in microseconds: ten minutes.
const LIFETIME: Micros = 600_000_000;

/// What a signed request is checked against.
#[derive(Clone)]
pub struct Credentials {
    /// The client's name within the store.
    pub client: i64,
    /// The client's secret.
    pub client_secret: String,
    /// The application that appears as generator.
    pub generator: ObjectKey,
    /// The token's secret and its user, if a token was given that belongs to the client.
    pub token: Option<(String, User)>,
}

/// A log-in under way.
#[derive(Clone)]
pub struct TemporaryCredentials {
    /// The token.
    pub token: String,
    /// The token's secret.
    pub secret: String,
    /// The id of the client that asked for it.
    pub client: String,
    /// The name of the client, for people.
    pub client_name: Option<String>,
    /// Where the person is sent afterwards, or `oob`.
    pub callback: String,
    /// Who agreed, or is about to.
    pub user: Option<UserKey>,
    /// SHA-256 of the verifier, once somebody logged in.
    pub verifier: Option<Vec<u8>>,
    /// Whether somebody agreed.
    pub authorized: bool,
    /// Whether they were exchanged for a token.
    pub redeemed: bool,
}

/// A token and its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenCredentials {
    /// The token.
    pub token: String,
    /// The token's secret.
    pub secret: String,
}

/// How an exchange of temporary credentials ended.
#[derive(Clone, PartialEq, Eq)]
pub enum Exchange {
    /// The token credentials of this client and user.
    Issued(TokenCredentials),
    /// Unknown, expired, of another client, not authorised, or exchanged before.
    Refused,
}

// Nothing that is kept in memory is made of temporary credentials, so changing them names nothing.

const PENDING: u8 = 0;
const AUTHORIZED: u8 = 1;
const REDEEMED: u8 = 2;

impl Snapshot<'_> {
    /// The secrets that a request of this client with this token is signed with.
    /// `None` if the client is unknown; without `token` in it if the token is not the client's.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`], as for all look-ups.
    pub fn credentials(&self, client: &str, token: &str) -> Result<Option<Credentials>> {
        self.reads(Thing::Client(client));
        self.reads(Thing::Token(token));
        let found = self.named().first(
            concat!(
                "SELECT clients.key, clients.secret, clients.generator, token_credentials.secret, ",
                columns!(),
                " FROM clients
                  LEFT JOIN token_credentials
                      ON token_credentials.token = ?2 AND token_credentials.client = clients.key
                  LEFT JOIN users ON users.key = token_credentials.owner
                  WHERE clients.id = ?1"
            ),
            params![client, token],
            |row| {
                let token = match row.get::<_, Option<String>>(3)? {
                    Some(secret) => Some((secret, User::from_row(row, 4)?)),
                    None => None,
                };
                Ok(Credentials {
                    client: row.get(0)?,
                    client_secret: row.get(1)?,
                    generator: row.get(2)?,
                    token,
                })
            },
        )?;
        if let Some((_, user)) = found.as_ref().and_then(|found| found.token.as_ref()) {
            self.reads(Thing::User(user.key));
        }
        Ok(found)
    }

    /// A log-in under way that has not expired.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn temporary_credentials(
        &self,
        token: &str,
        now: Micros,
    ) -> Result<Option<TemporaryCredentials>> {
        self.first(
            "SELECT token, temporary_credentials.secret, clients.id, clients.application_name, callback, owner,
                 verifier, state
             FROM temporary_credentials JOIN clients ON clients.key = temporary_credentials.client
             WHERE token = ?1 AND temporary_credentials.created > ?2",
            params![token, now - LIFETIME],
            |row| {
                let state: u8 = row.get(7)?;
                Ok(TemporaryCredentials {
                    token: row.get(0)?,
                    secret: row.get(1)?,
                    client: row.get(2)?,
                    client_name: row.get(3)?,
                    callback: row.get(4)?,
                    user: row.get(5)?,
                    verifier: row.get(6)?,
                    authorized: state >= AUTHORIZED,
                    redeemed: state == REDEEMED,
                })
            },
        )
    }

    /// Whether a client has a token of a user.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn is_authorized(&self, client: &str, user: UserKey) -> Result<bool> {
        let found = self.first(
            "SELECT 1 FROM token_credentials JOIN clients ON clients.key = token_credentials.client
             WHERE clients.id = ?1 AND token_credentials.owner = ?2",
            params![client, user],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }
}

impl Transaction<'_> {
    /// Begins a log-in.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`], as for all changes.
    pub fn insert_temporary_credentials(
        &self,
        client: &str,
        credentials: &TokenCredentials,
        callback: &str,
        now: Micros,
    ) -> Result<()> {
        self.execute_named(
            "INSERT INTO temporary_credentials (token, secret, client, callback, created)
             SELECT ?2, ?3, key, ?4, ?5 FROM clients WHERE id = ?1",
            params![client, credentials.token, credentials.secret, callback, now],
        )?;
        Ok(())
    }

    /// Ties a log-in to the person who logged in, and to the verifier that agreeing will reveal.
    /// False if it is tied to somebody else, or over.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn bind_temporary_credentials(
        &self,
        token: &str,
        user: UserKey,
        verifier: &[u8; 32],
    ) -> Result<bool> {
        let changed = self.execute_named(
            "UPDATE temporary_credentials SET owner = ?2, verifier = ?3
             WHERE token = ?1 AND state = ?4 AND (owner IS NULL OR owner = ?2)",
            params![token, user, verifier.as_slice(), PENDING],
        )?;
        Ok(changed == 1)
    }

    /// Records that the person agreed. False if the log-in is not tied to the person, or over.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn authorize_temporary_credentials(&self, token: &str, user: UserKey) -> Result<bool> {
        let changed = self.execute_named(
            "UPDATE temporary_credentials SET state = ?3 WHERE token = ?1 AND owner = ?2 AND state = ?4",
            params![token, user, AUTHORIZED, PENDING],
        )?;
        Ok(changed == 1)
    }

    /// Forgets a log-in, because the person refused.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn delete_temporary_credentials(&self, token: &str) -> Result<()> {
        self.execute_named(
            "DELETE FROM temporary_credentials WHERE token = ?1",
            params![token],
        )?;
        Ok(())
    }

    /// Exchanges authorised temporary credentials, once, for the token credentials of their client
    /// and user: the ones that exist, or `fresh`.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn exchange(
        &self,
        client: &str,
        temporary: &str,
        fresh: &TokenCredentials,
        now: Micros,
    ) -> Result<Exchange> {
        let Some((client, user)) = self.named().first(
            "UPDATE temporary_credentials SET state = ?4
             WHERE token = ?2 AND state = ?5 AND created > ?3
                 AND client = (SELECT key FROM clients WHERE id = ?1)
             RETURNING client, owner",
            params![client, temporary, now - LIFETIME, REDEEMED, AUTHORIZED],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, UserKey>(1)?)),
        )?
        else {
            return Ok(Exchange::Refused);
        };
        Ok(Exchange::Issued(
            self.token_credentials(client, user, fresh, now)?,
        ))
    }

    /// The token credentials of a client and a user: the ones that exist, or `fresh`.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn token_credentials(
        &self,
        client: i64,
        user: UserKey,
        fresh: &TokenCredentials,
        now: Micros,
    ) -> Result<TokenCredentials> {
        self.changes_thing(Thing::Token(&fresh.token));
        self.execute_named(
            "INSERT INTO token_credentials (token, secret, client, owner, created) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (client, owner) DO NOTHING",
            params![fresh.token, fresh.secret, client, user, now],
        )?;
        let kept = self.first(
            "SELECT token, secret FROM token_credentials WHERE client = ?1 AND owner = ?2",
            params![client, user],
            |row| {
                Ok(TokenCredentials {
                    token: row.get(0)?,
                    secret: row.get(1)?,
                })
            },
        )?;
        Ok(kept.unwrap_or_else(|| fresh.clone()))
    }

    /// Sets the token credentials of a client and a user.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn set_token_credentials(
        &self,
        client: i64,
        user: UserKey,
        credentials: &TokenCredentials,
        now: Micros,
    ) -> Result<()> {
        self.execute(
            "DELETE FROM token_credentials WHERE token = ?1 OR (client = ?2 AND owner = ?3)",
            params![credentials.token, client, user],
        )?;
        self.token_credentials(client, user, credentials, now)?;
        Ok(())
    }

    /// Forgets log-ins that took too long.
    pub(crate) fn purge_temporary_credentials(&self, now: Micros) -> Result<()> {
        self.execute_named(
            "DELETE FROM temporary_credentials WHERE created <= ?1",
            params![now - LIFETIME],
        )?;
        Ok(())
    }
}
