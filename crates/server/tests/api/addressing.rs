//! Whom activities are for, and whom they reach (pump.io protocol, section 6.6).

use pumphouse_testkit::TestServer;
use serde_json::{Value, json};

use crate::support::{
    addressed, comment, does, href, ids, mention, note, post, public, recipients, with_target,
};

#[tokio::test]
async fn recipients_without_an_id_are_nobody() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let nobody = json!({"objectType": "person", "id": null});
    let activity = addressed(post(note("x")), "to", &[nobody, bob.person()]);
    assert_eq!(recipients(&alice.does(activity).await, "to"), [bob.id()]);
    // Whoever is addressed to nobody gets the default.
    for empty in [json!([]), json!(null)] {
        let mut activity = post(note("x"));
        activity["to"] = empty;
        let done = alice.does(activity).await;
        let followers = alice.followers()["id"].as_str().unwrap().to_owned();
        assert_eq!(recipients(&done, "cc"), [followers]);
        assert!(recipients(&done, "to").is_empty());
    }
}

#[tokio::test]
async fn what_names_nobody_gets_the_default_recipients() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let (alice, bob) = (client.new_user("alice").await, client.new_user("bob").await);
    let carol = client.new_user("carol").await;
    let id = |recipient: Value| recipient["id"].as_str().unwrap().to_owned();
    let (of_alice, of_bob) = (id(alice.followers()), id(bob.followers()));
    let both = |activity: &Value| (recipients(activity, "to"), recipients(activity, "cc"));
    let people = |people: &[&str]| people.iter().map(|&id| id.to_owned()).collect::<Vec<_>>();

    let mut original = post(note("x"));
    original["to"] = json!([public(), bob.person()]);
    original["cc"] = json!([carol.person()]);
    original["bcc"] = json!([alice.followers()]);
    let original = alice.does(original).await["object"].clone();
    let everybody = id(public());
    let comments =
        json!({"objectType": "collection", "displayName": "C", "objectTypes": ["comment"]});
    let comments = alice.does(does("create", comments)).await["object"].clone();

    // Update and delete: who got the original; its secret recipients are not told again.
    let mut update = does("update", mention(&original));
    update["object"]["content"] = "y".into();
    let wanted = (people(&[&everybody, &bob.id()]), people(&[&carol.id()]));
    assert_eq!(both(&alice.does(update).await), wanted);

    // Like: the same, and the author (Quirk 61).
    let wanted = (
        people(&[&everybody, &bob.id()]),
        people(&[&carol.id(), &alice.id()]),
    );
    for verb in ["like", "unlike", "favorite", "unfavorite", "dislike"] {
        let done = bob.does(does(verb, mention(&original))).await;
        assert_eq!(both(&done), wanted, "{verb}");
    }
    // Share: one's followers, and the author (Quirk 62).
    for verb in ["share", "unshare"] {
        let done = bob.does(does(verb, mention(&original))).await;
        assert_eq!(
            both(&done),
            (vec![], people(&[&of_bob, &alice.id()])),
            "{verb}"
        );
    }
    // A person: that person, and one's followers.
    let friends = bob.get(&bob.path("lists/person")).await.ok()["items"][0].clone();
    for (verb, target) in [
        ("follow", None),
        ("stop-following", None),
        ("add", Some(&friends)),
        ("remove", Some(&friends)),
    ] {
        let mut activity = does(verb, alice.person());
        if let Some(list) = target {
            activity["target"] = mention(list);
        }
        let done = bob.does(activity).await;
        assert_eq!(
            both(&done),
            (people(&[&alice.id()]), people(&[&of_bob])),
            "{verb}"
        );
    }
    // An answer: who got what is answered, without oneself, and its author.
    let done = bob.does(post(comment("z", &original))).await;
    assert_eq!(
        both(&done),
        (people(&[&everybody, &alice.id()]), people(&[&carol.id()]))
    );
    let answer = done["object"].clone();
    let done = alice.does(post(comment("zz", &answer))).await;
    assert_eq!(
        both(&done),
        (people(&[&everybody, &bob.id()]), people(&[&carol.id()]))
    );
    // The same of whatever else is done with an answer, but for sharing it.
    for verb in ["play", "tag", "add", "remove"] {
        let activity = does(verb, mention(&answer));
        let activity = match verb {
            "add" | "remove" => with_target(activity, &comments),
            _ => activity,
        };
        let done = alice.does(activity).await;
        let wanted = (people(&[&everybody, &bob.id()]), people(&[&carol.id()]));
        assert_eq!(both(&done), wanted, "{verb}");
    }
    let done = alice.does(does("share", mention(&answer))).await;
    assert_eq!(both(&done), (vec![], people(&[&of_alice, &bob.id()])));
    // Who may not see what is answered does not learn who got it.
    let secret = alice.does(addressed(post(note("x")), "to", &[bob.person()]));
    let secret = secret.await["object"].clone();
    let open = addressed(post(comment("y", &secret)), "to", &[public()]);
    let open = bob.does(open).await["object"].clone();
    let done = carol.does(does("play", mention(&open))).await;
    let of_carol = id(carol.followers());
    assert_eq!(both(&done), (vec![], people(&[&of_carol])));
    // Oneself and everything else: one's followers.
    let mut profile = does("update", alice.person());
    profile["object"]["summary"] = "me".into();
    for activity in [
        profile,
        post(note("x")),
        does("play", json!({"objectType": "audio"})),
    ] {
        let done = alice.does(activity).await;
        assert_eq!(both(&done), (vec![], people(&[&of_alice])));
    }
    let done = alice.does(does("delete", mention(&original))).await;
    let wanted = (people(&[&everybody, &bob.id()]), people(&[&carol.id()]));
    assert_eq!(both(&done), wanted);
}

#[tokio::test]
async fn activities_reach_whom_they_are_addressed_to_once() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let (alice, bob) = (client.new_user("alice").await, client.new_user("bob").await);
    let carol = client.new_user("carol").await;
    bob.does(does("follow", alice.person())).await;
    let counts = async || {
        let mut counts = Vec::new();
        for (reader, part) in [
            (&alice, "inbox"),
            (&bob, "inbox"),
            (&bob, "inbox/direct"),
            (&bob, "inbox/direct/major"),
            (&carol, "inbox"),
        ] {
            let inbox = reader.get(&reader.path(part)).await.ok();
            counts.push(inbox["totalItems"].as_u64().unwrap());
        }
        counts
    };
    let mut before = counts().await;
    let foreign = json!({"objectType": "collection", "id": bob.followers()["id"]});
    for (field, recipient, arrived) in [
        ("to", public(), [1, 1, 0, 0, 0]),
        ("cc", alice.followers(), [1, 1, 0, 0, 0]),
        ("to", bob.person(), [1, 1, 1, 1, 0]),
        ("bto", bob.person(), [1, 1, 1, 1, 0]),
        ("cc", bob.person(), [1, 1, 0, 0, 0]),
        ("bcc", carol.person(), [1, 0, 0, 0, 1]),
        // Quirk 63: oneself.
        ("to", alice.person(), [1, 0, 0, 0, 0]),
        ("to", foreign, [1, 0, 0, 0, 0]),
        (
            "to",
            json!({"objectType": "person", "id": "acct:x@other.test"}),
            [1, 0, 0, 0, 0],
        ),
    ] {
        let case = format!("{field} {recipient}");
        alice
            .does(addressed(post(note("x")), field, &[recipient]))
            .await;
        let after = counts().await;
        let new: Vec<u64> = after
            .iter()
            .zip(&before)
            .map(|(after, before)| after - before)
            .collect();
        assert_eq!(new, arrived, "{case}");
        before = after;
    }
    let mut everywhere = post(note("x"));
    everywhere["to"] = json!([public(), bob.person(), bob.person()]);
    everywhere["cc"] = json!([alice.followers(), bob.person(), carol.person()]);
    alice.does(everywhere).await;
    let new: Vec<u64> = counts()
        .await
        .iter()
        .zip(&before)
        .map(|(after, before)| after - before)
        .collect();
    assert_eq!(new, [1, 1, 1, 1, 1]);
}

#[tokio::test]
async fn who_names_nobody_known_does_not_mean_everybody() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    bob.does(does("follow", alice.person())).await;
    let nobody = json!({"objectType": "person"});
    let done = alice
        .does(addressed(post(note("Psst")), "to", &[nobody]))
        .await;
    for field in ["to", "cc", "bto", "bcc"] {
        assert_eq!(done[field], Value::Null);
    }
    let inbox = bob.get(&bob.path("inbox/major")).await.ok();
    assert!(!ids(&inbox).contains(&done["id"].as_str().unwrap().to_owned()));
    let reply = bob.get(href(&done["object"])).await;
    assert_eq!(reply.status, 403);
}

/// Quirk 87: a person with and without `acct:` was two persons.
#[tokio::test]
async fn quirk_87_people_are_reached_by_all_their_names() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    for name in [
        "bob@pump.test",
        "acct:bob@PUMP.TEST",
        "https://pump.test/bob",
    ] {
        let person = json!({"objectType": "person", "id": name});
        let done = alice
            .does(addressed(
                post(note(name)),
                "to",
                std::slice::from_ref(&person),
            ))
            .await;
        assert_eq!(recipients(&done, "to"), [bob.id()], "{name}");
        let inbox = bob.get(&bob.path("inbox/direct")).await.ok();
        assert_eq!(ids(&inbox)[0], done["id"].as_str().unwrap(), "{name}");
        for verb in ["follow", "stop-following"] {
            let done = alice.does(does(verb, person.clone())).await;
            assert_eq!(done["object"]["id"], bob.id(), "{name}");
        }
    }
    for unknown in ["nobody@pump.test", "acct:nobody@pump.test"] {
        let person = json!({"objectType": "person", "id": unknown});
        let reply = alice
            .tries(addressed(post(note("x")), "to", &[person]))
            .await;
        reply.refused(400, "No such 'person' with id 'acct:nobody@pump.test'");
    }
}

#[tokio::test]
async fn who_got_something_in_secret_hears_of_its_changes_in_secret() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let carol = server.user("carol").await;
    let mut activity = addressed(post(note("x")), "bto", &[bob.person()]);
    activity["cc"] = json!([carol.person()]);
    let object = alice.does(activity).await["object"].clone();
    let mut changed = mention(&object);
    changed["content"] = json!("y");
    for activity in [does("update", changed), does("delete", mention(&object))] {
        let done = alice.does(activity).await;
        assert_eq!(recipients(&done, "bto"), [bob.id()]);
        let id = done["id"].as_str().unwrap().to_owned();
        for reader in [&bob, &carol] {
            let inbox = reader.get(&reader.path("inbox/minor")).await.ok();
            assert_eq!(ids(&inbox)[0], id);
            assert_eq!(inbox["items"][0]["bto"], Value::Null);
        }
    }
}
