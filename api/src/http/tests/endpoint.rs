//! The endpoint, through its status codes and its headers.

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::server::{Server, until, within};

const JSON: &str = "Content-Type: application/json";

#[tokio::test]
async fn a_lost_connection_does_not_stop_a_mutation() {
    let server = Server::start().await;
    let body = r#"{"query":"mutation { poke }"}"#;
    let connection = server.send("POST /graphql", &[JSON], body).await;
    until(&server.world.begun, 1).await;
    drop(connection);
    // A second request shows that the server has had the time to notice.
    server.post("{ value }", &[]).await;
    server.stop();
    server.world.gate.send_replace(true);
    until(&server.world.done, 1).await;
    server.stopped().await;
}

#[tokio::test]
async fn a_panic_is_an_internal_error_and_nothing_more() {
    let server = Server::start().await;
    let answer = server.post("{ panics }", &[]).await;
    assert_eq!((answer.status, answer.code()), (500, json!("INTERNAL")));
    assert!(!answer.body.contains("on purpose"));
    assert_eq!(server.post("{ value }", &[]).await.status, 200);
}

#[tokio::test]
async fn an_uncoded_error_of_a_resolver_does_not_leak() {
    let server = Server::start().await;
    let answer = server.post("{ leaks }", &[]).await;
    assert_eq!((answer.status, answer.code()), (200, json!("INTERNAL")));
    assert!(!answer.body.contains("no such table"));
}

#[tokio::test]
async fn the_status_tells_how_a_request_went_where_the_client_can_tell() {
    let server = Server::start().await;
    for (query, status) in [
        ("{ value }", 200),
        ("{ nothing }", 400),
        ("{", 400),
        ("", 400),
    ] {
        let answer = server.post(query, &[]).await;
        assert_eq!(answer.status, status, "{query}");
        assert!(answer.has("content-type: application/graphql-response+json"));
        assert!(answer.has("cache-control: no-store"));
        if status == 400 {
            assert_eq!(answer.code(), "INVALID", "{query}");
            assert!(answer.json().get("data").is_none());
        }
        let body = json!({ "query": query }).to_string();
        let answer = server.request("POST /graphql", &[JSON], &body).await;
        assert_eq!(answer.status, 200, "{query}");
        assert!(answer.has("content-type: application/json"));
    }
}

#[tokio::test]
async fn what_is_no_graphql_request_is_refused_in_words() {
    let server = Server::start().await;
    let long = format!(r#"{{"query":"{}"}}"#, " ".repeat(128 * 1024));
    for (head, headers, body, status, code) in [
        ("POST /graphql", &[JSON][..], "{", 400, "INVALID"),
        ("POST /graphql", &[JSON], "", 400, "INVALID"),
        ("POST /graphql", &[JSON], "[]", 400, "INVALID"),
        (
            "POST /graphql",
            &[JSON],
            r#"[{"query":"{ value }"}]"#,
            400,
            "INVALID",
        ),
        (
            "POST /graphql",
            &[JSON],
            r#"{"query":"{ value }","variables":1}"#,
            400,
            "INVALID",
        ),
        (
            "POST /graphql",
            &[JSON],
            r#"{"query":"subscription { count(to: 1) }"}"#,
            400,
            "INVALID",
        ),
        (
            "POST /graphql",
            &["Content-Type: text/plain"],
            r#"{"query":"{ value }"}"#,
            415,
            "INVALID",
        ),
        (
            "POST /graphql",
            &["Content-Type: application/json; charset=latin1"],
            "{}",
            415,
            "INVALID",
        ),
        (
            "POST /graphql",
            &[],
            r#"{"query":"{ value }"}"#,
            415,
            "INVALID",
        ),
        ("POST /graphql", &[JSON], &long, 413, "TOO_LARGE"),
        (
            "POST /graphql",
            &[JSON, "Accept: text/html"],
            r#"{"query":"{ value }"}"#,
            406,
            "INVALID",
        ),
        ("GET /graphql", &[], "", 400, "INVALID"),
        (
            "GET /graphql?query=%7Bvalue%7D&variables=x",
            &[],
            "",
            400,
            "INVALID",
        ),
        (
            "GET /graphql?query=mutation%7Bpoke%7D",
            &[],
            "",
            405,
            "INVALID",
        ),
        ("PUT /graphql", &[JSON], "{}", 405, "INVALID"),
    ] {
        let answer = server.request(head, headers, body).await;
        assert_eq!(answer.status, status, "{head} {body:.60}");
        assert_eq!(answer.code(), code, "{head} {body:.60}");
        let message = answer.json()["errors"][0]["message"].to_string();
        assert!(
            !message.contains("Error") && !message.contains("expected"),
            "{message}"
        );
        assert_eq!(answer.has("allow: "), status == 405);
    }
    assert_eq!(*server.world.begun.borrow(), 0);
}

#[tokio::test]
async fn queries_are_answered_over_get() {
    let server = Server::start().await;
    let path = "GET /graphql?query=query%20A($t:String!)%7Becho(text:$t)%7D&operationName=A&variables=%7B%22t%22:%22x%22%7D";
    let answer = server.request(path, &[], "").await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({ "data": { "echo": "x" } }))
    );
}

#[tokio::test]
async fn a_body_without_an_announced_length_is_measured() {
    let server = Server::start().await;
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let body = format!("{chunk}{chunk}{chunk}0\r\n\r\n");
    let head = "POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    // The server may hang up before it has read all.
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
    let mut start = [0; 12];
    within(stream.read_exact(&mut start)).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 413");
}

#[tokio::test]
async fn a_token_that_is_no_good_counts_as_none() {
    let server = Server::start().await;
    let who = async |header: &str| server.post("{ who }", &[header]).await;
    assert_eq!(
        who("Authorization: Bearer alice").await.json()["data"]["who"],
        "alice"
    );
    assert_eq!(
        who("authorization: bearer  alice").await.json()["data"]["who"],
        "alice"
    );
    assert_eq!(
        who("Authorization: Bearer old").await.json()["data"]["who"],
        json!(null)
    );
    assert_eq!(
        who("Authorization: alice").await.json()["data"]["who"],
        json!(null)
    );
    let answer = who("Authorization: Bearer down").await;
    assert_eq!((answer.status, answer.code()), (503, json!("INTERNAL")));
}

#[tokio::test]
async fn cookies_are_for_our_own_pages() {
    let server = Server::start().await;
    let cookie = "Cookie: causerie_refresh=abc";
    let answer = server
        .post(
            "mutation { keep }",
            &[cookie, "Origin: https://evil.example"],
        )
        .await;
    assert_eq!((answer.status, answer.code()), (403, json!("FORBIDDEN")));
    let own = format!("Origin: http://{}", server.address);
    for headers in [
        &[cookie][..],
        &[cookie, &own],
        &[cookie, "Origin: https://app.example.com"],
        &["Origin: https://evil.example"],
    ] {
        let answer = server.post("mutation { keep }", headers).await;
        assert_eq!(answer.status, 200);
        assert!(answer.has("set-cookie: causerie_refresh=kept; path=/graphql; max-age=60; httponly; samesite=strict"));
        assert_eq!(
            answer.has("; secure"),
            headers.iter().any(|header| header.contains("https"))
        );
    }
}

#[tokio::test]
async fn only_listed_origins_may_read_answers() {
    let server = Server::start().await;
    for (origin, allowed) in [
        ("https://app.example.com", true),
        ("https://evil.example", false),
    ] {
        let header = format!("Origin: {origin}");
        let answer = server.post("{ value }", &[&header]).await;
        assert_eq!(
            answer.has(&format!("access-control-allow-origin: {origin}")),
            allowed
        );
    }
}

#[tokio::test]
async fn the_client_is_named_by_a_trusted_proxy() {
    let server = Server::start().await;
    let answer = server
        .post("{ address }", &["X-Forwarded-For: 1.2.3.4, 203.0.113.7"])
        .await;
    assert_eq!(answer.json()["data"]["address"], "203.0.113.7");
}

#[tokio::test]
async fn every_answer_has_a_name_and_is_kept_from_harm() {
    let server = Server::start().await;
    for (path, status) in [
        ("/schema.graphql", 200),
        ("/.well-known/jwks.json", 200),
        ("/health", 200),
        ("/no/such.js", 404),
        ("/", 200),
        ("/playground", 200),
    ] {
        let answer = server.request(&format!("GET {path}"), &[], "").await;
        assert_eq!(answer.status, status, "{path}");
        for header in [
            "x-request-id: ",
            "x-content-type-options: nosniff",
            "content-security-policy: default-src ",
        ] {
            assert!(answer.has(header), "{path}: {header}");
        }
    }
    assert_eq!(
        server.request("GET /schema.graphql", &[], "").await.body,
        "type Query"
    );
    assert_eq!(
        server.request("GET /health", &[], "").await.json(),
        json!({ "status": "ok" })
    );
    let page = server
        .request("GET /rooms/1", &["Accept: text/html"], "")
        .await;
    assert_eq!(page.status, 200);
    let file = server.request("GET /rooms/1", &["Accept: */*"], "").await;
    assert_eq!(file.status, 404);
    assert_eq!(server.request("POST /rooms/1", &[], "").await.status, 405);
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let server = Server::start().await;
    for start in ["", "GET / HTTP/1.1\r\nHost: x\r\n"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(start.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        within(stream.read_to_end(&mut answer)).await.unwrap();
        assert!(!answer.starts_with(b"HTTP/1.1 2"));
    }
}

#[tokio::test]
async fn an_open_request_is_answered_when_the_server_stops() {
    let server = Server::start().await;
    let body = r#"{"query":"mutation { poke }"}"#;
    let mut connection = server.send("POST /graphql", &[JSON], body).await;
    until(&server.world.begun, 1).await;
    let idle = TcpStream::connect(server.address).await.unwrap();
    server.stop();
    server.world.gate.send_replace(true);
    let mut answer = String::new();
    within(connection.read_to_string(&mut answer))
        .await
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(r#"{"data":{"poke":1}}"#));
    server.stopped().await;
    drop(idle);
}
