//! What people send is cleaned before anything is done with it, however deep it stands: keys of
//! other servers go (pump.io protocol, section 6.2), so do proxies, which clients take without a test
//! (section 15), and addresses that a browser would run; HTML is scrubbed (section 7.7).

use pumphouse_activity::{Activity, Collection, Extra, Links, MediaLink, Object, PumpIo};
use serde_json::Value;

use super::documents;
use super::scrub::{html, is_script};

/// An activity that was cleaned. HTML takes its time, which no other write should wait for, so it is
/// done before a transaction begins.
pub(crate) struct Clean(pub(super) Activity);

impl Clean {
    pub(crate) fn of(mut activity: Activity) -> Self {
        self::activity(&mut activity);
        Self(activity)
    }
}

/// Cleans an activity and everything in it.
pub(crate) fn activity(activity: &mut Activity) {
    text(&mut activity.content);
    address(&mut activity.url);
    links(&mut activity.links);
    for part in documents::parts(activity).into_iter().flatten() {
        object(part);
    }
    for recipients in [
        &mut activity.to,
        &mut activity.cc,
        &mut activity.bto,
        &mut activity.bcc,
    ] {
        recipients.iter_mut().flatten().for_each(object);
    }
    extra(&mut activity.extra);
}

fn object(object: &mut Object) {
    text(&mut object.content);
    text(&mut object.summary);
    address(&mut object.url);
    links(&mut object.links);
    for link in [
        &mut object.image,
        &mut object.full_image,
        &mut object.stream,
    ] {
        media(link);
    }
    for inner in [
        &mut object.author,
        &mut object.in_reply_to,
        &mut object.location,
    ] {
        inner.iter_mut().for_each(|inner| self::object(inner));
    }
    for list in [&mut object.attachments, &mut object.tags] {
        list.iter_mut().flatten().for_each(self::object);
    }
    for feed in [
        &mut object.likes,
        &mut object.replies,
        &mut object.shares,
        &mut object.followers,
        &mut object.following,
        &mut object.favorites,
        &mut object.lists,
        &mut object.members,
        &mut object.documents,
    ] {
        feed.iter_mut().for_each(|feed| collection(feed));
    }
    pump_io(&mut object.pump_io);
    extra(&mut object.extra);
}

fn collection(collection: &mut Collection) {
    address(&mut collection.url);
    links(&mut collection.links);
    collection.items.iter_mut().flatten().for_each(object);
    collection
        .author
        .iter_mut()
        .for_each(|author| object(author));
    pump_io(&mut collection.pump_io);
    extra(&mut collection.extra);
}

fn media(media: &mut Option<MediaLink>) {
    if media
        .as_ref()
        .and_then(|media| media.url.as_deref())
        .is_some_and(is_script)
    {
        *media = None;
    }
    if let Some(media) = media {
        pump_io(&mut media.pump_io);
        extra(&mut media.extra);
    }
}

fn links(links: &mut Links) {
    links
        .0
        .retain(|rel, link| !rel.starts_with('_') && !is_script(&link.href));
    links.0.values_mut().for_each(|link| extra(&mut link.extra));
}

fn pump_io(given: &mut Option<Box<PumpIo>>) {
    given.iter_mut().for_each(|given| {
        // What only a server can say.
        (given.proxy_url, given.shared, given.followed) = (None, None, None);
        extra(&mut given.extra);
    });
    if given.as_deref() == Some(&PumpIo::default()) {
        *given = None;
    }
}

fn text(given: &mut Option<String>) {
    given.iter_mut().for_each(|given| *given = html(given));
}

fn address(given: &mut Option<String>) {
    if given.as_deref().is_some_and(is_script) {
        *given = None;
    }
}

/// Cleans properties that no type names, and everything in them.
pub(crate) fn extra(properties: &mut Extra) {
    properties.retain(|name, value| {
        !name.starts_with('_') && name != "proxyURL" && !is_script_address(name, value)
    });
    for (name, value) in properties {
        match value {
            Value::String(given) if is_html(name) => *given = html(given),
            _ => self::value(value),
        }
    }
}

fn value(value: &mut Value) {
    match value {
        Value::Object(properties) => extra(properties),
        Value::Array(items) => items.iter_mut().for_each(self::value),
        _ => {}
    }
}

/// Whether pages show what stands under this name as HTML.
fn is_html(name: &str) -> bool {
    matches!(name, "content" | "summary" | "embedCode")
}

/// Whether a browser would be led to this address, or load it, and run it.
fn is_script_address(name: &str, value: &Value) -> bool {
    let is_address = ["url", "href", "src", "icon"]
        .iter()
        .any(|end| name.to_ascii_lowercase().ends_with(end));
    is_address && value.as_str().is_some_and(is_script)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cleaned(note: Value) -> Value {
        let note: Object = serde_json::from_value(note).unwrap();
        let mut posted = Activity::new("post", note);
        activity(&mut posted);
        serde_json::to_value(posted.object).unwrap()
    }

    /// Quirk 49: a `javascript:` address was kept.
    #[test]
    fn quirk_49_addresses_that_run_scripts_are_dropped() {
        let script = " JavaScript:alert(1)";
        let note = json!({
            "objectType": "bookmark",
            "url": script,
            "fileUrl": script,
            "targetUrl": script,
            "links": {"self": {"href": script}, "alternate": script, "up": "https://h.test/"},
            "image": {"url": script},
            "mood": {"icon": {"src": script, "width": 1}},
            "embedCode": "<script>alert(1)</script><b>film</b>",
        });
        let clean = json!({
            "objectType": "bookmark",
            "links": {"up": {"href": "https://h.test/"}},
            "mood": {"icon": {"width": 1}},
            "embedCode": "<b>film</b>",
        });
        assert_eq!(cleaned(note), clean);
    }

    /// Quirk 65: private keys were shown in many places.
    #[test]
    fn quirk_65_private_keys_are_dropped_wherever_they_stand() {
        let private = json!({"_uuid": "x", "objectType": "note", "deep": [{"_user": "x", "a": 1}]});
        let clean = json!({"objectType": "note", "deep": [{"a": 1}]});
        let mut note = private.clone();
        let mut wanted = clean.clone();
        for name in ["author", "location", "unknown"] {
            (note[name], wanted[name]) = (private.clone(), clean.clone());
        }
        for name in ["attachments", "tags"] {
            (note[name], wanted[name]) = (json!([private]), json!([clean]));
        }
        note["likes"] = json!({"_slug": "x", "items": [private]});
        wanted["likes"] = json!({"items": [clean]});
        assert_eq!(cleaned(note), wanted);
    }
}
