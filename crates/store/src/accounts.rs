//! Accounts as a whole: listing, changing and ending them.

use crate::page::{PageSql, page_sql};
use crate::sql::{Result, params};
use crate::users::columns;
use crate::{CodeKind, Micros, Paging, Snapshot, Transaction, User, UserKey};

/// Newest first: keys are given in order, and never twice.
const ALL: PageSql = page_sql!(
    concat!("SELECT users.key, ", columns!(), " FROM users"),
    "TRUE",
    "users.key"
);

impl Snapshot<'_> {
    /// A page of all users. The positions are their keys.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`], as for all look-ups.
    pub fn users(&self, paging: Paging) -> Result<Vec<(UserKey, User)>> {
        self.page(&ALL, paging, &[], |row| User::from_row(row, 1))
    }

    /// How many users there are.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn count_users(&self) -> Result<u32> {
        let count = self.first("SELECT count(*) FROM users", params![], |row| row.get(0))?;
        Ok(count.unwrap_or(0))
    }
}

impl Transaction<'_> {
    /// Sets a user's further properties, a JSON object.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`], as for all changes.
    pub fn set_properties(&self, user: UserKey, properties: &str, now: Micros) -> Result<()> {
        self.execute(
            "UPDATE users SET properties = ?2, updated = ?3 WHERE key = ?1",
            params![user, properties, now],
        )?;
        Ok(())
    }

    /// Sets a user's e-mail address, which was confirmed; or that there is none.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn set_email(&self, user: UserKey, email: Option<&str>, now: Micros) -> Result<()> {
        self.execute(
            "UPDATE users SET email = ?2, updated = ?3 WHERE key = ?1",
            params![user, email, now],
        )?;
        Ok(())
    }

    /// Sets a user's password hash, in PHC form.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn set_password_hash(&self, user: UserKey, hash: &str) -> Result<()> {
        self.execute(
            "UPDATE users SET password_hash = ?2 WHERE key = ?1",
            params![user, hash],
        )?;
        Ok(())
    }

    /// Ends everything by which somebody could act as a user, but for the token of one client:
    /// sessions, tokens of every kind, log-ins under way, and ways to recover the account.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn revoke_access(&self, user: UserKey, but: Option<i64>) -> Result<()> {
        self.execute(
            "DELETE FROM token_credentials WHERE owner = ?1 AND (?2 IS NULL OR client <> ?2)",
            params![user, but],
        )?;
        self.execute("DELETE FROM sessions WHERE owner = ?1", params![user])?;
        self.execute(
            "DELETE FROM temporary_credentials WHERE owner = ?1",
            params![user],
        )?;
        self.revoke_bearer(user)?;
        self.end_codes(CodeKind::Recovery, user)
    }

    /// Ends an account, with everything by which somebody could act as its user. What the user made
    /// stays. The name is not given again.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn delete_user(&self, user: UserKey, now: Micros) -> Result<()> {
        self.execute(
            "INSERT INTO former_users (key, folded_nickname, deleted)
             SELECT key, folded_nickname, ?2 FROM users WHERE key = ?1",
            params![user, now],
        )?;
        // Sessions, tokens, codes and the inbox go with it.
        self.execute("DELETE FROM users WHERE key = ?1", params![user])?;
        Ok(())
    }
}
