//! A bot: answers every note that is addressed to it, once.
//!
//! `cargo run -p pumphouse-client --example mention_bot -- user@host`, after a log-in with
//! `pumphouse login user@host`.

#![expect(clippy::print_stdout, reason = "an example prints")]

use std::time::Duration;

use pumphouse_client::activity::{Activity, Object, Verb};
use pumphouse_client::{Client, FileStore, Result, Session};

#[tokio::main]
async fn main() -> Result<()> {
    let account = std::env::args().nth(1).unwrap_or_default().parse()?;
    let client = Client::builder("pumphouse")
        .store(FileStore::in_config_dir()?)
        .build()?;
    let session = client.session(&account).await?;

    // What came before it started is not its business.
    let newest = session.inbox().direct().page().count(1).send().await?;
    let mut last = newest.items().first().and_then(|it| it.id.clone());
    println!("waiting for notes to {account}");
    loop {
        last = answer_all(&session, last).await?;
        tokio::time::sleep(Duration::from_secs(30)).await;
    }
}

/// Answers what is newer than `last`, oldest first; gives the newest.
async fn answer_all(session: &Session, last: Option<String>) -> Result<Option<String>> {
    let inbox = session.inbox().direct().items();
    let inbox = match &last {
        Some(id) => inbox.since(id),
        None => inbox,
    };
    let mut last = last;
    let mut stream = inbox.stream();
    while let Some(activity) = stream.next().await {
        let activity = activity?;
        if let Some(note) = activity
            .object
            .as_deref()
            .filter(|_| is_to_answer(session, &activity))
        {
            session
                .comment(note, "Thank you, I am a bot.")
                .send()
                .await?;
            println!("answered {}", note.id.as_deref().unwrap_or("a note"));
        }
        last = activity.id.or(last);
    }
    Ok(last)
}

/// Notes and comments of others; never its own, or it would talk to itself for ever.
fn is_to_answer(session: &Session, activity: &Activity) -> bool {
    let actor = activity.actor.as_deref().and_then(Object::acct);
    let is_text = activity
        .object
        .as_deref()
        .is_some_and(|object| object.is_a("note") || object.is_a("comment"));
    activity.kind() == Verb::Post && is_text && actor.as_ref() != Some(session.account())
}
