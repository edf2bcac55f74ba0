//! Up to where a feed was told.

use std::collections::VecDeque;

use pumphouse_activity::Activity;

/// How many activities are remembered.
pub(super) const REMEMBERED: usize = 500;
/// An id that is longer, in bytes, is none.
const LONGEST_ID: usize = 1024;

/// The newest activities that were passed, by id: what behind them is new, and where to go on if
/// the server does not know the last of them any more.
#[derive(Default)]
pub(super) struct Place {
    /// Oldest first.
    passed: VecDeque<String>,
    /// How many of the newest stand before the place: 0 unless the server has refused them.
    back: usize,
}

impl Place {
    pub(super) fn at(id: Option<String>) -> Self {
        Self {
            passed: id.into_iter().collect(),
            back: 0,
        }
    }

    /// The activity behind which to read on; none if nothing was passed, or the server knows
    /// nothing of it.
    pub(super) fn id(&self) -> Option<&str> {
        let at = self.passed.len().checked_sub(self.back + 1)?;
        self.passed.get(at).map(String::as_str)
    }

    /// Whether nothing was passed yet.
    pub(super) fn is_start(&self) -> bool {
        self.passed.is_empty()
    }

    /// Whether an activity was passed.
    pub(super) fn has_passed(&self, activity: &Activity) -> bool {
        id_of(activity).is_some_and(|id| self.find(id).is_some())
    }

    fn find(&self, id: &str) -> Option<usize> {
        self.passed.iter().rposition(|passed| passed == id)
    }

    /// Passes an activity, and says whether it is new. Those without an id never are.
    pub(super) fn pass(&mut self, activity: &Activity) -> bool {
        let Some(id) = id_of(activity) else {
            return false;
        };
        if let Some(at) = self.find(id) {
            self.back = self.back.min(self.passed.len() - 1 - at);
            return false;
        }
        if self.passed.len() == REMEMBERED {
            self.passed.pop_front();
        }
        self.passed.push_back(id.to_owned());
        self.back = 0;
        true
    }

    /// Goes back behind what the server does not know any more; ever further, so that it ends soon.
    pub(super) fn step_back(&mut self) {
        self.back = (self.back * 2 + 1).min(self.passed.len());
    }
}

fn id_of(activity: &Activity) -> Option<&str> {
    let id = activity.id.as_deref();
    id.filter(|id| !id.is_empty() && id.len() <= LONGEST_ID)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn activity(id: &str) -> Activity {
        Activity {
            id: Some(id.to_owned()),
            ..Activity::default()
        }
    }

    #[test]
    fn what_was_passed_is_known_within_bounds() {
        let mut place = Place::default();
        assert!(place.is_start() && place.id().is_none());
        for n in 0..2 * REMEMBERED {
            assert!(place.pass(&activity(&n.to_string())));
        }
        assert_eq!(place.passed.len(), REMEMBERED);
        assert!(!place.pass(&activity("999")) && place.has_passed(&activity("500")));
        assert!(!place.has_passed(&activity("499")));
        assert!(!place.pass(&Activity::default()));
        assert!(!place.pass(&activity(&"x".repeat(LONGEST_ID + 1))));
        assert_eq!(place.id(), Some("999"));
    }

    #[test]
    fn steps_back_end_soon_and_what_is_new_ends_them() {
        let mut place = Place::default();
        for n in 0..REMEMBERED {
            place.pass(&activity(&n.to_string()));
        }
        let mut steps = 0;
        while place.id().is_some() {
            place.step_back();
            steps += 1;
        }
        assert_eq!(steps, 9);
        assert!(!place.is_start());
        // Somewhere in the middle, by what the server lists again.
        assert!(!place.pass(&activity("300")));
        assert_eq!(place.id(), Some("300"));
        assert!(!place.pass(&activity("200")));
        assert_eq!(place.id(), Some("300"));
        assert!(place.pass(&activity("new")));
        assert_eq!(place.id(), Some("new"));
    }
}
