//! To whom something is addressed.

use pumphouse_activity::{Acct, Object};

use super::act::reference;
use crate::discovery::Endpoints;

/// Somebody, or some people, to address an activity to (pump.io protocol, section 6.6).
///
/// ```
/// use pumphouse_client::Recipient;
///
/// let everybody = Recipient::Public;
/// let evan = Recipient::person("evan@e14n.com".parse()?);
/// # Ok::<(), pumphouse_client::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Recipient {
    /// Everybody; delivered to one's followers.
    Public,
    /// One's own followers.
    Followers,
    /// The account itself.
    Myself,
    /// A person, by address.
    Person(Acct),
    /// A list, a group, or a person by id: an object with `objectType` and `id`.
    Object(Box<Object>),
}

impl Recipient {
    /// A person, by address.
    pub fn person(address: Acct) -> Self {
        Self::Person(address)
    }

    /// The recipient as an object, seen from the account that writes.
    pub(crate) fn to_object(&self, me: &Acct, endpoints: &Endpoints) -> Object {
        match self {
            Self::Public => Object::public(),
            Self::Followers => {
                Object::reference("collection", endpoints.user(me.user(), "/followers"))
            }
            Self::Myself => Object::reference("person", person_id(me, me, endpoints)),
            Self::Person(address) => Object::reference("person", person_id(address, me, endpoints)),
            Self::Object(object) => reference(object),
        }
    }
}

/// People have `acct:` ids, except on servers with a port of their own, where they have the
/// address of their profile (pump.io protocol, section 4.2).
fn person_id(address: &Acct, me: &Acct, endpoints: &Endpoints) -> String {
    if address.host() == me.host() && endpoints.base.port().is_some() {
        endpoints.user(address.user(), "/profile").into()
    } else {
        address.uri()
    }
}

impl From<Acct> for Recipient {
    fn from(address: Acct) -> Self {
        Self::Person(address)
    }
}

impl From<&Acct> for Recipient {
    fn from(address: &Acct) -> Self {
        Self::Person(address.clone())
    }
}

impl From<Object> for Recipient {
    fn from(object: Object) -> Self {
        Self::Object(Box::new(object))
    }
}

impl From<&Object> for Recipient {
    fn from(object: &Object) -> Self {
        Self::from(object.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_of(recipient: &Recipient, base: &str, me: &str) -> String {
        let endpoints = Endpoints::well_known(&base.parse().unwrap());
        recipient
            .to_object(&me.parse().unwrap(), &endpoints)
            .id
            .unwrap()
    }

    #[test]
    fn ids_follow_the_servers_rules() {
        let bob = Recipient::person("bob@a.example".parse().unwrap());
        assert_eq!(
            id_of(&bob, "https://a.example/", "alice@a.example"),
            "acct:bob@a.example"
        );
        let bob = Recipient::person("bob@localhost:31337".parse().unwrap());
        assert_eq!(
            id_of(&bob, "http://localhost:31337/", "alice@localhost:31337"),
            "http://localhost:31337/api/user/bob/profile"
        );
        assert_eq!(
            id_of(&bob, "https://a.example/", "alice@a.example"),
            "acct:bob@localhost:31337"
        );
        assert_eq!(
            id_of(
                &Recipient::Followers,
                "https://a.example/",
                "alice@a.example"
            ),
            "https://a.example/api/user/alice/followers"
        );
    }
}
