//! The local users who get an activity, part by part: those who are named, then the crowds behind
//! followers and lists, which are read by cursor and never held whole.

use std::collections::VecDeque;

use pumphouse_store::{Edge, End, ObjectKey, Snapshot, UserKey};
use serde::{Deserialize, Serialize};

use crate::error::Result;

/// Everybody who is still to get an activity. It can be kept, and taken up later.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Audience {
    /// Users, and whether each is named in `to` or `bto`.
    pub(crate) people: VecDeque<(UserKey, bool)>,
    pub(crate) crowds: VecDeque<Crowd>,
}

/// The people behind a collection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Crowd {
    kind: Kind,
    of: ObjectKey,
    /// The position of the edge up to which it has been read.
    after: i64,
    /// The last edge that counts, once that is known: who comes later is not meant.
    until: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    Followers,
    Members,
}

/// A part of an audience.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Batch {
    /// Named in `to` or `bto`.
    pub(crate) direct: Vec<UserKey>,
    pub(crate) others: Vec<UserKey>,
}

impl Crowd {
    /// Those who follow a person.
    pub(crate) fn followers(person: ObjectKey) -> Self {
        Self::new(Kind::Followers, person)
    }

    /// The members of a list or group.
    pub(crate) fn members(collection: ObjectKey) -> Self {
        Self::new(Kind::Members, collection)
    }

    fn new(kind: Kind, of: ObjectKey) -> Self {
        Self {
            kind,
            of,
            after: 0,
            until: None,
        }
    }

    /// The users behind the next edges, and how many edges that were.
    fn next(&mut self, snapshot: &Snapshot<'_>, count: usize) -> Result<(usize, Vec<UserKey>)> {
        let (edge, end) = match self.kind {
            Kind::Followers => (Edge::Follow, End::Sources),
            Kind::Members => (Edge::Member, End::Targets),
        };
        let span = (self.after, self.until.unwrap_or(i64::MAX));
        let edges = snapshot.users_behind(edge, end, self.of, span, count)?;
        if let Some((position, _)) = edges.last() {
            self.after = *position;
        }
        let users = edges.iter().filter_map(|(_, user)| *user).collect();
        Ok((edges.len(), users))
    }
}

impl Audience {
    pub(crate) fn is_empty(&self) -> bool {
        self.people.is_empty() && self.crowds.is_empty()
    }

    /// Counts those only who are in the crowds now.
    pub(crate) fn close(&mut self, snapshot: &Snapshot<'_>) -> Result<()> {
        let newest = snapshot.newest_edge()?;
        for crowd in &mut self.crowds {
            crowd.until.get_or_insert(newest);
        }
        Ok(())
    }

    /// Takes a part away. Somebody may be in it twice, and in two parts.
    pub(crate) fn take(&mut self, snapshot: &Snapshot<'_>, count: usize) -> Result<Batch> {
        let mut batch = Batch::default();
        let named = self.people.len().min(count);
        for (user, direct) in self.people.drain(..named) {
            match direct {
                true => batch.direct.push(user),
                false => batch.others.push(user),
            }
        }
        let mut room = count - named;
        while room > 0
            && let Some(crowd) = self.crowds.front_mut()
        {
            let (read, users) = crowd.next(snapshot, room)?;
            batch.others.extend(users);
            if read < room {
                self.crowds.pop_front();
            }
            room -= read;
        }
        Ok(batch)
    }
}
