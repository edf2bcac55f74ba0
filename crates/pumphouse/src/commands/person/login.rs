//! `pumphouse login`: from an address to a session.

use std::io::{BufRead as _, IsTerminal as _};
use std::time::Duration;

use pumphouse_client::{
    Acct, Callback, Client, ErrorKind, LoopbackListener, PendingAuthorization, Session, Verifier,
};
use serde_json::json;

use crate::account::Connection;
use crate::error::Error;
use crate::output::{self, Format};

/// Servers forget an authorisation after this time.
const PATIENCE: Duration = Duration::from_secs(600);
/// What to do when no verifier was entered.
const GO_ON: &str = "go on within ten minutes with: pumphouse login --resume user@host";

/// Log in to an account.
///
/// Opens the server's page in your browser and waits until you have agreed there. Your password is
/// given to the server only, never to this program. A log-in that was interrupted goes on where it
/// was when the command is repeated within ten minutes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse login you@pump.example
  pumphouse login --paste you@pump.example     agree in a browser elsewhere")]
pub(crate) struct Args {
    /// The address of the account
    #[arg(value_name = "USER@HOST")]
    account: Acct,

    /// Print the address of the page, and open no browser
    #[arg(long)]
    no_browser: bool,

    /// Type in the verifier that the page shows, instead of waiting for a browser on this machine
    #[arg(long)]
    paste: bool,

    /// Go on with the log-in that was begun before, or fail
    #[arg(long, conflicts_with = "restart")]
    resume: bool,

    /// Begin anew, whatever was before
    #[arg(long)]
    restart: bool,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    connection: Connection,
}

/// Logs in, unless that is done already, and says so.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let logged_in = log_in(&args).await;
    let (session, how) = logged_in.map_err(|error| error.about(&args.account))?;
    report(&args, &session, how)
}

/// The session, and how it came about.
async fn log_in(args: &Args) -> Result<(Session, &'static str), Error> {
    let client = args.connection.client()?;
    if !args.restart
        && !args.resume
        && let Some(session) = kept(&client, &args.account).await?
    {
        return Ok((session, "was already logged in"));
    }
    let session = match resumable(&client, args).await? {
        Some(pending) if pending.callback().is_some() && !args.paste => {
            let listener = LoopbackListener::bind_for(&pending).await?;
            wait_for_browser(args, &listener, pending).await?
        }
        Some(pending) => ask_for_verifier(pending).await?,
        None if args.paste => {
            ask_for_verifier(client.begin(&args.account, Callback::OutOfBand).await?).await?
        }
        None => {
            let listener = LoopbackListener::bind().await?;
            let pending = client
                .begin(&args.account, listener.callback().into())
                .await?;
            wait_for_browser(args, &listener, pending).await?
        }
    };
    Ok((session, "is logged in"))
}

async fn kept(client: &Client, account: &Acct) -> Result<Option<Session>, Error> {
    match client.session(account).await {
        Ok(session) => Ok(Some(session)),
        Err(error) if error.kind() == ErrorKind::NotLoggedIn => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The log-in to go on with, if there is one and it is not to be begun anew.
async fn resumable(client: &Client, args: &Args) -> Result<Option<PendingAuthorization>, Error> {
    if args.restart {
        return Ok(None);
    }
    let pending = client.pending(&args.account).await?;
    if args.resume {
        return match pending {
            Some(pending) => Ok(Some(pending)),
            None => Err(
                Error::usage(format!("no log-in of {} was begun", args.account))
                    .with_hint("begin one by leaving out --resume"),
            ),
        };
    }
    let pending = pending.filter(|pending| !pending.is_stale());
    if pending.is_some() {
        output::note("Going on with the log-in that was begun before; --restart begins anew.");
    }
    Ok(pending)
}

async fn wait_for_browser(
    args: &Args,
    listener: &LoopbackListener,
    pending: PendingAuthorization,
) -> Result<Session, Error> {
    output::note(&format!(
        "Agree on this page, in a browser on this machine:\n\n  {}\n",
        pending.url()
    ));
    if !args.no_browser && pending.open_browser().await.is_err() {
        output::note("No browser could be opened: open the page by hand.");
    }
    // Whoever is here from afar has the browser elsewhere, where no answer comes from.
    let can_type = std::io::stdin().is_terminal();
    output::note(if can_type {
        "If your browser is on another machine, it ends on a page that does not load: enter the \
         address\nof that page here; or press Ctrl-C and repeat the command with --paste."
    } else {
        "If your browser is on another machine, repeat the command with --paste."
    });
    output::note(&format!(
        "Waiting. After Ctrl-C, go on with: pumphouse login --resume {}",
        args.account
    ));
    let verifier = tokio::select! {
        verifier = listener.verifier(&pending, PATIENCE) => verifier?,
        verifier = pasted(&pending), if can_type => verifier?,
    };
    Ok(pending.finish(verifier).await?)
}

/// The verifier or the address that somebody enters at last. What is neither is said to be none.
async fn pasted(pending: &PendingAuthorization) -> Result<Verifier, Error> {
    while let Some(line) = entered().await? {
        match pending.verifier_from_paste(&line) {
            Ok(verifier) => return Ok(verifier),
            Err(error) if error.kind() == ErrorKind::Denied => {
                pending.forget().await?;
                return Err(error.into());
            }
            Err(error) => output::note(&format!("Still waiting: {error}")),
        }
    }
    // The browser may still answer.
    std::future::pending().await
}

async fn ask_for_verifier(pending: PendingAuthorization) -> Result<Session, Error> {
    let what = if pending.callback().is_some() {
        "the address of the page that you come to (it need not load)"
    } else {
        "the verifier that it shows"
    };
    output::note(&format!(
        "Agree on this page, in any browser:\n\n  {}\n\nThen enter {what}:",
        pending.url()
    ));
    let verifier = read_verifier(&pending).await?;
    Ok(pending.finish(verifier).await?)
}

/// A line that somebody enters; `None` if nobody does.
async fn entered() -> Result<Option<String>, Error> {
    let line = tokio::task::spawn_blocking(|| std::io::stdin().lock().lines().next());
    let line = line.await.ok().flatten().transpose();
    line.map_err(|error| Error::failure("could not read the verifier").with_source(error))
}

async fn read_verifier(pending: &PendingAuthorization) -> Result<Verifier, Error> {
    let line = entered().await?;
    let line = line.ok_or_else(|| Error::usage("no verifier was entered").with_hint(GO_ON))?;
    match pending.verifier_from_paste(&line) {
        Err(error) if error.kind() == ErrorKind::InvalidInput => {
            Err(Error::from(error).with_hint(GO_ON))
        }
        Err(error) if error.kind() == ErrorKind::Denied => {
            pending.forget().await?;
            Err(error.into())
        }
        verifier => Ok(verifier?),
    }
}

fn report(args: &Args, session: &Session, how: &str) -> Result<(), Error> {
    args.format.own(
        || json!({"account": session.account(), "server": session.endpoints().base}),
        || format!("{} {how}.", session.account()),
    )
}
