//! What is kept in memory is exact: nobody is answered what held before a change that was
//! acknowledged, nor what was made for somebody else.

use pumphouse_testkit::{Caller, PASSWORD, TestServer};
use serde_json::{Value, json};

use crate::support::{addressed, comment, does, href, ids, note, post, post_publicly, public};

/// Readers who ask for the same addresses after every change.
struct Watch {
    readers: Vec<Caller>,
    addresses: Vec<String>,
    asked: u32,
}

impl Watch {
    /// Everybody reads everything twice: what is kept, if anything is, and what is made anew, for
    /// nobody asked with those arguments before. Both have to be the same.
    async fn look(&mut self, after: &str) {
        self.asked += 1;
        for address in &self.addresses {
            for reader in &self.readers {
                let kept = reader.get(address).await;
                let fresh = format!("{address}?fresh={}", self.asked);
                let fresh = reader.get(&fresh).await;
                let who = reader.nickname();
                assert_eq!(kept.status, fresh.status, "{who} {address} after {after}");
                assert_eq!(kept.body, fresh.body, "{who} {address} after {after}");
                assert_eq!(kept.header("etag"), fresh.header("etag"));
            }
        }
    }
}

#[tokio::test]
async fn every_change_is_seen_at_once_by_everybody_whom_it_concerns() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let alice = client.new_user("alice").await;
    let bob = client.new_user("bob").await;
    let carol = client.new_user("carol").await;
    bob.does(does("follow", alice.person())).await;
    let public_note = alice.does(post_publicly(note("For all"))).await;
    let followers_note = addressed(post(note("For some")), "to", &[alice.followers()]);
    let followers_note = alice.does(followers_note).await;
    let private_note = addressed(post(note("For Bob")), "bto", &[bob.person()]);
    let private_note = alice.does(private_note).await;
    let lists = alice.get(&alice.path("lists/person")).await.ok();
    let list = lists["items"][0].clone();

    let mut addresses: Vec<String> = [&public_note, &followers_note, &private_note]
        .into_iter()
        .flat_map(|done| [href(done), href(&done["object"])])
        .map(str::to_owned)
        .collect();
    for feed in ["likes", "replies", "shares"] {
        addresses.push(format!("{}/{feed}", href(&public_note["object"])));
    }
    addresses.push(format!("{}/members", href(&list)));
    for person in [&alice, &bob, &carol] {
        for feed in [
            "",
            "profile",
            "feed",
            "feed/major",
            "inbox",
            "inbox/major",
            "inbox/direct",
            "followers",
            "following",
            "favorites",
            "lists/person",
        ] {
            addresses.push(person.path(feed).trim_end_matches('/').to_owned());
        }
    }
    let mut watch = Watch {
        readers: vec![
            alice.clone(),
            bob.clone(),
            carol.clone(),
            alice.two_legged(),
        ],
        addresses,
        asked: 0,
    };
    watch.look("the beginning").await;

    let object = public_note["object"].clone();
    let mut changed = note("For all, again");
    changed["id"] = object["id"].clone();
    let mut profile = alice.person();
    profile["displayName"] = "Alice the First".into();
    let mut add = does("add", bob.person());
    add["target"] = list.clone();
    let mut remove = does("remove", bob.person());
    remove["target"] = list.clone();
    for (who, change) in [
        (&bob, does("like", object.clone())),
        (&carol, does("share", object.clone())),
        (
            &bob,
            addressed(post(comment("Yes", &object)), "to", &[public()]),
        ),
        (&bob, does("unlike", object.clone())),
        (&carol, does("unshare", object.clone())),
        (&alice, does("update", changed)),
        (&alice, does("update", profile)),
        (&carol, does("follow", alice.person())),
        (&bob, does("stop-following", alice.person())),
        (&alice, add),
        (&alice, remove),
        (&alice, post(note("One more"))),
        (&alice, does("delete", followers_note["object"].clone())),
        (&alice, does("delete", object.clone())),
    ] {
        let verb = format!("{} {}", who.nickname(), change["verb"]);
        who.does(change).await;
        watch.look(&verb).await;
    }
    let put = json!({"nickname": "alice", "password": PASSWORD, "hobby": "chess"});
    alice
        .put_json(alice.path("").trim_end_matches('/'), &put)
        .await
        .ok();
    watch.look("a change of the account").await;
    let deleted = alice.request("DELETE", href(&private_note)).send().await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    watch.look("the end of an activity").await;
}

#[tokio::test]
async fn what_was_made_for_one_reader_is_not_given_to_another() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| client.new_user(name));
    let (alice, bob, carol) = tokio::join!(alice, bob, carol);
    let secret = addressed(post_publicly(note("Hello")), "bcc", &[bob.person()]);
    let done = alice.does(secret).await;
    bob.does(does("like", done["object"].clone())).await;
    // Each twice, so that the second is what was kept.
    for _ in 0..2 {
        let own = alice.get(href(&done)).await.ok();
        assert_eq!(own["bcc"][0]["id"], bob.id().as_str());
        for other in [&bob, &carol, &alice.two_legged()] {
            let seen = other.get(href(&done)).await.ok();
            assert!(seen.get("bcc").is_none(), "{seen}");
        }
        let liked = |seen: Value| seen["liked"].clone();
        let address = href(&done["object"]);
        assert_eq!(liked(bob.get(address).await.ok()), true);
        assert_eq!(liked(carol.get(address).await.ok()), false);
        assert_eq!(
            liked(alice.two_legged().get(address).await.ok()),
            Value::Null
        );
    }
    let private = alice
        .does(addressed(post(note("For Bob")), "to", &[bob.person()]))
        .await;
    for _ in 0..2 {
        let address = href(&private["object"]);
        bob.get(address).await.ok();
        assert_eq!(carol.get(address).await.status, 403);
        assert_eq!(alice.two_legged().get(address).await.status, 403);
        assert_eq!(server.anonymous().get(address).await.status, 401);
        assert_eq!(carol.get(&bob.path("inbox")).await.status, 401);
        let inbox = bob.get(&bob.path("inbox")).await.ok();
        assert!(ids(&inbox).contains(&private["id"].as_str().unwrap().to_owned()));
    }
}

#[tokio::test]
async fn forms_of_a_document_are_kept_apart() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    for _ in 0..2 {
        let native = alice.get(&alice.path("profile")).await.ok();
        assert_eq!(native["objectType"], "person");
        let other = alice
            .request("GET", &alice.path("profile"))
            .header("Accept", "application/activity+json")
            .send()
            .await;
        assert_eq!(other.json()["type"], "Person", "{other:?}");
    }
}

#[tokio::test]
async fn credentials_end_at_once_however_often_they_were_used_before() {
    let server = TestServer::start().await;
    let one = server.user("alice").await;
    let address = one.path("inbox");
    // The same person through another application.
    let other = server.client().await;
    let temporary = crate::support::begin(&other, "oob").await;
    let verifier = crate::support::agree(&server, "alice", &temporary).await;
    let token = crate::support::exchange(&other, &temporary, &verifier).await;
    let other = other.with_token(crate::support::credentials(&token));
    for _ in 0..2 {
        one.get(&address).await.ok();
        other.get(&address).await.ok();
    }
    let put = json!({"nickname": "alice", "password": "another-w0nder"});
    let user = one.path("");
    one.put_json(user.trim_end_matches('/'), &put).await.ok();
    one.get(&address).await.ok();
    let text = "Invalid / expired Token";
    other.get(&address).await.not_believed(400, text);
    let deleted = one.request("DELETE", user.trim_end_matches('/')).send();
    assert_eq!(deleted.await.status, 200);
    one.get(&address).await.not_believed(400, text);
}

#[tokio::test]
async fn credentials_that_were_unknown_work_as_soon_as_they_are_made() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let temporary = crate::support::begin(&client, "oob").await;
    let stranger = client.with_token(temporary.clone());
    for _ in 0..2 {
        let refused = stranger.get("/api/whoami").await;
        refused.not_believed(400, "Invalid / expired Token");
    }
    let alice = client.new_user("alice").await;
    for _ in 0..2 {
        alice.get(&alice.path("inbox")).await.ok();
    }
}
