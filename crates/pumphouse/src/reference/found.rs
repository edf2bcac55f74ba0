//! What is found under an address or an id.

use pumphouse_activity::{Acct, Activity, Object};
use pumphouse_client::{ErrorKind, Received, Session};
use url::Url;

use crate::error::Error;

/// What is at an address, on whatever server.
pub(super) async fn at_url(session: &Session, url: &Url) -> pumphouse_client::Result<Object> {
    if let Some(acct) = person_at(url) {
        return Ok(session.person(acct).profile().await?.into_inner());
    }
    let address = api_address(url).unwrap_or_else(|| url.clone());
    let is_own = address.origin() == session.endpoints().base.origin();
    let kind = segments(&address).get(1).map(ToString::to_string);
    let read = match (kind, is_own) {
        (_, true) | (None, false) => session.object(address.as_str()).await?,
        (Some(kind), false) => {
            let mention = Object::reference(kind, address);
            session.load(&mention).await?
        }
    };
    Ok(match activity_in(&read) {
        Some(activity) => about(activity),
        None => read.into_inner(),
    })
}

/// Whether there may be a thing at an address, not a file: ids have no endings, and other servers are
/// asked only where an address looks like one of pump.io.
pub(super) fn may_be_thing(session: &Session, url: &Url) -> bool {
    let is_own = url.origin() == session.endpoints().base.origin();
    match segments(url).as_slice() {
        [.., name] if name.contains('.') => false,
        ["uploads" | "main", ..] => false,
        ["api", _] | [_] => is_own,
        ["api", _, _] | ["api", "user", _, "profile"] => true,
        [_, kind, _] => is_own || *kind == "activity" || LIKELY_TYPES.contains(kind),
        _ => false,
    }
}

/// The activity that was read as an object, if it is one.
fn activity_in(read: &Received<Object>) -> Option<Activity> {
    let activity: Activity = serde_json::from_str(read.raw()).ok()?;
    (activity.verb.is_some() && activity.object.is_some()).then_some(activity)
}

/// What an activity is about.
fn about(activity: Activity) -> Object {
    let mut object = activity.object.map(|object| *object).unwrap_or_default();
    if object.author.is_none() && matches!(activity.verb.as_deref(), None | Some("post")) {
        object.author = activity.actor;
    }
    object
}

/// Whether there is no more than a type, an id and an author.
pub(super) fn is_mention(object: &Object) -> bool {
    let said = [
        &object.content,
        &object.display_name,
        &object.url,
        &object.deleted,
    ];
    said.iter().all(|property| property.is_none()) && object.file().is_none()
}

/// The types of what people name most, which are tried first.
const LIKELY_TYPES: [&str; 8] = [
    "note", "comment", "image", "article", "audio", "video", "file", "person",
];

/// All other types that have a path of their own, and that of the rest (pump.io protocol, section 7.1).
const OTHER_TYPES: [&str; 23] = [
    "group",
    "event",
    "question",
    "place",
    "bookmark",
    "collection",
    "alert",
    "application",
    "badge",
    "binary",
    "device",
    "game",
    "issue",
    "job",
    "offer",
    "organization",
    "page",
    "process",
    "product",
    "review",
    "service",
    "task",
    "other",
];

/// Old servers show none of these, whoever asks: their refusal says nothing (quirk 76).
const REFUSED_TYPES: [&str; 3] = ["person", "application", "service"];

/// What the own server knows under an id that does not say of which type it is (pump.io protocol,
/// section 7.9).
pub(super) async fn by_id(session: &Session, id: &str) -> Result<Option<Object>, Error> {
    for kind in LIKELY_TYPES.iter().chain(&OTHER_TYPES) {
        let request = session.request(pumphouse_client::Method::GET, &format!("/api/{kind}"));
        match request.query("id", id).send().await {
            Ok(answer) => return Ok(Some(answer.json()?)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Refused) => {}
            Err(error) if error.kind() == ErrorKind::Forbidden && REFUSED_TYPES.contains(kind) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

/// The person whose page, profile or feed is at an address.
pub(super) fn person_at(url: &Url) -> Option<Acct> {
    let name = match segments(url).as_slice() {
        ["api", "user", name] | ["api", "user", name, "profile"] => *name,
        ["api" | "main" | "uploads", ..] => return None,
        [name] => *name,
        _ => return None,
    };
    let host = url.host_str()?;
    let host = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    format!("{name}@{host}").parse().ok()
}

/// Where programs have what is shown to people on a page: `/alice/note/xyz` is `/api/note/xyz`.
pub(super) fn api_address(url: &Url) -> Option<Url> {
    let path = match segments(url).as_slice() {
        ["api", ..] => return None,
        [_, kind, id] => format!("/api/{kind}/{id}"),
        _ => return None,
    };
    let mut address = url.clone();
    address.set_path(&path);
    address.set_query(None);
    address.set_fragment(None);
    Some(address)
}

fn segments(url: &Url) -> Vec<&str> {
    url.path_segments()
        .map(|segments| segments.filter(|segment| !segment.is_empty()).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lead_to_what_programs_read() {
        let at = |url: &str| api_address(&url.parse().unwrap()).map(String::from);
        assert_eq!(
            at("http://a:1/alice/note/x?y#z").as_deref(),
            Some("http://a:1/api/note/x")
        );
        assert_eq!(at("http://a/api/note/x"), None);
        let who = |url: &str| person_at(&url.parse().unwrap()).map(|acct| acct.to_string());
        for url in [
            "http://a:1/alice",
            "http://a:1/alice/",
            "http://a:1/api/user/alice/profile",
        ] {
            assert_eq!(who(url).as_deref(), Some("alice@a:1"));
        }
        assert_eq!(who("http://a/alice/note/x"), None);
        assert_eq!(who("http://a/main/login"), None);
        assert_eq!(who("http://a/"), None);
    }
}
