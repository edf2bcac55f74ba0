//! What a program asks a person for.

use pumphouse_store::{Client, Snapshot};

use super::challenge::{self, Challenge};
use super::redirect::RedirectUri;
use crate::error::{Error, Result};

/// The parameters of a request, in the order in which they are passed on from page to page.
const PARAMETERS: [&str; 7] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "scope",
    "code_challenge",
    "code_challenge_method",
];

/// The scopes of pump.io, and what its own check took for them.
const SCOPES: [&str; 6] = ["read", "writeown", "writeall", "0", "1", "2"];

/// A request that a person can decide.
pub(crate) struct AuthorizationRequest {
    pub(crate) client: Client,
    pub(crate) redirect: RedirectUri,
    /// SHA-256 of the verifier that the client will show.
    pub(super) challenge: Option<Challenge>,
    /// As they were given, to be passed on.
    pub(crate) parameters: Vec<(&'static str, String)>,
}

/// Why a request is not put to the person.
pub(crate) enum Refused {
    /// It is unknown who asks, so only the person is told.
    Shown(Error),
    /// The program is told, at its address.
    Told {
        request: Box<AuthorizationRequest>,
        /// The code of RFC 6749, section 4.1.2.1.
        code: &'static str,
        description: &'static str,
    },
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Shown(error)
    }
}

impl From<pumphouse_store::Error> for Refused {
    fn from(error: pumphouse_store::Error) -> Self {
        Self::Shown(error.into())
    }
}

impl AuthorizationRequest {
    /// Reads a request. Nobody is sent anywhere before it is sure that the program registered that
    /// address.
    pub(crate) fn parse(
        snapshot: &Snapshot<'_>,
        get: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Refused> {
        let parameters: Vec<_> = PARAMETERS
            .into_iter()
            .filter_map(|name| Some((name, get(name).filter(|value| !value.is_empty())?)))
            .collect();
        let mut request = Self::of_client(snapshot, parameters)?;
        let challenge = match request.check() {
            Ok(challenge) => challenge,
            Err((code, description)) => {
                return Err(Refused::Told {
                    request: Box::new(request),
                    code,
                    description,
                });
            }
        };
        request.challenge = challenge;
        Ok(request)
    }

    /// A request of a known program that is answered at an address of it.
    fn of_client(snapshot: &Snapshot<'_>, parameters: Vec<(&'static str, String)>) -> Result<Self> {
        let Some(id) = value(&parameters, "client_id") else {
            return Err(Error::bad_request("Must provide a client_id"));
        };
        let Some(client) = snapshot.client(id)? else {
            return Err(Error::bad_request(
                "The program that asks to be connected is not registered here.",
            ));
        };
        let given = value(&parameters, "redirect_uri");
        let Some(redirect) = RedirectUri::find(given, &client.fields.redirect_uris) else {
            return Err(Error::bad_request(
                "The program asks to send you to an address that it did not register as one of its \
                 redirect_uris.",
            ));
        };
        Ok(Self {
            client,
            redirect,
            challenge: None,
            parameters,
        })
    }

    fn check(&self) -> Result<Option<Challenge>, (&'static str, &'static str)> {
        let value = |name| value(&self.parameters, name);
        match value("response_type") {
            Some("code") => {}
            Some(_) => return Err(("unsupported_response_type", "response_type must be code")),
            None => return Err(("invalid_request", "response_type is missing")),
        }
        let scopes = value("scope").unwrap_or_default();
        if !scopes
            .split(' ')
            .all(|scope| scope.is_empty() || SCOPES.contains(&scope))
        {
            return Err((
                "invalid_scope",
                "known scopes are read, writeown and writeall",
            ));
        }
        challenge::parse(value("code_challenge"), value("code_challenge_method"))
            .map_err(|description| ("invalid_request", description))
    }

    /// The redirect address as the client gave it.
    pub(super) fn given_redirect_uri(&self) -> Option<&str> {
        value(&self.parameters, "redirect_uri")
    }

    /// The name of the program, for people.
    pub(crate) fn client_name(&self) -> &str {
        let name = self.client.fields.application_name.as_deref();
        name.unwrap_or("A program without a name")
    }

    /// The address that answers the client; none if the answer is to be shown.
    pub(crate) fn answer(&self, parameters: &[(&str, &str)]) -> Option<String> {
        let mut parameters = parameters.to_vec();
        if let Some(state) = value(&self.parameters, "state") {
            parameters.push(("state", state));
        }
        self.redirect.answer(&parameters)
    }

    /// The parameters as a query.
    pub(crate) fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.parameters)
            .finish()
    }
}

fn value<'a>(parameters: &'a [(&'static str, String)], name: &str) -> Option<&'a str> {
    let found = parameters.iter().find(|(given, _)| *given == name);
    found.map(|(_, value)| value.as_str())
}
