//! Documents of which some value is of a type that it cannot be: read without that value. Servers
//! pass on what anybody sends (pump.io protocol, section 7.2), so one odd note must not make an
//! inbox unreadable.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

/// After so many odd values in a list within an item, the list is left out.
const MOST_IN_LIST: usize = 8;
/// After so many odd values in an item of a page, the item is left out.
const MOST_IN_ITEM: usize = 32;
/// How many bytes are read again in all: every odd value costs one more reading.
const MOST_WORK: usize = 512 << 20;
/// What a document is: without these it would pass for another one.
const ESSENTIAL: [&str; 5] = ["", "/id", "/objectType", "/verb", "/items"];

/// Reads a document, and leaves out what does not fit and what is deeper than so many levels.
/// `None` if it is no JSON, is something else altogether, or does not say what it is.
pub(super) fn read<T: DeserializeOwned>(json: &[u8], deepest: usize) -> Option<T> {
    let mut document: Value = serde_json::from_slice(&shallow(json, deepest)).ok()?;
    let mut odd = Odd::default();
    let mut work = MOST_WORK;
    loop {
        let error = match serde_path_to_error::deserialize(&document) {
            Ok(read) => return Some(read),
            Err(error) => error,
        };
        work = work.checked_sub(json.len())?;
        let place = odd.count(&pointer(error.path()))?;
        tracing::debug!(%error, left_out = place, "an odd value in an answer");
        remove(&mut document, &place)?;
    }
}

/// How many odd values there were in what, by JSON pointer.
#[derive(Default)]
struct Odd(HashMap<String, usize>);

impl Odd {
    /// What to leave out for the odd value at a place.
    fn count(&mut self, place: &str) -> Option<String> {
        if ESSENTIAL.contains(&place) {
            return None;
        }
        let ends = place.match_indices('/').map(|(end, _)| end).skip(1);
        let mut around = ends
            .map(|end| &place[..end])
            .filter(|outer| *outer != "/items");
        let worst = around.find(|outer| {
            let is_item = is_item(outer);
            let is_list = place[outer.len() + 1..].starts_with(|next: char| next.is_ascii_digit());
            let most = if is_item { MOST_IN_ITEM } else { MOST_IN_LIST };
            let count = self.0.entry((*outer).to_owned()).or_default();
            *count += 1;
            (is_item || is_list) && *count > most
        });
        let left_out = worst.unwrap_or(place).to_owned();
        // What moves up to its place is counted anew.
        self.0.retain(|outer, _| !outer.starts_with(&left_out));
        Some(left_out)
    }
}

/// Whether this is the place of an item of a page.
fn is_item(place: &str) -> bool {
    place
        .strip_prefix("/items/")
        .is_some_and(|rest| !rest.contains('/'))
}

/// The place as a JSON pointer (RFC 6901), as far as it is known.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { .. } | Segment::Unknown => break,
        }
    }
    pointer
}

/// Takes out what is at a place; `None` if nothing is.
fn remove(document: &mut Value, place: &str) -> Option<Value> {
    let (outer, name) = place.rsplit_once('/')?;
    match document.pointer_mut(outer)? {
        Value::Object(map) => map.shift_remove(&name.replace("~1", "/").replace("~0", "~")),
        Value::Array(list) => {
            let index = name.parse().ok().filter(|index| *index < list.len())?;
            Some(list.remove(index))
        }
        _ => None,
    }
}

/// The JSON with `null` for each array and object that is deeper than so many levels.
fn shallow(json: &[u8], deepest: usize) -> Cow<'_, [u8]> {
    if pumphouse_activity::nesting(json) <= deepest {
        return json.into();
    }
    let mut shallow = Vec::with_capacity(json.len());
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for &byte in json {
        let is_deep = depth > deepest;
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                if depth == deepest + 1 {
                    shallow.extend_from_slice(b"null");
                }
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if !is_deep && depth <= deepest {
            shallow.push(byte);
        }
    }
    shallow.into()
}

#[cfg(test)]
mod tests {
    use pumphouse_activity::{Activity, Collection, Object};
    use serde_json::json;

    use super::*;

    fn page(items: &Value) -> Collection<Activity> {
        read(json!({"items": items}).to_string().as_bytes(), 48).expect("a page")
    }

    #[test]
    fn an_odd_value_takes_nothing_else_with_it() {
        let odd = [
            (
                "tags",
                json!(["a", {"objectType": "person", "id": "acct:a@b"}]),
            ),
            (
                "links",
                json!({"subscribe": {"template": "x"}, "self": {"href": "y"}}),
            ),
            ("displayName", json!(7)),
            ("image", json!("https://a.example/b.png")),
            ("author", json!("acct:a@b")),
            ("likes", json!(true)),
            (
                "replies",
                json!({"totalItems": -1, "items": [null, {"content": "yes"}]}),
            ),
            ("published", json!({})),
            ("a/b~c", json!({"liked": 1})),
            ("liked", json!("maybe")),
        ];
        for (name, value) in odd {
            let mut note = json!({"objectType": "note", "content": "Hello"});
            note[name] = value;
            let items =
                json!([{"id": "1", "object": note}, {"id": "2", "object": {"content": "next"}}]);
            let items = page(&items).items.expect(name);
            let note = items[0].object.as_ref().expect(name);
            assert_eq!(
                (items.len(), note.content.as_deref()),
                (2, Some("Hello")),
                "{name}"
            );
            match name {
                "tags" => assert_eq!(note.tags.as_ref().unwrap().len(), 1),
                "links" => assert_eq!(note.links.href("self"), Some("y")),
                "replies" => {
                    let replies = note.replies.as_ref().unwrap();
                    assert_eq!(replies.items.as_ref().unwrap().len(), 1);
                    assert_eq!(replies.total_items, None);
                }
                _ => {}
            }
        }
    }

    #[test]
    fn what_is_no_item_is_no_item() {
        let items = page(&json!([null, 7, {"id": "1"}, "x"])).items.unwrap();
        assert_eq!(items.len(), 1);
        assert_eq!(items[0].id.as_deref(), Some("1"));
    }

    #[test]
    fn a_document_of_another_kind_is_none() {
        assert!(read::<Object>(b"[1]", 48).is_none());
        assert!(read::<Object>(b"{\"a\":", 48).is_none());
        assert!(read::<Collection<Activity>>(br#"{"items": {}}"#, 48).is_none());
        assert!(read::<Object>(br#"{"id": 5}"#, 48).is_none());
    }

    #[test]
    fn an_item_of_nothing_but_odd_values_costs_itself_alone() {
        let tags: Vec<Value> = (0..10_000).map(|_| json!({"id": 1})).collect();
        let many = json!({"object": {"content": "tags", "tags": tags}});
        let mut deep = json!({"id": 1});
        for _ in 0..20 {
            deep = json!({"id": 1, "url": 1, "published": 1, "author": deep});
        }
        let items = page(&json!([many, {"object": deep}, {"id": "fine"}]))
            .items
            .unwrap();
        assert_eq!(items.len(), 2);
        let note = items[0].object.as_ref().unwrap();
        assert_eq!((note.content.as_deref(), &note.tags), (Some("tags"), &None));
        assert_eq!(items[1].id.as_deref(), Some("fine"));
    }

    #[test]
    fn what_is_too_deep_is_null() {
        let say = |json: &str| String::from_utf8(shallow(json.as_bytes(), 2).into_owned()).unwrap();
        assert_eq!(say(r#"[[1,"[[["]]"#), r#"[[1,"[[["]]"#);
        assert_eq!(
            say(r#"{"a":[[1,"]"],{"b":"\"]"},2],"c":3}"#),
            r#"{"a":[null,null,2],"c":3}"#
        );
        let bomb = format!(
            r#"{{"items":[{{"id":"1","x":{}{}}}]}}"#,
            "[".repeat(50_000),
            "]".repeat(50_000)
        );
        let read: Collection<Activity> = read(bomb.as_bytes(), 48).unwrap();
        assert_eq!(read.items.unwrap()[0].id.as_deref(), Some("1"));
    }
}
