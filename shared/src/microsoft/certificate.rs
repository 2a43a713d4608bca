//! Reads our own certificate.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use crate::domain::registered_credential::Thumbprint;

/// The first certificate of a PEM text as DER (RFC 7468 section 5).
pub(super) fn der(pem: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    let body: String = body.split_ascii_whitespace().collect();
    STANDARD.decode(body).ok()
}

/// Its thumbprints as Entra shows them: SHA-1, which only identifies the certificate, and SHA-256.
pub(super) fn thumbprints(pem: &str) -> Option<Vec<Thumbprint>> {
    let der = der(pem)?;
    [&SHA1_FOR_LEGACY_USE_ONLY, &SHA256]
        .map(|algorithm| Thumbprint::of(digest(algorithm, &der).as_ref()))
        .into_iter()
        .collect()
}

/// Its expiry: `notAfter` (RFC 5280 section 4.1.2.5).
pub(super) fn ends_at(pem: &str) -> Option<Timestamp> {
    let certificate = Certificate::from_der(&der(pem)?).ok()?;
    let end = certificate.tbs_certificate().validity().not_after.to_unix_duration();
    Timestamp::from_second(end.as_secs().try_into().ok()?).ok()
}
