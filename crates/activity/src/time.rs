//! Times as they stand in documents: texts, kept as they came, and read when they are asked for.

use jiff::Timestamp;

use crate::activity::Activity;
use crate::object::Object;
use crate::user::User;

/// A time in RFC 3339; without a zone it is taken for UTC, as pump.io means it.
pub(crate) fn read(text: Option<&String>) -> Option<Timestamp> {
    let text = text?.trim();
    let as_utc = || format!("{text}Z").parse().ok();
    text.parse().ok().or_else(as_utc)
}

macro_rules! times {
    ($type:ty { $($(#[$doc:meta])* $name:ident: $property:ident,)+ }) => {
        impl $type {
            $(
                $(#[$doc])*
                /// `None` if it is not said, or not as a time.
                pub fn $name(&self) -> Option<Timestamp> {
                    read(self.$property.as_ref())
                }
            )+
        }
    };
}

times!(Object {
    /// When it was published.
    published_at: published,
    /// When it was last changed.
    updated_at: updated,
    /// When it was deleted.
    deleted_at: deleted,
});

times!(Activity {
    /// When it was published.
    published_at: published,
    /// When it was last changed.
    updated_at: updated,
    /// When it was received from another server.
    received_at: received,
    /// When it was deleted.
    deleted_at: deleted,
});

times!(User {
    /// When the account was made.
    published_at: published,
    /// When it was last changed.
    updated_at: updated,
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_their_texts_kept() {
        let at = |text: &str| {
            let note = Object {
                published: Some(text.to_owned()),
                ..Object::default()
            };
            note.published_at().map(Timestamp::as_second)
        };
        assert_eq!(at("2026-11-24T00:09:12Z"), Some(1_795_478_952));
        assert_eq!(at("2026-11-24T01:09:12+01:00"), Some(1_795_478_952));
        assert_eq!(at("2026-11-24T00:09:12"), Some(1_795_478_952));
        for text in ["", "Tuesday", "2026-13-01T00:00:00Z", "5"] {
            assert_eq!(at(text), None, "{text}");
        }
        assert_eq!(Object::default().updated_at(), None);
    }
}
