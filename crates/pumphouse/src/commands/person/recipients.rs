//! To whom something is addressed, as options say it.

use std::str::FromStr;

use pumphouse_client::{Act, Recipient, Session};

use super::lists;
use crate::error::Error;
use crate::reference::Reference;

/// To whom it is addressed. `WHO` is public, followers, list:NAME, or a person in any form.
#[derive(Debug, clap::Args)]
pub(super) struct Recipients {
    /// To whom: public, followers, list:NAME, or a person; may be repeated
    #[arg(long, value_name = "WHO")]
    to: Vec<Who>,

    /// To whom it is copied, likewise
    #[arg(long, value_name = "WHO")]
    cc: Vec<Who>,

    /// To whom, without the others seeing it
    #[arg(long, value_name = "WHO")]
    bto: Vec<Who>,

    /// To whom it is copied, without the others seeing it
    #[arg(long, value_name = "WHO")]
    bcc: Vec<Who>,

    /// Tell nobody but those who are named; nobody at all, if none are
    #[arg(long)]
    nobody_else: bool,
}

/// A recipient as it is written.
#[derive(Clone, Debug)]
enum Who {
    Public,
    Followers,
    List(String),
    Person(Reference),
}

impl FromStr for Who {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "public" => Ok(Self::Public),
            "followers" => Ok(Self::Followers),
            _ => match text.strip_prefix("list:") {
                Some(name) if !name.is_empty() => Ok(Self::List(name.to_owned())),
                _ => text
                    .parse()
                    .map(Self::Person)
                    .map_err(|_| "say public, followers, list:NAME, or user@host".to_owned()),
            },
        }
    }
}

impl Who {
    async fn find(&self, session: &Session) -> Result<Recipient, Error> {
        match self {
            Self::Public => Ok(Recipient::Public),
            Self::Followers => Ok(Recipient::Followers),
            Self::List(name) => Ok(lists::find(session, name).await?.into()),
            Self::Person(who) => who.recipient(session).await,
        }
    }
}

impl Recipients {
    /// Addresses what is to be done; everybody is found before anything is sent.
    pub(super) async fn address<K>(
        &self,
        session: &Session,
        mut act: Act<K>,
    ) -> Result<Act<K>, Error> {
        for who in &self.to {
            act = act.to(who.find(session).await?);
        }
        for who in &self.cc {
            act = act.cc(who.find(session).await?);
        }
        for who in &self.bto {
            act = act.bto(who.find(session).await?);
        }
        for who in &self.bcc {
            act = act.bcc(who.find(session).await?);
        }
        Ok(if self.nobody_else {
            act.nobody_else()
        } else {
            act
        })
    }
}
