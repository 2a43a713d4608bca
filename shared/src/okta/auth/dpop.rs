//! Demonstrating proof of possession (DPoP, RFC 9449): an access token that only the holder of its key can use.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;
use sha2::{Digest, Sha256};
use url::Url;

use crate::okta::OktaError;
use crate::randomness::{Randomness, token};

/// The DPoP key of one opened org. It never leaves memory.
pub(super) struct DpopKey {
    key: EncodingKey,
    public: Jwk,
}

impl std::fmt::Debug for DpopKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DpopKey")
    }
}

/// The claims of RFC 9449 section 4.2.
#[derive(Serialize)]
struct ProofClaims<'a> {
    jti: String,
    htm: &'a str,
    htu: String,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ath: Option<String>,
}

/// The request that a proof is bound to.
pub(super) struct BoundRequest<'a> {
    pub(super) method: &'a str,
    pub(super) url: &'a Url,
    /// The authorization server's nonce, for its token endpoint.
    pub(super) nonce: Option<&'a str>,
    /// The access token, for the API.
    pub(super) access_token: Option<&'a str>,
}

impl DpopKey {
    /// Generates a P-256 key with the cryptography library's own generator.
    pub(super) fn generate() -> Result<Self, OktaError> {
        let failed = || OktaError::Credential("could not create a DPoP key on this machine".to_owned());
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| failed())?;
        let der = pair.to_pkcs8v1().map_err(|_| failed())?;
        let point = pair.public_key().as_ref();
        // An uncompressed point: the byte 4, then 32 bytes each of x and y (SEC 1 section 2.3.3).
        let (Some(x), Some(y)) = (point.get(1..33), point.get(33..65)) else { return Err(failed()) };
        let public = serde_json::json!({
            "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        });
        let public = serde_json::from_value(public).map_err(|_| failed())?;
        Ok(Self { key: EncodingKey::from_ec_der(der.as_ref()), public })
    }

    /// Creates the proof for one request. Its `jti` is used once.
    pub(super) fn proof(
        &self,
        bound: &BoundRequest<'_>,
        now: Timestamp,
        randomness: &dyn Randomness,
    ) -> Result<String, OktaError> {
        let mut htu = bound.url.clone();
        htu.set_query(None);
        htu.set_fragment(None);
        let claims = ProofClaims {
            jti: token(randomness),
            htm: bound.method,
            htu: htu.into(),
            iat: now.as_second(),
            nonce: bound.nonce,
            ath: bound.access_token.map(|token| URL_SAFE_NO_PAD.encode(Sha256::digest(token))),
        };
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("dpop+jwt".to_owned());
        header.jwk = Some(self.public.clone());
        encode(&header, &claims, &self.key).map_err(|_| OktaError::Credential("could not sign a DPoP proof".to_owned()))
    }
}
