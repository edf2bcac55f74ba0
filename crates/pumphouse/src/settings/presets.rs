//! Applications and users that are there from the start: pump.io's `clients` and `users`.

use pumphouse_server::{PresetClient, PresetToken, PresetUser};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::given::{Given, Wanted};

/// A list of those; secrets are in it, so it is never shown.
#[derive(Clone, Debug)]
pub(crate) struct Presets<T>(pub(crate) Vec<T>);

impl<T> Default for Presets<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Serialize for Presets<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.len() {
            0 => serializer.serialize_none(),
            count => serializer.serialize_u64(count as u64),
        }
    }
}

/// Reads `clients`.
pub(super) fn clients(given: &Given) -> Result<Presets<PresetClient>, Wanted> {
    let wanted = "a list of objects with client_id and client_secret, and perhaps title, description and \
                  host";
    let client = |object: &Map<String, Value>| {
        Some(PresetClient {
            id: text(object, "client_id")?,
            secret: text(object, "client_secret")?,
            title: text(object, "title"),
            description: text(object, "description"),
            host: text(object, "host"),
        })
    };
    list(given, client).ok_or_else(|| wanted.to_owned())
}

/// Reads `users`.
pub(super) fn users(given: &Given) -> Result<Presets<PresetUser>, Wanted> {
    let wanted = "a list of objects with nickname, and perhaps password, email and tokens: a list of objects \
                  with token, client_id, and either token_secret or scope";
    let user = |object: &Map<String, Value>| {
        let tokens = match object.get("tokens") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(tokens)) => tokens.iter().map(token).collect::<Option<_>>()?,
            Some(_) => return None,
        };
        Some(PresetUser {
            nickname: text(object, "nickname")?,
            password: text(object, "password"),
            email: text(object, "email"),
            tokens,
        })
    };
    list(given, user).ok_or_else(|| wanted.to_owned())
}

fn token(value: &Value) -> Option<PresetToken> {
    let object = value.as_object()?;
    let (token, client_id) = (text(object, "token")?, text(object, "client_id")?);
    Some(match text(object, "token_secret") {
        Some(secret) => PresetToken::OAuth1 {
            client_id,
            token,
            secret,
        },
        None => PresetToken::Bearer { client_id, token },
    })
}

fn list<T>(given: &Given, read: impl Fn(&Map<String, Value>) -> Option<T>) -> Option<Presets<T>> {
    let parsed: Value;
    let values = match &given.value {
        Value::Array(values) => values,
        Value::String(text) => {
            parsed = serde_json::from_str(text).ok()?;
            parsed.as_array()?
        }
        _ => return None,
    };
    let read = values.iter().map(|value| read(value.as_object()?));
    Some(Presets(read.collect::<Option<_>>()?))
}

fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    let text = object.get(name)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}
