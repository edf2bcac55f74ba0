//! The names that the protocol knows: types of objects, and verbs.

use std::fmt;

use crate::activity::Activity;
use crate::object::Object;

/// An enum over known words, with `Other` for all the rest.
macro_rules! words {
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// Any other: a word of one's own, or a URI.
            Other(String),
        }

        impl $name {
            /// The word on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                Self::from(&*word)
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        #[cfg(test)]
        impl $name {
            const WORDS: &'static [&'static str] = &[$($word),+];
        }
    };
}

words! {
    /// The type of an object (pump.io protocol, section 7.1).
    ///
    /// ```
    /// use pumphouse_activity::{Object, ObjectType};
    ///
    /// let note = Object::new(ObjectType::Note);
    /// assert_eq!(note.kind(), Some(ObjectType::Note));
    /// assert_eq!(ObjectType::from("hashtag"), ObjectType::Other("hashtag".to_owned()));
    /// ```
    ObjectType {
        /// A warning.
        Alert = "alert",
        /// A program.
        Application = "application",
        /// A text with a title.
        Article = "article",
        /// A sound.
        Audio = "audio",
        /// A mark of honour.
        Badge = "badge",
        /// Data.
        Binary = "binary",
        /// The address of something.
        Bookmark = "bookmark",
        /// A list, or any other collection.
        Collection = "collection",
        /// What answers something.
        Comment = "comment",
        /// A machine.
        Device = "device",
        /// What happens at a time.
        Event = "event",
        /// A file.
        File = "file",
        /// A game.
        Game = "game",
        /// People who have joined.
        Group = "group",
        /// A picture.
        Image = "image",
        /// A problem.
        Issue = "issue",
        /// Work offered.
        Job = "job",
        /// A short text.
        Note = "note",
        /// What is offered.
        Offer = "offer",
        /// An organisation.
        Organization = "organization",
        /// A page.
        Page = "page",
        /// A person.
        Person = "person",
        /// A place.
        Place = "place",
        /// A process.
        Process = "process",
        /// A product.
        Product = "product",
        /// What is asked.
        Question = "question",
        /// An opinion.
        Review = "review",
        /// A site, or a program on the web.
        Service = "service",
        /// What is to be done.
        Task = "task",
        /// A film.
        Video = "video",
    }
}

words! {
    /// What was done, of what a server does something about (pump.io protocol, section 6.7); all
    /// other verbs are only passed on.
    Verb {
        /// Published.
        Post = "post",
        /// Made.
        Create = "create",
        /// Changed.
        Update = "update",
        /// Deleted.
        Delete = "delete",
        /// Followed.
        Follow = "follow",
        /// Followed no longer.
        StopFollowing = "stop-following",
        /// Liked.
        Like = "like",
        /// Liked no longer.
        Unlike = "unlike",
        /// Liked, by another word.
        Favorite = "favorite",
        /// Liked no longer, by another word.
        Unfavorite = "unfavorite",
        /// Shared.
        Share = "share",
        /// Shared no longer.
        Unshare = "unshare",
        /// Added to a list or group.
        Add = "add",
        /// Taken out of a list or group.
        Remove = "remove",
        /// Joined.
        Join = "join",
        /// Left.
        Leave = "leave",
        /// Being somewhere.
        Checkin = "checkin",
    }
}

impl Object {
    /// The type of the object, if it has one.
    pub fn kind(&self) -> Option<ObjectType> {
        self.object_type.as_deref().map(ObjectType::from)
    }
}

impl Activity {
    /// What was done; without a verb it is [`Post`](Verb::Post), as servers read it.
    pub fn kind(&self) -> Verb {
        self.verb.as_deref().map_or(Verb::Post, Verb::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_comes_back_as_it_was() {
        for word in ObjectType::WORDS {
            let kind = ObjectType::from(*word);
            assert!(!matches!(kind, ObjectType::Other(_)), "{word}");
            assert_eq!(kind.as_str(), *word);
        }
        for word in Verb::WORDS {
            let verb = Verb::from(*word);
            assert!(!matches!(verb, Verb::Other(_)), "{word}");
            assert_eq!(verb.to_string(), *word);
        }
        // Words differ by case.
        assert_eq!(Verb::from("POST"), Verb::Other("POST".to_owned()));
        assert_eq!(Activity::default().kind(), Verb::Post);
        assert_eq!(Object::default().kind(), None);
    }
}
