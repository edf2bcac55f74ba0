//! `pumphouse server doctor`: looks at everything that a server needs, and says what to do.

mod address;
mod certificate;
mod data;
mod finding;
mod mail;
mod settings;
mod uploads;

use pumphouse_server::{Clock as _, Control, Running, SystemClock};

use self::finding::{Finding, State};
use crate::error::Error;
use crate::output;
use crate::settings::{Settings, Sources};

/// Look for what is wrong with a server, its data and its machine.
///
/// Nothing is changed, and the server may run. Give the same options as to pumphouse serve, and run it as
/// the same user. The exit status is 1 if something is wrong.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse server doctor
  pumphouse server doctor --config /etc/pumphouse.toml --public
  pumphouse server doctor --json")]
pub(super) struct Args {
    /// Also ask the server through its public address, as other servers do
    #[arg(long)]
    public: bool,

    /// Do not read the whole database; it takes a while if it is large
    #[arg(long)]
    quick: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    sources: Sources,
}

/// What is looked at.
struct Patient {
    settings: Settings,
    /// What the running server says of itself, if one runs.
    running: Option<Running>,
    /// Microseconds since 1970.
    now: i64,
}

pub(super) async fn run(args: Args) -> Result<(), Error> {
    let findings = examine(&args).await?;
    if args.json {
        output::line(&finding::as_json(&findings).to_string())?;
    } else {
        for finding in &findings {
            output::line(&finding.shown())?;
        }
    }
    let failures = findings
        .iter()
        .filter(|finding| finding.state == State::Failure);
    match failures.count() {
        0 => Ok(()),
        1 => Err(Error::failure("one thing is wrong").with_hint("what to do stands below it")),
        count => Err(Error::failure(format!("{count} things are wrong"))
            .with_hint("what to do stands below each")),
    }
}

async fn examine(args: &Args) -> Result<Vec<Finding>, Error> {
    let loaded = match args.sources.load() {
        Ok(loaded) => loaded,
        Err(error) => return Ok(vec![settings::unreadable(&error)]),
    };
    let mut findings = settings::examine(&loaded);
    let settings = loaded.settings;
    let patient = Patient {
        running: Control::running(&settings.control_socket()?).await,
        now: SystemClock.now(),
        settings,
    };
    findings.extend(data::examine(&patient, args.quick)?);
    findings.extend(uploads::examine(&patient)?);
    findings.extend(certificate::examine(&patient));
    findings.extend(address::examine(&patient).await);
    findings.extend(mail::examine(&patient).await);
    if args.public {
        findings.extend(address::examine_public(&patient).await?);
    }
    Ok(findings)
}
