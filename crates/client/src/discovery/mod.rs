//! From the host of an address to the endpoints of its server.

mod endpoints;
mod host_meta;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use url::Url;

pub use self::endpoints::Endpoints;
use self::host_meta::HostMeta;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::{Answer, Outgoing, Redirects, Transport, is_loopback};

const PURPOSE: &str = "looking for a pump.io server";

/// Finds the endpoints of the server for the host part of an address, `host` or `host:port`.
///
/// Asks for the host's metadata (pump.io protocol, section 1.1) as JSON, then in either form, and
/// if there is none, whether the well-known paths are those of a pump.io server.
pub(crate) async fn discover(transport: &Transport, host: &str) -> Result<Endpoints> {
    let mut first_error = None;
    for base in bases(host, transport.plain_http())? {
        match discover_at(transport, &base).await {
            Ok(endpoints) => return Ok(endpoints),
            // The person has waited long enough.
            Err(error) if error.kind() == ErrorKind::Timeout => return Err(error),
            // What answered without speaking HTTP speaks TLS, and its certificate is the trouble.
            Err(error)
                if error.kind() == ErrorKind::Tls
                    && first_error.as_ref().map(Error::kind) == Some(ErrorKind::ConnectionLost) =>
            {
                first_error = Some(error);
            }
            Err(error) => {
                first_error.get_or_insert(error);
            }
        }
    }
    Err(first_error.unwrap_or_else(|| invalid_host(host)))
}

/// Where to look, in this order. Another machine is asked over https, unless plain http was
/// asked for; this machine over http first, where development servers are.
fn bases(host: &str, plain_http: bool) -> Result<Vec<Url>> {
    let at = |scheme: &str| {
        Url::parse(&format!("{scheme}://{host}/"))
            .ok()
            .filter(|url| url.path() == "/" && url.username().is_empty() && url.has_host())
            .ok_or_else(|| invalid_host(host))
    };
    let (https, http) = (at("https")?, at("http")?);
    Ok(if is_loopback(&http) {
        vec![http, https]
    } else if plain_http {
        vec![http]
    } else {
        vec![https]
    })
}

fn invalid_host(host: &str) -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        format!("'{host}' cannot be the host of an address"),
    )
}

async fn discover_at(transport: &Transport, base: &Url) -> Result<Endpoints> {
    if let Some(endpoints) = ask_host_meta(transport, base).await? {
        return Ok(endpoints);
    }
    if speaks_pump_io(transport, base).await? {
        return Ok(Endpoints::well_known(base));
    }
    Err(Error::new(
        ErrorKind::NotPumpIo,
        format!(
            "{} answers, but it is no pump.io server: it has no host metadata with a \
             registration endpoint, and no pump.io API",
            base.origin().ascii_serialization()
        ),
    ))
}

async fn ask_host_meta(transport: &Transport, base: &Url) -> Result<Option<Endpoints>> {
    const EITHER: HeaderValue =
        HeaderValue::from_static("application/json, application/xrd+xml;q=0.5");
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    for (path, accept) in [
        ("/.well-known/host-meta.json", JSON),
        ("/.well-known/host-meta", EITHER),
    ] {
        let mut request = Outgoing::new(PURPOSE, Method::GET, endpoints::at(base, path));
        request.redirects = Redirects::Anywhere;
        request.headers.insert(ACCEPT, accept);
        let answer = match transport.send(request, None).await {
            Ok(answer) => answer,
            // A host that cannot be reached, or leads astray, does so on every path.
            Err(error) if error.kind() != ErrorKind::InvalidAnswer => return Err(error),
            Err(_) => continue,
        };
        if !answer.status().is_success() {
            continue;
        }
        if let Some(meta) = HostMeta::parse(&answer) {
            // A host may hand its metadata over to another one: that is then the base.
            let base = endpoints::at_root(answer.url());
            if let Some(endpoints) = Endpoints::from_host_meta(&base, &meta)? {
                return Ok(Some(endpoints));
            }
        }
    }
    Ok(None)
}

/// Whether an unsigned who-am-I is refused as pump.io does it (pump.io protocol, section 13.2):
/// with JSON that has the one key `error`.
async fn speaks_pump_io(transport: &Transport, base: &Url) -> Result<bool> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Refusal {
        #[serde(rename = "error")]
        _error: String,
    }
    let whoami = Endpoints::well_known(base).whoami;
    let answer = match transport
        .send(Outgoing::new(PURPOSE, Method::GET, whoami), None)
        .await
    {
        Ok(answer) => answer,
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::Redirect
                    | ErrorKind::ForeignOrigin
                    | ErrorKind::InvalidAnswer
                    | ErrorKind::TooLarge
            ) =>
        {
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    let refused = matches!(
        answer.status(),
        StatusCode::UNAUTHORIZED | StatusCode::BAD_REQUEST
    );
    Ok(refused && is_json(&answer) && answer.json::<Refusal>().is_ok())
}

fn is_json(answer: &Answer) -> bool {
    answer
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(host: &str, plain_http: bool) -> Vec<String> {
        bases(host, plain_http)
            .unwrap()
            .iter()
            .map(Url::to_string)
            .collect()
    }

    #[test]
    fn other_machines_are_asked_over_https() {
        assert_eq!(texts("e14n.com", false), ["https://e14n.com/"]);
        assert_eq!(texts("e14n.com:8443", false), ["https://e14n.com:8443/"]);
        assert_eq!(texts("e14n.com", true), ["http://e14n.com/"]);
    }

    #[test]
    fn this_machine_is_asked_over_http_first() {
        for host in ["localhost:31337", "127.0.0.1:31337", "[::1]:31337"] {
            let http = format!("http://{host}/");
            assert_eq!(texts(host, false), [http, format!("https://{host}/")]);
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for host in ["", "a/b", "a b", "host:port", "[::1"] {
            assert_eq!(
                bases(host, false).unwrap_err().kind(),
                ErrorKind::InvalidInput,
                "{host}"
            );
        }
    }
}
