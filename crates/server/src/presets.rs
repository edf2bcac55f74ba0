//! Applications and users that the settings name: they are there when the server has started
//! (pump.io protocol, section 12, `clients` and `users`).

use pumphouse_store::{ClientFields, Store, TokenCredentials, Transaction};
use serde_json::Map;

use crate::domain::accounts::{self, NewAccount, Nickname};
use crate::domain::dialback::Identity;
use crate::domain::emails::Email;
use crate::domain::passwords::{Hasher, Password};
use crate::domain::{Site, clients};
use crate::error::{Error, Result};
use crate::ids;
use crate::settings::{PresetClient, PresetToken, PresetUser};

/// Makes what is not there yet, and sets secrets and tokens to what the settings say. All of it or
/// nothing.
pub(crate) async fn apply(
    store: &Store,
    site: &Site,
    hasher: &Hasher,
    (clients, users): (Vec<PresetClient>, Vec<PresetUser>),
    now: i64,
) -> Result<()> {
    let mut accounts = Vec::new();
    for user in users {
        accounts.push((account(store, hasher, &user).await?, user));
    }
    let site = site.clone();
    store
        .write(move |tx| {
            for client in &clients {
                set_client(tx, &site, client, now)?;
            }
            for (account, user) in &accounts {
                if let Some(account) = account {
                    accounts::create(tx, &site, account, now)?;
                }
                set_user(tx, user, now)?;
            }
            Ok(())
        })
        .await
}

/// The account to be made for a user, if there is none.
async fn account(store: &Store, hasher: &Hasher, user: &PresetUser) -> Result<Option<NewAccount>> {
    if store
        .read(|snapshot| snapshot.user(&user.nickname))?
        .is_some()
    {
        return Ok(None);
    }
    let password = match &user.password {
        Some(password) => Password::parse(password)?,
        // Nobody knows it.
        None => Password::parse(&format!("{}-1a", ids::secret()?))?,
    };
    Ok(Some(NewAccount {
        nickname: Nickname::parse(Some(&user.nickname))?,
        password_hash: hasher.hash(password).await?,
        email: None,
        invitation: None,
        properties: Map::new(),
    }))
}

fn set_client(tx: &Transaction<'_>, site: &Site, preset: &PresetClient, now: i64) -> Result<()> {
    let bad = |text: &str| Error::bad_request(format!("client '{}' {text}", preset.id));
    if preset.id.is_empty() || preset.secret.is_empty() {
        return Err(bad("needs an id and a secret"));
    }
    let key = match tx.client(&preset.id)? {
        Some(client) => {
            tx.set_client_secret(client.key, &preset.secret)?;
            client.key
        }
        None => {
            let fields = ClientFields {
                application_name: preset.title.clone(),
                ..ClientFields::default()
            };
            let credentials = (preset.id.as_str(), preset.secret.as_str());
            let summary = preset.description.as_deref();
            clients::insert(tx, site, credentials, &fields, summary, now)?
        }
    };
    if let Some(host) = &preset.host {
        let host = Identity::host(host).ok_or_else(|| bad("speaks for what is no host name"))?;
        tx.set_client_principal(key, &host.id())?;
    }
    Ok(())
}

fn set_user(tx: &Transaction<'_>, preset: &PresetUser, now: i64) -> Result<()> {
    let bad = |text: String| Error::bad_request(format!("user '{}' {text}", preset.nickname));
    let user = tx
        .user(&preset.nickname)?
        .ok_or_else(|| bad("is not there".to_owned()))?;
    if let Some(email) = &preset.email {
        let email = Email::parse(email).ok_or_else(|| bad("has no e-mail address".to_owned()))?;
        if user.email.as_deref() != Some(email.as_str()) {
            tx.set_email(user.key, Some(email.as_str()), now)?;
        }
    }
    for token in &preset.tokens {
        let (PresetToken::OAuth1 { client_id, .. } | PresetToken::Bearer { client_id, .. }) = token;
        let client = tx
            .client(client_id)?
            .ok_or_else(|| bad(format!("has a token of an unknown client '{client_id}'")))?;
        match token {
            PresetToken::OAuth1 { token, secret, .. }
                if !token.is_empty() && !secret.is_empty() =>
            {
                let credentials = TokenCredentials {
                    token: token.clone(),
                    secret: secret.clone(),
                };
                tx.set_token_credentials(client.key, user.key, &credentials, now)?;
            }
            PresetToken::Bearer { token, .. } if !token.is_empty() => {
                tx.set_bearer_token(&ids::digest(token), client.key, Some(user.key), now)?;
            }
            _ => return Err(bad("has a token that is empty, or has no secret".to_owned())),
        }
    }
    Ok(())
}
