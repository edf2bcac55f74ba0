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
        // It says where such letters end.
        let end = "You can end such letters here:\n\n    https://pump.test/main/account";
        assert!(letter.text.trim_end().ends_with(end), "{letter:?}");
    }
    // Nobody learns of the others.
    assert!(!letters[0].text.contains("carol"), "{letters:?}");
}

#[tokio::test]
async fn without_pages_a_letter_names_the_setting_that_ends_it() {
    let catcher = MailCatcher::start().await;
    let smtp = catcher.smtp();
    let server = TestServer::start_with(move |builder| builder.smtp(smtp.clone()).web(false)).await;
    let (alice, bob) = (
        server.user("alice").await,
        reachable(&server, &catcher, "bob").await,
    );
    let write = addressed(post(note("Tea?")), "to", &[bob.person()]);
    alice.does(write).await;
    let letter = catcher.next().await;
    let end = "Such letters end when 'letters' among your settings is false.";
    assert!(letter.text.trim_end().ends_with(end), "{letter:?}");
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

/// The owner's setting, by the page or by `PUT`, which is shown to nobody else.
#[tokio::test]
async fn who_wants_no_letters_gets_none() {
    let catcher = MailCatcher::start().await;
    let server = mailing(&catcher).await;
    let alice = reachable(&server, &catcher, "alice").await;
    let bob = reachable(&server, &catcher, "bob").await;
    let write = async |content: &str| {
        let activity = addressed(post(note(content)), "to", &[bob.person()]);
        alice.does(activity).await;
    };
    let mut browser = server.browser();
    browser.log_in("bob").await;
    let settings = async || bob.get("/api/user/bob").await.ok()["settings"].clone();
    let checked = "value=\"yes\" checked>";
    assert!(browser.get("/main/account").await.body.contains(checked));

    let change = json!({"nickname": "bob", "password": PASSWORD, "settings": {"theme": "dark"}});
    bob.put_json("/api/user/bob", &change).await.ok();
    browser.log_in("bob").await;
    let page = browser.submit("/main/account/letters", &[]).await;
    assert_eq!(page.element("note").as_deref(), Some("Saved."));
    assert!(!page.body.contains(checked));
    assert_eq!(settings().await, json!({"theme": "dark", "letters": false}));
    write("No letter").await;

    let fields = [("letters", "yes")];
    let page = browser.submit("/main/account/letters", &fields).await;
    assert!(page.body.contains(checked));
    write("A letter").await;
    assert!(catcher.next().await.text.contains("A letter"));

    let change = json!({"nickname": "bob", "password": PASSWORD, "settings": {"letters": false}});
    bob.put_json("/api/user/bob", &change).await.ok();
    assert_eq!(alice.get("/api/user/bob").await.ok().get("settings"), None);
    write("No letter").await;
    // Letters go out in order, so that nothing else is on its way.
    let activity = addressed(post(note("The last")), "to", &[alice.person()]);
    bob.does(activity).await;
    assert!(catcher.next().await.text.contains("The last"));
}

#[tokio::test]
async fn only_who_is_logged_in_says_whether_there_are_letters() {
    let catcher = MailCatcher::start().await;
    let server = mailing(&catcher).await;
    server.user("bob").await;
    let mut browser = server.browser();
    let reply = browser.submit("/main/account/letters", &[]).await;
    assert_eq!(reply.header("location"), "/main/login");
    browser.log_in("bob").await;
    let foreign = browser.request("POST", "/main/account/letters").form(&[]);
    let reply = foreign.header("origin", "https://evil.test").send().await;
    assert_eq!(reply.status, 403);
    let page = browser.get("/main/account").await;
    assert!(page.body.contains("checked"));
}
