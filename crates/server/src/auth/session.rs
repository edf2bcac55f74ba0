//! Browsers that are logged in: a cookie whose hash is kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue};
use pumphouse_store::{Micros, Snapshot, User, UserKey};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::error::Result;
use crate::ids;
use crate::wire::Cookie;

const COOKIE: Cookie = Cookie {
    name: "pumphouse",
    guarded: "__Host-pumphouse",
};

/// How long a session lasts: 30 days, in microseconds.
const LIFETIME: i64 = 30 * 24 * 3_600 * 1_000_000;

/// A session of a browser.
pub(crate) struct Session {
    pub(crate) user: User,
}

/// What is set in the browser: a random value that nothing can be learned from.
pub(crate) struct SessionCookie(String);

impl Session {
    /// The session that the cookies of a request name, if it lasts.
    pub(crate) fn find(app: &App, headers: &HeaderMap) -> Result<Option<Self>> {
        let Some(id) = Self::id(app, headers) else {
            return Ok(None);
        };
        let now = app.now();
        app.store.read(|snapshot| Self::kept(snapshot, &id, now))
    }

    /// What is kept of the cookie of a request, whether it lasts or not.
    pub(super) fn id(app: &App, headers: &HeaderMap) -> Option<[u8; 32]> {
        held(app, headers).map(digest)
    }

    /// The session of which this is kept, if it lasts.
    pub(super) fn kept(
        snapshot: &Snapshot<'_>,
        id: &[u8; 32],
        now: Micros,
    ) -> Result<Option<Self>> {
        let user = match snapshot.session(id, now)? {
            Some(user) => snapshot.user_by_key(user)?,
            None => None,
        };
        Ok(user.map(|user| Self { user }))
    }

    /// Begins a session, in place of the one that the cookies of the request name.
    pub(crate) async fn begin(
        app: &App,
        headers: &HeaderMap,
        user: UserKey,
    ) -> Result<SessionCookie> {
        let value = ids::secret()?;
        let (id, expires) = (digest(&value), app.now() + LIFETIME);
        let before = held(app, headers).map(digest);
        app.store
            .write(move |tx| {
                if let Some(before) = &before {
                    tx.delete_session(before)?;
                }
                tx.insert_session(&id, user, expires)
            })
            .await?;
        Ok(SessionCookie(value))
    }

    /// Whether a request comes with the cookie of a session, past ones included.
    pub(crate) fn is_named(app: &App, headers: &HeaderMap) -> bool {
        held(app, headers).is_some()
    }

    /// Ends the session that the cookies of a request name.
    pub(crate) async fn end(app: &App, headers: &HeaderMap) -> Result<()> {
        if let Some(value) = held(app, headers) {
            let id = digest(value);
            app.store.write(move |tx| tx.delete_session(&id)).await?;
        }
        Ok(())
    }
}

impl SessionCookie {
    /// The value of `Set-Cookie`.
    pub(crate) fn header(&self, app: &App) -> Result<HeaderValue> {
        COOKIE.set(
            app.site.urls.is_https(),
            &self.0,
            Some(LIFETIME / 1_000_000),
        )
    }

    /// The value of `Set-Cookie` that takes the cookie away.
    pub(crate) fn removal(app: &App) -> Result<HeaderValue> {
        COOKIE.set(app.site.urls.is_https(), "", Some(0))
    }
}

/// The value of a browser's cookie.
fn held<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    COOKIE.find(app.site.urls.is_https(), headers)
}

fn digest(value: &str) -> [u8; 32] {
    // Decoded, so that no two spellings name one session; what does not decode names none.
    let bytes = URL_SAFE_NO_PAD.decode(value).unwrap_or_default();
    Sha256::digest(bytes).into()
}
