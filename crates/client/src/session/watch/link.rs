//! Live links: what makes a read of the feed come sooner, or unnecessary.

use std::time::Duration;

use pumphouse_activity::Activity;
use tokio::time::{Instant, timeout};

use super::super::page::PageRequest;
use super::bell::Bell;
use super::events::Events;
use crate::error::Result;

/// How many links in a row may bring nothing.
const IN_VAIN: u32 = 3;
/// How long a way is then left alone, as one that is not offered.
const RETREAT: Duration = Duration::from_secs(600);

/// The ways of a server to tell of news, the better first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Events,
    Bell,
}

impl Way {
    pub(super) const ALL: [Self; 2] = [Self::Events, Self::Bell];

    /// Opens a link behind a place, or from the start; gives nothing if it is not offered.
    pub(super) async fn open(
        self,
        request: &PageRequest<Activity>,
        place: Option<&str>,
    ) -> Result<Option<Link>> {
        let line = match self {
            Self::Events => {
                let events = Events::open(request, place).await?;
                events.map(|events| Line::Events(Box::new(events)))
            }
            Self::Bell => {
                let bell = Bell::open(request).await?;
                bell.map(|bell| Line::Bell(Box::new(bell)))
            }
        };
        Ok(line.map(|line| Link {
            line,
            begun: Instant::now(),
            has_brought: false,
        }))
    }
}

/// What a link has said.
pub(super) enum News {
    /// This has arrived.
    Arrived(Box<Activity>),
    /// Something may have.
    Rung,
}

/// A link that is open.
pub(super) struct Link {
    line: Line,
    begun: Instant,
    /// Whether anything new has come by it.
    has_brought: bool,
}

enum Line {
    Events(Box<Events>),
    Bell(Box<Bell>),
}

impl Link {
    /// The next that it says; `None` when it has ended. A bell is taken to have rung after so long
    /// a time, because it does not ring for everything.
    pub(super) async fn next(&mut self, longest: Duration) -> Result<Option<News>> {
        match &mut self.line {
            Line::Events(events) => {
                let next = events.next().await?;
                Ok(next.map(|activity| News::Arrived(Box::new(activity))))
            }
            Line::Bell(bell) => match timeout(longest, bell.ring()).await {
                Ok(rung) => Ok(rung?.then_some(News::Rung)),
                Err(_) => Ok(Some(News::Rung)),
            },
        }
    }

    /// Something new has come by it.
    pub(super) fn bring(&mut self) {
        self.has_brought = true;
        if let Line::Events(events) = &mut self.line {
            events.bring();
        }
    }

    /// Which way it goes.
    pub(super) fn way(&self) -> Way {
        match self.line {
            Line::Events(_) => Way::Events,
            Line::Bell(_) => Way::Bell,
        }
    }

    /// Whether it was worth its opening: it brought something, or lasted as long.
    pub(super) fn was_worth(&self, lasting: Duration) -> bool {
        self.has_brought || self.begun.elapsed() >= lasting
    }
}

/// Whether a way is to be tried.
pub(super) struct Attempts {
    from: Instant,
    /// How many links in a row have brought nothing.
    in_vain: u32,
}

impl Attempts {
    pub(super) fn new() -> Self {
        Self {
            from: Instant::now(),
            in_vain: 0,
        }
    }

    pub(super) fn are_due(&self) -> bool {
        self.from <= Instant::now()
    }

    /// A link was worth it.
    pub(super) fn succeed(&mut self) {
        self.in_vain = 0;
    }

    /// A link could not be opened, or has brought nothing.
    pub(super) fn fail(&mut self) {
        self.in_vain += 1;
        if self.in_vain >= IN_VAIN {
            self.retreat();
        }
    }

    /// The way is left alone for a while.
    pub(super) fn retreat(&mut self) {
        self.in_vain = 0;
        self.from = Instant::now() + RETREAT;
    }
}
