//! Errors as people see them: what was tried, why it failed, what to do next; and as scripts do:
//! the exit status.

use std::error::Error as StdError;
use std::process::ExitCode;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Error {
    exit: Exit,
    /// Whether what it is about was there, and is deleted.
    #[cfg(feature = "client")]
    is_gone: bool,
    message: String,
    hint: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The exit statuses, documented in `pumphouse --help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Whoever read the output has had enough: no failure.
    BrokenPipe = 0,
    /// The server or the network failed.
    Failure = 1,
    /// Wrong usage.
    Usage = 2,
    /// Not logged in, or the credentials are missing or no good.
    #[cfg(any(feature = "client", feature = "oauth1"))]
    Credentials = 3,
    /// The server refused, or a signature does not verify.
    Refused = 4,
}

impl Error {
    fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            #[cfg(feature = "client")]
            is_gone: false,
            message: message.into(),
            hint: None,
            source: None,
        }
    }

    /// Something outside did not work.
    pub(crate) fn failure(message: impl Into<String>) -> Self {
        Self::new(Exit::Failure, message)
    }

    /// The command cannot be done as it was given.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Nobody is logged in.
    #[cfg(feature = "client")]
    pub(crate) fn not_logged_in(message: impl Into<String>) -> Self {
        Self::new(Exit::Credentials, message).with_hint(LOG_IN)
    }

    /// A secret or a key is missing, or cannot be used.
    #[cfg(feature = "oauth1")]
    pub(crate) fn credentials(message: impl Into<String>) -> Self {
        Self::new(Exit::Credentials, message)
    }

    /// A request is not to be believed.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::new(Exit::Refused, message)
    }

    /// What to do next.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What to do next, if nothing better is known.
    #[cfg(feature = "client")]
    pub(crate) fn or_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint.get_or_insert_with(|| hint.into());
        self
    }

    /// Whether the server answered, and refused.
    #[cfg(feature = "client")]
    pub(crate) fn is_refusal(&self) -> bool {
        self.exit == Exit::Refused
    }

    /// Whether what it is about was there, and is deleted.
    #[cfg(feature = "client")]
    pub(crate) fn is_gone(&self) -> bool {
        self.is_gone
    }

    /// Puts the account that it is about into the advice.
    #[cfg(feature = "client")]
    pub(crate) fn about(mut self, account: &pumphouse_client::Acct) -> Self {
        self.hint = self
            .hint
            .map(|hint| hint.replace("user@host", &account.to_string()));
        self
    }

    /// Says what was being looked for.
    #[cfg(feature = "client")]
    pub(crate) fn while_finding(mut self, what: &str) -> Self {
        if !self.message.contains(what) {
            self.message = format!("cannot find {what}: {}", self.message);
        }
        self
    }

    /// What made it fail.
    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// An error of writing output.
    pub(crate) fn output(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Self::new(Exit::BrokenPipe, "the output was closed")
        } else {
            Self::failure("could not write the output").with_source(error)
        }
    }

    /// What scripts are told.
    pub(crate) fn exit_status(&self) -> ExitCode {
        ExitCode::from(self.exit as u8)
    }

    /// What the person is told: one line for what happened and why, one for what to do next;
    /// nothing if nobody reads any more.
    pub(crate) fn text(&self) -> Option<String> {
        if self.exit == Exit::BrokenPipe {
            return None;
        }
        let mut text = format!("error: {}", self.message);
        let mut source = self.source.as_deref().map(|source| source as &dyn StdError);
        while let Some(error) = source {
            let cause = error.to_string();
            // Many errors repeat the one below them.
            if !text.contains(&cause) {
                text = format!("{text}: {cause}");
            }
            source = error.source();
        }
        if let Some(hint) = &self.hint {
            text = format!("{text}\nhint: {hint}");
        }
        Some(text)
    }
}

#[cfg(feature = "client")]
const LOG_IN: &str = "log in with: pumphouse login user@host";

#[cfg(feature = "client")]
impl From<pumphouse_client::Error> for Error {
    fn from(error: pumphouse_client::Error) -> Self {
        use pumphouse_client::ErrorKind as Kind;

        let exit = match error.kind() {
            Kind::InvalidInput | Kind::PlainHttp | Kind::NothingPending => Exit::Usage,
            Kind::NotLoggedIn
            | Kind::Denied
            | Kind::TemporaryCredentialsRefused
            | Kind::VerifierRefused
            | Kind::TokenMismatch
            | Kind::OtherAccount
            | Kind::NoAuthorisation
            | Kind::TokenRefused
            | Kind::ClientRefused
            | Kind::SignatureRefused
            | Kind::Store
            | Kind::StoreCorrupt
            | Kind::Verifier => Exit::Credentials,
            Kind::Refused | Kind::Forbidden | Kind::NotFound | Kind::Gone => Exit::Refused,
            _ => Exit::Failure,
        };
        let hint = match error.kind() {
            Kind::NotLoggedIn => Some(LOG_IN),
            Kind::StoreCorrupt => Some(
                "log in again with: pumphouse login user@host; or repair the file and put it back",
            ),
            Kind::Tls => Some(
                "for a certificate from an authority of your own, name that with --ca FILE; else \
                 check the port and this machine's clock; for a server without https, add \
                 --insecure-http",
            ),
            Kind::PlainHttp => {
                Some("if you trust the network in between, allow it with --insecure-http")
            }
            Kind::TokenRefused | Kind::ClientRefused | Kind::Denied => {
                Some("log in again with: pumphouse login --restart user@host")
            }
            Kind::NothingPending => Some("begin a log-in with: pumphouse login user@host"),
            Kind::TemporaryCredentialsRefused => {
                Some("agree first, then repeat the command; or begin anew with --restart")
            }
            Kind::NoAuthorisation | Kind::Verifier | Kind::VerifierRefused => {
                Some("go on with: pumphouse login --resume user@host; or begin anew with --restart")
            }
            Kind::Browser => Some("try it with --paste, or begin anew with --restart"),
            _ => error.hint(),
        };
        let mut message = error.to_string();
        // The layers in between say the same in more words.
        let root = std::iter::successors(error.source(), |error| (*error).source()).last();
        if let Some(root) = root.map(ToString::to_string)
            && !message.contains(&root)
        {
            message = format!("{message}: {root}");
        }
        let mut own = Self::new(exit, message);
        own.hint = hint.map(str::to_owned);
        own.is_gone = error.kind() == Kind::Gone;
        own
    }
}

#[cfg(feature = "server")]
impl From<pumphouse_server::StartError> for Error {
    fn from(error: pumphouse_server::StartError) -> Self {
        Self::failure("the server could not start").with_source(error)
    }
}

#[cfg(feature = "server")]
impl From<pumphouse_server::ControlError> for Error {
    fn from(error: pumphouse_server::ControlError) -> Self {
        if error.is_refusal() {
            return Self::refused(error.to_string());
        }
        let hint = "the log of the server may say more";
        Self::failure("the server could not do it")
            .with_source(error)
            .with_hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_follow_once_and_the_hint_stands_below() {
        let cause = std::io::Error::other("no space left");
        let error = Error::failure("could not write x")
            .with_source(cause)
            .with_hint("make room");
        assert_eq!(
            error.text().as_deref(),
            Some("error: could not write x: no space left\nhint: make room")
        );
        let cause = std::io::Error::other("no space left");
        let error = Error::failure("could not write x: no space left").with_source(cause);
        assert_eq!(
            error.text().as_deref(),
            Some("error: could not write x: no space left")
        );
    }

    #[test]
    fn a_reader_that_had_enough_is_no_failure() {
        let closed = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        let error = Error::output(closed);
        assert_eq!(error.exit, Exit::BrokenPipe);
        assert_eq!(error.text(), None);
    }
}
