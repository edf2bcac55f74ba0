//! Requests that another server confirms when it is called back (pump.io protocol, sections 2.3 and
//! 9.3): those that were sent, and those that were got. Only their hashes are kept.

use sha2::{Digest, Sha256};

use crate::sql::{Result, params};
use crate::{Micros, Snapshot, Transaction};

/// What such a request says.
#[derive(Clone, Copy, Debug)]
pub struct Dialback<'a> {
    /// In whose name it is sent: `host`, or `name@host`.
    pub identity: &'a str,
    /// The endpoint that it is sent to.
    pub url: &'a str,
    /// The sender's random token.
    pub token: &'a str,
    /// When it was sent.
    pub date: Micros,
}

impl Dialback<'_> {
    /// What is kept of it.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in [self.identity, self.url, self.token] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        hash.update(self.date.to_be_bytes());
        hash.finalize().into()
    }
}

const GOT: u8 = 0;
const SENT: u8 = 1;

impl Snapshot<'_> {
    /// Whether a request was sent by us, and is not forgotten.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`], as for all look-ups.
    pub fn was_dialback_sent(&self, dialback: &Dialback<'_>, now: Micros) -> Result<bool> {
        let found = self.first(
            "SELECT 1 FROM dialbacks WHERE digest = ?1 AND sent = ?2 AND expires > ?3",
            params![dialback.digest().as_slice(), SENT, now],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }
}

impl Transaction<'_> {
    /// Records a request before it is sent.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`], as for all changes.
    pub fn record_sent_dialback(&self, dialback: &Dialback<'_>, expires: Micros) -> Result<()> {
        self.insert_dialback(&dialback.digest(), SENT, expires)?;
        Ok(())
    }

    /// Remembers a request that was got, by its digest; false if it was got before.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn remember_dialback(&self, digest: &[u8; 32], expires: Micros) -> Result<bool> {
        self.insert_dialback(digest, GOT, expires)
    }

    fn insert_dialback(&self, digest: &[u8; 32], sent: u8, expires: Micros) -> Result<bool> {
        let changed = self.execute(
            "INSERT INTO dialbacks (digest, sent, expires) VALUES (?1, ?2, ?3)
             ON CONFLICT (digest, sent) DO NOTHING",
            params![digest.as_slice(), sent, expires],
        )?;
        Ok(changed == 1)
    }

    /// Forgets requests that are too old to be taken or asked about.
    pub(crate) fn purge_dialbacks(&self, now: Micros) -> Result<()> {
        self.execute("DELETE FROM dialbacks WHERE expires <= ?1", params![now])?;
        Ok(())
    }
}
