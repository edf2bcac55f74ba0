//! Making an account, as the API and the pages do it: checks, a hashed password, one transaction.

use pumphouse_store::{TokenCredentials, UserKey};
use serde_json::{Map, Value};

use crate::app::App;
use crate::domain::accounts::{self, NewAccount};
use crate::domain::signup::SignUp;
use crate::domain::{clean, users};
use crate::error::{Error, Result};
use crate::ids;
use crate::wire::Incoming;

/// Makes an account, with a token for the application that asked for it; gives the user's record as
/// the application is told it, token and all.
pub(crate) async fn register(
    app: &App,
    incoming: &Incoming,
    client: i64,
) -> Result<(UserKey, Map<String, Value>)> {
    let parameters = incoming.parameters().await?;
    let account = prepare(app, incoming, parameters).await?;
    let fresh = fresh_token()?;
    let (site, now) = (app.site.clone(), app.now());
    app.store
        .write(move |tx| {
            let user = accounts::create(tx, &site, &account, now)?;
            let token = tx.token_credentials(client, user.key, &fresh, now)?;
            let record = users::record_with_token(tx, &site, &user, token)?;
            Ok::<_, Error>((user.key, record))
        })
        .await
}

/// Makes an account for somebody with a browser.
pub(crate) async fn register_on_page(
    app: &App,
    incoming: &Incoming,
    parameters: Map<String, Value>,
) -> Result<UserKey> {
    let account = prepare(app, incoming, parameters).await?;
    let (site, now) = (app.site.clone(), app.now());
    app.store
        .write(move |tx| Ok(accounts::create(tx, &site, &account, now)?.key))
        .await
}

async fn prepare(
    app: &App,
    incoming: &Incoming,
    parameters: Map<String, Value>,
) -> Result<NewAccount> {
    let policy = app.policy;
    let parse = move || SignUp::parse(policy, &parameters);
    let asked = clean::apart(incoming.body.len(), parse).await??;
    let now = app.now();
    app.store.read(|snapshot| asked.check(snapshot, now))?;
    app.attempts.account(incoming)?;
    Ok(NewAccount {
        nickname: asked.nickname,
        password_hash: app.hasher.hash(asked.password).await?,
        email: asked.email,
        invitation: asked.invitation,
        properties: asked.properties,
    })
}

/// Token credentials that nobody has.
pub(crate) fn fresh_token() -> Result<TokenCredentials> {
    Ok(TokenCredentials {
        token: ids::token()?,
        secret: ids::secret()?,
    })
}
