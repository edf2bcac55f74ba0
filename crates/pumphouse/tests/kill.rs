//! Nothing that was answered 200 is lost or half done when the server is killed in the middle of it.
#![cfg(feature = "server")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pumphouse_oauth1::{ClientCredentials, Request, Signer, TokenCredentials};
use pumphouse_store::{Edge, Error, NewObject, NewUser, Store, Transaction, UserKey};
use serde_json::{Value, json};

/// How often the server is killed.
const ROUNDS: u64 = 20;
/// How many people write at the same time, so that commits are shared.
const WRITERS: usize = 8;
/// How many people follow somebody whose posts are cut off on their way.
const FOLLOWERS: usize = 10_000;
/// How many posts are.
const CUT_OFF: u32 = 4;

/// A server in a process of its own, killed when it is dropped.
struct Server {
    process: Child,
    base: String,
}

impl Server {
    /// Ids are addresses, so every start is on the same port.
    fn start(data_dir: &Path, port: u16) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_pumphouse"))
            .args(["serve", "--port", &port.to_string(), "--data-dir"])
            .arg(data_dir)
            .env("PUMPHOUSE_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert!(line.starts_with("Pumphouse serves "), "{line}");
        Self {
            process,
            base: format!("http://localhost:{port}"),
        }
    }

    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already, if the test killed it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A person with an account.
#[derive(Clone)]
struct Person {
    http: reqwest::Client,
    base: String,
    signer: Signer,
}

impl Person {
    async fn register(base: &str, nickname: &str) -> Self {
        let mut person = Self {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            base: base.to_owned(),
            signer: Signer::new(ClientCredentials::new("", "")),
        };
        let client = person
            .send(
                "POST",
                "/api/client/register",
                Some(json!({"type": "client_associate"})),
                false,
            )
            .await
            .unwrap();
        let client =
            ClientCredentials::new(text(&client["client_id"]), text(&client["client_secret"]));
        person.signer = Signer::new(client.clone());
        let account = json!({"nickname": nickname, "password": "wonder-l4nd"});
        let user = person
            .send("POST", "/api/users", Some(account), true)
            .await
            .unwrap();
        person.signer = Signer::new(client).with_token(TokenCredentials::new(
            text(&user["token"]),
            text(&user["secret"]),
        ));
        person
    }

    /// The answer, if it was 200; nothing when the server went away.
    async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
        signed: bool,
    ) -> Option<Value> {
        let url = format!("{}{path}", self.base);
        let mut request = self.http.request(method.parse().unwrap(), &url);
        if signed {
            let authorization = self
                .signer
                .authorization(&Request::new(method, &url))
                .unwrap();
            request = request.header("Authorization", authorization);
        }
        if let Some(body) = body {
            request = request
                .header("Content-Type", "application/json")
                .body(body.to_string());
        }
        let answer = request.send().await.ok()?;
        let status = answer.status();
        let body = answer.bytes().await.ok()?;
        assert_eq!(status.as_u16(), 200, "{}", String::from_utf8_lossy(&body));
        Some(serde_json::from_slice(&body).unwrap())
    }

    /// Posts until the server is gone, and notes what it acknowledged.
    async fn post_until_killed(self, acknowledged: Arc<Mutex<Vec<String>>>) {
        let note = json!({"verb": "post", "object": {"objectType": "note", "content": "x"}});
        while let Some(posted) = self
            .send("POST", "/api/user/alice/feed", Some(note.clone()), true)
            .await
        {
            acknowledged.lock().unwrap().push(text(&posted["id"]));
        }
    }

    /// The ids of everything in a feed, page by page, until one is found.
    async fn ids_until(&self, feed: &str, last: &str) -> Vec<String> {
        let mut ids = Vec::new();
        let mut path = format!("{feed}?count=200");
        loop {
            let page = self
                .send("GET", &path, None, true)
                .await
                .expect("the server runs");
            ids.extend(
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| text(&item["id"])),
            );
            match page["links"]["next"]["href"].as_str() {
                Some(next) if !ids.iter().any(|id| id == last) => {
                    path = format!("{}&count=200", next.strip_prefix(&self.base).unwrap());
                }
                _ => return ids,
            }
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_loses_nothing_that_was_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let port = free_port();
    let mut server = Server::start(&data_dir, port);
    let person = Person::register(&server.base, "alice").await;
    let mut in_all = 0;
    for round in 0..ROUNDS {
        let acknowledged = Arc::new(Mutex::new(Vec::new()));
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| tokio::spawn(person.clone().post_until_killed(Arc::clone(&acknowledged))))
            .collect();
        // Each round at another moment after the first post, however long a busy machine takes for that.
        while acknowledged.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(round * 11 % 90)).await;
        server.kill();
        for writer in writers {
            writer.await.unwrap();
        }
        server = Server::start(&data_dir, port);
        let acknowledged = std::mem::take(&mut *acknowledged.lock().unwrap());
        let first = acknowledged
            .first()
            .expect("something was posted before the kill");
        let outbox = person.ids_until("/api/user/alice/feed", first).await;
        let inbox = person.ids_until("/api/user/alice/inbox", first).await;
        for id in &acknowledged {
            assert_eq!(
                outbox.iter().filter(|found| *found == id).count(),
                1,
                "round {round}: outbox, {id}"
            );
            assert_eq!(
                inbox.iter().filter(|found| *found == id).count(),
                1,
                "round {round}: inbox, {id}"
            );
        }
        in_all += acknowledged.len();
    }
    assert!(
        in_all >= usize::try_from(ROUNDS).unwrap(),
        "only {in_all} posts were acknowledged"
    );
}

/// Followers of a user, made without the password hashes that make real accounts slow.
fn add_followers(tx: &Transaction<'_>, nickname: &str) -> Result<Vec<UserKey>, Error> {
    let followed = tx.user(nickname)?.expect("a user").person;
    let mut users = Vec::new();
    for number in 0..FOLLOWERS {
        let name = format!("follower{number}");
        let person = tx.insert_object(&NewObject {
            id: &format!("acct:{name}@pump.test"),
            uuid: &name,
            object_type: "person",
            author: None,
            document: "{}",
            updated: 1,
        })?;
        users.push(tx.insert_user(&NewUser {
            nickname: &name,
            person,
            password_hash: "",
            properties: "{}",
            created: 1,
        })?);
        tx.add_edge(Edge::Follow, person, followed)?;
    }
    Ok(users)
}

/// How many inbox rows all these users have.
fn delivered(store: &Store, users: &[UserKey]) -> Vec<u32> {
    let count = |user: &UserKey| {
        let tallies = store.read(|snapshot| {
            let user = snapshot.user_by_key(*user)?.unwrap();
            snapshot.feed_tallies(&user)
        });
        tallies.unwrap().inbox
    };
    users.iter().map(count).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_in_the_middle_of_a_large_delivery_leaves_nobody_out_and_reaches_nobody_twice() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let port = free_port();
    let server = Server::start(&data_dir, port);
    let alice = Person::register(&server.base, "alice").await;
    let last = Person::register(&server.base, "last").await;
    server.kill();
    let store = Store::open(&data_dir).unwrap();
    let add = store.write(|tx| add_followers(tx, "alice"));
    let followers = add.await.unwrap();
    drop(store);

    let mut server = Server::start(&data_dir, port);
    // Deliveries go through followers in the order in which they came.
    let follow =
        json!({"objectType": "person", "id": format!("{}/api/user/alice/profile", alice.base)});
    last.send("POST", "/api/user/last/following", Some(follow), true)
        .await
        .unwrap();
    let (mut posts, mut in_the_middle) = (Vec::new(), 0);
    for number in 1..=CUT_OFF {
        let note = json!({"verb": "post", "object": {"objectType": "note", "content": "x"}});
        let posted = alice
            .send("POST", "/api/user/alice/feed", Some(note), true)
            .await;
        posts.push(text(&posted.unwrap()["id"]));
        let own = alice.send("GET", "/api/user/alice/inbox", None, true).await;
        assert_eq!(
            own.unwrap()["items"][0]["id"],
            *posts.last().unwrap(),
            "the author has it at once"
        );
        server.kill();
        let store = Store::open(&data_dir).unwrap();
        let reached = delivered(&store, &followers);
        in_the_middle += u32::from(reached.contains(&(number - 1)));
        drop(store);
        server = Server::start(&data_dir, port);
    }
    assert!(in_the_middle > 0, "no delivery was cut off");
    for id in &posts {
        while !last
            .ids_until("/api/user/last/inbox", id)
            .await
            .contains(id)
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    server.kill();
    let store = Store::open(&data_dir).unwrap();
    let reached = delivered(&store, &followers);
    assert!(reached.iter().all(|count| *count == CUT_OFF));
    store
        .read(|snapshot| {
            for id in &posts {
                let activity = snapshot.activity_by_id(id)?.expect("it was acknowledged");
                for user in &followers {
                    assert!(snapshot.was_delivered(*user, activity.key)?, "{id}");
                }
            }
            Ok::<_, Error>(())
        })
        .unwrap();
}
