//! Nonces: each is used once within the time-stamp window (RFC 5849, section 3.3).

use std::path::Path;
use std::sync::Arc;

use crate::sql::{Result, params};
use crate::writer::Writer;
use crate::{Micros, migrate};

/// How long a nonce is kept, in seconds, either side of now: twice any sensible window.
const KEPT: i64 = 1_200;

/// What may occur once only.
#[derive(Clone, Debug)]
pub struct Nonce {
    /// Seconds since 1970, as signed.
    pub timestamp: i64,
    /// The client's id.
    pub client: String,
    /// The token, or empty.
    pub token: String,
    /// The nonce itself.
    pub nonce: String,
}

pub(crate) struct Nonces {
    writer: Writer,
}

impl Nonces {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let writer = Writer::start(migrate::open_nonces(path)?, "nonce-writer", Arc::default())?;
        Ok(Self { writer })
    }

    pub(crate) async fn insert(&self, nonce: Nonce) -> Result<bool> {
        self.writer
            .write(move |tx| {
                let inserted = tx.execute(
                    "INSERT INTO nonces (timestamp, client, token, nonce) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO NOTHING",
                    params![nonce.timestamp, nonce.client, nonce.token, nonce.nonce],
                )?;
                Ok(inserted == 1)
            })
            .await
    }

    pub(crate) async fn purge(&self, now: Micros) -> Result<()> {
        let seconds = now / 1_000_000;
        self.writer
            .write(move |tx| {
                tx.execute(
                    "DELETE FROM nonces WHERE timestamp < ?1",
                    params![seconds - KEPT],
                )?;
                Ok(())
            })
            .await
    }
}
