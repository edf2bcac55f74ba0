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

/// Everybody who was named, found.
#[derive(Debug)]
pub(super) struct Found {
    to: Vec<Recipient>,
    cc: Vec<Recipient>,
    bto: Vec<Recipient>,
    bcc: Vec<Recipient>,
    nobody_else: bool,
}

impl Recipients {
    /// Finds everybody; to be done before anything is sent.
    pub(super) async fn find(&self, session: &Session) -> Result<Found, Error> {
        Ok(Found {
            to: find_all(&self.to, session).await?,
            cc: find_all(&self.cc, session).await?,
            bto: find_all(&self.bto, session).await?,
            bcc: find_all(&self.bcc, session).await?,
            nobody_else: self.nobody_else,
        })
    }

    /// Finds everybody and addresses what is to be done.
    pub(super) async fn address<K>(&self, session: &Session, act: Act<K>) -> Result<Act<K>, Error> {
        Ok(self.find(session).await?.address(act))
    }
}

async fn find_all(named: &[Who], session: &Session) -> Result<Vec<Recipient>, Error> {
    let mut found = Vec::new();
    for who in named {
        found.push(who.find(session).await?);
    }
    Ok(found)
}

impl Found {
    /// Addresses what is to be done.
    pub(super) fn address<K>(self, mut act: Act<K>) -> Act<K> {
        act = self.to.into_iter().fold(act, Act::to);
        act = self.cc.into_iter().fold(act, Act::cc);
        act = self.bto.into_iter().fold(act, Act::bto);
        act = self.bcc.into_iter().fold(act, Act::bcc);
        if self.nobody_else {
            act.nobody_else()
        } else {
            act
        }
    }
}
