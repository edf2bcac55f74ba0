//! What verbs are, without doing anything (pump.io protocol, sections 6.7 and 6.9).

/// Whether an activity is major (section 6.9).
pub(crate) fn is_major(verb: &str, object_type: Option<&str>) -> bool {
    match verb {
        "share" | "checkin" => true,
        "post" | "create" => !matches!(object_type, Some("comment" | "collection")),
        _ => false,
    }
}

/// Whether a verb does something to an object that has to exist.
pub(crate) fn has_effect(verb: &str) -> bool {
    matches!(
        verb,
        "follow"
            | "stop-following"
            | "like"
            | "favorite"
            | "unlike"
            | "unfavorite"
            | "share"
            | "unshare"
            | "update"
            | "delete"
            | "add"
            | "remove"
    )
}

#[cfg(test)]
mod tests {
    use super::is_major;

    #[test]
    fn comments_and_lists_are_minor() {
        assert!(is_major("post", Some("note")));
        assert!(is_major("post", None));
        assert!(is_major("share", Some("comment")));
        assert!(!is_major("post", Some("comment")));
        assert!(!is_major("create", Some("collection")));
        assert!(!is_major("like", Some("note")));
    }
}
