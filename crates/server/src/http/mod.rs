//! HTTP: routes, what comes in, what goes out. No rules: those are in [`crate::domain`].

mod activities;
mod around;
mod collections;
mod compress;
mod conditional;
mod dialback;
mod feeds;
mod health;
mod nickname;
mod oauth;
mod oauth2;
mod objects;
mod paging;
mod registration;
mod router;
mod unknown;
mod uploads;
mod users;
mod well_known;

pub(crate) use router::router;
