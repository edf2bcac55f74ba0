//! Registration of applications (pump.io protocol, section 2).

use pumphouse_activity::Object;
use pumphouse_store::{ClientFields, NewObject, Transaction};
use serde_json::{Map, Value};

use super::dialback::Identity;
use super::emails::Email;
use super::oauth2::is_out_of_band;
use super::{Site, documents, people};
use crate::clock;
use crate::error::{Error, Result};
use crate::ids;

/// A registration as it was asked for.
pub(crate) enum Registration {
    /// A new application.
    Associate(ClientFields),
    /// Changes to one that exists.
    Update {
        id: String,
        secret: String,
        fields: ClientFields,
        /// The names of the fields that were given; the others stay as they are.
        given: Vec<String>,
    },
}

/// What an application is told: its id and secret. They never expire.
pub(crate) struct Registered {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Registration {
    /// Reads the parameters of a registration; the texts are those that clients know.
    pub(crate) fn parse(parameters: &Map<String, Value>) -> Result<Self> {
        let bad = |text: &str| Err(Error::bad_request(text));
        let text = |name: &str| parameters.get(name).and_then(Value::as_str);
        let present = |name: &str| parameters.get(name).is_some_and(|value| !value.is_null());
        let Some(kind) = text("type").filter(|kind| !kind.is_empty()) else {
            return bad("No registration type provided");
        };
        let update = kind == "client_update";
        if present("client_id") && !update {
            return bad("Only set client_id for update.");
        }
        if present("access_token") {
            return bad("access_token not needed for registration.");
        }
        if present("client_secret") && !update {
            return bad("Only set client_secret for update.");
        }
        let fields = fields(parameters)?;
        match kind {
            "client_associate" => Ok(Self::Associate(fields)),
            "client_update" => match (text("client_id"), text("client_secret")) {
                (None, _) => bad("No client_id to update."),
                (Some(id), Some(secret)) => Ok(Self::Update {
                    id: id.to_owned(),
                    secret: secret.to_owned(),
                    fields,
                    given: parameters.keys().cloned().collect(),
                }),
                (Some(_), None) => Err(Error::forbidden("Unauthorized")),
            },
            _ => bad("Invalid registration type"),
        }
    }
}

fn fields(parameters: &Map<String, Value>) -> Result<ClientFields> {
    let bad = |text: &str| Error::bad_request(text);
    let contacts = words(parameters.get("contacts"))
        .ok_or_else(|| bad("contacts must be a string of space-separated email addresses."))?;
    if contacts
        .iter()
        .any(|contact| Email::parse(contact).is_none())
    {
        return Err(bad("contacts must be space-separate email addresses."));
    }
    let application_type = match parameters.get("application_type") {
        None | Some(Value::Null) => None,
        Some(Value::String(kind)) if kind == "web" || kind == "native" => Some(kind.clone()),
        Some(_) => return Err(bad("Unknown application_type.")),
    };
    let logo_url = match parameters.get("logo_url") {
        None | Some(Value::Null) => None,
        Some(Value::String(address)) if is_picture_address(address) => Some(address.clone()),
        Some(_) => return Err(bad("Invalid logo_url.")),
    };
    let redirects = "redirect_uris must be space-separated URLs.";
    let redirect_uris = words(parameters.get("redirect_uris")).ok_or_else(|| bad(redirects))?;
    let fits = |address: &String| is_address(address) || is_out_of_band(address);
    let joined = matches!(redirect_uris.as_slice(), [one] if repeats_a_scheme(one));
    if joined || !redirect_uris.iter().all(fits) {
        return Err(bad(redirects));
    }
    let application_name = match parameters.get("application_name") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) if name.len() <= 1_000 => Some(name.clone()),
        Some(_) => return Err(bad("application_name must be a short text.")),
    };
    Ok(ClientFields {
        application_type,
        application_name,
        logo_url,
        contacts: contacts.join(" "),
        redirect_uris: redirect_uris.join(" "),
    })
}

/// A string of words that single spaces separate, or an array of words.
fn words(value: Option<&Value>) -> Option<Vec<String>> {
    match value {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(text)) if text.is_empty() => Some(Vec::new()),
        Some(Value::String(text)) => Some(text.split(' ').map(str::to_owned).collect()),
        // A word that holds a space would be two when it is read again.
        Some(Value::Array(list)) => list
            .iter()
            .map(|word| word.as_str().filter(|word| !word.contains(' ')))
            .map(|word| word.map(str::to_owned))
            .collect(),
        Some(_) => None,
    }
}

/// An address of the web whose host is an IP address or a name with a top-level domain.
fn is_address(text: &str) -> bool {
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return false;
    }
    url::Url::parse(text).is_ok_and(|url| {
        let is_public = match url.host() {
            Some(url::Host::Domain(name)) => name.trim_end_matches('.').contains('.'),
            Some(_) => true,
            None => false,
        };
        is_public && matches!(url.scheme(), "http" | "https")
    })
}

/// Two addresses that were not separated.
fn repeats_a_scheme(text: &str) -> bool {
    text.matches("http:").count() + text.matches("https:").count() > 1
}

/// The scheme may be missing.
fn is_picture_address(text: &str) -> bool {
    is_address(text) || (!text.contains(':') && is_address(&format!("http://{text}")))
}

/// Registers an application, for a remote identity if one was proven, or changes what is known of it.
pub(crate) fn register(
    tx: &Transaction<'_>,
    site: &Site,
    registration: Registration,
    identity: Option<&Identity>,
    now: i64,
) -> Result<Registered> {
    match registration {
        Registration::Associate(fields) => associate(tx, site, &fields, identity, now),
        Registration::Update {
            id,
            secret,
            fields,
            given,
        } => update(tx, &id, &secret, fields, &given, now),
    }
}

fn associate(
    tx: &Transaction<'_>,
    site: &Site,
    fields: &ClientFields,
    identity: Option<&Identity>,
    now: i64,
) -> Result<Registered> {
    let (id, secret) = (ids::token()?, ids::secret()?);
    let key = insert(tx, site, (&id, &secret), fields, None, now)?;
    if let Some(identity) = identity {
        tx.set_client_principal(key, &identity.id())?;
    }
    Ok(Registered { id, secret })
}

/// Keeps an application, and what stands for it as generator; gives its key.
pub(crate) fn insert(
    tx: &Transaction<'_>,
    site: &Site,
    (id, secret): (&str, &str),
    fields: &ClientFields,
    summary: Option<&str>,
    now: i64,
) -> Result<i64> {
    let mut generator = generator(site, id, fields, now);
    generator.summary = summary.map(str::to_owned);
    let object_type = generator.object_type.clone().unwrap_or_default();
    let generator = tx.insert_object(&NewObject {
        id: generator.id.as_deref().unwrap_or_default(),
        uuid: &ids::uuid(),
        object_type: &object_type,
        author: None,
        document: &documents::of_object(&generator)?,
        updated: now,
    })?;
    Ok(tx.insert_client(id, secret, generator, fields, now)?)
}

/// How an application appears in what it does (section 6.4).
fn generator(site: &Site, client: &str, fields: &ClientFields, now: i64) -> Object {
    let object_type = match fields.application_type.as_deref() {
        Some("web") => "service",
        _ => "application",
    };
    let id = ids::generator(client);
    let feed = |name| people::feed(site.urls.foreign_object_feed(object_type, name, &id));
    let now = clock::format(now);
    let mut generator = Object {
        display_name: fields.application_name.clone(),
        published: Some(now.clone()),
        updated: Some(now),
        likes: feed("likes"),
        replies: feed("replies"),
        shares: feed("shares"),
        ..Object::reference(object_type, &id)
    };
    generator
        .links
        .set("self", site.urls.foreign_object(object_type, &id));
    generator
}

fn update(
    tx: &Transaction<'_>,
    id: &str,
    secret: &str,
    fields: ClientFields,
    given: &[String],
    now: i64,
) -> Result<Registered> {
    use subtle::ConstantTimeEq as _;
    let unauthorized = || Error::forbidden("Unauthorized");
    let client = tx.client(id)?.ok_or_else(unauthorized)?;
    if !bool::from(client.secret.as_bytes().ct_eq(secret.as_bytes())) {
        return Err(unauthorized());
    }
    let has = |name: &str| given.iter().any(|given| given == name);
    let mut merged = client.fields;
    // The one field that is reset when it is absent (section 2.2).
    merged.application_type = fields.application_type;
    if has("application_name") {
        merged.application_name = fields.application_name;
    }
    if has("logo_url") {
        merged.logo_url = fields.logo_url;
    }
    if has("contacts") {
        merged.contacts = fields.contacts;
    }
    if has("redirect_uris") {
        merged.redirect_uris = fields.redirect_uris;
    }
    tx.update_client(client.key, &merged, now)?;
    if let Some(generator) = tx.object(client.generator)? {
        let mut shown = documents::object(&generator)?;
        shown.display_name = merged.application_name;
        tx.update_object(generator.key, &documents::of_object(&shown)?, now)?;
    }
    Ok(Registered {
        id: client.id,
        secret: client.secret,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(json: &str) -> String {
        let parameters = serde_json::from_str(json).unwrap();
        match Registration::parse(&parameters) {
            Ok(_) => String::new(),
            Err(error) => error.text,
        }
    }

    #[test]
    fn refusals_come_in_the_order_and_words_of_the_protocol() {
        for (json, text) in [
            ("{}", "No registration type provided"),
            (
                r#"{"type":"client_associate","client_id":"x"}"#,
                "Only set client_id for update.",
            ),
            (
                r#"{"type":"client_associate","access_token":"x"}"#,
                "access_token not needed for registration.",
            ),
            (
                r#"{"type":"client_associate","client_secret":"x"}"#,
                "Only set client_secret for update.",
            ),
            (
                r#"{"type":"client_associate","contacts":7}"#,
                "contacts must be a string of space-separated email addresses.",
            ),
            (
                r#"{"type":"client_associate","contacts":"a@b  c@d"}"#,
                "contacts must be space-separate email addresses.",
            ),
            (
                r#"{"type":"client_associate","application_type":"x"}"#,
                "Unknown application_type.",
            ),
            (
                r#"{"type":"client_associate","logo_url":"x"}"#,
                "Invalid logo_url.",
            ),
            (
                r#"{"type":"client_associate","redirect_uris":"http://a.b/ x"}"#,
                "redirect_uris must be space-separated URLs.",
            ),
            (
                r#"{"type":"client_associate","logo_url":"http://localhost/x.png"}"#,
                "Invalid logo_url.",
            ),
            (
                r#"{"type":"client_associate","logo_url":"example.com/x.png"}"#,
                "",
            ),
            (
                r#"{"type":"client_associate","redirect_uris":"app://open"}"#,
                "redirect_uris must be space-separated URLs.",
            ),
            (
                r#"{"type":"client_associate","redirect_uris":"http://localhost/"}"#,
                "redirect_uris must be space-separated URLs.",
            ),
            (
                r#"{"type":"client_associate","redirect_uris":"http://a.b/,http://c.d/"}"#,
                "redirect_uris must be space-separated URLs.",
            ),
            (
                r#"{"type":"client_associate","redirect_uris":"http://127.0.0.1:8080/ https://a.b/?to=http://c.d/"}"#,
                "",
            ),
            (
                r#"{"type":"client_update","client_secret":"x"}"#,
                "No client_id to update.",
            ),
            (r#"{"type":"x"}"#, "Invalid registration type"),
            (
                r#"{"type":"client_update","client_id":"x"}"#,
                "Unauthorized",
            ),
            (
                r#"{"type":"client_associate","contacts":"a@b c@d","redirect_uri":"ignored"}"#,
                "",
            ),
        ] {
            assert_eq!(refusal(json), text, "{json}");
        }
    }
}
