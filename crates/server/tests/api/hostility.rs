//! Whatever is sent, there is an answer, the fault is not the server's, and it serves the next.

use pumphouse_testkit::{Caller, TestServer};
use serde_json::{Value, json};

use crate::support::{does, href, ids, mention, note, post, post_publicly};

/// Every route, with `ID` where there is one.
const ROUTES: &[&str] = &[
    "/",
    "/main/register",
    "/main/login",
    "/main/logout",
    "/oauth/request_token",
    "/oauth/authorize",
    "/oauth/access_token",
    "/static/style.css",
    "/robots.txt",
    "/.well-known/host-meta",
    "/.well-known/host-meta.json",
    "/.well-known/webfinger",
    "/api/lrdd",
    "/api/client/register",
    "/api/whoami",
    "/api/users",
    "/api/user/ID",
    "/api/user/ID/profile",
    "/api/user/ID/feed",
    "/api/user/ID/feed/major",
    "/api/user/ID/feed/minor",
    "/api/user/ID/inbox",
    "/api/user/ID/inbox/ID",
    "/api/user/ID/followers",
    "/api/user/ID/following",
    "/api/user/ID/favorites",
    "/api/user/ID/lists/ID",
    "/api/activity/ID",
    "/api/ID",
    "/api/note/ID",
    "/api/ID/likes",
    "/api/note/ID/replies",
];

const METHODS: &[&str] = &[
    "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW",
];

/// The server answers an ordinary request.
async fn serves(server: &TestServer, alice: &Caller) {
    server
        .anonymous()
        .get("/.well-known/host-meta.json")
        .await
        .ok();
    alice.does(post(note("still here"))).await;
    alice.get(&alice.path("inbox")).await.ok();
}

fn nested(depth: usize, open: &str, close: &str) -> String {
    [open.repeat(depth), close.repeat(depth)].concat()
}

/// Bodies that no route expects.
fn bodies() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = [
        "",
        "{",
        "[]",
        "null",
        "7",
        "\"x\"",
        "{}",
        "{\"verb\":7}",
        "{\"object\":[]}",
        "{\"object\":{\"objectType\":\"note\",\"replies\":{\"items\":\"x\"}}}",
        "{\"object\":{\"objectType\":\"note\",\"likes\":{\"totalItems\":1e400}}}",
        "{\"object\":{\"objectType\":\"note\",\"published\":{}},\"to\":{\"a\":1}}",
        "{\"nickname\":\"\\u0000\",\"password\":\"\\u0000\"}",
        "{\"nickname\":{\"$ne\":1},\"password\":[]}",
        "{\"type\":\"client_associate\",\"contacts\":{},\"redirect_uris\":{}}",
        "{\"type\":\"client_update\",\"client_id\":[],\"client_secret\":{}}",
        "{\"verb\":\"post\",\"verb\":\"post\"}",
        "{\"a\":\"\\ud800\"}",
        "\u{feff}{}",
        "nickname=%ff%fe&password=%00&nickname=%&=&&%zz=%u1234",
        "oauth_token=%00&verifier=%ff&username=%ff&password=%ff",
    ]
    .into_iter()
    .map(|body| body.as_bytes().to_vec())
    .collect();
    bodies.push(b"{\"object\":\"\xff\xfe\"}".to_vec());
    bodies.push(vec![0; 1_000]);
    bodies.push(nested(10_000, "[", "]").into_bytes());
    bodies.push(nested(10_000, "{\"object\":", "").into_bytes());
    bodies.push("9".repeat(50_000).into_bytes());
    bodies
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_every_body() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    // The one request that would end the caller's account, whatever its body, comes last.
    let farewell = |method: &str, address: &str| method == "DELETE" && address == "/api/user/alice";
    for route in ROUTES {
        let address = route.replace("ID", "alice");
        for method in METHODS {
            if !farewell(method, &address) {
                sends_all_bodies(&alice, method, &address).await;
            }
        }
    }
    serves(&server, &alice).await;
    sends_all_bodies(&alice, "DELETE", "/api/user/alice").await;
    serves(&server, &server.user("bob").await).await;
}

async fn sends_all_bodies(alice: &Caller, method: &str, address: &str) {
    let client = alice.two_legged();
    for (number, body) in bodies().into_iter().enumerate() {
        let media_type = match number % 4 {
            0..=1 => "application/json",
            2 => "application/x-www-form-urlencoded",
            _ => "multipart/form-data; boundary=\"",
        };
        let signer = if number % 2 == 0 { alice } else { &client };
        let call = signer.request(method, address);
        let reply = call.body(media_type, body).send().await;
        assert!(reply.status < 500, "{method} {address} {number}: {reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_every_address() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let long = "x".repeat(5_000);
    for route in ROUTES {
        for id in [
            "%00",
            "%ff%fe",
            "%",
            "%zz",
            "..",
            "%2e%2e%2f",
            "%2F",
            "a%2Fb",
            "''",
            "%27%20OR%201%3D1",
            "\u{fc}",
            "alice%00",
            "%F0%9F%92%A9",
            &long,
        ] {
            for query in [
                "",
                "?count=%00&offset=%ff",
                "?count=-9999999999999999999999&offset=NaN",
                "?count=1&count=2&before=&before=x&since=%ff",
                "?id=%00&id=&id=%ff&resource=%ff&resource=&oauth_token=%00&oauth_token=x",
                "?resource=acct%3A%00%40pump.test&offset=18446744073709551616",
                "?before=%27%3B%20DROP%20TABLE%20users%3B",
                "?&&&==&%=%&%00=%00",
            ] {
                let address = format!("{}{query}", route.replace("ID", id));
                let mut call = alice.request("GET", &address);
                if query.contains("oauth_token") {
                    call = call.unsigned();
                }
                let reply = call.send().await;
                assert!(reply.status < 500, "{address}: {reply:?}");
                let is_api = address.starts_with("/api/") && !address.starts_with("/api/../");
                if is_api && reply.status != 200 && reply.header("location").is_empty() {
                    let is_plain = reply.header("content-type") == "text/plain";
                    assert!(is_plain || !reply.refusal(reply.status).is_empty());
                }
            }
        }
    }
    serves(&server, &alice).await;
}

#[tokio::test]
async fn what_is_no_http_is_refused_or_dropped() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let line = |line: &[u8]| [line, b"\r\nHost: pump.test\r\nConnection: close\r\n\r\n"].concat();
    let header = |header: &[u8]| {
        [
            b"GET / HTTP/1.1\r\nHost: pump.test\r\nConnection: close\r\n",
            header,
            b"\r\n\r\n",
        ]
        .concat()
    };
    let requests = [
        line(b"GET /\xff\xfe HTTP/1.1"),
        line(b"GET /api/user/\xc3\xa4 HTTP/1.1"),
        line(b"GET /?q=\xff HTTP/1.1"),
        line(b"GET / HTTP/9.9"),
        line(b"GET  HTTP/1.1"),
        line(b"GET http://other.test/api/whoami HTTP/1.1"),
        line(b"GET * HTTP/1.1"),
        line(b"OPTIONS * HTTP/1.1"),
        line(b"CONNECT pump.test:443 HTTP/1.1"),
        line(b"G\x00T / HTTP/1.1"),
        line(&[b"GET /".as_slice(), &vec![b'a'; 200_000], b" HTTP/1.1"].concat()),
        header(&[b"X-Large: ".as_slice(), &vec![b'a'; 1_000_000]].concat()),
        header(&b"X-Many: x\r\n".repeat(500)),
        header(b"Cookie: __Host-pumphouse=\xff\xfe; a; =; ;;"),
        header(
            &[
                b"Cookie: ".as_slice(),
                &b"__Host-pumphouse=x; ".repeat(3_000),
            ]
            .concat(),
        ),
        header(b"Authorization: OAuth \xff\xfe"),
        header(b"Authorization: \x01"),
        header(b"Accept: \xff, text/html"),
        header(b"Content-Type: \xff"),
        header(b"Content-Length: -1"),
        header(b"Content-Length: 99999999999999999999"),
        header(b"Content-Length: 5\r\nContent-Length: 6"),
        header(b"Transfer-Encoding: chunked\r\nContent-Length: 5"),
        header(b"Transfer-Encoding: nonsense"),
        header(b"Expect: nonsense"),
        header(b"no colon"),
        b"\r\n\r\n\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
    ];
    for request in requests {
        let shown = String::from_utf8_lossy(&request[..request.len().min(60)]).into_owned();
        // Those that send no whole head are waited for; they say they are done by closing.
        let reply = tokio::time::timeout(
            std::time::Duration::from_secs(18),
            server.send_raw(&request),
        );
        if let Ok(Some(reply)) = reply.await {
            assert!(reply.status < 500, "{shown}: {reply:?}");
        }
    }
    serves(&server, &alice).await;
}

#[tokio::test]
async fn a_body_that_ends_early_or_is_badly_chunked_changes_nothing() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    for (head, body) in [
        ("Content-Length: 1000", "type=client_associate".to_owned()),
        ("Transfer-Encoding: chunked", "5\r\nty".to_owned()),
        (
            "Transfer-Encoding: chunked",
            "zz\r\ntype\r\n0\r\n\r\n".to_owned(),
        ),
        (
            "Transfer-Encoding: chunked",
            format!("{:x}\r\n{}\r\n0\r\n\r\n", 200_000, "x".repeat(200_000)),
        ),
    ] {
        let request = format!(
            "POST /api/client/register HTTP/1.1\r\nHost: pump.test\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n{head}\r\n\r\n{body}"
        );
        let mut connection = server.connect().await;
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let _ = connection.write_all(request.as_bytes()).await;
        let _ = connection.shutdown().await;
        let mut answer = Vec::new();
        let _ = connection.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(!answer.contains("client_id"), "{answer}");
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{answer}"
        );
    }
    serves(&server, &alice).await;
}

/// An object that contains itself to a depth, by `inReplyTo` and by a list.
fn deep(depth: usize, inner: &str, is_list: bool) -> Value {
    (0..depth).fold(note("x"), |object, _| {
        let mut outer = note("x");
        outer[inner] = if is_list { json!([object]) } else { object };
        outer
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_nest_only_so_deep_that_every_reader_can_read_them() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    for (inner, is_list, deepest) in [
        ("location", false, 30),
        ("author", false, 30),
        ("attachments", true, 15),
        ("tags", true, 15),
        ("unknown", false, 30),
    ] {
        alice
            .does(post_publicly(deep(deepest, inner, is_list)))
            .await;
        for depth in [deepest + 1, 60, 120, 250] {
            let reply = alice.tries(post(deep(depth, inner, is_list))).await;
            assert_eq!(
                reply.refusal(400),
                "Invalid JSON: it nests more than 32 levels deep",
                "{inner} {depth}"
            );
        }
    }
    // Whatever was taken can be read in every feed by parsers with the usual limit of 128.
    for path in ["feed", "feed/major", "inbox", "inbox/major"] {
        alice.get(&alice.path(path)).await.ok();
    }
    serves(&server, &alice).await;
}

#[tokio::test]
async fn html_that_explodes_when_it_is_parsed_is_shown_as_text() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let formats: String = (0..4_000).map(|number| format!("<b a={number}>")).collect();
    let bomb = format!("<p>{formats}{}", "<p>x".repeat(8_000));
    for content in [
        bomb,
        "<div>".repeat(15_000),
        "<b>".repeat(20_000),
        "<table>".repeat(10_000),
        "<a href=x>".repeat(8_000),
        format!("{}{}", "<i>".repeat(10_000), "</b>".repeat(10_000)),
        "&".repeat(60_000),
        "<".repeat(60_000),
        "<!--".repeat(15_000),
        "<svg><math>".repeat(5_000),
        "<select><option>".repeat(4_000),
    ] {
        let done = alice.does(post(note(&content))).await;
        assert!(done.to_string().len() < 2_000_000);
    }
    serves(&server, &alice).await;
}

#[tokio::test]
async fn html_grows_within_bounds_in_all_fields_of_a_request_together() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let long = format!("<p><b title=\"{}\">x", "a".repeat(80_000));
    let long = format!("{long}{}", "<p>x".repeat(4_000));
    let short = format!("<p>{}{}", "<b title=x>".repeat(120), "<p>x".repeat(250));
    let mut many = note(&short);
    many["attachments"] = json!(vec![note(&short); 35]);
    for object in [note(&long), many] {
        let given = object.to_string().len();
        let done = alice.does(post(object)).await;
        let kept = done.to_string().len();
        assert!(kept < 5 * given, "{given} became {kept}");
    }
    let done = alice.does(post(note("x"))).await;
    let change = json!({"content": long});
    let changed = alice.put_json(href(&done), &change).await.ok();
    let kept = changed.to_string().len();
    assert!(kept < 5 * long.len(), "{kept}");
}

#[tokio::test]
async fn what_grows_by_one_update_after_another_has_a_limit() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let done = alice.does(post(note("x"))).await;
    let address = href(&done["object"]);
    for number in 0..4 {
        let mut change = note("x");
        change[format!("more{number}")] = "x".repeat(100_000).into();
        alice.put_json(address, &change).await.ok();
    }
    let change = json!({"objectType": "note", "last": "x".repeat(100_000)});
    let reply = alice.put_json(address, &change).await;
    reply.refused(413, "Written out, this takes more than 409600 bytes.");
    let kept = alice.get(address).await.ok();
    assert_eq!(kept.get("last"), None);
    assert_eq!(kept["more3"].as_str().map(str::len), Some(100_000));
}

#[tokio::test]
async fn strange_values_are_kept_or_refused_but_break_nothing() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let strange = "\u{0}\u{1}\u{7f}\u{202e}\u{feff}\u{1f4a9}'\"<>&\\%00\r\n";
    for activity in [
        json!({"verb": strange, "object": note(strange)}),
        json!({"verb": "", "object": note("x")}),
        json!({"verb": "x".repeat(50_000), "object": note("x")}),
        json!({"object": {"objectType": strange, "displayName": strange, "content": strange}}),
        json!({"object": {"objectType": "", "id": ""}}),
        json!({"object": {"objectType": "x".repeat(50_000)}}),
        json!({"object": {"objectType": "note", "id": strange}}),
        json!({"object": {"objectType": "note", "id": format!("tag:{}", "x".repeat(50_000))}}),
        json!({"object": {"objectType": "note", strange: strange, "": ""}}),
        json!({"id": strange, "object": note("x")}),
        json!({"published": strange, "title": strange, "object": note("x")}),
        json!({"to": vec![json!({"objectType": "person", "id": strange}); 500], "object": note("x")}),
        json!({"to": [{"objectType": strange, "id": "http://activityschema.org/collection/public"}], "object": note("x")}),
        json!({"target": {"objectType": strange, "id": strange}, "object": note("x")}),
        json!({"object": {"objectType": "collection", "displayName": strange, "objectTypes": [strange]}}),
        json!({"object": {"objectType": "note", "inReplyTo": {"objectType": strange, "id": strange}}}),
        json!({"verb": "follow", "object": {"objectType": "person", "id": strange}}),
        json!({"verb": "update", "object": {"objectType": "person", "id": alice.id(), "displayName": strange}}),
        json!({"object": {"objectType": "image", "image": {"url": strange, "width": 1e300, "height": -1}}}),
        json!({"object": {"objectType": "note", "tags": vec![json!({}); 5_000]}}),
        json!({"object": {"objectType": "note", "objectTypes": [], "displayName": null}}),
    ] {
        let reply = alice.tries(activity.clone()).await;
        let shown: String = activity.to_string().chars().take(100).collect();
        assert!(reply.status < 500, "{shown}: {reply:?}");
        if reply.status != 200 {
            assert!(!reply.refusal(400).is_empty());
            continue;
        }
        let done = reply.ok();
        // Quirk 31: what was taken can be read, liked and answered.
        for address in [href(&done), href(&done["object"])] {
            let status = alice.get(address).await.status;
            assert_eq!(status, 200, "{shown}");
        }
        if done["verb"] == "post" {
            alice.does(does("like", mention(&done["object"]))).await;
        }
    }
    for path in [
        "feed",
        "feed/major",
        "feed/minor",
        "inbox",
        "inbox/major",
        "favorites",
        "lists/person",
    ] {
        let page = alice.get(&alice.path(path)).await.ok();
        ids(&page);
        bob.get(&alice.path(path.replace("inbox", "feed").as_str()))
            .await
            .ok();
    }
    let mut browser = server.browser();
    browser.log_in("alice").await;
    let home = browser.get("/").await;
    assert_eq!(home.status, 200);
    serves(&server, &alice).await;
}

/// Quirk 26: strange forms ended the process.
#[tokio::test]
async fn quirk_26_strange_forms_are_answered() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let mut browser = server.browser();
    for page in [
        "/main/login",
        "/main/register",
        "/oauth/authorize",
        "/main/logout",
    ] {
        for fields in [
            &[][..],
            &[
                ("nickname", "alice"),
                ("nickname", "bob"),
                ("password", "\u{0}"),
            ],
            &[
                ("username", "\u{0}"),
                ("oauth_token", "\u{1f4a9}"),
                ("password", ""),
            ],
            &[("oauth_token", ""), ("verifier", "")],
            &[("oauth_token", "x"), ("verifier", "x"), ("deny", "x")],
        ] {
            let reply = browser.submit(page, fields).await;
            assert!(reply.status < 500, "{page}: {reply:?}");
        }
    }
    serves(&server, &alice).await;
}
