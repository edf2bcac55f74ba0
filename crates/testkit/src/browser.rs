//! A person with a browser: pages, forms and cookies.

use std::collections::BTreeMap;

use crate::call::Call;
use crate::caller::{Caller, PASSWORD};
use crate::reply::Reply;

/// Keeps cookies, and says with each form where it comes from, as browsers do.
pub struct Browser {
    caller: Caller,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn new(caller: Caller) -> Self {
        Self {
            caller,
            cookies: BTreeMap::new(),
        }
    }

    /// A request with the browser's cookies that is yet to be sent; what it sets is not kept.
    pub fn request(&self, method: &str, address: &str) -> Call {
        let call = self.caller.request(method, address).header(
            "accept",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        );
        if self.cookies.is_empty() {
            return call;
        }
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        call.header("cookie", &cookies.join("; "))
    }

    /// Opens a page.
    pub async fn get(&mut self, address: &str) -> Reply {
        let call = self.request("GET", address);
        self.send(call).await
    }

    /// Sends a form from a page of the server.
    pub async fn submit(&mut self, address: &str, fields: &[(&str, &str)]) -> Reply {
        let door = &self.caller.door;
        let origin = door.base.strip_suffix(&door.path).unwrap_or(&door.base);
        let origin = origin.to_owned();
        let call = self
            .request("POST", address)
            .header("origin", &origin)
            .header("sec-fetch-site", "same-origin")
            .form(fields);
        self.send(call).await
    }

    /// Logs in on the log-in page.
    pub async fn log_in(&mut self, nickname: &str) -> Reply {
        let fields = [("nickname", nickname), ("password", PASSWORD)];
        self.submit("/main/login", &fields).await
    }

    /// Whether the browser holds a session, as far as it knows.
    pub fn has_session(&self) -> bool {
        let is_session = |name: &String| name.trim_start_matches("__Host-") == "pumphouse";
        self.cookies.keys().any(is_session)
    }

    async fn send(&mut self, call: Call) -> Reply {
        let reply = call.send().await;
        for cookie in reply.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("a cookie in ASCII");
            let pair = cookie.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie with a value");
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        reply
    }
}
