//! Connects to an account for the first time and prints all that a later start needs.
//!
//! `cargo run -p pumphouse-client --example connect_first_time -- user@host`

#![expect(clippy::print_stdout, reason = "an example prints")]

use pumphouse_client::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let account = std::env::args().nth(1).ok_or("usage: user@host")?;

    let client = Client::builder("Test.io").build()?;
    let session = client.connect(&account.parse()?, ask).await?;

    let registration = session.registration();
    println!("client key: {}", registration.key());
    println!("client secret: {}", registration.secret().expose());
    match registration.expires_at() {
        Some(time) => println!("client expiry: {time}"),
        None => println!("client expiry: never"),
    }
    println!("token: {}", session.token().token());
    println!("token secret: {}", session.token().secret().expose());
    Ok(())
}

/// Sends the person to the server's page, and waits for the verifier that it shows.
async fn ask(url: pumphouse_client::Url) -> std::io::Result<String> {
    println!("Open {url}, agree, and enter the verifier:");
    let mut verifier = String::new();
    std::io::stdin().read_line(&mut verifier)?;
    Ok(verifier)
}
