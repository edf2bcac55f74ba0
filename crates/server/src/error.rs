//! What can go wrong below HTTP: a status, a text that is safe to show, and a cause for the log.

use std::fmt;
use std::io;

use http::StatusCode;
use pumphouse_store::ErrorKind;

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something was not done. `text` is for the client; `cause` never leaves the server.
#[derive(Debug)]
pub(crate) struct Error {
    pub(crate) status: StatusCode,
    pub(crate) text: String,
    /// After how many seconds it may be tried again.
    pub(crate) wait: Option<u64>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            text: text.into(),
            wait: None,
            cause: None,
        }
    }

    /// 400: the request makes no sense as it is.
    pub(crate) fn bad_request(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, text)
    }

    /// 401: the request has no right to this, or nobody stands behind it.
    pub(crate) fn unauthorized(text: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, text)
    }

    /// 403: whoever asks may not do this.
    pub(crate) fn forbidden(text: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, text)
    }

    /// 404: there is no such thing.
    pub(crate) fn not_found(text: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, text)
    }

    /// 410: there was such a thing, and it was deleted.
    pub(crate) fn gone() -> Self {
        Self::new(StatusCode::GONE, "Deleted")
    }

    /// 429: whoever asks has to wait for so many seconds.
    pub(crate) fn too_many(what: &str, wait: u64) -> Self {
        Self {
            wait: Some(wait),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                format!("{what}; try again in {wait} s."),
            )
        }
    }

    /// 507: there is no room.
    fn disk_full(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let cause = cause.into();
        tracing::error!(%cause, "the disk is full");
        Self {
            cause: Some(cause),
            ..Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "The server's disk is full; nothing was changed. Try again later.",
            )
        }
    }

    /// 500: a fault of ours.
    pub(crate) fn internal(
        context: &'static str,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let cause = cause.into();
        tracing::error!(%cause, context, "internal error");
        Self {
            cause: Some(cause),
            ..Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The server could not do this; its log says why.",
            )
        }
    }
}

impl From<pumphouse_store::Error> for Error {
    fn from(error: pumphouse_store::Error) -> Self {
        match error.kind() {
            ErrorKind::DiskFull => Self::disk_full(error),
            _ => Self::internal("store", error),
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::disk_full(error),
            _ => Self::internal("files", error),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.text)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
