//! Work that outlives the request: a large delivery, mail, …. A job is a row that is written in the
//! transaction that causes it, so it is neither forgotten nor done for nothing. It is run here,
//! again and ever more rarely until it succeeds, and taken up again when the server starts.
//!
//! # Another kind of job
//!
//! 1. In the domain, give it a `KIND` and a payload that serde writes and reads, and add it by
//!    [`Transaction::add_job`](pumphouse_store::Transaction::add_job).
//! 2. Here, give it a line in [`run`]. When that gives `Ok` the job is forgotten, else it is tried
//!    again; a kind that gives up some time looks at `job.attempts` and gives `Ok`.
//!
//! A job can be cut off anywhere and is then run again. So what it does to the store it does
//! together with [`advance_job`](pumphouse_store::Transaction::advance_job) in one transaction, and
//! what it does elsewhere may happen twice.

use std::collections::HashMap;
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use pumphouse_store::{StoredJob, Transaction};
use tokio::task::{Id, JoinError, JoinSet};

use crate::app::App;
use crate::domain::{delivery, letters, notification};
use crate::error::{Error, Result};

/// How many jobs are under way at the same time.
const AT_ONCE: usize = 8;
/// How often is looked whether the time of a job has come.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The longest time between two attempts, in seconds.
const LONGEST_PAUSE: i64 = 3_600;

/// Does what a job asks for.
async fn run(app: &App, job: &StoredJob) -> Result<()> {
    match job.kind.as_str() {
        delivery::KIND => {
            let key = job.key;
            while app.store.write(move |tx| delivery::resume(tx, key)).await? {}
            Ok(())
        }
        notification::KIND => {
            let key = job.key;
            let again = || {
                let (site, now) = (app.site.clone(), app.now());
                app.store
                    .write(move |tx| notification::resume(tx, &site, key, now))
            };
            while again().await? {}
            Ok(())
        }
        letters::KIND => match &app.mailer {
            Some(mailer) => mailer.run(job).await,
            None => Err(Error::internal("jobs", "there is no mail server any more")),
        },
        unknown => Err(Error::internal(
            "jobs",
            format!("this version knows no job '{unknown}'"),
        )),
    }
}

/// Runs all jobs of a server.
pub(crate) struct Runner {
    app: Arc<App>,
    tasks: JoinSet<Result<()>>,
    under_way: HashMap<Id, StoredJob>,
}

impl Runner {
    pub(crate) fn new(app: Arc<App>) -> Self {
        Self {
            app,
            tasks: JoinSet::new(),
            under_way: HashMap::new(),
        }
    }

    /// Runs jobs until it is dropped.
    pub(crate) async fn run(&mut self) {
        let app = Arc::clone(&self.app);
        loop {
            let some_wait = self.begin_due();
            tokio::select! {
                Some(ended) = self.tasks.join_next_with_id() => self.settle(ended).await,
                () = app.store.job_added() => {}
                () = tokio::time::sleep(LOOK_EVERY), if some_wait => {}
            }
        }
    }

    /// Ends what is under way; it is taken up at the next start.
    pub(crate) async fn stop(mut self) {
        self.tasks.shutdown().await;
    }

    /// Begins what is due; gives whether other jobs wait for their time.
    fn begin_due(&mut self) -> bool {
        let now = self.app.now();
        let read = self.app.store.read(|snapshot| {
            let due = snapshot.due_jobs(now, AT_ONCE)?;
            Ok::<_, Error>((due, snapshot.has_jobs_later_than(now)?))
        });
        // What went wrong is in the log.
        let Ok((due, some_wait)) = read else {
            return true;
        };
        for job in due {
            let known = self.under_way.values().any(|other| other.key == job.key);
            if known || self.tasks.len() >= AT_ONCE {
                continue;
            }
            let (app, begun) = (Arc::clone(&self.app), job.clone());
            let task = self.tasks.spawn(async move { run(&app, &begun).await });
            self.under_way.insert(task.id(), job);
        }
        some_wait
    }

    /// Records how a job ended.
    async fn settle(&mut self, ended: Result<(Id, Result<()>), JoinError>) {
        let (id, error) = match ended {
            Ok((id, outcome)) => (id, outcome.err().map(|error| text(&error))),
            Err(error) => (error.id(), Some(error.to_string())),
        };
        let Some(job) = self.under_way.remove(&id) else {
            return;
        };
        let Some(error) = error else {
            self.record(move |tx| tx.finish_job(job.key)).await;
            return;
        };
        tracing::warn!(job = job.key, kind = job.kind, error, "a job failed");
        let again = self.app.now() + pause(job.attempts) * 1_000_000;
        self.record(move |tx| tx.postpone_job(job.key, again, &error))
            .await;
    }

    /// Writes, however long the disk is full: nothing else could be done meanwhile.
    async fn record<F>(&self, change: F)
    where
        F: Fn(&Transaction<'_>) -> Result<(), pumphouse_store::Error> + Clone + Send + 'static,
    {
        while let Err(error) = self.app.store.write(change.clone()).await {
            tracing::error!(%error, "cannot record how a job ended");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// How long to wait after so many failures, in seconds.
fn pause(attempts: u32) -> i64 {
    (1 << attempts.min(32)).min(LONGEST_PAUSE)
}

/// An error with its cause, for the log.
fn text(error: &Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::pause;

    #[test]
    fn pauses_grow_and_have_a_limit() {
        assert_eq!([0, 1, 5, 12, 4_000].map(pause), [1, 2, 32, 3_600, 3_600]);
    }
}
