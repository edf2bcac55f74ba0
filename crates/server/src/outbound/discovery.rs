//! Discovery of other servers (pump.io protocol, section 9.4).

use url::Url;

use super::client::{Outbound, Unreached};
use super::links::{self, Link};
use crate::domain::dialback::Identity;
use crate::urls::component;

const JSON: &str = "application/json";
const XRD: &str = "application/xrd+xml";
const EITHER: &str = "application/json, application/xrd+xml; q=0.5";

/// The address at which a host or person confirms what was sent in its name.
pub(crate) async fn dialback_address(
    outbound: &Outbound,
    identity: &Identity,
) -> Result<Url, Unreached> {
    let links = match identity {
        Identity::Host(host) => host_meta(outbound, host).await?,
        Identity::Person { host, .. } => webfinger(outbound, host, identity.as_str()).await?,
    };
    let link = links.iter().find(|link| has_rel(link, "dialback"));
    link.and_then(|link| Url::parse(link.href.as_deref()?).ok())
        .ok_or_else(|| Unreached::new(format!("No dialback link for {}", identity.as_str())))
}

/// The metadata of a host: over https in both forms, then over http.
async fn host_meta(outbound: &Outbound, host: &str) -> Result<Vec<Link>, Unreached> {
    let mut failure = None;
    for scheme in ["https", "http"] {
        for (document, accept) in [("host-meta.json", JSON), ("host-meta", EITHER)] {
            let address = format!("{scheme}://{host}/.well-known/{document}");
            match read(outbound, &address, accept).await {
                Ok(links) => return Ok(links),
                Err(error) => failure = Some(error),
            }
        }
    }
    Err(failure.unwrap_or_else(|| Unreached::new(format!("Invalid hostname: {host}"))))
}

/// What is known of a person: by webfinger over https, else as the metadata of the host says.
async fn webfinger(outbound: &Outbound, host: &str, address: &str) -> Result<Vec<Link>, Unreached> {
    let resources = [format!("acct:{address}"), address.to_owned()].map(|text| component(&text));
    for resource in &resources {
        let address = format!("https://{host}/.well-known/webfinger?resource={resource}");
        if let Ok(links) = read(outbound, &address, JSON).await {
            return Ok(links);
        }
    }
    let meta = host_meta(outbound, host).await?;
    for media_type in [JSON, XRD] {
        let template = meta
            .iter()
            .filter(|link| has_rel(link, "lrdd") && link.media_type.as_deref() == Some(media_type))
            .find_map(|link| link.template.as_deref());
        if let Some(template) = template {
            let address = template.replace("{uri}", &resources[0]);
            if let Ok(links) = read(outbound, &address, EITHER).await {
                return Ok(links);
            }
        }
    }
    Err(Unreached::new(format!("Cannot find {address}")))
}

async fn read(
    outbound: &Outbound,
    address: &str,
    accept: &'static str,
) -> Result<Vec<Link>, Unreached> {
    let url =
        Url::parse(address).map_err(|_| Unreached::new(format!("Invalid address: {address}")))?;
    let fetched = outbound.get(&url, accept).await?;
    let links = links::parse(&fetched.body).filter(|_| fetched.status.is_success());
    links.ok_or_else(|| Unreached::new(format!("No metadata at {address}")))
}

fn has_rel(link: &Link, rel: &str) -> bool {
    link.rel.as_deref() == Some(rel)
}
