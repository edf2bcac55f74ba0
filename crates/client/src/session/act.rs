//! Doing something: one builder for whatever is done with any object, by any verb.

use std::marker::PhantomData;
use std::time::Duration;

use pumphouse_activity::{Activity, Object};

use super::account::Session;
use super::addressing::{Recipients, check_reference};
use super::received::Received;
use super::recipient::Recipient;
use crate::error::Result;

/// Something to be done, with its recipients. Made by the methods of [`Session`] that are called
/// like what they do: [`note`](Session::note), [`like`](Session::like),
/// [`follow`](Session::follow), …, and [`act`](Session::act) for all other verbs.
///
/// `K` says what else can be set: on what is [`Written`], its words.
///
/// Without recipients the server chooses them by what is done: for a note one's followers, for a
/// comment those to whom the commented thing was addressed, for a follow the person followed and
/// one's followers (pump.io protocol, section 6.6). With recipients, it adds none to those named;
/// [`nobody_else`](Self::nobody_else) says the same when there are none to name.
///
/// ```no_run
/// # async fn example(
/// #     session: pumphouse_client::Session,
/// #     note: pumphouse_client::activity::Object,
/// # ) -> pumphouse_client::Result<()> {
/// use pumphouse_client::Recipient;
///
/// session.like(&note).nobody_else().send().await?;
/// session.share(&note).to(Recipient::Public).send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is done before `send`"]
pub struct Act<K = Done> {
    pub(super) session: Session,
    /// What it is for, for error texts.
    pub(super) purpose: &'static str,
    pub(super) activity: Activity,
    pub(super) recipients: Recipients,
    kind: PhantomData<fn() -> K>,
}

/// Done to something that is there: liked, shared, followed, deleted, ….
///
/// ```no_run
/// use pumphouse_client::activity::Object;
/// use pumphouse_client::{Act, Done};
///
/// fn liking(session: &pumphouse_client::Session, note: &Object) -> Act<Done> {
///     session.like(note).nobody_else()
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Done {}

/// Written: a note, a comment, a changed text, a list, a profile.
///
/// ```no_run
/// use pumphouse_client::{Act, Written};
///
/// fn greeting(session: &pumphouse_client::Session) -> Act<Written> {
///     session.note("Hello").title("A greeting")
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Written {}

impl Session {
    /// Does anything to an object, by any verb of the protocol (section 6.7) or of one's own.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     session: pumphouse_client::Session,
    /// # ) -> pumphouse_client::Result<()> {
    /// use pumphouse_client::activity::Object;
    ///
    /// let place = Object { display_name: Some("Old Town".to_owned()), ..Object::new("place") };
    /// session.act("checkin", place).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn act(&self, verb: impl Into<String>, object: Object) -> Act {
        self.activity(Activity::new(verb, object))
    }

    /// Does what an activity says that the program has put together itself.
    pub fn activity(&self, activity: Activity) -> Act {
        Act::new(self, "doing something", activity)
    }
}

impl<K> Act<K> {
    pub(super) fn new(session: &Session, purpose: &'static str, activity: Activity) -> Self {
        Self {
            session: session.clone(),
            purpose,
            activity,
            recipients: Recipients::default(),
            kind: PhantomData,
        }
    }

    /// Adds a primary recipient.
    pub fn to(mut self, recipient: impl Into<Recipient>) -> Self {
        self.recipients.to.push(recipient.into());
        self
    }

    /// Adds a secondary recipient.
    pub fn cc(mut self, recipient: impl Into<Recipient>) -> Self {
        self.recipients.cc.push(recipient.into());
        self
    }

    /// Adds a primary recipient whom the others do not see.
    pub fn bto(mut self, recipient: impl Into<Recipient>) -> Self {
        self.recipients.bto.push(recipient.into());
        self
    }

    /// Adds a secondary recipient whom the others do not see.
    pub fn bcc(mut self, recipient: impl Into<Recipient>) -> Self {
        self.recipients.bcc.push(recipient.into());
        self
    }

    /// Tells nobody but the recipients named; if none are, nobody at all.
    ///
    /// Servers read "no recipients" as "choose some", so it is then addressed to the account itself.
    pub fn nobody_else(mut self) -> Self {
        self.recipients.nobody_else = true;
        self
    }

    /// Sets the list or group that it is about: what is posted with one is also added to it.
    pub fn target(mut self, target: &Object) -> Self {
        self.activity.target = Some(Box::new(reference(target)));
        self
    }

    /// Sets where it is done: a place.
    pub fn at(mut self, place: impl Into<Object>) -> Self {
        self.activity.location = Some(Box::new(place.into()));
        self
    }

    /// How long it may take in all, in place of what was said [of the
    /// client](crate::ClientBuilder::timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.session = self.session.with_timeout(timeout);
        self
    }

    /// How often it is tried again when no connection could be made, in place of what was said [of
    /// the client](crate::ClientBuilder::retries). What was sent is never sent again.
    pub fn retries(mut self, retries: u32) -> Self {
        self.session = self.session.with_retries(retries);
        self
    }

    /// Does it, once: what fails half-way is never repeated by itself.
    ///
    /// The activity that comes back is complete: its `object` has its id, address and feeds.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if a recipient, or what is commented on,
    /// liked, shared and so on, has no id or no type; otherwise whatever can befall a signed
    /// request.
    pub async fn send(mut self) -> Result<Received<Activity>> {
        self.check()?;
        let (me, endpoints) = (self.session.account(), self.session.endpoints());
        self.recipients.write(&mut self.activity, me, endpoints)?;
        let url = endpoints.user(me.user(), "/feed");
        let sent = self.session.send_json(self.purpose, url, &self.activity);
        Received::decode(&sent.await?)
    }

    /// Servers fail on what is mentioned by half.
    fn check(&self) -> Result<()> {
        let activity = &self.activity;
        let object = activity.object.as_deref();
        // Only what is made now has no id yet.
        if let Some(object) = object
            && !matches!(activity.verb.as_deref(), None | Some("post" | "create"))
            && HAS_EFFECT.contains(&activity.verb.as_deref().unwrap_or_default())
        {
            check_reference(object, "what this is done to")?;
        }
        let attachments = object.and_then(|object| object.attachments.as_deref());
        // What is not there yet may come along whole, but not as half a mention.
        let mentions = attachments.unwrap_or_default().iter();
        for mention in mentions.filter(|it| **it == reference(it)) {
            check_reference(mention, "an attachment")?;
        }
        if let Some(parent) = object.and_then(|object| object.in_reply_to.as_deref()) {
            check_reference(parent, "what is commented on")?;
        }
        if let Some(target) = activity.target.as_deref() {
            check_reference(target, "the list or group")?;
        }
        Ok(())
    }
}

/// The verbs that do something to an object that has to be there (pump.io protocol, section 6.7).
const HAS_EFFECT: [&str; 14] = [
    "update",
    "delete",
    "follow",
    "stop-following",
    "favorite",
    "like",
    "unfavorite",
    "unlike",
    "share",
    "unshare",
    "add",
    "remove",
    "join",
    "leave",
];

/// The mention of an object: what a server needs to find it.
pub(super) fn reference(object: &Object) -> Object {
    Object {
        object_type: object.object_type.clone(),
        id: object.id.clone(),
        ..Object::default()
    }
}
