//! What stands in the heads of answers, and of requests (pump.io protocol, sections 13.3 and 13.6).

use std::time::Duration;

use pumphouse_testkit::TestServer;
use serde_json::json;

use crate::support::{href, mention, note, post};

#[tokio::test]
async fn documents_have_a_tag_and_are_not_sent_twice() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let inbox = alice.path("inbox");
    let first = alice.get(&inbox).await;
    first.ok();
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\"") && tag.ends_with('"'), "{tag}");
    let again = alice.request("GET", &inbox);
    for held in [tag.clone(), format!("\"x\", {tag}"), "*".to_owned()] {
        let reply = again.clone().header("if-none-match", &held).send().await;
        assert_eq!((reply.status, reply.body.as_str()), (304, ""), "{held}");
        assert_eq!(reply.header("etag"), tag);
        assert_eq!(reply.header("content-type"), "");
        assert_eq!(reply.header("vary"), "Accept, Accept-Encoding");
    }
    let head = alice.request("HEAD", &inbox).send().await;
    assert_eq!((head.status, head.header("etag")), (200, tag.as_str()));
    assert_eq!(
        head.header("content-length"),
        first.header("content-length")
    );

    alice.does(post(note("news"))).await;
    let changed = again.header("if-none-match", &tag).send().await;
    changed.ok();
    assert_ne!(changed.header("etag"), tag);
}

#[tokio::test]
async fn only_documents_that_were_read_have_a_tag() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let posted = alice.tries(post(note("x"))).await;
    let refused = alice.get("/api/user/nobody").await;
    let page = server.browser().get("/").await;
    for reply in [posted, refused, page] {
        assert_eq!(reply.header("etag"), "", "{reply:?}");
    }
    // A tag that fits everything does not undo a change.
    let call = alice.request("POST", &alice.path("feed"));
    let call = call.json(&post(note("y"))).header("if-none-match", "*");
    call.send().await.ok();
}

/// Quirk 56: caches were not told.
#[tokio::test]
async fn quirk_56_answers_say_what_they_depend_on() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    for reply in [
        alice.get(&alice.path("feed")).await,
        alice.get("/api/user/nobody").await,
        server.browser().get("/").await,
    ] {
        assert_eq!(reply.header("vary"), "Accept, Accept-Encoding");
    }
    let posted = alice.tries(post(note("x"))).await;
    let vary = "Accept, Accept-Encoding, X-HTTP-Method-Override";
    assert_eq!(posted.header("vary"), vary);
}

#[tokio::test]
async fn long_texts_are_sent_compressed_to_those_who_can_unpack_them() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let inbox = alice.request("GET", &alice.path("inbox"));
    let plain = inbox.clone().send().await;
    assert!(plain.body.len() > 1_024);
    assert_eq!(plain.header("content-encoding"), "");
    let packed = inbox.clone().header("accept-encoding", "gzip").send().await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_eq!(packed.header("vary"), "Accept, Accept-Encoding");
    assert_eq!(packed.header("etag"), plain.header("etag"));
    let refused = inbox.header("accept-encoding", "gzip;q=0").send().await;
    assert_eq!(refused.header("content-encoding"), "");
    let short = alice.request("GET", "/robots.txt");
    let short = short.header("accept-encoding", "gzip").send().await;
    assert_eq!(short.header("content-encoding"), "");

    let server = TestServer::start_with(|builder| builder.compress(false)).await;
    let bob = server.user("bob").await;
    let inbox = bob.request("GET", &bob.path("inbox"));
    let off = inbox.header("accept-encoding", "gzip").send().await;
    assert_eq!(off.header("content-encoding"), "");
}

#[tokio::test]
async fn options_names_the_methods_that_there_are() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let options = |path: String| alice.request("OPTIONS", &path).unsigned().send();
    let feed = options(alice.path("feed")).await;
    assert_eq!((feed.status, feed.body.as_str()), (200, ""));
    let mut allowed: Vec<_> = feed.header("allow").split(',').collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST"]);
    let wrong = alice.request("DELETE", &alice.path("feed")).send().await;
    assert_eq!(wrong.status, 404);
    assert!(wrong.header("allow").contains("POST"));
    options("/no/such/path/at/all".to_owned())
        .await
        .refused_text(404, "Cannot OPTIONS /no/such/path/at/all");
}

#[tokio::test]
async fn a_post_can_stand_for_another_method() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let posted = alice.does(post(note("before"))).await;
    let object = &posted["object"];
    let mut profile = alice.get(&alice.path("profile")).await.ok();
    profile["displayName"] = "Alice".into();
    // The signature covers the method that the header names.
    let call = alice.request("PUT", &alice.path("profile"));
    let changed = call.clone().json(&profile).overridden().send().await.ok();
    assert_eq!(changed["displayName"], "Alice");
    let read = alice.request("GET", href(object)).overridden().send().await;
    assert_eq!(read.ok()["id"], object["id"]);
    // Signed as the POST that it is, it does not verify.
    let call = alice.request("POST", &alice.path("profile"));
    let call = call.json(&profile).header("x-http-method-override", "PUT");
    call.send().await.not_believed(400, "Invalid signature");
    // Only a POST stands for something else, and only for what there is.
    let call = alice.request("GET", href(object));
    let read = call.header("x-http-method-override", "DELETE").send().await;
    read.ok();
    let unknown = alice.request("POST", &alice.path("feed"));
    let unknown = unknown.header("x-http-method-override", "BREW");
    let unknown = unknown.json(&json!({"verb": "like", "object": mention(object)}));
    unknown.send().await.ok();
}

#[tokio::test]
async fn browsers_are_told_to_stay_with_https_if_that_is_wanted() {
    let server = TestServer::start().await;
    let silent = server.anonymous().get("/robots.txt").await;
    assert_eq!(silent.header("strict-transport-security"), "");
    let server = TestServer::start_with(|builder| {
        builder.transport_security(Duration::from_secs(15_552_000), true, false)
    })
    .await;
    let told = server.anonymous().get("/robots.txt").await;
    assert_eq!(
        told.header("strict-transport-security"),
        "max-age=15552000; includeSubDomains"
    );
}

#[tokio::test]
async fn every_answer_has_an_id_of_its_own() {
    let server = TestServer::start().await;
    let nobody = server.anonymous();
    let (one, two) = (nobody.get("/").await, nobody.get("/nothing").await);
    let ids = [one.header("x-request-id"), two.header("x-request-id")];
    assert!(ids.iter().all(|id| id.len() == 16), "{ids:?}");
    assert_ne!(ids[0], ids[1]);
    assert_eq!(one.header("x-download-options"), "noopen");
}

#[tokio::test]
async fn robots_icons_and_probes_find_what_they_look_for() {
    let server = TestServer::start().await;
    let nobody = server.anonymous();
    let robots = nobody.get("/robots.txt").await;
    assert_eq!(robots.body, "User-agent: *\nDisallow: /api/\n");
    let icon = nobody.get("/favicon.ico").await;
    assert_eq!(
        (icon.status, icon.header("content-type")),
        (200, "image/x-icon")
    );
    let health = nobody.get("/healthz").await;
    assert_eq!((health.status, health.body.as_str()), (200, "ok\n"));
}
