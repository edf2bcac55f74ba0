//! Every entry point that takes JSON, with the corpus of its fuzz target and with documents that are
//! nearly right.

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

#[expect(
    unreachable_pub,
    clippy::expect_used,
    reason = "elsewhere it is the library of the fuzz target"
)]
#[path = "../../fuzz/src/lib.rs"]
mod checks;

use checks::{ENTRIES, World};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/body");

/// What is often a property's name.
const NAMES: &[&str] = &[
    "objectType",
    "id",
    "url",
    "content",
    "summary",
    "displayName",
    "object",
    "verb",
    "actor",
    "to",
    "cc",
    "bto",
    "bcc",
    "target",
    "inReplyTo",
    "attachments",
    "image",
    "fullImage",
    "stream",
    "width",
    "height",
    "published",
    "updated",
    "author",
    "likes",
    "replies",
    "shares",
    "members",
    "items",
    "totalItems",
    "tags",
    "location",
    "position",
    "latitude",
    "links",
    "self",
    "href",
    "_uuid",
    "pump_io",
    "nickname",
    "password",
    "email",
    "profile",
    "settings",
    "type",
    "client_id",
    "client_secret",
    "application_name",
    "application_type",
    "redirect_uris",
    "contacts",
    "logo_url",
    "generator",
    "provider",
    "source",
    "objectTypes",
    "followers",
    "following",
    "favorites",
    "lists",
    "preferredUsername",
    "upstreamDuplicates",
    "embedCode",
    "deleted",
    "liked",
    "title",
    "grant_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "scope",
    "host",
    "webfinger",
    "token",
    "date",
    "force",
    "duration",
    "rating",
    "",
];

/// What often stands in a property.
const TEXTS: &[&str] = &[
    "",
    "note",
    "person",
    "image",
    "collection",
    "group",
    "comment",
    "activity",
    "post",
    "create",
    "follow",
    "stop-following",
    "favorite",
    "unlike",
    "share",
    "unshare",
    "update",
    "delete",
    "add",
    "remove",
    "join",
    "leave",
    "@note",
    "@list",
    "@group",
    "@alice",
    "@bob",
    "@activity",
    "http://activityschema.org/collection/public",
    "https://pump.test/api/user/alice/followers",
    "https://elsewhere.test/1",
    "acct:nobody@elsewhere.test",
    "tag:elsewhere.test,2026:1",
    "javascript:alert(1)",
    "<script>alert(1)</script>",
    "<b onclick=x>x</b>",
    "<svg><style>",
    "2026-11-25T10:00:00Z",
    "1969-02-30T25:61:61Z",
    "\u{0}",
    "\u{202e}\u{feff}",
    "alice",
    "dave",
    "client_associate",
    "client_update",
    "authorization_code",
    "client_credentials",
    "@key",
    "@secret",
    "{\"cmd\":\"follow\",\"url\":\"https://pump.test/api/user/alice/feed\"}",
    "{\"cmd\":\"rise\",\"message\":{}}",
    "web",
    "native",
    "a@b.test",
    "%00",
    "../..",
    "+1-1/",
];

fn text() -> impl Strategy<Value = Value> {
    let known = prop::sample::select(TEXTS).prop_map(Value::from);
    prop_oneof![4 => known, 1 => ".{0,30}".prop_map(Value::from)]
}

fn name() -> impl Strategy<Value = String> {
    let known = prop::sample::select(NAMES).prop_map(str::to_owned);
    prop_oneof![9 => known, 1 => ".{0,8}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => text(),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let members = prop::collection::vec((name(), inner.clone()), 0..5);
        prop_oneof![
            1 => prop::collection::vec(inner, 0..4).prop_map(Value::from),
            3 => members.prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// One change of a document: where, to what, and under which name if it is to be added.
type Change = (Index, Value, Option<String>);

fn change() -> impl Strategy<Value = Change> {
    (any::<Index>(), value(), prop::option::of(name()))
}

/// All values of a document, from the inside out.
fn places(document: &Value, here: &str, found: &mut Vec<String>) {
    match document {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            let name = name.replace('~', "~0").replace('/', "~1");
            places(value, &format!("{here}/{name}"), found);
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(number, item)| {
            places(item, &format!("{here}/{number}"), found);
        }),
        _ => {}
    }
    found.push(here.to_owned());
}

fn apply(document: &mut Value, (index, value, name): Change) {
    let mut found = Vec::new();
    places(document, "", &mut found);
    let Some(place) = document.pointer_mut(index.get::<String>(&found)) else {
        return;
    };
    match (place, name) {
        (Value::Object(members), Some(name)) => {
            members.insert(name, value);
        }
        (Value::Array(items), Some(_)) => items.push(value),
        (place, _) => *place = value,
    }
}

fn corpus() -> Vec<Vec<u8>> {
    let mut files: Vec<_> = std::fs::read_dir(CORPUS)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| std::fs::read(file).unwrap())
        .collect()
}

/// The documents of the corpus, each with the name of its entry point.
fn documents() -> Vec<(String, Value)> {
    let split = |file: Vec<u8>| {
        let text = String::from_utf8(file).ok()?;
        let (name, body) = text.split_once('\n')?;
        Some((name.to_owned(), serde_json::from_str(body).ok()?))
    };
    corpus().into_iter().filter_map(split).collect()
}

#[test]
fn the_corpus_is_answered_and_has_documents_for_every_entry_point() {
    let world = World::new();
    for file in corpus() {
        world.body(&file);
    }
    let documents = documents();
    for (entry, ..) in ENTRIES {
        assert!(documents.iter().any(|(name, _)| name == entry), "{entry}");
    }
}

#[test]
fn documents_that_are_nearly_right_are_taken_whole_or_refused() {
    let world = World::new();
    let changes = prop::collection::vec(change(), 1..4);
    let input = (prop::sample::select(documents()), changes);
    // The same documents each time; more of them with PROPTEST_CASES.
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, random);
    let run = runner.run(&input, |((entry, mut document), changes)| {
        changes
            .into_iter()
            .for_each(|change| apply(&mut document, change));
        world.body(format!("{entry}\n{document}").as_bytes());
        Ok(())
    });
    if let Err(failure) = run {
        panic!("{failure}");
    }
}
