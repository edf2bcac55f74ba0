//! E-mail addresses.

use lettre::Address;

use crate::error::{Error, Result};

/// The longest address that mail servers take.
const LONGEST: usize = 254;

/// An address that mail can be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Email(String);

impl Email {
    /// Reads an address: a name, `@` and a host, nothing around them.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let fits = text.len() <= LONGEST && text.parse::<Address>().is_ok();
        fits.then(|| Self(text.to_owned()))
    }

    /// Reads an address that has to be there; the texts are those that clients know (section 4.3).
    pub(crate) fn required(text: Option<&str>) -> Result<Self> {
        let text = text.filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| Error::bad_request("No email address"))?;
        Self::parse(text).ok_or_else(|| Error::bad_request("Invalid email address provided"))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Email;

    #[test]
    fn addresses_have_a_name_and_a_host() {
        for good in ["a@b.test", "a.b+c@d.test", "x@localhost", "x@[127.0.0.1]"] {
            assert!(Email::parse(good).is_some(), "{good}");
        }
        let long = format!("{}@b.test", "x".repeat(300));
        for bad in [
            "",
            "a",
            "@b.test",
            "a@",
            "a b@c.test",
            "a@b c",
            "a@b\r\nBcc: x@y",
            "<a@b.test>",
            &long,
        ] {
            assert!(Email::parse(bad).is_none(), "{bad}");
        }
    }
}
