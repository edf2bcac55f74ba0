//! What is added to an object beside itself: how many items its collections have and the newest of
//! them, and the viewer's own marks (pump.io protocol, section 7.2).

use pumphouse_activity::{Collection, Object};
use pumphouse_store::{Edge, End, ObjectKey, Paging, Position, StoredObject};

use crate::domain::documents;
use crate::domain::visibility::Sight;
use crate::error::Result;

/// How many likers, sharers, answers and members are shown inside an object.
const SHOWN: u32 = 4;
/// How many more answers are looked at if not all of those may be seen.
const LOOKED_AT: u32 = 20;

/// How much is added to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Addresses of its collections only.
    Bare,
    /// How many items they have.
    Tallies,
    /// The newest of them too, and whether the viewer likes, shared or follows it.
    Full,
}

/// How many items the collections of an object have.
pub(super) fn tally(object: &mut Object, stored: &StoredObject) {
    let tallies = &stored.tallies;
    let counted: [(&mut Option<Box<Collection>>, u32); 9] = [
        (&mut object.likes, tallies.likes),
        (&mut object.replies, tallies.replies),
        (&mut object.shares, tallies.shares),
        (&mut object.followers, tallies.followers),
        (&mut object.following, tallies.following),
        (&mut object.favorites, tallies.favorites),
        (&mut object.lists, tallies.lists),
        (&mut object.members, tallies.members),
        (&mut object.documents, tallies.documents),
    ];
    for (collection, count) in counted {
        if let Some(collection) = collection {
            collection.total_items = Some(count.into());
        }
    }
}

/// Adds for one viewer.
pub(super) struct Details<'a> {
    pub(super) sight: Sight<'a>,
}

impl Details<'_> {
    /// Whether the viewer likes, shared or follows an object.
    pub(super) fn add_marks(&self, object: &mut Object, stored: &StoredObject) -> Result<()> {
        let Some(person) = self.sight.viewer.person() else {
            return Ok(());
        };
        let has = |edge| self.sight.snapshot.has_edge(edge, person, stored.key);
        object.liked = Some(has(Edge::Like)?);
        let mut marks = object.pump_io.take().unwrap_or_default();
        marks.shared = Some(has(Edge::Share)?);
        if object.is_a("person") {
            marks.followed = Some(has(Edge::Follow)?);
        }
        object.pump_io = Some(marks);
        Ok(())
    }

    /// The newest likers, sharers, answers and members. What the answers answer is a mention still.
    pub(super) fn add_newest(&self, object: &mut Object, stored: &StoredObject) -> Result<()> {
        let tallies = &stored.tallies;
        if let Some(likes) = &mut object.likes
            && tallies.likes > 0
        {
            likes.items = Some(self.newest(Edge::Like, End::Sources, stored.key)?);
        }
        // Those of groups and collections stand there even when there are none.
        let is_holder = matches!(&*stored.object_type, "group" | "collection");
        if let Some(shares) = &mut object.shares {
            if tallies.shares > 0 {
                shares.items = Some(self.newest(Edge::Share, End::Sources, stored.key)?);
            } else if is_holder {
                shares.items = Some(Vec::new());
            }
        }
        if let Some(replies) = &mut object.replies {
            if tallies.replies > 0 {
                replies.items = Some(self.newest(Edge::Reply, End::Sources, stored.key)?);
            } else if is_holder {
                replies.items = Some(Vec::new());
            }
        }
        if let Some(members) = &mut object.members
            && tallies.members > 0
        {
            let people = self.newest(Edge::Member, End::Targets, stored.key)?;
            members.items = Some(people.iter().map(documents::mention).collect());
        }
        Ok(())
    }

    fn newest(&self, edge: Edge, end: End, of: ObjectKey) -> Result<Vec<Object>> {
        let mut items = self.newest_of(edge, end, of, (0, SHOWN))?;
        // If some of them may not be seen, others take their places; not everything is looked at.
        if edge == Edge::Reply && items.len() < SHOWN as usize {
            items.extend(self.newest_of(edge, end, of, (SHOWN, LOOKED_AT))?);
            items.truncate(SHOWN as usize);
        }
        Ok(items)
    }

    /// What may be seen of so many neighbours from a place on.
    fn newest_of(
        &self,
        edge: Edge,
        end: End,
        of: ObjectKey,
        (offset, count): (u32, u32),
    ) -> Result<Vec<Object>> {
        let paging = Paging {
            count,
            position: Position::Offset(offset),
        };
        let sight = &self.sight;
        let mut items = Vec::new();
        for (_, stored) in sight.snapshot.neighbours(edge, end, of, paging)? {
            if sight.of_object(&stored)? {
                let mut object = documents::object(&stored)?;
                if let Some(author) = stored
                    .author
                    .map(|key| sight.snapshot.object(key))
                    .transpose()?
                    .flatten()
                {
                    object.author = Some(Box::new(documents::object(&author)?));
                }
                if edge == Edge::Reply
                    && let Some(person) = sight.viewer.person()
                {
                    let liked = sight.snapshot.has_edge(Edge::Like, person, stored.key)?;
                    object.liked = Some(liked);
                }
                tally(&mut object, &stored);
                items.push(object);
            }
        }
        Ok(items)
    }
}
