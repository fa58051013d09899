//! One TLS set-up for HTTP and the socket: rustls with ring and Mozilla's roots, which needs nothing from the
//! platform (Android's own verifier would have to be given a JVM first).

use crate::Error;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

/// `extra_roots` are PEM bundles of authorities to trust besides the public ones.
pub(crate) fn config(extra_roots: &[Vec<u8>]) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    for bundle in extra_roots {
        for certificate in CertificateDer::pem_slice_iter(bundle) {
            let certificate = certificate.map_err(|error| setup(&error))?;
            roots.add(certificate).map_err(|error| setup(&error))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| setup(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

fn setup(error: &dyn std::fmt::Display) -> Error {
    Error::Setup {
        reason: format!("the root certificate cannot be used: {error}"),
    }
}
