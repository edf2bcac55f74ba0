//! Discovery: host metadata and webfinger (pump.io protocol, section 1).

use pumphouse_testkit::{Caller, Reply, TestServer};
use serde_json::json;

use crate::support::{addressed, does, href, mention, note, post, post_publicly};

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
        assert_eq!(reply.header("vary"), "Accept, Accept-Encoding", "Quirk 56");
    }
    for accept in [None, Some("application/xrd+xml"), Some("text/html")] {
        let reply = with_accept(&server, "/.well-known/host-meta", accept).await;
        assert_eq!(reply.header("content-type"), "application/xrd+xml");
        assert_eq!(reply.header("vary"), "Accept, Accept-Encoding");
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

/// The answer to a webfinger request, of whoever asks.
async fn webfinger(caller: &Caller, resource: &str) -> Reply {
    let resource: String = form_urlencoded::byte_serialize(resource.as_bytes()).collect();
    caller
        .get(&format!("/.well-known/webfinger?resource={resource}"))
        .await
}

/// Quirk 81: addresses of people could not be resolved.
#[tokio::test]
async fn quirk_81_a_person_is_found_by_every_address() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let nobody = server.anonymous();
    let found = webfinger(&nobody, "acct:alice@pump.test").await.ok();
    assert_eq!(found["subject"], "acct:alice@pump.test");
    for address in [
        "https://pump.test/alice",
        "http://pump.test/alice",
        "https://pump.test/api/user/alice",
        "https://pump.test/api/user/alice/profile",
    ] {
        assert_eq!(webfinger(&nobody, address).await.ok(), found, "{address}");
    }
}

/// Quirk 81: scripts of other sites could not read it, and RFC 7033's media type was unknown.
#[tokio::test]
async fn quirk_81_everybody_may_read_it_under_the_name_that_they_like() {
    let server = TestServer::start().await;
    server.user("alice").await;
    for address in [
        "/.well-known/host-meta",
        "/.well-known/host-meta.json",
        "/.well-known/webfinger?resource=acct:alice@pump.test",
        "/api/lrdd?resource=acct:alice@pump.test",
    ] {
        for accept in [
            "application/jrd+json",
            "text/html, application/jrd+json;q=0.1",
        ] {
            let reply = with_accept(&server, address, Some(accept)).await;
            assert_eq!(reply.status, 200);
            assert_eq!(reply.header("content-type"), "application/jrd+json");
            assert_eq!(reply.header("access-control-allow-origin"), "*");
            assert_eq!(reply.header("vary"), "Accept, Accept-Encoding");
            reply.json();
        }
        let reply = with_accept(&server, address, Some("*/*")).await;
        reply.ok();
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        let options = server.anonymous().request("OPTIONS", address).send().await;
        assert_eq!((options.status, options.header("allow")), (200, "GET,HEAD"));
    }
}

#[tokio::test]
async fn an_object_is_found_by_its_address_and_tells_no_more_than_links() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let posted = alice.does(post_publicly(note("Hello"))).await;
    let id = href(&posted["object"]);
    let found = webfinger(&server.anonymous(), id).await.ok();
    let link = |rel: &str, href: String| json!({"rel": rel, "href": href});
    assert_eq!(
        found,
        json!({"subject": id, "links": [
            link("self", id.to_owned()),
            link("replies", format!("{id}/replies")),
            link("likes", format!("{id}/likes")),
            link("shares", format!("{id}/shares")),
        ]})
    );
    let activity = href(&posted);
    let found = webfinger(&server.anonymous(), activity).await.ok();
    assert_eq!(
        found,
        json!({"subject": activity, "links": [link("self", activity.to_owned())]})
    );
}

/// Quirk 54: whoever knew an id could learn whether there was such an object.
#[tokio::test]
async fn quirk_54_discovery_respects_access_rights() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let (bob, carol) = (server.user("bob").await, server.user("carol").await);
    let private = addressed(post(note("Secret")), "to", &[bob.person()]);
    let private = alice.does(private).await;
    for (document, type_name) in [(&private, "activity"), (&private["object"], "note")] {
        let id = href(document);
        let text = format!("No such '{type_name}' with id '{id}'");
        for nosy in [&server.anonymous(), &alice.two_legged(), &carol] {
            let reply = webfinger(nosy, id).await;
            assert_eq!((reply.status, reply.body.as_str()), (404, text.as_str()));
        }
        for reader in [&alice, &bob] {
            let found = webfinger(reader, id).await.ok();
            assert_eq!(found["links"][0]["href"], id);
        }
    }
    alice
        .does(does("delete", mention(&private["object"])))
        .await;
    let id = href(&private["object"]);
    assert_eq!(webfinger(&bob, id).await.status, 404);
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
            "?resource=https://pump.test/nobody",
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
        ("?resource=mailto:alice@pump.test", 404, "Unrecognized host"),
        ("?resource=%00%ff", 404, "Unrecognized host"),
        // This was a 500.
        (
            "?resource=acct:alice@pump.test&resource=x",
            400,
            "More than one resource parameter",
        ),
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
}
