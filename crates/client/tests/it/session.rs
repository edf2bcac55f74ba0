//! Reading and writing with a session, and servers that behave badly.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::peer::{Peer, Reply, Seen, answer, form, json, redirect};
use pumphouse_client::activity::Object;
use pumphouse_client::{
    Client, ClientBuilder, ClientCredentials, Content, Endpoints, ErrorKind, Exchange, Method,
    Recipient, Session, SignedWith, TokenCredentials,
};

pub(crate) fn session_of(builder: ClientBuilder, peer: &Peer) -> Session {
    builder
        .build()
        .unwrap()
        .server(
            &peer.acct("alice"),
            Endpoints::well_known(&peer.url("/").parse().unwrap()),
        )
        .registered_as(ClientCredentials::new("the-key", "the-hush"))
        .session(TokenCredentials::new("token", "token-hush"))
}

pub(crate) fn session(peer: &Peer) -> Session {
    session_of(Client::builder("Test.io"), peer)
}

/// The kind of failure of reading from a server that always does this.
async fn failure(reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (ErrorKind, usize) {
    let peer = Peer::start(reply).await;
    let error = session(&peer).profile().await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains("hush"));
    (error.kind(), peer.seen().len())
}

#[tokio::test]
async fn bad_answers_have_kinds() {
    let not_json = failure(|_| answer(200, "text/html", "<html>hello</html>")).await;
    assert_eq!(not_json, (ErrorKind::InvalidAnswer, 1));
    let truncated = failure(|_| json(r#"{"objectType": "per"#)).await;
    assert_eq!(truncated, (ErrorKind::InvalidAnswer, 1));
    let wrong_types = failure(|_| json(r#"{"id": 5}"#)).await;
    assert_eq!(wrong_types, (ErrorKind::InvalidAnswer, 1));
    let broken = failure(|_| answer(500, "text/html", "<html>oops</html>")).await;
    assert_eq!(broken, (ErrorKind::Server, 1));
    let busy = failure(|_| answer(429, "text/plain", "slow down")).await;
    assert_eq!(busy, (ErrorKind::TooManyRequests, 1));
    let gone = failure(|_| answer(410, "application/json", r#"{"error":"Deleted"}"#)).await;
    assert_eq!(gone, (ErrorKind::Gone, 1));
    let expired = failure(|_| answer(400, "text/plain", "Invalid / expired Token")).await;
    assert_eq!(expired, (ErrorKind::TokenRefused, 1));
    let no_http = failure(|_| Reply::Bytes(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())).await;
    assert_eq!(no_http.0, ErrorKind::ConnectionLost);
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_told() {
    let cut = failure(|_| {
        Reply::Bytes(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{\"a\": 1}"
                .to_vec(),
        )
    });
    assert_eq!(cut.await, (ErrorKind::InvalidAnswer, 1));
}

#[tokio::test]
async fn a_hangup_is_tried_again_only_when_reading() {
    let (kind, attempts) = failure(|_| Reply::Hangup).await;
    assert_eq!((kind, attempts), (ErrorKind::ConnectionLost, 3));

    let peer = Peer::start(|_| Reply::Hangup).await;
    let error = session(&peer).note("once").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost);
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn a_server_without_https_is_told_from_one_that_is_silent() {
    // The first bytes of TLS are no request: the peer hangs up.
    let peer = Peer::start(|_| Reply::Hangup).await;
    let base = peer.url("/").replace("http:", "https:").parse().unwrap();
    let session = Client::builder("Test.io")
        .build()
        .unwrap()
        .server(&peer.acct("alice"), Endpoints::well_known(&base))
        .registered_as(ClientCredentials::new("the-key", "the-hush"))
        .session(TokenCredentials::new("token", "token-hush"));
    let error = session.whoami().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
}

#[tokio::test]
async fn every_attempt_has_a_signature_of_its_own() {
    let count = Mutex::new(0);
    let peer = Peer::start(move |_| {
        let mut count = count.lock().unwrap();
        *count += 1;
        if *count < 3 {
            Reply::Hangup
        } else {
            json(r#"{"displayName":"Alice"}"#)
        }
    })
    .await;
    let me = session(&peer).profile().await.unwrap();
    assert_eq!(me.display_name.as_deref(), Some("Alice"));
    let signatures: std::collections::BTreeSet<String> = peer
        .seen()
        .iter()
        .map(|seen| seen.header("authorization").unwrap().to_owned())
        .collect();
    assert_eq!(signatures.len(), 3);
}

#[tokio::test]
async fn slow_bytes_and_endless_bodies_end() {
    let peer = Peer::start(|_| {
        Reply::Drip(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n".to_vec(),
            b' ',
        )
    })
    .await;
    let builder = Client::builder("Test.io").timeout(Duration::from_millis(400));
    let begun = Instant::now();
    let error = session_of(builder, &peer).profile().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(begun.elapsed() < Duration::from_secs(5));

    let peer =
        Peer::start(|_| Reply::Flood(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'['; 4096])).await;
    let builder = Client::builder("Test.io").max_answer_size(100_000);
    let error = session_of(builder, &peer).profile().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);

    let announced = failure(|_| {
        Reply::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_vec())
    });
    assert_eq!(announced.await, (ErrorKind::TooLarge, 1));
}

#[tokio::test]
async fn credentials_stay_on_their_origin() {
    let other = Peer::start(|_| json("{}")).await;
    let there = other.url("/api/user/alice/profile");
    for status in [301, 302, 303, 307, 308] {
        let there = there.clone();
        let (kind, _) = failure(move |_| redirect(status, &there)).await;
        assert_eq!(kind, ErrorKind::ForeignOrigin, "{status}");
    }
    // The same host by another name is another origin.
    let (kind, _) = failure(|seen| {
        let host = seen
            .header("host")
            .unwrap()
            .replace("127.0.0.1", "localhost");
        redirect(302, &format!("http://{host}/"))
    })
    .await;
    assert_eq!(kind, ErrorKind::ForeignOrigin);
    assert!(other.seen().is_empty());

    let peer = Peer::start(|_| json("{}")).await;
    let session = session(&peer);
    for foreign in [other.url("/x"), "https://e14n.com/".to_owned()] {
        let error = session.object(&foreign).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ForeignOrigin);
        let error = session
            .request(Method::GET, &foreign)
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ForeignOrigin);
    }
    assert!(peer.seen().is_empty() && other.seen().is_empty());
}

#[tokio::test]
async fn redirects_end_and_never_repeat_a_post() {
    let (kind, hops) = failure(|seen| redirect(302, &seen.target)).await;
    assert_eq!((kind, hops), (ErrorKind::Redirect, 6));
    let (kind, _) = failure(|_| redirect(302, "http://[")).await;
    assert_eq!(kind, ErrorKind::Redirect);
    let (kind, _) = failure(|_| redirect(302, "http://e14n.com/")).await;
    assert_eq!(kind, ErrorKind::ForeignOrigin);

    let peer = Peer::start(|_| redirect(302, "/elsewhere")).await;
    let error = session(&peer).note("x").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn a_note_is_posted_whole() {
    let peer = Peer::start(|seen| match seen.path() {
        "/api/user/alice/feed" => json(
            r#"{"verb":"post","id":"http://x/1","object":{"objectType":"note","id":"http://x/2","content":"Hello"}}"#,
        ),
        _ => answer(404, "text/plain", ""),
    })
    .await;
    let session = session(&peer);
    let posted = session
        .note("1 < 2")
        .title("Sums")
        .to(Recipient::Public)
        .cc(Recipient::Followers)
        .cc(peer.acct("bob"))
        .bto(Object::reference("collection", "http://x/list"))
        .bcc("evan@e14n.com".parse::<pumphouse_client::Acct>().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(
        posted.object.as_ref().unwrap().id.as_deref(),
        Some("http://x/2")
    );
    let seen = &peer.seen()[0];
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.header("accept"), Some("*/*"));
    let sent: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(
        sent,
        serde_json::json!({
            "verb": "post",
            "object": {"objectType": "note", "displayName": "Sums", "content": "1 &lt; 2"},
            "to": [{"objectType": "collection", "id": "http://activityschema.org/collection/public"}],
            "cc": [
                {"objectType": "collection", "id": peer.url("/api/user/alice/followers")},
                {"objectType": "person", "id": peer.url("/api/user/bob/profile")},
            ],
            "bto": [{"objectType": "collection", "id": "http://x/list"}],
            "bcc": [{"objectType": "person", "id": "acct:evan@e14n.com"}],
        })
    );

    let note = posted.object.clone().unwrap();
    session
        .comment(&note, Content::html("<b>Yes</b>"))
        .send()
        .await
        .unwrap();
    let sent: serde_json::Value = serde_json::from_str(&peer.seen()[1].body).unwrap();
    assert_eq!(
        sent,
        serde_json::json!({"verb": "post", "object": {
            "objectType": "comment",
            "content": "<b>Yes</b>",
            "inReplyTo": {"objectType": "note", "id": "http://x/2"},
        }})
    );

    let nothing = session.comment(&Object::new("note"), "x").send().await;
    assert_eq!(nothing.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(peer.seen().len(), 2);
}

/// An inbox of 45 activities, in pages as old servers give them.
fn inbox(seen: &Seen) -> Reply {
    if !seen.path().starts_with("/api/user/alice/inbox") {
        return answer(404, "text/plain", "");
    }
    let url: pumphouse_client::Url = format!("http://x{}", seen.target).parse().unwrap();
    let argument = |name: &str| {
        url.query_pairs()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.into_owned())
    };
    let count: usize = argument("count").map_or(20, |count| count.parse().unwrap());
    let number = |id: &str| id.rsplit('/').next().unwrap().parse::<usize>().unwrap();
    // Item 44 is the newest.
    let (from, to) = match (argument("before"), argument("since")) {
        (Some(id), None) => (number(&id).saturating_sub(count), number(&id)),
        (None, Some(id)) => (number(&id) + 1, (number(&id) + 1 + count).min(45)),
        (None, None) => (45 - count, 45),
        _ => return answer(400, "application/json", r#"{"error":"both"}"#),
    };
    let items: Vec<_> = (from..to)
        .rev()
        .map(|n| serde_json::json!({"verb": "post", "id": format!("http://x/{n}")}))
        .collect();
    let mut links = serde_json::Map::new();
    if let (Some(first), Some(last)) = (items.first(), items.last()) {
        let link = |name: &str, item: &serde_json::Value| {
            let id = item["id"].as_str().unwrap().replace(':', "%3A");
            serde_json::json!({"href": format!("https://evil.example/?{name}={id}")})
        };
        links.insert("prev".to_owned(), link("since", first));
        links.insert("next".to_owned(), link("before", last));
    }
    json(&serde_json::json!({"totalItems": 45, "links": links, "items": items}).to_string())
}

/// Servers pass on what anybody sends: `tags` are not looked at (pump.io protocol, section 7.2).
#[tokio::test]
async fn one_odd_note_leaves_an_inbox_readable() {
    let peer = Peer::start(|_| {
        let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
        json(&format!(
            r#"{{"totalItems":3,"items":[
                {{"id":"http://x/3","verb":"post","object":{{"content":"odd","tags":["a"],"title":{deep}}}}},
                {{"id":4}},
                {{"id":"http://x/1","verb":"post","object":{{"content":"even","likes":true}}}}]}}"#
        ))
    })
    .await;
    let page = session(&peer).inbox().page().send().await.unwrap();
    let texts = page.items().iter().filter_map(|activity| {
        let object = activity.object.as_ref()?;
        object.content.as_deref()
    });
    // An activity without the id that it was given is one still, but has nothing to show.
    assert_eq!(page.items().len(), 3);
    assert_eq!(texts.collect::<Vec<_>>(), ["odd", "even"]);
    assert!(page.raw().contains(r#""likes":true"#));
}

#[tokio::test]
async fn an_inbox_is_read_page_by_page() {
    let peer = Peer::start(inbox).await;
    let session = session(&peer);
    let first = session.inbox().page().send().await.unwrap();
    assert_eq!(first.items().len(), 20);
    assert_eq!(first.total_items(), Some(45));
    assert_eq!(first.items()[0].id.as_deref(), Some("http://x/44"));

    let mut lengths = Vec::new();
    let mut page = Some(first.clone());
    while let Some(this) = page {
        lengths.push(this.items().len());
        page = this.next().await.unwrap();
    }
    // The server links to an empty page behind the last one.
    assert_eq!(lengths, [20, 20, 5]);

    // Two readers do not disturb each other, and backwards works.
    let second = first.next().await.unwrap().unwrap();
    let back = second.prev().await.unwrap().unwrap();
    assert_eq!(back.items(), first.items());
    assert!(first.prev().await.unwrap().is_none());

    let few = session
        .inbox()
        .page()
        .count(3)
        .before("http://x/10")
        .send()
        .await
        .unwrap();
    assert_eq!(few.items()[0].id.as_deref(), Some("http://x/9"));
    // The count is carried on, though servers forget it in their links.
    assert_eq!(few.next().await.unwrap().unwrap().items().len(), 3);
    let newer = session
        .inbox()
        .page()
        .since("http://x/40")
        .send()
        .await
        .unwrap();
    assert_eq!(newer.into_items().len(), 4);
    // All of it from the session's own server.
    assert!(
        peer.paths()
            .iter()
            .all(|path| path == "GET /api/user/alice/inbox")
    );

    let too_many = session.inbox().page().count(201).send().await.unwrap_err();
    assert_eq!(too_many.kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn the_parts_of_feeds_have_their_paths() {
    let peer = Peer::start(|_| json(r#"{"items":[]}"#)).await;
    let session = session(&peer);
    session.inbox().major().page().send().await.unwrap();
    session.inbox().direct().page().send().await.unwrap();
    session
        .inbox()
        .minor()
        .direct()
        .page()
        .send()
        .await
        .unwrap();
    session.outbox().page().send().await.unwrap();
    let page = session.outbox().minor().page().send().await.unwrap();
    assert!(page.items().is_empty() && !page.has_next());
    let paths: Vec<String> = peer
        .paths()
        .iter()
        .map(|path| path.replace("GET /api/user/alice", ""))
        .collect();
    assert_eq!(
        paths,
        [
            "/inbox/major",
            "/inbox/direct",
            "/inbox/direct/minor",
            "/feed",
            "/feed/minor"
        ]
    );
}

#[tokio::test]
async fn a_page_that_links_to_itself_ends() {
    let peer = Peer::start(|_| {
        json(r#"{"items":[{"id":"http://x/1"}],"links":{"next":{"href":"http://x/?before=1"}}}"#)
    })
    .await;
    let page = session(&peer).inbox().page().send().await.unwrap();
    assert!(page.next().await.unwrap().is_none());
}

#[tokio::test]
async fn any_request_can_be_signed() {
    let peer = Peer::start(|seen| match seen.path() {
        "/api/users" => json(r#"{"totalItems":3}"#),
        _ => form("done=yes"),
    })
    .await;
    let session = session(&peer);
    let users = session
        .request(Method::GET, "/api/users?a=b")
        .query("q", "ä&")
        .send()
        .await;
    let users: serde_json::Value = users.unwrap().json().unwrap();
    assert_eq!(users["totalItems"], 3);
    assert_eq!(peer.seen()[0].target, "/api/users?a=b&q=%C3%A4%26");

    let response = session
        .request(Method::PUT, &peer.url("/x"))
        .body("application/x-www-form-urlencoded", "a=b")
        .header("X-Test", "1")
        .send()
        .await
        .unwrap();
    assert_eq!(response.text().unwrap(), "done=yes");
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(
        (&*peer.seen()[1].method, &*peer.seen()[1].body),
        ("PUT", "a=b")
    );
    assert_eq!(peer.seen()[1].header("x-test"), Some("1"));

    for (name, value) in [
        ("Authorization", "x"),
        ("Host", "x"),
        ("Content-Length", "1"),
        ("a b", "x"),
        ("x", "a\r\nb"),
    ] {
        let request = session.request(Method::GET, "/x").header(name, value);
        assert_eq!(
            request.send().await.unwrap_err().kind(),
            ErrorKind::InvalidInput,
            "{name}"
        );
    }
    let nowhere = session.request(Method::GET, "not an address").send().await;
    assert_eq!(nowhere.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn the_observer_sees_every_exchange_and_no_secret() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let peer = Peer::start(crate::peer::pump).await;
    let builder = Client::builder("Test.io").observer(move |exchange: &Exchange<'_>| {
        log.lock().unwrap().push((
            exchange.method.clone(),
            exchange.url.path().to_owned(),
            exchange.status.map(|status| status.as_u16()),
            exchange.signed_with,
            format!("{exchange:?}"),
        ));
    });
    let session = session_of(builder, &peer);
    session.whoami().await.unwrap();
    let lines = lines.lock().unwrap();
    let seen: Vec<_> = lines
        .iter()
        .map(|(_, path, status, ..)| (path.as_str(), *status))
        .collect();
    assert_eq!(
        seen,
        [
            ("/api/whoami", Some(302)),
            ("/api/user/alice/profile", Some(200))
        ]
    );
    for (method, _, _, signed_with, printed) in lines.iter() {
        assert_eq!((method, *signed_with), (&Method::GET, SignedWith::Token));
        assert!(
            !printed.contains("hush") && !printed.contains("oauth"),
            "{printed}"
        );
    }
}

/// What a program may keep, hand to another thread, and await there.
#[test]
fn everything_can_move_between_threads() {
    use pumphouse_client as client;

    fn moves<T: Send + 'static>() {}
    fn is_shared<T: Send + Sync + Clone + 'static>() {}
    fn awaited<T: Send>(_: T) {}
    is_shared::<Client>();
    is_shared::<Session>();
    is_shared::<client::Registration>();
    is_shared::<client::PendingAuthorization>();
    is_shared::<client::WebLogins>();
    is_shared::<client::Person>();
    is_shared::<client::Feed>();
    is_shared::<client::Inbox>();
    is_shared::<client::Outbox>();
    is_shared::<client::Act>();
    is_shared::<client::Watch>();
    is_shared::<client::FileStore>();
    moves::<client::LoopbackListener>();
    moves::<client::ItemStream<Object>>();
    moves::<client::Request>();
    moves::<client::Download>();
    moves::<client::PostFile>();
    moves::<client::Error>();
    let futures = |session: Session| {
        let object = Object::new("note");
        awaited(session.whoami());
        awaited(session.load(&object));
        awaited(session.note("x").send());
        awaited(session.inbox().page().send());
        awaited(session.inbox().items().collect());
        awaited(session.list_named("Friends"));
        awaited(session.download("/x").to_file("x"));
        awaited(session.request(Method::GET, "/x").send_for_any());
        awaited(session.registration().update());
    };
    let _: fn(Session) = futures;
}
