//! `pumphouse demo`: everything that Pumphouse is for, once, for real.

mod browser;
mod show;
mod walk;

use pumphouse_server::Server;

use self::show::Show;
use crate::commands::serve::stop_signal;
use crate::error::Error;

/// See everything at work, on this machine.
///
/// A server starts, a client that it has never seen registers itself, a person agrees, and a signed
/// note is posted and read back.
///
/// Server and client are the real ones and speak real HTTP. The demo does one thing for the person:
/// it fills in the two web forms. Everything is in a temporary directory, of which nothing is left.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse demo
  pumphouse demo --keep     then open the printed address in a browser")]
pub(crate) struct Args {
    /// Leave the server running when all is done, and print its address and a log-in
    #[arg(long)]
    keep: bool,
}

pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let show = Show::new();
    show.text(
        "Pumphouse demo: a server, a client that it has never seen, a person, and a signed note.",
    )?;
    let directory = tempfile::Builder::new()
        .prefix("pumphouse-demo-")
        .tempdir()
        .map_err(|error| Error::failure("cannot make a temporary directory").with_source(error))?;

    show.step("A server starts")?;
    let server = Server::builder(directory.path().join("server"))
        .listen("127.0.0.1:0")
        .site("Pumphouse demo")
        .start()
        .await?;
    show.fact("address", server.base_url())?;
    show.fact("data", &directory.path().display().to_string())?;

    let password = password()?;
    let kept_in = directory.path().join("client");
    let walked = tokio::select! {
        walked = walk::walk(&show, &server, &kept_in, &password) => walked,
        stopped = stop_signal() => stopped.and(Err(Error::failure("interrupted"))),
    };
    if walked.is_ok() && args.keep {
        show.step("The server keeps running")?;
        show.fact("open", server.base_url())?;
        show.fact(
            "log in as",
            &format!("{}, password {password}", walk::NICKNAME),
        )?;
        show.text("Press Ctrl-C to stop it and to remove its data.")?;
        stop_signal().await?;
    }
    server.stop().await;
    directory.close().map_err(|error| {
        Error::failure("cannot remove the temporary directory").with_source(error)
    })?;
    walked?;
    show.text("The server has stopped, and its data is removed.")
}

/// A password that nobody else knows, for an account that lives as long as the demo.
fn password() -> Result<String, Error> {
    let random = getrandom::u64().map_err(|error| {
        Error::failure("the operating system gave no random bytes").with_source(error)
    })?;
    Ok(format!("demo-{random:016x}"))
}
