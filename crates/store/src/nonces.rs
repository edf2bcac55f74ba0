//! Nonces: each is used once within the time-stamp window (RFC 5849, section 3.3).
//!
//! They are kept in memory, and in append-only files without sync: a killed process loses none of
//! them, and after a power cut the machine's start takes about as long as they matter. Each shard
//! of them has two files: one grows while the other waits until all in it have expired; then they
//! change places.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read as _, Write as _};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::error::kind_of;
use crate::sql::Result;
use crate::{Error, Micros};

/// How long a nonce is kept after its time-stamp, in seconds: twice any sensible window.
const KEPT: i64 = 600;

/// Every signed request writes to a file while others wait: into one of so many.
const SHARDS: u64 = 4;

/// And so many sets are in memory for each: one that grows is copied while others wait.
const SETS: u64 = 64;

/// A digest and a time-stamp.
const RECORD: usize = 8 + 8;

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
    /// The begin of SHA-256 over all of it, each part after its length. Two of the same, which nobody
    /// lives to see by chance, would refuse a request and never believe one.
    fn digest(&self) -> u64 {
        let mut hash = Sha256::new();
        hash.update(self.timestamp.to_be_bytes());
        for part in [self.client, self.token, self.nonce] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        let mut begin = [0; 8];
        begin.copy_from_slice(&digest[..8]);
        u64::from_be_bytes(begin)
    }
}

pub(crate) struct Nonces {
    shards: Vec<Mutex<Shard>>,
}

impl Nonces {
    pub(crate) fn open(directory: &Path) -> Result<Self> {
        let open = |shard| Shard::open(directory, shard).map(Mutex::new);
        let shards = (0..SHARDS).map(open).collect::<io::Result<_>>();
        shards.map(|shards| Self { shards }).map_err(refused)
    }

    pub(crate) fn insert(&self, nonce: &Nonce<'_>) -> Result<bool> {
        let digest = nonce.digest();
        let Some(shard) = self.shards.get((digest % SHARDS) as usize) else {
            return Ok(false);
        };
        let inserted = lock(shard).insert(digest, nonce.timestamp);
        inserted.map_err(refused)
    }

    pub(crate) fn purge(&self, now: Micros) -> Result<()> {
        let oldest = now / 1_000_000 - KEPT;
        let mut shards = self.shards.iter();
        shards.try_for_each(|shard| lock(shard).purge(oldest).map_err(refused))
    }
}

/// Nothing in a shard panics half way.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The files of all shards in a data directory.
pub(crate) fn files(directory: &Path) -> impl Iterator<Item = PathBuf> {
    (0..SHARDS).flat_map(|shard| paths(directory, shard))
}

fn paths(directory: &Path, shard: u64) -> [PathBuf; 2] {
    [0, 1].map(|generation| directory.join(format!("nonces.{shard}.{generation}")))
}

/// Those nonces whose digests leave the same remainder.
struct Shard {
    growing: Generation,
    waiting: Generation,
}

impl Shard {
    fn open(directory: &Path, shard: u64) -> io::Result<Self> {
        let [one, other] = paths(directory, shard);
        let (mut growing, mut waiting) = (Generation::open(&one)?, Generation::open(&other)?);
        if waiting.newest > growing.newest {
            mem::swap(&mut growing, &mut waiting);
        }
        Ok(Self { growing, waiting })
    }

    fn insert(&mut self, digest: u64, timestamp: i64) -> io::Result<bool> {
        if self.waiting.seen.contains(digest) {
            return Ok(false);
        }
        self.growing.insert(digest, timestamp)
    }

    fn purge(&mut self, oldest: i64) -> io::Result<()> {
        for generation in [&mut self.growing, &mut self.waiting] {
            if generation.newest < oldest {
                generation.clear()?;
            }
        }
        if self.waiting.seen.is_empty() {
            mem::swap(&mut self.growing, &mut self.waiting);
        }
        Ok(())
    }
}

/// Digests, by a part of them that is not the one by which shards are told apart.
struct Seen(Vec<HashSet<u64>>);

impl Default for Seen {
    fn default() -> Self {
        Self((0..SETS).map(|_| HashSet::new()).collect())
    }
}

impl Seen {
    fn set(digest: u64) -> usize {
        (digest / SHARDS % SETS) as usize
    }

    fn contains(&self, digest: u64) -> bool {
        self.0[Self::set(digest)].contains(&digest)
    }

    fn insert(&mut self, digest: u64) {
        self.0[Self::set(digest)].insert(digest);
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(HashSet::is_empty)
    }
}

/// A file, and what is in it.
struct Generation {
    file: File,
    /// How many bytes are whole records.
    length: u64,
    /// Whether part of a record may stand behind them: its process or its disk came to an end.
    torn: bool,
    seen: Seen,
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
            seen: Seen::default(),
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

    fn remember(&mut self, (digest, timestamp): (u64, i64)) {
        self.length += RECORD as u64;
        self.seen.insert(digest);
        self.newest = self.newest.max(timestamp);
    }

    /// Writes before it is believed; false if it was there.
    fn insert(&mut self, digest: u64, timestamp: i64) -> io::Result<bool> {
        if self.seen.contains(digest) {
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
        self.seen = Seen::default();
        self.newest = i64::MIN;
        Ok(())
    }
}

fn record(digest: u64, timestamp: i64) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    record[..8].copy_from_slice(&digest.to_be_bytes());
    record[8..].copy_from_slice(&timestamp.to_be_bytes());
    record
}

fn parse(record: &[u8; RECORD]) -> (u64, i64) {
    let (mut digest, mut timestamp) = ([0; 8], [0; 8]);
    digest.copy_from_slice(&record[..8]);
    timestamp.copy_from_slice(&record[8..]);
    (u64::from_be_bytes(digest), i64::from_be_bytes(timestamp))
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
        let path = directory.path().join("nonces");
        let open = || Generation::open(&path).unwrap();
        let mut generation = open();
        for digest in [1, 2] {
            assert!(generation.insert(digest, 1).unwrap());
        }
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes.len(), 2 * RECORD);
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let mut generation = open();
        assert!(!generation.insert(1, 1).unwrap());
        assert!(generation.insert(2, 1).unwrap());
        assert!(generation.insert(3, 1).unwrap());
        let mut generation = open();
        for digest in [1, 2, 3] {
            assert!(!generation.insert(digest, 1).unwrap(), "{digest}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_refuses_and_believes_nothing() {
        let mut full = Generation {
            file: OpenOptions::new().write(true).open("/dev/full").unwrap(),
            length: 0,
            torn: false,
            seen: Seen::default(),
            newest: i64::MIN,
        };
        let error = refused(full.insert(1, 1).unwrap_err());
        assert_eq!(error.kind(), ErrorKind::DiskFull);
        assert!(full.seen.is_empty() && full.torn);
    }
}
