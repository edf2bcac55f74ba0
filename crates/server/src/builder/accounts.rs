//! Settings of how accounts come to be, and of mail (pump.io protocol, section 12).

use super::{Builder, StartError};
use crate::domain::signup::Policy;
use crate::mail::Mailer;
use crate::settings::{PresetClient, PresetUser, Registration, Smtp};

/// What [`Builder`] holds of this.
pub(super) struct Accounts {
    pub(super) policy: Policy,
    smtp: Option<Smtp>,
    pub(super) web: bool,
    pub(super) clients: Vec<PresetClient>,
    pub(super) users: Vec<PresetUser>,
}

impl Default for Accounts {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            smtp: None,
            web: true,
            clients: Vec::new(),
            users: Vec::new(),
        }
    }
}

impl Builder {
    /// Who may make an account. Default: everybody.
    #[must_use]
    pub fn registration(mut self, registration: Registration) -> Self {
        self.accounts.policy.registration = registration;
        self
    }

    /// Whether people have to give an e-mail address, and confirm it before they use the API. Needs
    /// a mail server. Default: they need not.
    #[must_use]
    pub fn require_email(mut self, required: bool) -> Self {
        self.accounts.policy.require_email = required;
        self
    }

    /// The mail server. Default: there is none, and nothing is mailed.
    #[must_use]
    pub fn smtp(mut self, smtp: Smtp) -> Self {
        self.accounts.smtp = Some(smtp);
        self
    }

    /// Whether there are pages and sessions beside the API; pump.io's `noweb` is their absence. The
    /// page on which people connect a program is always there. Default: there are.
    #[must_use]
    pub fn web(mut self, web: bool) -> Self {
        self.accounts.web = web;
        self
    }

    /// Applications that are there from the start; what is known of one with the same id stays, but
    /// for its secret.
    #[must_use]
    pub fn clients(mut self, clients: impl IntoIterator<Item = PresetClient>) -> Self {
        self.accounts.clients.extend(clients);
        self
    }

    /// Users who are there from the start; the account of one who is there already stays, and gets
    /// the tokens and the address.
    #[must_use]
    pub fn users(mut self, users: impl IntoIterator<Item = PresetUser>) -> Self {
        self.accounts.users.extend(users);
        self
    }
}

impl Accounts {
    /// The way to the mail server, if there is one. `site` is our name for people, `host` our public
    /// host name.
    pub(super) fn mailer(&self, site: &str, host: &str) -> Result<Option<Mailer>, StartError> {
        let Some(smtp) = &self.smtp else {
            if self.policy.require_email {
                return Err(StartError::told(
                    "addresses are to be confirmed, and there is no mail server to do it: name one, \
                     or do not require addresses"
                        .to_owned(),
                ));
            }
            return Ok(None);
        };
        let mailer = Mailer::new(smtp, site, host);
        mailer
            .map(Some)
            .map_err(|error| StartError::new("the settings of the mail server do not fit", error))
    }
}
