//! The trusted certificates: the system's, read once per process.
//!
//! Reading them takes about two milliseconds per client, and a function creates a dozen clients at start-up.

use std::sync::{Arc, OnceLock};

use rustls::crypto::aws_lc_rs;
#[cfg(feature = "embedded")]
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, Error};
use rustls_platform_verifier::Verifier;

use super::tls_failure::NamingVerifier;

static TRUST: OnceLock<ClientConfig> = OnceLock::new();

/// TLS 1.2 and 1.3 with the system's verifier. Clones share it.
pub(crate) fn tls() -> Result<ClientConfig, Error> {
    if let Some(tls) = TRUST.get() {
        return Ok(tls.clone());
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Arc::new(NamingVerifier(Verifier::new(provider.clone())?));
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    // `dangerous` is what rustls calls every verifier of one's own. This one is the system's; it only words its errors.
    let tls = versions.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    Ok(TRUST.get_or_init(|| tls).clone())
}

/// The same, trusting `certificate` too.
#[cfg(feature = "embedded")]
pub(crate) fn tls_trusting(certificate: CertificateDer<'static>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Arc::new(Verifier::new_with_extra_roots([certificate], Arc::clone(&provider))?);
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(versions.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}
