//! Where a request comes from, also through a proxy.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::{HeaderMap, HeaderName};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The other end of the connection; left on every request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The address of whoever sent a request; left on every request from outside this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Remote(pub(crate) IpAddr);

/// Whose word about where a request comes from is taken: this machine's, and that of the named.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies(Vec<IpAddr>);

impl Proxies {
    pub(crate) fn new(addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        Self(
            addresses
                .into_iter()
                .map(|address| address.to_canonical())
                .collect(),
        )
    }

    /// Whether an address is a proxy of ours.
    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_loopback() || self.0.contains(&address)
    }

    /// Who sent a request. Nothing is known of it if a proxy does not say, or says what is no address.
    ///
    /// Each proxy adds whom it heard from at the end, so the last that is no proxy of ours is the
    /// one whom ours heard from; what stands in front of it can be made up.
    pub(crate) fn remote(&self, peer: Peer, headers: &HeaderMap) -> Option<Remote> {
        if !self.contain(peer.0) {
            return Some(Remote(peer.0.to_canonical()));
        }
        let lists = headers.get_all(FORWARDED_FOR).iter().rev();
        lists
            .flat_map(|list| list.as_bytes().rsplit(|byte| *byte == b','))
            .map(address)
            .find(|address| !address.is_some_and(|address| self.contain(address)))
            .flatten()
            .map(|address| Remote(address.to_canonical()))
    }
}

/// An address as proxies write it: bare, in brackets, or with the port of the connection.
fn address(written: &[u8]) -> Option<IpAddr> {
    let written = str::from_utf8(written).ok()?.trim();
    let bracketed = || written.strip_prefix('[')?.strip_suffix(']');
    let with_port = || written.parse::<SocketAddr>().ok();
    written
        .parse()
        .ok()
        .or_else(|| bracketed()?.parse::<Ipv6Addr>().ok().map(IpAddr::V6))
        .or_else(|| with_port().map(|address| address.ip()))
}

impl Remote {
    /// What is counted as one: an IPv4 address, or the IPv6 network that one customer is given.
    pub(crate) fn network(self) -> IpAddr {
        match self.0 {
            IpAddr::V4(_) => self.0,
            IpAddr::V6(address) => {
                let network = address.to_bits() & !u128::from(u64::MAX);
                IpAddr::V6(Ipv6Addr::from_bits(network))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn remote(peer: &str, forwarded: &'static str) -> Option<String> {
        let proxies = Proxies::new(["192.0.2.9".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        headers.insert(FORWARDED_FOR, HeaderValue::from_static(forwarded));
        let remote = proxies.remote(Peer(peer.parse().unwrap()), &headers);
        remote.map(|remote| remote.0.to_string())
    }

    #[test]
    fn only_proxies_are_believed() {
        for (peer, forwarded, expected) in [
            ("198.51.100.1", "203.0.113.5", Some("198.51.100.1")),
            ("127.0.0.1", "203.0.113.5", Some("203.0.113.5")),
            ("127.0.0.1", "10.0.0.1, 203.0.113.5", Some("203.0.113.5")),
            ("127.0.0.1", "203.0.113.5, 192.0.2.9", Some("203.0.113.5")),
            ("192.0.2.9", "2001:db8::1", Some("2001:db8::1")),
            ("::1", "", None),
            ("127.0.0.1", "nobody", None),
            // What the proxy of ours says counts, however it writes it,
            (
                "127.0.0.1",
                "10.0.0.1, 203.0.113.5:51234",
                Some("203.0.113.5"),
            ),
            (
                "127.0.0.1",
                "10.0.0.1, [2001:db8::1]:4711",
                Some("2001:db8::1"),
            ),
            ("127.0.0.1", "10.0.0.1, [2001:db8::1]", Some("2001:db8::1")),
            (
                "127.0.0.1",
                "203.0.113.5, 192.0.2.9:80",
                Some("203.0.113.5"),
            ),
            // and what it cannot say is not looked for in what the client made up.
            ("127.0.0.1", "10.0.0.1, unknown", None),
            ("127.0.0.1", "10.0.0.1, _hidden, 192.0.2.9", None),
            ("127.0.0.1", "10.0.0.1,", None),
        ] {
            assert_eq!(
                remote(peer, forwarded).as_deref(),
                expected,
                "{peer} {forwarded}"
            );
        }
    }

    #[test]
    fn an_ipv6_network_counts_as_one() {
        let network = |text: &str| Remote(text.parse().unwrap()).network().to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("203.0.113.5"), "203.0.113.5");
    }
}
