//! Which account a command is about, and how its server is reached.

use pumphouse_client::{Acct, Client, ClientBuilder, Exchange, FileStore, Session};

use crate::error::Error;
use crate::output;

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

impl Connection {
    /// A client that keeps credentials in the platform's directory.
    pub(crate) fn client(&self) -> Result<Client, Error> {
        let mut builder: ClientBuilder = Client::builder(APPLICATION)
            .store(FileStore::in_config_dir()?)
            .plain_http(self.insecure_http);
        if self.verbose {
            builder =
                builder.observer(|exchange: &Exchange<'_>| output::note(&wire_line(exchange)));
        }
        Ok(builder.build()?)
    }
}

/// The choice of an account.
#[derive(Debug, clap::Args)]
pub(crate) struct Account {
    /// The account to use; not needed if there is only one
    #[arg(long, short, env = "PUMPHOUSE_ACCOUNT", value_name = "USER@HOST")]
    account: Option<Acct>,

    #[command(flatten)]
    connection: Connection,
}

impl Account {
    /// The session of the account chosen.
    pub(crate) async fn session(&self) -> Result<Session, Error> {
        let client = self.connection.client()?;
        let account = self.choose(&client).await?;
        Ok(client.session(&account).await?)
    }

    /// The client, and the account chosen.
    pub(crate) async fn client(&self) -> Result<(Client, Acct), Error> {
        let client = self.connection.client()?;
        let account = self.choose(&client).await?;
        Ok((client, account))
    }

    /// The account that was named, or the only one.
    async fn choose(&self, client: &Client) -> Result<Acct, Error> {
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
