//! Letters to people about what was addressed to them (pump.io protocol, section 11.6). A post adds
//! one job, whomever it names; who of them gets a letter is looked up when that is run.

use std::collections::VecDeque;

use html2text::config::Config;
use html2text::render::{TextDecorator, TrivialDecorator};
use pumphouse_activity::Activity;
use pumphouse_store::{StoredActivity, Transaction, User, UserKey};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::audience::Audience;
use super::letters::Letter;
use super::posting::Actor;
use super::render::{Detail, Renderer};
use super::{Site, Viewer, users};
use crate::error::{Error, Result};

/// What such a job is called.
pub(crate) const KIND: &str = "notification";

/// What it is called among a user's `settings` (section 4.5) that they want no letters: it is false.
const SETTING: &str = "letters";
/// How many letters are written in one transaction.
const BATCH: usize = 50;
/// Of longer texts the rest is read elsewhere; deep HTML takes a time that grows faster than its length.
const LONGEST: usize = 16 * 1_024;
/// Columns of a letter.
const WIDTH: usize = 72;

/// Whom an activity names, but for those who know of it already.
#[derive(Serialize, Deserialize)]
struct Named {
    activity: i64,
    people: VecDeque<UserKey>,
}

/// Sees to it that those whom a new activity names in `to` or `bto` hear of it by mail.
pub(crate) fn begin(
    tx: &Transaction<'_>,
    activity: i64,
    actor: &Actor,
    audience: &Audience,
    now: i64,
) -> Result<()> {
    let named = audience.people.iter().filter(|(_, direct)| *direct);
    let people: VecDeque<UserKey> = named
        .map(|(user, _)| *user)
        .filter(|user| Some(*user) != actor.user)
        .collect();
    if people.is_empty() {
        return Ok(());
    }
    let named = Named { activity, people };
    tx.add_job(KIND, &named.payload()?, now)?;
    Ok(())
}

/// Writes the next letters of a job, and records that; false if those were the last.
pub(crate) fn resume(tx: &Transaction<'_>, site: &Site, job: i64, now: i64) -> Result<bool> {
    let Some(kept) = tx.job(job)? else {
        return Ok(false);
    };
    let mut named: Named = serde_json::from_str(&kept.payload).map_err(broken)?;
    let Some(activity) = tx.activity(named.activity)? else {
        return Ok(false);
    };
    let batch = named.people.len().min(BATCH);
    for key in named.people.drain(..batch) {
        notify(tx, site, key, &activity, now)?;
    }
    tx.advance_job(job, &named.payload()?)?;
    Ok(!named.people.is_empty())
}

/// Whether somebody hears of what is addressed to them; who did not say does.
pub(crate) fn is_wanted(user: &User) -> Result<bool> {
    let settings = users::properties(user)?.remove("settings");
    Ok(settings.is_none_or(|settings| settings[SETTING] != false))
}

/// Records whether somebody wants letters. Their other settings stay.
pub(crate) fn set_wanted(tx: &Transaction<'_>, user: &User, wanted: bool, now: i64) -> Result<()> {
    let mut settings = match users::properties(user)?.remove("settings") {
        Some(Value::Object(settings)) => settings,
        _ => Map::new(),
    };
    settings.insert(SETTING.to_owned(), wanted.into());
    users::set_property(tx, user, "settings", settings.into(), now)
}

/// Writes to one user, if there is an address that was confirmed and they did not say no.
fn notify(
    tx: &Transaction<'_>,
    site: &Site,
    key: UserKey,
    activity: &StoredActivity,
    now: i64,
) -> Result<()> {
    let Some(user) = tx.user_by_key(key)? else {
        return Ok(());
    };
    let Some(email) = user.email.clone() else {
        return Ok(());
    };
    if !is_wanted(&user)? {
        return Ok(());
    }
    let nickname = user.nickname.clone();
    let viewer = Viewer::User(user);
    let seen = Renderer::new(tx, site, &viewer).one_activity(activity, Detail::Bare)?;
    let letter = Letter {
        to: email,
        subject: "Activity notification".to_owned(),
        text: text(site, &nickname, &seen),
    };
    letter.send(tx, now)
}

fn text(site: &Site, nickname: &str, activity: &Activity) -> String {
    let mut parts = vec![format!("Hello {nickname},")];
    // The sentence does without the addresses of its links: one follows.
    let sentence = html2text::config::with_decorator(TrivialDecorator::new());
    let content = activity.content.as_deref();
    parts.extend(content.map(|content| plain(content, sentence)));
    let object = activity.object.as_deref();
    let content = object.and_then(|object| object.content.as_deref());
    parts.extend(content.map(|content| plain(content, html2text::config::plain())));
    let page = object.and_then(|object| object.url.as_deref());
    parts.extend(
        page.or(activity.url.as_deref())
            .map(|page| format!("    {page}")),
    );
    let base = site.urls.base();
    let name = &site.name;
    parts.push(format!("This was addressed to you at {name}, {base}"));
    parts.push(match site.pages {
        true => format!("You can end such letters here:\n\n    {base}/main/account"),
        false => format!("Such letters end when '{SETTING}' among your settings is false."),
    });
    let mut text = parts.join("\n\n");
    text.push('\n');
    text
}

/// HTML as plain text.
fn plain<D: TextDecorator>(html: &str, config: Config<D>) -> String {
    let end = (0..=LONGEST.min(html.len())).rev();
    let end = end.into_iter().find(|end| html.is_char_boundary(*end));
    let html = &html[..end.unwrap_or(0)];
    let text = config
        .allow_width_overflow()
        .string_from_read(html.as_bytes(), WIDTH);
    // What cannot be rendered is shown as it is.
    let text = text.unwrap_or_else(|_| html.to_owned());
    text.trim_end().to_owned()
}

impl Named {
    fn payload(&self) -> Result<String> {
        serde_json::to_string(self).map_err(broken)
    }
}

fn broken(error: serde_json::Error) -> Error {
    Error::internal("payload of a notification", error)
}
