//! Forms that only a page of ours can have made for this browser and this person: the value of
//! `_csrf` is derived from a random cookie, and from who is logged in.

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, header};
use pumphouse_store::User;
use subtle::ConstantTimeEq as _;

use crate::app::App;
use crate::error::{Error, Result};
use crate::ids;
use crate::wire::Cookie;

const COOKIE: Cookie = Cookie {
    name: "pumphouse-forms",
    guarded: "__Host-pumphouse-forms",
};

/// The secret of a browser.
pub(super) struct Csrf {
    secret: String,
    is_new: bool,
}

impl Csrf {
    /// The secret that a browser holds, or a new one.
    pub(super) fn of(app: &App, headers: &HeaderMap) -> Result<Self> {
        let held = COOKIE.find(app.site.urls.is_https(), headers);
        Ok(match held.filter(|secret| !secret.is_empty()) {
            Some(secret) => Self {
                secret: secret.to_owned(),
                is_new: false,
            },
            None => Self {
                secret: ids::secret()?,
                is_new: true,
            },
        })
    }

    /// The value of `_csrf` in forms for this person.
    pub(super) fn token(&self, user: Option<&User>) -> String {
        let nickname = user.map_or("", |user| &user.nickname);
        URL_SAFE_NO_PAD.encode(ids::digest(&format!("{} {nickname}", self.secret)))
    }

    /// Refuses a form with another value than the browser's and the person's.
    pub(super) fn check(&self, user: Option<&User>, given: &str) -> Result<()> {
        let is_right = self.token(user).as_bytes().ct_eq(given.as_bytes());
        if self.is_new || !bool::from(is_right) {
            return Err(Error::forbidden(
                "This page is out of date, or the browser takes no cookies. Go back, reload it and \
                 try again.",
            ));
        }
        Ok(())
    }

    /// Leaves a new secret in the browser.
    pub(super) fn keep(&self, app: &App, response: &mut Response) -> Result<()> {
        if self.is_new {
            let cookie = COOKIE.set(app.site.urls.is_https(), &self.secret, None)?;
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(())
    }
}
