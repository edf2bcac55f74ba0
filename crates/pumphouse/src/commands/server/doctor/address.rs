//! Whether the server can listen, and whether the world reaches it.

use std::io::ErrorKind;
use std::time::Duration;

use pumphouse_store::Inspection;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::Patient;
use super::finding::Finding;
use crate::error::Error;

const PORT: &str = "port";
const PUBLIC: &str = "public";
/// Nobody waits longer for a server.
const PATIENCE: Duration = Duration::from_secs(15);

pub(super) async fn examine(patient: &Patient) -> Vec<Finding> {
    let settings = &patient.settings;
    let addresses = [
        Some(settings.listen(settings.port)),
        settings.bounce_address(),
        settings.metrics.clone(),
    ];
    let mut findings = Vec::new();
    for address in addresses.into_iter().flatten() {
        findings.push(match &patient.running {
            Some(_) if address.ends_with(":0") => Finding::good(
                PORT,
                format!("a server runs, on a port of {address} that was free"),
            ),
            Some(_) => answers(&address).await,
            None => is_free(&address).await,
        });
    }
    findings
}

async fn answers(address: &str) -> Finding {
    match timeout(PATIENCE, TcpStream::connect(address)).await {
        Ok(Ok(_)) => Finding::good(PORT, format!("a server runs and answers at {address}")),
        _ => Finding::failure(
            PORT,
            format!("a server runs, but nothing answers at {address}"),
            "was it started with other settings? give the same ones, or start it again",
        ),
    }
}

async fn is_free(address: &str) -> Finding {
    let advice = match TcpListener::bind(address).await {
        Ok(_) => return Finding::good(PORT, format!("no server runs, and {address} is free")),
        Err(error) => match error.kind() {
            ErrorKind::AddrInUse => {
                "another program uses it, or a server whose control socket is elsewhere: stop it, or choose \
                 another port"
            }
            ErrorKind::PermissionDenied => {
                "ports below 1024 need privileges: choose a higher one behind a proxy, or give the service \
                 AmbientCapabilities=CAP_NET_BIND_SERVICE"
            }
            _ => "is it an address of this machine? see the settings address and port",
        },
    };
    Finding::failure(PORT, format!("{address} cannot be listened on"), advice)
}

/// Asks as other servers do: what the host is, and who its first user is.
pub(super) async fn examine_public(patient: &Patient) -> Result<Vec<Finding>, Error> {
    let settings = &patient.settings;
    let inspection = Inspection::open(&settings.data_dir()?).ok().flatten();
    let kept = |name| inspection.as_ref()?.setting(name).ok().flatten();
    let (Some(base), client) = (kept("base_url"), client()?) else {
        let text = "there is no data yet, so no address to ask";
        return Ok(vec![Finding::warning(
            PUBLIC,
            text,
            "start the server first",
        )]);
    };
    let nickname = inspection
        .as_ref()
        .and_then(|inspection| inspection.first_nickname().ok()?);
    let origin = origin(&base);
    let mut findings = vec![
        ask(
            &client,
            &format!("{origin}/.well-known/host-meta.json"),
            &base,
        )
        .await,
    ];
    if let Some(nickname) = nickname {
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        let url = format!("{origin}/.well-known/webfinger?resource=acct:{nickname}@{host}");
        findings.push(ask(&client, &url, &base).await);
    }
    Ok(findings)
}

fn client() -> Result<reqwest::Client, Error> {
    let client = reqwest::Client::builder().timeout(PATIENCE).build();
    client.map_err(|error| Error::failure("cannot make an HTTP client").with_source(error))
}

/// The part of an address before its path.
fn origin(base: &str) -> &str {
    let host = base.find("://").map_or(0, |at| at + 3);
    let end = base[host..].find('/').map_or(base.len(), |at| host + at);
    &base[..end]
}

async fn ask(client: &reqwest::Client, url: &str, base: &str) -> Finding {
    let advice = "does the name lead to this machine, and the proxy to the server? does the firewall let it in?";
    let answer = match client.get(url).send().await {
        Ok(answer) => answer,
        Err(error) => {
            let mut text = format!("{url} cannot be reached");
            let mut cause = std::error::Error::source(&error);
            while let Some(error) = cause {
                text = format!("{text}: {error}");
                cause = error.source();
            }
            return Finding::failure(PUBLIC, text, advice);
        }
    };
    let status = answer.status();
    let text = answer.text().await.unwrap_or_default();
    if status.is_success() && text.contains(base) {
        return Finding::good(PUBLIC, format!("{url} answers"));
    }
    Finding::failure(
        PUBLIC,
        format!("{url} answers {status}, and not as this server does"),
        "another program answers there: see where the name and the proxy lead",
    )
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_origin_ends_before_the_path() {
        assert_eq!(origin("https://pump.example"), "https://pump.example");
        assert_eq!(
            origin("http://pump.example:8000/a/b"),
            "http://pump.example:8000"
        );
    }
}
