//! From a request to its claims: every check that needs no keys, cheapest first.

use std::borrow::Cow;

use super::policy::{BodyHashRule, Limits, Policy, SharedMethod, TlsRule};
use super::states::{Checked, Received, Unverified};
use crate::body_hash::ClaimedBodyHash;
use crate::header;
use crate::params::{self, Param, Params};
use crate::problem::{Limit, Problem};
use crate::protocol::{Name, REQUIRED, Values};
use crate::request::{Body, Located, Request};
use crate::written::Written;

impl<'a> Unverified<'a> {
    /// Reads the protocol parameters of a request and makes every check that needs no keys, cheapest first.
    ///
    /// `now` is the server's time in seconds since 1970; [`Clock::now`](crate::Clock::now) gives it.
    ///
    /// # Errors
    /// Whatever the [`Policy`] or RFC 5849, sections 3.1 to 3.3, do not allow.
    pub fn parse(request: &Request<'a>, policy: &Policy, now: u64) -> Result<Self, Problem> {
        parse(request, policy, now)
    }
}

fn parse<'a>(request: &Request<'a>, policy: &Policy, now: u64) -> Result<Unverified<'a>, Problem> {
    // Made where it stays: what was just written in small pieces is slow to copy in large ones.
    let mut received = Box::new(Received {
        request: *request,
        located: Located::default(),
        claims: Claims::default(),
    });
    let located = request.locate_into(&mut received.located);
    located.map_err(Problem::UrlMalformed)?;
    if request.has_ambiguous_media_type() {
        return Err(Problem::MediaTypeAmbiguous);
    }
    // The signature covers a form; one that nobody has read cannot be checked, and must not pass for covered.
    if request.is_form() && matches!(request.body(), Body::Streamed) {
        return Err(Problem::SignatureInvalid);
    }
    received.collect(&policy.limits)?;
    let checked = check(&received, policy, now)?;
    Ok(Unverified { received, checked })
}

impl<'a> Received<'a> {
    fn collect(&mut self, limits: &Limits) -> Result<(), Problem> {
        self.claims.collect(&self.request, &self.located, limits)
    }
}

fn check<'a>(received: &Received<'a>, policy: &Policy, now: u64) -> Result<Checked<'a>, Problem> {
    let Received {
        request,
        located,
        claims,
    } = received;
    let protocol = &claims.protocol;
    if claims.place.is_none()
        && request
            .authorization()
            .is_none_or(|value| header::pairs(value).is_none())
    {
        return Err(Problem::NotSigned);
    }
    if policy.tls == TlsRule::Always {
        check_tls(request, located, policy)?;
    }
    let method = find_method(protocol, policy)?;
    if policy.tls == TlsRule::ForSecrets && method.reveals_secrets() {
        check_tls(request, located, policy)?;
    }
    let timestamp_and_nonce = read_timestamp_and_nonce(protocol, policy, now)?;
    let body_hash = read_body_hash(protocol, request, policy)?;
    let client_key = text(protocol, Name::ConsumerKey)?.unwrap_or_default();
    let token = text(protocol, Name::Token)?.filter(|token| !token.is_empty());
    Ok(Checked {
        method,
        client_key,
        token,
        timestamp_and_nonce,
        window: policy.window,
        body_hash,
    })
}

/// Everything that the signature covers, and the realm, which it does not.
#[derive(Clone, Default)]
pub(super) struct Claims<'a> {
    pub(super) realm: Option<Written<'a>>,
    pub(super) protocol: Values<'a>,
    /// Those that are not the protocol's.
    pub(super) params: Params<'a>,
    /// Where the protocol parameters are.
    place: Option<Place>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Header,
    Query,
    Body,
}

/// More parameters named `oauth_…` than this, besides the known ones, are nobody's honest request.
const MOST_UNKNOWN_PROTOCOL_PARAMETERS: usize = 64;

/// Longer names of protocol parameters are nobody's honest request either, and would come back in the refusal.
const MOST_BYTES_OF_A_NAME: usize = 256;

impl<'a> Claims<'a> {
    fn collect(
        &mut self,
        request: &Request<'a>,
        located: &Located<'a>,
        limits: &Limits,
    ) -> Result<(), Problem> {
        let (query, form) = (located.query(), request.form().unwrap_or_default());
        if params::count_form(query) + params::count_form(form) > limits.parameters {
            return Err(Problem::TooLarge(Limit::Parameters));
        }
        self.read_header(request, limits)?;
        for (text, place) in [(query, Place::Query), (form, Place::Body)] {
            params::read_form(text).try_for_each(|param| self.add(param, place, limits))?;
        }
        if self.params.len() > limits.parameters {
            return Err(Problem::TooLarge(Limit::Parameters));
        }
        self.check_unknown_protocol_parameters()
    }

    /// A header of another scheme is none of our business.
    fn read_header(&mut self, request: &Request<'a>, limits: &Limits) -> Result<(), Problem> {
        if request.has_repeated_authorization() {
            return Err(Problem::HeaderMalformed);
        }
        let value = request.authorization().unwrap_or_default();
        if value.len() > limits.header_bytes {
            return Err(Problem::TooLarge(Limit::Header));
        }
        let Some(mut pairs) = header::pairs(value) else {
            return Ok(());
        };
        loop {
            while let Some((name, value)) = pairs.next_simple_pair() {
                self.add_known(name, value, Place::Header, limits)?;
            }
            if pairs.is_at_end() {
                return Ok(());
            }
            let pair = pairs.next_pair().map_err(|_| Problem::HeaderMalformed)?;
            let Some(pair) = pair else { return Ok(()) };
            if !pair.is_realm() {
                self.add(pair.param(), Place::Header, limits)?;
            } else if self.realm.replace(pair.value).is_some() {
                return Err(Problem::ParameterDuplicated("realm".to_owned()));
            }
        }
    }

    fn add(&mut self, param: Param<'a>, place: Place, limits: &Limits) -> Result<(), Problem> {
        match param.known_name() {
            Some(name) => self.add_known(name, param.value, place, limits),
            None => {
                self.params.push(param);
                Ok(())
            }
        }
    }

    #[inline(always)]
    fn add_known(
        &mut self,
        name: Name,
        value: Written<'a>,
        place: Place,
        limits: &Limits,
    ) -> Result<(), Problem> {
        // Protocol parameters stand in one place only (RFC 5849, section 3.5), each once (section 3.1).
        if self
            .place
            .replace(place)
            .is_some_and(|before| before != place)
        {
            return Err(Problem::SeveralPlaces);
        }
        let limit = if name == Name::Nonce {
            limits.nonce_bytes
        } else {
            limits.value_bytes
        };
        if value.written_length() > limit && value.decode().len() > limit {
            return Err(Problem::TooLarge(Limit::Value));
        }
        let is_first = self.protocol.insert(name, value);
        if is_first {
            Ok(())
        } else {
            Err(Problem::ParameterDuplicated(name.text().to_owned()))
        }
    }

    /// Names that begin with `oauth_` are the protocol's, known or not: each may stand there once (RFC 5849, section 3.1), wherever
    /// that is: unlike the known ones they decide nothing here, and are signed in every place.
    fn check_unknown_protocol_parameters(&self) -> Result<(), Problem> {
        let mut names: Vec<Cow<'_, [u8]>> = Vec::new();
        for param in self.params.iter().filter(|param| param.is_protocol()) {
            if param.name().len() > MOST_BYTES_OF_A_NAME {
                return Err(Problem::TooLarge(Limit::Value));
            }
            if names.contains(&param.name()) {
                return Err(Problem::ParameterDuplicated(param.lossy_name()));
            }
            if names.len() == MOST_UNKNOWN_PROTOCOL_PARAMETERS {
                return Err(Problem::TooLarge(Limit::Parameters));
            }
            names.push(param.name());
        }
        Ok(())
    }
}

#[inline(always)]
fn text<'a>(protocol: &Values<'a>, name: Name) -> Result<Option<Cow<'a, str>>, Problem> {
    protocol
        .text(name)
        .map_err(|name| Problem::ParameterMalformed(name.text()))
}

/// Demands TLS at every address that the request may have come to.
pub(super) fn check_tls(
    request: &Request<'_>,
    located: &Located<'_>,
    policy: &Policy,
) -> Result<(), Problem> {
    let is_enough =
        |is_secure, is_loopback: bool| is_secure || (!policy.tls_on_loopback && is_loopback);
    let other = request.other_origin();
    if is_enough(located.is_secure(), located.is_loopback())
        && other.is_none_or(|origin| is_enough(origin.is_secure(), origin.is_loopback()))
    {
        Ok(())
    } else {
        Err(Problem::TransportInsecure)
    }
}

/// The method, after completeness and version: what is missing is told before what is wrong.
fn find_method(protocol: &Values<'_>, policy: &Policy) -> Result<SharedMethod, Problem> {
    let name = protocol
        .get(Name::SignatureMethod)
        .map(Written::decode)
        .unwrap_or_default();
    let method = policy
        .methods
        .iter()
        .find(|method| *method.name().as_bytes() == *name);
    let may_lack_nonce = method.is_some_and(|method| method.reveals_secrets());
    let required = if may_lack_nonce {
        &REQUIRED[..3]
    } else {
        &REQUIRED[..]
    };
    if !required.iter().all(|&name| protocol.has(name)) {
        let absent = required
            .iter()
            .filter(|&&name| !protocol.has(name))
            .map(|name| name.text());
        return Err(Problem::ParameterAbsent(absent.collect()));
    }
    if protocol
        .get(Name::Version)
        .is_some_and(|version| *version.decode() != *b"1.0")
    {
        return Err(Problem::VersionRejected);
    }
    method.cloned().ok_or(Problem::SignatureMethodRejected)
}

fn read_timestamp_and_nonce<'a>(
    protocol: &Values<'a>,
    policy: &Policy,
    now: u64,
) -> Result<Option<(u64, Cow<'a, str>)>, Problem> {
    let Some(timestamp) = protocol.get(Name::Timestamp) else {
        return Ok(None);
    };
    let timestamp = read_number(&timestamp.decode()).filter(|&seconds| seconds > 0);
    let timestamp = timestamp.ok_or(Problem::ParameterMalformed(Name::Timestamp.text()))?;
    if timestamp.abs_diff(now) > policy.window {
        let (earliest, latest) = (
            now.saturating_sub(policy.window),
            now.saturating_add(policy.window),
        );
        return Err(Problem::TimestampRefused { earliest, latest });
    }
    let nonce = text(protocol, Name::Nonce)?.filter(|nonce| !nonce.is_empty());
    Ok(nonce.map(|nonce| (timestamp, nonce)))
}

/// A number of ASCII digits alone: of so many at most that it cannot be too large.
fn read_number(digits: &[u8]) -> Option<u64> {
    const MOST: usize = 19;
    let is_number = (1..=MOST).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    let add = |number: u64, digit: &u8| 10 * number + u64::from(digit - b'0');
    is_number.then(|| digits.iter().fold(0, add))
}

fn read_body_hash(
    protocol: &Values<'_>,
    request: &Request<'_>,
    policy: &Policy,
) -> Result<Option<ClaimedBodyHash>, Problem> {
    const MALFORMED: Problem = Problem::ParameterMalformed(Name::BodyHash.text());
    let Some(value) = text(protocol, Name::BodyHash)? else {
        let has_body = !matches!(request.body(), Body::Whole(body) if body.is_empty());
        let is_demanded =
            policy.body_hash == BodyHashRule::Require && has_body && !request.is_form();
        return if is_demanded {
            Err(Problem::BodyHashAbsent)
        } else {
            Ok(None)
        };
    };
    match policy.body_hash {
        _ if request.is_form() => Err(MALFORMED),
        BodyHashRule::Ignore => Ok(None),
        BodyHashRule::WhenPresent | BodyHashRule::Require => ClaimedBodyHash::parse(&value)
            .filter(|claimed| policy.body_hash_kinds.contains(&claimed.kind()))
            .map(Some)
            .ok_or(MALFORMED),
    }
}
