//! Whoever calls the API: nobody, an application, or a person through an application.

use pumphouse_oauth1::{ClientCredentials, TokenCredentials};
use serde_json::{Value, json};

use crate::door::Door;

/// The password of everybody.
pub const PASSWORD: &str = "wonder-l4nd";

/// Sends requests with what credentials it has.
#[derive(Clone)]
pub struct Caller {
    pub(crate) door: Door,
    pub(crate) client: Option<ClientCredentials>,
    pub(crate) token: Option<TokenCredentials>,
    pub(crate) nickname: String,
}

impl Caller {
    pub(crate) fn anonymous(door: Door) -> Self {
        Self {
            door,
            client: None,
            token: None,
            nickname: String::new(),
        }
    }

    /// The same caller with other application credentials.
    pub fn with_client(&self, client: ClientCredentials) -> Self {
        Self {
            client: Some(client),
            ..self.clone()
        }
    }

    /// The same application with temporary or token credentials.
    pub fn with_token(&self, token: TokenCredentials) -> Self {
        Self {
            token: Some(token),
            ..self.clone()
        }
    }

    /// The same application for nobody.
    pub fn two_legged(&self) -> Self {
        Self {
            token: None,
            nickname: String::new(),
            ..self.clone()
        }
    }

    /// The application's credentials.
    pub fn client_credentials(&self) -> Option<&ClientCredentials> {
        self.client.as_ref()
    }

    /// The person's credentials.
    pub fn token_credentials(&self) -> Option<&TokenCredentials> {
        self.token.as_ref()
    }

    /// The person's user name; empty if there is nobody.
    pub fn nickname(&self) -> &str {
        &self.nickname
    }

    /// The id of the person, on a server whose ids are `acct:` addresses.
    pub fn id(&self) -> String {
        format!("acct:{}@{}", self.nickname, self.door.authority())
    }

    /// The person as a recipient or the object of a `follow`.
    pub fn person(&self) -> Value {
        json!({"objectType": "person", "id": self.id()})
    }

    /// The person's followers as a recipient.
    pub fn followers(&self) -> Value {
        let id = format!("{}/api/user/{}/followers", self.door.base, self.nickname);
        json!({"objectType": "collection", "id": id})
    }

    /// The path of one of the person's feeds: `feed`, `inbox/major`, `followers`, ….
    pub fn path(&self, feed: &str) -> String {
        format!("/api/user/{}/{feed}", self.nickname)
    }
}
