//! A signed request as it was received, and what it takes to judge it.

use clap::ValueEnum as _;
use pumphouse_oauth1::explain::Steps;
use pumphouse_oauth1::header::Authorization;
use pumphouse_oauth1::verify::{BodyHashRule, TlsRule};
use pumphouse_oauth1::{
    BodyHash, Keys, Params, Policy, Problem, RsaPublicKey, Unverified, base_string,
};
use serde_json::{Map, Value, json};

use super::credentials::{CredentialArgs, SharedSecrets};
use super::input::Input;
use super::method::Method;
use super::parameters::{ParameterArgs, Place};
use super::report;
use super::request::Message;
use crate::error::Error;

/// How far a timestamp may be away when nothing is said: any distance.
const ANY_TIME: u64 = u64::MAX;

/// Reads what the request claims, and with which method it is signed: any one, over any connection, and signed within `window`
/// seconds of `now`.
pub(super) fn parse<'a>(
    message: &'a Message,
    parameters: &ParameterArgs,
    window: Option<u64>,
    now: u64,
) -> Result<(Unverified<'a>, Method), Problem> {
    let mut policy = Policy::new()
        .without_methods()
        .with_tls(TlsRule::Never)
        .with_timestamp_window(window.unwrap_or(ANY_TIME));
    policy = match parameters.body_hash {
        Some(hash) => policy
            .with_body_hash(BodyHashRule::Require)
            .with_body_hash_kinds([hash.into()]),
        None => policy.with_body_hash_kinds([BodyHash::Sha1, BodyHash::Sha256]),
    };
    for method in Method::value_variants() {
        policy = policy.with_method(method.implementation(None));
    }
    let unverified = Unverified::parse(&message.request(), &policy, now)?;
    let method = Method::from_name(unverified.method_name());
    Ok((unverified, method.ok_or(Problem::SignatureMethodRejected)?))
}

/// The keys that belong to a request.
pub(super) struct Keyring {
    consumer_key: String,
    token: Option<String>,
    pub(super) secrets: SharedSecrets,
    public_key: Option<RsaPublicKey>,
}

impl Keyring {
    /// Those that the signature method needs: shared secrets, or a public key.
    pub(super) fn find(
        credentials: &CredentialArgs,
        unverified: &Unverified<'_>,
        method: Method,
    ) -> Result<Self, Error> {
        let token = unverified.token();
        Ok(Self {
            consumer_key: unverified.client_key().to_owned(),
            token: token.map(str::to_owned),
            secrets: credentials.shared_secrets(method, token)?,
            public_key: if method.is_rsa() {
                Some(credentials.public_key()?)
            } else {
                None
            },
        })
    }

    pub(super) fn keys(&self) -> Keys<'_> {
        let mut keys = Keys::new(&self.consumer_key, &self.secrets.consumer);
        if let Some(token) = &self.token {
            keys = keys.with_token(token, &self.secrets.token);
        }
        if let Some(key) = &self.public_key {
            keys = keys.with_rsa_public_key(key);
        }
        keys
    }
}

/// The parameters of the protocol in a signed request, and where they stand.
pub(super) struct Carried<'a> {
    place: Place,
    realm: Option<String>,
    params: Params<'a>,
}

impl<'a> Carried<'a> {
    pub(super) fn of(message: &'a Message) -> Self {
        let header = message.header("authorization");
        let header = header.and_then(|value| Authorization::parse(value.as_bytes()).ok());
        let realm = header
            .as_ref()
            .and_then(Authorization::realm)
            .map(str::to_owned);
        let is_signed = |params: &Params<'_>| params.get("oauth_signature").is_some();
        let (place, params) = match header {
            Some(header) if is_signed(header.params()) => (Place::Header, header.params().clone()),
            _ if is_signed(&Params::from_form(message.query())) => {
                (Place::Query, Params::from_form(message.query()))
            }
            _ => {
                // The URL was found to be good when the request was read.
                let all = base_string::collect_parameters(&message.request());
                (Place::Body, all.unwrap_or_default())
            }
        };
        Self {
            place,
            realm,
            params,
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.params.get(name).map(std::borrow::Cow::into_owned)
    }

    /// What the options say of the request, and it is not so.
    pub(super) fn differences(&self, input: &Input) -> Vec<String> {
        let Input {
            credentials,
            parameters,
            ..
        } = input;
        let expected = [
            (
                "consumer-key",
                "oauth_consumer_key",
                credentials.consumer_key.clone(),
            ),
            ("token", "oauth_token", credentials.token.clone()),
            (
                "signature-method",
                "oauth_signature_method",
                parameters
                    .signature_method
                    .map(|method| method.name().to_owned()),
            ),
            ("callback", "oauth_callback", parameters.callback.clone()),
            ("verifier", "oauth_verifier", parameters.verifier.clone()),
            ("nonce", "oauth_nonce", parameters.nonce.clone()),
            (
                "timestamp",
                "oauth_timestamp",
                parameters.timestamp.map(|time| time.to_string()),
            ),
        ];
        let mut differences: Vec<_> = expected
            .into_iter()
            .filter(|(_, name, value)| value.is_some() && *value != self.get(name))
            .map(|(option, name, _)| format!("its {name} is not the one of --{option}"))
            .collect();
        // Only headers have a realm.
        let has_realm = self.place == Place::Header && parameters.realm.is_some();
        if has_realm && parameters.realm != self.realm {
            differences.push("its realm is not the one of --realm".to_owned());
        }
        if parameters.no_version && self.get("oauth_version").is_some() {
            differences.push("it carries oauth_version in spite of --no-version".to_owned());
        }
        for name in ["oauth_nonce", "oauth_timestamp"] {
            if parameters.no_nonce && self.get(name).is_some() {
                differences.push(format!("it carries {name} in spite of --no-nonce"));
            }
        }
        if let Some(place) = parameters.placement.filter(|place| *place != self.place) {
            let (is, expected) = (self.place.name(), place.name());
            differences.push(format!(
                "its parameters stand in the {is}, not in the {expected}"
            ));
        }
        differences
    }
}

/// What the signature of a refused request must fit, unless the request can be read in several ways
/// or is not signed.
pub(super) fn readable_steps(message: &Message, problem: &Problem) -> Option<Steps> {
    match problem {
        Problem::NotSigned | Problem::MediaTypeAmbiguous => None,
        _ => Steps::of_received(&message.request()).ok(),
    }
}

/// The request and, when it could be read, what its signature must fit, under the names that
/// `sign --json` uses.
pub(super) fn report(message: &Message, steps: Option<&Steps>) -> Map<String, Value> {
    let carried = Carried::of(message);
    let signature = carried.get("oauth_signature");
    let place = signature.as_ref().map(|_| carried.place);
    let at =
        |own: Place, value: Option<&str>| value.filter(|_| place == Some(own)).map(str::to_owned);
    let mut report = report::of_steps(steps);
    // The URL was found to be good when the request was read.
    let uri = base_string::uri(&message.request()).ok();
    report.insert("base_string_uri".to_owned(), json!(uri));
    let header = at(Place::Header, message.header("authorization"));
    report.insert("signature".to_owned(), json!(signature));
    report.insert("authorization_header".to_owned(), json!(header));
    report.insert(
        "signed_url".to_owned(),
        json!(at(Place::Query, Some(&message.url))),
    );
    let body = (place == Some(Place::Body)).then_some(&*message.body);
    report::insert_body(&mut report, body);
    report
}
