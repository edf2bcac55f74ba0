//! What is said over the socket. Passwords are in it, and nothing of it is ever logged.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What a running server says of itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Running {
    /// Its version.
    pub version: String,
    /// Its public address.
    pub base_url: String,
}

/// An account, as those who run the server see it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Account {
    /// The name.
    pub nickname: String,
    /// The address that mail goes to, if there is one and it was confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// When it was made: RFC 3339, UTC.
    pub created: String,
    /// When it was last changed.
    pub updated: String,
    /// How many activities its outbox has.
    pub activities: u32,
}

/// An account to be made.
#[derive(Deserialize, Serialize)]
pub struct NewUser {
    /// The name.
    pub nickname: String,
    /// The password.
    pub password: String,
    /// An address for mail, which counts as confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct NewPassword {
    pub(super) password: String,
}

/// An invitation: with it one person can make an account.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Invitation {
    /// Where it is used.
    pub url: String,
}

/// A backup that is asked for.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Backup {
    /// Where it will be: a directory that is not there yet, named from the root.
    pub destination: PathBuf,
}

/// How far a backup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Bytes of the database, about.
    Database {
        /// So many are written,
        done: u64,
        /// of so many.
        of: u64,
    },
    /// Files that people uploaded.
    Uploads {
        /// So many are there,
        done: u32,
        /// of so many.
        of: u32,
    },
}

/// A backup that is done.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct BackedUp {
    /// How many files that people uploaded are in it.
    pub uploads: u32,
    /// Files that were lost before: the database names them, and they are not there.
    pub missing: Vec<String>,
}

/// A line of the answer to a backup.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Told {
    Progress(Progress),
    Done(BackedUp),
    Failed(String),
}

/// A refusal.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Refused {
    pub(super) error: String,
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser")
            .field("nickname", &self.nickname)
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}
