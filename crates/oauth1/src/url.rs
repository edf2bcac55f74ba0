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
    /// The host is internationalised and written in its own letters, in which no request names it.
    #[error("the host of the URL is internationalised: write its ASCII form, which has xn-- in it")]
    HostNotAscii,
    /// The host is well-formed, and no name of this server.
    #[error("the host is not a name of this server")]
    HostUnknown,
    /// The port is no number from 1 to 65535.
    #[error("the port of the URL is not a number from 1 to 65535")]
    PortMalformed,
    /// A request target that does not begin with a slash.
    #[error("the request target does not begin with a slash")]
    TargetMalformed,
    /// A control character, which never stands in a URL that was sent.
    #[error("the URL holds a control character, or its host a space: percent-encode it")]
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
    /// How much of the authority is the host.
    host_length: usize,
    port: Option<u16>,
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
        let parsed = Authority::parse(&scheme, host)?;
        let (authority, host_length, port) = (parsed.to_string(), parsed.host.len(), parsed.port);
        let encoded = percent::encode(format!("{scheme}://{authority}"));
        Ok(Self {
            scheme,
            authority,
            host_length,
            port,
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

    pub(crate) fn parsed_authority(&self) -> Authority<'_> {
        Authority {
            host: &self.authority[..self.host_length],
            port: self.port,
            is_simple: false,
        }
    }

    /// Whether it names this machine: `localhost`, 127.0.0.0/8 or `[::1]`.
    pub fn is_loopback(&self) -> bool {
        self.parsed_authority().is_loopback()
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

/// An absolute URL in pieces, each as it was sent.
#[derive(Clone, Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) authority: &'a str,
    pub(crate) target: Target<'a>,
}

/// What follows the host.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Target<'a> {
    path: &'a str,
    /// Empty when there is none.
    pub(crate) query: &'a str,
    has_space: bool,
}

/// Takes an absolute URL apart.
#[inline(always)]
pub(crate) fn split(url: &str) -> Result<Parts<'_>, UrlError> {
    let is_simple = check_characters(url)?;
    let (scheme, rest) = split_scheme(url)?;
    let end = rest
        .bytes()
        .position(|byte| matches!(byte, b'/' | b'?' | b'#'))
        .unwrap_or(rest.len());
    let (authority, target) = rest.split_at(end);
    if authority.is_empty() {
        return Err(UrlError::HostMissing);
    }
    Ok(Parts {
        scheme,
        authority,
        target: Target::split(target, is_simple),
    })
}

/// Nearly every URL begins in one of two ways, which need no search.
#[inline(always)]
fn split_scheme(url: &str) -> Result<(&str, &str), UrlError> {
    for known in ["https", "http"] {
        let rest = url.strip_prefix(known);
        if let Some(rest) = rest.and_then(|rest| rest.strip_prefix("://")) {
            return Ok((known, rest));
        }
    }
    let (scheme, rest) = url.split_once("://").ok_or(UrlError::SchemeMissing)?;
    check_scheme(scheme)?;
    Ok((scheme, rest))
}

/// Takes a request target (RFC 9112, section 3.2) apart into path and query. The absolute form is accepted,
/// and its authority ignored, because the origin is known otherwise.
#[inline(always)]
pub(crate) fn split_request_target(target: &str) -> Result<Target<'_>, UrlError> {
    if target.starts_with('/') {
        let is_simple = check_characters(target)?;
        return Ok(Target::split(target, is_simple));
    }
    split_absolute(target)
}

fn split_absolute(target: &str) -> Result<Target<'_>, UrlError> {
    split(target)
        .map(|parts| parts.target)
        .map_err(|_| UrlError::TargetMalformed)
}

impl<'a> Target<'a> {
    /// Takes it apart, when that is not `is_simple`: nothing but a path without spaces.
    #[inline(always)]
    fn split(target: &'a str, is_simple: bool) -> Self {
        if is_simple {
            return Self {
                path: target,
                query: "",
                has_space: false,
            };
        }
        Self::split_carefully(target)
    }

    fn split_carefully(target: &'a str) -> Self {
        let before_fragment = target.split('#').next().unwrap_or_default();
        let (path, query) = before_fragment
            .split_once('?')
            .unwrap_or((before_fragment, ""));
        Self {
            path,
            query,
            has_space: path.contains(' '),
        }
    }

    pub(crate) fn path_length(self) -> usize {
        self.path.len()
    }

    /// The path. Nobody can send a space in it; where one is written, it is sent as `%20`.
    pub(crate) fn path(self) -> Cow<'a, str> {
        if self.has_space {
            Cow::Owned(self.path.replace(' ', "%20"))
        } else {
            Cow::Borrowed(self.path)
        }
    }

    /// Appends the path as the base string has it. One that is empty means the root.
    pub(crate) fn encode_path_into(self, out: &mut Vec<u8>) {
        match self.path() {
            Cow::Borrowed("") => out.extend_from_slice(b"%2F"),
            path => percent::encode_into(out, path.as_bytes()),
        }
    }
}

/// Refuses what stands in no URL, and says whether there is no question mark, no hash sign and no space.
fn check_characters(url: &str) -> Result<bool, UrlError> {
    let is_simple = |byte: u8| (byte > b' ') & (byte != 0x7f) & (byte != b'?') & (byte != b'#');
    if percent::all_bytes(url.as_bytes(), is_simple) {
        Ok(true)
    } else if percent::all_bytes(url.as_bytes(), |byte| (byte >= b' ') & (byte != 0x7f)) {
        Ok(false)
    } else {
        Err(UrlError::ForbiddenCharacter)
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

/// A host as it was written, and the port unless it is the scheme's own.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Authority<'a> {
    host: &'a str,
    port: Option<u16>,
    /// Whether the host is in lower case and holds nothing that the base string encodes.
    is_simple: bool,
}

impl<'a> Authority<'a> {
    /// Of what stands between scheme and path; a user name is left out.
    #[inline(always)]
    pub(crate) fn parse(scheme: &str, text: &'a str) -> Result<Self, UrlError> {
        let is_simple = |byte: u8| {
            byte.is_ascii_lowercase() | byte.is_ascii_digit() | (byte == b'.') | (byte == b'-')
        };
        if !text.is_empty() && percent::all_bytes(text.as_bytes(), is_simple) {
            return Ok(Self {
                host: text,
                port: None,
                is_simple: true,
            });
        }
        Self::parse_carefully(scheme, text)
    }

    fn parse_carefully(scheme: &str, text: &'a str) -> Result<Self, UrlError> {
        let host_and_port = text.rsplit_once('@').map_or(text, |(_, after)| after);
        let (host, port) = split_port(host_and_port)?;
        check_host(host)?;
        let port = match port {
            None | Some("") => None,
            Some(digits) => Some(parse_port(digits)?),
        };
        Ok(Self {
            host,
            port: port.filter(|&port| Some(port) != default_port(scheme)),
            is_simple: false,
        })
    }

    /// Whether it names this machine.
    pub(crate) fn is_loopback(self) -> bool {
        let host = self.host.to_ascii_lowercase();
        let name = host.strip_suffix('.').unwrap_or(&host);
        let is_loopback_v4 = host
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback());
        name == "localhost" || name.ends_with(".localhost") || host == "[::1]" || is_loopback_v4
    }

    /// Appends it as the base string has it: in lower case, without a port that is the scheme's own or leading zeros in another.
    pub(crate) fn encode_into(self, out: &mut Vec<u8>) {
        if self.is_simple {
            out.extend_from_slice(self.host.as_bytes());
        } else {
            percent::encode_into(out, self.to_string().as_bytes());
        }
    }
}

impl std::fmt::Display for Authority<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.host.to_ascii_lowercase())?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
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
    } else if !inner.is_ascii() {
        Err(UrlError::HostNotAscii)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base_string;
    use crate::request::Request;

    fn uri(url: &str) -> Result<String, UrlError> {
        base_string::uri(&Request::new("GET", url))
    }

    #[test]
    fn spaces_are_sent_as_escapes() {
        assert_eq!(
            uri("http://example.com/r v/X ?a=b c").as_deref(),
            Ok("http://example.com/r%20v/X%20")
        );
        let query = "http://example.com/?a=b c";
        let params = base_string::collect_parameters(&Request::new("GET", query));
        assert_eq!(
            params.map(|params| params.normalised()).as_deref(),
            Ok("a=b%20c")
        );
        assert_eq!(uri("http://exa mple.com/"), Err(UrlError::HostMalformed));
        assert_eq!(uri(" http://example.com/"), Err(UrlError::SchemeMissing));
    }

    #[test]
    fn what_cannot_be_in_a_url_is_refused() {
        for url in [
            "http://example.com/\r\n",
            "http://example.com/\t",
            "http://example.com/\u{7f}",
        ] {
            assert_eq!(uri(url), Err(UrlError::ForbiddenCharacter));
        }
        for (url, error) in [
            ("http://[::1/", UrlError::HostMalformed),
            ("http://[::1]x/", UrlError::HostMalformed),
            ("http://a\\b/", UrlError::HostMalformed),
            ("http://@/", UrlError::HostMissing),
            ("http://:80/", UrlError::HostMissing),
            ("http://a:+80/", UrlError::PortMalformed),
            ("http://a:65536/", UrlError::PortMalformed),
            ("1http://a/", UrlError::SchemeMissing),
        ] {
            assert_eq!(uri(url), Err(error), "{url}");
        }
    }

    #[test]
    fn an_internationalised_host_is_named_in_ascii() {
        let unicode = "https://b\u{fc}cher.example:8443/";
        assert_eq!(uri(unicode), Err(UrlError::HostNotAscii));
        assert_eq!(Origin::parse(unicode), Err(UrlError::HostNotAscii));
        let sent_to = Request::new("GET", "https://10.0.0.7/").with_host("\u{fc}.example");
        assert_eq!(base_string::uri(&sent_to), Err(UrlError::HostNotAscii));
        assert!(UrlError::HostNotAscii.to_string().contains("xn--"));
        let ascii = "https://xn--bcher-kva.example:8443/";
        assert_eq!(uri(ascii).as_deref(), Ok(ascii));
        // A user name is no part of it, and the path is signed as it is sent.
        let others = uri("http://\u{fc}@a.example/\u{fc}");
        assert_eq!(others.as_deref(), Ok("http://a.example/\u{fc}"));
    }

    #[test]
    fn request_targets_are_paths_or_whole_addresses() {
        let origin = Origin::parse("https://a.example").expect("an origin");
        let uri = |target| base_string::uri(&Request::at(&origin, "GET", target));
        assert_eq!(uri("/b?c").as_deref(), Ok("https://a.example/b"));
        assert_eq!(
            uri("http://other.example:80/b?c").as_deref(),
            Ok("https://a.example/b")
        );
        assert_eq!(uri("*"), Err(UrlError::TargetMalformed));
        assert_eq!(uri(""), Err(UrlError::TargetMalformed));
    }

    #[test]
    fn loopback_is_recognised() {
        for (origin, expected) in [
            ("http://localhost:8080", true),
            ("http://a.localhost.", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:1", true),
            ("http://localhost.example.org", false),
            ("http://128.0.0.1", false),
            ("http://[::2]", false),
        ] {
            assert_eq!(
                Origin::parse(origin).map(|origin| origin.is_loopback()),
                Ok(expected),
                "{origin}"
            );
        }
    }
}
