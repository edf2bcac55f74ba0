//! The parts of a conversation, as far as they can be had: some are hidden, and some on servers that are
//! down.

use std::collections::HashSet;

use pumphouse_activity::Object;
use pumphouse_client::{ErrorKind, Session};
use url::{Position, Url};

use crate::error::Error;
use crate::output;

/// Reads parts of a conversation, and says what is missing.
pub(super) struct Reader<'a> {
    session: &'a Session,
    /// Other servers that failed. They are named once, and not asked again.
    failed: HashSet<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(session: &'a Session) -> Self {
        Self {
            session,
            failed: HashSet::new(),
        }
    }

    /// What an answer answers; `None` if it cannot be had.
    ///
    /// # Errors
    ///
    /// If the own server fails.
    pub(super) async fn above(&mut self, answered: &Object) -> Result<Option<Object>, Error> {
        let server = self.other_server(answered.self_url());
        if self.has_failed(server.as_ref()) {
            return Ok(None);
        }
        match self.session.load(answered).await {
            Ok(above) => Ok(Some(above.into_inner())),
            Err(error) => {
                let hidden = "What it answers is not there any more, or not for you to see.";
                self.is_missing(server, error, hidden)?;
                Ok(None)
            }
        }
    }

    /// The answers to a part, newest first, as many as can be had.
    ///
    /// # Errors
    ///
    /// As for [`above`](Self::above).
    pub(super) async fn answers(
        &mut self,
        object: &Object,
        limit: u64,
    ) -> Result<Vec<Object>, Error> {
        let feed = object.replies.as_deref();
        let address = feed.and_then(|feed| feed.url.as_deref().or(feed.links.href("self")));
        let server = self.other_server(address);
        let mut answers = Vec::new();
        if self.has_failed(server.as_ref()) {
            return Ok(answers);
        }
        let mut stream = self.session.replies(object).items().limit(limit).stream();
        while let Some(answer) = stream.next().await {
            match answer {
                Ok(answer) => answers.push(answer),
                Err(error) => {
                    self.is_missing(server, error, "Some answers are not for you to see.")?;
                    break;
                }
            }
        }
        Ok(answers)
    }

    /// The server at an address, if it is not the own one.
    fn other_server(&self, address: Option<&str>) -> Option<String> {
        let url: Url = address?.parse().ok()?;
        let is_own = url.origin() == self.session.endpoints().base.origin();
        (!is_own).then(|| url[Position::BeforeHost..Position::AfterPort].to_owned())
    }

    fn has_failed(&self, server: Option<&String>) -> bool {
        server.is_some_and(|server| self.failed.contains(server))
    }

    /// Says that something is missing, and why, unless without it there is nothing to be shown.
    fn is_missing(
        &mut self,
        server: Option<String>,
        error: pumphouse_client::Error,
        hidden: &str,
    ) -> Result<(), Error> {
        let kind = error.kind();
        match server {
            _ if is_hidden(kind) => output::note(hidden),
            Some(server) if !is_of_this_machine(kind) => {
                output::note(&format!("What is on {server} is missing: {error}"));
                self.failed.insert(server);
            }
            _ => return Err(error.into()),
        }
        Ok(())
    }
}

fn is_hidden(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NotFound
            | ErrorKind::Forbidden
            | ErrorKind::Gone
            | ErrorKind::Refused
            | ErrorKind::InvalidInput
            | ErrorKind::ForeignOrigin
    )
}

fn is_of_this_machine(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Store | ErrorKind::StoreCorrupt | ErrorKind::File
    )
}
