//! A bot: answers every note that is addressed to it, once, as soon as it arrives.
//!
//! `cargo run -p pumphouse-client --example mention_bot -- user@host`, after a log-in with
//! `pumphouse login user@host`.

#![expect(clippy::print_stdout, reason = "an example prints")]

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
    let mut arriving = session.inbox().direct().watch().stream();
    println!("waiting for notes to {account}");
    while let Some(activity) = arriving.next().await {
        let activity = activity?;
        if let Some(note) = what_to_answer(&session, &activity) {
            let answer = session.comment(note, "Thank you, I am a bot.");
            answer.send().await?;
            println!("answered {}", note.id.as_deref().unwrap_or("a note"));
        }
    }
    Ok(())
}

/// Notes and comments of others; never its own, or it would talk to itself for ever.
fn what_to_answer<'a>(session: &Session, activity: &'a Activity) -> Option<&'a Object> {
    let actor = activity.actor.as_deref().and_then(Object::acct);
    let is_by_others = actor.as_ref() != Some(session.account());
    let text = activity.object.as_deref();
    let text = text.filter(|object| object.is_a("note") || object.is_a("comment"));
    text.filter(|_| is_by_others && activity.kind() == Verb::Post)
}
