//! What can be done from the machine itself.

use std::sync::Arc;

use http::StatusCode;
use pumphouse_store::{Paging, Position, Snapshot, Store, User};
use serde_json::Map;

use super::wire::{Account, Invitation, NewUser};
use crate::app::App;
use crate::clock::{self, Clock};
use crate::domain::accounts::{self, NewAccount, Nickname};
use crate::domain::emails::Email;
use crate::domain::passwords::{Hasher, Password};
use crate::domain::uploads::Uploads;
use crate::domain::{Site, invitations, people};
use crate::error::{Error, Result};

/// How many accounts are read at a time.
const PAGE: u32 = 200;

/// The parts of a server that this needs.
#[derive(Clone)]
pub(crate) struct Office {
    pub(crate) store: Store,
    pub(crate) site: Site,
    pub(crate) uploads: Uploads,
    pub(crate) hasher: Hasher,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Office {
    /// That of a server.
    pub(crate) fn of(app: &App) -> Self {
        Self {
            store: app.store.clone(),
            site: app.site.clone(),
            uploads: app.uploads.clone(),
            hasher: app.hasher.clone(),
            clock: Arc::clone(&app.clock),
        }
    }

    /// All accounts, the oldest first.
    pub(super) fn accounts(&self) -> Result<Vec<Account>> {
        let mut found = Vec::new();
        let mut position = Position::Offset(0);
        loop {
            let paging = Paging {
                position,
                count: PAGE,
            };
            let page = self.store.read(|snapshot| {
                let users = snapshot.users(paging)?.into_iter();
                users
                    .map(|(key, user)| Ok((key, account(snapshot, &user)?)))
                    .collect::<Result<Vec<_>>>()
            })?;
            let Some((last, _)) = page.last() else {
                break;
            };
            position = Position::Before(*last);
            found.extend(page.into_iter().map(|(_, account)| account));
        }
        found.reverse();
        Ok(found)
    }

    /// Makes an account, whoever may register.
    pub(super) async fn add(&self, new: NewUser) -> Result<Account> {
        let nickname = Nickname::parse(Some(&new.nickname)).map_err(|_| {
            Error::bad_request(format!(
                "'{}' is no user name: take 1 to 64 letters, digits, dots, dashes or underscores; a few \
                 names are reserved",
                new.nickname
            ))
        })?;
        let email = match &new.email {
            None => None,
            Some(text) => Some(
                Email::parse(text)
                    .ok_or_else(|| Error::bad_request(format!("'{text}' is no e-mail address")))?,
            ),
        };
        let password = password(&new.password)?;
        self.store
            .read(|snapshot| accounts::check_free(snapshot, &nickname))
            .map_err(taken)?;
        let account = NewAccount {
            nickname,
            password_hash: self.hasher.hash(password).await?,
            email: None,
            invitation: None,
            properties: Map::new(),
        };
        let (site, now) = (self.site.clone(), self.clock.now());
        let made = self.store.write(move |tx| {
            let user = accounts::create(tx, &site, &account, now)?;
            if let Some(email) = &email {
                // Whoever runs the server vouches for it.
                tx.set_email(user.key, Some(email.as_str()), now)?;
            }
            self::account(tx, &people::find_user(tx, &user.nickname)?)
        });
        made.await.map_err(taken)
    }

    /// Sets a password, and ends everything by which somebody could act as the user.
    pub(super) async fn set_password(&self, nickname: &str, new: &str) -> Result<()> {
        self.find(nickname)?;
        let hash = self.hasher.hash(password(new)?).await?;
        let nickname = nickname.to_owned();
        let set = self.store.write(move |tx| {
            let user = tx.user(&nickname)?.ok_or_else(|| unknown(&nickname))?;
            tx.set_password_hash(user.key, &hash)?;
            Ok(tx.revoke_access(user.key, None)?)
        });
        set.await
    }

    /// Ends an account, as its user could.
    pub(super) async fn delete(&self, nickname: &str) -> Result<()> {
        let (nickname, now) = (nickname.to_owned(), self.clock.now());
        let deleted = self.store.write(move |tx| {
            let user = tx.user(&nickname)?.ok_or_else(|| unknown(&nickname))?;
            Ok(tx.delete_user(user.key, now)?)
        });
        deleted.await
    }

    /// Makes an invitation.
    pub(super) async fn invite(&self) -> Result<Invitation> {
        let now = self.clock.now();
        let code = self
            .store
            .write(move |tx| invitations::invite(tx, None, now));
        Ok(Invitation {
            url: self.site.urls.invitation(code.await?.as_str()),
        })
    }

    fn find(&self, nickname: &str) -> Result<User> {
        let found = self.store.read(|snapshot| snapshot.user(nickname))?;
        found.ok_or_else(|| unknown(nickname))
    }
}

fn account(snapshot: &Snapshot<'_>, user: &User) -> Result<Account> {
    Ok(Account {
        nickname: user.nickname.clone(),
        email: user.email.clone(),
        created: clock::format(user.created),
        updated: clock::format(user.updated),
        activities: snapshot.feed_tallies(user)?.outbox,
    })
}

fn password(text: &str) -> Result<Password> {
    Password::parse(text).map_err(|_| {
        Error::bad_request(
            "the password is too weak: take at least 8 characters with letters and digits that are none \
             of the common ones",
        )
    })
}

fn unknown(nickname: &str) -> Error {
    Error::not_found(format!(
        "there is no user '{nickname}'; pumphouse server user list names all"
    ))
}

/// The refusal of a name that somebody has or had, for whoever runs the server.
fn taken(error: Error) -> Error {
    match error.status {
        StatusCode::CONFLICT => Error::new(
            StatusCode::CONFLICT,
            "somebody has that user name, or had it before: names are given once; choose another",
        ),
        _ => error,
    }
}
