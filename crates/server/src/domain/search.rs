//! Searching a collection of people by name (pump.io protocol, section 5.5).

use pumphouse_store::{Edge, End, ObjectKey, Paging, Position, Snapshot};

use crate::error::Result;

/// How many of the newest people of a collection are searched.
const SEARCHED: u32 = 10_000;

/// The positions of those whose names contain what is searched for, newest first.
pub(super) struct Matches(Vec<i64>);

/// Searches the newest of the collection that the edges make up; letter case does not matter.
pub(super) fn people(
    snapshot: &Snapshot<'_>,
    (edge, end): (Edge, End),
    of: ObjectKey,
    text: &str,
) -> Result<Matches> {
    let text = text.to_lowercase();
    let names = snapshot.neighbour_names(edge, end, of, SEARCHED)?;
    let matches = names.into_iter().filter_map(|(position, name)| {
        name.is_some_and(|name| name.to_lowercase().contains(&text))
            .then_some(position)
    });
    Ok(Matches(matches.collect()))
}

impl Matches {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// A page of them, as a page of a list in the store.
    pub(super) fn page(&self, paging: Paging) -> &[i64] {
        let count = paging.count as usize;
        let matches = &self.0;
        let (begin, end) = match paging.position {
            Position::Offset(offset) => (offset as usize, offset as usize + count),
            Position::Before(position) => {
                let begin = matches.partition_point(|other| *other >= position);
                (begin, begin + count)
            }
            Position::Since(position) => {
                let end = matches.partition_point(|other| *other > position);
                (end.saturating_sub(count), end)
            }
        };
        let end = end.min(matches.len());
        &matches[begin.min(end)..end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_cut_as_the_store_cuts_them() {
        let matches = Matches(vec![9, 7, 5, 3, 1]);
        let page = |count, position| matches.page(Paging { count, position });
        assert_eq!(page(2, Position::Offset(0)), [9, 7]);
        assert_eq!(page(2, Position::Offset(4)), [1]);
        assert!(page(2, Position::Offset(5)).is_empty());
        assert_eq!(page(2, Position::Before(7)), [5, 3]);
        assert_eq!(page(2, Position::Before(6)), [5, 3]);
        assert!(page(2, Position::Before(1)).is_empty());
        assert_eq!(page(2, Position::Since(3)), [7, 5], "those next to it");
        assert_eq!(page(9, Position::Since(0)), [9, 7, 5, 3, 1]);
        assert!(page(2, Position::Since(9)).is_empty());
    }
}
