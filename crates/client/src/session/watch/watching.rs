//! The loop behind a watched feed: read what is new, listen, and read again when that has ended.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use pumphouse_activity::Activity;
use tokio::time::sleep;

use super::super::page::{Cursor, PageRequest};
use super::link::{Attempts, Link, News, Way};
use super::patience::Patience;
use super::pause::Pause;
use super::place::{Place, REMEMBERED};
use super::reach::{OnReach, Reach, Told};
use crate::error::{Error, ErrorKind, Result};

/// How many activities are read at once.
const PAGE: u16 = 50;

/// A feed that is watched.
pub(super) struct Watching {
    request: PageRequest<Activity>,
    place: Place,
    /// Whether everything is told that is not passed yet; otherwise the first page only tells where
    /// the feed ends now.
    is_placed: bool,
    /// When the watching began, if the feed could not be read then; and the same by the server's
    /// clock, in seconds, which is known once it answers.
    missed: Option<Instant>,
    missed_from: Option<u64>,
    ready: VecDeque<Activity>,
    patience: Patience,
    pause: Pause,
    /// How long to wait before the next read.
    wait: Duration,
    link: Option<Link>,
    /// Whether the feed is to be read although there is a link.
    is_rung: bool,
    /// The ways of links that are wanted.
    ways: Vec<(Way, Attempts)>,
    told: Told,
}

impl Watching {
    pub(super) fn new(
        request: PageRequest<Activity>,
        since: Option<String>,
        pause: Pause,
        listens: bool,
        on_reach: Option<OnReach>,
    ) -> Self {
        Self {
            request,
            is_placed: since.is_some(),
            place: Place::at(since),
            missed: None,
            missed_from: None,
            ready: VecDeque::new(),
            patience: Patience::default(),
            pause,
            wait: Duration::ZERO,
            link: None,
            is_rung: false,
            ways: match listens {
                true => Way::ALL.map(|way| (way, Attempts::new())).into(),
                false => Vec::new(),
            },
            told: Told::nothing(on_reach),
        }
    }

    /// The next activity.
    pub(super) async fn next(mut self) -> Result<Option<(Activity, Self)>> {
        loop {
            if let Some(activity) = self.ready.pop_front() {
                return Ok(Some((activity, self)));
            }
            match self.link.take() {
                Some(link) if !self.is_rung => self.listen(link).await,
                link => self.update(link).await?,
            }
        }
    }

    /// Reads what is new. Then there is a link if possible: the one that has rung, or another.
    async fn update(&mut self, link: Option<Link>) -> Result<()> {
        self.is_rung = false;
        if link.is_none() {
            sleep(self.wait).await;
        }
        let begun = Instant::now();
        let read = self.read().await;
        if read.is_ok() {
            self.told.tell(Reach::Reached);
        }
        match read {
            Ok(true) => {
                self.wait = Duration::ZERO;
                self.is_rung = link.is_some();
                self.link = link;
            }
            Ok(false) => {
                self.link = link;
                if self.link.is_none() {
                    self.connect().await;
                    self.wait = self.pause.take(None);
                } else if let (Some(link), false) = (&mut self.link, self.ready.is_empty()) {
                    link.bring();
                }
            }
            // A link is made anew after the next read.
            Err(error) => {
                let error = self.patience.judge(error)?;
                self.missed.get_or_insert(begun);
                self.told.tell(Reach::Lost(&error));
                self.wait = self.pause.take(error.retry_after());
            }
        }
        Ok(())
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
        // Newest first on the page, and last in the feed.
        for activity in page.into_iter().rev() {
            if self.place.pass(&activity) && self.is_news(&activity) {
                self.ready.push_back(activity);
            }
        }
        self.is_placed = true;
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

    /// Whether an activity is told, and not from before the watching began.
    fn is_news(&self, activity: &Activity) -> bool {
        let arrived = || activity.received_at().or_else(|| activity.published_at());
        let seconds = || u64::try_from(arrived()?.as_second()).ok();
        let is_missed = |from| seconds().is_some_and(|arrived| arrived >= from);
        self.is_placed || self.missed_from.is_some_and(is_missed)
    }

    /// What is new at the top of the feed, where there is no place to read on from: up to what was
    /// passed, all of a feed that was empty, or what came while it could not be read yet.
    async fn newest(&mut self) -> Result<Vec<Activity>> {
        let mut newest = Vec::new();
        let page = self.page(None).send().await?;
        if let Some(missed) = self.missed {
            let now = page.date();
            let now = now.unwrap_or_else(|| self.request.session().client().now());
            // Times in documents and heads are of whole seconds, so each may be one less.
            self.missed_from = now.checked_sub(missed.elapsed().as_secs() + 2);
        }
        let mut page = Some(page);
        while let Some(this) = page {
            let is_new = |activity: &&Activity| !self.place.has_passed(activity);
            newest.extend(this.items().iter().take_while(is_new).cloned());
            let is_wanted =
                self.place.is_start() && newest.iter().all(|activity| self.is_news(activity));
            let goes_on = is_wanted && newest.len() < REMEMBERED;
            page = match goes_on {
                true => this.next().await?,
                false => None,
            };
        }
        Ok(newest)
    }

    /// Listens, by the best way that is wanted, offered and worth it.
    async fn connect(&mut self) {
        // Behind a place that is lost nothing can be listened to.
        if self.place.id().is_none() && !self.place.is_start() {
            return;
        }
        for (way, attempts) in &mut self.ways {
            if !attempts.are_due() {
                continue;
            }
            match way.open(&self.request, self.place.id()).await {
                Ok(Some(link)) => {
                    // What has come since the read is told by no bell.
                    self.is_rung = *way == Way::Bell;
                    self.link = Some(link);
                    return;
                }
                Ok(None) => attempts.retreat(),
                Err(error) => {
                    tracing::debug!(?way, %error, "a feed could not be listened to");
                    attempts.fail();
                }
            }
        }
    }

    /// Takes what comes; keeps the link while it may bring more.
    async fn listen(&mut self, mut link: Link) {
        match link.next(self.pause.longest()).await {
            Ok(Some(News::Arrived(activity))) => {
                if self.place.pass(&activity) {
                    link.bring();
                    self.ready.push_back(*activity);
                }
                self.link = Some(link);
                return;
            }
            Ok(Some(News::Rung)) => {
                self.is_rung = true;
                self.link = Some(link);
                return;
            }
            Ok(None) => tracing::debug!("a feed that was listened to has ended"),
            Err(error) => tracing::debug!(%error, "a feed that was listened to was lost"),
        }
        let was_worth = link.was_worth(self.pause.longest());
        let ways = self.ways.iter_mut();
        for (_, attempts) in ways.filter(|(way, _)| *way == link.way()) {
            match was_worth {
                true => attempts.succeed(),
                false => attempts.fail(),
            }
        }
        if was_worth {
            self.pause.shorten();
            self.wait = self.pause.take(None);
        }
    }
}
