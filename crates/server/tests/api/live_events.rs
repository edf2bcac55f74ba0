//! Feeds as event streams, and what holds for everything that is told as it happens (pump.io
//! protocol, section 8).

use std::collections::HashMap;
use std::time::Duration;

use pumphouse_testkit::{Caller, Event, Events, PASSWORD, TestServer};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{
    addressed, does, href, ids, mention, note, open_streams, post, post_publicly, public,
};

async fn follow(reader: &Caller, feed: &str) -> Events {
    reader.request("GET", feed).events().await
}

async fn refused(reader: &Caller, feed: &str) -> pumphouse_testkit::Reply {
    let call = reader.request("GET", feed);
    call.header("accept", "text/event-stream").send().await
}

fn id(document: &Value) -> String {
    document["id"].as_str().unwrap().to_owned()
}

async fn next(events: &mut Events) -> Event {
    events.next().await.unwrap()
}

/// The feeds of a user, with the path under the user's address.
pub(crate) const FEEDS: [&str; 9] = [
    "feed",
    "feed/major",
    "feed/minor",
    "inbox",
    "inbox/major",
    "inbox/minor",
    "inbox/direct",
    "inbox/direct/major",
    "inbox/direct/minor",
];

#[tokio::test]
async fn every_feed_is_told_as_it_grows_in_the_order_of_its_pages() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    bob.does(does("follow", alice.person())).await;
    let mut streams = HashMap::new();
    for feed in FEEDS {
        streams.insert(feed, follow(&alice, &alice.path(feed)).await);
    }
    let liked = alice.does(post(note("major"))).await;
    bob.does(addressed(post(note("direct")), "to", &[alice.person()]))
        .await;
    bob.does(addressed(post(note("copied")), "cc", &[alice.person()]))
        .await;
    alice.does(does("like", mention(&liked["object"]))).await;
    for (feed, mut events) in streams {
        let place = events.place.clone();
        let page = alice.get(&alice.path(feed)).await.ok();
        let mut newer = ids(&page);
        if let Some(place) = place.filter(|place| place != "start") {
            newer.truncate(newer.iter().position(|id| *id == place).unwrap());
        }
        newer.reverse();
        assert_eq!(events.ids(newer.len()).await, newer, "{feed}");
        let expected = match feed {
            "feed" | "inbox/major" => 2 + usize::from(feed == "inbox/major"),
            "inbox" => 4,
            "inbox/direct/minor" => 0,
            _ => 1,
        };
        assert_eq!(newer.len(), expected, "{feed}");
    }
}

#[tokio::test]
async fn an_event_is_the_activity_as_the_viewer_reads_it_in_the_feed() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let mut own = follow(&alice, &alice.path("feed/major")).await;
    let mut others = follow(&bob, &alice.path("feed/major")).await;
    let mut strangers = follow(&server.anonymous(), &alice.path("feed/major")).await;
    alice.does(post_publicly(note("for all"))).await;
    for (reader, events) in [(&alice, &mut own), (&bob, &mut others)] {
        let event = next(events).await;
        let page = reader.get(&alice.path("feed/major")).await.ok();
        assert_eq!(event.data, page["items"][0]);
        assert_eq!(event.id, id(&page["items"][0]));
        assert_eq!(event.data["object"]["liked"], false, "the viewer's marks");
    }
    let event = next(&mut strangers).await;
    assert_eq!(event.data["object"]["content"], "for all");
    assert!(
        event.data["object"].get("liked").is_none(),
        "nobody's marks"
    );
}

#[tokio::test]
async fn who_comes_back_misses_nothing_and_gets_nothing_twice() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let feed = alice.path("feed");
    let mut events = follow(&alice, &feed).await;
    let first = id(&alice.does(post(note("1"))).await);
    assert_eq!(next(&mut events).await.id, first);
    drop(events);
    let mut missed = Vec::new();
    for number in 2..40 {
        missed.push(id(&alice.does(post(note(&number.to_string()))).await));
    }
    let back = alice.request("GET", &feed).header("last-event-id", &first);
    let mut events = back.events().await;
    assert_eq!(events.place.as_ref(), Some(&first));
    assert_eq!(events.ids(missed.len()).await, missed);
    let last = id(&alice.does(post(note("last"))).await);
    assert_eq!(next(&mut events).await.id, last);
    // From a page, the same by its newest item.
    let mut since = follow(&alice, &format!("{feed}?since={first}")).await;
    assert_eq!(since.ids(missed.len()).await, missed);
    // What a browser says when it comes back counts more than the address.
    let back = alice.request("GET", &format!("{feed}?since={first}"));
    let mut events = back.header("last-event-id", &missed[37]).events().await;
    assert_eq!(next(&mut events).await.id, last);
}

#[tokio::test]
async fn an_empty_feed_has_a_place_to_come_back_to() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let feed = alice.path("inbox/direct/minor");
    let events = follow(&alice, &feed).await;
    assert_eq!(events.place.as_deref(), Some("start"));
    drop(events);
    let like = does(
        "like",
        mention(&alice.does(post_publicly(note("x"))).await["object"]),
    );
    let liked = id(&bob.does(addressed(like, "to", &[alice.person()])).await);
    let back = alice.request("GET", &feed).header("last-event-id", "start");
    assert_eq!(next(&mut back.events().await).await.id, liked);
}

#[tokio::test]
async fn a_place_that_is_not_in_the_feed_is_refused() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let feed = alice.path("feed");
    let call = alice.request("GET", &feed).header("last-event-id", "x");
    let call = call.header("accept", "text/event-stream");
    let path = alice.path("feed");
    call.send()
        .await
        .refused(400, &format!("id 'x' not found in stream '{path}'"));
}

/// Quirk 38: private activities, inboxes and hidden recipients are not for everybody.
#[tokio::test]
async fn quirk_38_streams_show_only_what_the_viewer_may_read() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let nobody = server.anonymous();
    let inbox = alice.path("inbox");
    refused(&nobody, &inbox)
        .await
        .refused(401, "Not logged in.");
    refused(&alice.two_legged(), &inbox)
        .await
        .refused(401, "Not logged in.");
    refused(&bob, &inbox).await.refused(401, "Not authorized");

    let feed = alice.path("feed");
    let mut own = follow(&alice, &feed).await;
    let mut streams = Vec::new();
    for reader in [&bob, &alice.two_legged(), &nobody] {
        streams.push(follow(reader, &feed).await);
    }
    let hidden = addressed(post(note("secret")), "bcc", &[bob.person()]);
    let hidden = id(&alice.does(hidden).await);
    let open = addressed(post_publicly(note("open")), "bto", &[bob.person()]);
    let open = id(&alice.does(open).await);
    for wanted in [&hidden, &open] {
        let event = next(&mut own).await;
        assert_eq!(event.id, *wanted);
        let concealed = if *wanted == hidden { "bcc" } else { "bto" };
        assert_eq!(event.data[concealed][0]["id"], bob.id());
    }
    assert_eq!(next(&mut streams[0]).await.id, hidden);
    for events in &mut streams {
        let event = next(events).await;
        assert_eq!(event.id, open);
        let text = event.data.to_string();
        assert!(!text.contains("bto") && !text.contains("bcc"), "{text}");
        // Quirk 65: private keys do not leave the server.
        assert!(!text.contains("\"_"), "{text}");
    }
}

#[tokio::test]
async fn the_inbox_of_a_group_is_for_those_who_may_see_the_group() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let club = json!({"objectType": "group", "displayName": "Chess"});
    let create = |to: &[Value]| addressed(does("create", club.clone()), "to", to);
    let open = alice.does(create(&[public()])).await["object"].clone();
    let closed = alice.does(create(&[alice.person()])).await["object"].clone();
    let inbox = |group: &Value| format!("{}/inbox", href(group));
    refused(&bob, &inbox(&closed)).await.refusal(403);
    let by_id = format!("/api/group/inbox?id={}", open["id"].as_str().unwrap());
    let mut streams = vec![
        follow(&bob, &inbox(&open)).await,
        follow(&bob, &by_id).await,
    ];
    let to_group = addressed(post(note("check")), "to", &[mention(&open), bob.person()]);
    let to_group = id(&alice.does(to_group).await);
    for events in &mut streams {
        assert_eq!(next(events).await.id, to_group);
    }
}

#[tokio::test]
async fn what_is_no_feed_of_activities_is_answered_as_ever() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    for path in ["followers", "favorites", "profile", "lists/person"] {
        let reply = refused(&alice, &alice.path(path)).await;
        assert_eq!((path, reply.status), (path, 200));
    }
    refused(&alice, "/api/user/nobody/feed").await.refusal(404);
    // A page of the feed is still there for all others.
    alice.get(&alice.path("feed")).await.ok();
}

#[tokio::test]
async fn a_revoked_token_ends_the_stream_before_anything_is_told() {
    let server = TestServer::start().await;
    let (first, bob) = (server.user("alice").await, server.user("bob").await);
    let client = server.client().await;
    let temporary = crate::support::begin(&client, "oob").await;
    let verifier = crate::support::agree(&server, "alice", &temporary).await;
    let second = crate::support::exchange(&client, &temporary, &verifier).await;
    let second = client.with_token(crate::support::credentials(&second));
    let mut kept = follow(&first, &first.path("inbox")).await;
    let mut lost = follow(&second, &first.path("inbox")).await;
    let change = json!({"nickname": "alice", "password": format!("{PASSWORD}2")});
    first.put_json("/api/user/alice", &change).await.ok();
    let note = addressed(post(note("private")), "to", &[first.person()]);
    let note = id(&bob.does(note).await);
    assert_eq!(lost.next().await, None);
    assert_eq!(next(&mut kept).await.id, note);
}

#[tokio::test]
async fn a_bearer_token_reads_what_its_person_reads() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let token = crate::bearer::token_for(&server, "alice").await;
    let call = server.anonymous().request("GET", &alice.path("inbox"));
    let mut events = call.bearer(&token).events().await;
    let posted = id(&alice.does(post(note("1"))).await);
    assert_eq!(next(&mut events).await.id, posted);
    let change = json!({"nickname": "alice", "password": format!("{PASSWORD}2")});
    alice.put_json("/api/user/alice", &change).await.ok();
    alice.does(post(note("2"))).await;
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_session_reads_until_it_ends() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let mut browser = server.browser();
    browser.log_in("alice").await;
    let mut events = browser.request("GET", &alice.path("inbox")).events().await;
    let posted = id(&alice.does(post(note("1"))).await);
    assert_eq!(next(&mut events).await.id, posted);
    browser.submit("/main/logout", &[]).await;
    alice.does(post(note("2"))).await;
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_deleted_account_reads_nothing_more() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let mut events = follow(&bob, &alice.path("feed")).await;
    assert_eq!(
        bob.request("DELETE", "/api/user/bob").send().await.status,
        200
    );
    alice.does(post_publicly(note("on"))).await;
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_post_reaches_many_followers_once_each() {
    const FOLLOWERS: usize = 130;
    let server = TestServer::start_with(|builder| builder.metrics("127.0.0.1:0")).await;
    let client = server.client().await;
    let alice = client.new_user("alice").await;
    let mut streams = Vec::new();
    for number in 0..FOLLOWERS {
        let reader = client.new_user(&format!("reader{number}")).await;
        reader.does(does("follow", alice.person())).await;
        streams.push(follow(&reader, &reader.path("inbox")).await);
        streams.push(follow(&server.anonymous(), &alice.path("feed")).await);
    }
    let streams_open = FOLLOWERS as u64 * 2;
    assert_eq!(open_streams(&server, "events").await, streams_open);
    let mut posted = Vec::new();
    for number in 0..3 {
        posted.push(id(&alice
            .does(post_publicly(note(&number.to_string())))
            .await));
    }
    for mut events in streams {
        assert_eq!(events.ids(3).await, posted);
    }
    // Readers who have gone away are noticed.
    while open_streams(&server, "events").await > 0 {
        alice.does(post_publicly(note("?"))).await;
    }
}

#[tokio::test]
async fn who_takes_nothing_is_cut_off_and_harms_nobody() {
    let server = TestServer::start_with(|builder| {
        builder
            .metrics("127.0.0.1:0")
            .stall_limit(Duration::from_millis(200))
    })
    .await;
    let alice = server.user("alice").await;
    let mut well = follow(&server.anonymous(), &alice.path("feed")).await;
    let mut slow = server.connect().await;
    let request =
        "GET /api/user/alice/feed HTTP/1.1\r\nHost: pump.test\r\nAccept: text/event-stream\r\n\r\n";
    slow.write_all(request.as_bytes()).await.unwrap();
    slow.read_u8().await.unwrap();
    assert_eq!(open_streams(&server, "events").await, 2);
    // More than the machine's own buffers hold.
    let large = "x".repeat(90_000);
    let mut posted = 0;
    while open_streams(&server, "events").await > 1 {
        let large = id(&alice.does(post_publicly(note(&large))).await);
        assert_eq!(next(&mut well).await.id, large);
        posted += 1;
        assert!(posted < 2_000, "nobody was cut off");
    }
}

#[tokio::test]
async fn streams_end_with_the_server() {
    let mut server = TestServer::start().await;
    let alice = server.user("alice").await;
    let mut streams = Vec::new();
    for feed in FEEDS {
        streams.push(follow(&alice, &alice.path(feed)).await);
    }
    server.stop().await;
    for mut events in streams {
        assert_eq!(events.next().await, None);
    }
    server.restart().await;
    follow(&alice, &alice.path("inbox")).await;
}

#[tokio::test]
async fn one_address_holds_so_many_streams() {
    let server = TestServer::start_with(|builder| builder.limits_per_address(0, 3)).await;
    let alice = server.user("alice").await;
    let from = |address: &str| {
        let call = server.anonymous().request("GET", &alice.path("feed"));
        call.header("x-forwarded-for", address)
    };
    let mut streams = Vec::new();
    for _ in 0..3 {
        streams.push(from("203.0.113.5").events().await);
    }
    let call = from("203.0.113.5").header("accept", "text/event-stream");
    call.send()
        .await
        .refused(429, "Your address holds as many streams as it may.");
    from("203.0.113.6").events().await;
    let posted = id(&alice.does(post_publicly(note("told"))).await);
    assert_eq!(next(&mut streams[0]).await.id, posted);
}
