//! The one writer: a thread that groups the writes that wait into one commit.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::thread;

use tokio::sync::oneshot;

use crate::changes::{Changes, Listeners};
use crate::numbers::{Counting, Numbers};
use crate::sql::{Connection, Result, Transaction, run_cached};
use crate::{Error, ErrorKind};

/// How many writes share a commit at most: enough to make the sync cheap, few enough
/// that nobody waits long for the others.
const GROUP: usize = 64;

/// Does its work within the open transaction, or hears why there is none; gives back what it
/// changed, and what is to be done when the outcome is known.
type Write = Box<dyn FnOnce(Result<&Connection>, Alone) -> (Changes, Finish) + Send>;
type Finish = Box<dyn FnOnce(Result<()>) + Send>;

/// Whether a write shares its transaction with others, and so has to be undone by a savepoint.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alone {
    Yes,
    No,
}

/// Hands closures to the writing thread. Cheap to clone; the thread ends with the last clone.
#[derive(Clone)]
pub(crate) struct Writer {
    writes: mpsc::Sender<Write>,
    counting: Arc<Counting>,
}

impl Writer {
    /// Starts the thread. Listeners hear of changes before their writes are acknowledged.
    pub(crate) fn start(connection: Connection, listeners: Arc<Listeners>) -> Result<Self> {
        let (writes, queue) = mpsc::channel::<Write>();
        let counting = Arc::<Counting>::default();
        let counted = Arc::clone(&counting);
        thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(&connection, &queue, &listeners, &counted))
            .map_err(|error| {
                Error::with_source(
                    ErrorKind::Database,
                    "cannot start the writing thread",
                    error,
                )
            })?;
        Ok(Self { writes, counting })
    }

    /// What it has done so far.
    pub(crate) fn numbers(&self) -> Numbers {
        self.counting.numbers()
    }

    /// Runs a closure in a transaction and waits until it is committed.
    pub(crate) async fn write<T, E, F>(&self, work: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        let closed = || Error::new(ErrorKind::Closed, "the store is closed");
        let (reply, answer) = oneshot::channel();
        let write: Write = Box::new(move |connection, alone| {
            let outcome = match connection {
                Ok(connection) => attempt(connection, alone, work),
                Err(error) => Err(E::from(error)),
            };
            let (changes, outcome) = match outcome {
                Ok((changes, value)) => (changes, Ok(value)),
                Err(error) => (Changes::default(), Err(error)),
            };
            let finish: Finish = Box::new(move |committed| {
                // Nobody listens when the caller has gone away; the write stands all the same.
                let _ = reply.send(committed.map_err(E::from).and(outcome));
            });
            (changes, finish)
        });
        self.writes.send(write).map_err(|_| closed())?;
        answer.await.unwrap_or_else(|_| Err(closed().into()))
    }
}

fn run(
    connection: &Connection,
    queue: &mpsc::Receiver<Write>,
    listeners: &Listeners,
    counting: &Counting,
) {
    while let Ok(first) = queue.recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = queue.try_recv()
        {
            group.push(next);
        }
        commit(connection, group, listeners, counting);
    }
}

/// Runs the writes in one transaction, commits it, counts it, and then tells the listeners and all
/// of them.
fn commit(connection: &Connection, group: Vec<Write>, listeners: &Listeners, counting: &Counting) {
    let size = group.len();
    let alone = if group.len() == 1 {
        Alone::Yes
    } else {
        Alone::No
    };
    let mut committed = run_cached(connection, "BEGIN IMMEDIATE");
    let mut changes = Vec::with_capacity(group.len());
    let mut finishes = Vec::with_capacity(group.len());
    for write in group {
        // An error such as a full disk can end the transaction behind our back. Then what the
        // earlier writes did is gone, and the later ones must not run outside of it.
        if committed.is_ok() && connection.is_autocommit() {
            committed = Err(Error::new(ErrorKind::DiskFull, "the transaction was lost"));
        }
        let open = committed
            .as_ref()
            .map(|()| connection)
            .map_err(Error::again);
        let (changed, finish) = write(open, alone);
        changes.push(changed);
        finishes.push(finish);
    }
    // A write that failed alone has already ended the transaction, and so has a full disk.
    match (&committed, connection.is_autocommit(), alone) {
        (Ok(()), false, _) => {
            committed = run_cached(connection, "COMMIT");
        }
        (Ok(()), true, Alone::No) => {
            committed = Err(Error::new(ErrorKind::DiskFull, "the transaction was lost"));
        }
        _ => {}
    }
    counting.group(size, committed.is_ok());
    if committed.is_ok() {
        listeners.tell(changes);
    }
    if let Err(error) = &committed {
        tracing::error!(%error, "a group of writes was not committed");
        // Whatever has become of it.
        listeners.versions.note_everything();
        if !connection.is_autocommit() && connection.execute_batch("ROLLBACK").is_err() {
            tracing::error!("cannot roll back; the next transaction will fail too");
        }
    }
    for finish in finishes {
        finish(committed.as_ref().map(|&()| ()).map_err(Error::again));
    }
}

/// Runs one write; undoes what it did if it fails or panics.
fn attempt<T, E, F>(
    connection: &Connection,
    alone: Alone,
    work: F,
) -> std::result::Result<(Changes, T), E>
where
    E: From<Error>,
    F: FnOnce(&Transaction<'_>) -> std::result::Result<T, E>,
{
    if alone == Alone::No {
        run_cached(connection, "SAVEPOINT write")?;
    }
    // The connection is in a known state after a rollback, whatever the closure did.
    let changes = RefCell::default();
    let run = AssertUnwindSafe(|| work(&Transaction::new(connection, &changes)));
    let outcome = catch_unwind(run)
        .unwrap_or_else(|_| Err(Error::new(ErrorKind::Database, "a transaction panicked").into()))
        .map(|value| (changes.into_inner(), value));
    let end: &[&'static str] = match (alone, outcome.is_ok()) {
        (Alone::Yes, true) => &[],
        (Alone::Yes, false) => &["ROLLBACK"],
        (Alone::No, true) => &["RELEASE write"],
        (Alone::No, false) => &["ROLLBACK TO write", "RELEASE write"],
    };
    match end.iter().try_for_each(|sql| run_cached(connection, sql)) {
        Ok(()) => outcome,
        // A full disk ends the transaction by itself; then the write's own error says so.
        Err(error) => outcome.and(Err(error.into())),
    }
}
