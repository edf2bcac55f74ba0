//! What happened, in words: the `content` of an activity (pump.io protocol, section 6.5).

use pumphouse_activity::Object;

/// `ACTOR VERBED OBJECT[ in reply to PARENT]`, as HTML.
pub(crate) fn of_activity(
    verb: &str,
    actor: &Object,
    object: &Object,
    parent: Option<&Object>,
) -> String {
    let mut text = format!("{} {} {}", named(actor), past_tense(verb), named(object));
    if let Some(parent) = parent {
        text.push_str(" in reply to ");
        text.push_str(&named(parent));
    }
    text
}

/// An object by name, linked to its page when it has one.
fn named(object: &Object) -> String {
    let name = match object.display_name.as_deref() {
        Some(name) if !name.is_empty() => escape(name),
        _ => kind(object.object_type.as_deref()),
    };
    match &object.url {
        Some(url) => format!("<a href='{}'>{name}</a>", escape_address(url)),
        None => name,
    }
}

fn kind(object_type: Option<&str>) -> String {
    match object_type {
        None => "an object".to_owned(),
        Some(name) => with_article(&escape(name)),
    }
}

/// A type with its article: `a note`, `an image`.
pub(crate) fn with_article(name: &str) -> String {
    let article = match name.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => "an",
        false => "a",
    };
    format!("{article} {name}")
}

fn past_tense(verb: &str) -> String {
    let irregular = match verb {
        "at" => "was at",
        "build" => "built",
        "checkin" => "checked into",
        "find" => "found",
        "give" => "gave",
        "leave" => "left",
        "lose" => "lost",
        "make-friend" => "made a friend of",
        "play" => "played",
        "read" => "read",
        "remove-friend" => "removed as a friend",
        "rsvp-maybe" => "may attend",
        "rsvp-no" => "will not attend",
        "rsvp-yes" => "will attend",
        "sell" => "sold",
        "send" => "sent",
        "stop-following" => "stopped following",
        "submit" => "submitted",
        "tag" => "tagged",
        "win" => "won",
        _ => "",
    };
    if !irregular.is_empty() {
        return irregular.to_owned();
    }
    let verb = escape(verb);
    match verb.strip_suffix('y') {
        Some(stem) => format!("{stem}ied"),
        None if verb.ends_with('e') => format!("{verb}d"),
        None => format!("{verb}ed"),
    }
}

fn escape(text: &str) -> String {
    escape_address(text).replace('/', "&#x2F;")
}

fn escape_address(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#x27;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_reads_as_the_protocol_shows_it() {
        let bob = Object {
            display_name: Some("bob".into()),
            url: Some("http://h/bob".into()),
            ..Object::new("person")
        };
        let comment = Object {
            url: Some("http://h/bob/comment/1".into()),
            ..Object::new("comment")
        };
        let note = Object {
            display_name: Some("1/2 <x>".into()),
            ..Object::new("note")
        };
        assert_eq!(
            of_activity("post", &bob, &comment, Some(&note)),
            "<a href='http://h/bob'>bob</a> posted <a href='http://h/bob/comment/1'>a comment</a> \
             in reply to 1&#x2F;2 &lt;x&gt;"
        );
    }

    #[test]
    fn verbs_have_a_past() {
        for (verb, past) in [
            ("post", "posted"),
            ("like", "liked"),
            ("deny", "denied"),
            ("send", "sent"),
        ] {
            assert_eq!(past_tense(verb), past);
        }
        assert_eq!(past_tense("<b>"), "&lt;b&gt;ed");
    }
}
