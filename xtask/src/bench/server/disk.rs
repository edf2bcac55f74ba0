//! What the disk can do at best: appends that are synced one after the other.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

/// How many appends of this size it syncs in a second. The file has its room already, as a
/// write-ahead log that is used again.
pub(super) fn syncs(directory: &Path, bytes: usize) -> Result<f64> {
    const ROOM: usize = 16 << 20;
    let path = directory.join("sync");
    let mut file = File::create(&path)?;
    file.write_all(&vec![0; ROOM])?;
    file.sync_all()?;
    let append = vec![1; bytes];
    let mut left = 0;
    let mut count = 0_u32;
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(2) {
        if left < bytes {
            std::io::Seek::rewind(&mut file)?;
            left = ROOM;
        }
        left -= bytes;
        file.write_all(&append)?;
        file.sync_data()?;
        count += 1;
    }
    let taken = start.elapsed();
    fs::remove_file(path)?;
    Ok(f64::from(count) / taken.as_secs_f64())
}
