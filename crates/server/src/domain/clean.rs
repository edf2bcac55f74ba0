//! What people send is cleaned before anything is done with it, however deep it stands: keys of
//! other servers go (pump.io protocol, section 6.2), so do proxies, which clients take without a test
//! (section 15), and addresses that a browser would run; HTML is scrubbed (section 7.7).

use pumphouse_activity::{Activity, Collection, Extra, Links, MediaLink, Object, PumpIo};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::documents;
use super::scrub::{Scrubber, is_script};
use crate::error::{Error, Result};

/// Bodies up to this length are cleaned at once, in bytes.
const SHORT: usize = 1_024;
/// How many longer ones are cleaned at the same time.
static PLACES: Semaphore = Semaphore::const_new(4);

/// Cleans what came in a body of this length. Long HTML takes its time, which no other request should
/// wait for.
pub(crate) async fn apart<T: Send + 'static>(
    length: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    if length <= SHORT {
        return Ok(work());
    }
    let place = PLACES.acquire().await;
    let place = place.map_err(|error| Error::internal("cleaning", error))?;
    tokio::task::spawn_blocking(move || {
        // Not given back before the work is done, even if nobody waits for it any more.
        let _place = place;
        work()
    })
    .await
    .map_err(|error| Error::internal("cleaning", error))
}

/// An activity that was cleaned. HTML takes its time, which no other write should wait for, so it is
/// done before a transaction begins.
pub(crate) struct Clean(pub(super) Activity);

impl Clean {
    pub(crate) fn of(mut activity: Activity) -> Self {
        Cleaner::default().activity(&mut activity);
        Self(activity)
    }
}

/// Cleans properties that no type names, and everything in them.
pub(crate) fn extra(properties: &mut Extra) {
    Cleaner::default().extra(properties);
}

/// Cleans what came in one request.
#[derive(Default)]
struct Cleaner {
    scrubber: Scrubber,
}

impl Cleaner {
    fn activity(&mut self, activity: &mut Activity) {
        self.text(&mut activity.content);
        address(&mut activity.url);
        self.links(&mut activity.links);
        for part in documents::parts(activity).into_iter().flatten() {
            self.object(part);
        }
        for recipients in [
            &mut activity.to,
            &mut activity.cc,
            &mut activity.bto,
            &mut activity.bcc,
        ] {
            self.objects(recipients);
        }
        self.extra(&mut activity.extra);
    }

    fn objects(&mut self, objects: &mut Option<Vec<Object>>) {
        for object in objects.iter_mut().flatten() {
            self.object(object);
        }
    }

    fn object(&mut self, object: &mut Object) {
        self.text(&mut object.content);
        self.text(&mut object.summary);
        address(&mut object.url);
        self.links(&mut object.links);
        for link in [
            &mut object.image,
            &mut object.full_image,
            &mut object.stream,
        ] {
            self.media(link);
        }
        for inner in [
            &mut object.author,
            &mut object.in_reply_to,
            &mut object.location,
        ]
        .into_iter()
        .flatten()
        {
            self.object(inner);
        }
        for list in [&mut object.attachments, &mut object.tags] {
            self.objects(list);
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
        ]
        .into_iter()
        .flatten()
        {
            self.collection(feed);
        }
        self.pump_io(&mut object.pump_io);
        self.extra(&mut object.extra);
    }

    fn collection(&mut self, collection: &mut Collection) {
        address(&mut collection.url);
        self.links(&mut collection.links);
        self.objects(&mut collection.items);
        if let Some(author) = &mut collection.author {
            self.object(author);
        }
        self.pump_io(&mut collection.pump_io);
        self.extra(&mut collection.extra);
    }

    fn media(&mut self, media: &mut Option<MediaLink>) {
        if media
            .as_ref()
            .and_then(|media| media.url.as_deref())
            .is_some_and(is_script)
        {
            *media = None;
        }
        if let Some(media) = media {
            self.pump_io(&mut media.pump_io);
            self.extra(&mut media.extra);
        }
    }

    fn links(&mut self, links: &mut Links) {
        links
            .0
            .retain(|rel, link| !rel.starts_with('_') && !is_script(&link.href));
        for link in links.0.values_mut() {
            self.extra(&mut link.extra);
        }
    }

    fn pump_io(&mut self, given: &mut Option<Box<PumpIo>>) {
        if let Some(given) = given {
            // What only a server can say.
            (given.proxy_url, given.shared, given.followed) = (None, None, None);
            self.extra(&mut given.extra);
        }
        if given.as_deref() == Some(&PumpIo::default()) {
            *given = None;
        }
    }

    fn text(&mut self, given: &mut Option<String>) {
        if let Some(given) = given {
            *given = self.scrubber.html(given);
        }
    }

    fn extra(&mut self, properties: &mut Extra) {
        properties.retain(|name, value| {
            !name.starts_with('_') && name != "proxyURL" && !is_script_address(name, value)
        });
        for (name, value) in properties {
            match value {
                Value::String(given) if is_html(name) => *given = self.scrubber.html(given),
                _ => self.value(value),
            }
        }
    }

    fn value(&mut self, value: &mut Value) {
        match value {
            Value::Object(properties) => self.extra(properties),
            Value::Array(items) => {
                for item in items {
                    self.value(item);
                }
            }
            _ => {}
        }
    }
}

fn address(given: &mut Option<String>) {
    if given.as_deref().is_some_and(is_script) {
        *given = None;
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
        let Clean(posted) = Clean::of(Activity::new("post", note));
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

    /// What one field may cost is not had again by the next.
    #[test]
    fn many_fields_cost_no_more_than_one() {
        let field = format!("<p>{}{}", "<b title=x>".repeat(100), "<p>x".repeat(300));
        let fields = json!([{"content": field}]);
        let fields = vec![fields; 40];
        let given = json!({"objectType": "note", "content": field, "more": fields});
        let length = given.to_string().len();
        let note = cleaned(given);
        let scrubbed = note.to_string().matches("<p>").count();
        assert!(scrubbed < 1_000, "{scrubbed}");
        assert!(note.to_string().len() < 8 * length);
        assert!(
            note["content"].as_str().unwrap().contains("&lt;"),
            "one alone grows too much"
        );
    }
}
