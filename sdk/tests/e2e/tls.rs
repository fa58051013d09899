use crate::{next_bodies, until_connected};
use causerie_sdk::{Client, Error, NewRoom};
use causerie_tests::{PASSWORD, Server, on_both_databases};
use rustls::pki_types::PrivateKeyDer;
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Stands before the server as a proxy with a certificate of its own: its address, and the certificate in PEM.
async fn tls_before(server: &str) -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a certificate that fits its key");
    let (acceptor, target) = (
        TlsAcceptor::from(Arc::new(config)),
        server.replace("http://", ""),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("its address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, target) = (acceptor.clone(), target.clone());
            tokio::spawn(async move {
                let mut client = acceptor.accept(stream).await?;
                copy_bidirectional(&mut client, &mut TcpStream::connect(target).await?).await
            });
        }
    });
    (format!("https://localhost:{port}"), made.cert.pem())
}

async fn an_authority_of_ones_own_is_trusted_when_named(server: &mut Server) {
    let (url, pem) = tls_before(&server.url).await;
    let alice = Client::builder(&url)
        .root_certificates(pem)
        .build()
        .expect("a client");
    alice
        .sign_up("alice", PASSWORD, None)
        .await
        .expect("signed up over TLS");
    let room = alice
        .create_room(NewRoom::channel("general"))
        .await
        .expect("a channel")
        .id;
    let mut live = alice.messages(Some(room.clone()), None);
    until_connected(&mut live).await;
    alice.send(&room, "sealed").await.expect("sent");
    assert_eq!(next_bodies(&mut live, 1).await, ["sealed"]);
}

async fn an_unknown_authority_is_not_trusted(server: &mut Server) {
    let (url, _) = tls_before(&server.url).await;
    let stranger = Client::builder(&url).build().expect("a client");
    let refused = stranger.sign_up("alice", PASSWORD, None).await;
    assert!(
        matches!(&refused, Err(Error::Network { reason }) if reason.contains("certificate")),
        "{refused:?}"
    );
}

on_both_databases![
    an_authority_of_ones_own_is_trusted_when_named,
    an_unknown_authority_is_not_trusted
];
