//! Who is on a list.

use super::super::doing;
use super::super::feed::{List, ListArgs};
use super::{find, name};
use crate::account::Account;
use crate::error::Error;
use crate::output::Format;
use crate::reference::Reference;

/// Put people on a list.
#[derive(Debug, clap::Args)]
pub(super) struct Add {
    #[command(flatten)]
    who: OnList,
}

/// Take people off a list.
#[derive(Debug, clap::Args)]
pub(super) struct Remove {
    #[command(flatten)]
    who: OnList,
}

/// Some people and a list.
#[derive(Debug, clap::Args)]
struct OnList {
    /// The list: its name, its number in what was shown, or its address
    list: String,

    /// The people: user@host, user on your own server, the number of an item, or an address
    #[arg(value_name = "PERSON", required = true)]
    people: Vec<Reference>,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    account: Account,
}

/// Show who is on a list.
#[derive(Debug, clap::Args)]
pub(super) struct Members {
    /// The list: its name, its number in what was shown, or its address
    list: String,

    #[command(flatten)]
    how: ListArgs,

    #[command(flatten)]
    account: Account,
}

pub(super) async fn add(args: Add) -> Result<(), Error> {
    let OnList {
        list,
        people,
        format,
        account,
    } = args.who;
    let session = account.session().await?;
    let list = find(&session, &list).await?;
    for person in people {
        let add = session.add(person.recipient(&session).await?, &list);
        let said = format!("{person} to {}", name(&list));
        doing::send_and_say(add.nobody_else(), "Added", &said, format).await?;
    }
    Ok(())
}

pub(super) async fn remove(args: Remove) -> Result<(), Error> {
    let OnList {
        list,
        people,
        format,
        account,
    } = args.who;
    let session = account.session().await?;
    let list = find(&session, &list).await?;
    for person in people {
        let remove = session.remove(person.recipient(&session).await?, &list);
        let list = name(&list);
        let said = format!("Removed: {person} from {list}");
        let already = format!("{person} is not on {list}.");
        doing::send_unless_so(remove.nobody_else(), &said, &already, format).await?;
    }
    Ok(())
}

pub(super) async fn members(args: Members) -> Result<(), Error> {
    let session = args.account.session().await?;
    let list = find(&session, &args.list).await?;
    let members = session.members(&list);
    let list = List::new(&session, "lists members", &args.account, args.how, None);
    list.show(|| members.items()).await
}
