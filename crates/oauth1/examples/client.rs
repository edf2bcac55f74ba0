//! A client of an API that speaks OAuth 1.0, from nothing to the first answer.
//!
//! Against the provider in `examples/provider.rs`, which must be running:
//!
//! ```text
//! cargo run -p pumphouse-oauth1 --example provider
//! cargo run -p pumphouse-oauth1 --example client
//! ```
//!
//! Against Discogs, with the key and the secret that <https://www.discogs.com/settings/developers> gives:
//!
//! ```text
//! CONSUMER_KEY=… CONSUMER_SECRET=… cargo run -p pumphouse-oauth1 --example client -- discogs
//! ```

#![expect(clippy::print_stdout, reason = "it talks to a person")]

use std::env;
use std::error::Error;
use std::io::{self, Write};

use pumphouse_oauth1::flow::{Endpoints, Flow};
use pumphouse_oauth1::reqwest::SignedClient;
use pumphouse_oauth1::{ClientCredentials, Signer};

/// The addresses of an API.
struct Api {
    endpoints: Endpoints,
    identity: &'static str,
}

fn api(name: &str) -> Api {
    match name {
        "discogs" => Api {
            endpoints: Endpoints::new(
                "https://api.discogs.com/oauth/request_token",
                "https://www.discogs.com/oauth/authorize",
                "https://api.discogs.com/oauth/access_token",
            ),
            identity: "https://api.discogs.com/oauth/identity",
        },
        _ => Api {
            endpoints: Endpoints::new(
                "http://127.0.0.1:4100/oauth/request_token",
                "http://127.0.0.1:4100/oauth/authorize",
                "http://127.0.0.1:4100/oauth/access_token",
            ),
            identity: "http://127.0.0.1:4100/identity",
        },
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let api = api(&env::args().nth(1).unwrap_or_default());
    let key = env::var("CONSUMER_KEY").unwrap_or_else(|_| "example client".to_owned());
    let secret = env::var("CONSUMER_SECRET").unwrap_or_else(|_| "example secret".to_owned());
    let client = ClientCredentials::new(key, secret);
    let builder = reqwest::Client::builder().user_agent("pumphouse-oauth1-example/0.1");
    let http = SignedClient::with_builder(Signer::new(client.clone()), builder)?;

    // 1. Temporary credentials. There is no web server here to come back to, so the person will read the verifier off the screen.
    let flow = Flow::new(client, api.endpoints);
    let answer = http.send_leg(&flow.begin("oob")?).await?;
    let pending = flow.pending(&answer.read())?;

    // 2. The person agrees.
    println!(
        "Open this address, agree, and come back with the code:\n\n  {}\n",
        flow.authorisation_url(&pending)
    );
    print!("The code: ");
    io::stdout().flush()?;
    let mut verifier = String::new();
    io::stdin().read_line(&mut verifier)?;
    let authorised = pending.with_verifier(verifier);

    // 3. Token credentials. A real client keeps them, and starts here the next time.
    let answer = http.send_leg(&flow.exchange(&authorised)?).await?;
    let http = http.with_token(flow.granted(&answer.read())?.into_credentials());
    let answer = http.send(http.get(api.identity)).await?;
    println!("{}: {}", answer.status(), answer.text().await?);
    Ok(())
}
