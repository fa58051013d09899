//! How bytes reach the server: HTTP for queries and mutations, a WebSocket for what is live, one TLS set-up for both.

pub(crate) mod frames;
pub(crate) mod http;
pub(crate) mod socket;
pub(crate) mod tls;

use crate::Error;
use url::Url;

/// The addresses of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) http: Url,
    pub(crate) socket: Url,
}

impl Endpoint {
    /// From the address that people know (`https://chat.example.org`, or with a path where a proxy adds one).
    pub(crate) fn parse(server: &str) -> Result<Self, Error> {
        let unusable = |why: &str| Error::Setup {
            reason: format!("{server:?} is no server address: {why}"),
        };
        let mut http = Url::parse(server).map_err(|error| unusable(&error.to_string()))?;
        let socket_scheme = match http.scheme() {
            "http" => "ws",
            "https" => "wss",
            _ => return Err(unusable("it must begin with http:// or https://")),
        };
        http.set_query(None);
        http.set_fragment(None);
        http.path_segments_mut()
            .map_err(|()| unusable("it has no host"))?
            .pop_if_empty()
            .push("graphql");
        let mut socket = http.clone();
        socket
            .set_scheme(socket_scheme)
            .map_err(|()| unusable("it has no host"))?;
        Ok(Self { http, socket })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_addresses_come_from_the_servers() {
        let check = |server: &str, http: &str, socket: &str| {
            let endpoint = Endpoint::parse(server).expect(server);
            assert_eq!(
                (endpoint.http.as_str(), endpoint.socket.as_str()),
                (http, socket)
            );
        };
        check(
            "http://127.0.0.1:8080",
            "http://127.0.0.1:8080/graphql",
            "ws://127.0.0.1:8080/graphql",
        );
        check(
            "https://chat.example.org/",
            "https://chat.example.org/graphql",
            "wss://chat.example.org/graphql",
        );
        check(
            "https://example.org/chat/",
            "https://example.org/chat/graphql",
            "wss://example.org/chat/graphql",
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for server in [
            "",
            "chat.example.org",
            "ftp://chat.example.org",
            "127.0.0.1:8080",
        ] {
            assert!(
                matches!(Endpoint::parse(server), Err(Error::Setup { .. })),
                "{server:?}"
            );
        }
    }
}
