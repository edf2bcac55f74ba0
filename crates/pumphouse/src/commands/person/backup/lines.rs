//! A file of JSON lines that only grows, whatever ends the program.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// A file of items, one a line.
pub(super) struct Lines {
    file: BufWriter<File>,
    /// What is in it: when it was last changed, by key.
    known: HashMap<String, Option<String>>,
    first: Option<String>,
    last: Option<String>,
}

/// What tells lines apart.
#[derive(Deserialize)]
struct Head {
    id: Option<String>,
    updated: Option<String>,
    /// Of members of a list.
    list: Option<String>,
    member: Option<Box<Head>>,
    /// Of media.
    url: Option<String>,
}

impl Head {
    fn key(self) -> Option<String> {
        match (self.list, self.member) {
            (Some(list), Some(member)) => Some(member_key(&list, &member.key()?)),
            _ => self.id.or(self.url),
        }
    }
}

/// The key of a person as a member of a list.
pub(super) fn member_key(list: &str, member: &str) -> String {
    format!("{list} {member}")
}

impl Lines {
    /// Opens a file, or makes it. A line that was cut off is taken away.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        // The directory may be one that others can read.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        let mut lines = Self {
            file: BufWriter::new(file.try_clone()?),
            known: HashMap::new(),
            first: None,
            last: None,
        };
        let (mut reader, mut line, mut whole) = (BufReader::new(&file), Vec::new(), 0);
        while reader.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
            whole += line.len() as u64;
            if let Ok(head) = serde_json::from_slice::<Head>(&line) {
                let updated = head.updated.clone();
                if let Some(key) = head.key() {
                    lines.add(key, updated);
                }
            }
            line.clear();
        }
        file.set_len(whole)?;
        Ok(lines)
    }

    fn add(&mut self, key: String, updated: Option<String>) {
        self.first.get_or_insert_with(|| key.clone());
        self.last = Some(key.clone());
        self.known.insert(key, updated);
    }

    /// Adds a line, unless the item is there and has not changed; says whether it was new.
    pub(super) fn add_if_new(
        &mut self,
        key: &str,
        updated: Option<&str>,
        item: &impl Serialize,
    ) -> io::Result<bool> {
        let known = self.known.get(key);
        if known.is_some_and(|known| known.as_deref() == updated) {
            return Ok(false);
        }
        let is_new = known.is_none();
        serde_json::to_writer(&mut self.file, item)?;
        self.file.write_all(b"\n")?;
        self.add(key.to_owned(), updated.map(str::to_owned));
        Ok(is_new)
    }

    /// Makes sure that everything is on the disk.
    pub(super) fn save(&mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()
    }

    /// The key of the first line.
    pub(super) fn first(&self) -> Option<&str> {
        self.first.as_deref()
    }

    /// The key of the last line.
    pub(super) fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// How many items there are.
    pub(super) fn count(&self) -> u64 {
        self.known.len() as u64
    }

    /// The keys of all items.
    pub(super) fn keys(&self) -> impl Iterator<Item = &String> {
        self.known.keys()
    }
}

/// Goes through the items of a file; lines of another shape are passed over.
pub(super) fn each<T: serde::de::DeserializeOwned>(
    path: &Path,
    mut look: impl FnMut(T),
) -> io::Result<()> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        file => file?,
    };
    let (mut reader, mut line) = (BufReader::new(file), Vec::new());
    while reader.read_until(b'\n', &mut line)? > 0 {
        if let Ok(item) = serde_json::from_slice(&line) {
            look(item);
        }
        line.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_line_that_was_cut_off_is_taken_away_and_written_anew() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.jsonl");
        let mut lines = Lines::open(&path).unwrap();
        assert!(lines.add_if_new("a", None, &json!({"id": "a"})).unwrap());
        assert!(lines.add_if_new("b", None, &json!({"id": "b"})).unwrap());
        lines.save().unwrap();
        drop(lines);
        let whole = std::fs::read(&path).unwrap();
        for end in 0..=whole.len() {
            std::fs::write(&path, &whole[..end]).unwrap();
            let mut lines = Lines::open(&path).unwrap();
            for id in ["a", "b"] {
                lines.add_if_new(id, None, &json!({"id": id})).unwrap();
            }
            lines.save().unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), whole, "cut at {end}");
        }
    }

    #[test]
    fn changed_items_are_added_and_others_are_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.jsonl");
        let member = |list: &str| json!({"list": list, "member": {"id": "m"}});
        let mut lines = Lines::open(&path).unwrap();
        let item = json!({"id": "a", "updated": "1"});
        assert!(lines.add_if_new("a", Some("1"), &item).unwrap());
        assert!(!lines.add_if_new("a", Some("1"), &item).unwrap());
        let changed = json!({"id": "a", "updated": "2"});
        assert!(!lines.add_if_new("a", Some("2"), &changed).unwrap());
        assert!(
            lines
                .add_if_new(&member_key("l", "m"), None, &member("l"))
                .unwrap()
        );
        lines.save().unwrap();
        let mut again = Lines::open(&path).unwrap();
        assert_eq!((again.first(), again.last()), (Some("a"), Some("l m")));
        assert_eq!(again.count(), 2);
        assert!(!again.add_if_new("a", Some("2"), &changed).unwrap());
        assert!(
            !again
                .add_if_new(&member_key("l", "m"), None, &member("l"))
                .unwrap()
        );
        let mut count = 0;
        each(&path, |_: serde_json::Value| count += 1).unwrap();
        assert_eq!(count, 3);
    }
}
