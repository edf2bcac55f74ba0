//! The account's own profile.

use http::Method;
use pumphouse_activity::{Activity, MediaLink, Object};

use super::account::Session;
use super::act::{Act, Written};
use super::received::Received;
use super::recipient::Recipient;
use super::upload::Upload;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::Outgoing;

impl Session {
    /// The profile of the account.
    ///
    /// # Errors
    ///
    /// Whatever can befall a signed request.
    pub async fn profile(&self) -> Result<Received<Object>> {
        let url = self.endpoints().user(self.account().user(), "/profile");
        let request = Outgoing::new("reading the profile", Method::GET, url);
        Received::decode(&self.send(request).await?.success()?)
    }

    /// Changes the profile: [`title`](Act::title) is the name, [`summary`](Act::summary) what the
    /// person says of themselves. What is not set stays as it is.
    ///
    /// ```no_run
    /// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
    /// use pumphouse_client::Upload;
    ///
    /// let picture = session.avatar(Upload::from_path("me.png").await?).await?;
    /// session.edit_profile().title("Evan").image(picture).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn edit_profile(&self) -> Act<Written> {
        let me = Recipient::Myself.to_object(self.account(), self.endpoints());
        Act::new(self, "changing the profile", Activity::new("update", me))
    }

    /// Uploads a picture of the person, for [`Act::image`]. It is posted to everybody, because
    /// servers hand out files by who may see the post of them.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) if it is no picture, and whatever can befall an
    /// upload.
    pub async fn avatar(&self, picture: Upload) -> Result<MediaLink> {
        if !picture.media_type().starts_with("image/") {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("{} is no type of a picture", picture.media_type()),
            ));
        }
        let posted = self.file(picture).to(Recipient::Public).send().await?;
        let image = posted.object.as_deref().and_then(|it| it.image.clone());
        image.ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidAnswer,
                "uploading a picture: the server made no image of it",
            )
        })
    }
}

impl Act<Written> {
    /// Sets the picture of a person or group.
    pub fn image(self, image: MediaLink) -> Self {
        self.write(|object| object.image = Some(image))
    }
}
