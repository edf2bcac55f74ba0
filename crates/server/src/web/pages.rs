//! Templates and what they show.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use url::Url;

use crate::domain::Site;
use crate::error::{Error, Result};

/// What every page shows.
pub(super) struct Frame<'a> {
    pub(super) site: &'a Site,
    /// Who is logged in.
    pub(super) nickname: Option<&'a str>,
}

/// The log-in on the way to connect a program.
#[derive(Template)]
#[template(path = "authorize_login.html")]
pub(super) struct AuthorizeLogin<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) token: &'a str,
    pub(super) client: &'a str,
    pub(super) username: &'a str,
    pub(super) alert: Option<&'a str>,
}

/// The question whether a program may act for the person.
#[derive(Template)]
#[template(path = "authorize.html")]
pub(super) struct Authorize<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) token: &'a str,
    pub(super) verifier: &'a str,
    pub(super) client: &'a str,
    pub(super) username: &'a str,
}

/// The verifier, for the person to copy.
#[derive(Template)]
#[template(path = "verifier.html")]
pub(super) struct Verifier<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) token: &'a str,
    pub(super) verifier: &'a str,
    pub(super) client: &'a str,
}

/// The log-in on the way to connect a program by OAuth 2.0.
#[derive(Template)]
#[template(path = "oauth2_login.html")]
pub(super) struct Oauth2Login<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) csrf: &'a str,
    /// What the program asks, to be passed on.
    pub(super) parameters: &'a [(&'static str, String)],
    pub(super) client: &'a str,
    pub(super) username: &'a str,
    pub(super) alert: Option<&'a str>,
}

/// The question whether a program may read by OAuth 2.0.
#[derive(Template)]
#[template(path = "oauth2_authorize.html")]
pub(super) struct Oauth2Authorize<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) csrf: &'a str,
    /// What the program asks, to be passed on.
    pub(super) parameters: &'a [(&'static str, String)],
    pub(super) client: &'a str,
    pub(super) username: &'a str,
}

/// The code of OAuth 2.0, for the person to copy.
#[derive(Template)]
#[template(path = "code.html")]
pub(super) struct Code<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) code: &'a str,
    pub(super) client: &'a str,
}

/// The person said no.
#[derive(Template)]
#[template(path = "denied.html")]
pub(super) struct Denied<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) client: &'a str,
}

#[derive(Template)]
#[template(path = "login.html")]
pub(super) struct Login<'a> {
    pub(super) frame: Frame<'a>,
    /// Whether people can make accounts.
    pub(super) admits: bool,
    pub(super) username: &'a str,
    pub(super) alert: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "register.html")]
pub(super) struct Register<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) username: &'a str,
    /// What was given as address; there is no field if none is asked for.
    pub(super) email: Option<&'a str>,
    /// What was given as invitation; there is no field if none is needed.
    pub(super) invitation: Option<&'a str>,
    pub(super) alert: Option<&'a str>,
}

/// An e-mail address is the person's now.
#[derive(Template)]
#[template(path = "confirmed.html")]
pub(super) struct Confirmed<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) email: &'a str,
}

/// The person's e-mail address, and the way to another one.
#[derive(Template)]
#[template(path = "account.html")]
pub(super) struct Account<'a> {
    pub(super) frame: Frame<'a>,
    /// The one that was confirmed.
    pub(super) email: Option<&'a str>,
    /// Whether they hear of what is addressed to them.
    pub(super) letters: bool,
    pub(super) alert: Option<&'a str>,
    pub(super) note: Option<&'a str>,
}

/// An invitation, to be passed on.
#[derive(Template)]
#[template(path = "invited.html")]
pub(super) struct Invited<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) invitation: &'a str,
}

/// For who forgot the password.
#[derive(Template)]
#[template(path = "recover.html")]
pub(super) struct Recover<'a> {
    pub(super) frame: Frame<'a>,
}

/// A letter is on its way, or not.
#[derive(Template)]
#[template(path = "recover_sent.html")]
pub(super) struct RecoverSent<'a> {
    pub(super) frame: Frame<'a>,
}

/// Another password, for who has a code.
#[derive(Template)]
#[template(path = "set_password.html")]
pub(super) struct SetPassword<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) code: &'a str,
    pub(super) username: &'a str,
    pub(super) alert: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "home.html")]
pub(super) struct Home<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) host: &'a str,
    /// Whether people can make accounts.
    pub(super) admits: bool,
    /// Whether programs have to wait for the person's address to be confirmed.
    pub(super) unconfirmed: bool,
    /// Whether the person can invite others.
    pub(super) invites: bool,
    pub(super) entries: Vec<Entry>,
}

/// What the server is, where there are no other pages.
#[derive(Template)]
#[template(path = "api.html")]
pub(super) struct Api<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) host: &'a str,
}

/// An activity in a list. Both texts are HTML that was scrubbed when it came in.
pub(super) struct Entry {
    pub(super) content: String,
    pub(super) published: String,
    pub(super) text: Option<String>,
}

#[derive(Template)]
#[template(path = "error.html")]
pub(super) struct Failed<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) status: u16,
    pub(super) text: &'a str,
}

/// A page as an answer.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => Error::internal("template", error).into_response(),
    }
}

/// Lets the answer to a form of the page lead to this address: browsers hold `form-action` against it.
pub(super) fn allow_redirect(response: &mut Response, address: &Url) -> Result<()> {
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self' {}; base-uri 'none'; frame-ancestors 'none'",
        address.origin().ascii_serialization()
    );
    let policy = HeaderValue::try_from(policy).map_err(|error| Error::internal("policy", error))?;
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(())
}
