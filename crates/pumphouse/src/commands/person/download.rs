//! `pumphouse download`: a file that somebody posted.

use std::path::{Path, PathBuf};

use pumphouse_client::{Session, Url};
use serde_json::json;

use crate::account::Account;
use crate::error::Error;
use crate::file_name;
use crate::output::Format;
use crate::progress::Bar;
use crate::reference::Reference;

/// Fetch a file: a picture, sound or film that was shown, or whatever is at a URL.
///
/// A file that cannot be had whole is not there afterwards.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse download 3
  pumphouse download https://pump.example/uploads/you/cat.jpg -o pictures/")]
pub(crate) struct Args {
    /// The URL of a file; or the number, page or id of what was posted with one
    #[arg(value_name = "URL|REF")]
    what: Reference,

    /// Where to put it: a file, or a directory that is there [default: its own name, here]
    #[arg(long, short, value_name = "FILE|DIR")]
    output: Option<PathBuf>,

    /// Replace a file that is there
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    account: Account,
}

/// Fetches, and says where the file is.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let (address, name) = file_of(&session, &args.what).await?;
    let path = match args.output {
        None => PathBuf::from(name),
        Some(path) if path.is_dir() => path.join(name),
        Some(path) => path,
    };
    if !args.force && path.symlink_metadata().is_ok() {
        let error = Error::usage(format!("{} is there already", path.display()));
        return Err(error.with_hint("replace it with --force, or choose another name with -o"));
    }
    let bar = Bar::bytes(&path);
    let mut fetching = session.download(address.as_str()).on_progress(bar.hear());
    if !args.force {
        fetching = fetching.keep_existing();
    }
    let fetched = fetching.to_file(&path).await;
    drop(bar);
    let fetched = fetched?;
    args.format.own(
        || json!({"path": path, "size": fetched.size, "media_type": fetched.media_type}),
        || format!("{} ({} bytes)", shown(&path), fetched.size),
    )
}

fn shown(path: &Path) -> String {
    crate::text::one_line(&path.to_string_lossy())
}

/// Where the file is that is meant, and its name. A URL at which there is no thing means what is there.
async fn file_of(session: &Session, what: &Reference) -> Result<(Url, String), Error> {
    let no_file = || Error::usage(format!("{what} has no file"));
    let object = match (what.whole_unless_file(session).await?, what) {
        (Some(object), _) => object,
        (None, Reference::Url(url)) => return Ok((url.clone(), file_name::of_url(url))),
        (None, _) => return Err(no_file()),
    };
    let media = object.file().ok_or_else(no_file)?;
    let parse = |address: &str| address.parse::<Url>().ok();
    let address = media.address().and_then(parse).ok_or_else(no_file)?;
    // The name stands in the address at its own server, not in that of a proxy.
    let named = media.url.as_deref().and_then(parse);
    let name = file_name::of_url(named.as_ref().unwrap_or(&address));
    Ok((address, name))
}
