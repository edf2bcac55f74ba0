//! Where people are sent back to: only where the program said so when it registered.

use url::{Host, Url};

/// The registered address of programs that cannot take an answer: the code is shown to the person.
const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// Where a person goes after deciding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RedirectUri {
    /// Nowhere: the code is shown.
    OutOfBand,
    /// Back to the program.
    Address(Url),
}

impl RedirectUri {
    /// The address that a program asks for, if it is among those that it registered (separated by
    /// spaces). It need not be given if there is but one.
    pub(super) fn find(given: Option<&str>, registered: &str) -> Option<Self> {
        let mut registered = registered.split(' ').filter(|address| !address.is_empty());
        let address = match given {
            Some(given) => registered
                .find(|known| matches(given, known))
                .map(|_| given)?,
            None => registered.next().filter(|_| registered.next().is_none())?,
        };
        if is_out_of_band(address) {
            return Some(Self::OutOfBand);
        }
        let address = Url::parse(address).ok()?;
        let fits = matches!(address.scheme(), "http" | "https") && address.fragment().is_none();
        fits.then_some(Self::Address(address))
    }

    /// The address with an answer; none if the answer is to be shown.
    pub(crate) fn answer(&self, parameters: &[(&str, &str)]) -> Option<String> {
        match self {
            Self::OutOfBand => None,
            Self::Address(address) => {
                let mut address = address.clone();
                address.query_pairs_mut().extend_pairs(parameters);
                Some(address.into())
            }
        }
    }
}

/// Whether a redirect address stands for showing the answer to the person.
pub(crate) fn is_out_of_band(address: &str) -> bool {
    address == OUT_OF_BAND
}

/// Addresses are compared letter by letter, but for the port of a loopback address: programs take
/// the one that is free (RFC 8252, section 7.3).
fn matches(given: &str, registered: &str) -> bool {
    given == registered
        || match (without_port(given), without_port(registered)) {
            (Some(given), Some(registered)) => given == registered,
            _ => false,
        }
}

/// A plain loopback address without its port.
fn without_port(address: &str) -> Option<Url> {
    let mut url = Url::parse(address).ok()?;
    let is_loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    };
    let is_plain = url.scheme() == "http" && url.username().is_empty() && url.password().is_none();
    if !is_loopback || !is_plain {
        return None;
    }
    url.set_port(None).ok()?;
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(given: &str, registered: &str) -> bool {
        RedirectUri::find(Some(given), registered).is_some()
    }

    #[test]
    fn an_address_is_one_of_those_registered_letter_by_letter() {
        let registered = "https://app.test/cb?x=1 https://app.test/other";
        assert!(found("https://app.test/cb?x=1", registered));
        assert!(found("https://app.test/other", registered));
        for other in [
            "https://app.test/cb",
            "https://app.test/cb?x=1&y=2",
            "https://app.test/other/../cb",
            "https://app.test:8443/other",
            "http://app.test/other",
            "https://app.test@evil.test/other",
            "https://app.test/other#fragment",
            "https://app.test/cb?x=1 https://app.test/other",
            "urn:ietf:wg:oauth:2.0:oob",
            "",
        ] {
            assert!(!found(other, registered), "{other}");
        }
        assert!(!found("https://app.test/", ""));
    }

    #[test]
    fn a_loopback_address_may_have_any_port() {
        assert!(found("http://127.0.0.1:7777/cb", "http://127.0.0.1/cb"));
        assert!(found("http://localhost:7777/cb", "http://localhost:80/cb"));
        assert!(found("http://[::1]:7777/cb", "http://[::1]:1/cb"));
        for other in [
            "http://127.0.0.1:7777/other",
            "http://127.0.0.2:7777/cb",
            "http://localhost:7777/cb",
            "https://127.0.0.1:7777/cb",
            "http://a@127.0.0.1:7777/cb",
        ] {
            assert!(!found(other, "http://127.0.0.1/cb"), "{other}");
        }
    }

    #[test]
    fn without_an_address_the_only_registered_one_counts() {
        let one = RedirectUri::find(None, "https://app.test/cb").unwrap();
        let address = one.answer(&[("code", "a b")]);
        assert_eq!(address.as_deref(), Some("https://app.test/cb?code=a+b"));
        assert_eq!(
            RedirectUri::find(None, "https://a.test/ https://b.test/"),
            None
        );
        assert_eq!(RedirectUri::find(None, ""), None);
    }

    #[test]
    fn answers_join_the_query_that_is_there() {
        for (registered, wanted) in [
            ("https://app.test", "https://app.test/?code=c&state=s"),
            (
                "https://app.test/cb?x=%20y",
                "https://app.test/cb?x=%20y&code=c&state=s",
            ),
            ("https://app.test/cb?", "https://app.test/cb?code=c&state=s"),
        ] {
            let uri = RedirectUri::find(Some(registered), registered).unwrap();
            let answer = uri.answer(&[("code", "c"), ("state", "s")]);
            assert_eq!(answer.as_deref(), Some(wanted));
        }
        let shown = RedirectUri::find(Some(OUT_OF_BAND), OUT_OF_BAND).unwrap();
        assert_eq!(shown.answer(&[("code", "c")]), None);
    }
}
