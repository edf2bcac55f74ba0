//! What every kind of document looks like, for those whom it concerns. Clients read these shapes;
//! whoever changes one sees it here.

use std::io::Cursor;

use image::ImageFormat;
use pumphouse_testkit::{Caller, PASSWORD, Reply, TestServer};
use serde_json::{Map, Value, json};

use crate::settled::settled;
use crate::support::{
    addressed, comment, does, href, mention, note, post, post_publicly, public, with_target,
};

/// Documents of one kind, each by its name.
#[derive(Default)]
struct Gallery(Map<String, Value>);

impl Gallery {
    fn hang(&mut self, name: &str, document: &Value) {
        let known = self.0.insert(name.to_owned(), settled(document));
        assert_eq!(known, None, "{name}");
    }

    async fn read(&mut self, name: &str, reader: &Caller, address: &str) {
        self.hang(name, &reader.get(address).await.ok());
    }

    /// An activity, done now.
    async fn does(&mut self, name: &str, who: &Caller, activity: Value) -> Value {
        let done = who.does(activity).await;
        self.hang(name, &done);
        done
    }

    /// What a refusal consists of.
    fn refusal(&mut self, name: &str, reply: &Reply) {
        let body = match reply.header("content-type").starts_with("application/json") {
            true => reply.json(),
            false => Value::from(reply.body.as_str()),
        };
        let document = json!({
            "status": reply.status,
            "content-type": reply.header("content-type"),
            "www-authenticate": reply.header("www-authenticate"),
            "body": body,
        });
        self.hang(name, &document);
    }

    fn show(self, name: &str) {
        insta::assert_json_snapshot!(name, self.0);
    }
}

/// A server with two people, of whom the second follows the first.
async fn two_people() -> (TestServer, Caller, Caller) {
    let server = TestServer::start().await;
    let client = server.client().await;
    let (alice, bob) = (client.new_user("alice").await, client.new_user("bob").await);
    bob.does(does("follow", alice.person())).await;
    (server, alice, bob)
}

fn picture() -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let grey = image::RgbImage::from_pixel(640, 480, image::Rgb([128; 3]));
    grey.write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

async fn upload(caller: &Caller, media_type: &str, file: Vec<u8>) -> Value {
    let call = caller.request("POST", &caller.path("uploads"));
    call.body(media_type, file).send().await.ok()
}

#[tokio::test]
async fn accounts() {
    let server = TestServer::start().await;
    let mut gallery = Gallery::default();
    let register = async |body: Value| {
        let call = server.anonymous();
        let call = call.request("POST", "/api/client/register").json(&body);
        call.send().await.ok()
    };
    let registered = register(json!({
        "type": "client_associate",
        "application_type": "web",
        "application_name": "Example",
        "contacts": "a@pump.test",
        "logo_url": "https://app.test/logo.png",
        "redirect_uris": "https://app.test/back",
    }))
    .await;
    gallery.hang("client_associate", &registered);
    let updated = register(json!({
        "type": "client_update",
        "client_id": registered["client_id"],
        "client_secret": registered["client_secret"],
        "application_name": "Example 2",
    }))
    .await;
    gallery.hang("client_update", &updated);

    let client = server.client().await;
    let account = json!({"nickname": "carol", "password": PASSWORD, "email": "c@pump.test"});
    let created = client.post_json("/api/users", &account).await.ok();
    gallery.hang("user created", &created);
    let (alice, bob) = (client.new_user("alice").await, client.new_user("bob").await);
    bob.does(does("follow", alice.person())).await;
    let profile = json!({
        "objectType": "person",
        "id": alice.id(),
        "displayName": "Alice",
        "summary": "Fell down a hole",
        "location": {"objectType": "place", "displayName": "Oxford"},
    });
    let profile = alice.put_json(&alice.path("profile"), &profile).await.ok();
    gallery.hang("profile, changed", &profile);
    let user = json!({"nickname": "alice", "password": PASSWORD, "likes": "tea"});
    let user = alice.put_json("/api/user/alice", &user).await.ok();
    gallery.hang("user, changed", &user);
    for (reader, name) in [(&alice, "oneself"), (&bob, "another"), (&client, "nobody")] {
        let shown = format!("user, to {name}");
        gallery.read(&shown, reader, "/api/user/alice").await;
        let shown = format!("profile, to {name}");
        gallery.read(&shown, reader, &alice.path("profile")).await;
    }
    gallery.read("users", &bob, "/api/users").await;
    let whoami = alice.get("/api/whoami").await;
    let whoami = json!({"status": whoami.status, "location": whoami.header("location")});
    gallery.hang("whoami", &whoami);
    let deleted = bob.request("DELETE", "/api/user/bob").send().await.ok();
    gallery.hang("user, deleted", &deleted);
    gallery.show("accounts");
}

#[tokio::test]
async fn objects() {
    let (_server, alice, bob) = two_people().await;
    let mut gallery = Gallery::default();
    let own = |kind: &str| {
        json!({
            "objectType": kind,
            "displayName": "Title",
            "summary": "Short",
            "content": "Some <b>words</b>",
            "url": "https://elsewhere.test/page",
            "location": {"objectType": "place", "displayName": "Oxford",
                         "position": "+51.75-1.25/"},
            "tags": [{"objectType": "hashtag", "displayName": "tea"}],
        })
    };
    for kind in [
        "note", "article", "event", "place", "question", "bookmark", "group", "game",
    ] {
        let posted = alice.does(post_publicly(own(kind))).await;
        gallery.read(kind, &bob, href(&posted["object"])).await;
    }
    let posted = alice.does(post_publicly(note("Hello"))).await;
    let answer = comment("Hello to you", &posted["object"]);
    let answer = bob.does(post(answer)).await["object"].clone();
    bob.does(does("favorite", mention(&posted["object"]))).await;
    bob.does(does("share", mention(&posted["object"]))).await;
    gallery.read("comment", &alice, href(&answer)).await;
    let address = href(&posted["object"]);
    for (reader, name) in [
        (&alice, "its author"),
        (&bob, "who liked it"),
        (&alice.two_legged(), "an application"),
    ] {
        let name = format!("note with answers, to {name}");
        gallery.read(&name, reader, address).await;
    }
    let list = json!({"objectType": "collection", "displayName": "Walkers",
                      "objectTypes": ["person"]});
    let list = alice.does(does("create", list)).await["object"].clone();
    gallery.read("list", &alice, href(&list)).await;
    let changed = json!({"objectType": "note", "id": posted["object"]["id"], "content": "Bye"});
    gallery.hang(
        "note, changed",
        &alice.put_json(address, &changed).await.ok(),
    );
    let deleted = alice.request("DELETE", address).send().await.ok();
    gallery.hang("note, deleted", &deleted);
    gallery.refusal("note, gone", &alice.get(address).await);
    gallery.show("objects");
}

#[tokio::test]
async fn uploads() {
    let (_server, alice, bob) = two_people().await;
    let mut gallery = Gallery::default();
    let wave = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0\x88\x58\x01\0\x02\0\x10\0data\0\0\0\0";
    let film = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm";
    for (kind, media_type, file) in [
        ("image", "image/png", picture()),
        ("audio", "audio/wav", wave.to_vec()),
        ("video", "video/webm", film.to_vec()),
        ("file", "text/plain", b"words".to_vec()),
    ] {
        let object = upload(&alice, media_type, file).await;
        assert_eq!(object["objectType"], kind);
        gallery.hang(&format!("{kind}, uploaded"), &object);
        let posted = alice.does(post_publicly(mention(&object))).await;
        let name = format!("{kind}, posted, to another");
        gallery.read(&name, &bob, href(&posted["object"])).await;
    }
    gallery.show("uploads");
}

#[tokio::test]
async fn activities() {
    let (_server, alice, bob) = two_people().await;
    let mut gallery = Gallery::default();
    let hidden = addressed(post(note("Hello")), "bcc", &[bob.person()]);
    let hidden = gallery.does("post with bcc", &alice, hidden).await;
    let name = "post with bcc, to the recipient";
    gallery.read(name, &bob, href(&hidden)).await;
    let posted = addressed(post_publicly(note("Hello")), "cc", &[alice.followers()]);
    let posted = gallery.does("post", &alice, posted).await;
    let object = mention(&posted["object"]);
    let answer = post(comment("Nice", &posted["object"]));
    gallery.does("post of a comment", &bob, answer).await;
    for verb in [
        "favorite",
        "unfavorite",
        "like",
        "unlike",
        "share",
        "unshare",
    ] {
        gallery.does(verb, &bob, does(verb, object.clone())).await;
    }
    for verb in ["follow", "stop-following"] {
        gallery.does(verb, &alice, does(verb, bob.person())).await;
    }
    let list = json!({"objectType": "collection", "displayName": "Walkers",
                      "objectTypes": ["person"]});
    let list = gallery.does("create", &alice, does("create", list)).await;
    for verb in ["add", "remove"] {
        let activity = with_target(does(verb, bob.person()), &list["object"]);
        gallery.does(verb, &alice, activity).await;
    }
    let group = json!({"objectType": "group", "displayName": "Chess club"});
    let group = addressed(does("create", group), "to", &[public()]);
    let group = alice.does(group).await["object"].clone();
    for verb in ["join", "leave"] {
        gallery.does(verb, &bob, does(verb, mention(&group))).await;
    }
    for verb in ["play", "at", "my-own-verb"] {
        gallery.does(verb, &bob, does(verb, object.clone())).await;
    }
    let mut changed = object.clone();
    changed["content"] = json!("Bye");
    gallery
        .does("update", &alice, does("update", changed))
        .await;
    gallery.does("delete", &alice, does("delete", object)).await;
    gallery.show("activities");
}

#[tokio::test]
async fn feeds() {
    let (_server, alice, bob) = two_people().await;
    let mut gallery = Gallery::default();
    let posted = addressed(post_publicly(note("Hello")), "cc", &[bob.person()]);
    let posted = alice.does(posted).await["object"].clone();
    bob.does(post(comment("Nice", &posted))).await;
    for verb in ["favorite", "share"] {
        bob.does(does(verb, mention(&posted))).await;
    }
    upload(&alice, "text/plain", b"words".to_vec()).await;
    let list = json!({"objectType": "collection", "displayName": "Walkers",
                      "objectTypes": ["person"]});
    let list = alice.does(does("create", list)).await["object"].clone();
    let add = with_target(does("add", bob.person()), &list);
    alice.does(add).await;
    let group = json!({"objectType": "group", "displayName": "Chess club"});
    let group = addressed(does("create", group), "to", &[public()]);
    let group = alice.does(group).await["object"].clone();
    bob.does(does("join", mention(&group))).await;
    bob.does(with_target(post(note("To the club")), &group))
        .await;
    // Activities have their shapes elsewhere: one is enough.
    for feed in [
        "feed",
        "feed/major",
        "feed/minor",
        "inbox",
        "inbox/major",
        "inbox/minor",
        "inbox/direct",
        "inbox/direct/major",
        "inbox/direct/minor",
    ] {
        let address = format!("{}?count=1", alice.path(feed));
        gallery.read(feed, &alice, &address).await;
    }
    for feed in ["followers", "lists/person", "uploads"] {
        gallery.read(feed, &alice, &alice.path(feed)).await;
    }
    for feed in ["following", "favorites"] {
        gallery.read(feed, &bob, &bob.path(feed)).await;
    }
    for (object, reader, names) in [
        (&posted, &alice, &["likes", "replies", "shares"][..]),
        (&list, &alice, &["members"]),
        (&group, &bob, &["members", "inbox", "documents"]),
    ] {
        for name in names {
            let address = format!("{}/{name}", href(object));
            let shown = format!("{name} of a {}", object["objectType"].as_str().unwrap());
            gallery.read(&shown, reader, &address).await;
        }
    }
    gallery.show("feeds");
}

#[tokio::test]
async fn refusals() {
    let (server, alice, bob) = two_people().await;
    let mut gallery = Gallery::default();
    let nobody = server.anonymous();
    let hidden = alice.does(post(note("Mine"))).await["object"].clone();
    gallery.refusal(
        "without credentials",
        &nobody.get(&alice.path("feed")).await,
    );
    let stranger = alice.with_client(pumphouse_oauth1::ClientCredentials::new("no", "one"));
    gallery.refusal("unknown client", &stranger.get(&alice.path("feed")).await);
    let once = alice.request("GET", &alice.path("feed")).nonce("once");
    once.clone().send().await.ok();
    gallery.refusal("nonce used before", &once.send().await);
    gallery.refusal("another's inbox", &bob.get(&alice.path("inbox")).await);
    let application = alice.two_legged();
    gallery.refusal("not to be seen", &application.get(href(&hidden)).await);
    gallery.refusal("unknown user", &bob.get("/api/user/nobody").await);
    gallery.refusal("unknown object", &bob.get("/api/note/nothing").await);
    gallery.refusal(
        "unknown address",
        &bob.get("/api/user/alice/cats/and/dogs").await,
    );
    let wrong = bob.request("PATCH", &bob.path("feed")).send().await;
    gallery.refusal("wrong method", &wrong);
    let call = bob.request("POST", &bob.path("feed"));
    let broken = call.body("application/json", "{").send().await;
    gallery.refusal("broken JSON", &broken);
    gallery.refusal("no object", &bob.tries(json!({"verb": "post"})).await);
    let call = bob.request("POST", &bob.path("feed"));
    let long = call.body("application/json", vec![b' '; 200_000]);
    gallery.refusal("too long", &long.send().await);
    let wrong = bob.get(&format!("{}?count=x", bob.path("feed"))).await;
    gallery.refusal("wrong count", &wrong);
    let body = json!({"type": "client_associate", "application_type": "toaster"});
    let wrong = nobody.post_json("/api/client/register", &body).await;
    gallery.refusal("wrong registration", &wrong);
    let body = json!({"nickname": "alice", "password": PASSWORD});
    let taken = application.post_json("/api/users", &body).await;
    gallery.refusal("nickname taken", &taken);
    gallery.show("refusals");
}
