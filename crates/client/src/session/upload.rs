//! Files on their way to the server (pump.io protocol, section 7.6).

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};
use pumphouse_activity::{Activity, Object};
use tokio::io::AsyncReadExt as _;

use super::account::Session;
use super::act::{Act, Written, reference};
use super::content::Content;
use super::received::Received;
use super::recipient::Recipient;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::{OnProgress, Outgoing, Payload, Progress};

/// A file to be uploaded. Files on disk are sent piece by piece and never held in memory.
///
/// ```
/// use pumphouse_client::Upload;
///
/// let upload = Upload::from_bytes("image/gif", b"GIF89a".to_vec())
///     .on_progress(|progress| eprintln!("{} bytes sent", progress.done));
/// assert_eq!(upload.len(), 6);
/// ```
#[derive(Clone, Debug)]
pub struct Upload {
    media_type: String,
    payload: Payload,
}

impl Upload {
    /// Bytes of a media type.
    pub fn from_bytes(media_type: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self {
            media_type: media_type.into(),
            payload: Payload::from_bytes(bytes.into()),
        }
    }

    /// A file on disk; what it is follows from how it begins, or else from its name.
    ///
    /// # Errors
    ///
    /// [`File`](ErrorKind::File) if it cannot be read.
    pub async fn from_path(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let failed = |error| {
            let message = format!("could not read {}", path.display());
            Error::new(ErrorKind::File, message).with_source(error)
        };
        let file = tokio::fs::File::open(&path).await.map_err(failed)?;
        let metadata = file.metadata().await.map_err(failed)?;
        if !metadata.is_file() {
            let message = format!("{} is no file", path.display());
            return Err(Error::new(ErrorKind::File, message));
        }
        let mut start = Vec::new();
        let mut file = file.take(START);
        file.read_to_end(&mut start).await.map_err(failed)?;
        let media_type = media_type_of(&start, &path).to_owned();
        Ok(Self {
            media_type,
            payload: Payload::from_path(path, metadata.len()),
        })
    }

    /// Says of which media type it is, in place of what was found out.
    #[must_use]
    pub fn with_media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = media_type.into();
        self
    }

    /// Hears how far it is: called for every piece that is sent, so it should be quick.
    #[must_use]
    pub fn on_progress(mut self, hear: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.payload = self.payload.with_progress(OnProgress::new(hear));
        self
    }

    pub(super) fn into_parts(self) -> (String, Payload) {
        (self.media_type, self.payload)
    }

    /// The media type.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// The size, in bytes.
    pub fn len(&self) -> u64 {
        self.payload.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// How much of a file tells what it is.
const START: u64 = 8192;

/// What the protocol names for the endings of names (section 7.6), and what `infer` cannot tell.
const ENDINGS: [(&str, &str); 21] = [
    ("gif", "image/gif"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("webp", "image/webp"),
    ("flac", "audio/flac"),
    ("mp3", "audio/mpeg"),
    ("ogg", "audio/ogg"),
    ("oga", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("wav", "audio/x-wav"),
    ("3gp", "video/3gpp"),
    ("mpg", "video/mpeg"),
    ("mp4", "video/mp4"),
    ("mov", "video/quicktime"),
    ("ogv", "video/ogg"),
    ("webm", "video/webm"),
    ("avi", "video/x-msvideo"),
    ("pdf", "application/pdf"),
    ("txt", "text/plain"),
];

fn media_type_of(start: &[u8], path: &Path) -> &'static str {
    let by_name = || {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        let known = ENDINGS.iter().find(|(own, _)| *own == ending);
        known.map(|(_, media_type)| *media_type)
    };
    match infer::get(start).map(|found| found.mime_type()) {
        // One container for sound and film: only the name tells which.
        Some("audio/ogg" | "video/ogg" | "application/ogg") => by_name().unwrap_or("audio/ogg"),
        Some(found) => found,
        None => by_name().unwrap_or("application/octet-stream"),
    }
}

impl Session {
    /// Uploads a file and posts it, with its title and text, in one step that others see: a
    /// picture, a sound, a film, or any other file.
    ///
    /// ```no_run
    /// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
    /// use pumphouse_client::{Recipient, Upload};
    ///
    /// let picture = Upload::from_path("cat.jpg").await?;
    /// session
    ///     .file(picture)
    ///     .title("My cat")
    ///     .content("She sleeps.")
    ///     .to(Recipient::Public)
    ///     .send()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn file(&self, upload: Upload) -> PostFile {
        let words = Object::default();
        PostFile {
            act: Act::new(self, "posting a file", Activity::new("post", words)),
            upload,
        }
    }

    /// Uploads a file and does not post it: nobody else sees it before it is
    /// [posted](Session::post).
    ///
    /// # Errors
    ///
    /// [`File`](ErrorKind::File) if it cannot be read any more, and whatever can befall a signed
    /// request.
    pub async fn upload(&self, upload: Upload) -> Result<Received<Object>> {
        let media_type = HeaderValue::try_from(&upload.media_type).map_err(|error| {
            let message = format!("{:?} is no media type", upload.media_type);
            Error::new(ErrorKind::InvalidInput, message).with_source(error)
        })?;
        let url = self.endpoints().user(self.account().user(), "/uploads");
        let mut request = Outgoing::new("uploading a file", Method::POST, url);
        request.headers.insert(CONTENT_TYPE, media_type);
        request.body = upload.payload;
        Received::decode(&self.send(request).await?.success()?)
    }
}

/// A file to be uploaded and posted. Made by [`Session::file`].
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// use pumphouse_client::{Recipient, Upload};
///
/// let cat = session.file(Upload::from_path("cat.jpg").await?).title("Cat");
/// cat.content("On the roof").to(Recipient::Public).send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct PostFile {
    act: Act<Written>,
    upload: Upload,
}

impl PostFile {
    /// Changes the post in any way that [`Act`] offers, such as [`summary`](Act::summary).
    pub fn change(mut self, change: impl FnOnce(Act<Written>) -> Act<Written>) -> Self {
        self.act = change(self.act);
        self
    }

    /// Sets a title, plain text.
    pub fn title(self, title: impl Into<String>) -> Self {
        self.change(|act| act.title(title))
    }

    /// Sets the text.
    pub fn content(self, content: impl Into<Content>) -> Self {
        self.change(|act| act.content(content))
    }

    /// Sets any other property, such as `license`.
    pub fn property(self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        self.change(|act| act.property(name, value))
    }

    /// Adds a primary recipient.
    pub fn to(self, recipient: impl Into<Recipient>) -> Self {
        self.change(|act| act.to(recipient))
    }

    /// Adds a secondary recipient.
    pub fn cc(self, recipient: impl Into<Recipient>) -> Self {
        self.change(|act| act.cc(recipient))
    }

    /// Adds a primary recipient whom the others do not see.
    pub fn bto(self, recipient: impl Into<Recipient>) -> Self {
        self.change(|act| act.bto(recipient))
    }

    /// Adds a secondary recipient whom the others do not see.
    pub fn bcc(self, recipient: impl Into<Recipient>) -> Self {
        self.change(|act| act.bcc(recipient))
    }

    /// Tells nobody but the recipients named, see [`Act::nobody_else`].
    pub fn nobody_else(self) -> Self {
        self.change(Act::nobody_else)
    }

    /// Sets the list or group that it goes to as well.
    pub fn target(self, target: &Object) -> Self {
        self.change(|act| act.target(target))
    }

    /// How long the upload and the post may take in all, in place of what was said [of the
    /// client](crate::ClientBuilder::timeout), which leaves large files more time.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.change(|act| act.timeout(timeout))
    }

    /// How often a step is tried again when no connection could be made, see [`Act::retries`].
    pub fn retries(self, retries: u32) -> Self {
        self.change(|act| act.retries(retries))
    }

    /// Uploads it, gives it its words while only its author sees it, and posts it. Old servers
    /// ignore words in the post (pump.io protocol, section 6.7); new ones find them there already.
    ///
    /// # Errors
    ///
    /// As for [`Session::upload`] and [`Act::send`]; whatever fails, nobody sees a file without
    /// its words.
    pub async fn send(self) -> Result<Received<Activity>> {
        let session = self.act.session.clone();
        session.in_all("posting a file", self.send_steps()).await
    }

    async fn send_steps(mut self) -> Result<Received<Activity>> {
        let session = self.act.session.clone();
        let uploaded = session.upload(self.upload).await?;
        let words = self.act.activity.object.take().unwrap_or_default();
        if *words != Object::default() {
            let described = Object {
                object_type: uploaded.object_type.clone(),
                id: uploaded.id.clone(),
                ..*words
            };
            let update = Activity::new("update", described);
            let update = Act::<Written>::new(&session, "describing a file", update);
            update.nobody_else().send().await?;
        }
        self.act.activity.object = Some(Box::new(reference(&uploaded)));
        self.act.send().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_is_follows_from_how_it_begins_or_from_its_name() {
        let of = |start: &[u8], name: &str| media_type_of(start, Path::new(name));
        assert_eq!(of(b"GIF89a\x01\x00", "x.png"), "image/gif");
        assert_eq!(of(b"", "X.JPG"), "image/jpeg");
        assert_eq!(of(b"OggS\0\0", "x.ogv"), "video/ogg");
        assert_eq!(of(b"OggS\0\0", "x"), "audio/ogg");
        assert_eq!(of(b"hello", "x.unknown"), "application/octet-stream");
    }
}
