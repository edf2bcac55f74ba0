//! Feeds as they grow: at the real server, and at servers that offer no events, or bad ones.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pumphouse_client::activity::{Activity, Object};
use pumphouse_client::{
    Client, ErrorKind, Exchange, ItemStream, Method, Reach, Recipient, Session, Url, Watch,
};
use serde_json::json;

use crate::peer::{Peer, Reply, Seen, answer, answer_with, json as reply};
use crate::person::RealServer;
use crate::real::log_in;
use crate::session::{session, session_of};

/// Nothing that a test waits for takes longer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Whoever waits so long between reads hears of nothing but by listening.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// Hardly a pause between reads.
fn quick(watch: Watch) -> Watch {
    let pause = Duration::from_millis(100);
    watch.shortest_pause(pause).longest_pause(pause)
}

pub(crate) async fn next(stream: &mut ItemStream<Activity>) -> pumphouse_client::Result<Activity> {
    let next = tokio::time::timeout(PATIENCE, stream.next());
    next.await.unwrap().unwrap()
}

/// What the next note says.
pub(crate) async fn text(stream: &mut ItemStream<Activity>) -> String {
    let activity = next(stream).await.unwrap();
    activity.object.unwrap().content.unwrap()
}

async fn failure(stream: &mut ItemStream<Activity>) -> ErrorKind {
    let error = next(stream).await.unwrap_err();
    assert!(stream.next().await.is_none(), "it goes on after {error}");
    error.kind()
}

pub(crate) async fn post(session: &Session, text: &str, to: impl Into<Recipient>) -> String {
    let posted = session.note(text).to(to).send().await.unwrap();
    posted.id.clone().unwrap()
}

/// Waits until a condition holds.
pub(crate) async fn until(condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();
}

/// The other session of somebody who has logged in with one before, and what it has sent.
async fn log_in_watched(server: &RealServer, name: &str) -> (Session, Session, Log) {
    let (other, mut person) = log_in(server, name).await;
    let log = Log::default();
    let lines = Arc::clone(&log.0);
    let client = Client::builder("Test.io").observer(move |exchange: &Exchange<'_>| {
        let line = format!("{} {:?}", exchange.url, exchange.status);
        lines.lock().unwrap().push(line);
    });
    let agree = async |url: Url| Ok::<_, std::io::Error>(person.agree(&url).await);
    let client = client.build().unwrap();
    let session = client.connect(&server.acct(name), agree).await.unwrap();
    (session, other, log)
}

/// The exchanges that have ended.
#[derive(Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn count(&self, part: &str) -> usize {
        let lines = self.0.lock().unwrap();
        lines.iter().filter(|line| line.contains(part)).count()
    }
}

#[tokio::test]
async fn what_arrives_is_told_as_it_arrives() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let (bob, _) = log_in(&server, "bob").await;
    post(&bob, "before", server.acct("alice")).await;
    let patient = |watch: Watch| watch.shortest_pause(HOUR).stream();
    let mut inbox = patient(alice.inbox().direct().major().watch());
    let mut outbox = patient(alice.person(server.acct("bob")).outbox().watch());
    // The first item is only asked for, and so the feed only listened to, when it is waited for.
    let arriving = async {
        let inbox = async { (text(&mut inbox).await, text(&mut inbox).await) };
        let outbox = async {
            loop {
                let activity = next(&mut outbox).await.unwrap();
                let object = activity.object.unwrap();
                if object.content.as_deref() == Some("public") {
                    break;
                }
            }
        };
        tokio::join!(inbox, outbox).0
    };
    let posting = async {
        // What was posted before it is listened to is not told; so until something arrives.
        for n in 0.. {
            post(&bob, &n.to_string(), server.acct("alice")).await;
            post(&bob, "public", Recipient::Public).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let (first, second) = tokio::select! {
        texts = arriving => texts,
        () = posting => unreachable!(),
    };
    let (first, second): (u32, u32) = (first.parse().unwrap(), second.parse().unwrap());
    assert_eq!(first + 1, second);
}

#[tokio::test]
async fn a_group_is_watched_from_where_it_was_left() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let group = alice.create_group("Chess").to(Recipient::Public).send();
    let group = group.await.unwrap();
    let group = group.object.as_deref().unwrap();
    alice.join(group).send().await.unwrap();
    post(&alice, "e4", group).await;
    let last = alice.group_inbox(group).page().send().await.unwrap();
    let last = last.items()[0].id.clone().unwrap();
    let watch = alice.group_inbox(group).watch().since(last);
    let mut moves = watch.shortest_pause(HOUR).stream();
    post(&alice, "e5", group).await;
    post(&alice, "Nf3", group).await;
    assert_eq!(text(&mut moves).await, "e5");
    assert_eq!(text(&mut moves).await, "Nf3");
    // The feed is now listened to.
    post(&alice, "Nc6", group).await;
    assert_eq!(text(&mut moves).await, "Nc6");
}

#[tokio::test]
async fn a_restart_of_the_server_loses_and_doubles_nothing() {
    for polling_only in [false, true] {
        let mut old = RealServer::start().await;
        let (alice, other, log) = log_in_watched(&old, "alice").await;
        let start = post(&other, "start", Recipient::Public).await;
        let watch = quick(alice.outbox().watch().since(start));
        let watch = if polling_only {
            watch.polling_only()
        } else {
            watch
        };
        let mut stream = watch.stream();
        for round in 0..3 {
            let texts = ["one", "two", "three"].map(|text| format!("{text} {round}"));
            post(&other, &texts[0], Recipient::Public).await;
            assert_eq!(text(&mut stream).await, texts[0]);
            post(&other, &texts[1], Recipient::Public).await;
            let RealServer { server, _directory } = old;
            let listen = server.address().to_string();
            server.stop().await;
            let starting = async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                let again = RealServer::start_over(_directory, &listen).await;
                post(&other, &texts[2], Recipient::Public).await;
                again
            };
            let reading = async { (text(&mut stream).await, text(&mut stream).await) };
            let (again, (second, third)) = tokio::join!(starting, reading);
            assert_eq!((&second, &third), (&texts[1], &texts[2]));
            old = again;
        }
        drop(stream);
        // Three streams were ended by the server, and the last by the reader.
        let listened = log.count("since=") - log.count("count=50&since=");
        assert!((listened > 0) != polling_only, "{listened}");
    }
}

#[tokio::test]
async fn an_empty_feed_is_watched_from_its_start() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let (bob, _) = log_in(&server, "bob").await;
    for (n, polling_only) in [false, true].into_iter().enumerate() {
        let group = alice.create_group(format!("Group {n}"));
        let group = group.to(Recipient::Public).send().await.unwrap();
        let group = group.object.as_deref().unwrap();
        bob.join(group).send().await.unwrap();
        let watch = quick(bob.group_inbox(group).watch());
        let watch = if polling_only {
            watch.polling_only()
        } else {
            watch
        };
        let mut stream = watch.stream();
        let posting = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            post(&bob, "first", group).await;
        };
        let (said, ()) = tokio::join!(text(&mut stream), posting);
        assert_eq!(said, "first");
    }
}

#[tokio::test]
async fn a_revoked_token_ends_it() {
    for polling_only in [false, true] {
        let server = RealServer::start().await;
        let (alice, other, _) = log_in_watched(&server, "alice").await;
        let watch = quick(alice.outbox().watch());
        let watch = if polling_only {
            watch.polling_only()
        } else {
            watch
        };
        let mut stream = watch.stream();
        let change = json!({"nickname": "alice", "password": "new-wonder-l4nd"});
        let revoking = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let request = other.request(Method::PUT, "/api/user/alice");
            request.json(&change).send().await.unwrap();
            // The server looks at who listens when there is something to tell.
            post(&other, "unheard", Recipient::Public).await;
        };
        let (kind, ()) = tokio::join!(failure(&mut stream), revoking);
        assert_eq!(kind, ErrorKind::TokenRefused);
    }
}

#[tokio::test]
async fn what_waiting_does_not_mend_ends_it_at_once() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let unknown = alice.inbox().watch().since("http://x/1").stream();
    let nobody = alice.person(server.acct("nobody")).outbox().watch();
    let page = Peer::start(|_| answer(200, "text/html", "<html>Welcome</html>")).await;
    for (mut stream, kind) in [
        (unknown, ErrorKind::Refused),
        (nobody.stream(), ErrorKind::NotFound),
        (
            session(&page).inbox().watch().stream(),
            ErrorKind::InvalidAnswer,
        ),
    ] {
        assert_eq!(failure(&mut stream).await, kind);
    }
}

/// A feed of a server of its own, by the ids of its activities, oldest first.
#[derive(Clone, Default)]
struct Grown(Arc<Mutex<Vec<String>>>);

impl Grown {
    fn of(ids: impl IntoIterator<Item = u32>) -> Self {
        let grown = Self::default();
        for id in ids {
            grown.add(id);
        }
        grown
    }

    fn add(&self, id: u32) {
        self.0.lock().unwrap().push(format!("http://x/{id}"));
    }

    fn remove(&self, id: u32) {
        let gone = format!("http://x/{id}");
        self.0.lock().unwrap().retain(|id| *id != gone);
    }

    /// A page of it, as pump.io gives it.
    fn page(&self, seen: &Seen) -> Reply {
        let url: Url = format!("http://x{}", seen.target).parse().unwrap();
        let argument = |name| {
            let found = url.query_pairs().find(|(own, _)| own == name);
            found.map(|(_, value)| value.into_owned())
        };
        let ids = self.0.lock().unwrap();
        let count = argument("count").map_or(20, |count| count.parse().unwrap());
        let page: Vec<&String> = match argument("since") {
            Some(since) => match ids.iter().position(|id| *id == since) {
                Some(at) => ids[at + 1..].iter().take(count).rev().collect(),
                None => {
                    let error = format!(r#"{{"error":"id '{since}' not found in stream 'x'"}}"#);
                    return answer(400, "application/json", &error);
                }
            },
            None => ids.iter().rev().take(count).collect(),
        };
        let items: Vec<_> = page.iter().map(|id| json!({"id": id})).collect();
        reply(&json!({"items": items}).to_string())
    }
}

async fn number(stream: &mut ItemStream<Activity>) -> u32 {
    let id = next(stream).await.unwrap().id.unwrap();
    id.strip_prefix("http://x/").unwrap().parse().unwrap()
}

fn listens(seen: &Seen) -> bool {
    seen.header("accept") == Some("text/event-stream")
}

#[tokio::test]
async fn a_server_without_events_is_read_again_and_again() {
    let grown = Grown::of(0..3);
    let feed = grown.clone();
    let peer = Peer::start(move |seen| feed.page(seen)).await;
    let mut stream = quick(session(&peer).inbox().watch()).stream();
    let growing = async {
        until(|| peer.seen().len() >= 3).await;
        (3..200).for_each(|id| grown.add(id));
    };
    let reading = async {
        for id in 3..200 {
            assert_eq!(number(&mut stream).await, id);
        }
    };
    tokio::join!(growing, reading);
    // It was asked for events once, and will be again only after a while.
    assert_eq!(peer.seen().iter().filter(|seen| listens(seen)).count(), 1);
}

/// A server with a clock of its own and a feed of ten old activities and many new ones, while it is up.
async fn up_and_down() -> (Peer, Arc<AtomicBool>) {
    let up = Arc::new(AtomicBool::new(false));
    let is_up = Arc::clone(&up);
    let peer = Peer::start(move |seen| {
        if !is_up.load(Ordering::SeqCst) {
            return answer(503, "text/plain", "not yet");
        }
        let before = seen.target.split_once("before=http%3A%2F%2Fx%2F");
        let end = before.map_or(130, |(_, id)| id.parse().unwrap());
        let is_behind = seen.target.contains("since=");
        let items = (0..if is_behind { 0 } else { end }).rev().take(50);
        let items: Vec<_> = items
            .map(|id| {
                let hour = if id < 10 { 11 } else { 12 };
                let published = format!("2020-01-01T{hour}:00:00Z");
                json!({"id": format!("http://x/{id}"), "published": published})
            })
            .collect();
        let page = json!({"items": items, "links": {"next": {"href": "http://x/"}}});
        let date = "Date: Wed, 01 Jan 2020 12:00:01 GMT\r\n";
        answer_with(200, "application/json", date, &page.to_string())
    });
    (peer.await, up)
}

#[tokio::test]
async fn what_arrives_before_the_first_read_succeeds_is_told() {
    let (peer, up) = up_and_down().await;
    let mut stream = quick(session(&peer).inbox().watch()).stream();
    let starting = async {
        until(|| peer.seen().len() >= 2).await;
        up.store(true, Ordering::SeqCst);
    };
    let reading = async {
        // Not what was there before: by the server's clock, which is years behind.
        for id in 10..130 {
            assert_eq!(number(&mut stream).await, id);
        }
    };
    tokio::join!(starting, reading);
}

#[tokio::test]
async fn it_is_told_once_that_a_feed_is_read_lost_and_read_again() {
    let (peer, up) = up_and_down().await;
    let log = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&log);
    let watch = quick(session(&peer).inbox().watch()).on_reach(move |reach| {
        told.lock().unwrap().push(match reach {
            Reach::Lost(error) => Some(error.kind()),
            _ => None,
        });
    });
    let mut stream = watch.polling_only().stream();
    let changing = async {
        for (is_up, told) in [(false, 1), (true, 2), (false, 3), (true, 4)] {
            up.store(is_up, Ordering::SeqCst);
            until(|| log.lock().unwrap().len() >= told).await;
            let reads = peer.seen().len();
            until(|| peer.seen().len() > reads + 2).await;
        }
    };
    tokio::select! {
        () = changing => {}
        () = async { while stream.next().await.is_some() {} } => unreachable!(),
    }
    let lost = Some(ErrorKind::Server);
    assert_eq!(*log.lock().unwrap(), [lost, None, lost, None]);
}

#[tokio::test]
async fn a_place_that_the_server_lost_is_stepped_back_from() {
    let grown = Grown::of(0..10);
    let feed = grown.clone();
    let peer = Peer::start(move |seen| feed.page(seen)).await;
    let watch = quick(session(&peer).inbox().watch()).polling_only();
    let mut stream = watch.stream();
    let growing = async {
        until(|| !peer.seen().is_empty()).await;
        grown.add(10);
        // Some that were passed, and then all of them.
        until(|| peer.seen().len() >= 4).await;
        (6..11).for_each(|id| grown.remove(id));
        grown.add(11);
        until(|| peer.seen().len() >= 10).await;
        (0..12).for_each(|id| grown.remove(id));
        grown.add(12);
    };
    let reading = async {
        for id in 10..13 {
            assert_eq!(number(&mut stream).await, id);
        }
    };
    tokio::join!(growing, reading);
}

#[tokio::test]
async fn bad_streams_of_events_end_in_reading() {
    let event = |id: u32| format!("data: {{\"id\": \"http://x/{id}\"}}\n\n");
    for bad in [
        "x",
        ":\n\n",
        "data: [\n",
        "data\n\n",
        "\u{0}\u{1}",
        &event(2),
    ] {
        let grown = Grown::of(0..3);
        let (feed, bad) = (grown.clone(), bad.to_owned());
        let peer = Peer::start(move |seen| {
            if !listens(seen) {
                return feed.page(seen);
            }
            let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n".to_vec();
            Reply::Flood(head, bad.repeat(100).into_bytes())
        })
        .await;
        let builder = Client::builder("Test.io").max_answer_size(100_000);
        let mut stream = quick(session_of(builder, &peer).inbox().watch()).stream();
        let links = || peer.seen().iter().filter(|seen| listens(seen)).count();
        let growing = async {
            // Links that bring nothing are tried three times, and not again for a while.
            until(|| links() == 3).await;
            let reads = peer.seen().len();
            until(|| peer.seen().len() > reads + 2).await;
            grown.add(3);
        };
        let (id, ()) = tokio::join!(number(&mut stream), growing);
        assert_eq!((id, links()), (3, 3));
    }
}

#[tokio::test]
async fn activities_come_once_by_whatever_way_and_those_without_an_id_never() {
    let grown = Grown::of([0]);
    let feed = grown.clone();
    let peer = Peer::start(move |seen| {
        if !listens(seen) {
            return feed.page(seen);
        }
        // Something old, something without an id, something new; and the end.
        feed.add(1);
        let events = "data: {\"id\": \"http://x/0\"}\n\ndata: {\"verb\": \"post\"}\n\n\
                      data: {\"id\": \"http://x/1\"}\n\n";
        answer(200, "text/event-stream; charset=utf-8", events)
    })
    .await;
    let mut stream = quick(session(&peer).inbox().watch()).stream();
    assert_eq!(number(&mut stream).await, 1);
    let growing = async {
        until(|| peer.seen().len() >= 4).await;
        grown.add(2);
    };
    let (id, ()) = tokio::join!(number(&mut stream), growing);
    assert_eq!(id, 2);
}

#[test]
fn watching_can_move_between_threads() {
    fn moves<T: Send>(_: &T) {}
    let object = Object::new("group");
    let make = |session: &Session| {
        let watch = session.group_inbox(&object).watch();
        moves(&watch);
        moves(&watch.stream());
    };
    let _: &dyn Fn(&Session) = &make;
}
