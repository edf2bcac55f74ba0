//! The client without async: a runtime of its own that waits for what it is given.
//!
//! Everything is asked for as in async code, and handed to [`Blocking::wait`]:
//!
//! ```no_run
//! use pumphouse_client::blocking::Blocking;
//! use pumphouse_client::{Client, FileStore};
//!
//! let blocking = Blocking::new()?;
//! let client = Client::builder("Test.io")
//!     .store(FileStore::in_config_dir()?)
//!     .build()?;
//! let session = blocking.wait(client.session(&"evan@e14n.com".parse()?))?;
//! blocking.wait(session.note("Hello").send())?;
//! for activity in blocking.iter(session.inbox().items().limit(50).stream()) {
//!     println!("{:?}", activity?.content);
//! }
//! # Ok::<(), pumphouse_client::Error>(())
//! ```

use futures_util::{Stream, StreamExt as _};
use tokio::runtime::{Builder, Runtime};

use crate::error::{Error, ErrorKind, Result};

/// Waits for what async code would await.
///
/// One is enough for a program. It must not be used inside async code, where waiting would stop
/// everything else; there, `await` is the way.
///
/// ```no_run
/// # fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// use pumphouse_client::blocking::Blocking;
///
/// let blocking = Blocking::new()?;
/// let profile = blocking.wait(session.profile())?;
/// println!("{:?}", profile.display_name);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Blocking {
    runtime: Runtime,
}

impl Blocking {
    /// Starts a runtime with one thread of its own.
    ///
    /// # Errors
    ///
    /// [`Unreachable`](ErrorKind::Unreachable) if the system gives no thread.
    pub fn new() -> Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("pumphouse")
            .enable_all()
            .build()
            .map_err(|error| {
                Error::new(
                    ErrorKind::Unreachable,
                    "could not start a thread for the network",
                )
                .with_source(error)
            })?;
        Ok(Self { runtime })
    }

    /// Waits for an answer.
    ///
    /// # Panics
    ///
    /// Inside async code.
    pub fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Waits for item after item.
    pub fn iter<S: Stream + Unpin>(&self, stream: S) -> Iter<'_, S> {
        Iter {
            blocking: self,
            stream,
        }
    }
}

/// The items of a stream, one after the other. Made by [`Blocking::iter`].
///
/// ```no_run
/// # fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// use pumphouse_client::blocking::Blocking;
///
/// let blocking = Blocking::new()?;
/// for person in blocking.iter(session.followers().items().stream()) {
///     println!("{:?}", person?.display_name);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Iter<'a, S> {
    blocking: &'a Blocking,
    stream: S,
}

impl<S: Stream + Unpin> Iterator for Iter<'_, S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<Self::Item> {
        self.blocking.wait(self.stream.next())
    }
}
