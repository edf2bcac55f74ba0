//! `pumphouse post`: writes a note.

use std::io::{IsTerminal as _, Read as _};
use std::str::FromStr;

use pumphouse_client::{Acct, Content, ErrorKind, Recipient};

use crate::account::Account;
use crate::error::Error;
use crate::{output, text};

/// Write a note.
///
/// Without recipients it goes to your followers.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse post 'Hello, world'
  pumphouse post --title News --to public --cc followers 'It works.'
  pumphouse post --to friend@pump.example < letter.txt")]
pub(crate) struct Args {
    /// The text; without it, what comes on standard input
    text: Option<String>,

    /// A title
    #[arg(long)]
    title: Option<String>,

    /// To whom: public, followers, or an address; may be repeated
    #[arg(long, value_name = "WHO")]
    to: Vec<Who>,

    /// To whom it is copied, likewise
    #[arg(long, value_name = "WHO")]
    cc: Vec<Who>,

    /// The text is HTML
    #[arg(long)]
    html: bool,

    /// Print the activity as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    account: Account,
}

/// A recipient as it is written on the command line.
#[derive(Clone, Debug)]
struct Who(Recipient);

impl FromStr for Who {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "public" => Ok(Self(Recipient::Public)),
            "followers" => Ok(Self(Recipient::Followers)),
            address => address
                .parse::<Acct>()
                .map(|acct| Self(Recipient::person(acct)))
                .map_err(|_| "say public, followers, or user@host".to_owned()),
        }
    }
}

/// Posts, and prints where the note is.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let written = match args.text {
        Some(text) if text != "-" => text,
        _ => from_stdin().await?,
    };
    if written.trim().is_empty() {
        return Err(Error::usage("there is no text to post"));
    }
    let content = if args.html {
        Content::html(written)
    } else {
        Content::text(written.trim_end())
    };
    let mut post = args.account.session().await?.note(content);
    if let Some(title) = args.title {
        post = post.title(title);
    }
    for Who(recipient) in args.to {
        post = post.to(recipient);
    }
    for Who(recipient) in args.cc {
        post = post.cc(recipient);
    }
    let posted = post.send().await.map_err(in_doubt)?;
    let result = if args.json {
        text::json(posted.raw())
    } else {
        let note = posted.object.as_deref();
        let place = note.and_then(|note| note.url.as_deref().or(note.id.as_deref()));
        let place = text::one_line(place.unwrap_or("(no address)"));
        format!("Posted: {place}")
    };
    output::line(&result)
        .map_err(|error| error.with_hint("the note is posted all the same; do not post it again"))
}

/// A post that got no proper answer may have arrived.
fn in_doubt(error: pumphouse_client::Error) -> Error {
    match error.kind() {
        ErrorKind::ConnectionLost
        | ErrorKind::Timeout
        | ErrorKind::InvalidAnswer
        | ErrorKind::TooLarge => Error::from(error).with_hint(
            "the note may have been posted all the same: look with pumphouse outbox before you \
             post it again",
        ),
        _ => error.into(),
    }
}

async fn from_stdin() -> Result<String, Error> {
    if std::io::stdin().is_terminal() {
        output::note("Write the text; end it with Ctrl-D on a line of its own.");
    }
    let read = tokio::task::spawn_blocking(|| {
        let mut text = String::new();
        std::io::stdin()
            .lock()
            .read_to_string(&mut text)
            .map(|_| text)
    });
    read.await
        .map_err(std::io::Error::from)
        .flatten()
        .map_err(|error| Error::usage("the text cannot be read").with_source(error))
}
