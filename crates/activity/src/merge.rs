//! Putting together what several answers say of one thing.

use crate::activity::Activity;
use crate::object::{Collection, Object};

/// Takes over every property that the newer one has, and keeps the others: an answer that leaves
/// something out has not taken it away.
macro_rules! take_over {
    ($old:expr, $new:expr, $($property:ident),+ $(,)?) => {
        $(if $new.$property.is_some() { $old.$property = $new.$property; })+
    };
}

macro_rules! merge_boxed {
    ($old:expr, $new:expr, $($property:ident),+ $(,)?) => {
        $(match (&mut $old.$property, $new.$property) {
            (Some(old), Some(new)) => old.merge(*new),
            (old @ None, new @ Some(_)) => *old = new,
            (_, None) => {}
        })+
    };
}

impl Object {
    /// Takes over what another answer says of the same object; what that leaves out stays.
    ///
    /// A deleted object keeps nothing but what its tombstone says. Another object, by id, takes
    /// the place of this one whole.
    ///
    /// ```
    /// use pumphouse_activity::Object;
    ///
    /// let mut note: Object =
    ///     serde_json::from_str(r#"{"objectType":"note","id":"n","content":"Hello"}"#)?;
    /// let answer = serde_json::from_str(r#"{"objectType":"note","id":"n","liked":true}"#)?;
    /// note.merge(answer);
    /// assert_eq!(note.content.as_deref(), Some("Hello"));
    /// assert_eq!(note.liked, Some(true));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn merge(&mut self, newer: Self) {
        let is_other = self.id.is_some() && newer.id.is_some() && self.id != newer.id;
        if is_other || newer.deleted.is_some() {
            *self = newer;
            return;
        }
        take_over!(
            self,
            newer,
            object_type,
            id,
            display_name,
            preferred_username,
            content,
            summary,
            object_types,
            image,
            full_image,
            stream,
            attachments,
            tags,
            url,
            published,
            updated,
            liked,
        );
        merge_boxed!(
            self,
            newer,
            author,
            in_reply_to,
            location,
            likes,
            replies,
            shares,
            followers,
            following,
            favorites,
            lists,
            members,
            documents,
        );
        match (&mut self.pump_io, newer.pump_io) {
            (Some(old), Some(new)) => {
                take_over!(old, new, shared, followed, proxy_url);
                old.extra.extend(new.extra);
            }
            (old @ None, new @ Some(_)) => *old = new,
            (_, None) => {}
        }
        self.links.0.extend(newer.links.0);
        self.extra.extend(newer.extra);
    }
}

impl Collection {
    /// Takes over what another answer says of the same collection; what that leaves out stays.
    pub fn merge(&mut self, newer: Self) {
        take_over!(
            self,
            newer,
            display_name,
            url,
            id,
            object_types,
            items,
            total_items,
            pump_io,
        );
        merge_boxed!(self, newer, author);
        self.links.0.extend(newer.links.0);
        self.extra.extend(newer.extra);
    }
}

impl Activity {
    /// Takes over what another answer says of the same activity; what that leaves out stays.
    pub fn merge(&mut self, newer: Self) {
        let is_other = self.id.is_some() && newer.id.is_some() && self.id != newer.id;
        if is_other || newer.deleted.is_some() {
            *self = newer;
            return;
        }
        take_over!(
            self, newer, verb, to, cc, bto, bcc, id, url, title, content, published, updated,
            received,
        );
        merge_boxed!(
            self, newer, object, target, actor, generator, provider, context, location, source,
        );
        self.links.0.extend(newer.links.0);
        self.extra.extend(newer.extra);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: &str) -> Object {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_partial_answer_wipes_nothing() {
        let mut note = object(
            r#"{"id":"n","content":"x","mood":"sunny","author":{"id":"a","displayName":"Al"},
                "likes":{"url":"l","totalItems":1},"pump_io":{"shared":true},
                "links":{"self":{"href":"s"}}}"#,
        );
        note.merge(object(
            r#"{"id":"n","displayName":"T","author":{"id":"a"},"likes":{"totalItems":2},
                "pump_io":{"proxyURL":"p"},"links":{"next":{"href":"t"}}}"#,
        ));
        let expected = object(
            r#"{"id":"n","content":"x","displayName":"T","mood":"sunny",
                "author":{"id":"a","displayName":"Al"},"likes":{"url":"l","totalItems":2},
                "pump_io":{"shared":true,"proxyURL":"p"},
                "links":{"self":{"href":"s"},"next":{"href":"t"}}}"#,
        );
        assert_eq!(note, expected);
    }

    #[test]
    fn tombstones_and_other_objects_take_the_place() {
        let mut note = object(r#"{"id":"n","content":"x"}"#);
        note.merge(object(r#"{"id":"n","deleted":"2026-11-24T00:09:14Z"}"#));
        assert_eq!(note.content, None);
        let mut reply = object(r#"{"id":"r","inReplyTo":{"id":"n","content":"x"}}"#);
        reply.merge(object(r#"{"inReplyTo":{"id":"m"}}"#));
        assert_eq!(reply.in_reply_to.unwrap().content, None);
    }
}
