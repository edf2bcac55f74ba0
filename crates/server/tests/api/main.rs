//! The server over HTTP, as its clients see it. Names that begin with `quirk_` say which row of the
//! protocol's section 14, a defect of the original, does not come back.
#![expect(clippy::unwrap_used, reason = "tests")]

mod accounts;
mod addressing;
mod as2;
mod attempts;
mod bearer;
mod bodies;
mod dance;
mod dialback;
mod discovery;
mod effects;
mod groups;
mod headers;
mod hostility;
mod index;
mod kept;
mod lists;
mod live_commands;
mod live_events;
mod live_sockjs;
mod mail;
mod matrix;
mod network;
mod notifications;
mod oauth2;
mod page_uploads;
mod pages;
mod paging;
mod posting;
mod process;
mod recovery;
mod registration;
mod resources;
mod sessions;
mod settled;
mod shapes;
mod signatures;
mod socket;
mod support;
mod tls;
mod uploads;
mod users;
mod visibility;
mod wording;
