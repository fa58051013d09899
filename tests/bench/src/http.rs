//! As much HTTP as the benchmark speaks.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};

/// A GraphQL request as it goes onto the wire, from the bearer of `token`.
pub fn graphql_request(token: Option<&str>, document: &str, variables: &Value) -> Vec<u8> {
    let body = json!({ "query": document, "variables": variables }).to_string();
    let authorization = token.map(|token| format!("authorization: Bearer {token}\r\n"));
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\n{}content-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        authorization.unwrap_or_default(),
        body.len(),
    );
    request.into_bytes()
}

/// The request that begins a WebSocket.
pub fn upgrade_request(path: &str, subprotocol: Option<&str>) -> Vec<u8> {
    let subprotocol = subprotocol.map(|name| format!("sec-websocket-protocol: {name}\r\n"));
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n",
        subprotocol.unwrap_or_default(),
    );
    request.into_bytes()
}

/// Where the head of a request or response ends and its body begins, if it has come so far.
pub fn body_start(response: &[u8]) -> Option<usize> {
    let end = response.windows(4).position(|four| four == b"\r\n\r\n");
    end.map(|end| end + 4)
}

/// What a response that is complete has for a body.
pub fn body(response: &[u8]) -> &[u8] {
    &response[body_start(response).unwrap_or(response.len())..]
}

/// Whether a response is there to its end, be it of a known length or in chunks.
pub fn is_complete(response: &[u8]) -> bool {
    let Some(start) = body_start(response) else {
        return false;
    };
    let head = String::from_utf8_lossy(&response[..start]).to_ascii_lowercase();
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
    match header("content-length:").map(|length| length.trim().parse::<usize>()) {
        Some(length) => length.is_ok_and(|length| response.len() >= start + length),
        None => response.ends_with(b"\r\n0\r\n\r\n"),
    }
}

/// One connection that asks, and waits for each answer.
pub struct Client {
    stream: TcpStream,
}

impl Client {
    pub fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream })
    }

    /// The `data` of the answer. Errors of any kind are errors here.
    pub fn ask(
        &mut self,
        token: Option<&str>,
        document: &str,
        variables: &Value,
    ) -> io::Result<Value> {
        let response = self.exchange(&graphql_request(token, document, variables))?;
        let mut answer: Value = serde_json::from_slice(body(&response))?;
        let data = answer["data"].take();
        // Every mutation's payload has user errors, which must be an empty list.
        let mut payloads = data.as_object().into_iter().flat_map(|data| data.values());
        let refused = |payload: &Value| payload["userErrors"].get(0).is_some();
        if data.is_null() || payloads.any(refused) {
            let text = String::from_utf8_lossy(&response).into_owned();
            return Err(io::Error::other(format!("{document} gave {text}")));
        }
        Ok(data)
    }

    /// Sends a finished request; the whole response.
    pub fn exchange(&mut self, request: &[u8]) -> io::Result<Vec<u8>> {
        self.stream.write_all(request)?;
        let mut response = Vec::new();
        let mut buffer = [0; 16 * 1024];
        while !is_complete(&response) {
            match self.stream.read(&mut buffer)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                length => response.extend(&buffer[..length]),
            }
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::is_complete;

    #[test]
    fn a_response_is_complete_with_its_body() {
        let responses: [&[u8]; 2] = [
            b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        ];
        for response in responses {
            assert!(is_complete(response));
            for cut in 0..response.len() {
                assert!(!is_complete(&response[..cut]), "{cut}");
            }
        }
    }
}
