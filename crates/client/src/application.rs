//! What a program says of itself when it registers with a server.

use url::Url;

use crate::error::{Error, ErrorKind, Result};

/// A program that uses pump.io accounts, as servers and people see it
/// (pump.io protocol, section 2.1).
///
/// ```
/// use pumphouse_client::Application;
///
/// let application = Application::native("Test.io")
///     .with_contact("me@example.com")
///     .with_logo("https://example.com/logo.png".parse()?);
/// # Ok::<(), url::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    name: String,
    kind: ApplicationType,
    contacts: Vec<String>,
    logo: Option<Url>,
    redirect_uris: Vec<Url>,
}

/// Where a program runs.
///
/// ```
/// use pumphouse_client::{Application, ApplicationType};
///
/// assert_eq!(Application::native("Test.io").application_type(), ApplicationType::Native);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ApplicationType {
    /// On a person's own device.
    Native,
    /// On a web server.
    Web,
}

impl Application {
    /// A program on a person's own device. The name is shown where people agree, and beside what
    /// they post.
    pub fn native(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: ApplicationType::Native,
            contacts: Vec::new(),
            logo: None,
            redirect_uris: Vec::new(),
        }
    }

    /// A program on a web server.
    pub fn web(name: impl Into<String>) -> Self {
        Self {
            kind: ApplicationType::Web,
            ..Self::native(name)
        }
    }

    /// Adds an e-mail address of those who are responsible for the program.
    #[must_use]
    pub fn with_contact(mut self, address: impl Into<String>) -> Self {
        self.contacts.push(address.into());
        self
    }

    /// Sets the address of a picture. Old servers take public host names only.
    #[must_use]
    pub fn with_logo(mut self, url: Url) -> Self {
        self.logo = Some(url);
        self
    }

    /// Adds an address that people may be sent back to after agreeing. Old servers refuse
    /// `localhost`, take `127.0.0.1`, and compare none of them.
    #[must_use]
    pub fn with_redirect_uri(mut self, url: Url) -> Self {
        self.redirect_uris.push(url);
        self
    }

    /// The name of the program.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the program runs.
    pub fn application_type(&self) -> ApplicationType {
        self.kind
    }

    /// Refuses what the wire cannot carry: names of nothing, addresses with spaces in lists that
    /// spaces divide.
    pub(crate) fn check(&self) -> Result<()> {
        let invalid = |why: String| Err(Error::new(ErrorKind::InvalidInput, why));
        if self.name.trim().is_empty() {
            return invalid("the application has no name".to_owned());
        }
        for contact in &self.contacts {
            if !contact.contains('@') || contact.contains(char::is_whitespace) {
                return invalid(format!("the contact '{contact}' is no e-mail address"));
            }
        }
        Ok(())
    }

    /// The body of a registration.
    pub(crate) fn associate(&self) -> serde_json::Value {
        let mut body = serde_json::json!({
            "type": "client_associate",
            "application_type": match self.kind {
                ApplicationType::Native => "native",
                ApplicationType::Web => "web",
            },
            "application_name": self.name,
        });
        if !self.contacts.is_empty() {
            body["contacts"] = self.contacts.join(" ").into();
        }
        if let Some(logo) = &self.logo {
            body["logo_url"] = logo.as_str().into();
        }
        if !self.redirect_uris.is_empty() {
            let uris: Vec<&str> = self.redirect_uris.iter().map(Url::as_str).collect();
            body["redirect_uris"] = uris.join(" ").into();
        }
        body
    }
}

impl From<&str> for Application {
    fn from(name: &str) -> Self {
        Self::native(name)
    }
}

impl From<String> for Application {
    fn from(name: String) -> Self {
        Self::native(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_travel_as_texts_divided_by_spaces() {
        let application = Application::web("Test.io")
            .with_contact("a@example.com")
            .with_contact("b@example.com")
            .with_redirect_uri("https://a.example/x".parse().unwrap())
            .with_redirect_uri("https://a.example/y".parse().unwrap())
            .with_logo("https://a.example/logo.png".parse().unwrap());
        assert!(application.check().is_ok());
        assert_eq!(
            application.associate(),
            serde_json::json!({
                "type": "client_associate",
                "application_type": "web",
                "application_name": "Test.io",
                "contacts": "a@example.com b@example.com",
                "logo_url": "https://a.example/logo.png",
                "redirect_uris": "https://a.example/x https://a.example/y",
            })
        );
        let bare = Application::native("x").associate();
        assert_eq!(bare.as_object().unwrap().len(), 3);
    }

    #[test]
    fn impossible_contacts_and_names_are_refused() {
        for application in [
            Application::native(" "),
            Application::native("x").with_contact("nobody"),
            Application::native("x").with_contact("a@b c@d"),
        ] {
            assert_eq!(
                application.check().unwrap_err().kind(),
                ErrorKind::InvalidInput
            );
        }
    }
}
