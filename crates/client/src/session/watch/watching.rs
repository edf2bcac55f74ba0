//! The loop behind a watched feed: read what is new, listen, and read again when that has ended.

use std::collections::VecDeque;
use std::time::Duration;

use pumphouse_activity::Activity;
use tokio::time::{Instant, sleep};

use super::super::page::{Cursor, PageRequest};
use super::link::Link;
use super::patience::Patience;
use super::pause::Pause;
use super::place::{Place, REMEMBERED};
use crate::error::{Error, ErrorKind, Result};

/// How many activities are read at once.
const PAGE: u16 = 50;
/// How many links in a row may bring nothing.
const IN_VAIN: u32 = 3;
/// How long the feed is then only read, as where links are not offered.
const RETREAT: Duration = Duration::from_secs(600);

/// A feed that is watched.
pub(super) struct Watching {
    request: PageRequest<Activity>,
    place: Place,
    /// Whether everything is told that is not passed yet; otherwise the first page only tells where
    /// the feed ends now.
    is_placed: bool,
    ready: VecDeque<Activity>,
    patience: Patience,
    pause: Pause,
    /// How long to wait before the next read.
    wait: Duration,
    link: Option<Link>,
    /// When a link may be tried; never if it is not wanted.
    link_from: Option<Instant>,
    /// How many links in a row have brought nothing.
    in_vain: u32,
}

impl Watching {
    pub(super) fn new(
        request: PageRequest<Activity>,
        since: Option<String>,
        pause: Pause,
        listens: bool,
    ) -> Self {
        Self {
            request,
            is_placed: since.is_some(),
            place: Place::at(since),
            ready: VecDeque::new(),
            patience: Patience::default(),
            pause,
            wait: Duration::ZERO,
            link: None,
            link_from: listens.then(Instant::now),
            in_vain: 0,
        }
    }

    /// The next activity.
    pub(super) async fn next(mut self) -> Result<Option<(Activity, Self)>> {
        loop {
            if let Some(activity) = self.ready.pop_front() {
                return Ok(Some((activity, self)));
            }
            if let Some(link) = self.link.take() {
                self.listen(link).await;
                continue;
            }
            sleep(self.wait).await;
            match self.read().await {
                Ok(true) => self.wait = Duration::ZERO,
                Ok(false) => {
                    self.connect().await;
                    self.wait = self.pause.take(None);
                }
                Err(error) => {
                    let asked = self.patience.judge(error)?;
                    self.wait = self.pause.take(asked);
                }
            }
        }
    }

    /// Reads what is new, a page of it; says whether there is more.
    async fn read(&mut self) -> Result<bool> {
        let place = self.place.id().map(str::to_owned);
        let (is_behind, page) = match place {
            Some(id) => {
                let request = self.page(Some(Cursor::Since(id.clone())));
                match request.send().await {
                    Err(error) if self.has_lost(&error) => {
                        tracing::debug!(id, "the server does not know this activity any more");
                        self.place.step_back();
                        return Ok(true);
                    }
                    page => (true, page?.into_items()),
                }
            }
            None => (false, self.newest().await?),
        };
        self.patience.succeed();
        let is_full = page.len() >= usize::from(PAGE);
        let before = self.place.id().map(str::to_owned);
        let told = std::mem::replace(&mut self.is_placed, true);
        // Newest first on the page, and last in the feed.
        for activity in page.into_iter().rev() {
            if self.place.pass(&activity) && told {
                self.ready.push_back(activity);
            }
        }
        if !self.ready.is_empty() {
            self.pause.shorten();
        }
        let has_moved = self.place.id() != before.as_deref();
        Ok(is_behind && is_full && has_moved)
    }

    fn page(&self, cursor: Option<Cursor>) -> PageRequest<Activity> {
        self.request.at(cursor).count(PAGE)
    }

    /// Whether the server refuses a place that it once gave.
    fn has_lost(&self, error: &Error) -> bool {
        let is_refused = error.kind() == ErrorKind::Refused;
        is_refused && self.patience.has_succeeded()
    }

    /// What is new at the top of the feed, where there is no place to read on from: up to what was
    /// passed, or all of a feed that was empty.
    async fn newest(&self) -> Result<Vec<Activity>> {
        let mut newest = Vec::new();
        let mut page = Some(self.page(None).send().await?);
        while let Some(this) = page {
            let is_new = |activity: &&Activity| !self.place.has_passed(activity);
            newest.extend(this.items().iter().take_while(is_new).cloned());
            let goes_on = self.is_placed && self.place.is_start() && newest.len() < REMEMBERED;
            page = match goes_on {
                true => this.next().await?,
                false => None,
            };
        }
        Ok(newest)
    }

    /// Listens, if that is wanted, offered and worth it.
    async fn connect(&mut self) {
        let is_due = self.link_from.is_some_and(|from| from <= Instant::now());
        let is_known = self.place.id().is_some() || self.place.is_start();
        if !is_due || !is_known {
            return;
        }
        match Link::open(&self.request, self.place.id()).await {
            Ok(Some(link)) => self.link = Some(link),
            Ok(None) => self.retreat(),
            Err(error) => {
                tracing::debug!(%error, "a feed could not be listened to");
                self.vain();
            }
        }
    }

    /// Takes what comes; keeps the link while it may bring more.
    async fn listen(&mut self, mut link: Link) {
        match link.next().await {
            Ok(Some(activity)) => {
                if self.place.pass(&activity) {
                    link.bring();
                    self.ready.push_back(activity);
                }
                self.link = Some(link);
                return;
            }
            Ok(None) => tracing::debug!("a feed that was listened to has ended"),
            Err(error) => tracing::debug!(%error, "a feed that was listened to was lost"),
        }
        if link.was_worth(self.pause.longest()) {
            self.in_vain = 0;
            self.pause.shorten();
            self.wait = self.pause.take(None);
        } else {
            self.vain();
        }
    }

    fn vain(&mut self) {
        self.in_vain += 1;
        if self.in_vain >= IN_VAIN {
            self.retreat();
        }
    }

    /// Reads only, for a while.
    fn retreat(&mut self) {
        self.in_vain = 0;
        self.link_from = Some(Instant::now() + RETREAT);
    }
}
