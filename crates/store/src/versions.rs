//! When which thing was last changed, so that what was made of a reading can be kept and is exact.
//!
//! A reading that shall be kept names each [`Thing`] that it reads, a change each that it changes;
//! the queries of this crate do both. Commits are numbered. What is kept remembers the number of the
//! last commit before its reading began, and holds as long as nothing that it read was changed by a
//! later one. Changes are noted after their commit and before they are acknowledged, so nobody gets
//! what is older than what he was told is done.
//!
//! What is forgotten costs time, never truth: a query that names nothing makes its reading one that
//! cannot be kept, and a change that names nothing counts as a change of everything. Things are told
//! apart by a hash; two that share one only make each other seem changed.

use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Edge, End, ObjectKey, UserKey};

/// What is read and changed as one.
#[derive(Clone, Copy, Hash)]
pub(crate) enum Thing<'a> {
    /// Whether anything has this id or short name.
    Name(&'a str),
    /// A row of an object, its tallies too.
    Object(ObjectKey),
    /// A row of an activity.
    Activity(i64),
    /// Whether there is an edge.
    Edge(Edge, ObjectKey, ObjectKey),
    /// Which edges lead from or to an object.
    Edges(Edge, End, ObjectKey),
    /// What is in an inbox, and how much.
    Inbox(UserKey),
    /// What is in the inbox of a group.
    GroupInbox(ObjectKey),
    /// What somebody did, and how much.
    Outbox(ObjectKey),
    /// A row of a user, but for what the feeds hold.
    User(UserKey),
    /// A row of an application.
    Client(&'a str),
    /// A row of token credentials.
    Token(&'a str),
}

/// How many things are told apart.
const SLOTS: usize = 1 << 15;

/// Where the number of a thing's last change stands.
type Slot = u16;

impl Thing<'_> {
    fn slot(self) -> Slot {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        (hasher.finish() % SLOTS as u64) as Slot
    }
}

/// The number of the last commit, and of the last change of each thing.
pub(crate) struct Versions {
    last: AtomicU64,
    everything: AtomicU64,
    slots: Box<[AtomicU64]>,
}

/// What a transaction changed.
#[derive(Default)]
pub(crate) struct Changed {
    everything: bool,
    slots: Vec<Slot>,
}

/// What a reading read.
pub(crate) struct Readings {
    begun: u64,
    complete: bool,
    slots: Vec<Slot>,
}

/// By what is seen whether something that was kept still holds.
pub(crate) struct Stamp {
    begun: u64,
    slots: Box<[Slot]>,
}

impl Default for Versions {
    fn default() -> Self {
        Self {
            last: AtomicU64::new(0),
            everything: AtomicU64::new(0),
            slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
        }
    }
}

impl Versions {
    /// Notes what a commit changed. Only the writer calls this, so numbers are never given twice.
    pub(crate) fn note<'a>(&self, changes: impl Iterator<Item = &'a Changed>) {
        let number = self.last.load(Ordering::Relaxed) + 1;
        for changed in changes {
            if changed.everything {
                self.everything.store(number, Ordering::Release);
            }
            for slot in &changed.slots {
                self.slots[usize::from(*slot)].store(number, Ordering::Release);
            }
        }
        // Last: who begins to read with this number sees the commit.
        self.last.store(number, Ordering::Release);
    }

    /// Notes that nobody knows what has changed.
    pub(crate) fn note_everything(&self) {
        let everything = Changed {
            everything: true,
            slots: Vec::new(),
        };
        self.note([everything].iter());
    }

    /// What a reading will read. To be called before its snapshot is taken.
    pub(crate) fn begin(&self) -> Readings {
        Readings {
            begun: self.last.load(Ordering::Acquire),
            complete: true,
            slots: Vec::new(),
        }
    }

    /// Whether nothing of what was read has been changed since.
    pub(crate) fn hold(&self, stamp: &Stamp) -> bool {
        let is_older = |number: &AtomicU64| number.load(Ordering::Acquire) <= stamp.begun;
        is_older(&self.everything)
            && stamp
                .slots
                .iter()
                .all(|slot| is_older(&self.slots[usize::from(*slot)]))
    }
}

impl Changed {
    pub(crate) fn add(&mut self, thing: Thing<'_>) {
        self.slots.push(thing.slot());
    }

    pub(crate) fn add_everything(&mut self) {
        self.everything = true;
    }
}

impl Readings {
    pub(crate) fn add(&mut self, thing: Thing<'_>) {
        self.slots.push(thing.slot());
    }

    pub(crate) fn add_unknown(&mut self) {
        self.complete = false;
    }

    /// `None` if the reading cannot be kept.
    pub(crate) fn into_stamp(mut self) -> Option<Stamp> {
        self.slots.sort_unstable();
        self.slots.dedup();
        self.complete.then(|| Stamp {
            begun: self.begun,
            slots: self.slots.into(),
        })
    }
}

impl Stamp {
    /// How much memory it takes beside itself.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.slots)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(versions: &Versions, things: &[Thing<'_>]) -> Stamp {
        let mut readings = versions.begin();
        things.iter().for_each(|thing| readings.add(*thing));
        readings.into_stamp().unwrap()
    }

    fn change(versions: &Versions, things: &[Thing<'_>]) {
        let mut changed = Changed::default();
        things.iter().for_each(|thing| changed.add(*thing));
        versions.note([changed].iter());
    }

    #[test]
    fn a_reading_holds_until_something_that_it_read_is_changed() {
        let versions = Versions::default();
        let stamp = stamp(&versions, &[Thing::Object(1), Thing::Name("a")]);
        change(&versions, &[Thing::Object(2), Thing::Activity(1)]);
        assert!(versions.hold(&stamp));
        change(&versions, &[Thing::Name("a")]);
        assert!(!versions.hold(&stamp));
    }

    #[test]
    fn a_change_during_a_reading_counts() {
        let versions = Versions::default();
        let mut readings = versions.begin();
        change(&versions, &[Thing::Object(1)]);
        readings.add(Thing::Object(1));
        assert!(!versions.hold(&readings.into_stamp().unwrap()));
        assert!(versions.hold(&stamp(&versions, &[Thing::Object(1)])));
    }

    #[test]
    fn what_names_nothing_is_everything() {
        let versions = Versions::default();
        let mut readings = versions.begin();
        readings.add_unknown();
        assert!(readings.into_stamp().is_none());
        let stamp = stamp(&versions, &[]);
        versions.note_everything();
        assert!(!versions.hold(&stamp));
    }
}
