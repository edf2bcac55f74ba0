//! Discovery: host metadata and webfinger (pump.io protocol, section 1).

use pumphouse_testkit::{Reply, TestServer};
use serde_json::json;

use crate::support::{href, note, post, post_publicly};

/// Reads with an `Accept` header, or without one.
async fn with_accept(server: &TestServer, address: &str, accept: Option<&str>) -> Reply {
    let accept = accept.map_or(String::new(), |accept| format!("Accept: {accept}\r\n"));
    let request =
        format!("GET {address} HTTP/1.1\r\nHost: pump.test\r\nConnection: close\r\n{accept}\r\n");
    server.send_raw(request.as_bytes()).await.unwrap()
}

#[tokio::test]
async fn host_metadata_is_json_for_who_admits_it_and_xrd_for_others() {
    let server = TestServer::start().await;
    let nobody = server.anonymous();
    let json = nobody.get("/.well-known/host-meta.json").await.ok();
    insta::assert_json_snapshot!("host-meta", json);
    for accept in [
        "*/*",
        "application/json",
        "application/xrd+xml, application/json;q=0.1",
        "text/html, */*; q=0.1",
    ] {
        let reply = with_accept(&server, "/.well-known/host-meta", Some(accept)).await;
        assert_eq!(reply.ok(), json, "{accept}");
        assert_eq!(reply.header("vary"), "Accept", "quirk 56");
    }
    for accept in [None, Some("application/xrd+xml"), Some("text/html")] {
        let reply = with_accept(&server, "/.well-known/host-meta", accept).await;
        assert_eq!(reply.header("content-type"), "application/xrd+xml");
        assert_eq!(reply.header("vary"), "Accept");
        let always = with_accept(&server, "/.well-known/host-meta.json", accept).await;
        assert_eq!(always.ok(), json);
    }
    let xrd = with_accept(&server, "/.well-known/host-meta", None).await;
    insta::assert_snapshot!("host-meta-xrd", xrd.body);
}

#[tokio::test]
async fn a_person_is_found_by_address() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let nobody = server.anonymous();
    let found = nobody
        .get("/.well-known/webfinger?resource=acct%3Aalice%40pump.test")
        .await
        .ok();
    insta::assert_json_snapshot!("webfinger", found);
    for resource in [
        "acct:alice@pump.test",
        "alice@pump.test",
        "acct:alice@PUMP.TEST",
        "acct:alice@pump.test:443",
        "alice@pump.test:443",
    ] {
        let query = format!("?resource={resource}&rel=self");
        let webfinger = format!("/.well-known/webfinger{query}");
        assert_eq!(nobody.get(&webfinger).await.ok(), found, "{resource}");
        let lrdd = format!("/api/lrdd{query}");
        let reply = with_accept(&server, &lrdd, Some("application/json")).await;
        assert_eq!(reply.ok(), found, "{resource}");
    }
    let lrdd = "/api/lrdd?resource=acct:alice@pump.test";
    let xrd = with_accept(&server, lrdd, None).await;
    assert_eq!(xrd.header("content-type"), "application/xrd+xml");
    insta::assert_snapshot!("lrdd-xrd", xrd.body);
}

#[tokio::test]
async fn an_object_is_found_by_its_address_and_tells_no_more_than_links() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let posted = alice.does(post_publicly(note("Hello"))).await;
    let id = href(&posted["object"]);
    let found = server
        .anonymous()
        .get(&format!("/.well-known/webfinger?resource={id}"))
        .await
        .ok();
    let link = |rel: &str, href: String| json!({"rel": rel, "href": href});
    assert_eq!(
        found,
        json!({"links": [
            link("self", id.to_owned()),
            link("replies", format!("{id}/replies")),
            link("likes", format!("{id}/likes")),
            link("shares", format!("{id}/shares")),
        ]})
    );
    let private = alice.does(post(note("Secret"))).await;
    let id = href(&private["object"]);
    let reply = server
        .anonymous()
        .get(&format!("/.well-known/webfinger?resource={id}"))
        .await;
    assert!(!reply.body.contains("Secret"));
}

#[tokio::test]
async fn what_cannot_be_found_is_said_to_be_so() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let nobody = server.anonymous();
    let mut browser = server.browser();
    for (query, status, text) in [
        ("", 400, "No resource parameter"),
        ("?rel=self", 400, "No resource parameter"),
        ("?resource=", 404, "Unrecognized host"),
        ("?resource=alice", 404, "Unrecognized host"),
        ("?resource=acct:alice@other.test", 404, "Unrecognized host"),
        (
            "?resource=acct:bob@pump.test",
            404,
            "No such 'user' with id 'bob'",
        ),
        (
            "?resource=https://other.test/api/note/x",
            404,
            "Unrecognized host",
        ),
        (
            "?resource=https://pump.test/alice",
            404,
            "Unknown object type",
        ),
        ("?resource=https://pump.test", 404, "Unrecognized host"),
        (
            "?resource=https://pump.test/api/note/x",
            404,
            "No such 'note' with id 'https://pump.test/api/note/x'",
        ),
        (
            "?resource=https://pump.test/api/nothing/x",
            404,
            "No such 'other' with id 'https://pump.test/api/nothing/x'",
        ),
        // Quirk 29: these were never answered.
        ("?resource=ftp://pump.test/x", 404, "Unrecognized host"),
        (
            "?resource=mailto:alice@pump.test",
            404,
            "No such 'user' with id 'mailto:alice'",
        ),
        ("?resource=%00%ff", 404, "Unrecognized host"),
    ] {
        nobody
            .get(&format!("/api/lrdd{query}"))
            .await
            .refused(status, text);
        let address = format!("/.well-known/webfinger{query}");
        let plain = nobody.get(&address).await;
        assert_eq!((plain.status, plain.body.as_str()), (status, text));
        let page = browser.get(&address).await;
        page.refused_page(status, &text.replace('\'', "&#39;"));
    }
    // Given twice, which was a 500.
    let twice = "/.well-known/webfinger?resource=acct:alice@pump.test&resource=x";
    nobody.get(twice).await.ok();
}
