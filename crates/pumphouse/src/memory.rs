//! What is remembered between commands, for each account: what the last list showed under which
//! number, and what was posted last. All of it can be lost.

mod numbers;

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io;
use std::path::PathBuf;

use pumphouse_activity::{Activity, Object};
use pumphouse_client::Acct;
use serde::{Deserialize, Serialize};

pub(crate) use self::numbers::{Numbers, WatchNumbers, show};
use crate::error::Error;
use crate::{files, output, text};

/// How many numbers of a list, or of watches, stay good: the newest.
const MOST_ITEMS: usize = 1000;
/// In so many lists a place is remembered.
const MOST_PLACES: usize = 1000;
/// An id that is longer is not remembered.
const LONGEST_ID: usize = 2048;

/// A thing that was shown: enough to act on it without asking for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Shown {
    /// `note`, `person`, ….
    pub(crate) kind: String,
    pub(crate) id: String,
    /// Where programs have it, if its id does not say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    /// Where the own server hands it out, if it is on another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) proxy: Option<String>,
    /// The name of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The activity by which it was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) activity: Option<String>,
    /// Who made it, if the server said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) author: Option<String>,
}

/// All that is remembered of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Memory {
    /// The number of the first item.
    first: usize,
    items: VecDeque<Shown>,
    /// What was watched since: its numbers go on from those of the list.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    watched: BTreeMap<usize, Shown>,
    last: Option<Shown>,
    /// Up to where lists were shown: ids, by the words of the command.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    places: BTreeMap<String, String>,
}

/// The place where an account's memory is kept.
#[derive(Clone, Debug)]
pub(crate) struct MemoryFile {
    path: PathBuf,
}

impl Shown {
    /// An object that is shown; `None` if it has no type or no id, so that nothing can be done with it.
    pub(crate) fn object(object: &Object) -> Option<Self> {
        let fits = |text: &&str| text.len() <= LONGEST_ID;
        let short = |text: Option<&str>| text.filter(fits).map(str::to_owned);
        let id = short(object.id.as_deref())?;
        let author = object.author.as_deref().and_then(Object::acct);
        Some(Self {
            kind: short(object.object_type.as_deref())?,
            address: short(object.self_url().filter(|address| *address != id)),
            proxy: short(object.proxy_url()),
            name: short(object.preferred_username.as_deref()),
            activity: None,
            author: author.map(|author| author.to_string()),
            id,
        })
    }

    /// What an activity is about, and the activity.
    pub(crate) fn activity(activity: &Activity) -> Option<Self> {
        let mut shown = Self::object(activity.object.as_deref()?)?;
        shown.activity = activity.id.clone().filter(|id| id.len() <= LONGEST_ID);
        if shown.author.is_none() && matches!(activity.verb.as_deref(), None | Some("post")) {
            let actor = activity.actor.as_deref().and_then(Object::acct);
            shown.author = actor.map(|actor| actor.to_string());
        }
        Some(shown)
    }

    /// What was shown as an object, good enough to do something to it or to load it.
    pub(crate) fn to_object(&self) -> Object {
        let mut object = Object::reference(&self.kind, &self.id);
        object.preferred_username.clone_from(&self.name);
        if let Some(address) = &self.address {
            object.links.set("self", address);
        }
        if self.proxy.is_some() {
            object
                .pump_io
                .get_or_insert_default()
                .proxy_url
                .clone_from(&self.proxy);
        }
        object
    }
}

impl Memory {
    /// What the last list, or a watch since, showed under this number.
    pub(crate) fn item(&self, number: usize) -> Option<&Shown> {
        let listed = number.checked_sub(self.first);
        listed
            .and_then(|index| self.items.get(index))
            .or_else(|| self.watched.get(&number))
    }

    /// Takes over what a list showed, up to before this number. What was watched stays where the list
    /// has not used its numbers.
    fn list(&mut self, end: usize, items: &VecDeque<Shown>) {
        self.first = end - items.len();
        self.items.clone_from(items);
        self.watched = self.watched.split_off(&end);
    }

    /// Adds what a watch shows; gives its number, which is the first that nothing else has, from a
    /// number on.
    fn watch(&mut self, from: usize, shown: Shown) -> usize {
        let listed = self.first + self.items.len();
        let watched = self.watched.last_key_value();
        let free = watched.map_or(1, |(last, _)| last + 1).max(listed);
        let number = free.max(from);
        self.watched.insert(number, shown);
        if self.watched.len() > MOST_ITEMS {
            self.watched.pop_first();
        }
        number
    }

    /// What was shown with this id.
    pub(crate) fn find(&self, id: &str) -> Option<&Shown> {
        self.items
            .iter()
            .chain(self.watched.values())
            .chain(&self.last)
            .find(|shown| shown.id == id)
    }

    /// The first and the last number that are remembered, if there are any.
    pub(crate) fn numbers(&self) -> Option<(usize, usize)> {
        let count = self.items.len();
        (count > 0).then(|| (self.first, self.first + count - 1))
    }

    /// What was posted last.
    pub(crate) fn last(&self) -> Option<&Shown> {
        self.last.as_ref()
    }

    /// The id of the newest item of a list that was shown.
    pub(crate) fn place(&self, list: &str) -> Option<&str> {
        self.places.get(list).map(String::as_str)
    }

    /// Moves the place in a list on.
    pub(crate) fn set_place(&mut self, list: &str, id: &str) {
        let is_new = !self.places.contains_key(list);
        if id.len() <= LONGEST_ID && !(is_new && self.places.len() == MOST_PLACES) {
            self.places.insert(list.to_owned(), id.to_owned());
        }
    }
}

impl MemoryFile {
    /// The memory of an account.
    pub(crate) fn of(account: &Acct) -> Result<Self, Error> {
        let name = text::file_name(&account.to_string());
        Ok(Self {
            path: files::state_directory()?.join(format!("{name}.json")),
        })
    }

    /// What is remembered; nothing, if it cannot be understood.
    pub(crate) fn read(&self) -> Memory {
        let text = files::read(&self.path).unwrap_or_else(|error| {
            tracing::warn!(%error, path = %self.path.display(), "cannot be read");
            None
        });
        text.and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
    }

    /// Changes what is remembered. That it cannot is said, and is no failure.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Memory)) {
        let updated = files::lock(&self.path).and_then(|_lock| {
            let before = self.read();
            let mut memory = before.clone();
            change(&mut memory);
            if memory == before {
                return Ok(());
            }
            files::replace(&self.path, &serde_json::to_string(&memory)?)
        });
        if let Err(error) = updated {
            let path = self.path.display();
            output::note(&format!(
                "note: cannot remember what was shown in {path}: {error}"
            ));
        }
    }

    /// Begins a watch, which goes on until the result is dropped. What was watched before is forgotten,
    /// unless another watch goes on still.
    fn begin_watch(&self) -> io::Result<File> {
        let (going_on, is_alone) = files::share(&self.path.with_extension("watch"))?;
        if is_alone {
            self.update(|memory| memory.watched.clear());
        }
        Ok(going_on)
    }

    /// Remembers what was posted last.
    pub(crate) fn posted(&self, activity: &Activity) {
        let shown = Shown::activity(activity);
        self.update(|memory| memory.last = shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn note(id: &str) -> Object {
        Object::reference("note", id)
    }

    pub(super) fn file(directory: &tempfile::TempDir) -> MemoryFile {
        MemoryFile {
            path: directory.path().join("new/a@b.json"),
        }
    }

    #[test]
    fn what_cannot_be_read_is_forgotten_and_files_are_private() {
        let directory = tempfile::tempdir().unwrap();
        let file = file(&directory);
        assert_eq!(file.read(), Memory::default());
        file.posted(&Activity::new("post", note("http://a/1")));
        assert_eq!(file.read().last().unwrap().id, "http://a/1");
        #[cfg(unix)]
        for (path, mode) in [
            (file.path.as_path(), 0o600),
            (file.path.parent().unwrap(), 0o700),
        ] {
            use std::os::unix::fs::PermissionsExt as _;
            let permissions = std::fs::metadata(path).unwrap().permissions();
            assert_eq!(permissions.mode() & 0o777, mode);
        }
        std::fs::write(&file.path, "{ no").unwrap();
        assert_eq!(file.read(), Memory::default());
        file.posted(&Activity::new("post", note("http://a/2")));
        assert_eq!(file.read().last().unwrap().id, "http://a/2");
    }
}
