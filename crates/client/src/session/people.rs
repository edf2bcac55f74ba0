//! Other people: their profiles and feeds, wherever they are.

use pumphouse_activity::{Acct, Object};

use super::account::Session;
use super::address::Address;
use super::feed::{Feed, Outbox};
use super::received::Received;
use crate::error::Result;

/// A person, on this server or another. Made by [`Session::person`].
///
/// On other servers the own server's proxy is used where it offers one; else this program
/// registers there, once, and sees what that server shows to strangers.
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// use pumphouse_client::Acct;
///
/// let evan = session.person("evan@e14n.com".parse::<Acct>()?);
/// println!("{:?}", evan.profile().await?.summary);
/// let newest = evan.outbox().major().page().count(5).send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Person {
    session: Session,
    who: PersonRef,
}

/// How a person is named: by address, or by the object that a server sent.
///
/// ```
/// use pumphouse_client::PersonRef;
/// use pumphouse_client::activity::Object;
///
/// let by_object = PersonRef::from(&Object::reference("person", "acct:evan@e14n.com"));
/// let by_address = PersonRef::from("evan@e14n.com".parse::<pumphouse_client::Acct>()?);
/// # Ok::<(), pumphouse_client::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PersonRef {
    /// By address.
    Acct(Acct),
    /// By object.
    Object(Box<Object>),
}

impl From<Acct> for PersonRef {
    fn from(address: Acct) -> Self {
        Self::Acct(address)
    }
}

impl From<&Acct> for PersonRef {
    fn from(address: &Acct) -> Self {
        Self::Acct(address.clone())
    }
}

impl From<&Object> for PersonRef {
    fn from(person: &Object) -> Self {
        Self::Object(Box::new(person.clone()))
    }
}

impl Session {
    /// A person, by address or by object. Nothing is sent.
    pub fn person(&self, who: impl Into<PersonRef>) -> Person {
        Person::new(self.clone(), who.into())
    }
}

impl Person {
    fn new(session: Session, who: PersonRef) -> Self {
        Self { session, who }
    }

    /// Where something of the person is: by what their object says, or where servers have it.
    fn address(&self, path: &str, named: impl FnOnce(&Object) -> Address) -> Address {
        let of = |person: &Acct| Address::OfPerson {
            person: person.clone(),
            path: path.to_owned(),
        };
        match &self.who {
            PersonRef::Acct(address) => of(address),
            PersonRef::Object(object) => {
                let named = named(object);
                match object.acct() {
                    Some(address) => named.or(of(&address)),
                    None => named,
                }
            }
        }
    }

    /// Their profile.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) if nobody has this name there,
    /// [`UnknownHost`](crate::ErrorKind::UnknownHost) and
    /// [`NotPumpIo`](crate::ErrorKind::NotPumpIo) if there is no such server.
    pub async fn profile(&self) -> Result<Received<Object>> {
        let purpose = "reading a profile";
        let address = self.address("/profile", Address::of_object);
        let read = async {
            let url = self.session.locate(&address, false).await?;
            self.session.read(purpose, url).await
        };
        Received::decode(&self.session.in_all(purpose, read).await?)
    }

    /// What they did, as far as they let the reader see it.
    pub fn outbox(&self) -> Outbox {
        let address = self.address("/feed", |person| {
            Address::link(person, "activity-outbox", "activities")
        });
        Outbox::new(self.session.clone(), address)
    }

    /// The people who follow them.
    pub fn followers(&self) -> Feed {
        let address = self.address("/followers", |person| {
            Address::of(person.followers.as_deref(), "followers")
        });
        Feed::new(&self.session, "reading the followers", address)
    }

    /// The people whom they follow.
    pub fn following(&self) -> Feed {
        let address = self.address("/following", |person| {
            Address::of(person.following.as_deref(), "people followed")
        });
        Feed::new(&self.session, "reading whom they follow", address)
    }

    /// What they like.
    pub fn favourites(&self) -> Feed {
        let address = self.address("/favorites", |person| {
            Address::of(person.favorites.as_deref(), "favourites")
        });
        Feed::new(&self.session, "reading their favourites", address)
    }

    /// Their lists of people.
    pub fn lists(&self) -> Feed {
        let address = self.address("/lists/person", |person| {
            Address::of(person.lists.as_deref(), "lists")
        });
        Feed::new(&self.session, "reading their lists", address)
    }
}
