//! Paging through feeds and collections (pump.io protocol, sections 5.2 and 5.3).

use pumphouse_testkit::{Caller, TestServer};
use serde_json::Value;

use crate::support::{addressed, does, ids, note, post, post_publicly, public};

/// Walks by a link until there is none. Gives the ids of each page.
async fn walk(reader: &Caller, start: &str, rel: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut address = start.to_owned();
    loop {
        let page = reader.get(&address).await.ok();
        let items = ids(&page);
        if items.is_empty() {
            assert!(page["links"].get("prev").is_none() && page["links"].get("next").is_none());
            return pages;
        }
        pages.push(items);
        match page["links"][rel]["href"].as_str() {
            Some(next) => address = next.to_owned(),
            None => return pages,
        }
        assert!(pages.len() < 100, "it never ends");
    }
}

/// Somebody whose inbox holds 50 activities.
async fn reader_of_fifty(server: &TestServer) -> Caller {
    let alice = server.user("alice").await;
    for number in 0..44 {
        alice.does(post(note(&format!("note {number}")))).await;
    }
    alice
}

#[tokio::test]
async fn an_inbox_is_walked_to_its_end_and_back_without_loss_or_repetition() {
    let server = TestServer::start().await;
    let alice = reader_of_fifty(&server).await;
    let inbox = alice.path("inbox");
    let all = ids(&alice.get(&format!("{inbox}?count=200")).await.ok());
    assert_eq!(all.len(), 50);

    let pages = walk(&alice, &inbox, "next").await;
    let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(sizes, [20, 20, 10], "no page beyond the last: Quirk 59");
    assert_eq!(pages.concat(), all);

    let oldest = format!("{inbox}?offset=49");
    let mut back = walk(&alice, &oldest, "prev").await;
    back.reverse();
    assert_eq!(back.concat(), all);

    // What arrives meanwhile moves nothing.
    let first = alice.get(&inbox).await.ok();
    alice.does(post(note("in between"))).await;
    let next = first["links"]["next"]["href"].as_str().unwrap();
    assert_eq!(ids(&alice.get(next).await.ok()), all[20..40]);
    let newer = first["links"]["prev"]["href"].as_str().unwrap();
    assert_eq!(ids(&alice.get(newer).await.ok()).len(), 1);
}

#[tokio::test]
async fn a_feed_is_walked_by_whom_only_a_part_of_it_is_for() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let mut readable = Vec::new();
    for number in 0..45 {
        let activity = post(note(&format!("note {number}")));
        let activity = match number % 3 {
            0 => addressed(activity, "to", &[public()]),
            1 => addressed(activity, "bto", &[bob.person()]),
            _ => activity,
        };
        let done = alice.does(activity).await;
        if number % 3 != 2 {
            readable.push(done["id"].as_str().unwrap().to_owned());
        }
    }
    readable.reverse();
    let feed = alice.path("feed");
    let pages = walk(&bob, &feed, "next").await;
    let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(sizes, [20, 10]);
    assert_eq!(pages.concat(), readable);
    let oldest = format!("{feed}?offset=29");
    let mut back = walk(&bob, &oldest, "prev").await;
    back.reverse();
    assert_eq!(back.concat(), readable);
    // An application alone reads what is public.
    let client = bob.two_legged();
    assert_eq!(walk(&client, &feed, "next").await.concat().len(), 15);
    // Quirk 57: an offset counts what the reader may see, and a page is as long as was asked for.
    let middle = bob.get(&format!("{feed}?offset=5&count=7")).await.ok();
    assert_eq!(ids(&middle), readable[5..12]);
}

#[tokio::test]
async fn count_and_offset_cut_out_a_page() {
    let server = TestServer::start().await;
    let alice = reader_of_fifty(&server).await;
    let inbox = alice.path("inbox");
    let page = |query: &str| {
        let call = alice.request("GET", &format!("{inbox}{query}"));
        async move { call.send().await.ok() }
    };
    let all = ids(&page("?count=200").await);
    for (query, range) in [
        ("", 0..20),
        ("?count=0", 0..0),
        ("?count=1", 0..1),
        ("?count=200", 0..50),
        ("?offset=45", 45..50),
        ("?offset=50", 0..0),
        ("?offset=4294967295", 0..0),
        ("?offset=3&count=4", 3..7),
        ("?count=%2B5", 0..5),
        ("?count=05", 0..5),
        ("?count=3&count=5", 0..5),
    ] {
        let document = page(query).await;
        assert_eq!(ids(&document), all[range], "{query}");
        assert_eq!(document["totalItems"], 50, "{query}");
        // The count is not carried into the links.
        assert!(!document["links"].to_string().contains("count"), "{query}");
    }
    let encode = |id: &str| id.replace(':', "%3A").replace('/', "%2F");
    let base = format!("https://pump.test{inbox}");
    let first = page("?count=5").await;
    assert_eq!(first["url"], base);
    assert_eq!(first["links"]["first"]["href"], base);
    assert_eq!(first["links"]["self"]["href"], base);
    assert_eq!(
        first["links"]["prev"]["href"],
        format!("{base}?since={}", encode(&all[0]))
    );
    assert_eq!(
        first["links"]["next"]["href"],
        format!("{base}?before={}", encode(&all[4]))
    );
}

#[tokio::test]
async fn next_is_offered_where_something_is_older() {
    let server = TestServer::start().await;
    let alice = reader_of_fifty(&server).await;
    let inbox = alice.path("inbox");
    let all = ids(&alice.get(&format!("{inbox}?count=200")).await.ok());
    for (query, has_next) in [
        (String::new(), true),
        ("?offset=30".to_owned(), false),
        ("?offset=29".to_owned(), true),
        ("?count=50".to_owned(), false),
        (format!("?before={}", all[29]), false),
        (format!("?before={}", all[28]), true),
        (format!("?since={}", all[49]), true),
        (format!("?since={}", all[1]), true),
    ] {
        let page = alice.get(&format!("{inbox}{query}")).await.ok();
        let next = page["links"].get("next").is_some();
        assert_eq!(next, has_next, "{query}");
        assert!(page["links"].get("prev").is_some(), "{query}");
    }
}

/// Quirk 8: kept.
#[tokio::test]
async fn quirk_8_since_gives_what_is_directly_newer() {
    let server = TestServer::start().await;
    let alice = reader_of_fifty(&server).await;
    let inbox = alice.path("inbox");
    let all = ids(&alice.get(&format!("{inbox}?count=200")).await.ok());
    let since = format!("{inbox}?since={}&count=3", all[40]);
    assert_eq!(ids(&alice.get(&since).await.ok()), all[37..40]);
    let before = format!("{inbox}?before={}&count=3", all[40]);
    assert_eq!(ids(&alice.get(&before).await.ok()), all[41..44]);

    let nothing = alice.get(&format!("{inbox}?since={}", all[0])).await.ok();
    assert_eq!(nothing["items"], Value::Array(Vec::new()));
    assert_eq!(nothing["totalItems"], 50);
    assert!(nothing["links"].get("prev").is_none() && nothing["links"].get("next").is_none());
    let nothing = alice.get(&format!("{inbox}?before={}", all[49])).await.ok();
    assert_eq!(nothing["items"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn wrong_arguments_are_refused_in_the_words_of_the_protocol() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let id = ids(&alice.get(&alice.path("feed")).await.ok())[0].clone();
    let count = "Count must be between 0 and 200";
    let offset = "Offset must be an integer greater than or equal to zero";
    let both = |one: &str, other: &str| format!("Can't have both '{one}' and '{other}' parameters");
    let posted = alice.does(post(note("x"))).await;
    let replies = posted["object"]["replies"]["url"].as_str().unwrap();
    for address in [&alice.path("feed"), &alice.path("inbox/minor"), replies] {
        for (query, text) in [
            ("count=201".to_owned(), count.to_owned()),
            ("count=-1".to_owned(), count.to_owned()),
            ("count=".to_owned(), count.to_owned()),
            ("count=1.5".to_owned(), count.to_owned()),
            ("count=1e2".to_owned(), count.to_owned()),
            ("count=x".to_owned(), count.to_owned()),
            ("count=99999999999999999999".to_owned(), count.to_owned()),
            ("offset=-1".to_owned(), offset.to_owned()),
            ("offset=1.5".to_owned(), offset.to_owned()),
            ("offset=".to_owned(), offset.to_owned()),
            (format!("before={id}&since={id}"), both("before", "since")),
            (format!("before={id}&offset=1"), both("before", "offset")),
            (format!("since={id}&offset=1"), both("since", "offset")),
            ("before=".to_owned(), "'before' is empty".to_owned()),
            ("since=".to_owned(), "'since' is empty".to_owned()),
        ] {
            let reply = alice.get(&format!("{address}?{query}")).await;
            reply.refused(400, &text);
        }
    }
}

/// Quirk 24: an unknown cursor was a fault of the server, or its end.
#[tokio::test]
async fn quirk_24_a_cursor_that_is_not_in_the_feed_is_refused() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let elsewhere = bob.does(post_publicly(note("x"))).await;
    let elsewhere = elsewhere["id"].as_str().unwrap();
    let posted = alice.does(post_publicly(note("x"))).await;
    let own = posted["id"].as_str().unwrap();
    let base = "https://pump.test";
    for (path, cursor, stream) in [
        ("feed", elsewhere, "alice:feed".to_owned()),
        ("feed", "nonsense", "alice:feed".to_owned()),
        ("feed/minor", own, "alice:feed/minor".to_owned()),
        ("inbox", elsewhere, "alice:inbox".to_owned()),
        ("inbox/direct", own, "alice:inbox/direct".to_owned()),
        ("inbox/minor", own, "alice:inbox/minor".to_owned()),
        (
            "followers",
            &bob.id(),
            format!("{base}/api/user/alice/followers"),
        ),
        ("following", "x", format!("{base}/api/user/alice/following")),
        ("favorites", own, format!("{base}/api/user/alice/favorites")),
        (
            "lists/person",
            &alice.id(),
            format!("{base}/api/user/alice/lists/person"),
        ),
    ] {
        for argument in ["before", "since"] {
            let address = format!("{}?{argument}={cursor}", alice.path(path));
            let text = format!("id '{cursor}' not found in stream '{stream}'");
            alice.get(&address).await.refused(400, &text);
        }
    }
}

/// Quirk 57: cursors worked in few collections, and offsets did not.
#[tokio::test]
async fn quirk_57_every_collection_is_paged_by_ids() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = server.client().await;
    let mut people = Vec::new();
    for number in 0..5 {
        people.push(client.new_user(&format!("user{number}")).await);
    }
    let posted = alice.does(post_publicly(note("x"))).await["object"].clone();
    for person in &people {
        person.does(does("follow", alice.person())).await;
        alice.does(does("follow", person.person())).await;
        person.does(does("like", posted.clone())).await;
        person.does(does("share", posted.clone())).await;
        let reply = crate::support::comment("I too", &posted);
        let reply = person.does(post_publicly(reply)).await["object"].clone();
        alice.does(does("favorite", reply)).await;
    }
    let object = |feed: &str| posted[feed]["url"].as_str().unwrap().to_owned();
    for address in [
        alice.path("followers"),
        alice.path("following"),
        alice.path("favorites"),
        alice.path("lists/person"),
        object("likes"),
        object("replies"),
        object("shares"),
    ] {
        let all = alice.get(&address).await.ok();
        let wanted = if address.ends_with("person") { 4 } else { 5 };
        assert_eq!(all["totalItems"], wanted, "{address}");
        let all = ids(&all);
        assert_eq!(all.len(), wanted, "{address}");
        for reader in [&alice, &people[0]] {
            let two = reader.get(&format!("{address}?count=2")).await.ok();
            assert_eq!(ids(&two), all[..2], "{address}");
            let next = two["links"]["next"]["href"].as_str().unwrap();
            assert_eq!(ids(&reader.get(next).await.ok()), all[2..], "{address}");
            let last = format!("{address}?offset={}", wanted - 1);
            let last = reader.get(&last).await.ok();
            let prev = last["links"]["prev"]["href"].as_str().unwrap();
            assert_eq!(
                ids(&reader.get(prev).await.ok()),
                all[..wanted - 1],
                "{address}"
            );
        }
    }
}

#[tokio::test]
async fn pages_of_people_name_themselves_and_their_collection() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let bob = server.user("bob").await;
    bob.does(does("follow", alice.person())).await;
    let base = "https://pump.test/api/user/alice/followers";
    let encoded = "acct%3Abob%40pump.test";
    for (query, own) in [
        (String::new(), "offset=0&count=20".to_owned()),
        (
            "?offset=1&count=5".to_owned(),
            "offset=1&count=5".to_owned(),
        ),
        (
            format!("?before={encoded}"),
            format!("before={encoded}&count=20"),
        ),
        (
            format!("?since={encoded}"),
            format!("since={encoded}&count=20"),
        ),
    ] {
        let page = alice.get(&format!("{base}{query}")).await.ok();
        assert_eq!(page["links"]["self"]["href"], format!("{base}?{own}"));
        assert_eq!(page["links"]["current"]["href"], base);
        assert!(page["links"].get("first").is_none());
        assert_eq!(page["objectTypes"], serde_json::json!(["person"]));
        // The address leads to the same page.
        assert_eq!(alice.get(&format!("{base}?{own}")).await.ok(), page);
    }
    let page = alice.get(base).await.ok();
    let prev = format!("{base}?since={encoded}");
    assert_eq!(page["links"]["prev"]["href"], prev);
    assert!(page["links"].get("next").is_none(), "Quirk 59");
}

/// Quirk 58: a search was not counted.
#[tokio::test]
async fn quirk_58_people_are_searched_by_name_and_counted() {
    let server = TestServer::start().await;
    let (alice, client) = (server.user("alice").await, server.client().await);
    let note = alice.does(post_publicly(note("x"))).await["object"].clone();
    let group = serde_json::json!({"objectType": "group", "displayName": "Club"});
    let group = alice.does(post_publicly(group)).await["object"].clone();
    for (nickname, name) in [
        ("one", "Mary ÄRGER"),
        ("two", "Tom"),
        ("three", "rosemary"),
        ("four", "100%"),
        ("five", "MARY B"),
    ] {
        let person = client.new_user(nickname).await;
        let mut named = person.person();
        named["displayName"] = name.into();
        person.does(does("update", named)).await;
        person.does(does("follow", alice.person())).await;
        alice.does(does("follow", person.person())).await;
        person
            .does(does("like", crate::support::mention(&note)))
            .await;
        person
            .does(does("join", crate::support::mention(&group)))
            .await;
    }
    let names = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        let name = |item: &Value| item["displayName"].as_str().unwrap().to_owned();
        items.map(name).collect()
    };
    for address in [
        alice.path("followers"),
        alice.path("following"),
        note["likes"]["url"].as_str().unwrap().to_owned(),
        group["members"]["url"].as_str().unwrap().to_owned(),
    ] {
        for (text, wanted) in [
            ("mary", &["MARY B", "rosemary", "Mary ÄRGER"][..]),
            ("%C3%A4rg", &["Mary ÄRGER"][..]),
            ("%25", &["100%"][..]),
            ("nobody", &[][..]),
        ] {
            let page = alice.get(&format!("{address}?q={text}")).await.ok();
            assert_eq!(names(&page), wanted, "{address} {text}");
            assert_eq!(page["totalItems"], wanted.len(), "{address} {text}");
        }
        let one = alice.get(&format!("{address}?q=mary&count=1")).await.ok();
        assert_eq!(
            (names(&one), &one["totalItems"]),
            (vec!["MARY B".into()], &3.into())
        );
        let own = one["links"]["self"]["href"].as_str().unwrap();
        assert!(own.ends_with("?offset=0&count=1&q=mary"), "{own}");
        let next = one["links"]["next"]["href"].as_str().unwrap();
        let rest = alice.get(next).await.ok();
        assert_eq!(names(&rest), ["rosemary", "Mary ÄRGER"]);
        assert!(rest["links"].get("next").is_none());
        let prev = rest["links"]["prev"]["href"].as_str().unwrap();
        assert_eq!(names(&alice.get(prev).await.ok()), ["MARY B"]);
        let all = alice.get(&format!("{address}?q=")).await.ok();
        assert_eq!(all["totalItems"], 5);
    }
    // Elsewhere it means nothing.
    let feed = alice.get(&alice.path("feed?q=x")).await.ok();
    assert_eq!(feed, alice.get(&alice.path("feed")).await.ok());
}
