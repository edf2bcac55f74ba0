//! Which addresses may be spoken to, and which belong together.

use url::{Host, Url};

use crate::error::{Error, ErrorKind, Result};

/// Whether the address is on this machine, where plain http harms nobody:
/// 127.0.0.0/8, ::1 and `localhost`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Same scheme, host and port.
pub(crate) fn same_origin(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin() && one.origin().is_tuple()
}

/// Refuses schemes other than http and https, and plain http where it was not asked for.
pub(super) fn check_scheme(url: &Url, plain_http: bool, purpose: &str) -> Result<()> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if plain_http || is_loopback(url) => Ok(()),
        "http" => Err(Error::new(
            ErrorKind::PlainHttp,
            format!("{purpose}: {url} is not encrypted, and plain http was not asked for"),
        )),
        other => Err(Error::new(
            ErrorKind::InvalidInput,
            format!("{purpose}: addresses with '{other}:' cannot be asked"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn loopback_is_this_machine_only() {
        for local in [
            "http://localhost/",
            "http://LOCALHOST:8000/",
            "http://127.0.0.1/",
            "http://127.8.9.10:1/",
            "http://[::1]:80/",
        ] {
            assert!(is_loopback(&url(local)), "{local}");
        }
        for remote in [
            "http://localhost.example/",
            "http://128.0.0.1/",
            "http://[::2]/",
            "http://127.0.0.1.example/",
            "http://0.0.0.0/",
        ] {
            assert!(!is_loopback(&url(remote)), "{remote}");
        }
    }

    #[test]
    fn origins_differ_by_scheme_host_and_port() {
        let home = url("https://a.example/x");
        assert!(same_origin(&home, &url("https://A.example:443/y?z")));
        for other in [
            "http://a.example/x",
            "https://b.example/x",
            "https://a.example:444/x",
        ] {
            assert!(!same_origin(&home, &url(other)), "{other}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_or_on_demand() {
        assert!(check_scheme(&url("http://127.0.0.1/"), false, "x").is_ok());
        assert!(check_scheme(&url("http://a.example/"), true, "x").is_ok());
        let error = check_scheme(&url("http://a.example/"), false, "x").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PlainHttp);
        let error = check_scheme(&url("file:///etc/passwd"), true, "x").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
}
