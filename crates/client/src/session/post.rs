//! Posting: notes and comments.

use pumphouse_activity::{Activity, Object};

use super::account::Session;
use super::content::Content;
use super::received::Received;
use super::recipient::Recipient;
use crate::error::{Error, ErrorKind, Result};

/// A note or comment to be posted. Made by [`Session::post_note`] and [`Session::comment`].
///
/// Without recipients the server chooses: for a note one's followers, for a comment those to whom
/// the commented thing was addressed (pump.io protocol, section 6.6).
#[derive(Clone, Debug)]
#[must_use = "nothing is posted before `send`"]
pub struct Post {
    session: Session,
    object: Object,
    to: Vec<Recipient>,
    cc: Vec<Recipient>,
    bto: Vec<Recipient>,
    bcc: Vec<Recipient>,
}

impl Session {
    /// Writes a note. Nothing is sent before [`Post::send`].
    ///
    /// ```no_run
    /// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
    /// use pumphouse_client::Recipient;
    ///
    /// let posted = session
    ///     .post_note("Hello, world")
    ///     .title("First")
    ///     .to(Recipient::Public)
    ///     .cc(Recipient::Followers)
    ///     .send()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn post_note(&self, content: impl Into<Content>) -> Post {
        Post::new(self.clone(), "note", &content.into())
    }

    /// Writes a comment on an object, which needs a type and an id. Nothing is sent before
    /// [`Post::send`].
    pub fn comment(&self, on: &Object, content: impl Into<Content>) -> Post {
        Post::new(self.clone(), "comment", &content.into()).in_reply_to(on)
    }
}

impl Post {
    fn new(session: Session, object_type: &str, content: &Content) -> Self {
        let object = Object {
            content: Some(content.as_html().to_owned()),
            ..Object::new(object_type)
        };
        Self {
            session,
            object,
            to: Vec::new(),
            cc: Vec::new(),
            bto: Vec::new(),
            bcc: Vec::new(),
        }
    }

    fn in_reply_to(mut self, parent: &Object) -> Self {
        let reference = Object {
            object_type: parent.object_type.clone(),
            id: parent.id.clone(),
            ..Object::default()
        };
        self.object.in_reply_to = Some(Box::new(reference));
        self
    }

    /// Sets a title, plain text.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.object.display_name = Some(title.into());
        self
    }

    /// Adds a primary recipient.
    pub fn to(mut self, recipient: impl Into<Recipient>) -> Self {
        self.to.push(recipient.into());
        self
    }

    /// Adds a secondary recipient.
    pub fn cc(mut self, recipient: impl Into<Recipient>) -> Self {
        self.cc.push(recipient.into());
        self
    }

    /// Adds a primary recipient whom the others do not see.
    pub fn bto(mut self, recipient: impl Into<Recipient>) -> Self {
        self.bto.push(recipient.into());
        self
    }

    /// Adds a secondary recipient whom the others do not see.
    pub fn bcc(mut self, recipient: impl Into<Recipient>) -> Self {
        self.bcc.push(recipient.into());
        self
    }

    /// Posts it, once: a post that fails half-way is never repeated by itself.
    ///
    /// The activity that comes back is complete: `object` has its id, address and feeds.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) if a recipient, or the object commented on, has
    /// no id or no type; otherwise whatever can befall a signed request.
    pub async fn send(self) -> Result<Received<Activity>> {
        if let Some(parent) = &self.object.in_reply_to {
            check_reference(parent, "what is commented on")?;
        }
        let session = &self.session;
        let (me, endpoints) = (session.account(), session.endpoints());
        let resolve = |recipients: &[Recipient]| -> Result<Option<Vec<Object>>> {
            let objects: Vec<Object> = recipients
                .iter()
                .map(|recipient| recipient.to_object(me, endpoints))
                .collect();
            for object in &objects {
                check_reference(object, "a recipient")?;
            }
            Ok((!objects.is_empty()).then_some(objects))
        };
        let activity = Activity {
            to: resolve(&self.to)?,
            cc: resolve(&self.cc)?,
            bto: resolve(&self.bto)?,
            bcc: resolve(&self.bcc)?,
            ..Activity::new("post", self.object)
        };
        let purpose = if activity
            .object
            .as_ref()
            .is_some_and(|object| object.is_a("comment"))
        {
            "posting a comment"
        } else {
            "posting a note"
        };
        let url = endpoints.user(me.user(), "/feed");
        Received::decode(&session.send_json(purpose, url, &activity).await?)
    }
}

/// Servers need both; without them old ones fail, or make up an empty person
/// (pump.io protocol, section 6.3).
fn check_reference(object: &Object, what: &str) -> Result<()> {
    let missing = match (&object.object_type, &object.id) {
        (Some(_), Some(_)) => return Ok(()),
        (None, _) => "type",
        (_, None) => "id",
    };
    Err(Error::new(
        ErrorKind::InvalidInput,
        format!("{what} has no {missing}"),
    ))
}
