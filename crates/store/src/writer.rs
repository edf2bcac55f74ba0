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

/// Does its work within the open transaction, or hears why there is none.
type Write = Box<dyn FnOnce(Result<&Connection>, Alone) -> Written + Send>;
type Finish = Box<dyn FnOnce(Result<()>) + Send>;

/// What is left of a write that has done its work.
struct Written {
    changes: Changes,
    /// What is to be done when the outcome is known.
    finish: Finish,
    /// Whether the transaction holds all of it or nothing: else it must not be committed.
    whole: Result<()>,
}

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
        let (write, answer) = prepare(work);
        self.writes.send(write).map_err(|_| closed())?;
        answer.await.unwrap_or_else(|_| Err(closed().into()))
    }
}

/// A write that runs a closure, and where its outcome is heard.
fn prepare<T, E, F>(work: F) -> (Write, oneshot::Receiver<std::result::Result<T, E>>)
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
    F: FnOnce(&Transaction<'_>) -> std::result::Result<T, E> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let write: Write = Box::new(move |connection, alone| {
        let (outcome, whole) = match connection {
            Ok(connection) => attempt(connection, alone, work),
            Err(error) => (Err(E::from(error)), Ok(())),
        };
        let (changes, outcome) = match outcome {
            Ok((changes, value)) => (changes, Ok(value)),
            Err(error) => (Changes::default(), Err(error)),
        };
        let finish: Finish = Box::new(move |committed| {
            // Nobody listens when the caller has gone away; the write stands all the same.
            let _ = reply.send(committed.map_err(E::from).and(outcome));
        });
        Written {
            changes,
            finish,
            whole,
        }
    });
    (write, answer)
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
        let written = write(open, alone);
        changes.push(written.changes);
        finishes.push(written.finish);
        committed = committed.and(written.whole);
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

/// Runs one write; undoes what it did if it fails or panics. The second outcome is that of undoing, or
/// of keeping: where it fails and the transaction stays open, that holds what nobody was told.
fn attempt<T, E, F>(
    connection: &Connection,
    alone: Alone,
    work: F,
) -> (std::result::Result<(Changes, T), E>, Result<()>)
where
    E: From<Error>,
    F: FnOnce(&Transaction<'_>) -> std::result::Result<T, E>,
{
    if alone == Alone::No
        && let Err(error) = run_cached(connection, "SAVEPOINT write")
    {
        return (Err(error.into()), Ok(()));
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
        Ok(()) => (outcome, Ok(())),
        // A full disk ends the transaction by itself; then the write's own error says so.
        Err(error) if connection.is_autocommit() => (outcome.and(Err(error.into())), Ok(())),
        Err(error) => (outcome.and(Err(error.again().into())), Err(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::params;

    type Answer = oneshot::Receiver<std::result::Result<(), Error>>;

    /// A write of one number, after which a statement runs behind the writer's back.
    fn write(number: i64, then: Option<&'static str>, succeeds: bool) -> (Write, Answer) {
        prepare(move |tx| {
            tx.execute("INSERT INTO numbers VALUES (?1)", params![number])?;
            if let Some(sql) = then {
                tx.execute(sql, params![])?;
            }
            match succeeds {
                true => Ok(()),
                false => Err(Error::new(ErrorKind::Conflict, "refused")),
            }
        })
    }

    /// Commits a group; gives what the callers hear, and the numbers that are kept.
    fn committed(writes: Vec<(Write, Answer)>) -> (Vec<Option<ErrorKind>>, Vec<i64>) {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE numbers (number INTEGER)")
            .unwrap();
        let (group, answers): (Vec<_>, Vec<_>) = writes.into_iter().unzip();
        commit(
            &connection,
            group,
            &Listeners::default(),
            &Counting::default(),
        );
        assert!(connection.is_autocommit(), "nothing is left open");
        let heard = answers.into_iter().map(|mut answer| {
            let outcome = answer.try_recv().unwrap();
            outcome.err().map(|error| error.kind())
        });
        let mut statement = connection.prepare("SELECT number FROM numbers").unwrap();
        let kept = statement.query_map([], |row| row.get(0)).unwrap();
        (
            heard.collect(),
            kept.map(|number| number.unwrap()).collect(),
        )
    }

    #[test]
    fn what_fails_is_undone_alone() {
        let writes = vec![
            write(1, None, true),
            write(2, None, false),
            write(3, None, true),
        ];
        let heard = vec![None, Some(ErrorKind::Conflict), None];
        assert_eq!(committed(writes), (heard, vec![1, 3]));
        let alone = committed(vec![write(1, None, false)]);
        assert_eq!(alone, (vec![Some(ErrorKind::Conflict)], vec![]));
    }

    #[test]
    fn where_undoing_or_keeping_fails_nothing_of_the_group_is_kept() {
        for succeeds in [false, true] {
            let writes = vec![
                write(1, None, true),
                // Its savepoint is gone when it ends.
                write(2, Some("RELEASE write"), succeeds),
                write(3, None, true),
            ];
            let (heard, kept) = committed(writes);
            assert_eq!(heard, [Some(ErrorKind::Database); 3]);
            assert_eq!(kept, [] as [i64; 0]);
        }
    }
}
