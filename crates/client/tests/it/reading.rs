//! Everything that can be read: at the real server, and at servers with the defects of pump.io.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use pumphouse_client::activity::{Collection, Object};
use pumphouse_client::{
    Client, ClientCredentials, Endpoints, ErrorKind, Feed, FileStore, Recipient, Session,
    TokenCredentials, Url,
};
use serde_json::{Value, json};

use crate::peer::{Peer, Reply, Seen, answer, json as reply};
use crate::person::RealServer;
use crate::real::log_in;

fn texts<'a>(items: impl IntoIterator<Item = &'a Object>) -> Vec<&'a str> {
    let text = |it: &'a Object| it.content.as_deref().or(it.display_name.as_deref());
    items.into_iter().filter_map(text).collect()
}

async fn all(feed: &Feed) -> Vec<Object> {
    feed.items().page_size(2).collect().await.unwrap()
}

#[tokio::test]
async fn a_feed_is_walked_in_both_directions_and_no_further_than_asked() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let mut ids = Vec::new();
    for n in 0..7 {
        let posted = alice.note(n.to_string()).to(Recipient::Public).send().await;
        ids.push(posted.unwrap().id.clone().unwrap());
    }
    let outbox = alice.outbox().major();
    let mut walked = Vec::new();
    let mut stream = outbox.items().page_size(3).limit(5).stream();
    while let Some(activity) = stream.next().await {
        walked.push(activity.unwrap().id.unwrap());
    }
    let expected: Vec<_> = ids.iter().rev().take(5).cloned().collect();
    assert_eq!(walked, expected);

    let newer = outbox.items().page_size(2).since(&ids[1]).stream();
    let newer: Vec<_> = newer.map(|it| it.unwrap().id.unwrap()).collect().await;
    assert_eq!(newer, ids[2..]);
    let older = outbox.items().before(&ids[2]).collect().await.unwrap();
    assert_eq!(older.len(), 2);
    let none = outbox.items().limit(0).collect().await.unwrap();
    assert!(none.is_empty());
    let shifted = outbox.page().count(2).offset(3).send().await.unwrap();
    assert_eq!(shifted.items()[0].id.as_ref(), Some(&ids[3]));
    let unknown = outbox.items().before("http://x/1").collect().await;
    assert_eq!(unknown.unwrap_err().kind(), ErrorKind::Refused);
}

#[tokio::test]
async fn people_lists_and_favourites_are_read() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let (bob, _) = log_in(&server, "bob").await;
    let (carol, _) = log_in(&server, "carol").await;
    for friend in [&bob, &carol] {
        friend.follow(server.acct("alice")).send().await.unwrap();
    }
    let list = alice.create_list("Bowlers").send().await.unwrap();
    let list = list.object.as_deref().unwrap();
    for name in ["bob", "carol"] {
        alice.add(server.acct(name), list).send().await.unwrap();
    }
    for n in 0..5 {
        let posted = alice.note(n.to_string()).to(Recipient::Public).send().await;
        bob.like(posted.unwrap().object.as_deref().unwrap())
            .send()
            .await
            .unwrap();
    }

    assert_eq!(texts(&all(&alice.followers()).await), ["carol", "bob"]);
    assert_eq!(
        texts(&all(&alice.followers().search("CAR")).await),
        ["carol"]
    );
    assert_eq!(texts(&all(&bob.following()).await), ["alice"]);
    assert_eq!(
        texts(&all(&bob.favourites()).await),
        ["4", "3", "2", "1", "0"]
    );
    let found = alice.list_named("Bowlers").await.unwrap().unwrap();
    assert!(found.is_same(list));
    assert_eq!(alice.list_named("Nobody").await.unwrap(), None);
    assert_eq!(all(&alice.lists()).await.len(), 5);
    assert_eq!(texts(&all(&alice.members(&found)).await), ["carol", "bob"]);
    let users = alice.users().items().page_size(2).collect().await.unwrap();
    let names: BTreeSet<_> = users
        .iter()
        .filter_map(|it| it.nickname.as_deref())
        .collect();
    assert_eq!(names, BTreeSet::from(["alice", "bob", "carol"]));

    // Alice as others see her, by address and by object.
    let by_address = bob.person(server.acct("alice"));
    let profile = by_address.profile().await.unwrap();
    assert_eq!(profile.preferred_username.as_deref(), Some("alice"));
    let by_object = bob.person(&*profile);
    for alice in [&by_address, &by_object] {
        assert_eq!(
            alice.followers().page().send().await.unwrap().items().len(),
            2
        );
        assert_eq!(
            alice.following().page().send().await.unwrap().items().len(),
            0
        );
        assert_eq!(
            alice
                .outbox()
                .major()
                .items()
                .collect()
                .await
                .unwrap()
                .len(),
            5
        );
        alice.lists().page().send().await.unwrap();
    }
    assert_eq!(
        texts(&all(&carol.person(server.acct("bob")).favourites()).await).len(),
        5
    );
    let nobody = bob.person(server.acct("nobody")).profile().await;
    assert_eq!(nobody.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn what_hangs_on_objects_and_groups_is_read() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let (bob, _) = log_in(&server, "bob").await;
    let note = alice.note("x").to(Recipient::Public).send().await.unwrap();
    let note = note.object.as_deref().unwrap();
    for n in 0..3 {
        bob.comment(note, n.to_string()).send().await.unwrap();
    }
    bob.like(note).send().await.unwrap();
    bob.share(note).send().await.unwrap();
    assert_eq!(texts(&all(&alice.replies(note)).await), ["2", "1", "0"]);
    assert_eq!(texts(&all(&alice.likes(note)).await), ["bob"]);
    assert_eq!(texts(&all(&alice.shares(note)).await), ["bob"]);
    let mention = Object::reference("note", note.id.clone().unwrap());
    let whole = bob.load(&mention).await.unwrap();
    assert_eq!(whole.reply_count(), Some(3));

    let group = alice
        .create_group("Chess")
        .to(Recipient::Public)
        .send()
        .await;
    let group = group.unwrap();
    let group = group.object.as_deref().unwrap();
    alice.join(group).send().await.unwrap();
    bob.join(group).send().await.unwrap();
    alice.note("e4").to(group).send().await.unwrap();
    alice.note("rules").target(group).send().await.unwrap();
    assert_eq!(texts(&all(&bob.members(group)).await).len(), 2);
    assert_eq!(texts(&all(&bob.documents(group)).await), ["rules"]);
    let inbox = bob.group_inbox(group).items().collect().await.unwrap();
    let notes = inbox.iter().filter_map(|it| it.object.as_deref());
    assert!(texts(notes).contains(&"e4"));

    let bare = alice.replies(&Object::new("note")).page().send().await;
    assert_eq!(bare.unwrap_err().kind(), ErrorKind::InvalidInput);
}

fn session(client: &Client, peer: &Peer) -> Session {
    let base = peer.url("/").parse().unwrap();
    client
        .server(&peer.acct("alice"), Endpoints::well_known(&base))
        .registered_as(ClientCredentials::new("the-key", "the-hush"))
        .session(TokenCredentials::new("token", "token-hush"))
}

fn client() -> Client {
    Client::builder("Test.io").build().unwrap()
}

fn argument(seen: &Seen, name: &str) -> Option<String> {
    let url: Url = format!("http://x{}", seen.target).parse().unwrap();
    let found = url.query_pairs().find(|(own, _)| own == name);
    found.map(|(_, value)| value.into_owned())
}

fn number(seen: &Seen, name: &str, otherwise: usize) -> usize {
    argument(seen, name).map_or(otherwise, |text| text.parse().unwrap())
}

fn page(items: impl Iterator<Item = usize>, total: Option<usize>) -> Reply {
    let items: Vec<Value> = items
        .map(|n| json!({"objectType": "note", "id": format!("http://x/{n}")}))
        .collect();
    reply(&json!({"items": items, "totalItems": total}).to_string())
}

/// Ids of everything a session finds among its favourites.
async fn favourites(
    answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
) -> (Vec<usize>, usize) {
    let peer = Peer::start(answer).await;
    let items = session(&client(), &peer).favourites().items().page_size(20);
    let items = items.collect().await.unwrap();
    let number = |it: &Object| it.id.as_ref()?.rsplit('/').next()?.parse().ok();
    (items.iter().filter_map(number).collect(), peer.seen().len())
}

#[tokio::test]
async fn collections_without_next_links_are_read_by_place() {
    // Quirk 57: favourites give no next link.
    let honest = favourites(|seen| {
        let (offset, count) = (number(seen, "offset", 0), number(seen, "count", 20));
        page((offset..45).take(count), Some(45))
    });
    assert_eq!(honest.await, ((0..45).collect(), 3));
    // Without a total a short page is the last.
    let silent = favourites(|seen| {
        let (offset, count) = (number(seen, "offset", 0), number(seen, "count", 20));
        page((offset..45).take(count), None)
    });
    assert_eq!(silent.await, ((0..45).collect(), 3));
}

#[tokio::test]
async fn the_offset_defect_neither_repeats_nor_loses_items() {
    // Quirk 57: filtered collections give the first O + C items.
    let defect = favourites(|seen| {
        let (offset, count) = (number(seen, "offset", 0), number(seen, "count", 20));
        page((0..45).take(offset + count), Some(45))
    });
    assert_eq!(defect.await, ((0..45).collect(), 3));
    // Near the end some give everything, whatever was asked for (pump.io issue 1087).
    let whole = favourites(|seen| match number(seen, "offset", 0) {
        40 => page(0..45, Some(45)),
        offset => page((offset..45).take(20), Some(45)),
    });
    assert_eq!(whole.await, ((0..45).collect(), 3));
}

#[tokio::test]
async fn collections_where_servers_know_no_ids_are_read_oldest_first() {
    let peer = Peer::start(|seen| {
        let (offset, count) = (number(seen, "offset", 0), number(seen, "count", 20));
        page((offset..45).take(count), Some(45))
    })
    .await;
    let favourites = session(&client(), &peer).favourites();
    let place = |it: &Object| it.id.as_ref()?.rsplit('/').next()?.parse().ok();
    let whole = favourites.items().page_size(20).oldest_first().collect();
    let whole: Vec<usize> = whole.await.unwrap().iter().filter_map(place).collect();
    assert_eq!(whole, (0..45).rev().collect::<Vec<_>>());
    // The newest of them, where that is too much.
    let newest = favourites.items().page_size(20).limit(25).oldest_first();
    let newest: Vec<usize> = newest
        .collect()
        .await
        .unwrap()
        .iter()
        .filter_map(place)
        .collect();
    assert_eq!(newest, (0..25).rev().collect::<Vec<_>>());
    let none = favourites.items().limit(0).oldest_first().collect().await;
    assert!(none.unwrap().is_empty());
    // An error on the way gives nothing of what would come after it.
    let broken = Peer::start(|seen| match number(seen, "offset", 0) {
        0 => page(0..20, Some(45)),
        _ => answer(500, "text/plain", "oops"),
    })
    .await;
    let items = session(&client(), &broken).favourites().items();
    let mut stream = items.page_size(20).oldest_first().stream();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn servers_that_lead_on_for_ever_are_left() {
    // The same page at every place (PyPump's endless favourites, pump.io issue 812).
    let same = favourites(|_| page(0..20, Some(1_000_000)));
    assert_eq!(same.await, ((0..20).collect(), 2));
    // Two pages that lead to each other.
    let circle = Peer::start(|seen| {
        let before = argument(seen, "before").unwrap_or_default();
        let (items, next) = if before.ends_with("/1") {
            (2, 2)
        } else {
            (1, 1)
        };
        reply(
            &json!({"items": [{"id": format!("http://x/{items}")}],
                "links": {"next": {"href": format!("?before=http://x/{next}")}}})
            .to_string(),
        )
    })
    .await;
    let inbox = session(&client(), &circle).inbox().items().collect().await;
    assert_eq!(inbox.unwrap().len(), 2);
    // Items without ids, and endless pages of them.
    let nameless = Peer::start(|_| {
        reply(r#"{"items":[{"verb":"post"}],"links":{"next":{"href":"?before=http://x/1"}}}"#)
    })
    .await;
    let inbox = session(&client(), &nameless)
        .inbox()
        .items()
        .collect()
        .await;
    assert_eq!(inbox.unwrap().len(), 1);
    // New items without end, and nobody who wants more than some.
    let endless = Peer::start(|seen| {
        let last = argument(seen, "before").map_or(0, |id| id[9..].parse::<u64>().unwrap());
        let id = format!("http://x/{}", last + 1);
        reply(
            &json!({"items": [{"id": id}], "links": {"next": {"href": format!("?before={id}")}}})
                .to_string(),
        )
    })
    .await;
    let inbox = session(&client(), &endless).inbox().items().limit(30);
    assert_eq!(inbox.collect().await.unwrap().len(), 30);
    assert_eq!(endless.seen().len(), 30);
}

#[tokio::test]
async fn place_and_id_are_never_asked_for_at_once() {
    let peer = Peer::start(|_| reply(r#"{"items":[]}"#)).await;
    let inbox = session(&client(), &peer).inbox();
    inbox.page().offset(5).before("b").send().await.unwrap();
    inbox.page().before("b").since("s").send().await.unwrap();
    inbox.page().since("s").offset(5).send().await.unwrap();
    let asked: Vec<_> = peer
        .seen()
        .iter()
        .map(|it| it.target[21..].to_owned())
        .collect();
    assert_eq!(asked, ["?before=b", "?since=s", "?count=20&offset=5"]);
}

/// Another server, which knows one registration at a time and forgets it when told.
fn elsewhere(seen: &Seen) -> Reply {
    let authorization = seen.header("authorization").unwrap_or_default().to_owned();
    match (seen.method.as_str(), seen.path()) {
        ("POST", "/api/client/register") => {
            reply(r#"{"client_id":"their-key","client_secret":"their-hush","expires_at":0}"#)
        }
        ("GET", "/api/user/bob/followers" | "/api/user/bob/profile" | "/api/note/1") => {
            assert!(authorization.contains("their-key") && !authorization.contains("oauth_token="));
            reply(r#"{"displayName":"theirs","items":[{"id":"acct:carol@x"}]}"#)
        }
        _ => crate::peer::pump(seen),
    }
}

#[tokio::test]
async fn other_servers_are_registered_with_once_and_remembered() {
    let home = Peer::start(|_| answer(404, "application/json", r#"{"error":"No"}"#)).await;
    let there = Peer::start(elsewhere).await;
    let directory = tempfile::tempdir().unwrap();
    for start in 0..2 {
        let store = FileStore::at(directory.path());
        let client = Client::builder("Test.io").store(store).build().unwrap();
        let alice = session(&client, &home);
        let bob = alice.person(there.acct("bob"));
        let profile = bob.profile().await.unwrap();
        assert_eq!(profile.display_name.as_deref(), Some("theirs"));
        assert_eq!(bob.followers().items().collect().await.unwrap().len(), 1);
        // What the own server has no copy of comes from where it is.
        let note = Object::reference("note", there.url("/api/note/1"));
        alice.load(&note).await.unwrap();
        let registrations = there
            .paths()
            .iter()
            .filter(|it| it.starts_with("POST"))
            .count();
        assert_eq!(registrations, 1, "start {start}");
        assert!(client.accounts().await.unwrap().is_empty());
    }
    assert_eq!(home.paths(), ["GET /api/note", "GET /api/note"]);
}

#[tokio::test]
async fn a_copy_that_is_a_mere_mention_does_not_stand_for_the_object() {
    let there = Peer::start(elsewhere).await;
    let id = there.url("/api/note/1");
    let copy = json!({"objectType": "note", "id": id, "published": "2026-11-26T03:06:15Z"});
    let home = Peer::start(move |_| reply(&copy.to_string())).await;
    let note = Object::reference("note", id);
    let read = session(&client(), &home).load(&note).await.unwrap();
    assert_eq!(read.display_name.as_deref(), Some("theirs"));
}

#[tokio::test]
async fn a_server_that_forgot_the_program_is_told_anew() {
    let home = Peer::start(|_| reply("{}")).await;
    let forgetful = Peer::start({
        let times = std::sync::atomic::AtomicUsize::new(0);
        move |seen| match seen.path() {
            "/api/client/register" => {
                let n = times.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                reply(&format!(
                    r#"{{"client_id":"key-{n}","client_secret":"hush"}}"#
                ))
            }
            "/api/user/bob/profile" => {
                if seen.header("authorization").unwrap().contains("key-0") {
                    answer(401, "text/plain", "Invalid / used nonce")
                } else {
                    reply(r#"{"displayName":"Bob"}"#)
                }
            }
            _ => crate::peer::pump(seen),
        }
    })
    .await;
    let bob = session(&client(), &home).person(forgetful.acct("bob"));
    assert_eq!(
        bob.profile().await.unwrap().display_name.as_deref(),
        Some("Bob")
    );
}

#[tokio::test]
async fn the_own_servers_proxy_is_asked_first() {
    let home = Peer::start(|_| reply(r#"{"items":[{"id":"http://x/1"}]}"#)).await;
    let there = Peer::start(|_| Reply::Hangup).await;
    let replies: Collection = serde_json::from_value(json!({
        "url": there.url("/api/note/1/replies"),
        "pump_io": {"proxyURL": home.url("/api/proxy/x")},
    }))
    .unwrap();
    let note = Object {
        replies: Some(Box::new(replies)),
        ..Object::new("note")
    };
    let replies = session(&client(), &home).replies(&note).page().send().await;
    assert_eq!(replies.unwrap().items().len(), 1);
    assert_eq!(home.paths(), ["GET /api/proxy/x"]);
    assert!(there.seen().is_empty());
}

#[tokio::test]
async fn nobody_far_away_makes_the_program_knock_on_this_machine() {
    let here = Peer::start(|_| reply("{}")).await;
    let base = "https://pump.example/".parse().unwrap();
    let session = client()
        .server(
            &"alice@pump.example".parse().unwrap(),
            Endpoints::well_known(&base),
        )
        .registered_as(ClientCredentials::new("k", "s"))
        .session(TokenCredentials::new("t", "s"));
    let note = Object {
        replies: Some(Box::new(Collection::at(here.url("/x")))),
        ..Object::new("note")
    };
    let error = session.replies(&note).page().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ForeignOrigin);
    assert!(here.seen().is_empty());
}

#[tokio::test]
async fn items_without_a_type_are_what_their_collection_holds() {
    let types = |json: &'static str| async move {
        let peer = Peer::start(move |_| reply(json)).await;
        let items = session(&client(), &peer).followers().items();
        let items = items.collect().await.unwrap();
        let types = items.into_iter().map(|item| item.object_type);
        types.collect::<Vec<_>>()
    };
    let some = |name: &str| Some(name.to_owned());
    let items =
        r#"{"objectTypes":["person"],"items":[{"id":"a"},{"id":"b","objectType":"group"}]}"#;
    assert_eq!(types(items).await, [some("person"), some("group")]);
    // Which of several it is, nobody knows.
    let items = r#"{"objectTypes":["person","group"],"items":[{"id":"a"}]}"#;
    assert_eq!(types(items).await, [None]);
    assert_eq!(types(r#"{"items":[{"id":"a"}]}"#).await, [None]);
    assert_eq!(
        types(r#"{"objectTypes":[],"items":[{"id":"a"}]}"#).await,
        [None]
    );
}

#[tokio::test]
async fn what_came_along_is_read_without_a_request() {
    let peer = Peer::start(|_| {
        reply(
            r#"{"objectType":"note","id":"n",
                "likes":{"totalItems":1,"items":[{"objectType":"person","id":"acct:bob@x"}]},
                "replies":{"totalItems":9,"items":[{"objectType":"comment","id":"c"}]}}"#,
        )
    })
    .await;
    let note = session(&client(), &peer)
        .object("/api/note/1")
        .await
        .unwrap();
    let (likes, replies) = (note.likes.as_ref().unwrap(), note.replies.as_ref().unwrap());
    assert!(likes.is_whole() && !replies.is_whole());
    assert_eq!(
        likes.items.as_ref().unwrap()[0].id.as_deref(),
        Some("acct:bob@x")
    );
    assert_eq!(replies.items.as_ref().unwrap().len(), 1);
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn who_has_not_confirmed_an_address_is_told_so() {
    // The words are pump.io's (pump.io protocol, section 3.5).
    let words = "Can't use the API until you confirm your email address.";
    let body = json!({"error": words}).to_string();
    let peer = Peer::start(move |_| answer(403, "application/json", &body)).await;
    let alice = session(&client(), &peer);
    for error in [
        alice.inbox().page().send().await.map(drop).unwrap_err(),
        alice.note("x").send().await.map(drop).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        assert_eq!(error.server_text(), Some(words));
    }
}
