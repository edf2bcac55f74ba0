//! Groups (pump.io protocol, sections 5.4 and 7.10).

use pumphouse_testkit::{Caller, TestServer};
use serde_json::{Value, json};

use crate::support::{
    addressed, comment, does, href, ids, mention, note, post, post_publicly, public, recipients,
    with_target,
};

/// A group that everybody may see, who made it, one member, and somebody else.
struct Club {
    /// Runs as long as the club is there.
    _server: TestServer,
    alice: Caller,
    member: Caller,
    stranger: Caller,
    group: Value,
}

impl Club {
    async fn found() -> Self {
        let server = TestServer::start().await;
        let client = server.client().await;
        let alice = client.new_user("alice").await;
        let member = client.new_user("member").await;
        let stranger = client.new_user("stranger").await;
        let group = create(&alice, &[public()]).await;
        member.does(does("join", mention(&group))).await;
        Self {
            _server: server,
            alice,
            member,
            stranger,
            group,
        }
    }

    fn feed(&self, name: &str) -> String {
        format!("{}/{name}", href(&self.group))
    }
}

async fn create(author: &Caller, to: &[Value]) -> Value {
    let group = json!({"objectType": "group", "displayName": "Chess club", "summary": "We play"});
    author
        .does(addressed(does("create", group), "to", to))
        .await["object"]
        .clone()
}

async fn newest(reader: &Caller, feed: &str) -> Option<String> {
    let page = reader.get(&reader.path(feed)).await.ok();
    ids(&page).first().cloned()
}

fn id(document: &Value) -> String {
    document["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_group_has_members_documents_and_an_inbox() {
    let club = Club::found().await;
    let group = &club.group;
    let id = id(group);
    assert_eq!(group["links"]["self"]["href"], id);
    assert_eq!(
        group["links"]["activity-inbox"]["href"],
        format!("{id}/inbox")
    );
    // What there is none of is named as well (section 7.10).
    for feed in ["replies", "shares"] {
        let wanted = json!({"url": format!("{id}/{feed}"), "totalItems": 0, "items": []});
        assert_eq!(group[feed], wanted);
    }
    for feed in ["likes", "members", "documents"] {
        let wanted = json!({"url": format!("{id}/{feed}"), "totalItems": 0});
        assert_eq!(group[feed], wanted);
    }
    let page = group["url"].as_str().unwrap();
    assert!(page.starts_with("https://pump.test/alice/group/"));
    assert_eq!(group["author"]["id"], club.alice.id());
    for (feed, title, object_types) in [
        ("members", "Members of Chess club", json!(["person"])),
        ("documents", "Documents of Chess club", Value::Null),
        ("inbox", "Activities for Chess club", json!(["activity"])),
    ] {
        let page = club.stranger.get(&club.feed(feed)).await.ok();
        assert_eq!(page["displayName"], title);
        assert_eq!(page["url"], club.feed(feed));
        assert_eq!(page["objectTypes"], object_types);
    }
}

#[tokio::test]
async fn members_join_and_leave() {
    let club = Club::found().await;
    let (group, members) = (&club.group, club.feed("members"));
    // Quirk 75: who makes a group is no member of it.
    let page = club.alice.get(&members).await.ok();
    assert_eq!(ids(&page), [club.member.id()]);
    assert_eq!(page["totalItems"], 1);
    let membership = format!("'membership' with id '{}∈{}'", club.member.id(), id(group));
    let again = club.member.tries(does("join", mention(group))).await;
    again.refused(400, &format!("Already have a(n) {membership}"));

    let done = club.stranger.does(does("join", mention(group))).await;
    assert_eq!(done["object"]["members"]["totalItems"], 2);
    assert_eq!(
        done["content"],
        format!(
            "<a href='https://pump.test/stranger'>stranger</a> joined <a href='{}'>Chess club</a>",
            group["url"].as_str().unwrap()
        )
    );
    assert_eq!(
        ids(&club.alice.get(&members).await.ok()),
        [club.stranger.id(), club.member.id()]
    );
    club.member.does(does("leave", mention(group))).await;
    let again = club.member.tries(does("leave", mention(group))).await;
    again.refused(400, &format!("No such {membership}"));
    assert_eq!(
        ids(&club.alice.get(&members).await.ok()),
        [club.stranger.id()]
    );
    // Of anything else it is only told.
    let event = club
        .alice
        .does(post_publicly(json!({"objectType": "event"})))
        .await;
    for verb in ["join", "join", "leave", "leave"] {
        club.member
            .does(does(verb, mention(&event["object"])))
            .await;
    }
}

#[tokio::test]
async fn what_is_addressed_to_a_group_reaches_its_inbox_and_each_member_once() {
    let club = Club::found().await;
    club.member
        .does(does("follow", club.stranger.person()))
        .await;
    let to = [mention(&club.group), public(), mention(&club.group)];
    let done = club
        .stranger
        .does(addressed(post(note("Hello")), "to", &to))
        .await;
    let id = id(&done);
    let inbox = club.member.get(&club.member.path("inbox")).await.ok();
    let copies = ids(&inbox).iter().filter(|item| **item == id).count();
    assert_eq!(copies, 1);
    assert_ne!(
        newest(&club.member, "inbox/direct/major").await.as_ref(),
        Some(&id),
        "groups do not make it direct"
    );
    // Its maker is no member.
    assert_ne!(newest(&club.alice, "inbox").await, Some(id.clone()));
    let page = club.alice.get(&club.feed("inbox")).await.ok();
    assert_eq!(ids(&page)[0], id);
    assert_eq!(
        ids(&page).iter().filter(|item| **item == id).count(),
        1,
        "the group has it once too"
    );
    // Who left hears no more.
    club.member.does(does("leave", mention(&club.group))).await;
    let later = addressed(post(note("Later")), "to", &[mention(&club.group)]);
    let later = club.alice.does(later).await;
    assert_ne!(
        newest(&club.member, "inbox").await.as_deref(),
        later["id"].as_str()
    );
}

#[tokio::test]
async fn members_read_all_that_was_addressed_to_the_group_and_others_do_not() {
    let club = Club::found().await;
    let to_group = addressed(post(note("For members")), "to", &[mention(&club.group)]);
    let done = club.member.does(to_group).await;
    let (activity, object) = (href(&done), href(&done["object"]));
    let replies = done["object"]["replies"]["url"].as_str().unwrap();
    for address in [activity, object, replies] {
        assert_eq!(club.stranger.get(address).await.status, 403);
        // Who made the group reads what is written to it.
        club.alice.get(address).await.ok();
    }
    let inbox = club.feed("inbox");
    let filtered = club.stranger.get(&inbox).await.ok();
    assert!(!ids(&filtered).contains(&id(&done)));
    assert!(ids(&club.alice.get(&inbox).await.ok()).contains(&id(&done)));
    // Also what is older than the membership.
    club.stranger.does(does("join", mention(&club.group))).await;
    for address in [activity, object, replies] {
        club.stranger.get(address).await.ok();
    }
    let page = club.stranger.get(&inbox).await.ok();
    let place = ids(&page).iter().position(|item| *item == id(&done));
    let item = &page["items"][place.unwrap()];
    assert_eq!(item["object"]["content"], "For members");
    assert_eq!(item["object"]["liked"], false);
    // An answer goes where what it answers went.
    let answer = post(comment("Me too", &done["object"]));
    let answer = club.stranger.does(answer).await;
    assert_eq!(
        recipients(&answer, "to"),
        [id(&club.group), club.member.id()]
    );
    assert_eq!(newest(&club.member, "inbox").await, Some(id(&answer)));
}

#[tokio::test]
async fn groups_get_what_concerns_them_by_default() {
    let club = Club::found().await;
    let (group, member) = (&club.group, &club.member);
    let followers = id(&member.followers());
    let note = member.does(post_publicly(note("x"))).await["object"].clone();
    for verb in ["leave", "join", "play", "share"] {
        let done = member.does(does(verb, mention(group))).await;
        assert_eq!(recipients(&done, "to"), [id(group)], "{verb}");
        assert_eq!(
            recipients(&done, "cc"),
            std::slice::from_ref(&followers),
            "{verb}"
        );
    }
    for verb in ["add", "remove"] {
        let done = member
            .does(with_target(does(verb, mention(&note)), group))
            .await;
        assert_eq!(recipients(&done, "to"), [id(group)], "{verb}");
        assert_eq!(done.get("cc"), None, "{verb}");
    }
    let posted = member
        .does(with_target(post(crate::support::note("y")), group))
        .await;
    assert_eq!(recipients(&posted, "to"), [id(group)]);
    // Whoever makes a group tells his followers, unless he says otherwise.
    let other = json!({"objectType": "group", "displayName": "Go club"});
    let made = member.does(does("create", other)).await;
    assert_eq!(recipients(&made, "cc"), [followers]);
    assert!(recipients(&made, "to").is_empty());
}

#[tokio::test]
async fn documents_are_for_members_to_add_and_remove() {
    let club = Club::found().await;
    let (group, documents) = (&club.group, club.feed("documents"));
    let posted = with_target(post(note("A study")), group);
    let no_member = "Actor is not a member of the group.";
    club.stranger
        .tries(posted.clone())
        .await
        .refused(400, no_member);
    assert_eq!(
        club.stranger
            .get(&club.stranger.path("feed/major"))
            .await
            .ok()["totalItems"],
        0,
        "nothing was half done"
    );
    let posted = club.member.does(posted).await;
    assert_eq!(posted["target"]["documents"]["totalItems"], 1);
    let study = &posted["object"];
    let page = club.member.get(&documents).await.ok();
    assert_eq!(ids(&page), [id(study)]);
    assert_eq!(page["items"][0]["liked"], false);
    // Who made the group sees them all, what is not for its members excepted (section 5.2).
    let whole = club.alice.get(&documents).await.ok();
    assert_eq!(
        (ids(&whole), &whole["totalItems"]),
        (vec![id(study)], &json!(1))
    );
    let secret = club
        .member
        .does(addressed(post(note("Mine")), "to", &[club.member.person()]));
    let secret = secret.await["object"].clone();
    let add = |verb| with_target(does(verb, mention(&secret)), group);
    club.member.does(add("add")).await;
    assert_eq!(ids(&club.alice.get(&documents).await.ok()), [id(study)]);
    club.member.does(add("remove")).await;
    // Each is for whom it is for.
    let filtered = club.stranger.get(&documents).await.ok();
    assert!(ids(&filtered).is_empty());

    let other = club.member.does(post_publicly(note("A game"))).await["object"].clone();
    let change = |verb: &str| with_target(does(verb, mention(&other)), group);
    club.stranger
        .tries(change("add"))
        .await
        .refused(400, no_member);
    club.member.does(change("add")).await;
    assert_eq!(
        ids(&club.member.get(&documents).await.ok()),
        [id(&other), id(study)]
    );
    assert_eq!(ids(&club.stranger.get(&documents).await.ok()), [id(&other)]);
    club.member
        .tries(change("add"))
        .await
        .refused(400, "Group already contains object.");
    club.stranger
        .tries(change("remove"))
        .await
        .refused(400, no_member);
    let removed = club.member.does(change("remove")).await;
    assert_eq!(removed["target"]["documents"]["totalItems"], 1);
    let text = format!(
        "id '{}' not found in stream 'group:{}'",
        id(&other),
        id(group)
    );
    club.member
        .tries(change("remove"))
        .await
        .refused(400, &text);
    let created = with_target(does("create", note("Another study")), group);
    club.member.does(created).await;
    assert_eq!(club.member.get(&documents).await.ok()["totalItems"], 2);
}

#[tokio::test]
async fn a_group_is_joined_by_who_may_see_it() {
    let club = Club::found().await;
    let closed = create(&club.alice, &[club.member.person()]).await;
    let text = "Only the author and recipients can view this object.";
    for verb in ["join", "leave"] {
        let reply = club.stranger.tries(does(verb, mention(&closed))).await;
        reply.refused(403, text);
    }
    for address in [
        id(&closed),
        format!("{}/members", id(&closed)),
        format!("{}/inbox", id(&closed)),
        format!("{}/documents", id(&closed)),
    ] {
        club.stranger.get(&address).await.refused(403, text);
        club.member.get(&address).await.ok();
    }
    // Nor can he write to it.
    club.member.does(does("join", mention(&closed))).await;
    let spam = addressed(post(note("spam")), "to", &[mention(&closed)]);
    let spam = club.stranger.does(spam).await;
    assert!(!spam.to_string().contains("Chess"), "{spam}");
    assert_ne!(newest(&club.member, "inbox").await, Some(id(&spam)));
    let inbox = club.alice.get(&format!("{}/inbox", id(&closed))).await.ok();
    assert!(!ids(&inbox).contains(&id(&spam)));
}

#[tokio::test]
async fn who_no_longer_follows_its_maker_stays_in_a_group_and_can_leave_it() {
    let club = Club::found().await;
    club.member.does(does("follow", club.alice.person())).await;
    let closed = create(&club.alice, &[club.alice.followers()]).await;
    club.stranger
        .does(does("follow", club.alice.person()))
        .await;
    club.stranger.does(does("join", mention(&closed))).await;
    club.stranger
        .does(does("stop-following", club.alice.person()))
        .await;
    club.stranger.get(href(&closed)).await.ok();
    club.stranger.does(does("leave", mention(&closed))).await;
    assert_eq!(club.stranger.get(href(&closed)).await.status, 403);
}

/// Quirk 73: what was deleted could be liked, answered, changed and deleted again.
#[tokio::test]
async fn quirk_73_a_deleted_group_is_gone_in_every_way() {
    let club = Club::found().await;
    club.alice.does(does("delete", mention(&club.group))).await;
    for feed in ["members", "documents", "inbox"] {
        club.member
            .get(&club.feed(feed))
            .await
            .refused(410, "Deleted");
    }
    let join = does("join", mention(&club.group));
    club.stranger.tries(join).await.refused(410, "Deleted");
    let posted = with_target(post(note("x")), &club.group);
    club.member.tries(posted).await.refused(410, "Deleted");
    let late = addressed(post(note("late")), "to", &[mention(&club.group)]);
    let late = club.alice.does(late).await;
    assert_ne!(newest(&club.member, "inbox").await, Some(id(&late)));
}

/// Quirk 74: the inbox that such a group named could take no mail.
#[tokio::test]
async fn quirk_74_a_group_with_a_foreign_id_has_an_inbox_that_can_take_mail() {
    let club = Club::found().await;
    let group = json!({"objectType": "group", "id": "tag:x.test,2026:club", "displayName": "Club"});
    let made = addressed(does("create", group), "to", &[public()]);
    let made = club.alice.does(made).await["object"].clone();
    let encoded = "tag%3Ax.test%2C2026%3Aclub";
    for feed in ["members", "documents"] {
        let url = format!("https://pump.test/api/group/{feed}?id={encoded}");
        assert_eq!(made[feed]["url"], url);
    }
    let inbox = made["links"]["activity-inbox"]["href"].as_str().unwrap();
    let page = made["url"].as_str().unwrap();
    let uuid = page.rsplit('/').next().unwrap();
    assert_eq!(inbox, format!("https://pump.test/api/group/{uuid}/inbox"));
    club.member.does(does("join", mention(&made))).await;
    for feed in ["members", "documents", "inbox"] {
        let by_id = format!("/api/group/{feed}?id={encoded}");
        let page = club.member.get(&by_id).await.ok();
        let by_uuid = format!("https://pump.test/api/group/{uuid}/{feed}");
        assert_eq!(page["url"], by_uuid);
        assert_eq!(club.member.get(&by_uuid).await.ok(), page);
    }
    club.member
        .get("/api/group/members")
        .await
        .refused(400, "'id' required");
}

#[tokio::test]
async fn feeds_of_groups_are_paged() {
    let club = Club::found().await;
    for number in 0..5 {
        let study = with_target(post(note(&format!("study {number}"))), &club.group);
        club.member.does(study).await;
    }
    club.alice.does(does("join", mention(&club.group))).await;
    for feed in ["documents", "inbox"] {
        let address = club.feed(feed);
        let all = ids(&club.alice.get(&address).await.ok());
        let two = club.alice.get(&format!("{address}?count=2")).await.ok();
        assert_eq!(ids(&two), all[..2], "{feed}");
        let next = two["links"]["next"]["href"].as_str().unwrap();
        assert_eq!(ids(&club.alice.get(next).await.ok()), all[2..], "{feed}");
        let offset = format!("{address}?offset=3&count=1");
        assert_eq!(
            ids(&club.alice.get(&offset).await.ok()),
            all[3..4],
            "{feed}"
        );
        let unknown = club.alice.get(&format!("{address}?before=x")).await;
        let text = format!("id 'x' not found in stream '{address}'");
        unknown.refused(400, &text);
    }
    let two = format!("{}?count=1", club.feed("members"));
    let page = club.alice.get(&two).await.ok();
    assert_eq!(ids(&page), [club.alice.id()]);
    let next = page["links"]["next"]["href"].as_str().unwrap();
    assert_eq!(ids(&club.alice.get(next).await.ok()), [club.member.id()]);
}
