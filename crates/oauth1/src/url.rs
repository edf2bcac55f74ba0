//! URLs as they were sent: split where RFC 3986 splits them, never re-serialised.
//!
//! A signature covers the bytes that travelled, so nothing here resolves dots, re-encodes or shortens anything.

use std::borrow::Cow;

use crate::percent;

/// Why a URL cannot be signed or verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// There is no `scheme://` at the beginning.
    #[error("the URL has no scheme: begin it with https:// or http://")]
    SchemeMissing,
    /// Nothing stands where the host should.
    #[error("the URL names no host")]
    HostMissing,
    /// The host holds characters that no host has, or an unclosed bracket.
    #[error("the host of the URL is malformed")]
    HostMalformed,
    /// The port is no number from 1 to 65535.
    #[error("the port of the URL is not a number from 1 to 65535")]
    PortMalformed,
    /// A request target that does not begin with a slash.
    #[error("the request target does not begin with a slash")]
    TargetMalformed,
    /// White space or a control character, which never stands in a URL that was sent.
    #[error("the URL holds a control character or white space: percent-encode it")]
    ForbiddenCharacter,
}

/// Where requests arrive from the client's point of view: scheme, host and port.
///
/// A server behind a proxy configures its public origin, because the signature covers the address
/// that the client used, not the one the proxy forwards to.
///
/// ```
/// use pumphouse_oauth1::Origin;
///
/// let origin = Origin::parse("https://Pump.Example.org:443")?;
/// assert_eq!(origin.to_string(), "https://pump.example.org");
/// assert!(origin.is_secure());
/// # Ok::<(), pumphouse_oauth1::UrlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: String,
    /// Lower case, default port left out.
    authority: String,
    /// As the base string has it: `https%3A%2F%2Fpump.example.org`.
    encoded: String,
}

impl Origin {
    /// Reads `scheme://host[:port]`; a path, if there is one, is not part of the origin and is left out.
    ///
    /// # Errors
    /// When scheme, host or port are missing or malformed.
    pub fn parse(url: &str) -> Result<Self, UrlError> {
        let parts = split(url)?;
        Self::new(parts.scheme, parts.authority)
    }

    /// From a scheme and the value of a `Host` header.
    ///
    /// # Errors
    /// When host or port are missing or malformed.
    pub fn new(scheme: &str, host: &str) -> Result<Self, UrlError> {
        let scheme = scheme.to_ascii_lowercase();
        check_scheme(&scheme)?;
        let authority = normalised_authority(&scheme, host)?.into_owned();
        let encoded = percent::encode(format!("{scheme}://{authority}"));
        Ok(Self {
            scheme,
            authority,
            encoded,
        })
    }

    /// `https` or `http`, lower case.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Host and, when it is not the scheme's own, port; lower case.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether requests to it travel over TLS.
    pub fn is_secure(&self) -> bool {
        self.scheme == "https"
    }

    pub(crate) fn encoded(&self) -> &str {
        &self.encoded
    }

    /// Whether it names this machine: `localhost`, 127.0.0.0/8 or `[::1]`.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.authority)
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

/// An absolute URL in pieces, each as it was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) authority: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: Option<&'a str>,
}

/// Takes an absolute URL apart.
pub(crate) fn split(url: &str) -> Result<Parts<'_>, UrlError> {
    check_characters(url)?;
    let (scheme, rest) = url.split_once(':').ok_or(UrlError::SchemeMissing)?;
    let rest = rest.strip_prefix("//").ok_or(UrlError::SchemeMissing)?;
    check_scheme(scheme)?;
    let end = rest
        .bytes()
        .position(|byte| matches!(byte, b'/' | b'?' | b'#'))
        .unwrap_or(rest.len());
    let (authority, target) = rest.split_at(end);
    if authority.is_empty() {
        return Err(UrlError::HostMissing);
    }
    let (path, query) = split_target(target);
    Ok(Parts {
        scheme,
        authority,
        path,
        query,
    })
}

/// Takes a request target (RFC 9112, section 3.2) apart into path and query. The absolute form is accepted,
/// and its authority ignored, because the origin is known otherwise.
pub(crate) fn split_request_target(target: &str) -> Result<(&str, Option<&str>), UrlError> {
    check_characters(target)?;
    if target.starts_with('/') {
        return Ok(split_target(target));
    }
    let parts = split(target).map_err(|_| UrlError::TargetMalformed)?;
    Ok((parts.path, parts.query))
}

fn split_target(target: &str) -> (&str, Option<&str>) {
    let path = target
        .bytes()
        .position(|byte| matches!(byte, b'?' | b'#'))
        .unwrap_or(target.len());
    let (path, rest) = target.split_at(path);
    let query = rest
        .strip_prefix('?')
        .map(|query| query.split('#').next().unwrap_or_default());
    (path, query)
}

fn check_characters(url: &str) -> Result<(), UrlError> {
    // Without stopping at the first hit, this is done many bytes at a time.
    let is_forbidden = |byte: u8| byte <= b' ' || byte == 0x7f;
    if url
        .bytes()
        .fold(false, |found, byte| found | is_forbidden(byte))
    {
        Err(UrlError::ForbiddenCharacter)
    } else {
        Ok(())
    }
}

pub(crate) fn check_scheme(scheme: &str) -> Result<(), UrlError> {
    let mut bytes = scheme.bytes();
    let starts_well = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let goes_on_well =
        bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    if starts_well && goes_on_well {
        Ok(())
    } else {
        Err(UrlError::SchemeMissing)
    }
}

/// Host and port as the base string has them: lower case, no user name, no default port, no leading zeros in the port.
pub(crate) fn normalised_authority<'a>(
    scheme: &str,
    authority: &'a str,
) -> Result<Cow<'a, str>, UrlError> {
    let is_simple = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-')
    };
    if !authority.is_empty() && authority.bytes().all(is_simple) {
        return Ok(Cow::Borrowed(authority));
    }
    let host_and_port = authority
        .rsplit_once('@')
        .map_or(authority, |(_, after)| after);
    let (host, port) = split_port(host_and_port)?;
    check_host(host)?;
    let port = match port {
        None | Some("") => None,
        Some(digits) => Some(parse_port(digits)?),
    };
    let port = port.filter(|&port| Some(port) != default_port(scheme));
    match port {
        None if host.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            Ok(Cow::Owned(host.to_ascii_lowercase()))
        }
        None => Ok(Cow::Borrowed(host)),
        Some(port) => Ok(Cow::Owned(format!("{}:{port}", host.to_ascii_lowercase()))),
    }
}

fn split_port(host_and_port: &str) -> Result<(&str, Option<&str>), UrlError> {
    if host_and_port.starts_with('[') {
        let close = host_and_port.find(']').ok_or(UrlError::HostMalformed)?;
        let (host, after) = host_and_port.split_at(close + 1);
        return match after.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if after.is_empty() => Ok((host, None)),
            None => Err(UrlError::HostMalformed),
        };
    }
    Ok(host_and_port
        .split_once(':')
        .map_or((host_and_port, None), |(host, port)| (host, Some(port))))
}

fn check_host(host: &str) -> Result<(), UrlError> {
    if host.is_empty() || host == "[]" {
        return Err(UrlError::HostMissing);
    }
    let inner = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host);
    let forbidden = |byte: u8| {
        byte <= b' '
            || matches!(
                byte,
                b'/' | b'?' | b'#' | b'[' | b']' | b'\\' | b'"' | b'<' | b'>' | 0x7f
            )
    };
    if inner.bytes().any(forbidden) {
        Err(UrlError::HostMalformed)
    } else {
        Ok(())
    }
}

fn parse_port(digits: &str) -> Result<u16, UrlError> {
    // `u16::from_str` takes a leading plus sign, which no port has.
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(UrlError::PortMalformed);
    }
    match digits.parse() {
        Ok(0) | Err(_) => Err(UrlError::PortMalformed),
        Ok(port) => Ok(port),
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    if scheme.eq_ignore_ascii_case("https") {
        Some(443)
    } else if scheme.eq_ignore_ascii_case("http") {
        Some(80)
    } else {
        None
    }
}

/// Whether a normalised authority names this machine.
pub(crate) fn is_loopback(authority: &str) -> bool {
    let host = split_port(authority).map_or(authority, |(host, _)| host);
    let name = host.strip_suffix('.').unwrap_or(host);
    let is_loopback_v4 = host
        .parse::<std::net::Ipv4Addr>()
        .is_ok_and(|address| address.is_loopback());
    name == "localhost" || name.ends_with(".localhost") || host == "[::1]" || is_loopback_v4
}
