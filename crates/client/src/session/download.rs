//! Files on their way from a server.

use std::io;
use std::path::Path;
use std::time::Duration;

use http::Method;
use http::header::CONTENT_TYPE;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use url::Url;

use super::account::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::{OnProgress, Outgoing, Progress, Redirects, same_origin};

/// The largest file that is taken, unless it is said: 1 GiB.
const LARGEST: u64 = 1024 * 1024 * 1024;

/// A file to be fetched. Made by [`Session::download`].
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// let download = session.download("https://pump.example/uploads/evan/cat.jpg");
/// let got = download.keep_existing().max_size(10_000_000).to_file("cat.jpg").await?;
/// println!("{} bytes", got.size);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is fetched before `to_file` or `to_writer`"]
pub struct Download {
    session: Session,
    url: Result<Url>,
    largest: u64,
    replaces: bool,
    on_progress: Option<OnProgress>,
}

/// What was fetched.
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// let mut bytes = Vec::new();
/// let got = session.download("/uploads/evan/cat.jpg").to_writer(&mut bytes).await?;
/// println!("{:?}, {} bytes", got.media_type, got.size);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downloaded {
    /// The size, in bytes.
    pub size: u64,
    /// The media type, as the server says.
    pub media_type: Option<String>,
}

impl Session {
    /// Fetches a file, such as the [address](pumphouse_activity::MediaLink::address) of a picture,
    /// sound or film, piece by piece: files of any size take little memory.
    ///
    /// The own server is asked with the token, so that it also hands out what not everybody may
    /// see, and what it fetches itself from elsewhere. Other servers are asked without; where that
    /// is refused, as this program.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     session: pumphouse_client::Session,
    /// #     image: pumphouse_client::activity::Object,
    /// # ) -> pumphouse_client::Result<()> {
    /// if let Some(address) = image.original_image().and_then(|image| image.address()) {
    ///     session.download(address).to_file("image.jpg").await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn download(&self, address: &str) -> Download {
        Download {
            session: self.clone(),
            url: self.address(address),
            largest: LARGEST,
            replaces: true,
            on_progress: None,
        }
    }
}

impl Download {
    /// Takes no larger file. 1 GiB unless said otherwise.
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.largest = bytes;
        self
    }

    /// Leaves a file alone that is there already: [`to_file`](Self::to_file) is then an error, and
    /// nothing is fetched.
    pub fn keep_existing(mut self) -> Self {
        self.replaces = false;
        self
    }

    /// Hears how far it is: called for every piece that comes, so it should be quick.
    pub fn on_progress(mut self, hear: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(OnProgress::new(hear));
        self
    }

    /// How long it may take in all, to the last byte, in place of what was said [of the
    /// client](crate::ClientBuilder::timeout), which leaves large files more time.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.session = self.session.with_timeout(timeout);
        self
    }

    /// How often it is asked for again before its first byte has come, in place of what was said
    /// [of the client](crate::ClientBuilder::retries).
    pub fn retries(mut self, retries: u32) -> Self {
        self.session = self.session.with_retries(retries);
        self
    }

    /// Writes it to a file, which is there only when it is whole. One that was there is replaced,
    /// unless it is to be [kept](Self::keep_existing).
    ///
    /// # Errors
    ///
    /// [`File`](ErrorKind::File) if it cannot be written, or is there and is to be kept; and those
    /// of [`to_writer`](Self::to_writer).
    pub async fn to_file(self, path: impl AsRef<Path>) -> Result<Downloaded> {
        let path = path.as_ref();
        let failed = |error: io::Error| {
            let message = format!("could not write {}", path.display());
            Error::new(ErrorKind::File, message).with_source(error)
        };
        let replaces = self.replaces;
        if !replaces && path.symlink_metadata().is_ok() {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let part = tempfile::Builder::new()
            .prefix(".part-")
            .tempfile_in(directory)
            .map_err(failed)?;
        let mut file = tokio::fs::File::from_std(part.reopen().map_err(failed)?);
        let downloaded = self.to_writer(&mut file).await?;
        file.sync_all().await.map_err(failed)?;
        let persisted = match replaces {
            true => part.persist(path),
            // It may have come to be in the meantime.
            false => part.persist_noclobber(path),
        };
        persisted.map_err(|error| failed(error.error))?;
        Ok(downloaded)
    }

    /// Writes it somewhere as it comes.
    ///
    /// # Errors
    ///
    /// [`TooLarge`](ErrorKind::TooLarge) for a file above the limit,
    /// [`File`](ErrorKind::File) if it cannot be written, and whatever can befall a request.
    /// Then a part of it may have been written.
    pub async fn to_writer(
        self,
        writer: &mut (impl AsyncWrite + Unpin + Send),
    ) -> Result<Downloaded> {
        let session = self.session.clone();
        session.in_all("fetching a file", self.fetch(writer)).await
    }

    async fn fetch(self, writer: &mut (impl AsyncWrite + Unpin + Send)) -> Result<Downloaded> {
        let session = &self.session;
        let mut request = Outgoing::new("fetching a file", Method::GET, self.url?);
        let transport = session.client().transport();
        let opened = if same_origin(&session.endpoints().base, &request.url) {
            transport.open(request, Some(session.signature())).await?
        } else {
            session.check_foreign(&request.url)?;
            request.redirects = Redirects::Anywhere;
            match transport.open(request.clone(), None).await {
                Err(error) if is_refusal(error.kind()) => {
                    request.redirects = Redirects::SameOrigin;
                    session.client().foreign().open(request).await?
                }
                other => other?,
            }
        };
        let media_type = opened.headers().get(CONTENT_TYPE);
        let media_type = media_type
            .and_then(|it| it.to_str().ok())
            .map(str::to_owned);
        let mut size = 0;
        let mut opened = opened.limited_to(self.largest);
        while let Some(piece) = opened.next().await? {
            let written = writer.write_all(&piece).await;
            written.map_err(not_written)?;
            size += piece.len() as u64;
            if let Some(on_progress) = &self.on_progress {
                on_progress.tell(size, opened.total());
            }
        }
        writer.flush().await.map_err(not_written)?;
        Ok(Downloaded { size, media_type })
    }
}

fn not_written(error: io::Error) -> Error {
    Error::new(ErrorKind::File, "what was fetched could not be written").with_source(error)
}

/// Whether a server may say something else to a program that it knows.
fn is_refusal(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Forbidden | ErrorKind::TokenRefused | ErrorKind::Refused
    )
}
