//! What is sent over SockJS: frames of one line each.

use serde_json::Value;

use super::super::conversation::Close;

pub(super) const OPEN: &str = "o";
pub(super) const HEARTBEAT: &str = "h";

/// `a["…","…"]`: messages, each a JSON string.
pub(super) fn messages(messages: &[String]) -> String {
    let length: usize = messages.iter().map(String::len).sum();
    let mut frame = String::with_capacity(length + length / 8 + 8);
    frame.push_str("a[");
    for (number, message) in messages.iter().enumerate() {
        if number > 0 {
            frame.push(',');
        }
        frame.push_str(&quote(message));
    }
    frame.push(']');
    frame
}

/// `c[1000,"Normal closure"]`
pub(super) fn close(close: Close) -> String {
    format!("c[{},{}]", close.code, quote(close.reason))
}

/// A text as JSON. Two line breaks that JSON allows in texts and old readers of scripts do not are
/// written as escapes.
pub(super) fn quote(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    if !quoted.contains(['\u{2028}', '\u{2029}']) {
        return quoted;
    }
    quoted
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

/// The messages in what a client sends: an array of texts, or over a WebSocket one text alone.
pub(super) fn parse(payload: &str) -> Option<Vec<String>> {
    match serde_json::from_str(payload).ok()? {
        Value::String(message) => Some(vec![message]),
        Value::Array(messages) => messages
            .into_iter()
            .map(|message| match message {
                Value::String(message) => Some(message),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_one_line_of_json() {
        let texts = ["a\"\n".to_owned(), "\u{2028}\u{2029}é".to_owned()];
        assert_eq!(messages(&texts), r#"a["a\"\n","\u2028\u2029é"]"#);
        assert_eq!(messages(&[]), "a[]");
        assert_eq!(close(Close::NORMAL), r#"c[1000,"Normal closure"]"#);
    }

    #[test]
    fn only_texts_are_messages() {
        assert_eq!(parse(r#"["a","b"]"#).unwrap(), ["a", "b"]);
        assert_eq!(parse(r#""a""#).unwrap(), ["a"]);
        assert_eq!(parse("[]").unwrap(), [""; 0]);
        for bad in [
            "",
            "[",
            r#"{"a":"b"}"#,
            "7",
            r#"["a",1]"#,
            "null",
            "[\"a\"]x",
        ] {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }
}
