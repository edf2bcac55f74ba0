//! Types and verbs, from one vocabulary to the other.

/// The type of an object; what has no counterpart is an `Object`.
pub(super) fn object_type(object_type: Option<&str>) -> &'static str {
    match object_type.unwrap_or_default() {
        "application" => "Application",
        "article" => "Article",
        "audio" => "Audio",
        "collection" => "Collection",
        "document" => "Document",
        "event" => "Event",
        "group" => "Group",
        "image" => "Image",
        "note" => "Note",
        "organization" => "Organization",
        "page" => "Page",
        "person" => "Person",
        "place" => "Place",
        "profile" => "Profile",
        "question" => "Question",
        "relationship" => "Relationship",
        "service" => "Service",
        "tombstone" => "Tombstone",
        "video" => "Video",
        _ => "Object",
    }
}

/// What a verb becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// An activity of a type.
    Do(&'static str),
    /// The undoing of an activity of a type.
    Undo(&'static str),
}

/// The activity of a verb; what has no counterpart is an `Activity`. What is posted to a target is added to it.
pub(super) fn deed(verb: Option<&str>, has_target: bool) -> Deed {
    Deed::Do(match verb.unwrap_or("post") {
        "post" | "submit" if has_target => "Add",
        "post" | "submit" | "author" | "create" => "Create",
        "unlike" | "unfavorite" => return Deed::Undo("Like"),
        "unshare" => return Deed::Undo("Announce"),
        "stop-following" => return Deed::Undo("Follow"),
        "share" | "announce" => "Announce",
        "favorite" | "like" => "Like",
        "attach" | "add" => "Add",
        "flag-as-inappropriate" | "flag" => "Flag",
        "play" | "watch" | "view" => "View",
        "rsvp-yes" | "accept" => "Accept",
        "rsvp-no" | "reject" => "Reject",
        "rsvp-maybe" | "tentative-accept" => "TentativeAccept",
        "tentative-reject" => "TentativeReject",
        "arrive" => "Arrive",
        "block" => "Block",
        "delete" => "Delete",
        "dislike" => "Dislike",
        "follow" => "Follow",
        "ignore" => "Ignore",
        "invite" => "Invite",
        "join" => "Join",
        "leave" => "Leave",
        "listen" => "Listen",
        "move" => "Move",
        "offer" => "Offer",
        "question" => "Question",
        "read" => "Read",
        "remove" => "Remove",
        "travel" => "Travel",
        "undo" => "Undo",
        "update" => "Update",
        _ => "Activity",
    })
}

#[cfg(test)]
mod tests {
    use super::Deed::{Do, Undo};
    use super::{deed, object_type};

    #[test]
    fn verbs_become_what_the_table_says() {
        for (verb, expected) in [
            ("post", Do("Create")),
            ("submit", Do("Create")),
            ("share", Do("Announce")),
            ("favorite", Do("Like")),
            ("like", Do("Like")),
            ("unlike", Undo("Like")),
            ("unfavorite", Undo("Like")),
            ("unshare", Undo("Announce")),
            ("stop-following", Undo("Follow")),
            ("attach", Do("Add")),
            ("author", Do("Create")),
            ("flag-as-inappropriate", Do("Flag")),
            ("play", Do("View")),
            ("watch", Do("View")),
            ("rsvp-yes", Do("Accept")),
            ("rsvp-no", Do("Reject")),
            ("rsvp-maybe", Do("TentativeAccept")),
            ("checkin", Do("Activity")),
            ("http://example.com/verb", Do("Activity")),
        ] {
            assert_eq!(deed(Some(verb), false), expected, "{verb}");
        }
        assert_eq!(deed(None, false), Do("Create"));
        assert_eq!(deed(Some("post"), true), Do("Add"));
        assert_eq!(deed(Some("submit"), true), Do("Add"));
        assert_eq!(deed(Some("share"), true), Do("Announce"));
    }

    #[test]
    fn verbs_and_types_of_the_same_name_keep_it() {
        let capital = |name: &str| name[..1].to_uppercase() + &name[1..];
        for verb in [
            "accept", "add", "announce", "arrive", "block", "create", "delete", "dislike", "flag",
            "follow", "ignore", "invite", "join", "leave", "like", "listen", "move", "offer",
            "question", "read", "reject", "remove", "travel", "undo", "update", "view",
        ] {
            let Do(name) = deed(Some(verb), false) else {
                panic!("{verb} undoes something");
            };
            assert_eq!(name, capital(verb));
        }
        for name in [
            "application",
            "article",
            "audio",
            "collection",
            "event",
            "group",
            "image",
            "note",
            "organization",
            "page",
            "person",
            "place",
            "question",
            "service",
            "video",
        ] {
            assert_eq!(object_type(Some(name)), capital(name));
        }
        for name in ["comment", "file", "bookmark", "product", "hashtag", "Note"] {
            assert_eq!(object_type(Some(name)), "Object", "{name}");
        }
        assert_eq!(object_type(None), "Object");
    }
}
