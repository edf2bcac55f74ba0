//! The walk itself: from an account to a note that was signed, kept, and read back.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use pumphouse_activity::Activity;
use pumphouse_client::{
    Acct, Client, FileStore, LoopbackListener, PendingAuthorization, Session, Url,
};
use pumphouse_server::Server;

use super::browser::Browser;
use super::show::Show;
use crate::error::Error;

/// The person in the demo.
pub(super) const NICKNAME: &str = "demo";
const NOTE: &str = "Hello, <b>pump.io</b> network!";
/// How long the person may take; the demo's takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn walk(
    show: &Show,
    server: &Server,
    kept_in: &Path,
    password: &str,
) -> Result<(), Error> {
    let base: Url = parse(server.base_url())?;
    let host = server.base_url().trim_start_matches("http://");
    let account: Acct = parse(&format!("{NICKNAME}@{host}"))?;
    let mut browser = Browser::new(show.clone())?;
    make_account(show, &mut browser, &base, password).await?;

    let client = client(show, kept_in)?;
    connect(show, &client, &account, &mut browser).await?;
    show.step("The credentials are kept on disk")?;
    show.fact(
        "file",
        &FileStore::at(kept_in)
            .path_of(&account)
            .display()
            .to_string(),
    )?;
    show.fact(
        "for",
        "the client's key and secret, the token and its secret; only this user can read it",
    )?;

    let session = reconnect(show, kept_in, &account).await?;
    let posted = post(show, &session).await?;
    read_back(show, &session, &posted).await
}

/// The first web form.
async fn make_account(
    show: &Show,
    browser: &mut Browser,
    base: &Url,
    password: &str,
) -> Result<(), Error> {
    show.step("A person makes an account: web form 1 of 2")?;
    let page = join(base, "/main/register")?;
    let mut form = browser.open(&page).await?;
    for (name, value) in [
        ("nickname", NICKNAME),
        ("password", password),
        ("repeat", password),
    ] {
        form.insert(name.to_owned(), value.to_owned());
    }
    browser.submit(&page, &form).await?;
    show.fact("account", NICKNAME)
}

fn client(show: &Show, kept_in: &Path) -> Result<Client, Error> {
    Ok(Client::builder("Pumphouse demo")
        .store(FileStore::at(kept_in))
        .observer(show.clone())
        .build()?)
}

/// Discovery, registration, the three legs of OAuth, and the second web form.
async fn connect(
    show: &Show,
    client: &Client,
    account: &Acct,
    browser: &mut Browser,
) -> Result<(), Error> {
    show.step(&format!("The client discovers the server of {account}"))?;
    let server = client.discover(account).await?;

    show.step("The client registers itself")?;
    let registration = server.register().await?;
    show.fact("client key", registration.key())?;
    let expiry = registration
        .expires_at()
        .map_or("never".to_owned(), |time| time.to_string());
    show.fact("expires", &expiry)?;

    show.step("The client asks for temporary credentials")?;
    let listener = LoopbackListener::bind().await?;
    let pending = registration.authorise(listener.callback()).await?;
    show.fact("for the person", pending.url().path())?;

    show.step("The person agrees: web form 2 of 2")?;
    let agreed = agree(browser, &pending);
    let (verifier, agreed) = tokio::join!(listener.verifier(&pending, PATIENCE), agreed);
    agreed?;
    let verifier = verifier?;
    show.fact(
        "verifier",
        "caught by the client, on an address of this machine",
    )?;

    show.step("The client exchanges them for token credentials")?;
    let session = pending.finish(verifier).await?;
    show.fact("token", session.token().token())
}

/// Opens the page that the server shows, agrees, and lets the browser come back to the client.
async fn agree(browser: &mut Browser, pending: &PendingAuthorization) -> Result<(), Error> {
    let form: HashMap<String, String> = browser.open(pending.url()).await?;
    let back = browser.submit(pending.url(), &form).await?;
    browser.follow(&back).await
}

/// What a program does that starts another day: nobody is asked.
async fn reconnect(show: &Show, kept_in: &Path, account: &Acct) -> Result<Session, Error> {
    show.step("Another run of the client connects with what was kept, and asks who it is")?;
    let session = client(show, kept_in)?.session(account).await?;
    let person = session.whoami().await?;
    show.fact("it is", person.id.as_deref().unwrap_or_default())?;
    Ok(session)
}

async fn post(show: &Show, session: &Session) -> Result<Activity, Error> {
    show.step("It posts a note, signed with OAuth 1.0")?;
    let posted = session
        .note(pumphouse_client::Content::html(NOTE))
        .title("First note")
        .send()
        .await?
        .into_inner();
    let note = posted.object.as_deref().and_then(|note| note.id.as_deref());
    show.fact("note", note.unwrap_or_default())?;
    Ok(posted)
}

/// The note as the server gives it out, in the feeds and by its address.
async fn read_back(show: &Show, session: &Session, posted: &Activity) -> Result<(), Error> {
    show.step("It reads the note back")?;
    let missing = |place: &str| Error::failure(format!("the note did not come back from {place}"));
    for (place, page) in [
        ("the outbox", session.outbox().page()),
        ("the inbox", session.inbox().major().page()),
    ] {
        let page = page.count(5).send().await?;
        let found = page
            .items()
            .iter()
            .find(|activity| activity.id == posted.id);
        let content = found
            .and_then(|activity| activity.object.as_deref())
            .and_then(|note| note.content.as_deref());
        if content != Some(NOTE) {
            return Err(missing(place));
        }
    }
    let address = posted
        .object
        .as_deref()
        .and_then(|note| note.links.href("self"));
    let note = session
        .object(address.ok_or_else(|| missing("its address"))?)
        .await?;
    if note.content.as_deref() != Some(NOTE) {
        return Err(missing("its address"));
    }
    let author = note
        .author
        .as_deref()
        .and_then(|author| author.preferred_username.as_deref());
    show.fact("content", note.content.as_deref().unwrap_or_default())?;
    show.fact("author", author.unwrap_or_default())?;
    show.text("\nThe note came back as it was posted, three times: from the outbox, the inbox and its own address.")
}

fn parse<T>(text: &str) -> Result<T, Error>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    text.parse()
        .map_err(|error| Error::failure(format!("'{text}' is no address")).with_source(error))
}

fn join(base: &Url, path: &str) -> Result<Url, Error> {
    base.join(path)
        .map_err(|error| Error::failure(format!("'{path}' is no address")).with_source(error))
}
