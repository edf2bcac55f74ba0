//! Whether a feed that is watched can be read, for programs that tell somebody.

use std::fmt;
use std::sync::Arc;

use crate::error::Error;

/// What became of the reads of a feed that is watched.
///
/// ```
/// use pumphouse_client::Reach;
///
/// fn line(reach: Reach<'_>) -> String {
///     match reach {
///         Reach::Reached => "watching".to_owned(),
///         Reach::Lost(error) => format!("trying again: {error}"),
///         _ => String::new(),
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Reach<'a> {
    /// The feed was read: for the first time, or again after it could not be.
    Reached,
    /// It could not be read, and will be tried again.
    Lost(&'a Error),
}

type Hear = dyn Fn(Reach<'_>) + Send + Sync;

/// Hears of it.
#[derive(Clone)]
pub(super) struct OnReach(Arc<Hear>);

impl OnReach {
    pub(super) fn new(hear: impl Fn(Reach<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hear))
    }
}

impl fmt::Debug for OnReach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnReach")
    }
}

/// What was told last: each change is told once.
pub(super) struct Told {
    hear: Option<OnReach>,
    is_reached: Option<bool>,
}

impl Told {
    pub(super) fn nothing(hear: Option<OnReach>) -> Self {
        Self {
            hear,
            is_reached: None,
        }
    }

    pub(super) fn tell(&mut self, reach: Reach<'_>) {
        let is_reached = matches!(reach, Reach::Reached);
        if self.is_reached.replace(is_reached) != Some(is_reached)
            && let Some(OnReach(hear)) = &self.hear
        {
            hear(reach);
        }
    }
}
