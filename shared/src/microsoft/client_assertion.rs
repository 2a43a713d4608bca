//! Client authentication without a secret: `private_key_jwt` (RFC 7523) with a certificate, or a token from a federated
//! issuer.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Header, encode};
use secrecy::SecretString;
use serde::Serialize;
use url::Url;

use super::certificate::der;
use super::endpoints::Endpoints;
use super::{ClientCredential, MicrosoftError, Registration};
use crate::domain::tenant::TenantId;
use crate::domain::text::trimmed;
use crate::private_key::{KeyKind, PrivateKey};
use crate::randomness::{Randomness, token};

/// The lifetime of an assertion in seconds; Microsoft advises five to ten minutes.
const LIFE: i64 = 300;
/// How far our clock may be ahead of Microsoft's, in seconds.
const SKEW: i64 = 60;

#[derive(Serialize)]
struct AssertionClaims<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: String,
    nbf: i64,
    iat: i64,
    exp: i64,
}

impl Registration {
    /// Checks whether the credential is usable: its files exist and its key signs. Sends nothing.
    pub fn check(&self, now: Timestamp, randomness: &dyn Randomness) -> Result<(), MicrosoftError> {
        let no_tenant = TenantId::try_from("00000000-0000-0000-0000-000000000000".to_owned());
        let no_tenant = no_tenant.map_err(|error| MicrosoftError::Credential(error.to_string()))?;
        let endpoint = Endpoints::new(None).token(self.cloud, &no_tenant);
        assertion(self, &endpoint, now, randomness).map(|_| ())
    }
}

/// Creates the client assertion; `None` if the registration uses a secret. The audience is the pinned token endpoint, never
/// one from fetched metadata. Otherwise a malicious issuer could obtain an assertion for a different server.
pub(super) fn assertion(
    registration: &Registration,
    token_endpoint: &Url,
    now: Timestamp,
    randomness: &dyn Randomness,
) -> Result<Option<SecretString>, MicrosoftError> {
    match &registration.credential {
        ClientCredential::Secret { .. } => Ok(None),
        ClientCredential::Certificate { certificate, private_key } => {
            let client = registration.client_id.as_str();
            let claims = AssertionClaims {
                aud: token_endpoint.as_str(),
                iss: client,
                sub: client,
                jti: token(randomness),
                nbf: now.as_second() - SKEW,
                iat: now.as_second(),
                exp: now.as_second() + LIFE,
            };
            let header = Header { x5t_s256: Some(thumbprint(certificate)?), ..Header::new(Algorithm::PS256) };
            let key = PrivateKey::parse(private_key).map_err(|error| unusable(&format!("the private key {error}")))?;
            if key.kind != KeyKind::Rsa {
                return Err(unusable(
                    "the private key is not an RSA key; Entra accepts certificates with RSA keys only",
                ));
            }
            let signed = encode(&header, &claims, &key.signing).map_err(|_| unusable("the private key cannot sign"))?;
            Ok(Some(signed.into()))
        }
        ClientCredential::Federated { token_file } => {
            // The platform replaces the file before the token expires, so it is read for each use.
            let text = std::fs::read_to_string(token_file).map_err(|error| {
                unusable(&format!("the federated token file {} cannot be read: {error}", token_file.display()))
            })?;
            let text = trimmed(&text);
            if text.split('.').count() != 3 {
                return Err(unusable(&format!("{} does not contain a JSON Web Token", token_file.display())));
            }
            Ok(Some(text.to_owned().into()))
        }
    }
}

/// The JWT header `x5t#S256`: the SHA-256 of the certificate in DER (RFC 7515 section 4.1.8).
fn thumbprint(certificate: &str) -> Result<String, MicrosoftError> {
    let der = der(certificate).ok_or_else(|| unusable("the certificate is not in PEM"))?;
    Ok(URL_SAFE_NO_PAD.encode(digest(&SHA256, &der)))
}

fn unusable(why: &str) -> MicrosoftError {
    MicrosoftError::Credential(format!("the registration's credential cannot be used: {why}"))
}
