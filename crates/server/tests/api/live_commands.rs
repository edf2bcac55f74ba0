//! The commands of the realtime endpoint (pump.io protocol, sections 8.1, 8.2 and 8.4).

use pumphouse_testkit::{Caller, PASSWORD, TestServer};
use serde_json::{Value, json};

use crate::live_events::FEEDS;
use crate::socket::{ENDPOINT, Socket, parameters, rise};
use crate::support::{
    addressed, agree, begin, credentials, does, exchange, mention, note, open_streams, post,
    post_publicly,
};

fn id(document: &Value) -> String {
    document["id"].as_str().unwrap().to_owned()
}

/// The public address of one of somebody's feeds.
fn url(server: &TestServer, whose: &Caller, feed: &str) -> String {
    format!("{}{}", server.base(), whose.path(feed))
}

fn normal() -> (u16, String) {
    (1000, "Normal closure".to_owned())
}

#[tokio::test]
async fn a_connection_begins_with_a_challenge() {
    let server = TestServer::start().await;
    let mut socket = Socket::raw(&server).await;
    let challenge = socket.hear().await;
    let url = challenge["url"].as_str().unwrap();
    let wanted = json!({"cmd": "challenge", "url": url, "method": "GET"});
    assert_eq!(challenge, wanted);
    let random = url
        .strip_prefix(&format!("https://pump.test{ENDPOINT}/"))
        .and_then(|rest| rest.strip_suffix("/challenge"));
    assert_eq!(random.unwrap().len(), 11, "{url}");
    // It leads nowhere.
    assert_eq!(server.anonymous().get(url).await.status, 404);
}

#[tokio::test]
async fn who_answers_the_challenge_is_known() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let user = Socket::raw(&server).await.rise(&alice).await;
    assert_eq!(user, json!({"cmd": "authenticated", "user": "alice"}));
    let client = alice.two_legged();
    let client = Socket::raw(&server).await.rise(&client).await;
    assert_eq!(client, json!({"cmd": "authenticated"}));
}

/// The original's own client sends the timestamp as a number.
#[tokio::test]
async fn values_of_parameters_may_be_numbers() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let mut socket = Socket::raw(&server).await;
    let url = socket.challenge().await;
    let mut answer = rise(&alice.request("GET", &url), &url);
    for parameter in answer["message"]["parameters"].as_array_mut().unwrap() {
        if parameter[0] == "oauth_timestamp" {
            parameter[1] = server.now().into();
        }
    }
    socket.say(&answer).await;
    assert_eq!(socket.hear().await["user"], "alice");
}

#[tokio::test]
async fn the_endpoint_below_a_path_is_signed_with_the_path() {
    let server = TestServer::start_with(|builder| builder.url_path("social")).await;
    let alice = server.user("alice").await;
    let mut socket = Socket::raw(&server).await;
    assert_eq!(socket.rise(&alice).await["user"], "alice");
    let feed = url(&server, &alice, "feed");
    socket.follow(&feed).await;
    let posted = id(&alice.does(post(note("below"))).await);
    assert_eq!(socket.update().await, (feed, posted));
}

#[tokio::test]
async fn an_update_is_the_activity_as_the_viewer_reads_it() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let mut socket = Socket::raw(&server).await;
    socket.rise(&alice).await;
    let feed = url(&server, &alice, "feed/major");
    socket.follow(&feed).await;
    alice
        .does(addressed(
            post_publicly(note("for all")),
            "bcc",
            &[alice.person()],
        ))
        .await;
    let page = alice.get(&alice.path("feed/major")).await.ok();
    let wanted = json!({"cmd": "update", "url": feed, "activity": page["items"][0]});
    assert_eq!(socket.hear().await, wanted);
}

#[tokio::test]
async fn every_feed_of_a_user_can_be_followed_on_one_connection() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    bob.does(does("follow", alice.person())).await;
    let mut socket = Socket::raw(&server).await;
    socket.rise(&alice).await;
    for feed in FEEDS {
        socket.follow(&url(&server, &alice, feed)).await;
    }
    let own = alice.does(post(note("own"))).await;
    let direct = addressed(
        does("like", mention(&own["object"])),
        "to",
        &[alice.person()],
    );
    let direct = id(&bob.does(direct).await);
    let own = id(&own);
    let mut told = Vec::new();
    for _ in 0..8 {
        told.push(socket.update().await);
    }
    let mut wanted = Vec::new();
    for (feeds, id) in [
        (["feed", "feed/major", "inbox", "inbox/major"], own),
        (
            ["inbox", "inbox/minor", "inbox/direct", "inbox/direct/minor"],
            direct,
        ),
    ] {
        wanted.extend(feeds.map(|feed| (url(&server, &alice, feed), id.clone())));
    }
    told.sort();
    wanted.sort();
    assert_eq!(told, wanted);
}

#[tokio::test]
async fn the_inbox_of_a_group_is_followed_by_address_and_by_id() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let club = json!({"objectType": "group", "displayName": "Chess"});
    let club = does("create", club);
    let club = addressed(club, "to", &[crate::support::public()]);
    let club = alice.does(club).await["object"].clone();
    let by_address = format!("{}/inbox", crate::support::href(&club));
    let encoded = pumphouse_oauth1::percent::encode(id(&club));
    let by_id = format!("{}/api/group/inbox?id={encoded}", server.base());
    let mut socket = Socket::raw(&server).await;
    socket.challenge().await;
    socket.follow(&by_address).await;
    socket.follow(&by_id).await;
    let to = [mention(&club), crate::support::public()];
    let posted = id(&alice.does(addressed(post(note("check")), "to", &to)).await);
    let mut told = [socket.update().await, socket.update().await];
    told.sort();
    let mut wanted = [(by_address, posted.clone()), (by_id, posted)];
    wanted.sort();
    assert_eq!(told, wanted);
}

#[tokio::test]
async fn a_feed_is_told_once_and_not_any_more_when_it_is_left() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let (feed, major) = (
        url(&server, &alice, "feed"),
        url(&server, &alice, "feed/major"),
    );
    let mut socket = Socket::raw(&server).await;
    socket.rise(&alice).await;
    socket.follow(&feed).await;
    socket.follow(&feed).await;
    let first = id(&alice.does(post(note("1"))).await);
    assert_eq!(socket.update().await, (feed.clone(), first));
    socket.say(&json!({"cmd": "unfollow", "url": feed})).await;
    socket.follow(&major).await;
    let second = id(&alice.does(post(note("2"))).await);
    assert_eq!(socket.update().await, (major, second));
}

#[tokio::test]
async fn a_client_can_become_somebody_else() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let mut socket = Socket::raw(&server).await;
    socket.rise(&alice).await;
    for whose in [&alice, &bob] {
        socket.follow(&url(&server, whose, "inbox")).await;
    }
    socket.say(&json!({"cmd": "request"})).await;
    assert_eq!(socket.rise(&bob).await["user"], "bob");
    alice.does(post(note("only mine"))).await;
    let to_bob = addressed(post(note("to bob")), "to", &[bob.person()]);
    let to_bob = id(&alice.does(to_bob).await);
    let inbox = url(&server, &bob, "inbox");
    assert_eq!(socket.update().await, (inbox, to_bob));
}

#[tokio::test]
async fn feeds_may_be_followed_before_the_client_says_who_it_is() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let inbox = url(&server, &alice, "inbox");
    let mut socket = Socket::raw(&server).await;
    socket.challenge().await;
    socket.follow(&inbox).await;
    // Nothing that came before is made up for.
    alice.does(post(note("before"))).await;
    socket.say(&json!({"cmd": "request"})).await;
    socket.rise(&alice).await;
    let after = id(&alice.does(post(note("after"))).await);
    assert_eq!(socket.update().await, (inbox, after));
}

/// Quirk 38: nobody watches the inbox of somebody else, and hidden recipients stay hidden.
#[tokio::test]
async fn quirk_38_updates_are_for_those_who_may_read_them() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let feeds = [url(&server, &alice, "inbox"), url(&server, &alice, "feed")];
    let mut sockets = Vec::new();
    for caller in [None, Some(alice.two_legged()), Some(bob.clone())] {
        let mut socket = Socket::raw(&server).await;
        match caller {
            Some(caller) => drop(socket.rise(&caller).await),
            None => drop(socket.challenge().await),
        }
        for feed in &feeds {
            socket.follow(feed).await;
        }
        sockets.push(socket);
    }
    alice.does(post(note("for followers"))).await;
    let to = addressed(post(note("to alice")), "to", &[alice.person()]);
    alice.does(to).await;
    let open = addressed(post_publicly(note("open")), "bcc", &[bob.person()]);
    let open = id(&alice.does(open).await);
    for socket in &mut sockets {
        let update = socket.hear().await;
        assert_eq!(
            (&update["url"], &update["activity"]["id"]),
            (&json!(feeds[1]), &json!(open))
        );
        let text = update.to_string();
        // Quirk 65: nor do private keys leave the server.
        for hidden in ["\"bto\"", "\"bcc\"", "\"_"] {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
    }
}

/// Quirk 27: what is no JSON ends one connection, not the server.
#[tokio::test]
async fn quirk_27_garbage_closes_only_its_connection() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let feed = url(&server, &alice, "feed");
    let mut well = Socket::raw(&server).await;
    well.challenge().await;
    well.follow(&feed).await;
    let deep = "[".repeat(10_000);
    for garbage in ["not JSON", "", "{", "{\"cmd\":\"follow\"", "\u{0}", &deep] {
        let mut socket = Socket::raw(&server).await;
        socket.challenge().await;
        socket.send(garbage).await;
        assert_eq!(socket.closed().await, normal(), "{garbage:.20}");
    }
    let mut socket = Socket::raw(&server).await;
    socket.challenge().await;
    socket.send_binary(b"{}").await;
    assert_eq!(socket.closed().await, normal());
    let posted = id(&alice.does(post_publicly(note("on"))).await);
    assert_eq!(well.update().await, (feed, posted));
}

#[tokio::test]
async fn what_is_no_command_is_nothing() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let mut socket = Socket::raw(&server).await;
    socket.challenge().await;
    let feed = url(&server, &alice, "feed");
    for message in [
        json!(null),
        json!(7),
        json!("follow"),
        json!(["follow", feed]),
        json!({}),
        json!({"cmd": 7}),
        json!({"cmd": "presence", "url": feed}),
        json!({"cmd": "follow"}),
        json!({"cmd": "follow", "url": {"href": feed}}),
        json!({"cmd": "follow", "url": alice.path("feed")}),
        json!({"cmd": "follow", "url": format!("{feed}?count=20")}),
        json!({"cmd": "follow", "url": url(&server, &alice, "followers")}),
        json!({"cmd": "follow", "url": "https://pump.test/api/user/nobody/feed"}),
        json!({"cmd": "follow", "url": "https://elsewhere.test/api/user/alice/feed"}),
        json!({"cmd": "unfollow", "url": feed}),
    ] {
        socket.say(&message).await;
    }
    socket.settle().await;
    alice.does(post_publicly(note("unheard"))).await;
    socket.follow(&feed).await;
    let heard = id(&alice.does(post_publicly(note("heard"))).await);
    assert_eq!(socket.update().await, (feed, heard));
}

/// How the connection ends when the challenge is answered so.
async fn refused(server: &TestServer, answer: impl FnOnce(&str) -> Value) {
    let mut socket = Socket::raw(server).await;
    let url = socket.challenge().await;
    let answer = answer(&url);
    socket.say(&answer).await;
    assert_eq!(socket.closed().await, normal(), "{answer}");
}

#[tokio::test]
async fn wrong_answers_close_the_connection() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let other = server.client().await;
    let stranger = other.with_token(alice.token_credentials().unwrap().clone());
    let unknown = server
        .anonymous()
        .with_client(pumphouse_oauth1::ClientCredentials::new(
            "unknown", "secret",
        ));
    for caller in [stranger, unknown] {
        refused(&server, |url| rise(&caller.request("GET", url), url)).await;
    }
    refused(&server, |url| rise(&alice.request("POST", url), url)).await;
    refused(&server, |url| {
        rise(&alice.request("GET", "/api/whoami"), url)
    })
    .await;
    refused(&server, |url| {
        let mut answer = rise(&alice.request("GET", url), url);
        answer["message"]["method"] = "POST".into();
        answer
    })
    .await;
    refused(&server, |url| {
        let elsewhere = url.replace("/challenge", "x/challenge");
        rise(&alice.request("GET", &elsewhere), &elsewhere)
    })
    .await;
    refused(&server, |url| {
        let mut parameters = parameters(&alice.request("GET", url));
        parameters.retain(|(name, _)| name != "oauth_signature");
        json!({"cmd": "rise", "message": {"action": url, "method": "GET", "parameters": parameters}})
    })
    .await;
    for message in [
        json!(null),
        json!("x"),
        json!({}),
        json!({"action": "x", "method": "GET", "parameters": [["a"]]}),
        json!({"action": "x", "method": "GET", "parameters": {"a": "b"}}),
    ] {
        refused(&server, |_| json!({"cmd": "rise", "message": message})).await;
    }
    refused(&server, |_| json!({"cmd": "rise"})).await;
}

#[tokio::test]
async fn answers_have_their_time_and_are_given_once() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    for timestamp in [server.now() - 301, server.now() + 301] {
        refused(&server, |url| {
            rise(&alice.request("GET", url).timestamp(timestamp), url)
        })
        .await;
    }
    // A nonce that was used, for a request too.
    let used = alice.request("GET", "/api/whoami").nonce("used");
    assert_eq!(used.send().await.status, 302);
    refused(&server, |url| {
        rise(&alice.request("GET", url).nonce("used"), url)
    })
    .await;
    // The same answer twice, and another one to the same challenge.
    for again in [true, false] {
        let mut socket = Socket::raw(&server).await;
        let url = socket.challenge().await;
        let answer = rise(&alice.request("GET", &url), &url);
        socket.say(&answer).await;
        assert_eq!(socket.hear().await["user"], "alice");
        let second = match again {
            true => answer,
            false => rise(&alice.request("GET", &url), &url),
        };
        socket.say(&second).await;
        assert_eq!(socket.closed().await, normal());
    }
    // Only the last challenge counts.
    let mut socket = Socket::raw(&server).await;
    let url = socket.challenge().await;
    socket.settle().await;
    socket.say(&rise(&alice.request("GET", &url), &url)).await;
    assert_eq!(socket.closed().await, normal());
}

#[tokio::test]
async fn what_a_client_may_say_has_limits() {
    let server = TestServer::start().await;
    let mut large = Socket::raw(&server).await;
    large.challenge().await;
    large.send("x".repeat(16 * 1_024 + 1)).await;
    assert_eq!(large.closed().await, (1009, "Message too big".to_owned()));
    // What is larger still is not even read.
    let mut huge = Socket::raw(&server).await;
    huge.challenge().await;
    huge.send("x".repeat(1_000_000)).await;
    assert_eq!(huge.closed().await.0, 1006);

    let mut flood = Socket::raw(&server).await;
    flood.challenge().await;
    let too_much = (1008, "Too many messages or feeds".to_owned());
    for _ in 0..400 {
        flood.send("{}").await;
    }
    assert_eq!(flood.closed().await, too_much);

    let mut greedy = Socket::raw(&server).await;
    greedy.challenge().await;
    let client = server.client().await;
    for number in 0..12 {
        let user = client.new_user(&format!("user{number}")).await;
        for feed in FEEDS {
            let feed = url(&server, &user, feed);
            greedy.say(&json!({"cmd": "follow", "url": feed})).await;
        }
    }
    assert_eq!(greedy.closed().await, too_much);
}

#[tokio::test]
async fn a_revoked_token_ends_the_connection() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let client = server.client().await;
    let temporary = begin(&client, "oob").await;
    let verifier = agree(&server, "alice", &temporary).await;
    let second = exchange(&client, &temporary, &verifier).await;
    let second = client.with_token(credentials(&second));
    let mut socket = Socket::raw(&server).await;
    socket.rise(&second).await;
    let inbox = url(&server, &alice, "inbox");
    socket.follow(&inbox).await;
    let change = json!({"nickname": "alice", "password": format!("{PASSWORD}2")});
    alice.put_json("/api/user/alice", &change).await.ok();
    bob.does(addressed(post(note("private")), "to", &[alice.person()]))
        .await;
    assert_eq!(socket.closed().await, normal());
}

#[tokio::test]
async fn two_hundred_connections_are_told_the_same() {
    let server = TestServer::start_with(|builder| builder.metrics("127.0.0.1:0")).await;
    let alice = server.user("alice").await;
    let feed = url(&server, &alice, "feed");
    let mut sockets = Vec::new();
    for _ in 0..200 {
        let mut socket = Socket::raw(&server).await;
        socket.challenge().await;
        socket.follow(&feed).await;
        sockets.push(socket);
    }
    assert_eq!(open_streams(&server, "websocket").await, 200);
    let mut posted = Vec::new();
    for number in 0..3 {
        posted.push(id(&alice
            .does(post_publicly(note(&number.to_string())))
            .await));
    }
    for socket in &mut sockets {
        for id in &posted {
            assert_eq!(socket.update().await, (feed.clone(), id.clone()));
        }
    }
    drop(sockets);
    while open_streams(&server, "websocket").await > 0 {
        alice.does(post_publicly(note("?"))).await;
    }
}

#[tokio::test]
async fn connections_end_with_the_server() {
    let mut server = TestServer::start().await;
    let alice = server.user("alice").await;
    let mut sockets = Vec::new();
    for _ in 0..3 {
        let mut socket = Socket::raw(&server).await;
        socket.rise(&alice).await;
        sockets.push(socket);
    }
    let stopping = tokio::spawn(async move {
        server.stop().await;
        server
    });
    for mut socket in sockets {
        assert_eq!(socket.closed().await, (1001, "Going away".to_owned()));
    }
    // Nothing of it is left that would hold the data.
    stopping.await.unwrap().restart().await;
}

#[tokio::test]
async fn one_address_holds_so_many_connections() {
    let server = TestServer::start_with(|builder| builder.limits_per_address(0, 1)).await;
    let poll = |session: &str, from: &str| {
        let path = format!("{ENDPOINT}/0/{session}/xhr");
        let call = server.anonymous().request("POST", &path);
        call.header("x-forwarded-for", from)
    };
    assert_eq!(poll("a", "203.0.113.5").send().await.status, 200);
    assert_eq!(poll("b", "203.0.113.5").send().await.status, 429);
    assert_eq!(poll("a", "203.0.113.5").send().await.status, 200);
    assert_eq!(poll("b", "203.0.113.6").send().await.status, 200);
}
