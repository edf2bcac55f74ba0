//! Nonces: each is used once within the time-stamp window (RFC 5849, section 3.3).
//!
//! They are kept in memory, and in two append-only files without sync: a killed process loses none
//! of them, and after a power cut the machine's start takes about as long as they matter. One file
//! grows while the other waits until all in it have expired; then they change places.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read as _, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::error::kind_of;
use crate::sql::Result;
use crate::{Error, Micros};

/// How long a nonce is kept after its time-stamp, in seconds: twice any sensible window.
const KEPT: i64 = 600;

/// Their files in a data directory.
pub(crate) const FILES: [&str; 2] = ["nonces.0", "nonces.1"];

/// A digest and a time-stamp.
const RECORD: usize = 16 + 8;

/// What may occur once only.
#[derive(Clone, Copy, Debug)]
pub struct Nonce<'a> {
    /// Seconds since 1970, as signed.
    pub timestamp: i64,
    /// The client's id.
    pub client: &'a str,
    /// The token, or empty.
    pub token: &'a str,
    /// The nonce itself.
    pub nonce: &'a str,
}

impl Nonce<'_> {
    /// Half of SHA-256 over all of it, each part after its length.
    fn digest(&self) -> u128 {
        let mut hash = Sha256::new();
        hash.update(self.timestamp.to_be_bytes());
        for part in [self.client, self.token, self.nonce] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        u128::from_be_bytes(half)
    }
}

pub(crate) struct Nonces {
    generations: Mutex<Generations>,
}

struct Generations {
    growing: Generation,
    waiting: Generation,
}

impl Nonces {
    pub(crate) fn open(directory: &Path) -> Result<Self> {
        let open = |name| Generation::open(&directory.join(name)).map_err(refused);
        let (mut growing, mut waiting) = (open(FILES[0])?, open(FILES[1])?);
        if waiting.newest > growing.newest {
            std::mem::swap(&mut growing, &mut waiting);
        }
        let generations = Mutex::new(Generations { growing, waiting });
        Ok(Self { generations })
    }

    pub(crate) fn insert(&self, nonce: &Nonce<'_>) -> Result<bool> {
        let digest = nonce.digest();
        let mut generations = self.lock();
        if generations.waiting.seen.contains(&digest) {
            return Ok(false);
        }
        let inserted = generations.growing.insert(digest, nonce.timestamp);
        inserted.map_err(refused)
    }

    pub(crate) fn purge(&self, now: Micros) -> Result<()> {
        let oldest = now / 1_000_000 - KEPT;
        let mut generations = self.lock();
        let Generations { growing, waiting } = &mut *generations;
        for generation in [&mut *growing, &mut *waiting] {
            if generation.newest < oldest {
                generation.clear().map_err(refused)?;
            }
        }
        if waiting.seen.is_empty() {
            std::mem::swap(growing, waiting);
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Generations> {
        // Nothing in here panics half way.
        self.generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file, and what is in it.
struct Generation {
    file: File,
    /// How many bytes are whole records.
    length: u64,
    /// Whether part of a record may stand behind them: its process or its disk came to an end.
    torn: bool,
    seen: HashSet<u128>,
    /// The newest time-stamp.
    newest: i64,
}

impl Generation {
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(path)?;
        let mut generation = Self {
            length: 0,
            torn: true,
            seen: HashSet::new(),
            newest: i64::MIN,
            file,
        };
        let mut records = BufReader::new(generation.file.try_clone()?);
        let mut record = [0; RECORD];
        loop {
            match records.read_exact(&mut record) {
                Ok(()) => generation.remember(parse(&record)),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(error),
            }
        }
        Ok(generation)
    }

    fn remember(&mut self, (digest, timestamp): (u128, i64)) {
        self.length += RECORD as u64;
        self.seen.insert(digest);
        self.newest = self.newest.max(timestamp);
    }

    /// Writes before it is believed; false if it was there.
    fn insert(&mut self, digest: u128, timestamp: i64) -> io::Result<bool> {
        if self.seen.contains(&digest) {
            return Ok(false);
        }
        if self.torn {
            self.file.set_len(self.length)?;
        }
        self.torn = true;
        self.file.write_all(&record(digest, timestamp))?;
        self.torn = false;
        self.remember((digest, timestamp));
        Ok(true)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.length = 0;
        self.seen = HashSet::new();
        self.newest = i64::MIN;
        Ok(())
    }
}

fn record(digest: u128, timestamp: i64) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    record[..16].copy_from_slice(&digest.to_be_bytes());
    record[16..].copy_from_slice(&timestamp.to_be_bytes());
    record
}

fn parse(record: &[u8; RECORD]) -> (u128, i64) {
    let (mut digest, mut timestamp) = ([0; 16], [0; 8]);
    digest.copy_from_slice(&record[..16]);
    timestamp.copy_from_slice(&record[16..]);
    (u128::from_be_bytes(digest), i64::from_be_bytes(timestamp))
}

fn refused(error: io::Error) -> Error {
    Error::with_source(kind_of(&error), "cannot keep a nonce", error)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::ErrorKind;

    fn nonce(timestamp: i64, nonce: &str) -> Nonce<'_> {
        Nonce {
            timestamp,
            client: "client",
            token: "",
            nonce,
        }
    }

    const SECOND: Micros = 1_000_000;

    #[test]
    fn the_parts_of_a_nonce_cannot_be_moved() {
        let one = Nonce {
            token: "a",
            ..nonce(1, "bc")
        };
        let other = Nonce {
            token: "ab",
            ..nonce(1, "c")
        };
        assert_ne!(one.digest(), other.digest());
        assert_ne!(nonce(1, "n").digest(), nonce(2, "n").digest());
    }

    #[test]
    fn a_nonce_outlives_two_purges_and_is_forgotten_when_it_has_expired() {
        let directory = tempfile::tempdir().unwrap();
        let nonces = Nonces::open(directory.path()).unwrap();
        assert!(nonces.insert(&nonce(1_000, "a")).unwrap());
        nonces.purge(1_000 * SECOND).unwrap();
        assert!(nonces.insert(&nonce(1_300, "b")).unwrap());
        nonces.purge(1_300 * SECOND).unwrap();
        let used = |nonces: &Nonces| {
            let again = [nonce(1_000, "a"), nonce(1_300, "b")];
            again.map(|nonce| !nonces.insert(&nonce).unwrap())
        };
        assert_eq!(used(&nonces), [true, true]);
        // Which of the two files grows is known again.
        let nonces = Nonces::open(directory.path()).unwrap();
        assert_eq!(used(&nonces), [true, true]);
        nonces.purge(1_700 * SECOND).unwrap();
        assert_eq!(used(&nonces), [false, true]);
    }

    #[test]
    fn a_record_that_was_cut_off_is_ignored() {
        let directory = tempfile::tempdir().unwrap();
        let nonces = Nonces::open(directory.path()).unwrap();
        for name in ["a", "b"] {
            assert!(nonces.insert(&nonce(1, name)).unwrap());
        }
        drop(nonces);
        let path = directory.path().join("nonces.0");
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes.len(), 2 * RECORD);
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let nonces = Nonces::open(directory.path()).unwrap();
        assert!(!nonces.insert(&nonce(1, "a")).unwrap());
        assert!(nonces.insert(&nonce(1, "b")).unwrap());
        assert!(nonces.insert(&nonce(1, "c")).unwrap());
        drop(nonces);
        let nonces = Nonces::open(directory.path()).unwrap();
        for name in ["a", "b", "c"] {
            assert!(!nonces.insert(&nonce(1, name)).unwrap(), "{name}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_refuses_and_believes_nothing() {
        let mut full = Generation {
            file: OpenOptions::new().write(true).open("/dev/full").unwrap(),
            length: 0,
            torn: false,
            seen: HashSet::new(),
            newest: i64::MIN,
        };
        let error = refused(full.insert(1, 1).unwrap_err());
        assert_eq!(error.kind(), ErrorKind::DiskFull);
        assert!(full.seen.is_empty() && full.torn);
    }
}
