//! The origin under which clients know a server, which is what they sign.

use crate::url::{Origin, UrlError};

/// How a server learns its public origin. A wrong one makes every signature wrong; one that strangers can choose
/// makes signatures for other servers good here, when clients sign with the same keys there (as with RSA). Prefer [`Fixed`](Self::Fixed).
///
/// ```
/// use pumphouse_oauth1::Origin;
/// use pumphouse_oauth1::provider::PublicOrigin;
///
/// let headers = [("host", "10.0.0.7:8080"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "photos.example.net")];
/// let origin = PublicOrigin::BehindProxy.resolve(headers, true)?;
/// assert_eq!(origin, Origin::parse("https://photos.example.net")?);
/// # Ok::<(), pumphouse_oauth1::UrlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicOrigin {
    /// It is configured, and no header has a say. The best choice where there is one name.
    Fixed(Origin),
    /// It is what the `Host` header says, for servers that clients reach directly and that answer to several names.
    Host {
        /// Whether clients reach the server over TLS.
        is_secure: bool,
        /// The hosts that it answers to, each with its port unless that is the scheme's own. When there is none in the list, any host
        /// is taken: then all clients must sign with keys that no other server knows.
        names: Vec<String>,
    },
    /// It is what the last proxy says, in `Forwarded` (RFC 7239) or else in `X-Forwarded-Proto` and `X-Forwarded-Host`.
    /// The proxy must set or append them in every request; what clients wrote there before it does not count.
    BehindProxy,
}

impl PublicOrigin {
    /// The origin for one request.
    ///
    /// `is_from_proxy` says whether the connection comes from a proxy that is trusted, by its address. When it does not,
    /// forwarding headers are a stranger's and are not read.
    ///
    /// # Errors
    /// When the headers name no host, a malformed one, or one that is not this server's.
    pub fn resolve<'h, N, V>(
        &self,
        headers: impl IntoIterator<Item = (N, &'h V)>,
        is_from_proxy: bool,
    ) -> Result<Origin, UrlError>
    where
        N: AsRef<str>,
        V: AsRef<[u8]> + ?Sized + 'h,
    {
        if let Self::Fixed(origin) = self {
            return Ok(origin.clone());
        }
        let mut told = Told::default();
        for (name, value) in headers {
            if let Ok(value) = std::str::from_utf8(value.as_ref()) {
                told.hear(name.as_ref(), value);
            }
        }
        let is_secure = matches!(
            self,
            Self::Host {
                is_secure: true,
                ..
            }
        );
        let mut scheme = if is_secure { "https" } else { "http" };
        let mut host = told.host;
        if *self == Self::BehindProxy && is_from_proxy {
            let (said_scheme, said_host) = told.forwarded.unwrap_or((told.x_scheme, told.x_host));
            scheme = said_scheme.unwrap_or(scheme);
            host = said_host.or(host);
        }
        let origin = Origin::new(scheme, host.ok_or(UrlError::HostMissing)?)?;
        if self.knows(&origin) {
            Ok(origin)
        } else {
            Err(UrlError::HostUnknown)
        }
    }

    fn knows(&self, origin: &Origin) -> bool {
        match self {
            Self::Host { names, .. } if !names.is_empty() => names
                .iter()
                .any(|name| name.eq_ignore_ascii_case(origin.authority())),
            _ => true,
        }
    }
}

/// What the headers say, of each the last word.
#[derive(Default)]
struct Told<'h> {
    host: Option<&'h str>,
    x_scheme: Option<&'h str>,
    x_host: Option<&'h str>,
    /// Scheme and host of the last element of the last `Forwarded`. Where it stands, nothing is taken from other headers:
    /// the proxy that writes it may let those of clients pass.
    forwarded: Option<(Option<&'h str>, Option<&'h str>)>,
}

impl<'h> Told<'h> {
    fn hear(&mut self, name: &str, value: &'h str) {
        let last = value.rsplit(',').next().unwrap_or_default().trim();
        if name.eq_ignore_ascii_case("host") {
            self.host = Some(value.trim());
        } else if name.eq_ignore_ascii_case("x-forwarded-proto") {
            self.x_scheme = Some(last);
        } else if name.eq_ignore_ascii_case("x-forwarded-host") {
            self.x_host = Some(last);
        } else if name.eq_ignore_ascii_case("forwarded") {
            let parameters = last.split(';').filter_map(|pair| pair.split_once('='));
            let (mut scheme, mut host) = (None, None);
            for (name, value) in parameters {
                let value = value.trim().trim_matches('"');
                match name.trim().to_ascii_lowercase().as_str() {
                    "proto" => scheme = Some(value),
                    "host" => host = Some(value),
                    _ => {}
                }
            }
            self.forwarded = Some((scheme, host));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(
        origin: &PublicOrigin,
        headers: &[(&str, &str)],
        is_from_proxy: bool,
    ) -> Result<String, UrlError> {
        let headers = headers.iter().map(|(name, value)| (*name, *value));
        origin
            .resolve(headers, is_from_proxy)
            .map(|origin| origin.to_string())
    }

    #[test]
    fn what_the_proxy_did_not_say_is_not_taken_from_a_client() {
        for headers in [
            [
                ("Host", "a.example"),
                ("Forwarded", "host=evil.example"),
                ("Forwarded", "for=192.0.2.1;proto=https"),
            ],
            [
                ("Host", "a.example"),
                ("X-Forwarded-Host", "evil.example"),
                ("Forwarded", "proto=https"),
            ],
        ] {
            let origin = resolve(&PublicOrigin::BehindProxy, &headers, true);
            assert_eq!(origin.as_deref(), Ok("https://a.example"));
        }
    }

    #[test]
    fn strangers_have_no_say() {
        let headers = [
            ("Host", "a.example:8080"),
            ("X-Forwarded-Host", "evil.example"),
            ("Forwarded", "host=evil.example;proto=https"),
        ];
        let fixed = PublicOrigin::Fixed(Origin::parse("https://b.example").unwrap());
        assert_eq!(
            resolve(&fixed, &headers, true).as_deref(),
            Ok("https://b.example")
        );
        let direct = PublicOrigin::Host {
            is_secure: true,
            names: Vec::new(),
        };
        assert_eq!(
            resolve(&direct, &headers, true).as_deref(),
            Ok("https://a.example:8080")
        );
        let behind = PublicOrigin::BehindProxy;
        assert_eq!(
            resolve(&behind, &headers, false).as_deref(),
            Ok("http://a.example:8080")
        );
        assert_eq!(resolve(&direct, &[], true), Err(UrlError::HostMissing));
        assert_eq!(
            resolve(&direct, &[("Host", "a b")], true),
            Err(UrlError::HostMalformed)
        );
    }

    #[test]
    fn a_server_answers_to_its_own_names_only() {
        let own = PublicOrigin::Host {
            is_secure: true,
            names: vec!["A.example".to_owned(), "b.example:8443".to_owned()],
        };
        for (host, origin) in [
            ("a.example", Ok("https://a.example")),
            ("A.EXAMPLE:443", Ok("https://a.example")),
            ("b.example:8443", Ok("https://b.example:8443")),
            ("b.example", Err(UrlError::HostUnknown)),
            ("evil.example", Err(UrlError::HostUnknown)),
            ("a.example.evil.example", Err(UrlError::HostUnknown)),
        ] {
            let resolved = resolve(&own, &[("Host", host)], false);
            assert_eq!(resolved, origin.map(str::to_owned), "{host}");
        }
    }

    #[test]
    fn the_last_proxy_has_the_word() {
        let headers = [
            ("host", "10.0.0.1"),
            (
                "forwarded",
                r#"host=evil.example, for=192.0.2.1;Proto=https;host="a.example:443""#,
            ),
            ("x-forwarded-proto", "http"),
        ];
        assert_eq!(
            resolve(&PublicOrigin::BehindProxy, &headers, true).as_deref(),
            Ok("https://a.example")
        );
        let headers = [("host", "a.example"), ("x-forwarded-proto", "http, https")];
        assert_eq!(
            resolve(&PublicOrigin::BehindProxy, &headers, true).as_deref(),
            Ok("https://a.example")
        );
    }
}
