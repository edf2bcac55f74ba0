//! What a server sent, typed and as it came.

use std::ops::Deref;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::error::Result;
use crate::transport::Answer;

/// A value from a server, together with the JSON it came as.
///
/// It can be used like the value itself. Cloning shares the JSON. What the server's users made odd
/// (a number for a name, a tag that is no object) is left out of the value and stands in the JSON.
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// let me = session.profile().await?;
/// println!("{:?}", me.display_name);
/// println!("{}", me.raw());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Received<T> {
    value: T,
    raw: Arc<str>,
}

impl<T> Received<T> {
    /// The JSON as the server sent it, with whatever the type does not know.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// The value, to be changed; the JSON stays as the server sent it.
    pub(crate) fn value_mut(&mut self) -> &mut T {
        &mut self.value
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T: DeserializeOwned> Received<T> {
    /// Decodes an answer.
    pub(crate) fn decode(answer: &Answer) -> Result<Self> {
        Ok(Self {
            value: answer.fitting()?,
            raw: answer.text()?.into(),
        })
    }
}

impl<T> Deref for Received<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
