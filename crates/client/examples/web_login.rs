//! A web application that lets people log in with their pump.io accounts, with axum.
//!
//! `cargo run -p pumphouse-client --example web_login`, then open <http://127.0.0.1:8001/>.

#![expect(clippy::print_stdout, reason = "an example prints")]

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use pumphouse_client::{Acct, Application, Client, Error, Url, WebLogins};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let callback: Url = "http://127.0.0.1:8001/callback".parse()?;
    let application = Application::web("Example").with_redirect_uri(callback.clone());
    let logins = WebLogins::new(Client::builder(application).build()?, callback);

    let app = Router::new()
        .route("/", get(form))
        .route("/login", get(login))
        .route("/callback", get(callback_route))
        .with_state(logins);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8001").await?;
    println!("open http://127.0.0.1:8001/");
    axum::serve(listener, app).await?;
    Ok(())
}

async fn form() -> Html<&'static str> {
    Html("<form action=/login>Your address: <input name=account> <button>Log in</button></form>")
}

/// Sends the browser to the person's server, with a cookie that ties the log-in to it.
async fn login(
    State(logins): State<WebLogins>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failed> {
    let account = argument(&query.unwrap_or_default(), "account");
    let account: Acct = account.parse().map_err(Error::from)?;
    let begun = logins.begin(&account).await?;
    // Over https, add "; Secure".
    let cookie = format!(
        "login={}; HttpOnly; SameSite=Lax; Path=/callback",
        begun.ticket()
    );
    let to = Redirect::to(begun.url().as_str());
    Ok(([(SET_COOKIE, cookie)], to).into_response())
}

/// Where the server sends the browser back to.
async fn callback_route(
    State(logins): State<WebLogins>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<String, Failed> {
    let cookies = headers.get(COOKIE).and_then(|it| it.to_str().ok());
    let ticket = cookies
        .unwrap_or_default()
        .split("; ")
        .find_map(|cookie| cookie.strip_prefix("login="));
    let query = query.unwrap_or_default();
    let session = logins.finish(ticket.unwrap_or_default(), &query).await?;
    // An application would now begin a session of its own with the browser.
    Ok(format!("Hello, {}", session.account()))
}

fn argument(query: &str, name: &str) -> String {
    let mut address = Url::parse("http://x/").ok();
    if let Some(address) = &mut address {
        address.set_query(Some(query));
    }
    let found = address.as_ref().and_then(|address| {
        let mut pairs = address.query_pairs();
        pairs.find(|(own, _)| own == name)
    });
    found
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// What went wrong, told to the person.
struct Failed(Error);

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let hint = self.0.hint().unwrap_or_default();
        (StatusCode::BAD_REQUEST, format!("{}\n{hint}", self.0)).into_response()
    }
}
