//! Numbers by which other commands name what was shown.

use std::collections::VecDeque;
use std::fs::File;

use pumphouse_client::Acct;

use super::{MOST_ITEMS, MemoryFile, Shown};
use crate::output;

/// The numbers of one list while it is shown.
#[derive(Debug)]
pub(crate) struct Numbers {
    file: Option<MemoryFile>,
    shown: VecDeque<Shown>,
    next: usize,
}

/// The numbers of a watch. They go on from those that were shown before, by whatever command, so that
/// what arrives does not change what a number means.
#[derive(Debug)]
pub(crate) struct WatchNumbers {
    file: Option<MemoryFile>,
    /// Others see by it that the watch goes on.
    _going_on: Option<File>,
    last: usize,
}

impl Numbers {
    /// Begins to number a list of an account, from 1.
    pub(crate) fn of(account: &Acct) -> Self {
        Self {
            file: MemoryFile::of(account).ok(),
            shown: VecDeque::new(),
            next: 1,
        }
    }

    /// The number for the next thing that is shown, dimmed on a terminal. What cannot be named has a
    /// number, too, which says so when it is used.
    pub(crate) fn next(&mut self, shown: Option<Shown>) -> String {
        let number = self.next;
        self.next += 1;
        self.shown.push_back(shown.unwrap_or_default());
        if self.shown.len() > MOST_ITEMS {
            self.shown.pop_front();
        }
        output::dim(&number.to_string())
    }

    /// The command by which the account chosen with this option shows what was numbered last.
    pub(crate) fn show(&self, account: Option<&str>) -> String {
        show(self.next - 1, account)
    }

    /// Remembers the numbers given so far, if any: an empty list leaves those of the list before.
    pub(crate) fn keep(&self) {
        if let Some(file) = &self.file
            && !self.shown.is_empty()
        {
            file.update(|memory| memory.list(self.next, &self.shown));
        }
    }
}

impl WatchNumbers {
    /// Begins to number what arrives for an account.
    pub(crate) fn of(account: &Acct) -> Self {
        Self::begin(MemoryFile::of(account).ok())
    }

    fn begin(file: Option<MemoryFile>) -> Self {
        let going_on = file.as_ref().and_then(|file| file.begin_watch().ok());
        Self {
            file,
            _going_on: going_on,
            last: 0,
        }
    }

    /// The number for the next thing that is shown, which is remembered at once.
    pub(crate) fn next(&mut self, shown: Option<Shown>) -> usize {
        let mut number = self.last + 1;
        if let Some(file) = &self.file {
            file.update(|memory| number = memory.watch(number, shown.unwrap_or_default()));
        }
        self.last = number;
        number
    }
}

/// The command by which the account chosen with this option shows what has this number.
pub(crate) fn show(number: usize, account: Option<&str>) -> String {
    let account = account.map(|option| format!(" {option}"));
    format!("pumphouse show{} {number}", account.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use pumphouse_activity::Object;

    use super::super::tests::{file, note};
    use super::*;

    #[test]
    fn numbers_lead_back_to_what_was_shown() {
        let directory = tempfile::tempdir().unwrap();
        let mut numbers = Numbers {
            file: Some(file(&directory)),
            ..Numbers::of(&"a@b".parse().unwrap())
        };
        let mut far = note("urn:x");
        far.links.set("self", "http://far/x");
        assert_eq!(numbers.next(Shown::object(&note("http://a/1"))), "1");
        assert_eq!(numbers.next(Shown::object(&Object::default())), "2");
        assert_eq!(numbers.next(Shown::object(&far)), "3");
        numbers.keep();
        let memory = file(&directory).read();
        assert_eq!(memory.numbers(), Some((1, 3)));
        assert_eq!(memory.item(1).unwrap().to_object(), note("http://a/1"));
        assert_eq!(memory.item(2), Some(&Shown::default()));
        assert_eq!(memory.item(3).unwrap().to_object(), far);
        assert_eq!((memory.item(0), memory.item(4)), (None, None));
    }

    #[test]
    fn only_the_newest_numbers_are_remembered() {
        let directory = tempfile::tempdir().unwrap();
        let mut numbers = Numbers {
            file: Some(file(&directory)),
            ..Numbers::of(&"a@b".parse().unwrap())
        };
        for n in 1..=MOST_ITEMS + 5 {
            numbers.next(Shown::object(&note(&n.to_string())));
        }
        numbers.keep();
        let memory = file(&directory).read();
        assert_eq!(memory.numbers(), Some((6, MOST_ITEMS + 5)));
        assert_eq!(memory.item(5), None);
        assert_eq!(memory.item(6).unwrap().id, "6");
    }

    /// Shows a list of as many notes.
    fn list(directory: &tempfile::TempDir, name: &str, count: usize) {
        let mut numbers = Numbers {
            file: Some(file(directory)),
            ..Numbers::of(&"a@b".parse().unwrap())
        };
        for n in 1..=count {
            numbers.next(Shown::object(&note(&format!("{name}{n}"))));
        }
        numbers.keep();
    }

    #[test]
    fn what_arrives_does_not_change_what_a_number_means() {
        let directory = tempfile::tempdir().unwrap();
        let watch = || WatchNumbers::begin(Some(file(&directory)));
        let item = |number| file(&directory).read().item(number).map(|it| it.id.clone());
        let shown = |id: &str| Shown::object(&note(id));
        list(&directory, "a", 3);
        let (mut first, mut second) = (watch(), watch());
        assert_eq!(first.next(shown("new")), 4);
        assert_eq!(second.next(shown("other")), 5);
        assert_eq!((item(3), item(4)), (Some("a3".into()), Some("new".into())));
        assert_eq!(file(&directory).read().find("new"), shown("new").as_ref());
        // A shorter list leaves what is watched.
        list(&directory, "b", 2);
        assert_eq!((item(2), item(3)), (Some("b2".into()), None));
        assert_eq!(item(5).as_deref(), Some("other"));
        assert_eq!(first.next(shown("newer")), 6);
        // A longer one uses the numbers, and the watch goes on behind it.
        list(&directory, "c", 7);
        assert_eq!(item(6).as_deref(), Some("c6"));
        assert_eq!(second.next(shown("newest")), 8);
        // No number comes twice in a watch, whatever is forgotten meanwhile.
        drop(first);
        file(&directory).update(|memory| *memory = super::super::Memory::default());
        assert_eq!(second.next(shown("more")), 9);
        drop(second);
        assert_eq!(watch().next(shown("again")), 1);
        assert_eq!(item(9), None);
    }

    #[test]
    fn only_the_newest_of_what_is_watched_is_remembered() {
        let directory = tempfile::tempdir().unwrap();
        let mut numbers = WatchNumbers::begin(Some(file(&directory)));
        for n in 1..=MOST_ITEMS + 1 {
            numbers.next(Shown::object(&note(&n.to_string())));
        }
        let memory = file(&directory).read();
        assert_eq!((memory.item(1), memory.watched.len()), (None, MOST_ITEMS));
    }
}
