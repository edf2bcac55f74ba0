//! Which account a command is about, and how its server is reached.

use pumphouse_client::{Acct, Client, ClientBuilder, Exchange, FileStore, Session};

use crate::error::Error;
use crate::{output, text};

/// The name under which servers and people see this program.
pub(crate) const APPLICATION: &str = "pumphouse";

/// How servers are reached.
#[derive(Debug, clap::Args)]
pub(crate) struct Connection {
    /// Speak plain http with servers on other machines, readable for everybody in between
    #[arg(long, env = "PUMPHOUSE_INSECURE_HTTP", value_parser = clap::builder::FalseyValueParser::new())]
    insecure_http: bool,

    /// Show every exchange with the server, one line each
    #[arg(long, short)]
    verbose: bool,
}

/// A client that keeps credentials in the platform's directory.
fn builder() -> Result<ClientBuilder, Error> {
    Ok(Client::builder(APPLICATION).store(FileStore::in_config_dir()?))
}

/// A client for what is known here, without asking any server.
pub(crate) fn client_here() -> Result<Client, Error> {
    Ok(builder()?.build()?)
}

impl Connection {
    /// A client that reaches servers.
    pub(crate) fn client(&self) -> Result<Client, Error> {
        let mut builder = builder()?.plain_http(self.insecure_http);
        if self.verbose {
            builder =
                builder.observer(|exchange: &Exchange<'_>| output::note(&wire_line(exchange)));
        }
        Ok(builder.build()?)
    }
}

/// The choice of an account.
#[derive(Debug, clap::Args)]
pub(crate) struct Choice {
    /// The account to use; not needed if there is only one
    #[arg(long, short, env = "PUMPHOUSE_ACCOUNT", value_name = "USER@HOST")]
    account: Option<Acct>,
}

/// An account, and how its server is reached.
#[derive(Debug, clap::Args)]
pub(crate) struct Account {
    #[command(flatten)]
    choice: Choice,

    #[command(flatten)]
    connection: Connection,
}

impl Account {
    /// The session of the account chosen.
    pub(crate) async fn session(&self) -> Result<Session, Error> {
        let client = self.connection.client()?;
        let account = self.choice.choose(&client).await?;
        let session = client.session(&account).await;
        session.map_err(|error| Error::from(error).about(&account))
    }

    /// The option that makes the same choice again.
    pub(crate) fn option(&self) -> Option<String> {
        let account = self.choice.account.as_ref()?;
        Some(format!(
            "--account {}",
            text::shell_word(&account.to_string())
        ))
    }
}

impl Choice {
    /// The account that was named, or the only one.
    pub(crate) async fn choose(&self, client: &Client) -> Result<Acct, Error> {
        if let Some(account) = &self.account {
            return Ok(account.clone());
        }
        let mut accounts = Vec::new();
        for account in client.accounts().await? {
            let record = client.record(&account).await?;
            if record.is_some_and(|record| record.token.is_some()) {
                accounts.push(account);
            }
        }
        match accounts.as_slice() {
            [] => Err(Error::not_logged_in("no account is logged in here")),
            [only] => Ok(only.clone()),
            several => {
                let names: Vec<String> = several.iter().map(Acct::to_string).collect();
                Err(Error::usage(format!(
                    "several accounts are logged in: {}",
                    names.join(", ")
                ))
                .with_hint("choose one with --account, or with PUMPHOUSE_ACCOUNT"))
            }
        }
    }
}

/// An exchange with a server in one line.
pub(crate) fn wire_line(exchange: &Exchange<'_>) -> String {
    use pumphouse_client::SignedWith;

    let signed = match exchange.signed_with {
        SignedWith::Nothing => "unsigned",
        SignedWith::Client => "signed by the client",
        SignedWith::TemporaryCredentials => "signed with temporary credentials",
        SignedWith::Token => "signed with the token",
    };
    let answer = exchange.status.map_or_else(
        || "no answer".to_owned(),
        |status| status.as_u16().to_string(),
    );
    format!(
        "{} {} ({signed}, {} bytes) -> {answer}, {} bytes",
        exchange.method, exchange.url, exchange.bytes_sent, exchange.bytes_received
    )
}
