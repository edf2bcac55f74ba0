//! What is done to things that are there: liking, sharing, following, joining, deleting; and who
//! is in a list.

use pumphouse_activity::{Activity, Object};

use super::account::Session;
use super::act::{Act, reference};
use super::recipient::Recipient;

impl Session {
    /// Likes something. It is then among the [favourites](Session::favourites).
    pub fn like(&self, object: &Object) -> Act {
        self.react("liking", "like", object)
    }

    /// Likes something no longer.
    pub fn unlike(&self, object: &Object) -> Act {
        self.react("unliking", "unlike", object)
    }

    /// Shares something with one's followers, or with whom the recipients name.
    pub fn share(&self, object: &Object) -> Act {
        self.react("sharing", "share", object)
    }

    /// Takes back a share.
    pub fn unshare(&self, object: &Object) -> Act {
        self.react("unsharing", "unshare", object)
    }

    /// Deletes something of one's own: a note, a comment, an image, a list, a group.
    pub fn delete(&self, object: &Object) -> Act {
        self.react("deleting", "delete", object)
    }

    /// Follows a person, by address or object.
    ///
    /// ```no_run
    /// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
    /// use pumphouse_client::Acct;
    ///
    /// session.follow("evan@e14n.com".parse::<Acct>()?).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn follow(&self, person: impl Into<Recipient>) -> Act {
        let person = self.mention(&person.into());
        self.react("following", "follow", &person)
    }

    /// Follows a person no longer.
    pub fn unfollow(&self, person: impl Into<Recipient>) -> Act {
        let person = self.mention(&person.into());
        self.react("unfollowing", "stop-following", &person)
    }

    /// Joins a group.
    pub fn join(&self, group: &Object) -> Act {
        self.react("joining", "join", group)
    }

    /// Leaves a group.
    pub fn leave(&self, group: &Object) -> Act {
        self.react("leaving", "leave", group)
    }

    /// Adds somebody, or something, to a list of one's own, or a document to a group.
    ///
    /// Unless recipients say otherwise, somebody who is added to a list is told.
    pub fn add(&self, member: impl Into<Recipient>, list: &Object) -> Act {
        let member = self.mention(&member.into());
        self.react("adding", "add", &member).target(list)
    }

    /// Takes somebody, or something, out of a list or group.
    pub fn remove(&self, member: impl Into<Recipient>, list: &Object) -> Act {
        let member = self.mention(&member.into());
        self.react("removing", "remove", &member).target(list)
    }

    fn react(&self, purpose: &'static str, verb: &str, object: &Object) -> Act {
        Act::new(self, purpose, Activity::new(verb, reference(object)))
    }

    fn mention(&self, who: &Recipient) -> Object {
        who.to_object(self.account(), self.endpoints())
    }
}
