//! Whoever calls the API: nobody, an application, or a person through an application.

use pumphouse_oauth1::{ClientCredentials, TokenCredentials};
use serde_json::{Value, json};

use crate::server::Door;
use crate::{Call, Reply};

/// The password of everybody.
pub const PASSWORD: &str = "wonder-l4nd";

/// Sends requests with what credentials it has.
#[derive(Clone)]
pub struct Caller {
    pub(crate) door: Door,
    client: Option<ClientCredentials>,
    token: Option<TokenCredentials>,
    nickname: String,
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

    /// A new application.
    pub async fn register(&self, name: &str) -> Self {
        let application = json!({
            "type": "client_associate",
            "application_type": "native",
            "application_name": name,
        });
        let registered = self
            .request("POST", "/api/client/register")
            .json(&application)
            .unsigned()
            .send()
            .await
            .ok();
        self.two_legged().with_client(ClientCredentials::new(
            text(&registered, "client_id"),
            text(&registered, "client_secret"),
        ))
    }

    /// Makes an account through this application; gives the person.
    pub async fn new_user(&self, nickname: &str) -> Self {
        let account = json!({"nickname": nickname, "password": PASSWORD});
        let user = self.post_json("/api/users", &account).await.ok();
        Self {
            nickname: nickname.to_owned(),
            ..self.with_token(TokenCredentials::new(
                text(&user, "token"),
                text(&user, "secret"),
            ))
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
        let host = self.door.base.rsplit('/').next().unwrap_or_default();
        format!("acct:{}@{host}", self.nickname)
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

    /// A request that is yet to be sent. The address is a path, or stands under the public address.
    pub fn request(&self, method: &str, address: &str) -> Call {
        Call::new(self.clone(), method, address)
    }

    /// Reads.
    pub async fn get(&self, address: &str) -> Reply {
        self.request("GET", address).send().await
    }

    /// Sends JSON by POST.
    pub async fn post_json(&self, address: &str, value: &Value) -> Reply {
        self.request("POST", address).json(value).send().await
    }

    /// Sends JSON by PUT.
    pub async fn put_json(&self, address: &str, value: &Value) -> Reply {
        self.request("PUT", address).json(value).send().await
    }

    /// Posts an activity to the person's own feed.
    pub async fn tries(&self, activity: Value) -> Reply {
        self.post_json(&self.path("feed"), &activity).await
    }

    /// Posts an activity to the person's own feed and gives what the server made of it.
    pub async fn does(&self, activity: Value) -> Value {
        self.tries(activity).await.ok()
    }
}

fn text(document: &Value, name: &str) -> String {
    match document[name].as_str() {
        Some(text) => text.to_owned(),
        None => panic!("no {name} in {document}"),
    }
}
