//! Lists are made, renamed and deleted.

use clap::builder::NonEmptyStringValueParser;

use super::super::confirming::Consent;
use super::super::doing;
use super::{find, name};
use crate::account::Account;
use crate::error::Error;
use crate::output::Format;

/// Make a list.
#[derive(Debug, clap::Args)]
pub(super) struct Create {
    /// Its name
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    name: String,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    account: Account,
}

/// Rename a list.
#[derive(Debug, clap::Args)]
pub(super) struct Rename {
    /// Its name, its number in what was shown, or its address
    list: String,

    /// Its new name
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    name: String,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    account: Account,
}

/// Delete a list; the people on it stay.
#[derive(Debug, clap::Args)]
pub(super) struct Delete {
    /// Its name, its number in what was shown, or its address
    list: String,

    #[command(flatten)]
    consent: Consent,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    account: Account,
}

pub(super) async fn create(args: Create) -> Result<(), Error> {
    let session = args.account.session().await?;
    let create = session.create_list(&args.name).nobody_else();
    let said = format!("Made the list: {}", args.name);
    let already = format!("You have a list named {} already.", args.name);
    doing::send_unless_so(create, &said, &already, args.format).await
}

pub(super) async fn rename(args: Rename) -> Result<(), Error> {
    let session = args.account.session().await?;
    let list = find(&session, &args.list).await?;
    let names = format!("{} to {}", name(&list), args.name);
    let rename = session.update(&list).title(args.name).nobody_else();
    doing::send_and_say(rename, "Renamed the list", &names, args.format).await
}

pub(super) async fn delete(args: Delete) -> Result<(), Error> {
    let session = args.account.session().await?;
    let list = find(&session, &args.list).await?;
    let name = name(&list);
    args.consent.to_delete(&format!("the list {name}")).await?;
    let delete = session.delete(&list).nobody_else();
    doing::send_and_say(delete, "Deleted the list", &name, args.format).await
}
