//! The commands of a person with an account, one file each; `confirming`, `doing`, `feed`, `listed`,
//! `recipients` and `writing` are what several of them have in common.

mod accounts;
mod backup;
mod confirming;
mod delete;
mod doing;
mod download;
mod edit;
mod favourites;
mod feed;
mod follow;
mod followers;
mod following;
mod import_pypump;
mod inbox;
mod join;
mod leave;
mod like;
mod listed;
mod lists;
mod login;
mod logout;
mod outbox;
mod post;
mod profile;
mod recipients;
mod register;
mod reply;
mod request;
mod search;
mod share;
mod show;
mod switch;
mod thread;
mod unfollow;
mod unlike;
mod unshare;
mod upload;
mod uploads;
mod users;
mod watch;
mod whoami;
mod writing;

use clap::Subcommand;

use crate::error::Error;

/// What a person wants done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Register(register::Args),
    Login(login::Args),
    Accounts(accounts::Args),
    Switch(switch::Args),
    Whoami(whoami::Args),
    Profile(profile::Args),
    Post(post::Args),
    Reply(reply::Args),
    Edit(edit::Args),
    Delete(delete::Args),
    Like(like::Args),
    Unlike(unlike::Args),
    Share(share::Args),
    Unshare(unshare::Args),
    Follow(follow::Args),
    Unfollow(unfollow::Args),
    Join(join::Args),
    Leave(leave::Args),
    Lists(lists::Args),
    Upload(upload::Args),
    Inbox(inbox::Args),
    Outbox(outbox::Args),
    Watch(watch::Args),
    Show(show::Args),
    Thread(thread::Args),
    Favourites(favourites::Args),
    Followers(followers::Args),
    Following(following::Args),
    Search(search::Args),
    Users(users::Args),
    Uploads(uploads::Args),
    Download(download::Args),
    Backup(backup::Args),
    Request(request::Args),
    ImportPypump(import_pypump::Args),
    Logout(logout::Args),
}

impl Command {
    /// Does it.
    pub(crate) async fn run(self) -> Result<(), Error> {
        match self {
            Self::Register(args) => register::run(args).await,
            Self::Login(args) => login::run(args).await,
            Self::Accounts(args) => accounts::run(args).await,
            Self::Switch(args) => switch::run(args).await,
            Self::Whoami(args) => whoami::run(args).await,
            Self::Profile(args) => profile::run(args).await,
            Self::Post(args) => post::run(args).await,
            Self::Reply(args) => reply::run(args).await,
            Self::Edit(args) => edit::run(args).await,
            Self::Delete(args) => delete::run(args).await,
            Self::Like(args) => like::run(args).await,
            Self::Unlike(args) => unlike::run(args).await,
            Self::Share(args) => share::run(args).await,
            Self::Unshare(args) => unshare::run(args).await,
            Self::Follow(args) => follow::run(args).await,
            Self::Unfollow(args) => unfollow::run(args).await,
            Self::Join(args) => join::run(args).await,
            Self::Leave(args) => leave::run(args).await,
            Self::Lists(args) => lists::run(args).await,
            Self::Upload(args) => upload::run(args).await,
            Self::Inbox(args) => inbox::run(args).await,
            Self::Outbox(args) => outbox::run(args).await,
            Self::Watch(args) => watch::run(args).await,
            Self::Show(args) => show::run(args).await,
            Self::Thread(args) => thread::run(args).await,
            Self::Favourites(args) => favourites::run(args).await,
            Self::Followers(args) => followers::run(args).await,
            Self::Following(args) => following::run(args).await,
            Self::Search(args) => search::run(args).await,
            Self::Users(args) => users::run(args).await,
            Self::Uploads(args) => uploads::run(args).await,
            Self::Download(args) => download::run(args).await,
            Self::Backup(args) => backup::run(args).await,
            Self::Request(args) => request::run(args).await,
            Self::ImportPypump(args) => import_pypump::run(args).await,
            Self::Logout(args) => logout::run(args).await,
        }
    }
}
