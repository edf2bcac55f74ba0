//! Activities, objects and people as somebody at a terminal reads them. Whatever others wrote goes
//! through [`crate::text`] or [`crate::html`].

use jiff::Timestamp;
use pumphouse_activity::{Activity, Collection, Object, User};

use crate::extent::Extent;
use crate::{html, output, text, time};

/// An activity: who did what and when, what it says, and where it is.
pub(crate) fn activity(activity: &Activity, now: Timestamp, extent: Extent<'_>) -> String {
    let headline = match &activity.content {
        Some(content) => html::in_one_line(content),
        None => headline(activity),
    };
    let headline = extent.of_headline(headline);
    let mut lines = vec![output::bold(&headline)];
    let published = activity.published_at();
    lines.extend(by(activity.actor.as_deref(), published, now));
    if let Some(object) = activity.object.as_deref() {
        let author = object.author.as_deref();
        let is_others = author.is_some_and(|author| {
            let actor = activity.actor.as_deref();
            actor.is_none_or(|actor| !actor.is_same(author))
        });
        lines.extend(target(activity, &headline));
        if is_others && let Some(who) = author.and_then(address_of) {
            lines.push(dim_line(&format!("by {who}")));
        }
        lines.extend(body(object, extent));
    }
    lines.join("\n")
}

/// A note, picture, article, …, with its title and what became of it.
pub(crate) fn object(object: &Object, now: Timestamp, extent: Extent<'_>) -> String {
    if object.is_a("person") {
        return person(object);
    }
    if object.is_a("collection") {
        return list(object);
    }
    let kind = text::one_line(object.object_type.as_deref().unwrap_or("something"));
    let headline = match object.display_name.as_deref().map(text::one_line) {
        Some(name) if !name.is_empty() => format!("{name} ({kind})"),
        _ => kind,
    };
    let mut lines = vec![output::bold(&extent.of_headline(headline))];
    if object.deleted.is_some() {
        lines.push(dim_line("deleted"));
    }
    let published = object.published_at();
    lines.extend(by(object.author.as_deref(), published, now));
    let is_changed = |updated: &Timestamp| Some(*updated) != published;
    if let Some(updated) = object.updated_at().filter(is_changed) {
        lines.push(dim_line(&format!(
            "changed {}",
            time::in_words(updated, now)
        )));
    }
    lines.extend(body(object, extent));
    lines.extend(counts(object));
    lines.join("\n")
}

/// A list of people: its name, and how many are on it.
fn list(list: &Object) -> String {
    let name = list.display_name.as_deref().unwrap_or("(no name)");
    let name = output::bold(&text::one_line(name));
    match list
        .members
        .as_deref()
        .and_then(|members| members.total_items)
    {
        Some(count) => format!(
            "{name}  {}",
            output::dim(&number_of(count, "member", "members"))
        ),
        None => name,
    }
}

/// A person: name and address, and what they say of themselves, in short.
pub(crate) fn person(person: &Object) -> String {
    let address = address_of(person).unwrap_or_else(|| "somebody".to_owned());
    let name = person.display_name.as_deref().map(text::one_line);
    let user = person.preferred_username.as_deref();
    let mut line = output::bold(&address);
    if let Some(name) = name.filter(|name| !name.is_empty() && Some(&**name) != user) {
        line = format!("{line}  {name}");
    }
    let mut lines = vec![line];
    let summary = person.summary.as_deref().map(html::in_one_line);
    if let Some(summary) = summary.filter(|summary| !summary.is_empty()) {
        lines.push(text::indent(&shortened(&summary)));
    }
    lines.join("\n")
}

/// A person with all that is known.
pub(crate) fn profile(person: &Object) -> String {
    let short = Object {
        summary: None,
        ..person.clone()
    };
    let mut lines = vec![self::person(&short)];
    let summary = person.summary.as_deref().map(in_lines);
    lines.extend(summary.filter(|summary| !summary.is_empty()));
    lines.extend(file(person));
    let place = person
        .location
        .as_deref()
        .and_then(|it| it.display_name.as_deref());
    lines.extend(place.map(|place| dim_line(&format!("at {place}"))));
    let count = |collection: &Option<Box<Collection>>| collection.as_ref()?.total_items;
    let counts = [
        count(&person.followers).map(|count| number_of(count, "follower", "followers")),
        count(&person.following).map(|count| format!("follows {count}")),
        count(&person.favorites).map(|count| format!("likes {count}")),
        (person.is_followed() == Some(true)).then(|| "you follow them".to_owned()),
    ];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    lines.extend((!counts.is_empty()).then(|| dim_line(&counts.join(", "))));
    lines.extend(person.url.as_deref().map(dim_line));
    lines.join("\n")
}

/// Somebody who has an account on the server of this host.
pub(crate) fn user(user: &User, host: &str) -> String {
    let profile = user.profile.as_deref().cloned().unwrap_or_default();
    let known = Object {
        id: user
            .nickname
            .as_ref()
            .map(|name| format!("acct:{name}@{host}")),
        preferred_username: user.nickname.clone(),
        ..profile
    };
    person(&known)
}

/// What an object says, its files, what it answers, and where it is.
fn body(object: &Object, extent: Extent<'_>) -> Vec<String> {
    let mut words = Vec::new();
    // The summary of what has a file describes that.
    let summary = object
        .summary
        .as_deref()
        .filter(|_| object.file().is_none());
    let said = object.content.as_deref().or(summary).map(in_lines);
    words.extend(said.filter(|said| !said.is_empty()));
    words.extend(file(object));
    for attachment in object.attachments.iter().flatten() {
        words.extend(file(attachment).or_else(|| link(attachment)));
    }
    let mut lines = Vec::new();
    if !words.is_empty() {
        lines.push(extent.of_lines(words.join("\n")));
    }
    let place = object
        .location
        .as_deref()
        .and_then(|it| it.display_name.as_deref());
    if let Some(place) = place {
        lines.push(dim_line(&format!("at {place}")));
    }
    let answered = object
        .in_reply_to
        .as_deref()
        .and_then(|it| it.id.as_deref());
    if let Some(answered) = answered {
        lines.push(dim_line(&format!("in reply to {answered}")));
    }
    if let Some(place) = object.id.as_deref().or(object.url.as_deref()) {
        lines.push(dim_line(place));
    }
    lines
}

/// The file of an object as a link, with what describes it.
fn file(object: &Object) -> Option<String> {
    let file = object.file()?;
    // The own server hands out what the reader may see; others show it to people at its address.
    let address = file.url.as_deref().or(file.address())?;
    let kind = object.object_type.as_deref().unwrap_or("file");
    Some(described(kind, object, address))
}

fn link(object: &Object) -> Option<String> {
    let address = object.url.as_deref().or(object.id.as_deref())?;
    let kind = object.object_type.as_deref().unwrap_or("attached");
    Some(described(kind, object, address))
}

fn described(kind: &str, object: &Object, address: &str) -> String {
    let kind = text::one_line(kind);
    let summary = object.summary.as_deref().map(html::in_one_line);
    let name = object.display_name.as_deref().map(text::one_line);
    let mut words = [summary, name].into_iter().flatten();
    let label = match words.find(|words| !words.is_empty()) {
        Some(words) => format!("[{kind}: {words}]"),
        None => format!("[{kind}]"),
    };
    text::indent(&format!("{label} {}", text::one_line(address)))
}

/// How many people like, share and answer it.
fn counts(object: &Object) -> Option<String> {
    let count = |count: Option<u64>, one: &str, several: &str| {
        let count = count.filter(|count| *count > 0);
        count.map(|count| number_of(count, one, several))
    };
    let counts = [
        count(object.like_count(), "like", "likes"),
        count(object.reply_count(), "answer", "answers"),
        count(object.share_count(), "share", "shares"),
        (object.liked == Some(true)).then(|| "you like it".to_owned()),
        (object.is_shared() == Some(true)).then(|| "you shared it".to_owned()),
    ];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    (!counts.is_empty()).then(|| dim_line(&counts.join(", ")))
}

fn number_of(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// Who, by address, and when. Servers write the headline themselves: the address says who it was.
fn by(who: Option<&Object>, when: Option<Timestamp>, now: Timestamp) -> Option<String> {
    let who = who.and_then(address_of);
    let when = when.map(|when| time::in_words(when, now));
    let parts: Vec<String> = [who, when].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| dim_line(&parts.join(", ")))
}

/// A person's address; of those who have none, their id.
fn address_of(person: &Object) -> Option<String> {
    let acct = person.acct().map(|acct| acct.to_string());
    acct.or_else(|| person.id.as_deref().map(text::one_line))
}

/// For activities that come without words of the server's.
fn headline(activity: &Activity) -> String {
    let name = |object: Option<&Object>, otherwise: &str| {
        let named = object.and_then(|object| {
            let name = object.display_name.clone();
            let address = || object.acct().map(|acct| acct.to_string());
            let kind = || object.object_type.clone();
            name.or_else(address).or_else(kind).or(object.id.clone())
        });
        text::one_line(named.as_deref().unwrap_or(otherwise))
    };
    format!(
        "{}: {} {}",
        name(activity.actor.as_deref(), "somebody"),
        text::one_line(activity.verb.as_deref().unwrap_or("post")),
        name(activity.object.as_deref(), "something"),
    )
}

/// To what or from what something was taken, unless the headline says so.
fn target(activity: &Activity, headline: &str) -> Option<String> {
    let target = activity.target.as_deref()?;
    let name = target.display_name.as_deref().map(text::one_line);
    let name = name
        .filter(|name| !name.is_empty())
        .or_else(|| address_of(target))?;
    let preposition = match activity.verb.as_deref() {
        Some("remove") => "from",
        _ => "to",
    };
    let line = format!("{preposition} {name}");
    (!headline.contains(&line)).then(|| dim_line(&line))
}

/// One line that fits.
fn shortened(line: &str) -> String {
    let room = output::width().saturating_sub(text::INDENT.len()).max(20);
    match line.char_indices().nth(room) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

fn in_lines(html: &str) -> String {
    let width = output::width().saturating_sub(text::INDENT.len());
    text::indent(&html::in_lines(html, width))
}

fn dim_line(line: &str) -> String {
    output::dim(&text::indent(&text::one_line(line)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-24T00:10:12Z";

    fn activity_of(json: &str) -> String {
        let now = NOW.parse().unwrap();
        activity(&serde_json::from_str(json).unwrap(), now, Extent::Whole)
    }

    fn object_of(json: &str) -> String {
        let now = NOW.parse().unwrap();
        object(&serde_json::from_str(json).unwrap(), now, Extent::Whole)
    }

    #[test]
    fn an_activity_is_told_in_a_few_lines() {
        let told = activity_of(
            r#"{"verb":"post","published":"2026-11-24T00:09:12Z","actor":{"id":"acct:alice@a"},
                "content":"<a href='http://a/alice'>alice</a> posted <a href='http://a/n'>a note</a>",
                "object":{"objectType":"note","id":"http://a/n","content":"Hello\u001b[2J <i>you</i>",
                    "location":{"displayName":"Home"},"inReplyTo":{"id":"http://b/1"}}}"#,
        );
        assert_eq!(
            told,
            "alice posted a note\n    \
             alice@a, 1 minute ago, 2026-11-24 00:09 UTC\n    \
             Hello[2J you\n    at Home\n    in reply to http://b/1\n    http://a/n"
        );
    }

    #[test]
    fn an_activity_without_words_gets_some() {
        let follow =
            r#"{"verb":"follow","actor":{"displayName":"Alice"},"object":{"objectType":"person"}}"#;
        assert_eq!(activity_of(follow), "Alice: follow person");
        let nameless = r#"{"actor":{"id":"acct:a@b"},"object":{"objectType":"note"}}"#;
        assert_eq!(activity_of(nameless), "a@b: post note\n    a@b");
        assert_eq!(activity_of("{}"), "somebody: post something");
    }

    #[test]
    fn what_is_shared_is_its_authors() {
        let told = activity_of(
            r#"{"verb":"share","content":"x","actor":{"id":"acct:a@a"},
                "object":{"id":"http://b/1","author":{"id":"acct:b@b"}}}"#,
        );
        assert_eq!(told, "x\n    a@a\n    by b@b\n    http://b/1");
    }

    #[test]
    fn what_is_added_is_added_to_something() {
        let told = |content: &str, verb: &str, target: &str| {
            activity_of(&format!(
                r#"{{"verb":"{verb}","content":"{content}","object":{{"id":"acct:b@a"}},
                    "target":{target}}}"#
            ))
        };
        let list = r#"{"objectType":"collection","displayName":"Cat\u001b people"}"#;
        assert_eq!(
            told("a added b", "add", list),
            "a added b\n    to Cat people\n    acct:b@a"
        );
        assert_eq!(
            told("a removed b", "remove", list),
            "a removed b\n    from Cat people\n    acct:b@a"
        );
        assert_eq!(
            told("a added b to Cat people", "add", list),
            "a added b to Cat people\n    acct:b@a"
        );
        let nameless = r#"{"id":"http://a/list/1"}"#;
        assert_eq!(
            told("x", "add", nameless),
            "x\n    to http://a/list/1\n    acct:b@a"
        );
    }

    #[test]
    fn files_are_links_with_what_describes_them() {
        let told = object_of(
            r#"{"objectType":"image","displayName":"My <cat>","id":"http://a/i","liked":true,
                "fullImage":{"url":"http://a/cat.jpg"},"likes":{"totalItems":2},"replies":{"totalItems":1},
                "attachments":[{"objectType":"audio","stream":{"url":"http://a/s.ogg"}},
                    {"objectType":"bookmark","url":"http://\u001b[2Jb/"}]}"#,
        );
        assert_eq!(
            told,
            "My <cat> (image)\n    [image: My <cat>] http://a/cat.jpg\n    \
             [audio] http://a/s.ogg\n    [bookmark] http://[2Jb/\n    http://a/i\n    \
             2 likes, 1 answer, you like it"
        );
    }

    #[test]
    fn people_have_names_and_addresses() {
        let told = object_of(
            r#"{"objectType":"person","id":"acct:a@b","preferredUsername":"a",
                "displayName":"Alice\u202e","summary":"<p>I\u001b[2J am</p> <p>here</p>"}"#,
        );
        assert_eq!(told, "a@b  Alice\n    I[2J am here");
        let user: User = serde_json::from_str(r#"{"nickname":"a"}"#).unwrap();
        assert_eq!(super::user(&user, "b"), "a@b");
    }
}
