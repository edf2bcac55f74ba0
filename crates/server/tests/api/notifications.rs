//! Letters about what was addressed to somebody (pump.io protocol, section 11.6).

use pumphouse_testkit::{Caller, MailCatcher, PASSWORD, TestServer};
use serde_json::{Value, json};

use crate::support::{addressed, note, post, public};

async fn mailing(catcher: &MailCatcher) -> TestServer {
    let smtp = catcher.smtp();
    TestServer::start_with(move |builder| builder.smtp(smtp.clone())).await
}

/// Somebody whose address is confirmed.
async fn reachable(server: &TestServer, catcher: &MailCatcher, nickname: &str) -> Caller {
    let user = server.user(nickname).await;
    let email = format!("{nickname}@mail.test");
    let change = json!({"nickname": nickname, "password": PASSWORD, "email": email});
    user.put_json(&format!("/api/user/{nickname}"), &change)
        .await
        .ok();
    let confirmation = catcher.next().await.after(server.base());
    server.browser().get(&confirmation).await;
    user
}

#[tokio::test]
async fn whoever_is_named_in_to_or_bto_gets_a_letter() {
    let catcher = MailCatcher::start().await;
    let server = mailing(&catcher).await;
    let alice = reachable(&server, &catcher, "alice").await;
    let bob = reachable(&server, &catcher, "bob").await;
    let carol = reachable(&server, &catcher, "carol").await;
    let activity = addressed(
        post(note("<p>Tea &amp; <b>cake</b> at four?</p>")),
        "to",
        &[bob.person()],
    );
    let activity = addressed(activity, "bto", &[carol.person()]);
    let done = alice.does(activity).await;
    let mut letters = [catcher.next().await, catcher.next().await];
    letters.sort_by(|one, other| one.recipient.cmp(&other.recipient));
    for (letter, nickname) in letters.iter().zip(["bob", "carol"]) {
        assert_eq!(letter.recipient, format!("{nickname}@mail.test"));
        assert_eq!(letter.sender, "no-reply@pump.test");
        assert_eq!(letter.header("subject"), "Activity notification");
        assert_eq!(letter.header("to"), letter.recipient);
        assert!(letter.text.contains("alice posted a note"), "{letter:?}");
        assert!(letter.text.contains("Tea & "), "{letter:?}");
        assert!(letter.text.contains("cake"), "{letter:?}");
        let page = done["object"]["url"].as_str().unwrap();
        assert!(letter.text.contains(page), "{letter:?}");
    }
    // Nobody learns of the others.
    assert!(!letters[0].text.contains("carol"), "{letters:?}");
}

#[tokio::test]
async fn nobody_else_gets_one() {
    let catcher = MailCatcher::start().await;
    let server = mailing(&catcher).await;
    let alice = reachable(&server, &catcher, "alice").await;
    let bob = reachable(&server, &catcher, "bob").await;
    let dave = server.user("dave").await;
    let to = |field: &str, whom: &[Value]| addressed(post(note("Hello")), field, whom);
    // A follower, somebody in `cc`, the author, and somebody without a confirmed address.
    bob.does(json!({"verb": "follow", "object": alice.person()}))
        .await;
    alice.does(to("to", &[public()])).await;
    alice.does(to("cc", &[bob.person()])).await;
    alice.does(to("to", &[alice.person(), dave.person()])).await;
    alice
        .does(addressed(post(note("The one")), "to", &[bob.person()]))
        .await;
    let mut subjects = Vec::new();
    let last = loop {
        let mail = catcher.next().await;
        if mail.text.contains("The one") {
            break mail;
        }
        subjects.push((mail.recipient, mail.text));
    };
    assert_eq!(last.recipient, "bob@mail.test");
    let wrong = |(_, text): &&(String, String)| text.contains("Hello\n") && text.contains("note");
    assert_eq!(subjects.iter().find(wrong), None);
}
