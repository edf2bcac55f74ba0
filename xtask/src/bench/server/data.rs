//! The data that is read: made once and kept, for it takes a minute.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use pumphouse_store::{
    Delivery, Inbox, NewActivity, NewObject, ObjectKey, Paging, Position, Snapshot, Store,
    Transaction, UserKey,
};
use serde_json::{Value, json};

use super::peer::Running;
use super::people::{Application, Person, ask, note};

/// How many users there are; each follows the next two.
const PEOPLE: usize = 100;
const FOLLOWED: usize = 2;
/// How many activities are written in a transaction.
const BATCH: usize = 5_000;
/// How many bytes a nonce takes in its file.
const NONCE: u64 = 16;

/// A data directory with users, and notes that they wrote.
pub(super) struct Data {
    directory: PathBuf,
    pub(super) people: Vec<Person>,
    pub(super) notes: usize,
}

impl Data {
    /// The data of an earlier run, or new data.
    pub(super) async fn open(directory: &Path, notes: usize) -> Result<Self> {
        let file = directory.join("bench.json");
        if let Ok(kept) = fs::read(&file) {
            let kept: Value = serde_json::from_slice(&kept)?;
            if kept["notes"].as_u64() == Some(notes as u64) {
                let people = kept["people"].as_array().context("no people")?;
                let data = Self {
                    directory: directory.to_owned(),
                    people: people.iter().map(Person::load).collect::<Result<_>>()?,
                    notes,
                };
                data.forget_nonces()?;
                return Ok(data);
            }
        }
        if directory.exists() {
            fs::remove_dir_all(directory)?;
        }
        fs::create_dir_all(directory)?;
        let mut data = Self {
            directory: directory.to_owned(),
            people: Vec::new(),
            notes,
        };
        data.people = data.populate().await?;
        data.multiply().await?;
        let people: Vec<Value> = data.people.iter().map(Person::save).collect();
        fs::write(file, json!({"notes": notes, "people": people}).to_string())?;
        Ok(data)
    }

    /// The data directory of the server.
    pub(super) fn store(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// How many nonces are in its files: those of the requests of some minutes, which the server has
    /// in memory too.
    pub(super) fn nonces(&self) -> Result<u64> {
        let lengths = self.nonce_files()?.into_iter().map(|file| {
            let length = fs::metadata(file)?.len();
            Ok(length / NONCE)
        });
        lengths.sum()
    }

    /// Those of an earlier run would count as memory of this one.
    fn forget_nonces(&self) -> Result<()> {
        for file in self.nonce_files()? {
            fs::remove_file(file)?;
        }
        Ok(())
    }

    fn nonce_files(&self) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(self.store())? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with("nonces.") {
                files.push(entry.path());
            }
        }
        Ok(files)
    }

    /// The address of a note.
    pub(super) fn note(&self, number: usize) -> String {
        format!("/api/note/{}", name(2 * (number % self.notes) as u64))
    }

    /// Accounts, who follows whom, and a note of each, all made by the server itself.
    async fn populate(&self) -> Result<Vec<Person>> {
        let server = Running::server(&self.store())?;
        let application = Application::register(&server.address).await?;
        let mut people = Vec::new();
        for number in 0..PEOPLE {
            let nickname = format!("person{number}");
            let person = application.make_account(&server.address, &nickname);
            people.push(person.await?);
        }
        for (number, person) in people.iter().enumerate() {
            for next in 1..=FOLLOWED {
                let other = &people[(number + next) % PEOPLE];
                let follow = json!({
                    "verb": "follow", "object": {"objectType": "person", "id": other.id()}
                });
                ask(&server.address, person.act(&follow)?).await?;
            }
        }
        for person in &people {
            ask(&server.address, person.act(&note())?).await?;
        }
        server.stop()?;
        Ok(people)
    }

    /// Copies of those notes, delivered as they were, until there are enough.
    #[expect(clippy::print_stdout, reason = "it takes long")]
    async fn multiply(&self) -> Result<()> {
        let begun = Instant::now();
        let store = Store::open(&self.store())?;
        let templates: Vec<Template> = store.read(|snapshot| {
            let template =
                |(number, person)| Template::read(snapshot, &self.people, number, person);
            self.people.iter().enumerate().map(template).collect()
        })?;
        let templates = std::sync::Arc::new(templates);
        for first in (0..self.notes).step_by(BATCH) {
            let numbers = first..(first + BATCH).min(self.notes);
            let templates = std::sync::Arc::clone(&templates);
            store
                .write(move |tx| {
                    for number in numbers {
                        templates[number % PEOPLE].copy(tx, number as u64)?;
                    }
                    anyhow::Ok(())
                })
                .await?;
        }
        store.checkpoint()?;
        println!(
            "made {} activities in {:.0} s",
            self.notes,
            begun.elapsed().as_secs_f64()
        );
        Ok(())
    }
}

/// A note as the server keeps it, with the activity that posted it.
struct Template {
    author: ObjectKey,
    note: (String, String),
    activity: (String, String),
    inboxes: Vec<UserKey>,
}

impl Template {
    fn read(
        snapshot: &Snapshot<'_>,
        people: &[Person],
        number: usize,
        person: &Person,
    ) -> Result<Self> {
        let user = |number: usize| {
            let user = snapshot.user(&people[number % PEOPLE].nickname)?;
            user.context("no such user")
        };
        let newest = Paging {
            count: 1_000,
            position: Position::Offset(0),
        };
        let part = Inbox {
            major: Some(true),
            direct: false,
        };
        let own = user(number)?;
        let activities = snapshot.inbox(own.key, part, newest)?;
        let (_, activity) = activities
            .into_iter()
            .find(|(_, activity)| activity.actor == own.person)
            .with_context(|| format!("nothing by {}", person.nickname))?;
        let document: Value = serde_json::from_str(&activity.document)?;
        let id = document["object"]["id"].as_str().context("no object")?;
        let note = snapshot.object_by_id(id)?.context("no note")?;
        let uuid = activity.id.rsplit('/').next().unwrap_or_default();
        let followers = (1..=FOLLOWED).map(|back| user(number + PEOPLE - back));
        let followers = followers.map(|user| Ok(user?.key));
        let inboxes = std::iter::once(Ok(own.key)).chain(followers);
        Ok(Self {
            author: own.person,
            note: (note.uuid, note.document),
            activity: (uuid.to_owned(), activity.document),
            inboxes: inboxes.collect::<Result<_>>()?,
        })
    }

    /// Keeps the same under new names.
    fn copy(&self, tx: &Transaction<'_>, number: u64) -> Result<()> {
        let (note, activity) = (name(2 * number), name(2 * number + 1));
        let renamed = |document: &str| {
            let document = document.replace(&self.note.0, &note);
            document.replace(&self.activity.0, &activity)
        };
        let (note_document, activity_document) = (renamed(&self.note.1), renamed(&self.activity.1));
        let id = |document: &str| -> Result<String> {
            let document: Value = serde_json::from_str(document)?;
            Ok(document["id"].as_str().context("no id")?.to_owned())
        };
        let now = i64::try_from(number)?;
        let object = tx.insert_object(&NewObject {
            id: &id(&note_document)?,
            uuid: &note,
            object_type: "note",
            author: Some(self.author),
            document: &note_document,
            updated: now,
        })?;
        let key = tx.insert_activity(&NewActivity {
            id: &id(&activity_document)?,
            uuid: &activity,
            actor: self.author,
            major: true,
            document: &activity_document,
            published: now,
        })?;
        tx.set_posted_by(object, key)?;
        Ok(tx.deliver(&Delivery {
            activity: key,
            major: true,
            direct: &[],
            others: &self.inboxes,
        })?)
    }
}

/// A name of 22 characters that stands anywhere in an index, as random ones do; another for each number.
fn name(number: u64) -> String {
    let high = super::scatter(number);
    format!("{high:016x}{:06x}", super::scatter(high) >> 40)
}
