//! Names, paths, addresses and limits: the server as the network meets it (section 12).

use pumphouse_testkit::{Caller, Reply, TestServer};

use crate::support::{begin, ids, note, post};

/// A read under another name than the server's.
async fn under(caller: &Caller, method: &str, host: &str, path: &str) -> Reply {
    let call = caller.request(method, path).unsigned();
    call.header("host", host).send().await
}

/// Quirk 82: changes were redirected with 301, and lost their bodies.
#[tokio::test]
async fn quirk_82_other_names_lead_to_the_canonical_one_and_keep_the_method() {
    let server = TestServer::start().await;
    let nobody = server.anonymous();
    let read = under(&nobody, "GET", "www.pump.test", "/main/login?x=1").await;
    assert_eq!(
        (read.status, read.header("location")),
        (301, "https://pump.test/main/login?x=1")
    );
    let posted = under(&nobody, "POST", "www.pump.test", "/main/login").await;
    assert_eq!(
        (posted.status, posted.header("location")),
        (308, "https://pump.test/main/login")
    );
    for host in [
        "pump.test",
        "PUMP.test",
        "pump.test:443",
        "127.0.0.1:8080",
        "localhost",
        "[::1]",
    ] {
        let there = under(&nobody, "GET", host, "/main/login").await;
        assert_eq!(there.status, 200, "{host}");
    }
    let probe = under(&nobody, "GET", "www.pump.test", "/healthz").await;
    assert_eq!(probe.status, 200);
}

#[tokio::test]
async fn leading_to_the_canonical_name_can_be_chosen() {
    let server =
        TestServer::start_with(|builder| builder.redirect_to_canonical(false, false)).await;
    let stays = under(&server.anonymous(), "GET", "www.pump.test", "/").await;
    assert_eq!(stays.status, 200);
    let server = TestServer::start_with(|builder| builder.redirect_to_canonical(true, true)).await;
    let goes = under(&server.anonymous(), "GET", "127.0.0.1:80", "/").await;
    assert_eq!(goes.header("location"), "https://pump.test/");
}

#[tokio::test]
async fn everything_can_live_below_a_path() {
    let server = TestServer::start_with(|builder| builder.url_path("social/")).await;
    assert_eq!(server.base(), "https://pump.test/social");
    let alice = server.user("alice").await;
    let posted = alice.does(post(note("below"))).await;
    let id = posted["id"].as_str().unwrap();
    assert!(
        id.starts_with("https://pump.test/social/api/activity/"),
        "{id}"
    );
    let inbox = alice.get(&alice.path("inbox")).await.ok();
    assert!(ids(&inbox).iter().any(|found| found == id));
    assert_eq!(
        inbox["url"],
        "https://pump.test/social/api/user/alice/inbox"
    );
    let whoami = alice.get("/api/whoami").await;
    assert_eq!(
        whoami.header("location"),
        "https://pump.test/social/api/user/alice/profile"
    );
    begin(&alice.two_legged(), "oob").await;
    // Pages and their forms stay below it.
    let mut browser = server.browser();
    let login = browser.get("/main/login").await;
    assert!(
        login.body.contains("action=\"/social/main/login\""),
        "{}",
        login.body
    );
    assert!(login.body.contains("href=\"/social/static/style.css\""));
    let home = browser.log_in("alice").await;
    assert_eq!((home.status, home.header("location")), (303, "/social/"));
    assert!(browser.get("/").await.body.contains("Your inbox"));
    // Other servers look for host metadata at the root.
    let raw =
        b"GET /.well-known/host-meta.json HTTP/1.1\r\nHost: pump.test\r\nConnection: close\r\n\r\n";
    let meta = server.send_raw(raw).await.unwrap();
    assert_eq!(meta.status, 200);
    assert!(
        meta.body.contains("https://pump.test/social/api/lrdd"),
        "{}",
        meta.body
    );
}

#[tokio::test]
async fn a_proxy_may_take_the_path_off() {
    let server = TestServer::start_with(|builder| builder.url_path("/social")).await;
    let alice = server.user("alice").await;
    let signature = alice.request("GET", "/api/whoami").signature();
    let raw = format!(
        "GET /api/whoami HTTP/1.1\r\nHost: pump.test\r\nAuthorization: {signature}\r\nConnection: close\r\n\r\n"
    );
    let reply = server.send_raw(raw.as_bytes()).await.unwrap();
    assert_eq!(reply.status, 302, "{reply:?}");
}

#[tokio::test]
async fn what_is_no_path_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    for path in ["a b", "../x", "a//b", "a?b", "<x>"] {
        let builder = pumphouse_server::Server::builder(directory.path()).listen("127.0.0.1:0");
        let refused = builder.url_path(path).start().await.err().unwrap();
        assert!(
            refused.to_string().contains("is no path"),
            "{path}: {refused}"
        );
    }
}

#[tokio::test]
async fn an_address_that_asks_too_much_has_to_wait() {
    let server = TestServer::start_with(|builder| builder.limits_per_address(1, 0)).await;
    let nobody = server.anonymous();
    let from = |address: &'static str| {
        let call = nobody.request("GET", "/robots.txt");
        call.header("x-forwarded-for", address).send()
    };
    // Ten seconds' worth may come at once; time passes while they do.
    let mut refused = None;
    for _ in 0..1_000 {
        let reply = from("203.0.113.5").await;
        if reply.status != 200 {
            refused = Some(reply);
            break;
        }
    }
    let refused = refused.unwrap();
    assert_eq!(refused.status, 429, "{refused:?}");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    assert!(
        refused
            .body
            .starts_with("Too many requests from your address")
    );
    // Others are not told off for it, nor is this machine.
    assert_eq!(from("203.0.113.6").await.status, 200);
    assert_eq!(nobody.get("/robots.txt").await.status, 200);
}

#[tokio::test]
async fn numbers_are_served_on_an_address_of_their_own() {
    let server = TestServer::start_with(|builder| builder.metrics("127.0.0.1:0")).await;
    let alice = server.user("alice").await;
    alice.does(post(note("counted"))).await;
    alice.get("/api/user/nobody").await.refusal(404);
    let address = server.server().unwrap().metrics_address().unwrap();
    let answer = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = answer
        .get(format!("http://{address}/metrics"))
        .send()
        .await
        .unwrap();
    let numbers = answer.text().await.unwrap();
    for line in [
        "pumphouse_requests_total{method=\"POST\",route=\"/api/user/{nickname}/feed\",status=\"200\"} 1\n",
        "pumphouse_requests_total{method=\"GET\",route=\"/api/user/{nickname}\",status=\"404\"} 1\n",
        "pumphouse_request_duration_seconds_count{route=\"/api/user/{nickname}/feed\"} 1\n",
        "# TYPE pumphouse_store_commits counter\n",
        "# TYPE pumphouse_store_largest_group gauge\n",
        "# TYPE pumphouse_connections gauge\n",
        "pumphouse_jobs_waiting 0\n",
    ] {
        assert!(numbers.contains(line), "{line} in {numbers}");
    }
    assert!(!numbers.contains("alice"), "nobody is named");
    let missing = server.anonymous().get("/metrics").await;
    assert_ne!(missing.status, 200, "not on the public address");
}
