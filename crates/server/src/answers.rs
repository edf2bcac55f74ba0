//! What readers are answered, kept as bytes for as long as nothing has changed of which it was made.

use axum::response::IntoResponse as _;
use pumphouse_activity::as2::ToAs2;
use pumphouse_store::{Cache, Snapshot, Store, UserKey, Weigh};
use serde::Serialize;

use crate::domain::{Site, Viewer};
use crate::error::Result;
use crate::wire::{Document, Form, Incoming, Reply};

/// How much memory the answers may take.
const BYTES: u64 = 6 << 20;
/// About the size of most of them.
const TYPICAL: u64 = 4 << 10;

/// The answers of a server.
pub(crate) struct Answers {
    store: Store,
    site: Site,
    kept: Cache<Question, Document>,
}

/// Who asks for what, in which form. A document depends on nothing else but what is read.
#[derive(PartialEq, Eq, Hash)]
struct Question {
    /// Nobody, or any application, if it is `None`.
    viewer: Option<UserKey>,
    form: Form,
    /// Path and query, as the router sees them.
    target: Box<str>,
}

impl Answers {
    pub(crate) fn new(store: Store, site: Site) -> Self {
        Self {
            store,
            site,
            kept: Cache::new(BYTES, TYPICAL),
        }
    }

    /// The document that a viewer gets for a request, in the form that the client prefers; made
    /// anew if there is none that still holds. Making it may depend on nothing but the viewer, path
    /// and query, and what is read.
    pub(crate) fn give<T>(
        &self,
        viewer: &Viewer,
        incoming: &Incoming,
        make: impl FnOnce(&Snapshot<'_>) -> Result<T>,
    ) -> Reply
    where
        T: Serialize + ToAs2,
    {
        self.give_written(viewer, incoming, |snapshot, form| {
            Document::new(form, self.site.urls.base(), &make(snapshot)?)
        })
    }

    /// The same for who writes the document himself.
    pub(crate) fn give_written(
        &self,
        viewer: &Viewer,
        incoming: &Incoming,
        make: impl FnOnce(&Snapshot<'_>, Form) -> Result<Document>,
    ) -> Reply {
        let form = Form::wanted(&incoming.headers);
        let question = Question::new(viewer, form, incoming);
        let document = self
            .store
            .read_kept(&self.kept, question, |snapshot| make(snapshot, form))?;
        Ok(document.into_response())
    }
}

impl Question {
    fn new(viewer: &Viewer, form: Form, incoming: &Incoming) -> Self {
        let viewer = match viewer {
            Viewer::Public => None,
            Viewer::User(user) => Some(user.key),
        };
        let target = incoming.uri.path_and_query();
        Self {
            viewer,
            form,
            target: target.map_or("", |target| target.as_str()).into(),
        }
    }
}

impl Weigh for Question {
    fn bytes(&self) -> usize {
        self.target.len()
    }
}

impl Weigh for Document {
    fn bytes(&self) -> usize {
        self.length()
    }
}
