//! The credentials that PyPump keeps, taken over.

use std::collections::BTreeMap;
use std::path::Path;

use pumphouse_activity::Acct;
use pumphouse_oauth1::{ClientCredentials, TokenCredentials};
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use super::disk::{self, failed};
use super::record::{KeptClient, Record, RecordKey};
use crate::client::Client;
use crate::discovery::Endpoints;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::is_loopback;

/// A larger file is none of PyPump's.
const MAX_SIZE: u64 = 1024 * 1024;

/// One property of an account in PyPump's file: `evan@e14n.com-client-key`.
#[derive(Clone, Copy, Debug)]
enum Property {
    Key,
    Secret,
    Expiry,
    Token,
    TokenSecret,
}

/// The endings of names in the file. Half-finished log-ins are left out: their ten minutes are over.
const ENDINGS: [(&str, Property); 5] = [
    ("-client-key", Property::Key),
    ("-client-secret", Property::Secret),
    ("-client-expirey", Property::Expiry),
    ("-oauth-access-token", Property::Token),
    ("-oauth-access-secret", Property::TokenSecret),
];

#[derive(Default)]
struct Found {
    key: Option<String>,
    secret: Option<String>,
    expires_at: u64,
    token: Option<String>,
    token_secret: Option<String>,
}

impl Client {
    /// Takes over the log-ins that PyPump keeps in its `credentials.json`, usually
    /// `~/.config/PyPump/credentials.json`, into this client's store. The file stays as it is, and
    /// accounts that are logged in here already are left alone.
    ///
    /// Gives the accounts that were taken over. Nothing is sent: like PyPump, it takes the host of
    /// an address for that of the server.
    ///
    /// # Errors
    ///
    /// [`Store`](ErrorKind::Store) if the file cannot be read or the store not be written,
    /// [`InvalidInput`](ErrorKind::InvalidInput) if it is no such file.
    pub async fn import_pypump(&self, file: impl AsRef<Path>) -> Result<Vec<Acct>> {
        let (path, application) = (
            file.as_ref().to_owned(),
            self.application().name().to_owned(),
        );
        let read = move || {
            let bytes = disk::read_limited(&path, MAX_SIZE)
                .map_err(|error| failed("could not read", &path, error))?;
            records(&Zeroizing::new(bytes), &application)
        };
        let records = tokio::task::spawn_blocking(read).await.map_err(|error| {
            Error::new(ErrorKind::Store, "reading PyPump's file failed").with_source(error)
        })??;
        let mut imported = Vec::new();
        for record in records {
            let account = record.account.clone();
            let take = |kept: &mut Option<Record>| {
                let is_new = kept.as_ref().is_none_or(|kept| kept.token.is_none());
                if is_new {
                    *kept = Some(record);
                }
                is_new
            };
            if self.update_store(self.key(&account), take).await? == Some(true) {
                imported.push(account);
            }
        }
        Ok(imported)
    }
}

/// The finished log-ins in PyPump's file, a flat object for all accounts.
fn records(bytes: &[u8], application: &str) -> Result<Vec<Record>> {
    // Errors of the parser may quote the file, so only their place is told.
    let values: BTreeMap<String, Value> = serde_json::from_slice(bytes).map_err(|error| {
        Error::new(
            ErrorKind::InvalidInput,
            format!(
                "this is no credentials file of PyPump (line {}, column {})",
                error.line(),
                error.column()
            ),
        )
    })?;
    let mut found = BTreeMap::<Acct, Found>::new();
    for (name, value) in values {
        let property = ENDINGS.iter().find_map(|(ending, property)| {
            let account = name.strip_suffix(ending)?.parse::<Acct>().ok()?;
            Some((account, *property))
        });
        let Some((account, property)) = property else {
            continue;
        };
        let found = found.entry(account).or_default();
        let text = value.as_str().map(str::to_owned);
        match property {
            Property::Key => found.key = text,
            Property::Secret => found.secret = text,
            Property::Expiry => found.expires_at = value.as_u64().unwrap_or(0),
            Property::Token => found.token = text,
            Property::TokenSecret => found.token_secret = text,
        }
    }
    let records = found.into_iter().filter_map(|(account, found)| {
        let base = base(&account)?;
        Some(Record {
            client: Some(KeptClient {
                credentials: ClientCredentials::new(found.key?, found.secret?),
                expires_at: found.expires_at,
            }),
            token: Some(TokenCredentials::new(found.token?, found.token_secret?)),
            ..Record::new(
                &RecordKey::new(application, account),
                Endpoints::well_known(&base),
            )
        })
    });
    Ok(records.collect())
}

/// The server of an address as PyPump takes it.
fn base(account: &Acct) -> Option<Url> {
    let at = |scheme: &str| Url::parse(&format!("{scheme}://{}/", account.host())).ok();
    let http = at("http")?;
    if is_loopback(&http) {
        Some(http)
    } else {
        at("https")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finished_log_ins_are_taken_and_halves_left() {
        let file = br#"{
            "evan@e14n.com-client-key": "key", "evan@e14n.com-client-secret": "hush",
            "evan@e14n.com-client-expirey": 0, "evan@e14n.com-oauth-access-token": "token",
            "evan@e14n.com-oauth-access-secret": "token-hush",
            "evan@e14n.com-oauth-request-token": "old",
            "half@e14n.com-client-key": "key", "half@e14n.com-client-secret": "hush",
            "unrelated": [1]}"#;
        let records = records(file, "Test.io").unwrap();
        assert_eq!(records.len(), 1);
        let record = &records[0];
        assert_eq!(record.account.to_string(), "evan@e14n.com");
        assert_eq!(record.endpoints.base.as_str(), "https://e14n.com/");
        assert_eq!(record.client.as_ref().unwrap().credentials.key(), "key");
        assert_eq!(
            record.token.as_ref().unwrap().secret().expose(),
            "token-hush"
        );
    }

    #[test]
    fn other_files_are_refused_without_a_word_of_them() {
        let error = records(br#"{"a-hush": nope"#, "x").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(!format!("{error:?}").contains("hush"));
        assert!(records(b"{}", "x").unwrap().is_empty());
    }
}
