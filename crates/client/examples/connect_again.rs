//! Connects again with all that `connect_first_time` printed, and says who this is.
//!
//! `cargo run -p pumphouse-client --example connect_again -- user@host KEY SECRET TOKEN TOKEN_SECRET`

#![expect(clippy::print_stdout, reason = "an example prints")]

use pumphouse_client::{Client, ClientCredentials, TokenCredentials};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [account, key, secret, token, token_secret] = arguments.as_slice() else {
        return Err("usage: user@host KEY SECRET TOKEN TOKEN_SECRET".into());
    };

    let client = Client::builder("Test.io").build()?;
    let session = client
        .discover(&account.parse()?)
        .await?
        .registered_as(ClientCredentials::new(key, secret.as_str()))
        .session(TokenCredentials::new(token, token_secret.as_str()));

    let me = session.whoami().await?;
    println!("connected as {}", me.display_name.as_deref().unwrap_or("?"));
    Ok(())
}
