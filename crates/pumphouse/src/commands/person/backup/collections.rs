//! The collections of an account as files of lines.

use std::collections::HashSet;

use pumphouse_activity::{Activity, Object};
use pumphouse_client::{ErrorKind, Item as _, Items, Session};
use serde::Serialize;

use super::directory::{Directory, not_written};
use super::lines::{Lines, member_key};
use super::manifest::Kept;
use crate::error::Error;
use crate::progress::Bar;

/// How many items are asked for at once.
const PAGE: u16 = 200;

/// Saves activities: the first time from the newest to the oldest, going on where that was cut off;
/// then what is newer, oldest first. Gives how many are new.
pub(super) async fn activities(
    directory: &mut Directory,
    name: &str,
    items: impl Fn() -> Items<Activity>,
) -> Result<u64, Error> {
    let mut log = Log {
        lines: directory.lines(name)?,
        kept: directory
            .manifest
            .collections
            .get(name)
            .cloned()
            .unwrap_or_default(),
        bar: Bar::count(name),
        new: 0,
    };
    if !log.kept.whole {
        let rest = match log.lines.last() {
            Some(last) => items().before(last),
            None => items(),
        };
        match log.take(rest).await {
            Err(Failed::Lost) => log.take_all(items()).await?,
            other => {
                other?;
                log.kept.newest = log.lines.first().map(str::to_owned);
            }
        }
        log.kept.whole = true;
        log.save(directory, name)?;
    }
    if let Some(newest) = &log.kept.newest {
        let newer = items().since(newest);
        match log.take(newer).await {
            Err(Failed::Lost) => log.take_all(items()).await?,
            Err(error) => return Err(error.into()),
            Ok(None) => {}
            Ok(last) => log.kept.newest = last,
        }
    } else {
        log.take_all(items()).await?;
    }
    log.save(directory, name)?;
    Ok(log.new)
}

/// A collection of activities on its way into its file.
struct Log {
    lines: Lines,
    kept: Kept,
    bar: Bar,
    new: u64,
}

/// Why items could not be had.
enum Failed {
    /// The server does not know the item any more behind which they were to begin.
    Lost,
    Other(Error),
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Lost => Self::refused("the server does not know where to go on"),
            Failed::Other(error) => error,
        }
    }
}

impl Log {
    /// Adds what comes; gives the id of the last item.
    async fn take(&mut self, items: Items<Activity>) -> Result<Option<String>, Failed> {
        let mut stream = items.page_size(PAGE).stream();
        let mut last = None;
        while let Some(item) = stream.next().await {
            let item = item.map_err(|error| match error.kind() {
                ErrorKind::Refused | ErrorKind::NotFound if last.is_none() => Failed::Lost,
                _ => Failed::Other(error.into()),
            })?;
            self.add(&item).map_err(Failed::Other)?;
            last = item.id.or(last);
        }
        Ok(last)
    }

    /// Reads everything and adds what is not there.
    async fn take_all(&mut self, items: Items<Activity>) -> Result<(), Error> {
        let mut stream = items.page_size(PAGE).stream();
        let mut newest = None;
        while let Some(item) = stream.next().await {
            let item = item?;
            self.add(&item)?;
            newest = newest.or(item.id);
        }
        self.kept.newest = newest.or(self.kept.newest.take());
        Ok(())
    }

    fn add(&mut self, item: &Activity) -> Result<(), Error> {
        let key = key(item.id(), item)?;
        let added = self.lines.add_if_new(&key, item.updated.as_deref(), item);
        self.new += u64::from(added.map_err(failed)?);
        self.bar.advance();
        Ok(())
    }

    fn save(&mut self, directory: &mut Directory, name: &str) -> Result<(), Error> {
        let saved = self.lines.save();
        saved.map_err(|error| not_written(&directory.collection(name), error))?;
        self.kept.items = self.lines.count();
        let collections = &mut directory.manifest.collections;
        collections.insert(name.to_owned(), self.kept.clone());
        directory.save()
    }
}

/// Saves objects: all are read, and those added that are new or have changed. Gives how many are new.
pub(super) async fn objects(
    directory: &mut Directory,
    name: &str,
    items: Items<Object>,
) -> Result<u64, Error> {
    let mut all = Comparison::begin(directory, name)?;
    let mut stream = items.page_size(PAGE).stream();
    while let Some(item) = stream.next().await {
        let item = item?;
        all.add(key(item.id(), &item)?, item.updated.as_deref(), &item)?;
    }
    all.finish(directory, name)
}

/// Saves who is on the lists of people that were saved. Gives how many are new.
pub(super) async fn members(directory: &mut Directory, session: &Session) -> Result<u64, Error> {
    #[derive(Serialize)]
    struct Member<'a> {
        list: &'a str,
        member: &'a Object,
    }
    let mut all = Comparison::begin(directory, "members")?;
    let mut lists = session.lists().items().page_size(PAGE).stream();
    while let Some(list) = lists.next().await {
        let list = list?;
        let Some(id) = list.id() else { continue };
        let mut members = session.members(&list).items().page_size(PAGE).stream();
        while let Some(member) = members.next().await {
            let member = member?;
            let key = member_key(id, &key(member.id(), &member)?);
            // What is known of the people stands in other files, too.
            all.add(
                key,
                None,
                &Member {
                    list: id,
                    member: &member,
                },
            )?;
        }
    }
    all.finish(directory, "members")
}

/// A collection that is compared with its file.
struct Comparison {
    lines: Lines,
    present: HashSet<String>,
    bar: Bar,
    new: u64,
}

impl Comparison {
    fn begin(directory: &Directory, name: &str) -> Result<Self, Error> {
        Ok(Self {
            lines: directory.lines(name)?,
            present: HashSet::new(),
            bar: Bar::count(name),
            new: 0,
        })
    }

    fn add(
        &mut self,
        key: String,
        updated: Option<&str>,
        item: &impl Serialize,
    ) -> Result<(), Error> {
        let added = self.lines.add_if_new(&key, updated, item);
        self.new += u64::from(added.map_err(failed)?);
        self.present.insert(key);
        self.bar.advance();
        Ok(())
    }

    fn finish(mut self, directory: &mut Directory, name: &str) -> Result<u64, Error> {
        let saved = self.lines.save();
        saved.map_err(|error| not_written(&directory.collection(name), error))?;
        let missing = self.lines.keys().filter(|key| !self.present.contains(*key));
        let mut gone: Vec<String> = missing.cloned().collect();
        gone.sort();
        let kept = Kept {
            items: self.lines.count(),
            whole: true,
            newest: None,
            gone,
        };
        directory.manifest.collections.insert(name.to_owned(), kept);
        directory.save()?;
        Ok(self.new)
    }
}

/// By what an item is recognised: its id; what has none, by all it says.
fn key(id: Option<&str>, item: &impl Serialize) -> Result<String, Error> {
    match id {
        Some(id) => Ok(id.to_owned()),
        None => serde_json::to_string(item).map_err(|error| failed(error.into())),
    }
}

fn failed(error: std::io::Error) -> Error {
    Error::failure("the backup cannot be written").with_source(error)
}
