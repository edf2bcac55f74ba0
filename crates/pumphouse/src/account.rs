//! Which account a command is about, and how its server is reached.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use pumphouse_client::{Acct, Client, ClientBuilder, Exchange, FileStore, Session};

use crate::error::Error;
use crate::{files, output, text};

/// The name under which servers and people see this program.
pub(crate) const APPLICATION: &str = "pumphouse";

/// The account, where no option names it; an empty variable names none.
const VARIABLE: &str = "PUMPHOUSE_ACCOUNT";

/// How servers are reached.
#[derive(Debug, clap::Args)]
pub(crate) struct Connection {
    /// Speak plain http with servers on other machines, readable for everybody in between
    #[arg(long, env = "PUMPHOUSE_INSECURE_HTTP", value_parser = clap::builder::FalseyValueParser::new())]
    insecure_http: bool,

    /// Believe servers whose certificate comes from the authority in this file (PEM), too
    #[arg(long, env = "PUMPHOUSE_CA", value_name = "FILE", value_parser = clap::builder::OsStringValueParser::new())]
    ca: Option<OsString>,

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
        // A variable that is set to nothing names none.
        if let Some(path) = self.ca.as_ref().filter(|path| !path.is_empty()) {
            builder = builder.add_authority(authority(Path::new(path))?);
        }
        if self.verbose {
            builder =
                builder.observer(|exchange: &Exchange<'_>| output::note(&wire_line(exchange)));
        }
        Ok(builder.build()?)
    }
}

/// The certificates in a file.
fn authority(path: &Path) -> Result<Vec<u8>, Error> {
    let name = path.display();
    let pem = std::fs::read(path)
        .map_err(|error| Error::usage(format!("{name} cannot be read")).with_source(error))?;
    if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
        return Err(Error::usage(format!("{name} holds no certificate in PEM")));
    }
    Ok(pem)
}

/// The choice of an account.
#[derive(Debug, clap::Args)]
pub(crate) struct Choice {
    /// The account to use, if it is not the one chosen with `pumphouse switch` or the only one
    /// [env: PUMPHOUSE_ACCOUNT]
    #[arg(long, short, value_name = "USER@HOST")]
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
    /// The account that was named, or switched to, or the only one.
    pub(crate) async fn choose(&self, client: &Client) -> Result<Acct, Error> {
        if let Some(account) = &self.account {
            return Ok(account.clone());
        }
        if let Some(account) = from_environment()? {
            return Ok(account);
        }
        if let Some(account) = DefaultAccount::here()?.get()? {
            return Ok(account);
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
                .with_hint(
                    "choose one with --account, or for good with: pumphouse switch user@host",
                ))
            }
        }
    }
}

fn from_environment() -> Result<Option<Acct>, Error> {
    let Some(named) = std::env::var_os(VARIABLE).filter(|named| !named.is_empty()) else {
        return Ok(None);
    };
    let account = named
        .to_string_lossy()
        .parse()
        .map_err(|error| Error::usage(format!("{VARIABLE} names no account")).with_source(error))?;
    Ok(Some(account))
}

/// The account that is used when none is named: a line in a file of its own.
pub(crate) struct DefaultAccount {
    path: PathBuf,
}

impl DefaultAccount {
    /// That of whoever runs the program.
    pub(crate) fn here() -> Result<Self, Error> {
        Ok(Self {
            path: files::config_directory()?.join("default-account"),
        })
    }

    /// The account, if one was chosen.
    pub(crate) fn get(&self) -> Result<Option<Acct>, Error> {
        let account = files::read(&self.path).map_err(|error| self.failed(error))?;
        let account = account.map(|account| account.trim().parse());
        account.transpose().map_err(|error| {
            let what = format!("{} names no account", self.path.display());
            Error::usage(what)
                .with_source(error)
                .with_hint("choose one with: pumphouse switch user@host")
        })
    }

    /// Chooses.
    pub(crate) fn set(&self, account: &Acct) -> Result<(), Error> {
        files::replace(&self.path, &format!("{account}\n")).map_err(|error| self.failed(error))
    }

    /// Takes the choice back, if it was this account.
    pub(crate) fn forget(&self, account: &Acct) -> Result<(), Error> {
        if self.get()?.as_ref() != Some(account) {
            return Ok(());
        }
        std::fs::remove_file(&self.path).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> Error {
        let what = format!(
            "cannot keep the choice of an account in {}",
            self.path.display()
        );
        Error::failure(what).with_source(error)
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
