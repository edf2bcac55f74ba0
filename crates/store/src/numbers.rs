//! What the writer has done so far, for those who watch the server.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a store has written since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Transactions on disk. One is counted before its writes are acknowledged, so what is read
    /// while this stays the same stays the same, too.
    pub commits: u64,
    /// Changes in them.
    pub writes: u64,
    /// Transactions that could not be written.
    pub failed_commits: u64,
    /// The most changes that one transaction took.
    pub largest_group: u64,
}

/// The same, as it is counted.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    commits: AtomicU64,
    writes: AtomicU64,
    failed_commits: AtomicU64,
    largest_group: AtomicU64,
}

impl Counting {
    /// Counts a transaction with so many changes.
    pub(crate) fn group(&self, size: usize, committed: bool) {
        if !committed {
            self.failed_commits.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let size = size as u64;
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(size, Ordering::Relaxed);
        self.largest_group.fetch_max(size, Ordering::Relaxed);
    }

    pub(crate) fn numbers(&self) -> Numbers {
        Numbers {
            commits: self.commits.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
            failed_commits: self.failed_commits.load(Ordering::Relaxed),
            largest_group: self.largest_group.load(Ordering::Relaxed),
        }
    }
}
