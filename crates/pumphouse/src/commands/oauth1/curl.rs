//! A signed request as a command for curl, which must change nothing of it.

use std::borrow::Cow;

use pumphouse_oauth1::explain::Explanation;

use super::parameters::Place;
use super::request::Message;
use crate::error::Error;

/// The command, on one line, quoted for a POSIX shell.
pub(super) fn command(
    message: &Message,
    signed: &Explanation,
    place: Place,
) -> Result<String, Error> {
    let url = match place {
        Place::Query => &signed.signed_url,
        _ => &message.url,
    };
    let mut words = vec!["curl".to_owned()];
    words.extend(url_options(url).map(str::to_owned));
    words.extend(method_options(message, place));
    for line in header_lines(message, signed, place) {
        words.extend(["--header".to_owned(), line]);
    }
    words.extend(body_options(message, signed, place)?);
    words.push(url.clone());
    let quoted: Vec<_> = words.iter().map(|word| quote(word)).collect();
    Ok(quoted.join(" "))
}

/// Keeps curl from giving a meaning to what it would otherwise rewrite.
fn url_options(url: &str) -> impl Iterator<Item = &'static str> {
    let globs = url.contains(['[', ']', '{', '}']).then_some("--globoff");
    let dots = url.contains("/.").then_some("--path-as-is");
    globs.into_iter().chain(dots)
}

fn has_body(message: &Message, place: Place) -> bool {
    !message.body.is_empty() || place == Place::Body
}

fn method_options(message: &Message, place: Place) -> Vec<String> {
    let default = if has_body(message, place) {
        "POST"
    } else {
        "GET"
    };
    match message.method.as_str() {
        method if method == default => Vec::new(),
        // With --request, curl would wait for the body that an answer to HEAD does not have.
        "HEAD" if default == "GET" => vec!["--head".to_owned()],
        method => vec!["--request".to_owned(), method.to_owned()],
    }
}

fn header_lines(message: &Message, signed: &Explanation, place: Place) -> Vec<String> {
    let is_replaced =
        |name: &str| place == Place::Header && name.eq_ignore_ascii_case("authorization");
    let headers = message.headers.iter();
    let mut lines: Vec<_> = headers
        .filter(|header| !is_replaced(&header.name))
        .map(|header| match header.value.as_str() {
            // A colon with nothing after it would take the header away.
            "" => format!("{};", header.name),
            value => format!("{}: {value}", header.name),
        })
        .collect();
    if let Some(host) = rewritten_host(&message.url)
        && message.header("host").is_none()
    {
        lines.push(format!("Host: {host}"));
    }
    if has_body(message, place) && message.header("content-type").is_none() {
        // Otherwise curl calls every body a form.
        lines.push("Content-Type:".to_owned());
    }
    if place == Place::Header {
        lines.push(format!("Authorization: {}", signed.authorization_header));
    }
    lines
}

/// The host and port of the URL, when curl would send them in another spelling: it shortens IPv6.
fn rewritten_host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    host.starts_with('[').then_some(host)
}

fn body_options(
    message: &Message,
    signed: &Explanation,
    place: Place,
) -> Result<Vec<String>, Error> {
    let body = match (place, &signed.signed_body) {
        (Place::Body, Some(body)) => body,
        _ if message.body.is_empty() => return Ok(Vec::new()),
        _ => &message.body,
    };
    if let (Some(file), false) = (&message.body_file, place == Place::Body) {
        let at = format!("@{}", file.display());
        return Ok(vec!["--data-binary".to_owned(), at]);
    }
    match str::from_utf8(body) {
        Ok(text) if !text.contains('\0') => Ok(vec!["--data-raw".to_owned(), text.to_owned()]),
        _ => Err(
            Error::usage("the signed body is no text, so it cannot stand in a command")
                .with_hint("leave --curl out, and send what is printed with curl --data-binary @-"),
        ),
    }
}

/// Quotes a word for a POSIX shell, if it needs that.
fn quote(word: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/:,@%+".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_when_they_need_it() {
        for (word, quoted) in [
            ("curl", "curl"),
            ("https://a.example/b", "https://a.example/b"),
            ("", "''"),
            ("a b", "'a b'"),
            ("$HOME", "'$HOME'"),
            ("it's", r"'it'\''s'"),
            ("a\nb\\", "'a\nb\\'"),
            ("~", "'~'"),
            ("a=b", "'a=b'"),
        ] {
            assert_eq!(quote(word), quoted);
        }
    }
}
