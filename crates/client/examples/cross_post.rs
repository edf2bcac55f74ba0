//! Posts one text from several accounts, perhaps on several servers, at once.
//!
//! `cargo run -p pumphouse-client --example cross_post -- TEXT user@host…`, after log-ins with
//! `pumphouse login user@host`.

#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;

use pumphouse_client::{Client, FileStore, Recipient};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let text = arguments.next().ok_or("usage: TEXT user@host…")?;
    let client = Client::builder("pumphouse")
        .store(FileStore::in_config_dir()?)
        .build()?;

    let mut posts = tokio::task::JoinSet::new();
    for account in arguments {
        let session = client.session(&account.parse()?).await?;
        let note = session
            .note(text.as_str())
            .to(Recipient::Public)
            .cc(Recipient::Followers);
        posts.spawn(async move { (account, note.send().await) });
    }
    while let Some(posted) = posts.join_next().await {
        match posted? {
            (account, Ok(posted)) => {
                let note = posted.object.as_deref();
                let place = note.and_then(|note| note.url.as_deref());
                println!("{account}: {}", place.unwrap_or("posted"));
            }
            (account, Err(error)) => println!("{account}: {error}"),
        }
    }
    Ok(())
}
