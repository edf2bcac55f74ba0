//! Cookies of the server.

use http::{HeaderMap, HeaderValue, header};

use crate::error::{Error, Result};

/// A cookie that scripts cannot read and that other sites' forms do not bring.
pub(crate) struct Cookie {
    /// Its name over plain http.
    pub(crate) name: &'static str,
    /// Its name over https, where browsers guard names that begin with `__Host-` against other
    /// hosts and plain http.
    pub(crate) guarded: &'static str,
}

impl Cookie {
    fn name(&self, https: bool) -> &'static str {
        if https { self.guarded } else { self.name }
    }

    /// The value that a browser holds.
    pub(crate) fn find<'a>(&self, https: bool, headers: &'a HeaderMap) -> Option<&'a str> {
        let name = self.name(https);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(given, _)| *given == name)
            .map(|(_, value)| value)
    }

    /// The value of `Set-Cookie`: for so many seconds, or until the browser is closed.
    pub(crate) fn set(
        &self,
        https: bool,
        value: &str,
        seconds: Option<i64>,
    ) -> Result<HeaderValue> {
        let name = self.name(https);
        let age = seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
        let secure = if https { "; Secure" } else { "" };
        HeaderValue::try_from(format!(
            "{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}"
        ))
        .map_err(|error| Error::internal("cookie", error))
    }
}
