//! What is kept for one application and account.

use pumphouse_activity::Acct;
use pumphouse_oauth1::{ClientCredentials, TemporaryCredentials, TokenCredentials};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::discovery::Endpoints;

/// Which record is meant.
///
/// ```
/// use pumphouse_client::RecordKey;
///
/// let key = RecordKey::new("Test.io", "evan@e14n.com".parse()?);
/// assert_eq!(key.account.host(), "e14n.com");
/// # Ok::<(), pumphouse_client::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordKey {
    /// The name of the program: programs do not share credentials.
    pub application: String,
    /// Whose account, on which server.
    pub account: Acct,
}

impl RecordKey {
    /// The key of a program and an account.
    pub fn new(application: impl Into<String>, account: Acct) -> Self {
        Self {
            application: application.into(),
            account,
        }
    }
}

/// The credentials of one application for one account, finished and pending apart.
///
/// It prints without secrets, but **serialises with them**: only a store should do that.
///
/// ```no_run
/// # fn example(
/// #     client: pumphouse_client::Client,
/// #     session: pumphouse_client::Session,
/// # ) -> pumphouse_client::Result<()> {
/// use pumphouse_client::Session;
///
/// // In a place of one's own; and back, in another process.
/// let kept = serde_json::to_string(&session.to_record()).expect("JSON");
/// let record = serde_json::from_str(&kept).expect("a record");
/// let again = Session::from_record(&client, &record);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// The name of the program.
    pub application: String,
    /// Whose account, on which server.
    pub account: Acct,
    /// Where that server is to be asked for what.
    pub endpoints: Endpoints,
    /// The registration of the program with the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<KeptClient>,
    /// An authorisation that was begun and not finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<KeptPending>,
    /// The finished authorisation.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "token")]
    pub token: Option<TokenCredentials>,
}

impl Record {
    /// A record with nothing in it yet.
    pub fn new(key: &RecordKey, endpoints: Endpoints) -> Self {
        Self {
            application: key.application.clone(),
            account: key.account.clone(),
            endpoints,
            client: None,
            pending: None,
            token: None,
        }
    }

    /// Which record this is.
    pub fn key(&self) -> RecordKey {
        RecordKey::new(self.application.clone(), self.account.clone())
    }
}

/// A registration as it is kept.
///
/// ```
/// use pumphouse_client::{ClientCredentials, KeptClient};
///
/// let kept = KeptClient { credentials: ClientCredentials::new("key", "hush"), expires_at: 0 };
/// assert!(!format!("{kept:?}").contains("hush"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptClient {
    /// Key and secret.
    #[serde(flatten, with = "client")]
    pub credentials: ClientCredentials,
    /// When they expire, in seconds since 1970; 0 is never.
    pub expires_at: u64,
}

/// An authorisation under way as it is kept.
///
/// ```no_run
/// # async fn example(pending: pumphouse_client::PendingAuthorization) -> pumphouse_client::Result<()> {
/// let begun = pending.to_record().pending.expect("it is under way");
/// println!("begun at {}", begun.begun_at);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPending {
    /// What the server calls it by.
    #[serde(flatten, with = "temporary")]
    pub credentials: TemporaryCredentials,
    /// Where the server sends the person afterwards; `None` if it shows a verifier instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<Url>,
    /// When it was begun, in seconds since 1970.
    pub begun_at: u64,
}

/// The form of a pair of credentials on disk.
#[derive(Serialize, Deserialize)]
struct Pair<'a> {
    id: std::borrow::Cow<'a, str>,
    secret: std::borrow::Cow<'a, str>,
}

impl<'a> Pair<'a> {
    fn new(id: &'a str, secret: &'a str) -> Self {
        Self {
            id: id.into(),
            secret: secret.into(),
        }
    }
}

macro_rules! kept_as_pair {
    ($module:ident, $type:ty, $id:ident) => {
        mod $module {
            use serde::{Deserialize, Deserializer, Serialize, Serializer};

            use super::Pair;

            pub(super) fn serialize<S: Serializer>(
                credentials: &$type,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                Pair::new(credentials.$id(), credentials.secret().expose()).serialize(serializer)
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<$type, D::Error> {
                let pair = Pair::deserialize(deserializer)?;
                Ok(<$type>::new(pair.id, pair.secret.into_owned()))
            }
        }
    };
}

kept_as_pair!(client, pumphouse_oauth1::ClientCredentials, key);
kept_as_pair!(temporary, pumphouse_oauth1::TemporaryCredentials, token);

mod token {
    use pumphouse_oauth1::TokenCredentials;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Pair;

    pub(super) fn serialize<S: Serializer>(
        credentials: &Option<TokenCredentials>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        credentials
            .as_ref()
            .map(|token| Pair::new(token.token(), token.secret().expose()))
            .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<TokenCredentials>, D::Error> {
        let pair = Option::<Pair<'de>>::deserialize(deserializer)?;
        Ok(pair.map(|pair| TokenCredentials::new(pair.id, pair.secret.into_owned())))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A record with everything in it.
    pub(crate) fn full_record(application: &str, account: &str) -> Record {
        let key = RecordKey::new(application, account.parse().unwrap());
        let base = "https://e14n.com/".parse().unwrap();
        Record {
            client: Some(KeptClient {
                credentials: ClientCredentials::new("client-key", "client-hush"),
                expires_at: 0,
            }),
            pending: Some(KeptPending {
                credentials: TemporaryCredentials::new("temporary", "temporary-hush"),
                callback: Some("http://127.0.0.1:1234/callback".parse().unwrap()),
                begun_at: 1_795_000_000,
            }),
            token: Some(TokenCredentials::new("token", "token-hush")),
            ..Record::new(&key, Endpoints::well_known(&base))
        }
    }

    #[test]
    fn a_record_survives_its_disk_form() {
        let record = full_record("Test.io", "evan@e14n.com");
        let json = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), record);

        let bare = Record {
            client: None,
            pending: None,
            token: None,
            ..record
        };
        let json = serde_json::to_string(&bare).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), bare);
    }

    #[test]
    fn a_record_prints_no_secret() {
        let printed = format!("{:?}", full_record("Test.io", "evan@e14n.com"));
        assert!(
            printed.contains("client-key") && !printed.contains("hush"),
            "{printed}"
        );
    }
}
