//! What the commands that list something have in common: how much of it, from where, and how it is
//! printed.

use jiff::Timestamp;
use pumphouse_client::{ErrorKind, Items, PersonRef, Session};

use super::listed::Listed;
use crate::account::Account;
use crate::error::Error;
use crate::extent::Extent;
use crate::memory::{MemoryFile, Numbers};
use crate::output::Format;
use crate::reference::Reference;
use crate::{output, text, time};

/// How many items are shown if nothing is said.
const DEFAULT_COUNT: u64 = 20;

/// How much, and in which form.
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// How many, at most [default: 20]
    #[arg(long, short = 'n', value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    /// All there are
    #[arg(long, conflicts_with = "count")]
    all: bool,

    #[command(flatten)]
    format: Format,
}

/// From where on.
#[derive(Debug, Default, clap::Args)]
pub(super) struct PlaceArgs {
    /// Only what is older than this item: a number that was shown, or an id
    #[arg(long, value_name = "ITEM")]
    before: Option<Reference>,

    /// Only what is newer than this item, oldest first
    #[arg(long, value_name = "ITEM", conflicts_with = "before")]
    since: Option<Reference>,

    /// Only what is newer than what was shown last with this option, oldest first
    #[arg(long, conflicts_with_all = ["before", "since"])]
    since_last: bool,
}

/// One half of a feed.
#[derive(Debug, clap::Args)]
pub(super) struct Half {
    /// Only notes, images, shares and the like
    #[arg(long, conflicts_with = "minor")]
    pub(super) major: bool,

    /// Only comments, likes, follows and the like
    #[arg(long)]
    pub(super) minor: bool,
}

/// Whose.
#[derive(Debug, clap::Args)]
pub(super) struct OfArgs {
    /// Of somebody else: user@host, or the number or URL of a person
    #[arg(long, value_name = "WHO")]
    of: Option<Reference>,
}

/// A list that is to be shown.
pub(super) struct List<'a> {
    pub(super) session: &'a Session,
    /// The words of the command that asked for it, without the place and the account. They name the
    /// place that is remembered, too.
    pub(super) words: Vec<String>,
    /// The option that chose the account.
    pub(super) account: Option<String>,
    pub(super) args: ListArgs,
    /// Only of what has places.
    pub(super) place: PlaceArgs,
    pub(super) has_places: bool,
}

impl<'a> List<'a> {
    /// The list of a command.
    pub(super) fn new(
        session: &'a Session,
        command: &str,
        account: &Account,
        args: ListArgs,
        place: Option<PlaceArgs>,
    ) -> Self {
        Self {
            session,
            words: vec![command.to_owned()],
            account: account.option(),
            args,
            has_places: place.is_some(),
            place: place.unwrap_or_default(),
        }
    }

    /// Adds an option of the command.
    pub(super) fn option(&mut self, option: impl Into<String>) {
        self.words.push(option.into());
    }

    /// Adds whose it is; gives the person.
    pub(super) async fn of(&mut self, of: &OfArgs) -> Result<Option<PersonRef>, Error> {
        let Some(of) = &of.of else { return Ok(None) };
        let person = of.person(self.session).await?;
        let acct = match &person {
            PersonRef::Acct(acct) => Some(acct.clone()),
            PersonRef::Object(object) => object.acct(),
            _ => None,
        };
        let who = acct.map_or_else(|| of.to_string(), |acct| acct.to_string());
        self.option(format!("--of {}", text::shell_word(&who)));
        Ok(Some(person))
    }

    /// Prints the items, with numbers that other commands of the account take.
    pub(super) async fn show<T: Listed>(self, items: impl Fn() -> Items<T>) -> Result<(), Error> {
        let memory = MemoryFile::of(self.session.account())?;
        let key = self.words.join(" ");
        let is_kept = self.place.since_last;
        let (mut before, mut since) = (None, None);
        if let Some(item) = &self.place.before {
            before = Some(item.position(self.session).await?);
        }
        if let Some(item) = &self.place.since {
            since = Some(item.position(self.session).await?);
        } else if is_kept {
            since = memory.read().place(&key).map(str::to_owned);
        }
        let mut reading = Reading::begin(&self, since.is_some());
        let shown = match (&before, &since) {
            (Some(before), _) => reading.show(items().before(before)).await,
            (None, Some(since)) => reading.show(items().since(since)).await,
            (None, None) => reading.show(items()).await,
        };
        let shown = match shown {
            Err(Stopped::Read(error))
                if is_kept && since.is_some() && reading.is_lost::<T>(&error) =>
            {
                output::note("What was shown last is not there any more; this is the newest.");
                reading = Reading::begin(&self, false);
                reading.show(items()).await
            }
            Err(Stopped::Read(error))
                if before.or(since).is_some() && reading.is_lost::<T>(&error) =>
            {
                let hint = "give the number or the id of something that this list shows";
                Err(Stopped::Write(Error::from(error).with_hint(hint)))
            }
            other => other,
        };
        reading.numbers.keep();
        if is_kept && let Some(place) = reading.newest(shown.is_ok()) {
            memory.update(|memory| memory.set_place(&key, place));
        }
        shown?;
        reading.end(&self)
    }

    /// Prints what is at hand, no more than was asked for.
    pub(super) fn show_these<T: Listed>(self, items: &[T]) -> Result<(), Error> {
        let mut reading = Reading::begin(&self, false);
        let limit = usize::try_from(reading.limit).unwrap_or(usize::MAX);
        let shown = items
            .iter()
            .take(limit)
            .try_for_each(|item| reading.add(item));
        reading.numbers.keep();
        shown?;
        reading.end(&self)
    }

    /// The command that goes on.
    fn go_on(&self, option: &str, id: &str) -> String {
        let count = self.args.count.map(|count| format!(" --count {count}"));
        let account = self.account.as_ref().map(|account| format!(" {account}"));
        format!(
            "pumphouse {}{}{} {option} {}",
            self.words.join(" "),
            account.unwrap_or_default(),
            count.unwrap_or_default(),
            text::shell_word(id)
        )
    }
}

/// A list while it is shown.
struct Reading<'a> {
    session: &'a Session,
    /// The option that chose the account.
    account: Option<String>,
    format: Format,
    /// From the oldest to the newest.
    ascending: bool,
    limit: u64,
    numbers: Numbers,
    now: Timestamp,
    count: u64,
    first: Option<String>,
    last: Option<String>,
}

/// Why a list ends early.
enum Stopped {
    Read(pumphouse_client::Error),
    Write(Error),
}

impl From<Stopped> for Error {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Read(error) => error.into(),
            Stopped::Write(error) => error,
        }
    }
}

impl<'a> Reading<'a> {
    fn begin(list: &List<'a>, ascending: bool) -> Self {
        let all = list.args.all || (list.place.since_last && ascending);
        let limit = match list.args.count {
            Some(count) => count,
            None if all => u64::MAX,
            None => DEFAULT_COUNT,
        };
        Self {
            session: list.session,
            account: list.account.clone(),
            format: list.args.format,
            ascending,
            limit,
            numbers: Numbers::of(list.session.account()),
            now: time::now(),
            count: 0,
            first: None,
            last: None,
        }
    }

    async fn show<T: Listed>(&mut self, items: Items<T>) -> Result<(), Stopped> {
        let mut items = if self.limit == u64::MAX {
            items.page_size(MOST).stream()
        } else {
            let size = u16::try_from(self.limit).unwrap_or(MOST).min(MOST);
            items.page_size(size).limit(self.limit).stream()
        };
        while let Some(item) = items.next().await {
            let item = item.map_err(Stopped::Read)?;
            self.add(&item).map_err(Stopped::Write)?;
        }
        Ok(())
    }

    fn add<T: Listed>(&mut self, item: &T) -> Result<(), Error> {
        self.print(item)?;
        self.count += 1;
        if let Some(id) = item.id() {
            self.first.get_or_insert_with(|| id.to_owned());
            self.last = Some(id.to_owned());
        }
        Ok(())
    }

    fn print<T: Listed>(&mut self, item: &T) -> Result<(), Error> {
        let number = self.numbers.next(item.shown(self.session));
        if !self.format.is_json {
            let rest = self.numbers.show(self.account.as_deref());
            let extent = Extent::Beginning { rest: &rest };
            let words = item.in_words(self.session, self.now, extent);
            // What takes lines is set apart.
            let end = if words.contains('\n') { "\n" } else { "" };
            return output::line(&format!("{number} {words}{end}"));
        }
        let json = serde_json::to_string(item)
            .map_err(|error| Error::failure("the item is no JSON").with_source(error))?;
        let before = if self.count == 0 {
            "{\"items\":[\n"
        } else {
            ",\n"
        };
        output::bytes(format!("{before}{}", text::json(&json)).as_bytes())
    }

    /// Whether the server does not know the place any more.
    fn is_lost<T: Listed>(&self, error: &pumphouse_client::Error) -> bool {
        let refuses = matches!(error.kind(), ErrorKind::Refused | ErrorKind::NotFound);
        let status = error.status().map(|status| status.as_u16());
        self.count == 0 && (refuses || (T::FAILS_WITHOUT_PLACE && status == Some(500)))
    }

    /// The newest of what was shown without a gap before it.
    fn newest(&self, is_whole: bool) -> Option<&str> {
        if self.ascending {
            self.last.as_deref()
        } else {
            self.first.as_deref().filter(|_| is_whole)
        }
    }

    fn end(&self, list: &List<'_>) -> Result<(), Error> {
        if self.format.is_json {
            let begin = if self.count == 0 { "{\"items\":[" } else { "" };
            return output::line(&format!("{begin}]}}"));
        }
        if self.count == 0 {
            output::note(if self.ascending {
                "Nothing new."
            } else {
                "Nothing here."
            });
        }
        if self.count == self.limit
            && list.has_places
            && let Some(last) = &self.last
        {
            let (name, option) = if self.ascending {
                ("Newer", "--since")
            } else {
                ("Older", "--before")
            };
            output::note(&format!("{name}: {}", list.go_on(option, last)));
        }
        Ok(())
    }
}

/// The most items that are asked for at once.
const MOST: u16 = 200;
