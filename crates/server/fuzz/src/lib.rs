//! What must hold of every entry point that takes JSON, whatever is sent to it.
//!
//! The fuzz target sends what a fuzzer makes up; the ordinary tests send the corpus, and documents
//! that are nearly right.

use std::sync::atomic::{AtomicU64, Ordering};

use pumphouse_testkit::{Caller, MailCatcher, Reply, TestServer};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// Every entry point that takes JSON: its name, its method, its address, and who calls it.
pub const ENTRIES: &[(&str, &str, &str, Who)] = &[
    ("register", "POST", "/api/client/register", Who::Nobody),
    ("register-host", "POST", "/api/client/register", Who::Host),
    ("dialback", "POST", "/api/dialback", Who::Nobody),
    ("token", "POST", "/oauth2/token", Who::Nobody),
    ("login", "POST", "/main/login", Who::Application),
    ("recover", "POST", "/main/recover", Who::Nobody),
    ("redeem", "POST", "/main/redeem-code", Who::Application),
    ("sockjs", "POST", SOCKJS, Who::Session),
    ("account", "POST", "/api/users", Who::Application),
    ("user", "PUT", "/api/user/alice", Who::Alice),
    ("profile", "PUT", "/api/user/alice/profile", Who::Alice),
    ("feed", "POST", "/api/user/alice/feed", Who::Alice),
    ("major", "POST", "/api/user/alice/feed/major", Who::Alice),
    ("minor", "POST", "/api/user/alice/feed/minor", Who::Alice),
    ("following", "POST", "/api/user/alice/following", Who::Alice),
    ("favorites", "POST", "/api/user/alice/favorites", Who::Alice),
    ("members", "POST", "@list/members", Who::Alice),
    ("activity", "PUT", "@activity", Who::Alice),
    ("note", "PUT", "@note", Who::Alice),
];

/// Where clients of pump.io that have no WebSocket connect.
const SOCKJS: &str = "/main/realtime/sockjs/000";

/// What tells of the program inside.
const INSIDE: [&str; 5] = ["panicked", ".rs:", "SQLITE", "rusqlite", "RUST_BACKTRACE"];

/// Who calls an entry point.
#[derive(Clone, Copy, Debug)]
pub enum Who {
    /// Somebody without credentials.
    Nobody,
    /// Another server, at an address where nobody is called.
    Host,
    /// A SockJS session of its own.
    Session,
    /// An application for nobody.
    Application,
    /// The person whose things they are.
    Alice,
}

/// A server with two people and some things of the first one, which addresses and bodies name as
/// `@note`, `@activity`, `@list`, `@group`, `@alice`, `@bob`, and the application's `@key` and `@secret`.
pub struct World {
    runtime: Runtime,
    _server: TestServer,
    mail: MailCatcher,
    alice: Caller,
    bob: Caller,
    names: [(&'static str, String); 8],
    /// How many requests were sent that have to differ from others.
    sent: AtomicU64,
}

impl World {
    /// Starts the server.
    ///
    /// # Panics
    /// If it does not start.
    pub fn new() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let (server, mail, alice, bob, names) = runtime.block_on(make());
        Self {
            runtime,
            _server: server,
            mail,
            alice,
            bob,
            names,
            sent: AtomicU64::new(0),
        }
    }

    /// Sends what stands behind the first line to the entry point that the first line names; to one
    /// of them if it names none.
    ///
    /// # Panics
    /// If anything does not hold of the answer.
    pub fn body(&self, data: &[u8]) {
        let text = String::from_utf8_lossy(data);
        if INSIDE.iter().any(|inside| text.contains(inside)) {
            // Whoever sends it gets it back.
            return;
        }
        let end = data.iter().position(|&byte| byte == b'\n');
        let (name, body) = match end {
            Some(end) => (&data[..end], &data[end + 1..]),
            None => (&b""[..], data),
        };
        let entry = ENTRIES
            .iter()
            .find(|(known, ..)| known.as_bytes() == name)
            .unwrap_or(&ENTRIES[name.len() % ENTRIES.len()]);
        self.runtime.block_on(self.send(entry, body));
        // Letters that nobody reads do not pile up.
        while self.mail.taken().is_some() {}
    }

    async fn send(&self, entry: &(&str, &str, &str, Who), body: &[u8]) {
        let (_, method, address, who) = *entry;
        let body = match std::str::from_utf8(body) {
            Ok(text) => self.named(text).into_bytes(),
            Err(_) => body.to_vec(),
        };
        let caller = match who {
            Who::Session => return self.say(address, &body).await,
            Who::Alice => &self.alice,
            Who::Nobody | Who::Host | Who::Application => &self.alice.two_legged(),
        };
        let mut call = caller.request(method, &self.named(address));
        call = match who {
            Who::Nobody => call.unsigned(),
            Who::Host => {
                let claim = format!("Dialback host=\"127.0.0.1\", token=\"{}\"", self.next());
                call.authorization(&claim)
                    .header("date", "Fri, 15 Jan 2027 08:00:00 GMT")
            }
            Who::Session | Who::Application | Who::Alice => call,
        };
        let reply = call.body("application/json", body).send().await;
        is_sound(&reply);
        if reply.status == 200 {
            self.can_be_read(&reply.json()).await;
        }
    }

    /// Opens a SockJS session, sends a payload and then what is no JSON: that ends the session, if
    /// the payload did not, so that others find a place.
    async fn say(&self, address: &str, payload: &[u8]) {
        let session = format!("{address}/{}", self.next());
        let nobody = self.alice.two_legged();
        let call = |transport: &str| {
            let call = nobody.request("POST", &format!("{session}/{transport}"));
            call.unsigned()
        };
        let opened = call("xhr").send().await;
        assert_eq!((opened.status, opened.body.as_str()), (200, "o\n"));
        let reply = call("xhr_send").body("text/plain", payload).send().await;
        // What the transport itself cannot take is a 500 in SockJS.
        let broken = ["Payload expected.", "Broken JSON encoding."];
        if !(reply.status == 500 && broken.contains(&reply.body.trim_end())) {
            is_sound(&reply);
        }
        is_sound(
            &call("xhr_send")
                .body("text/plain", "[\"no JSON\"]")
                .send()
                .await,
        );
        let ended = call("xhr").send().await;
        assert!(ended.body.starts_with("c["), "{ended:?}");
    }

    fn next(&self) -> u64 {
        self.sent.fetch_add(1, Ordering::Relaxed)
    }

    /// What was taken can be read by whom it is for, and tells others nothing that is not.
    async fn can_be_read(&self, document: &Value) {
        is_clean(document);
        let address = document["links"]["self"]["href"].as_str();
        if let Some(address) = address.filter(|address| address.starts_with("https://pump.test/")) {
            is_sound(&self.alice.get(address).await);
            let reply = self.bob.get(address).await;
            is_sound(&reply);
            if reply.status == 200 {
                let document = reply.json();
                is_clean(&document);
                for hidden in ["bto", "bcc"] {
                    assert_eq!(document[hidden], Value::Null, "{document}");
                }
            }
        }
        for feed in ["feed", "inbox", "favorites", "following", "lists/person"] {
            let page = self.alice.path(feed);
            is_clean(&self.alice.get(&format!("{page}?count=2")).await.ok());
        }
    }

    /// A text with the addresses and ids of things in place of their names.
    fn named(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, id) in &self.names {
            text = text.replace(name, id);
        }
        text
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

async fn make() -> (
    TestServer,
    MailCatcher,
    Caller,
    Caller,
    [(&'static str, String); 8],
) {
    let mail = MailCatcher::start().await;
    let smtp = mail.smtp();
    let server = TestServer::start_with(move |builder| builder.smtp(smtp.clone())).await;
    let client = server.client().await;
    let (alice, bob) = (client.new_user("alice").await, client.new_user("bob").await);
    let make = async |object: Value| alice.does(json!({"verb": "post", "object": object})).await;
    let note = make(json!({"objectType": "note", "content": "Hello"})).await;
    let list =
        json!({"objectType": "collection", "displayName": "Walkers", "objectTypes": ["person"]});
    let list = make(list).await;
    let group = make(json!({"objectType": "group", "displayName": "Chess club"})).await;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let credentials = client.client_credentials().expect("an application");
    let names = [
        ("@note", text(&note["object"]["id"])),
        ("@activity", text(&note["links"]["self"]["href"])),
        ("@list", text(&list["object"]["id"])),
        ("@group", text(&group["object"]["id"])),
        ("@alice", alice.id()),
        ("@bob", bob.id()),
        ("@key", credentials.key().to_owned()),
        ("@secret", credentials.secret().expose().to_owned()),
    ];
    (server, mail, alice, bob, names)
}

/// The fault is not the server's, and a refusal says in plain text or in JSON what is wrong, and tells
/// nothing of the program inside.
fn is_sound(reply: &Reply) {
    assert!(reply.status < 500, "{reply:?}");
    for inside in INSIDE {
        assert!(!reply.body.contains(inside), "{reply:?}");
    }
    if reply.status >= 400 {
        let text = match reply.header("content-type") {
            "application/json; charset=utf-8" => reply.json()["error"].as_str().map(str::to_owned),
            "text/plain" | "text/plain; charset=utf-8" => Some(reply.body.clone()),
            // Dialback answers its plain texts as HTML: nothing that was sent stands in them.
            "text/html; charset=utf-8" => (!reply.body.contains('<')).then(|| reply.body.clone()),
            _ => None,
        };
        assert!(text.is_some_and(|text| !text.is_empty()), "{reply:?}");
    }
}

/// Nothing that a browser would run stands in HTML, and nothing private in any object.
fn is_clean(document: &Value) {
    match document {
        Value::Array(items) => items.iter().for_each(is_clean),
        Value::Object(members) => {
            for (name, value) in members {
                assert!(!name.starts_with('_'), "{name} in {document}");
                if let ("content" | "summary", Value::String(html)) = (name.as_str(), value) {
                    let html = html.to_ascii_lowercase();
                    for script in ["<script", "<iframe", "<style", "<svg", "<object"] {
                        assert!(!html.contains(script), "{html}");
                    }
                }
                is_clean(value);
            }
        }
        _ => {}
    }
}
