//! Who sees what (pump.io protocol, sections 5.4 and 7.3).

use pumphouse_testkit::{Caller, TestServer};
use serde_json::{Value, json};

use crate::support::{
    addressed, comment, does, href, ids, mention, note, post, post_publicly, public, recipients,
    with_target,
};

/// Everybody who may or may not see what Alice writes.
struct Cast {
    server: TestServer,
    alice: Caller,
    follower: Caller,
    addressee: Caller,
    member: Caller,
    stranger: Caller,
    /// A list of Alice's with one member.
    list: Value,
}

impl Cast {
    async fn gather() -> Self {
        let server = TestServer::start().await;
        let client = server.client().await;
        let alice = client.new_user("alice").await;
        let follower = client.new_user("follower").await;
        follower.does(does("follow", alice.person())).await;
        let member = client.new_user("member").await;
        let friends = alice.get(&alice.path("lists/person")).await.ok();
        let list = mention(&friends["items"][0]);
        let mut add = does("add", member.person());
        add["target"] = list.clone();
        alice.does(add).await;
        Self {
            alice,
            follower,
            addressee: client.new_user("addressee").await,
            member,
            stranger: client.new_user("stranger").await,
            server,
            list,
        }
    }

    /// The ways to address an activity, and who sees it besides Alice.
    fn ways(&self) -> Vec<(&'static str, Value, Vec<&'static str>)> {
        let person = self.addressee.person();
        let everybody = vec!["client", "follower", "addressee", "member", "stranger"];
        vec![
            ("to", public(), everybody.clone()),
            ("cc", public(), everybody.clone()),
            ("bcc", public(), everybody),
            ("to", self.alice.followers(), vec!["follower"]),
            ("bcc", self.alice.followers(), vec!["follower"]),
            ("to", person.clone(), vec!["addressee"]),
            ("cc", person.clone(), vec!["addressee"]),
            ("bto", person.clone(), vec!["addressee"]),
            ("bcc", person, vec!["addressee"]),
            ("to", self.list.clone(), vec!["member"]),
            ("bto", self.list.clone(), vec!["member"]),
        ]
    }

    fn readers(&self) -> Vec<(&'static str, Caller)> {
        vec![
            ("nobody", self.server.anonymous()),
            ("client", self.alice.two_legged()),
            ("alice", self.alice.clone()),
            ("follower", self.follower.clone()),
            ("addressee", self.addressee.clone()),
            ("member", self.member.clone()),
            ("stranger", self.stranger.clone()),
        ]
    }
}

/// Quirk 60: members of a list did not get what was addressed to their list.
#[tokio::test]
async fn quirk_60_each_reader_sees_what_was_addressed_to_them_and_nothing_else() {
    let cast = Cast::gather().await;
    for (field, recipient, seers) in cast.ways() {
        let case = format!("{field} {recipient}");
        let activity = addressed(
            post(note("A secret")),
            field,
            std::slice::from_ref(&recipient),
        );
        let done = cast.alice.does(activity).await;
        let (activity, object) = (href(&done), href(&done["object"]));
        let reply = comment("An answer", &done["object"]);
        let reply = cast.alice.does(post(reply)).await;
        for (name, reader) in cast.readers() {
            let case = format!("{name}: {case}");
            let replies = [object, "/replies"].concat();
            let answers = [
                reader.get(activity).await,
                reader.get(object).await,
                reader.get(&replies).await,
                reader.get(&[object, "/likes"].concat()).await,
                reader.get(&[object, "/shares"].concat()).await,
            ];
            if name == "nobody" {
                for answer in answers {
                    answer.refused(401, "Not logged in.");
                }
            } else if name == "alice" || seers.contains(&name) {
                assert_eq!(answers[0].ok()["object"]["content"], "A secret", "{case}");
                assert_eq!(answers[1].ok()["content"], "A secret", "{case}");
                // The answer has the recipients of what it answers, and so the same readers,
                // but for those who were named in secret (Quirk 37).
                let shown = ids(&answers[2].ok());
                let told = matches!(field, "to" | "cc") || name == "alice";
                let wanted: &[&str] = if told {
                    &[reply["object"]["id"].as_str().unwrap()]
                } else {
                    &[]
                };
                assert_eq!(shown, wanted, "{case}");
                answers[3].ok();
                answers[4].ok();
            } else {
                answers[0].refused(403, "Only the actor and recipients can view this activity.");
                for answer in &answers[1..] {
                    answer.refused(403, "Only the author and recipients can view this object.");
                }
            }
            if name == "nobody" {
                continue;
            }
            let feed = reader.get(&cast.alice.path("feed/major")).await.ok();
            let visible = name == "alice" || seers.contains(&name);
            let id = done["id"].as_str().unwrap().to_owned();
            assert_eq!(ids(&feed).contains(&id), visible, "{case}");
        }
    }
}

#[tokio::test]
async fn secret_recipients_are_shown_to_the_actor_alone() {
    let cast = Cast::gather().await;
    let mut activity = addressed(post(note("x")), "to", &[public()]);
    activity["bto"] = json!([cast.addressee.person()]);
    activity["bcc"] = json!([cast.list]);
    let done = cast.alice.does(activity).await;
    assert_eq!(recipients(&done, "bto"), [cast.addressee.id()]);
    for (name, reader) in cast.readers() {
        if name == "nobody" {
            continue;
        }
        let mut seen = vec![
            reader.get(href(&done)).await.ok(),
            reader.get(&cast.alice.path("feed")).await.ok()["items"][0].clone(),
        ];
        if !reader.nickname().is_empty() && name != "stranger" {
            let inbox = reader.get(&reader.path("inbox")).await.ok();
            let items = inbox["items"].as_array().unwrap();
            let own = items.iter().find(|item| item["id"] == done["id"]);
            seen.push(own.unwrap().clone());
        }
        for document in seen {
            let shown = document.get("bto").is_some() || document.get("bcc").is_some();
            assert_eq!(shown, name == "alice", "{name}: {document}");
        }
    }
}

/// Quirk 37: hidden recipients were copied into answers and likes, for all to see.
#[tokio::test]
async fn quirk_37_who_answers_or_likes_learns_no_secret_recipients() {
    let cast = Cast::gather().await;
    let mut activity = addressed(post(note("x")), "to", &[cast.follower.person()]);
    activity["bto"] = json!([cast.addressee.person()]);
    activity["bcc"] = json!([cast.member.person()]);
    let done = cast.alice.does(activity).await;
    let object = &done["object"];
    for reaction in [
        does("like", mention(object)),
        does("share", mention(object)),
        post(comment("y", object)),
    ] {
        let seen = cast.follower.does(reaction).await;
        for secret in [&cast.addressee, &cast.member] {
            assert!(!seen.to_string().contains(&secret.id()), "{seen}");
        }
    }
}

/// Quirk 40: a reaction showed what it was about, also to who may not read it.
#[tokio::test]
async fn quirk_40_reactions_to_what_one_may_not_read_are_refused_and_reveal_nothing() {
    let cast = Cast::gather().await;
    let mut secret = note("The treasure");
    secret["displayName"] = "Map".into();
    let activity = addressed(post(secret), "to", &[cast.addressee.person()]);
    let object = cast.alice.does(activity).await["object"].clone();
    let text = "Only the author and recipients can view this object.";
    let stranger = &cast.stranger;
    let before = stranger.get(&stranger.path("feed")).await.ok()["totalItems"].clone();
    for verb in [
        "like", "favorite", "dislike", "unlike", "share", "unshare", "follow", "play", "read",
        "add", "remove", "flag",
    ] {
        let reply = stranger.tries(does(verb, mention(&object))).await;
        reply.refused(403, text);
    }
    let answer = post(comment("What?", &object));
    stranger.tries(answer).await.refused(403, text);
    let favorites = stranger.path("favorites");
    let reply = stranger.post_json(&favorites, &mention(&object)).await;
    reply.refused(403, text);
    let id = object["id"].as_str().unwrap();
    for (verb, text) in [
        ("update", format!("Can't update {id}: not author.")),
        ("delete", format!("Can't delete {id}: not author.")),
        ("post", format!("Can't post {id}: not author.")),
    ] {
        let reply = stranger.tries(does(verb, mention(&object))).await;
        reply.refused(400, &text);
    }
    let feed = stranger.get(&stranger.path("feed")).await.ok();
    assert_eq!(feed["totalItems"], before, "nothing was half done");
    let object = cast.alice.get(href(&object)).await.ok();
    for tally in ["likes", "shares", "replies"] {
        assert_eq!(object[tally]["totalItems"], 0);
    }
}

/// Quirk 40: so did every other mention.
#[tokio::test]
async fn quirk_40_mentioning_an_object_in_any_place_does_not_reveal_it() {
    let cast = Cast::gather().await;
    let activity = addressed(post(note("The treasure")), "to", &[cast.addressee.person()]);
    let object = cast.alice.does(activity).await["object"].clone();
    let stranger = &cast.stranger;
    for place in [
        "target",
        "context",
        "location",
        "source",
        "provider",
        "generator",
    ] {
        let mut activity = post_publicly(note("Look"));
        activity[place] = mention(&object);
        let done = stranger.does(activity).await;
        let read = stranger.get(href(&done)).await.ok();
        for document in [done, read] {
            assert!(
                !document.to_string().contains("treasure"),
                "{place}: {document}"
            );
        }
    }
    for recipient in ["to", "cc", "bto", "bcc"] {
        let activity = addressed(post(note("Look")), recipient, &[mention(&object)]);
        let done = stranger.does(activity).await;
        assert!(!done.to_string().contains("treasure"), "{recipient}");
    }
    for place in ["author", "attachments", "tags", "location"] {
        let mut look = note("Look");
        look[place] = match place {
            "attachments" | "tags" => json!([mention(&object)]),
            _ => mention(&object),
        };
        let done = stranger.does(post_publicly(look)).await;
        assert!(!done.to_string().contains("treasure"), "{place}");
        let read = stranger.get(href(&done["object"])).await.ok();
        assert!(!read.to_string().contains("treasure"), "{place}");
    }
}

#[tokio::test]
async fn who_may_read_a_reaction_does_not_thereby_read_its_object() {
    let cast = Cast::gather().await;
    let activity = addressed(post(note("The treasure")), "to", &[cast.addressee.person()]);
    let object = cast.alice.does(activity).await["object"].clone();
    for verb in ["share", "like"] {
        let activity = addressed(does(verb, mention(&object)), "to", &[public()]);
        let done = cast.addressee.does(activity).await;
        assert_eq!(done["object"]["content"], "The treasure");
        let seen = cast.stranger.get(href(&done)).await.ok();
        assert_eq!(seen["object"], mention(&object), "{verb}");
        let feed = cast.stranger.get(&cast.addressee.path("feed")).await.ok();
        assert_eq!(ids(&feed)[0], done["id"].as_str().unwrap());
        assert!(!feed.to_string().contains("treasure"), "{verb}");
    }
    let favorites = cast.addressee.path("favorites");
    assert_eq!(ids(&cast.addressee.get(&favorites).await.ok()).len(), 1);
    assert!(ids(&cast.stranger.get(&favorites).await.ok()).is_empty());
    // An answer that everybody may read mentions what it answers, and no more.
    let activity = post_publicly(comment("I know", &object));
    let answer = cast.addressee.does(activity).await;
    let seen = cast.stranger.get(href(&answer["object"])).await.ok();
    assert_eq!(seen["inReplyTo"], mention(&object));
    let seen = cast.stranger.get(href(&answer)).await.ok();
    assert_eq!(seen["object"]["inReplyTo"], mention(&object));
}

#[tokio::test]
async fn replies_are_shown_to_those_who_may_read_them() {
    let cast = Cast::gather().await;
    let object = cast.alice.does(post_publicly(note("Hello"))).await["object"].clone();
    let public_reply = cast.addressee.does(post(comment("For all", &object))).await;
    let private = addressed(
        post(comment("For Alice", &object)),
        "to",
        &[cast.alice.person()],
    );
    let private = cast.addressee.does(private).await;
    let id = |done: &Value| done["object"]["id"].as_str().unwrap().to_owned();
    let both = [id(&private), id(&public_reply)];
    let replies = object["replies"]["url"].as_str().unwrap();
    for (reader, wanted) in [
        (&cast.alice, &both[..]),
        (&cast.addressee, &both[..]),
        (&cast.stranger, &both[1..]),
    ] {
        assert_eq!(ids(&reader.get(replies).await.ok()), wanted);
        let embedded = reader.get(href(&object)).await.ok();
        assert_eq!(ids(&embedded["replies"]), wanted);
    }
}

#[tokio::test]
async fn inboxes_are_their_owners() {
    let cast = Cast::gather().await;
    for part in [
        "inbox",
        "inbox/major",
        "inbox/minor",
        "inbox/direct",
        "inbox/direct/major",
        "inbox/direct/minor",
    ] {
        let path = cast.alice.path(part);
        cast.alice.get(&path).await.ok();
        cast.stranger
            .get(&path)
            .await
            .refused(401, "Not authorized");
    }
    cast.alice
        .get(&cast.alice.path("inbox/nothing"))
        .await
        .refused(404, "No such feed: inbox/nothing");
    let feed = cast.alice.path("feed");
    let posted = cast.stranger.post_json(&feed, &post(note("x"))).await;
    posted.refused(401, "Not authorized");
    let actor = json!({"verb": "post", "object": note("x"), "actor": cast.alice.person()});
    cast.stranger
        .tries(actor)
        .await
        .refused(400, "Invalid actor");
}

#[tokio::test]
async fn what_was_deleted_is_gone_for_its_readers_and_forbidden_for_others() {
    let cast = Cast::gather().await;
    let activity = addressed(post(note("x")), "to", &[cast.addressee.person()]);
    let object = cast.alice.does(activity).await["object"].clone();
    cast.alice.does(does("delete", mention(&object))).await;
    for address in [
        href(&object).to_owned(),
        format!("{}/replies", href(&object)),
    ] {
        for reader in [&cast.alice, &cast.addressee] {
            reader.get(&address).await.refused(410, "Deleted");
        }
        let text = "Only the author and recipients can view this object.";
        cast.stranger.get(&address).await.refused(403, text);
    }
    // Quirk 73: nobody reacts to what is gone.
    for activity in [
        does("like", mention(&object)),
        does("share", mention(&object)),
        post(comment("y", &object)),
    ] {
        let reply = cast.addressee.tries(activity.clone()).await;
        reply.refused(410, "Deleted");
        let text = "Only the author and recipients can view this object.";
        cast.stranger.tries(activity).await.refused(403, text);
    }
    for verb in ["update", "delete"] {
        let reply = cast.alice.tries(does(verb, mention(&object))).await;
        reply.refused(410, "Deleted");
    }
}

#[tokio::test]
async fn who_no_longer_follows_sees_what_was_delivered_and_nothing_newer() {
    let cast = Cast::gather().await;
    let old = cast.alice.does(post(note("old"))).await;
    cast.follower
        .does(does("stop-following", cast.alice.person()))
        .await;
    let new = cast.alice.does(post(note("new"))).await;
    cast.follower.get(href(&old)).await.ok();
    let text = "Only the actor and recipients can view this activity.";
    cast.follower.get(href(&new)).await.refused(403, text);
    let inbox = cast.follower.get(&cast.follower.path("inbox")).await.ok();
    assert!(!ids(&inbox).contains(&new["id"].as_str().unwrap().to_owned()));
}

/// Quirk 40: and the words that tell of a reaction.
#[tokio::test]
async fn quirk_40_words_do_not_name_what_may_not_be_seen() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let (bob, carol) = (server.user("bob").await, server.user("carol").await);
    let mut secret = note("x");
    secret["displayName"] = json!("Surprise party");
    let posted = addressed(post(secret), "to", &[bob.person()]);
    let secret = alice.does(posted).await["object"].clone();
    for activity in [
        does("share", mention(&secret)),
        does("like", mention(&secret)),
        does("play", mention(&secret)),
        post(comment("Yes", &secret)),
    ] {
        let done = bob.does(addressed(activity, "to", &[public()])).await;
        assert!(done["content"].as_str().unwrap().contains("Surprise party"));
        for reader in [&carol, &bob.two_legged()] {
            let seen = reader.get(href(&done)).await.ok();
            assert!(!seen.to_string().contains("Surprise"), "{seen}");
            let words = seen["content"].as_str().unwrap();
            assert!(
                words.contains("bob</a>") && words.contains("a note"),
                "{words}"
            );
        }
    }
    let feed = carol.get(&bob.path("feed")).await.ok();
    assert!(!feed.to_string().contains("Surprise"), "{feed}");
}

#[tokio::test]
async fn who_takes_a_name_later_reads_nothing_that_was_written_to_it_before() {
    let server = TestServer::start().await;
    let (alice, mallory) = (server.user("alice").await, server.user("mallory").await);
    let club = |object_type: &str| {
        json!({"objectType": object_type, "id": format!("tag:x.test,2026:{object_type}"),
            "displayName": "Club", "objectTypes": ["person"]})
    };
    for (object_type, becomes_member) in [
        ("group", does("join", mention(&club("group")))),
        (
            "collection",
            with_target(does("add", mallory.person()), &club("collection")),
        ),
    ] {
        let named = club(object_type);
        let write = || addressed(post(note("For the club")), "to", &[mention(&named)]);
        let before = alice.does(write()).await;
        mallory.does(post_publicly(named.clone())).await;
        let of_its_maker = mallory.get(href(&before)).await.status;
        mallory.does(becomes_member).await;
        let of_a_member = mallory.get(href(&before)).await.status;
        assert_eq!([of_its_maker, of_a_member], [403, 403], "{object_type}");
        assert_eq!(mallory.get(href(&before["object"])).await.status, 403);
        let feed = mallory.get(&alice.path("feed")).await.ok();
        assert!(!ids(&feed).contains(&before["id"].as_str().unwrap().to_owned()));
        // Who writes to it now means what it is now.
        let after = alice.does(write()).await;
        mallory.get(href(&after)).await.ok();
    }
}

#[tokio::test]
async fn nobody_makes_a_group_or_collection_under_the_address_of_another_server() {
    let server = TestServer::start().await;
    let mallory = server.user("mallory").await;
    for (object_type, id) in [
        ("group", "https://other.test/api/group/X"),
        ("group", "HTTP://other.test/api/group/X"),
        ("collection", "https://other.test/api/user/alice/followers"),
    ] {
        let named = json!({"objectType": object_type, "id": id, "displayName": "Club"});
        for verb in ["post", "create"] {
            let text = format!("No such '{object_type}' with id '{id}'");
            let refused = mallory.tries(does(verb, named.clone())).await;
            refused.refused(400, &text);
        }
    }
    // Other things may have any address (section 7.9).
    let bookmark = json!({"objectType": "bookmark", "id": "https://other.test/page"});
    mallory.does(post(bookmark)).await;
}
