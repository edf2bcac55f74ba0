//! Why the provider does not do what a request asks.

use crate::nonce::RandomError;
use crate::problem::Problem;

/// The request is refused, or the store failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection<E> {
    /// Something is wrong with the request: answer with the problem's status.
    Problem(Problem),
    /// The store failed: answer 500 or 503 and tell the log, not the client.
    Store(E),
    /// The operating system gave no random bytes: the same.
    Random(RandomError),
}

impl<E> Rejection<E> {
    /// The problem of the request, when it is one.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem(problem) => Some(problem),
            _ => None,
        }
    }

    /// The HTTP status to answer with.
    pub fn status(&self) -> u16 {
        self.problem().map_or(500, Problem::status)
    }
}

impl<E> From<Problem> for Rejection<E> {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl<E> From<RandomError> for Rejection<E> {
    fn from(error: RandomError) -> Self {
        Self::Random(error)
    }
}

impl<E: std::fmt::Display> std::fmt::Display for Rejection<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Problem(problem) => problem.fmt(f),
            Self::Store(error) => write!(f, "the store of credentials failed: {error}"),
            Self::Random(error) => error.fmt(f),
        }
    }
}

impl<E: std::error::Error> std::error::Error for Rejection<E> {}
