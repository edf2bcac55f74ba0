//! `pumphouse request`: any signed call.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pumphouse_client::{ErrorKind, Method, Request, Response, StatusCode, Upload};

use crate::account::Account;
use crate::error::Error;
use crate::{output, text};

/// Send any request, signed, and print the body of the answer.
///
/// JSON is sent as JSON, a file as what it is, and other text as a form, unless a header says otherwise.
/// The exit status is 4 if the server refuses.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse request GET /api/whoami
  pumphouse request GET '/api/users?count=5'
  pumphouse request POST /api/user/you/feed --data '{\"verb\": \"post\", \"object\": {…}}'
  pumphouse request POST /api/user/you/uploads --data @cat.jpg
  pumphouse request -i --unsigned GET https://pump.example/.well-known/host-meta")]
pub(crate) struct Args {
    /// GET, POST, PUT, DELETE, …
    #[arg(value_parser = method)]
    method: Method,

    /// A path on your server, or a URL: with the token only on your server
    #[arg(value_name = "PATH|URL")]
    address: String,

    /// A header; may be repeated
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE")]
    headers: Vec<Header>,

    /// What to send: a text, @FILE, or - for what comes on standard input
    #[arg(long, short, value_name = "DATA", allow_hyphen_values = true)]
    data: Option<Data>,

    /// Sign as this program, for nobody
    #[arg(long, conflicts_with = "unsigned")]
    as_client: bool,

    /// Do not sign
    #[arg(long)]
    unsigned: bool,

    /// Print the status and the headers of the answer, too
    #[arg(long, short)]
    include: bool,

    #[command(flatten)]
    account: Account,
}

fn method(text: &str) -> Result<Method, &'static str> {
    Method::from_bytes(text.to_ascii_uppercase().as_bytes())
        .map_err(|_| "a method is a word like GET or POST")
}

/// A header as it is written.
#[derive(Clone, Debug)]
struct Header {
    name: String,
    value: String,
}

impl FromStr for Header {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once(':').ok_or("write 'Name: value'")?;
        Ok(Self {
            name: name.trim().to_owned(),
            value: value.trim().to_owned(),
        })
    }
}

/// Where what is sent comes from.
#[derive(Clone, Debug)]
enum Data {
    Text(String),
    File(PathBuf),
    Stdin,
}

impl FromStr for Data {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.strip_prefix('@') {
            Some(path) => Self::File(path.into()),
            None if text == "-" => Self::Stdin,
            None => Self::Text(text.to_owned()),
        })
    }
}

/// Sends, and prints what comes.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let given = args.headers.iter().rev();
    let media_type = given
        .clone()
        .find(|header| header.name.eq_ignore_ascii_case("content-type"))
        .map(|header| header.value.clone());
    let mut request = session.request(args.method, &args.address);
    for header in &args.headers {
        request = request.header(&header.name, &header.value);
    }
    if let Some(data) = args.data {
        request = with_data(request, data, media_type).await?;
    }
    if args.as_client {
        request = request.as_client();
    }
    if args.unsigned {
        request = request.unsigned();
    }
    let answer = request.send_for_any().await.map_err(in_words_of_options)?;
    print(&answer, args.include)?;
    let status = answer.status();
    if status.is_client_error() || status.is_server_error() {
        return Err(Error::refused(format!(
            "the server answered {}",
            in_words(status)
        )));
    }
    Ok(())
}

/// The error, with the options that would do it where the library names what they do.
fn in_words_of_options(error: pumphouse_client::Error) -> Error {
    let hint = match error.kind() {
        ErrorKind::ForeignOrigin => {
            Some("ask other servers without the token, with --unsigned or --as-client")
        }
        _ => None,
    };
    let error = Error::from(error);
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

/// The request with a body. Forms are held in memory, because the signature covers them; files are
/// sent piece by piece.
async fn with_data(
    request: Request,
    data: Data,
    media_type: Option<String>,
) -> Result<Request, Error> {
    let is_form = media_type.as_deref().is_some_and(|it| it.starts_with(FORM));
    let bytes = match data {
        Data::File(path) if !is_form => {
            let upload = Upload::from_path(&path).await?;
            let media_type = media_type.or_else(|| is_json_file(&path).then(|| JSON.to_owned()));
            return Ok(request.upload(match media_type {
                Some(media_type) => upload.with_media_type(media_type),
                None => upload,
            }));
        }
        Data::File(path) => std::fs::read(&path).map_err(|error| {
            Error::usage(format!("{} cannot be read", path.display())).with_source(error)
        })?,
        Data::Stdin => from_stdin().await?,
        Data::Text(text) => text.into_bytes(),
    };
    let media_type = media_type.unwrap_or_else(|| {
        let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok();
        if is_json { JSON } else { FORM }.to_owned()
    });
    Ok(request.body(&media_type, bytes))
}

const JSON: &str = "application/json";

fn is_json_file(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
}

async fn from_stdin() -> Result<Vec<u8>, Error> {
    let read = tokio::task::spawn_blocking(|| {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    });
    read.await
        .map_err(io::Error::from)
        .flatten()
        .map_err(|error| Error::usage("what to send cannot be read").with_source(error))
}

/// Byte for byte where a program reads it; on a terminal, nothing that could steer it.
fn print(answer: &Response, with_headers: bool) -> Result<(), Error> {
    let mut head = String::new();
    if with_headers {
        let _ = writeln!(head, "{}", in_words(answer.status()));
        for (name, value) in answer.headers() {
            let value = String::from_utf8_lossy(value.as_bytes());
            let _ = writeln!(head, "{name}: {}", text::one_line(&value));
        }
        head.push('\n');
    }
    let body = answer.bytes();
    if !io::stdout().is_terminal() {
        return output::bytes(&[head.as_bytes(), body].concat());
    }
    output::bytes(head.as_bytes())?;
    match std::str::from_utf8(body) {
        Ok("") => Ok(()),
        Ok(body) => output::line(text::json(body).trim_end()),
        Err(_) => {
            let size = body.len();
            output::note(&format!(
                "{size} bytes that are no text; send them to a file to keep them."
            ));
            Ok(())
        }
    }
}

fn in_words(status: StatusCode) -> String {
    let reason = status.canonical_reason().unwrap_or_default();
    format!("{} {reason}", status.as_u16())
        .trim_end()
        .to_owned()
}
