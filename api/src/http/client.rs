//! Who is asking: the client's address, even from behind a proxy.

use std::{net::IpAddr, str::FromStr};

use axum::http::HeaderMap;

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<Network>);

#[derive(Debug, Clone, Copy)]
struct Network {
    address: IpAddr,
    prefix: u8,
}

impl TrustedProxies {
    /// Reads addresses and networks (`10.0.0.0/8`, `::1`).
    ///
    /// # Errors
    /// A sentence that names the first entry that is neither.
    pub fn parse<S: AsRef<str>>(entries: impl IntoIterator<Item = S>) -> Result<Self, String> {
        entries
            .into_iter()
            .map(|entry| entry.as_ref().trim().parse())
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The client's address: `peer`, unless that is a trusted proxy; then the last address in
    /// `X-Forwarded-For` that is not one. What stands further left is the client's own claim.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let forwarded = headers.get_all("x-forwarded-for");
        let mut claims: Vec<&str> = forwarded
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        while self.trusts(client) {
            let Some(claim) = claims.pop().and_then(|claim| parse_claim(claim.trim())) else {
                break;
            };
            client = claim;
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// Some proxies append a port, and bracket IPv6 then.
fn parse_claim(claim: &str) -> Option<IpAddr> {
    let address = claim.parse::<IpAddr>().ok().or_else(|| {
        let socket = claim.parse::<std::net::SocketAddr>().ok()?;
        Some(socket.ip())
    })?;
    Some(address.to_canonical())
}

impl FromStr for Network {
    type Err = String;

    fn from_str(entry: &str) -> Result<Self, String> {
        let malformed =
            || format!("`{entry}` is neither an IP address nor a network like 10.0.0.0/8");
        let (address, prefix) = match entry.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (entry, None),
        };
        let address: IpAddr = address.parse().map_err(|_| malformed())?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(bits), |prefix| prefix.parse().map_err(|_| malformed()))?;
        if prefix > bits {
            return Err(malformed());
        }
        Ok(Self { address, prefix })
    }
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        fn same_start(left: u128, right: u128, bits: u32, prefix: u8) -> bool {
            let rest = bits - u32::from(prefix);
            left.checked_shr(rest).unwrap_or(0) == right.checked_shr(rest).unwrap_or(0)
        }
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let (network, address) = (u32::from(network), u32::from(address));
                same_start(network.into(), address.into(), 32, self.prefix)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                same_start(network.into(), address.into(), 128, self.prefix)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&'static str]) -> String {
        let proxies = TrustedProxies::parse(["10.0.0.0/8", "::1", "fd00::/8"]).expect("networks");
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().expect("header"));
        }
        let peer = peer.parse().expect("address");
        proxies.client(peer, &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(client("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(client("10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("::ffff:10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("::1", &["2001:db8::7"]), "2001:db8::7");
    }

    #[test]
    fn the_clients_own_claims_are_not_believed() {
        assert_eq!(
            client("10.1.2.3", &["1.1.1.1, 198.51.100.1"]),
            "198.51.100.1"
        );
        assert_eq!(
            client("10.1.2.3", &["1.1.1.1, 198.51.100.1", "10.9.9.9"]),
            "198.51.100.1"
        );
        assert_eq!(client("10.1.2.3", &["unknown"]), "10.1.2.3");
        assert_eq!(client("10.1.2.3", &["[2001:db8::7]:4711"]), "2001:db8::7");
        assert_eq!(client("10.1.2.3", &[]), "10.1.2.3");
    }

    #[test]
    fn malformed_networks_are_named() {
        for entry in ["10.0.0.0/33", "ten", "10.0.0.0/", "::/129"] {
            let message = TrustedProxies::parse([entry]).expect_err("malformed");
            assert!(message.contains(entry), "{message}");
        }
    }
}
