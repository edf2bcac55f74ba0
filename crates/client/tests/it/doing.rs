//! Everything that can be done, at the real server.

use std::sync::{Arc, Mutex};

use pumphouse_client::activity::{Activity, Object, User};
use pumphouse_client::{ErrorKind, Method, Received, Recipient, Session, Upload};

use crate::person::RealServer;
use crate::real::log_in;

/// A picture of one pixel.
const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

fn object(activity: &Received<Activity>) -> Object {
    activity.object.as_deref().unwrap().clone()
}

/// Ids of everybody an activity is addressed to.
fn recipients(activity: &Activity) -> Vec<&str> {
    activity
        .recipients()
        .filter_map(|recipient| recipient.id.as_deref())
        .collect()
}

async fn id(session: &Session) -> String {
    session.whoami().await.unwrap().id.clone().unwrap()
}

#[tokio::test]
async fn a_note_is_written_changed_and_deleted() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let posted = alice
        .note("Hello")
        .title("First")
        .summary("short")
        .property("license", "http://x/cc")
        .tag(Object {
            display_name: Some("rust".to_owned()),
            ..Object::new("hashtag")
        })
        .to(Recipient::Public)
        .send()
        .await
        .unwrap();
    let note = object(&posted);
    assert_eq!(note.extra["license"], "http://x/cc");
    let url = note.id.clone().unwrap();

    let changed = alice.update(&note).content("Hello again").send().await;
    assert_eq!(changed.unwrap().verb.as_deref(), Some("update"));
    let read = alice.object(&url).await.unwrap();
    assert_eq!(read.content.as_deref(), Some("Hello again"));
    assert_eq!(read.display_name.as_deref(), Some("First"));

    let deleted = alice.delete(&note).send().await.unwrap();
    assert!(object(&deleted).deleted.is_some());
    let gone = alice.object(&url).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::Gone);

    let article = alice.article("News", "It works").send().await.unwrap();
    assert!(object(&article).is_a("article"));
}

#[tokio::test]
async fn likes_and_shares_are_given_and_taken_back() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let (bob, _) = log_in(&server, "bob").await;
    let note = alice.note("x").to(Recipient::Public).send().await.unwrap();
    let note = object(&note);

    let liked = bob.like(&note).send().await.unwrap();
    assert_eq!(object(&liked).liked, Some(true));
    let twice = bob.like(&note).send().await.unwrap_err();
    assert_eq!(twice.kind(), ErrorKind::Refused);
    bob.unlike(&note).send().await.unwrap();
    let shared = bob.share(&note).to(Recipient::Public).send().await.unwrap();
    assert_eq!(recipients(&shared).len(), 1);
    bob.unshare(&note).send().await.unwrap();
    let any = bob.act("watch", note.clone()).send().await.unwrap();
    assert_eq!(any.verb.as_deref(), Some("watch"));

    for act in [
        bob.like(&Object::new("note")),
        bob.delete(&Object::default()),
        bob.share(&note).target(&Object::new("collection")),
    ] {
        let unnamed = act.send().await.unwrap_err();
        assert_eq!(unnamed.kind(), ErrorKind::InvalidInput);
        assert_eq!(unnamed.status(), None);
    }
}

#[tokio::test]
async fn nobody_else_means_nobody_but_those_named() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let (bob, _) = log_in(&server, "bob").await;
    let follow = bob.follow(server.acct("alice")).nobody_else();
    let follow = follow.send().await.unwrap();
    assert_eq!(recipients(&follow), [id(&bob).await]);
    let told = alice.inbox().minor().page().send().await.unwrap();
    let is_follow = |it: &Activity| it.verb.as_deref() == Some("follow");
    assert!(!told.items().iter().any(is_follow));

    // Bob follows, and is told of the first note only.
    alice.note("for followers").send().await.unwrap();
    alice.note("for me").nobody_else().send().await.unwrap();
    let to_carol = server.person("carol").await;
    drop(to_carol);
    let carol = server.acct("carol");
    let note = alice.note("for carol").bto(&carol).nobody_else();
    assert_eq!(recipients(&note.send().await.unwrap()).len(), 1);
    let inbox = bob.inbox().major().page().send().await.unwrap();
    let texts: Vec<_> = inbox
        .items()
        .iter()
        .filter_map(|it| it.object.as_ref()?.content.as_deref())
        .filter(|text| text.starts_with("for "))
        .collect();
    assert_eq!(texts, ["for followers"]);

    bob.unfollow(server.acct("alice")).send().await.unwrap();
    let again = bob.unfollow(server.acct("alice")).send().await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Refused);
}

#[tokio::test]
async fn lists_are_made_filled_renamed_and_deleted() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let (bob, _) = log_in(&server, "bob").await;
    let made = alice.create_list("Bowlers").nobody_else().send().await;
    let list = object(&made.unwrap());
    let added = alice.add(server.acct("bob"), &list).send().await.unwrap();
    let members = added.target.as_ref().unwrap().members.as_ref().unwrap();
    assert_eq!(members.total_items, Some(1));

    alice.note("bowling?").to(&list).send().await.unwrap();
    let inbox = bob.inbox().major().page().send().await.unwrap();
    let note = inbox.items()[0].object.as_ref().unwrap();
    assert_eq!(note.content.as_deref(), Some("bowling?"));

    let from_its_id = Object::reference("collection", list.id.clone().unwrap());
    let loaded = alice.load(&from_its_id).await.unwrap();
    assert_eq!(loaded.display_name.as_deref(), Some("Bowlers"));
    let members = alice.members(&loaded).items().collect().await.unwrap();
    assert_eq!(members[0].display_name.as_deref(), Some("bob"));

    let renamed = alice.update(&list).title("Ten pins").send().await.unwrap();
    assert_eq!(object(&renamed).display_name.as_deref(), Some("Ten pins"));
    alice
        .remove(server.acct("bob"), &list)
        .send()
        .await
        .unwrap();
    alice.delete(&list).send().await.unwrap();
    let gone = alice.object(list.id.as_deref().unwrap()).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::Gone);
}

#[tokio::test]
async fn groups_are_made_joined_written_to_and_left() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let (bob, _) = log_in(&server, "bob").await;
    let made = alice.create_group("Chess").summary("We play");
    let group = object(&made.to(Recipient::Public).send().await.unwrap());
    bob.join(&group).send().await.unwrap();
    alice.note("e4").to(&group).send().await.unwrap();
    let inbox = bob.inbox().major().page().send().await.unwrap();
    let note = inbox.items()[0].object.as_ref().unwrap();
    assert_eq!(note.content.as_deref(), Some("e4"));
    bob.leave(&group).send().await.unwrap();
    let again = bob.leave(&group).send().await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Refused);
}

#[tokio::test]
async fn a_file_is_seen_with_its_words_from_the_first() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let (bob, _) = log_in(&server, "bob").await;
    bob.follow(server.acct("alice")).send().await.unwrap();

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("dot.gif");
    std::fs::write(&path, GIF).unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hear = Arc::clone(&heard);
    let picture = Upload::from_path(&path).await.unwrap();
    assert_eq!(picture.media_type(), "image/gif");
    let picture = picture.on_progress(move |progress| hear.lock().unwrap().push(progress));
    let posted = alice.file(picture).title("A dot").content("It is <small>.");
    let posted = posted.cc(Recipient::Followers).send().await.unwrap();
    let image = object(&posted);
    assert!(image.is_a("image") && image.image.is_some(), "{image:?}");
    let last = *heard.lock().unwrap().last().unwrap();
    assert_eq!(
        (last.done, last.total),
        (GIF.len() as u64, Some(GIF.len() as u64))
    );

    let inbox = bob.inbox().page().send().await.unwrap();
    let of_image: Vec<_> = inbox
        .items()
        .iter()
        .filter(|it| it.object.as_ref().is_some_and(|it| it.id == image.id))
        .collect();
    assert_eq!(of_image.len(), 1, "nothing but the post");
    let seen = of_image[0].object.as_deref().unwrap();
    assert_eq!(seen.display_name.as_deref(), Some("A dot"));
    assert_eq!(seen.content.as_deref(), Some("It is &lt;small&gt;."));

    let kept = alice.upload(Upload::from_bytes("image/gif", GIF)).await;
    let kept = kept.unwrap().into_inner();
    let unposted = bob.object(kept.id.as_deref().unwrap()).await.unwrap_err();
    assert_eq!(unposted.kind(), ErrorKind::Forbidden);
    let missing = Upload::from_path(directory.path().join("none")).await;
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::File);
    let bad_type = alice.upload(Upload::from_bytes("image/\n", GIF)).await;
    assert_eq!(bad_type.unwrap_err().kind(), ErrorKind::InvalidInput);
    let picture = Upload::from_path(&path).await.unwrap();
    std::fs::write(&path, &GIF[..10]).unwrap();
    let shorter = alice.file(picture).send().await.unwrap_err();
    assert_eq!(shorter.kind(), ErrorKind::ConnectionLost, "{shorter:?}");
}

#[tokio::test]
async fn the_profile_is_changed_piece_by_piece() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let place = Object {
        display_name: Some("Wonderland".to_owned()),
        ..Object::new("place")
    };
    let edit = alice.edit_profile().title("Alice L.").summary("Curious.");
    edit.location(place).nobody_else().send().await.unwrap();
    let picture = alice.avatar(Upload::from_bytes("image/gif", GIF)).await;
    let edit = alice.edit_profile().image(picture.unwrap());
    edit.send().await.unwrap();

    let profile = alice.profile().await.unwrap();
    assert_eq!(profile.display_name.as_deref(), Some("Alice L."));
    assert_eq!(profile.summary.as_deref(), Some("Curious."));
    let location = profile.location.as_ref().unwrap();
    assert_eq!(location.display_name.as_deref(), Some("Wonderland"));
    assert!(profile.image.as_ref().unwrap().url.is_some());
    let text = Upload::from_bytes("text/plain", "x");
    let error = alice.avatar(text).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn what_belongs_to_a_note_is_attached_and_comes_back() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let (bob, _) = log_in(&server, "bob").await;
    let picture = alice.file(Upload::from_bytes("image/gif", GIF));
    let picture = object(&picture.to(Recipient::Public).send().await.unwrap());
    let posted = alice.note("See the picture").attachment(&picture);
    let posted = posted.to(Recipient::Public).send().await.unwrap();

    let activity = posted.id.as_deref().unwrap();
    let read = bob.activity_at(activity).await.unwrap();
    assert_eq!(read.id, posted.id);
    let note = object(&read);
    assert_eq!(note.content.as_deref(), Some("See the picture"));
    let attached = note.attachments.as_deref().unwrap();
    assert_eq!(attached.len(), 1);
    assert!(attached[0].is_a("image") && attached[0].is_same(&picture));

    let missing = server.url("/api/activity/none");
    let missing = bob.activity_at(missing.as_str()).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    let foreign = bob.activity_at("https://far.example/api/activity/1").await;
    assert_eq!(foreign.unwrap_err().kind(), ErrorKind::ForeignOrigin);
    let half = alice.note("x").attachment(&Object::new("image"));
    assert_eq!(
        half.send().await.unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
}

#[tokio::test]
async fn a_file_is_of_the_media_type_that_is_said() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("words.txt");
    std::fs::write(&path, "a,b\n").unwrap();
    let upload = Upload::from_path(&path).await.unwrap();
    assert_eq!(upload.media_type(), "text/plain");
    let upload = upload.with_media_type("text/csv");
    assert_eq!(upload.media_type(), "text/csv");
    let uploaded = alice.upload(upload).await.unwrap();
    assert_eq!(uploaded.extra["mimeType"], "text/csv");
}

/// Servers take 100 KiB of JSON (pump.io protocol, section 14.1).
#[tokio::test]
async fn a_text_that_no_server_takes_is_told() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    alice.note("x".repeat(90_000)).send().await.unwrap();
    let error = alice.note("x".repeat(110_000)).send().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(413));
    assert_eq!(error.kind(), ErrorKind::Refused);
    let notes = alice.outbox().major().page().send().await.unwrap();
    assert_eq!(notes.items().len(), 1, "nothing of it is there");
}

/// What has no method of its own: accounts, their passwords and their end.
#[tokio::test]
async fn accounts_are_made_changed_and_deleted_by_signed_requests() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let bob = serde_json::json!({"nickname": "bob", "password": "long-and-w1nding"});
    let made = alice.request(Method::POST, "/api/users").as_client();
    let made = made.json(&bob).send().await.unwrap();
    let made: User = made.json().unwrap();
    assert_eq!(made.nickname.as_deref(), Some("bob"));
    alice.person(server.acct("bob")).profile().await.unwrap();

    let change = serde_json::json!({"nickname": "carol", "password": "another-w0rd"});
    let (carol, _) = log_in(&server, "carol").await;
    let changed = carol.request(Method::PUT, "/api/user/carol").json(&change);
    changed.send().await.unwrap();
    let deleted = alice.request(Method::DELETE, "/api/user/alice");
    deleted.send().await.unwrap();
    let nobody = alice.whoami().await.unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::TokenRefused);
    // Other sessions end with the old password, see `a_revoked_token_ends_it`.
    carol.whoami().await.unwrap();
}
