//! Reading: one's own feeds, those of objects and groups, and whole objects.

use pumphouse_activity::{Activity, Object, User};
use url::Url;

use super::account::Session;
use super::address::Address;
use super::feed::{Feed, Inbox, Outbox};
use super::received::Received;
use crate::error::{ErrorKind, Result};
use crate::transport::same_origin;

impl Session {
    /// What was delivered to the account, and what it did itself.
    pub fn inbox(&self) -> Inbox {
        Inbox::new(self.clone())
    }

    /// What the account did.
    pub fn outbox(&self) -> Outbox {
        Outbox::new(self.clone(), self.own("/feed"))
    }

    /// The people who follow the account.
    pub fn followers(&self) -> Feed {
        Feed::new(self, "reading the followers", self.own("/followers"))
    }

    /// The people whom the account follows.
    pub fn following(&self) -> Feed {
        Feed::new(self, "reading whom it follows", self.own("/following"))
    }

    /// What the account likes.
    pub fn favourites(&self) -> Feed {
        Feed::new(self, "reading the favourites", self.own("/favorites"))
    }

    /// The lists of people that the account has made.
    pub fn lists(&self) -> Feed {
        Feed::new(self, "reading the lists", self.own("/lists/person"))
    }

    /// The list of people with this name, if there is one.
    ///
    /// # Errors
    ///
    /// Whatever can befall a signed request.
    pub async fn list_named(&self, name: &str) -> Result<Option<Object>> {
        // Old servers cannot be asked for the list at a place, so all are read.
        let mut lists = self.lists().items().stream();
        while let Some(list) = lists.next().await {
            let list = list?;
            if list.display_name.as_deref() == Some(name) {
                return Ok(Some(list));
            }
        }
        Ok(None)
    }

    /// The files that the account has uploaded.
    pub fn uploads(&self) -> Feed {
        Feed::new(self, "reading the uploads", self.own("/uploads"))
    }

    /// Everybody who has an account on this server.
    pub fn users(&self) -> Feed<User> {
        let address = Address::at(self.endpoints().api("/api/users"));
        Feed::new(self, "reading the users", address)
    }

    /// The people who like an object.
    pub fn likes(&self, object: &Object) -> Feed {
        let address = Address::of(object.likes.as_deref(), "likes");
        Feed::new(self, "reading the likes", address)
    }

    /// What answers an object, newest first.
    pub fn replies(&self, object: &Object) -> Feed {
        let address = Address::of(object.replies.as_deref(), "replies");
        Feed::new(self, "reading the replies", address)
    }

    /// The people who shared an object.
    pub fn shares(&self, object: &Object) -> Feed {
        let address = Address::of(object.shares.as_deref(), "shares");
        Feed::new(self, "reading the shares", address)
    }

    /// The members of a list or group.
    pub fn members(&self, of: &Object) -> Feed {
        let address = Address::of(of.members.as_deref(), "members");
        Feed::new(self, "reading the members", address)
    }

    /// The documents of a group.
    pub fn documents(&self, group: &Object) -> Feed {
        let address = Address::of(group.documents.as_deref(), "documents");
        Feed::new(self, "reading the documents", address)
    }

    /// What was addressed to a group.
    pub fn group_inbox(&self, group: &Object) -> Feed<Activity> {
        let address = Address::link(group, "activity-inbox", "activities");
        Feed::new(self, "reading the inbox of a group", address)
    }

    /// Reads an object by its address on this server.
    ///
    /// # Errors
    ///
    /// [`ForeignOrigin`](ErrorKind::ForeignOrigin) for an address on another server, where these
    /// credentials mean nothing; [`NotFound`](ErrorKind::NotFound), [`Gone`](ErrorKind::Gone) and
    /// [`Forbidden`](ErrorKind::Forbidden) as the server says.
    pub async fn object(&self, url: &str) -> Result<Received<Object>> {
        let answer = self.read("reading an object", self.resolve(url)?).await?;
        Received::decode(&answer)
    }

    /// Reads a whole object that is known by mention, wherever it is: through the own server's
    /// proxy, from the own server's copy, or from its own server, in this order. A copy that is a
    /// mere mention itself, because somebody liked or shared the object here, does not count.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) for an object without a usable address or id, and
    /// those of [`object`](Self::object).
    pub async fn load(&self, object: &Object) -> Result<Received<Object>> {
        let purpose = "reading an object";
        self.in_all(purpose, self.load_from_somewhere(object, purpose))
            .await
    }

    async fn load_from_somewhere(
        &self,
        object: &Object,
        purpose: &'static str,
    ) -> Result<Received<Object>> {
        let address = Address::of_object(object);
        let url = self.locate(&address, false).await?;
        if !same_origin(&self.endpoints().base, &url)
            && let Some(copy) = self.copy_of(object)
        {
            match self.read(purpose, copy).await {
                Ok(answer) => {
                    let copy = Received::decode(&answer)?;
                    if !is_mention(&copy) {
                        return Ok(copy);
                    }
                    tracing::debug!("the own server knows it by mention only");
                }
                Err(error) if is_elsewhere(error.kind()) => {
                    tracing::debug!(%error, "the own server has no copy");
                }
                Err(error) => return Err(error),
            }
        }
        Received::decode(&self.read(purpose, url).await?)
    }

    /// Reads a whole activity by its address or id on this server.
    ///
    /// # Errors
    ///
    /// Those of [`object`](Self::object).
    pub async fn activity_at(&self, url: &str) -> Result<Received<Activity>> {
        let url = self.resolve(url)?;
        Received::decode(&self.read("reading an activity", url).await?)
    }

    /// Where the own server keeps its copy of somebody else's object
    /// (pump.io protocol, section 7.9).
    fn copy_of(&self, object: &Object) -> Option<Url> {
        let (object_type, id) = (object.object_type.as_deref()?, object.id.as_deref()?);
        let mut url = self.endpoints().api("/api");
        url.path_segments_mut().ok()?.push(object_type);
        url.query_pairs_mut().append_pair("id", id);
        Some(url)
    }
}

/// Whether no more is known of it than that somebody did something to it.
fn is_mention(object: &Object) -> bool {
    let said = [
        &object.content,
        &object.display_name,
        &object.url,
        &object.deleted,
    ];
    let is_silent = said.iter().all(|property| property.is_none());
    is_silent && object.author.is_none() && object.file().is_none()
}

/// Whether another server may know better.
fn is_elsewhere(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NotFound | ErrorKind::Forbidden | ErrorKind::Refused | ErrorKind::Server
    )
}
