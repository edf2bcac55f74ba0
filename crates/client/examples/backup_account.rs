//! Saves an account to a directory: profile, people, lists, everything posted, and its files.
//!
//! `cargo run -p pumphouse-client --example backup_account -- user@host DIRECTORY`, after a log-in
//! with `pumphouse login user@host`.

#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use pumphouse_client::activity::{Activity, Object};
use pumphouse_client::{Client, FileStore, Item, Items, Session};
use serde::Serialize;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [account, directory] = arguments.as_slice() else {
        return Err("usage: user@host DIRECTORY".into());
    };
    let client = Client::builder("pumphouse")
        .store(FileStore::in_config_dir()?)
        .build()?;
    let session = client.session(&account.parse()?).await?;
    let directory = Path::new(directory);
    fs::create_dir_all(directory.join("files"))?;

    fs::write(
        directory.join("profile.json"),
        session.profile().await?.raw(),
    )?;
    let at = |name: &str| directory.join(format!("{name}.jsonl"));
    save(session.followers().items(), &at("followers"), |_| {}).await?;
    save(session.following().items(), &at("following"), |_| {}).await?;
    save(session.favourites().items(), &at("favourites"), |_| {}).await?;
    save(session.lists().items(), &at("lists"), |_| {}).await?;
    let mut files = Vec::new();
    let posted =
        |activity: &Activity| files.extend(activity.object.as_deref().and_then(Object::file));
    save(session.outbox().items(), &at("outbox"), posted).await?;
    for file in files {
        if let Some(address) = file.address() {
            fetch(&session, address, directory).await;
        }
    }
    Ok(())
}

/// One line of JSON for each item.
async fn save<T: Item + Serialize>(
    items: Items<T>,
    path: &Path,
    mut look: impl FnMut(&T),
) -> Result<(), Box<dyn Error>> {
    let mut file = BufWriter::new(File::create(path)?);
    let (mut stream, mut count) = (items.page_size(200).stream(), 0);
    while let Some(item) = stream.next().await {
        let item = item?;
        look(&item);
        serde_json::to_writer(&mut file, &item)?;
        file.write_all(b"\n")?;
        count += 1;
    }
    file.flush()?;
    println!("{}: {count}", path.display());
    Ok(())
}

/// A file that cannot be had is told and passed over.
async fn fetch(session: &Session, address: &str, directory: &Path) {
    let name = address.rsplit('/').next().unwrap_or_default();
    let path = directory.join("files").join(name.replace(['?', '\\'], "_"));
    if name.is_empty() || path.exists() {
        return;
    }
    match session.download(address).to_file(&path).await {
        Ok(file) => println!("{}: {} bytes", path.display(), file.size),
        Err(error) => println!("{address}: {error}"),
    }
}
