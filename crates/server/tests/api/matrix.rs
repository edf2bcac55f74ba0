//! The authorisation matrix: every endpoint, asked by everybody, about things for every audience.
//!
//! The expected answers stand in `matrix/answers.txt`, a line for each endpoint and audience with a status for each caller.
//! Those who have lost their account or token have been followers, members and addressees: only the loss keeps them out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pumphouse_testkit::{Caller, Reply, TestServer};
use serde_json::{Value, json};

use crate::support::{
    addressed, agree, begin, comment, credentials, does, exchange, href, ids, mention, note, post,
    public,
};

const ANSWERS: &str = include_str!("matrix/answers.txt");
const AUDIENCES: [&str; 6] = ["public", "followers", "list", "direct", "bto", "bcc"];
/// Those who do not change what they ask for, whatever the answer.
const READS: [&str; 7] = [
    "GET activity",
    "GET object",
    "GET object by id",
    "GET likes",
    "GET replies",
    "GET shares",
    "GET likes by id",
];
const WRITES: [&str; 7] = [
    "like",
    "share",
    "reply",
    "PUT object",
    "PUT activity",
    "DELETE object",
    "DELETE activity",
];

/// Everybody, in the order of the columns.
struct World {
    server: TestServer,
    callers: Vec<(&'static str, Caller)>,
    list: Value,
}

impl World {
    async fn begin() -> Self {
        let server = TestServer::start().await;
        let author = server.user("author").await;
        let mut callers = vec![
            ("nobody", server.anonymous()),
            ("client", server.client().await),
            ("author", author.clone()),
        ];
        for name in [
            "other",
            "follower",
            "member",
            "addressee",
            "deleted",
            "revoked",
        ] {
            callers.push((name, server.user(name).await));
        }
        let list = json!({"objectType": "collection", "displayName": "Friends of mine", "objectTypes": ["person"]});
        let list = author.does(does("create", list)).await["object"].clone();
        let world = Self {
            server,
            callers,
            list,
        };
        for name in ["follower", "deleted", "revoked"] {
            world
                .caller(name)
                .does(does("follow", author.person()))
                .await;
        }
        for name in ["member", "deleted", "revoked"] {
            let mut add = does("add", world.caller(name).person());
            add["target"] = mention(&world.list);
            author.does(add).await;
        }
        world
    }

    fn caller(&self, name: &str) -> &Caller {
        &self
            .callers
            .iter()
            .find(|(other, _)| *other == name)
            .unwrap()
            .1
    }

    /// A note for one audience, as the answer to its posting.
    async fn note_for(&self, audience: &str) -> Value {
        let addressees = ["addressee", "deleted", "revoked"].map(|name| self.caller(name).person());
        let author = self.caller("author");
        let activity = post(note(&format!("for {audience}")));
        let activity = match audience {
            "public" => addressed(activity, "to", &[public()]),
            "followers" => addressed(activity, "cc", &[author.followers()]),
            "list" => addressed(activity, "to", &[mention(&self.list)]),
            "direct" => addressed(activity, "to", &addressees),
            hidden => addressed(activity, hidden, &addressees),
        };
        author.does(activity).await
    }

    /// Ends the account of one caller and the token of another.
    async fn lose(&self) {
        let deleted = self.caller("deleted");
        let gone = deleted.request("DELETE", "/api/user/deleted").send().await;
        assert_eq!(gone.status, 200, "{gone:?}");
        let client = self.server.client().await;
        let temporary = begin(&client, "oob").await;
        let verifier = agree(&self.server, "revoked", &temporary).await;
        let token = credentials(&exchange(&client, &temporary, &verifier).await);
        let change = json!({"nickname": "revoked", "password": "an0ther-w0rd"});
        let changed = client
            .with_token(token)
            .put_json("/api/user/revoked", &change)
            .await;
        assert_eq!(changed.status, 200, "{changed:?}");
    }
}

/// Asks for something about what was posted.
async fn ask(endpoint: &str, caller: &Caller, posted: &Value) -> Reply {
    let object = &posted["object"];
    let by_id = |feed: &str| {
        let id: String =
            form_urlencoded::byte_serialize(object["id"].as_str().unwrap().as_bytes()).collect();
        format!("/api/note{feed}?id={id}")
    };
    let own = |activity: Value| async move {
        // Who has no feed of their own tries the author's.
        let nickname = Some(caller.nickname()).filter(|nickname| !nickname.is_empty());
        let feed = format!("/api/user/{}/feed", nickname.unwrap_or("author"));
        caller.post_json(&feed, &activity).await
    };
    match endpoint {
        "GET activity" => caller.get(href(posted)).await,
        "GET object" => caller.get(href(object)).await,
        "GET object by id" => caller.get(&by_id("")).await,
        "GET likes" => caller.get(&format!("{}/likes", href(object))).await,
        "GET replies" => caller.get(&format!("{}/replies", href(object))).await,
        "GET shares" => caller.get(&format!("{}/shares", href(object))).await,
        "GET likes by id" => caller.get(&by_id("/likes")).await,
        "like" | "share" => own(does(endpoint, mention(object))).await,
        "reply" => own(post(comment("me too", object))).await,
        "PUT object" => {
            caller
                .put_json(href(object), &json!({"content": "changed"}))
                .await
        }
        "PUT activity" => {
            caller
                .put_json(href(posted), &json!({"title": "changed"}))
                .await
        }
        "DELETE object" => caller.request("DELETE", href(object)).send().await,
        "DELETE activity" => caller.request("DELETE", href(posted)).send().await,
        other => unreachable!("no endpoint {other}"),
    }
}

/// The endpoints of the author's account.
const OF_USERS: [(&str, &str); 27] = [
    ("GET", "/api/users"),
    ("GET", "/api/whoami"),
    ("GET", "/api/user/author"),
    ("GET", "/api/user/author/profile"),
    ("GET", "/api/user/author/feed"),
    ("GET", "/api/user/author/feed/major"),
    ("GET", "/api/user/author/feed/minor"),
    ("GET", "/api/user/author/inbox"),
    ("GET", "/api/user/author/inbox/major"),
    ("GET", "/api/user/author/inbox/minor"),
    ("GET", "/api/user/author/inbox/direct"),
    ("GET", "/api/user/author/inbox/direct/major"),
    ("GET", "/api/user/author/inbox/direct/minor"),
    ("GET", "/api/user/author/followers"),
    ("GET", "/api/user/author/following"),
    ("GET", "/api/user/author/favorites"),
    ("GET", "/api/user/author/lists/person"),
    ("GET", "/api/user/author/uploads"),
    ("POST", "/api/user/author/feed"),
    ("POST", "/api/user/author/feed/major"),
    ("POST", "/api/user/author/feed/minor"),
    ("POST", "/api/user/author/following"),
    ("POST", "/api/user/author/favorites"),
    ("POST", "/api/user/author/uploads"),
    ("PUT", "/api/user/author/profile"),
    ("PUT", "/api/user/author"),
    ("DELETE", "/api/user/author"),
];

async fn ask_of_user(
    world: &World,
    method: &str,
    path: &str,
    caller: &Caller,
    note: &Value,
) -> Reply {
    let request = caller.request(method, path);
    let request = match (method, path.rsplit('/').next().unwrap_or_default()) {
        ("POST", "feed" | "major") => request.json(&post(crate::support::note("mine"))),
        ("POST", "minor") => request.json(&does("like", mention(note))),
        ("POST", "following") => request.json(&world.caller("other").person()),
        ("POST", "favorites") => request.json(&mention(note)),
        ("POST", "uploads") => request.body("text/plain", "a file"),
        ("PUT", "profile") => request.json(&json!({"summary": "changed"})),
        ("PUT", _) => request.json(&json!({"nickname": "author", "password": "wonder-l4nd-2"})),
        _ => request,
    };
    request.send().await
}

#[tokio::test]
async fn everybody_gets_the_answers_that_are_written_down() {
    let world = World::begin().await;
    // Everything is posted while all can be addressed, and afresh for each who may change it.
    let mut notes: BTreeMap<(&str, &str, &str), Value> = BTreeMap::new();
    for audience in AUDIENCES {
        notes.insert((audience, "", ""), world.note_for(audience).await);
        for endpoint in WRITES {
            for (name, _) in &world.callers {
                notes.insert((audience, endpoint, name), world.note_for(audience).await);
            }
        }
    }
    let (first, second) = (
        world.note_for("public").await,
        world.note_for("public").await,
    );
    world.lose().await;

    let mut answers = format!("{:<40}", "# endpoint, audience");
    for (name, _) in &world.callers {
        write!(answers, " {name:>9}").unwrap();
    }
    answers.push('\n');
    let mut row = |title: String, statuses: Vec<u16>| {
        write!(answers, "{title:<40}").unwrap();
        for status in statuses {
            write!(answers, " {status:>9}").unwrap();
        }
        answers.push('\n');
    };
    for endpoint in READS.into_iter().chain(WRITES) {
        for audience in AUDIENCES {
            let mut statuses = Vec::new();
            for (name, caller) in &world.callers {
                let key = if READS.contains(&endpoint) {
                    (audience, "", "")
                } else {
                    (audience, endpoint, *name)
                };
                let reply = ask(endpoint, caller, &notes[&key]).await;
                if reply.status != 200 {
                    let text = format!("for {audience}");
                    assert!(
                        !reply.body.contains(&text),
                        "{endpoint} {audience} {name}: {reply:?}"
                    );
                }
                statuses.push(reply.status);
            }
            row(format!("{endpoint}, {audience}"), statuses);
        }
    }
    for (method, path) in OF_USERS {
        let note = if path.ends_with("minor") {
            &first
        } else {
            &second
        };
        let mut statuses = Vec::new();
        // The author comes last: some of it ends what the others ask for.
        for (name, caller) in world.callers.iter().filter(|(name, _)| *name != "author") {
            let reply = ask_of_user(&world, method, path, caller, &note["object"]).await;
            statuses.push((*name, reply.status));
        }
        let author = world.caller("author");
        let reply = ask_of_user(&world, method, path, author, &note["object"]).await;
        statuses.insert(2, ("author", reply.status));
        row(
            format!("{method} {path}"),
            statuses.into_iter().map(|(_, status)| status).collect(),
        );
    }
    let file =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/matrix/answers.new.txt");
    if answers == ANSWERS {
        let _ = std::fs::remove_file(file);
        return;
    }
    std::fs::write(&file, &answers).unwrap();
    let differences: Vec<_> = answers
        .lines()
        .filter(|line| !ANSWERS.lines().any(|expected| expected == *line))
        .collect();
    panic!(
        "not as written down (the whole table is in {}):\n{}",
        file.display(),
        differences.join("\n")
    );
}

/// Who sees what, by the rules of section 5.4 alone.
fn sees(caller: &str, audience: &str) -> bool {
    matches!(
        (caller, audience),
        ("author", _)
            | (_, "public")
            | ("follower", "followers")
            | ("member", "list")
            | ("addressee", "direct" | "bto" | "bcc")
    )
}

#[test]
fn what_is_written_down_agrees_with_the_rules() {
    let mut lines = ANSWERS.lines();
    let names: Vec<_> = lines.next().unwrap()[40..].split_whitespace().collect();
    let mut looked_at = 0;
    for line in lines {
        let (title, statuses) = line.split_at(40);
        let statuses: Vec<u16> = statuses
            .split_whitespace()
            .map(|status| status.parse().unwrap())
            .collect();
        let Some((endpoint, audience)) = title.trim().split_once(", ") else {
            continue;
        };
        for (name, status) in names.iter().zip(&statuses) {
            let may = match (endpoint, *name) {
                (_, "nobody" | "deleted" | "revoked") => false,
                ("PUT object" | "PUT activity" | "DELETE object" | "DELETE activity", name) => {
                    name == "author"
                }
                ("like" | "share" | "reply", "client") => false,
                (_, name) => sees(name, audience),
            };
            assert_eq!(*status == 200, may, "{endpoint} {audience} {name}");
            looked_at += 1;
        }
    }
    assert_eq!(
        looked_at,
        AUDIENCES.len() * (READS.len() + WRITES.len()) * names.len()
    );
}

#[tokio::test]
async fn feeds_show_everybody_what_the_rules_let_them_see() {
    let world = World::begin().await;
    let mut notes = Vec::new();
    for audience in AUDIENCES {
        notes.push((audience, world.note_for(audience).await));
    }
    let author = world.caller("author");
    for (_, posted) in &notes {
        author.does(does("like", mention(&posted["object"]))).await;
    }
    for (name, caller) in &world.callers {
        if matches!(*name, "nobody" | "deleted" | "revoked") {
            continue;
        }
        for (feed, of_objects) in [("feed", false), ("feed/major", false), ("favorites", true)] {
            let page = caller
                .get(&format!("{}?count=200", author.path(feed)))
                .await
                .ok();
            let shown = ids(&page);
            for (audience, posted) in &notes {
                let id = if of_objects {
                    &posted["object"]["id"]
                } else {
                    &posted["id"]
                };
                let is_shown = shown.iter().any(|shown| id == shown);
                assert_eq!(
                    is_shown,
                    sees(name, audience),
                    "{feed} for {name}: {audience}"
                );
            }
            if *name != "author" {
                let text = page.to_string();
                assert!(
                    !text.contains("\"bto\"") && !text.contains("\"bcc\""),
                    "{feed} for {name}"
                );
            }
        }
    }
}
