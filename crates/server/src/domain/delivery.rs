//! Into inboxes: a small audience at once, in the transaction of the activity; the rest of a large
//! one in batches, by a job.

use pumphouse_store::{Delivery, Transaction};
use serde::{Deserialize, Serialize};

use super::audience::Audience;
use crate::error::{Error, Result};

/// What such a job is called.
pub(crate) const KIND: &str = "delivery";

/// How many inboxes are written in the transaction of the activity itself.
const AT_ONCE: usize = 100;
/// How many in each transaction of a job: so few that other writes do not wait long behind it.
const BATCH: usize = 250;

/// An activity that is not in all inboxes yet.
#[derive(Debug, Serialize, Deserialize)]
struct Undelivered {
    activity: i64,
    major: bool,
    audience: Audience,
}

/// Delivers a new activity to the first of its audience, and sees to it that the rest get it.
pub(crate) fn begin(
    tx: &Transaction<'_>,
    activity: i64,
    major: bool,
    audience: Audience,
    now: i64,
) -> Result<()> {
    let mut undelivered = Undelivered {
        activity,
        major,
        audience,
    };
    undelivered.deliver(tx, AT_ONCE)?;
    if undelivered.audience.is_empty() {
        return Ok(());
    }
    undelivered.audience.close(tx)?;
    tx.add_job(KIND, &undelivered.payload()?, now)?;
    Ok(())
}

/// Delivers the next batch of a job, and records that; false if it was the last.
pub(crate) fn resume(tx: &Transaction<'_>, job: i64) -> Result<bool> {
    let Some(kept) = tx.job(job)? else {
        return Ok(false);
    };
    let mut undelivered: Undelivered = serde_json::from_str(&kept.payload).map_err(broken)?;
    undelivered.deliver(tx, BATCH)?;
    tx.advance_job(job, &undelivered.payload()?)?;
    Ok(!undelivered.audience.is_empty())
}

impl Undelivered {
    fn deliver(&mut self, tx: &Transaction<'_>, count: usize) -> Result<()> {
        let batch = self.audience.take(tx, count)?;
        Ok(tx.deliver(&Delivery {
            activity: self.activity,
            major: self.major,
            direct: &batch.direct,
            others: &batch.others,
        })?)
    }

    fn payload(&self) -> Result<String> {
        serde_json::to_string(self).map_err(broken)
    }
}

fn broken(error: serde_json::Error) -> Error {
    Error::internal("payload of a delivery", error)
}

#[cfg(test)]
mod tests {
    use pumphouse_store::{
        Edge, FeedTallies, NewActivity, NewObject, NewUser, ObjectKey, Store, UserKey,
    };

    use super::super::audience::Crowd;
    use super::*;

    fn user(tx: &Transaction<'_>, name: &str) -> Result<(ObjectKey, UserKey)> {
        let person = tx.insert_object(&NewObject {
            id: &format!("acct:{name}@pump.test"),
            uuid: name,
            object_type: "person",
            author: None,
            document: "{}",
            updated: 1,
        })?;
        let user = tx.insert_user(&NewUser {
            nickname: name,
            person,
            password_hash: "",
            properties: "{}",
            created: 1,
        })?;
        Ok((person, user))
    }

    /// Somebody with so many followers; gives all users, the author first.
    fn famous(tx: &Transaction<'_>, followers: usize) -> Result<(ObjectKey, Vec<UserKey>)> {
        let (author, first) = user(tx, "author")?;
        let mut users = vec![first];
        for number in 0..followers {
            let (person, user) = user(tx, &format!("f{number}"))?;
            tx.add_edge(Edge::Follow, person, author)?;
            users.push(user);
        }
        Ok((author, users))
    }

    fn activity(tx: &Transaction<'_>, actor: ObjectKey) -> Result<i64> {
        Ok(tx.insert_activity(&NewActivity {
            id: "a",
            uuid: "a",
            actor,
            major: true,
            document: "{}",
            published: 1,
        })?)
    }

    /// How often each user has it; by the tallies, which count every row.
    fn counts(store: &Store, users: &[UserKey]) -> Vec<u32> {
        let tallies = users.iter().map(|user| tallies(store, *user));
        tallies.map(|tallies| tallies.inbox).collect()
    }

    fn tallies(store: &Store, user: UserKey) -> FeedTallies {
        let tallies = store.read(|snapshot| {
            let user = snapshot.user_by_key(user)?.unwrap();
            snapshot.feed_tallies(&user)
        });
        tallies.unwrap()
    }

    #[tokio::test]
    async fn a_large_audience_is_reached_in_batches_by_a_job_everybody_once() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let (author, users) = store.write(|tx| famous(tx, 700)).await.unwrap();
        let (first, last) = (users[0], users[700]);
        let audience = Audience {
            people: [(first, false), (last, true)].into(),
            crowds: [Crowd::followers(author)].into(),
        };
        store
            .write(move |tx| {
                let activity = activity(tx, author)?;
                begin(tx, activity, true, audience, 5)
            })
            .await
            .unwrap();
        let at_once = counts(&store, &users);
        assert_eq!(at_once.iter().sum::<u32>(), 100);
        assert_eq!((at_once[0], at_once[700]), (1, 1), "the named come first");

        let job = store.read(|snapshot| snapshot.due_jobs(5, 9)).unwrap()[0].key;
        // Who begins to follow now is not meant.
        let late = store
            .write(move |tx| {
                let (person, late) = user(tx, "late")?;
                tx.add_edge(Edge::Follow, person, author)?;
                Ok::<_, Error>(late)
            })
            .await
            .unwrap();
        let mut batches = 1;
        while store.write(move |tx| resume(tx, job)).await.unwrap() {
            batches += 1;
        }
        assert_eq!(batches, 3);
        assert!(counts(&store, &users).iter().all(|count| *count == 1));
        assert_eq!(counts(&store, &[late]), [0]);
        assert_eq!(tallies(&store, last).inbox_direct, 1);
    }

    #[tokio::test]
    async fn a_small_audience_needs_no_job() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let users = store
            .write(|tx| {
                let (author, users) = famous(tx, 99)?;
                let audience = Audience {
                    people: Default::default(),
                    crowds: [Crowd::followers(author)].into(),
                };
                let activity = activity(tx, author)?;
                begin(tx, activity, true, audience, 5)?;
                Ok::<_, Error>(users)
            })
            .await
            .unwrap();
        assert_eq!(counts(&store, &users).iter().sum::<u32>(), 99);
        let due = store.read(|snapshot| snapshot.due_jobs(9, 9)).unwrap();
        assert_eq!(due, []);
    }
}
