//! SockJS 0.3: the ways to the realtime endpoint (pump.io protocol, section 8).

use pumphouse_testkit::{Caller, Pieces, Reply, TestServer};
use serde_json::{Value, json};

use crate::socket::{ENDPOINT, Socket, rise};
use crate::support::{note, open_streams, post, post_publicly};

/// A session over requests.
struct Session {
    nobody: Caller,
    path: String,
}

impl Session {
    fn new(server: &TestServer, name: &str) -> Self {
        Self {
            nobody: server.anonymous(),
            path: format!("{ENDPOINT}/000/{name}"),
        }
    }

    fn at(&self, transport: &str) -> String {
        format!("{}/{transport}", self.path)
    }

    /// The next frame.
    async fn poll(&self) -> String {
        let reply = self.nobody.request("POST", &self.at("xhr")).send().await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let kind = reply.header("content-type");
        assert_eq!(kind, "application/javascript; charset=UTF-8");
        let frame = reply.body.strip_suffix('\n');
        frame.unwrap().to_owned()
    }

    /// The messages of the next frame.
    async fn messages(&self) -> Vec<Value> {
        messages(&self.poll().await)
    }

    async fn send(&self, payload: &str) -> Reply {
        let call = self.nobody.request("POST", &self.at("xhr_send"));
        call.body("text/plain", payload).send().await
    }

    async fn say(&self, message: &Value) {
        let reply = self.send(&json!([message.to_string()]).to_string()).await;
        assert_eq!((reply.status, reply.body.as_str()), (204, ""));
    }

    async fn stream(&self, method: &str, transport: &str) -> Pieces {
        let call = self.nobody.request(method, &self.at(transport));
        call.open().await
    }
}

/// What is in a frame `a["…"]`.
fn messages(frame: &str) -> Vec<Value> {
    assert!(frame.starts_with('a'), "no messages: {frame}");
    let texts: Vec<String> = serde_json::from_str(&frame[1..]).unwrap();
    let parse = |text: &String| serde_json::from_str(text).unwrap();
    texts.iter().map(parse).collect()
}

fn follow(feed: &str) -> Value {
    json!({"cmd": "follow", "url": feed})
}

#[tokio::test]
async fn the_endpoint_greets_and_says_what_it_can_do() {
    let server = TestServer::start().await;
    let nobody = server.anonymous();
    for path in [ENDPOINT.to_owned(), format!("{ENDPOINT}/")] {
        let greeting = nobody.get(&path).await;
        assert_eq!(greeting.body, "Welcome to SockJS!\n");
        assert_eq!(greeting.header("content-type"), "text/plain; charset=UTF-8");
    }
    let info = nobody.get(&format!("{ENDPOINT}/info")).await.ok();
    let entropy = info["entropy"].as_u64().unwrap();
    let wanted = json!({
        "websocket": true, "origins": ["*:*"], "cookie_needed": false, "entropy": entropy,
    });
    assert_eq!(info, wanted);
    let again = nobody.get(&format!("{ENDPOINT}/info")).await.ok();
    assert_ne!(again["entropy"], info["entropy"]);
}

#[tokio::test]
async fn pages_of_all_sites_may_connect_and_nothing_is_cached() {
    let server = TestServer::start().await;
    let nobody = server.anonymous();
    let info = format!("{ENDPOINT}/info");
    let plain = nobody.get(&info).await;
    assert_eq!(plain.header("access-control-allow-origin"), "*");
    assert!(plain.header("cache-control").starts_with("no-store"));
    let page = nobody
        .request("GET", &info)
        .header("origin", "https://x.test");
    let page = page.send().await;
    assert_eq!(page.header("access-control-allow-origin"), "https://x.test");
    assert_eq!(page.header("access-control-allow-credentials"), "true");
    for (path, methods) in [
        ("/info", "OPTIONS, GET"),
        ("/a/b/xhr", "OPTIONS, POST"),
        ("/a/b/xhr_streaming", "OPTIONS, POST"),
        ("/a/b/xhr_send", "OPTIONS, POST"),
        ("/a/b/eventsource", "OPTIONS, GET"),
    ] {
        let asked = nobody
            .request("OPTIONS", &format!("{ENDPOINT}{path}"))
            .header("origin", "https://x.test")
            .header("access-control-request-headers", "content-type")
            .send()
            .await;
        assert_eq!(asked.status, 204, "{path}");
        assert_eq!(asked.header("access-control-allow-methods"), methods);
        assert_eq!(asked.header("access-control-allow-headers"), "content-type");
        assert_eq!(asked.header("access-control-max-age"), "31536000");
    }
    // Nowhere else.
    let api = nobody.get("/api/users").await;
    assert_eq!(api.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_conversation_over_polling() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let feed = format!("{}{}", server.base(), alice.path("feed"));
    let session = Session::new(&server, "polling");
    assert_eq!(session.poll().await, "o");
    let challenge = session.messages().await;
    let url = challenge[0]["url"].as_str().unwrap();
    session.say(&rise(&alice.request("GET", url), url)).await;
    session.say(&follow(&feed)).await;
    let known = session.messages().await;
    assert_eq!(known, [json!({"cmd": "authenticated", "user": "alice"})]);
    // What happens between two requests is told by the next, all at once.
    alice.does(post(note("1"))).await;
    alice.does(post(note("2"))).await;
    let told = session.messages().await;
    let contents = |told: &[Value]| -> Vec<String> {
        let content = |update: &Value| update["activity"]["object"]["content"].to_string();
        told.iter().map(content).collect()
    };
    assert_eq!(contents(&told), ["\"1\"", "\"2\""]);
    // And what happens during one at once.
    let (next, _) = tokio::join!(session.messages(), alice.does(post(note("3"))));
    assert_eq!(contents(&next), ["\"3\""]);
}

#[tokio::test]
async fn sent_text_has_to_be_an_array_of_texts() {
    let server = TestServer::start().await;
    let session = Session::new(&server, "sending");
    let missing = session.send("[\"{}\"]").await;
    assert_eq!(missing.status, 404);
    session.poll().await;
    for (payload, text) in [
        ("", "Payload expected."),
        ("[\"x", "Broken JSON encoding."),
        ("{}", "Broken JSON encoding."),
        ("[1]", "Broken JSON encoding."),
    ] {
        let reply = session.send(payload).await;
        assert_eq!((reply.status, reply.body.as_str()), (500, text));
    }
    assert_eq!(session.send("[]").await.status, 204);
    assert_eq!(session.messages().await[0]["cmd"], "challenge");
}

/// Quirk 27: also over requests.
#[tokio::test]
async fn quirk_27_a_session_that_says_no_json_is_closed() {
    let server = TestServer::start().await;
    let session = Session::new(&server, "closed");
    session.poll().await;
    session.messages().await;
    session.send("[\"no JSON\"]").await;
    for _ in 0..2 {
        assert_eq!(session.poll().await, "c[1000,\"Normal closure\"]");
    }
}

#[tokio::test]
async fn a_conversation_over_a_stream() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let feed = format!("{}{}", server.base(), alice.path("feed"));
    for (method, transport, end, before, prelude) in [
        ("POST", "xhr_streaming", "\n", "", "h".repeat(2_048)),
        ("GET", "eventsource", "\r\n\r\n", "data: ", String::new()),
    ] {
        let session = Session::new(&server, transport);
        let mut pieces = session.stream(method, transport).await;
        if transport == "eventsource" {
            assert_eq!(pieces.until("\r\n").await.unwrap(), prelude);
            assert_eq!(
                pieces.header("content-type"),
                "text/event-stream; charset=UTF-8"
            );
        } else {
            assert_eq!(pieces.until("\n").await.unwrap(), prelude);
        }
        assert_eq!(pieces.until(end).await.unwrap(), format!("{before}o"));
        let challenge = pieces.until(end).await.unwrap();
        let challenge = messages(challenge.strip_prefix(before).unwrap());
        assert_eq!(challenge[0]["cmd"], "challenge");
        session.say(&follow(&feed)).await;
        alice.does(post_publicly(note("told"))).await;
        let update = pieces.until(end).await.unwrap();
        let update = messages(update.strip_prefix(before).unwrap());
        assert_eq!(update[0]["activity"]["object"]["content"], "told");
        // A second one that receives is sent away, and the first goes on.
        assert_eq!(
            session.poll().await,
            "c[2010,\"Another connection still open\"]"
        );
        session.send("[\"no JSON\"]").await;
        let close = pieces.until(end).await.unwrap();
        assert_eq!(close, format!("{before}c[1000,\"Normal closure\"]"));
        assert_eq!(pieces.until(end).await, None);
    }
}

#[tokio::test]
async fn a_long_stream_ends_and_the_next_goes_on() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let feed = format!("{}{}", server.base(), alice.path("feed"));
    let session = Session::new(&server, "long");
    let mut pieces = session.stream("POST", "xhr_streaming").await;
    session.say(&follow(&feed)).await;
    let large = "x".repeat(50_000);
    let mut seen = Vec::new();
    let mut streams = 1;
    for number in 0..8 {
        let large = format!("{number} {large}");
        alice.does(post_publicly(note(&large))).await;
        while seen.len() <= number {
            match pieces.until("\n").await {
                Some(frame) if frame.starts_with('a') => seen.extend(
                    messages(&frame)
                        .iter()
                        .filter_map(|message| message["activity"]["object"]["content"].as_str())
                        .map(|content| content[..1].parse::<usize>().unwrap()),
                ),
                Some(_) => {}
                None => {
                    pieces = session.stream("POST", "xhr_streaming").await;
                    streams += 1;
                }
            }
        }
    }
    assert_eq!(seen, (0..8).collect::<Vec<_>>());
    assert!(streams > 2, "{streams}");
}

#[tokio::test]
async fn who_goes_away_in_the_middle_has_lost_the_session() {
    let server = TestServer::start_with(|builder| builder.metrics("127.0.0.1:0")).await;
    let session = Session::new(&server, "gone");
    let mut pieces = session.stream("POST", "xhr_streaming").await;
    while !pieces.until("\n").await.unwrap().starts_with('a') {}
    assert_eq!(open_streams(&server, "xhr_streaming").await, 1);
    drop(pieces);
    let interrupted = "c[1002,\"Connection interrupted\"]";
    loop {
        match session.poll().await.as_str() {
            "c[2010,\"Another connection still open\"]" => {}
            frame => break assert_eq!(frame, interrupted),
        }
    }
    // What nobody asks for any more is forgotten.
    while open_streams(&server, "xhr_streaming").await > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(session.send("[]").await.status, 404);
}

#[tokio::test]
async fn scripts_can_carry_a_conversation() {
    let server = TestServer::start().await;
    let session = Session::new(&server, "script");
    let get = async |query: &str| {
        session
            .nobody
            .get(&session.at(&format!("jsonp{query}")))
            .await
    };
    for (query, text) in [
        ("", "\"callback\" parameter required"),
        ("?c=", "\"callback\" parameter required"),
        ("?c=alert(1)//", "invalid \"callback\" parameter"),
    ] {
        let reply = get(query).await;
        assert_eq!((reply.status, reply.body.as_str()), (500, text));
    }
    assert_eq!(get("?c=app.cb").await.body, "/**/app.cb(\"o\");\r\n");
    let challenge = get("?c=cb").await;
    assert!(
        challenge
            .body
            .starts_with(r#"/**/cb("a[\"{\\\"cmd\\\":\\\"challenge\\\""#),
        "{challenge:?}"
    );
    let kind = challenge.header("content-type");
    assert_eq!(kind, "application/javascript; charset=UTF-8");
    let request = json!([json!({"cmd": "request"}).to_string()]).to_string();
    let send = session.nobody.request("POST", &session.at("jsonp_send"));
    let sent = send.clone().form(&[("d", request.as_str())]).send().await;
    assert_eq!((sent.status, sent.body.as_str()), (200, "ok"));
    assert!(get("?c=cb").await.body.contains("challenge"));
    let sent = send.clone().body("text/plain", request).send().await;
    assert_eq!(sent.body, "ok");
    assert!(get("?c=cb").await.body.contains("challenge"));
    let empty = send.form(&[("x", "y")]).send().await;
    assert_eq!(
        (empty.status, empty.body.as_str()),
        (500, "Payload expected.")
    );
}

#[tokio::test]
async fn a_websocket_with_frames_says_the_same() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let mut socket = Socket::open(&server, "/000/framed/websocket").await;
    assert_eq!(socket.receive().await.unwrap(), "o");
    let challenge = messages(&socket.receive().await.unwrap());
    let url = challenge[0]["url"].as_str().unwrap();
    let answer = rise(&alice.request("GET", url), url).to_string();
    // An array of messages, or one alone.
    socket.send(json!([answer]).to_string()).await;
    let known = messages(&socket.receive().await.unwrap());
    assert_eq!(known, [json!({"cmd": "authenticated", "user": "alice"})]);
    socket.send("").await;
    let request = json!({"cmd": "request"}).to_string();
    socket.send(json!(request).to_string()).await;
    assert_eq!(
        messages(&socket.receive().await.unwrap())[0]["cmd"],
        "challenge"
    );
    socket.send("[\"no JSON\"]").await;
    assert_eq!(
        socket.receive().await.unwrap(),
        "c[1000,\"Normal closure\"]"
    );
    assert_eq!(socket.closed().await, (1000, "Normal closure".to_owned()));
    // Two connections of one name are two.
    let mut broken = Socket::open(&server, "/000/framed/websocket").await;
    assert_eq!(broken.receive().await.unwrap(), "o");
    broken.receive().await.unwrap();
    broken.send("{").await;
    assert_eq!(
        broken.receive().await.unwrap(),
        "c[1000,\"Normal closure\"]"
    );
}

#[tokio::test]
async fn what_is_no_address_of_a_session_is_not_found() {
    let server = TestServer::start().await;
    let nobody = server.anonymous();
    for (method, path) in [
        ("GET", "/x"),
        ("GET", "/a/b"),
        ("GET", "/a/b/c"),
        ("POST", "/a.b/c/xhr"),
        ("POST", "/a/b.c/xhr"),
        ("GET", "/a.b/c/eventsource"),
        ("POST", "/a/b/unknown"),
        ("POST", "/a/b/c/xhr"),
    ] {
        let reply = nobody.request(method, &format!("{ENDPOINT}{path}"));
        assert_eq!(reply.send().await.status, 404, "{path}");
    }
    let plain = nobody.get(&format!("{ENDPOINT}/websocket")).await;
    assert_eq!(
        (plain.status, plain.body.as_str()),
        (400, "Can \"Upgrade\" only to \"WebSocket\".")
    );
    let half = nobody
        .request("GET", &format!("{ENDPOINT}/a/b/websocket"))
        .header("upgrade", "websocket");
    let half = half.send().await;
    assert_eq!(
        (half.status, half.body.as_str()),
        (400, "\"Connection\" must be \"Upgrade\".")
    );
}

#[tokio::test]
async fn the_endpoint_can_be_left_out() {
    let server = TestServer::start_with(|builder| builder.sockjs(false)).await;
    let nobody = server.anonymous();
    for path in ["", "/info", "/websocket", "/a/b/xhr"] {
        let reply = nobody.get(&format!("{ENDPOINT}{path}")).await;
        assert_eq!(reply.status, 404, "{path}");
    }
    // Plain streams are there all the same.
    let alice = server.user("alice").await;
    let mut events = nobody.request("GET", &alice.path("feed")).events().await;
    alice.does(post_publicly(note("told"))).await;
    assert!(events.next().await.is_some());
}
