//! How often something that could be abused may be tried: guessing passwords, making accounts and
//! clients, having letters sent. Nobody who means well comes near these rates.

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use super::remote::Remote;
use crate::error::{Error, Result};
use crate::wire::Incoming;

/// The rates of all that is counted. Requests from this machine, and from proxies that do not say
/// for whom they ask, are counted by account only.
pub(crate) struct Attempts {
    passwords_of: Rate,
    passwords_from: Rate,
    accounts_from: Rate,
    clients_from: Rate,
    letters_of: Rate,
    letters_from: Rate,
    invitations_of: Rate,
}

impl Attempts {
    pub(crate) fn new() -> Self {
        Self {
            passwords_of: Rate::new(PASSWORDS_OF_ONE),
            passwords_from: Rate::new(PASSWORDS_FROM_ONE),
            accounts_from: Rate::new(ACCOUNTS),
            clients_from: Rate::new(CLIENTS),
            letters_of: Rate::new(LETTERS_OF_ONE),
            letters_from: Rate::new(LETTERS_FROM_ONE),
            invitations_of: Rate::new(INVITATIONS_OF_ONE),
        }
    }

    /// A password is about to be compared with a user's.
    pub(crate) fn password(&self, incoming: &Incoming, nickname: &str) -> Result<()> {
        self.passwords_from.count_from(incoming)?;
        self.passwords_of.count(&nickname.to_lowercase())
    }

    /// An account is about to be made.
    pub(crate) fn account(&self, incoming: &Incoming) -> Result<()> {
        self.accounts_from.count_from(incoming)
    }

    /// A client is about to be registered.
    pub(crate) fn client(&self, incoming: &Incoming) -> Result<()> {
        self.clients_from.count_from(incoming)
    }

    /// A letter for somebody who forgot a password is asked for.
    pub(crate) fn recovery(&self, incoming: &Incoming, nickname: &str) -> Result<()> {
        self.letters_from.count_from(incoming)?;
        self.letters_of.count(&nickname.to_lowercase())
    }

    /// A letter to an address that a user gave is about to be asked for.
    pub(crate) fn confirmation(&self, nickname: &str) -> Result<()> {
        self.letters_of.count(&nickname.to_lowercase())
    }

    /// A user is about to invite somebody.
    pub(crate) fn invitation(&self, nickname: &str) -> Result<()> {
        self.invitations_of.count(&nickname)
    }

    /// Forgets who has been quiet.
    pub(crate) fn purge(&self) {
        for rate in [
            &self.passwords_of,
            &self.passwords_from,
            &self.accounts_from,
            &self.clients_from,
            &self.letters_of,
            &self.letters_from,
            &self.invitations_of,
        ] {
            rate.limiter.retain_recent();
        }
    }
}

/// So many an hour in the long run, and so many at once.
type Hourly = (NonZeroU32, NonZeroU32);

const PASSWORDS_OF_ONE: Hourly = hourly(60, 20);
const PASSWORDS_FROM_ONE: Hourly = hourly(300, 100);
const ACCOUNTS: Hourly = hourly(30, 60);
const CLIENTS: Hourly = hourly(120, 120);
const LETTERS_OF_ONE: Hourly = hourly(4, 6);
const LETTERS_FROM_ONE: Hourly = hourly(30, 30);

const INVITATIONS_OF_ONE: Hourly = hourly(1, 10);

const fn hourly(rate: u32, at_once: u32) -> Hourly {
    let one = NonZeroU32::MIN;
    (
        one.saturating_add(rate.saturating_sub(1)),
        one.saturating_add(at_once.saturating_sub(1)),
    )
}

/// The rate of one thing. Who is counted falls into one of 65536 places, so that memory is bounded
/// whoever comes; nobody outside knows who shares a place with whom.
struct Rate {
    limiter: DefaultKeyedRateLimiter<u16>,
    places: RandomState,
}

impl Rate {
    fn new((rate, at_once): Hourly) -> Self {
        Self {
            limiter: DefaultKeyedRateLimiter::keyed(Quota::per_hour(rate).allow_burst(at_once)),
            places: RandomState::new(),
        }
    }

    fn count_from(&self, incoming: &Incoming) -> Result<()> {
        match incoming.extensions.get::<Remote>() {
            Some(remote) => self.count(&remote.network()),
            None => Ok(()),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "any 16 bits of a hash are a place"
    )]
    fn count(&self, who: &impl Hash) -> Result<()> {
        let place = self.places.hash_one(who) as u16;
        let Err(refused) = self.limiter.check_key(&place) else {
            return Ok(());
        };
        let wait = refused.wait_time_from(DefaultClock::default().now());
        Err(Error::too_many(
            "That was tried too often",
            wait.as_secs() + 1,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_too_often_has_to_wait_and_others_need_not() {
        let rate = Rate::new(hourly(1, 3));
        assert!((0..3).all(|_| rate.count(&"alice").is_ok()));
        let refusal = rate.count(&"alice").unwrap_err();
        let wait = refusal.wait.unwrap();
        assert!((3_000..=3_601).contains(&wait), "{wait}");
        let others = ["bob", "carol", "dave", "erin"];
        // Chance may put one of them into the same place, but not all.
        assert!(others.iter().any(|other| rate.count(other).is_ok()));
    }

    #[test]
    fn memory_is_bounded_whoever_comes() {
        let rate = Rate::new(hourly(1, 1));
        for number in 0..200_000_u32 {
            let _ = rate.count(&number);
        }
        assert!(rate.limiter.len() <= 65_536);
    }
}
