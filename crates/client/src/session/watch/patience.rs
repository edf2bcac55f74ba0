//! Which failures are waited out.

use crate::error::{Error, ErrorKind, Result};

/// How many answers in a row may be of no use.
const USELESS: u32 = 5;

/// What was read so far, by which failures are judged.
#[derive(Default)]
pub(super) struct Patience {
    /// Whether anything was ever read: then this is the right server.
    succeeded: bool,
    /// How many answers were of no use since.
    useless: u32,
}

impl Patience {
    /// Whether anything was ever read.
    pub(super) fn has_succeeded(&self) -> bool {
        self.succeeded
    }

    pub(super) fn succeed(&mut self) {
        *self = Self {
            succeeded: true,
            useless: 0,
        };
    }

    /// Gives a failure back if it may pass; else it is the error.
    pub(super) fn judge(&mut self, error: Error) -> Result<Error> {
        let passes = match error.kind() {
            ErrorKind::Unreachable
            | ErrorKind::ConnectionLost
            | ErrorKind::Timeout
            | ErrorKind::TooManyRequests
            | ErrorKind::Server => true,
            // Between this machine and the right server somebody may stand for a while.
            ErrorKind::UnknownHost
            | ErrorKind::Tls
            | ErrorKind::Redirect
            | ErrorKind::PlainHttp
            | ErrorKind::ForeignOrigin
            | ErrorKind::ClockSkew => self.succeeded,
            ErrorKind::InvalidAnswer | ErrorKind::Refused => {
                self.useless += 1;
                self.succeeded && self.useless < USELESS
            }
            _ => false,
        };
        if !passes {
            return Err(error);
        }
        tracing::debug!(%error, "a feed could not be read, and will be again");
        Ok(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(patience: &mut Patience, kind: ErrorKind) -> bool {
        patience.judge(Error::new(kind, "reading")).is_ok()
    }

    #[test]
    fn what_says_that_the_server_is_wrong_is_waited_out_only_once_it_was_right() {
        let kinds = [
            ErrorKind::UnknownHost,
            ErrorKind::Tls,
            ErrorKind::Redirect,
            ErrorKind::InvalidAnswer,
        ];
        for kind in kinds {
            let mut patience = Patience::default();
            assert!(passes(&mut patience, ErrorKind::Unreachable));
            assert!(!passes(&mut patience, kind), "{kind:?}");
            patience.succeed();
            assert!(passes(&mut patience, kind), "{kind:?}");
        }
    }

    #[test]
    fn what_waiting_does_not_mend_is_told() {
        let mut patience = Patience::default();
        patience.succeed();
        for kind in [
            ErrorKind::TokenRefused,
            ErrorKind::ClientRefused,
            ErrorKind::SignatureRefused,
            ErrorKind::Forbidden,
            ErrorKind::NotFound,
            ErrorKind::Gone,
            ErrorKind::TooLarge,
        ] {
            assert!(!passes(&mut patience, kind), "{kind:?}");
        }
    }

    #[test]
    fn five_useless_answers_in_a_row_are_too_many() {
        let mut patience = Patience::default();
        patience.succeed();
        for _ in 1..USELESS {
            assert!(passes(&mut patience, ErrorKind::InvalidAnswer));
            assert!(passes(&mut patience, ErrorKind::Server));
        }
        patience.succeed();
        for _ in 1..USELESS {
            assert!(passes(&mut patience, ErrorKind::InvalidAnswer));
        }
        assert!(!passes(&mut patience, ErrorKind::Refused));
    }
}
