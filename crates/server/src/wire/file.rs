//! Files on their way in: written as they come, and never larger than is allowed.

use axum::body::Body;
use http::StatusCode;
use http_body_util::BodyExt as _;
use pumphouse_oauth1::Problem;
use pumphouse_oauth1::body_hash::{BodyHasher, ClaimedBodyHash};
use tempfile::NamedTempFile;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use super::outgoing::Failure;
use crate::domain::uploads::Uploads;
use crate::error::{Error, Result};

/// A file that is being written. It goes away if nothing is made of it.
pub(crate) struct FileWriter {
    kept: NamedTempFile,
    file: File,
    /// How many bytes may still come.
    left: usize,
    limit: usize,
}

impl FileWriter {
    pub(crate) fn begin(uploads: &Uploads) -> Result<Self> {
        let limit = uploads.limit();
        if limit == 0 {
            return Err(Error::forbidden("This server takes no uploads."));
        }
        let kept = uploads.begin()?;
        let file = File::from_std(kept.reopen()?);
        Ok(Self {
            kept,
            file,
            left: limit,
            limit,
        })
    }

    pub(crate) async fn write(&mut self, data: &[u8]) -> Result<()> {
        let Some(left) = self.left.checked_sub(data.len()) else {
            return Err(Error::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("The file is larger than {} bytes.", self.limit),
            ));
        };
        self.left = left;
        Ok(self.file.write_all(data).await?)
    }

    pub(crate) async fn finish(mut self) -> Result<NamedTempFile> {
        self.file.flush().await?;
        Ok(self.kept)
    }
}

/// What is said of a file whose sender stopped in the middle.
pub(crate) fn not_whole() -> Error {
    Error::bad_request("The file did not arrive whole.")
}

/// Writes a body to a file; it has to be what was signed.
pub(crate) async fn receive(
    uploads: &Uploads,
    mut body: Body,
    claimed: Option<ClaimedBodyHash>,
) -> Result<NamedTempFile, Failure> {
    let mut file = FileWriter::begin(uploads)?;
    let mut hasher = claimed
        .as_ref()
        .map(|claimed| BodyHasher::new(claimed.kind()));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| not_whole())?;
        if let Ok(data) = frame.into_data() {
            if let Some(hasher) = &mut hasher {
                hasher.update(&data);
            }
            file.write(&data).await?;
        }
    }
    let kept = file.finish().await?;
    if let (Some(claimed), Some(hasher)) = (claimed, hasher)
        && !claimed.matches_hasher(hasher)
    {
        return Err(Failure::Unverified(Problem::BodyHashInvalid));
    }
    Ok(kept)
}
