//! Bodies of requests: in memory, or on disk and sent piece by piece.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use tokio::io::AsyncReadExt as _;

use crate::error::{Error, ErrorKind, Result};

/// How much is read and sent at once.
const PIECE: usize = 64 * 1024;

/// How far a transfer is.
///
/// ```
/// use pumphouse_client::Progress;
///
/// fn percent(progress: Progress) -> Option<u64> {
///     progress.done.saturating_mul(100).checked_div(progress.total?)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many bytes have gone over.
    pub done: u64,
    /// How many there are, if that is known.
    pub total: Option<u64>,
}

/// Hears how far a transfer is.
#[derive(Clone)]
pub(crate) struct OnProgress(Arc<dyn Fn(Progress) + Send + Sync>);

impl OnProgress {
    pub(crate) fn new(hear: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hear))
    }

    pub(crate) fn tell(&self, done: u64, total: Option<u64>) {
        (self.0)(Progress { done, total });
    }
}

impl fmt::Debug for OnProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnProgress")
    }
}

/// The body of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Payload {
    source: Source,
    on_progress: Option<OnProgress>,
}

#[derive(Clone, Debug)]
enum Source {
    Bytes(Bytes),
    File { path: PathBuf, length: u64 },
}

impl Default for Source {
    fn default() -> Self {
        Self::Bytes(Bytes::new())
    }
}

impl Payload {
    pub(crate) fn from_bytes(bytes: Bytes) -> Self {
        Self {
            source: Source::Bytes(bytes),
            on_progress: None,
        }
    }

    pub(crate) fn from_path(path: PathBuf, length: u64) -> Self {
        Self {
            source: Source::File { path, length },
            on_progress: None,
        }
    }

    pub(crate) fn with_progress(mut self, on_progress: OnProgress) -> Self {
        self.on_progress = Some(on_progress);
        self
    }

    pub(crate) fn len(&self) -> u64 {
        match &self.source {
            Source::Bytes(bytes) => bytes.len() as u64,
            Source::File { length, .. } => *length,
        }
    }

    /// What a signature can cover: bodies on disk are no forms.
    pub(super) fn in_memory(&self) -> &[u8] {
        match &self.source {
            Source::Bytes(bytes) => bytes,
            Source::File { .. } => &[],
        }
    }

    /// Whether it goes over piece by piece.
    pub(super) fn is_streamed(&self) -> bool {
        matches!(self.source, Source::File { .. }) || self.on_progress.is_some()
    }

    /// The body for one attempt.
    pub(super) async fn open(&self) -> Result<reqwest::Body> {
        let reader = match &self.source {
            Source::Bytes(bytes) if self.on_progress.is_none() => return Ok(bytes.clone().into()),
            Source::Bytes(bytes) => Reader::Bytes(bytes.clone()),
            Source::File { path, .. } => {
                let file = tokio::fs::File::open(path).await.map_err(|error| {
                    let message = format!("could not read {}", path.display());
                    Error::new(ErrorKind::File, message).with_source(error)
                })?;
                Reader::File(file)
            }
        };
        let sending = Sending {
            reader,
            done: 0,
            total: self.len(),
            on_progress: self.on_progress.clone(),
        };
        let pieces = stream::try_unfold(sending, Sending::next);
        Ok(reqwest::Body::wrap_stream(pieces))
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Self::from_bytes(bytes)
    }
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from_bytes(bytes.into())
    }
}

/// A body under way.
struct Sending {
    reader: Reader,
    done: u64,
    total: u64,
    on_progress: Option<OnProgress>,
}

enum Reader {
    Bytes(Bytes),
    File(tokio::fs::File),
}

impl Sending {
    /// The next piece. Never more than was announced, also of a file that grows.
    async fn next(mut self) -> std::io::Result<Option<(Bytes, Self)>> {
        let left = self.total.saturating_sub(self.done);
        if left == 0 {
            return Ok(None);
        }
        let size = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let piece = match &mut self.reader {
            Reader::Bytes(bytes) => bytes.split_to(size.min(bytes.len())),
            Reader::File(file) => {
                let mut piece = BytesMut::with_capacity(size);
                file.take(size as u64).read_buf(&mut piece).await?;
                piece.freeze()
            }
        };
        if piece.is_empty() {
            return Err(std::io::Error::other("the file became shorter"));
        }
        self.done += piece.len() as u64;
        if let Some(on_progress) = &self.on_progress {
            on_progress.tell(self.done, Some(self.total));
        }
        Ok(Some((piece, self)))
    }
}
