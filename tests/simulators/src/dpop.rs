//! Verifies `DPoP` proofs (RFC 9449).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::jwk::ThumbprintHash;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::ledger::UsedOnce;

/// The largest difference between a proof's `iat` and now, in seconds.
const FRESH_SECONDS: i64 = 300;

#[derive(Deserialize)]
struct ProofClaims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    nonce: Option<String>,
    ath: Option<String>,
}

/// The values a proof must match.
pub(crate) struct Expected<'a> {
    pub(crate) method: &'a str,
    /// `htu`: scheme, host and path, without the query.
    pub(crate) url: &'a str,
    pub(crate) now: Timestamp,
    /// The accepted nonces, if one is required.
    pub(crate) nonces: Option<&'a [String]>,
    /// The access token sent with the proof, if any.
    pub(crate) access_token: Option<&'a str>,
}

/// Why a proof is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProofError {
    /// The proof is invalid, for this reason.
    Invalid(&'static str),
    /// The nonce is missing or unknown.
    NonceNeeded,
}

/// The result of a valid proof.
#[derive(Debug)]
pub(crate) struct Proof {
    /// The thumbprint (RFC 7638) of its key.
    pub(crate) thumbprint: String,
}

/// Validates the signature only: this module checks times against the simulator's clock, and all other claims.
pub(crate) fn signature_only(algorithm: Algorithm) -> Validation {
    let mut rules = Validation::new(algorithm);
    rules.required_spec_claims.clear();
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules.validate_aud = false;
    rules
}

/// Verifies `proof` against what is `expected` (RFC 9449 section 4.3). A valid proof uses up its `jti`.
pub(crate) fn verify(proof: &str, expected: &Expected<'_>, used: &mut UsedOnce) -> Result<Proof, ProofError> {
    use ProofError::{Invalid, NonceNeeded};
    let header = jsonwebtoken::decode_header(proof).map_err(|_| Invalid("The DPoP proof is not a JWT."))?;
    if header.typ.as_deref() != Some("dpop+jwt") {
        return Err(Invalid("The DPoP proof's 'typ' must be dpop+jwt."));
    }
    if !matches!(header.alg, Algorithm::ES256 | Algorithm::RS256) {
        return Err(Invalid("The DPoP proof's 'alg' is not supported."));
    }
    let jwk = header.jwk.ok_or(Invalid("The DPoP proof's 'jwk' is missing."))?;
    let key = DecodingKey::from_jwk(&jwk).map_err(|_| Invalid("The DPoP proof's 'jwk' is not a key."))?;
    let claims = jsonwebtoken::decode::<ProofClaims>(proof, &key, &signature_only(header.alg))
        .map_err(|_| Invalid("The DPoP proof's signature or claims are invalid."))?
        .claims;
    if claims.htm != expected.method {
        return Err(Invalid("The DPoP proof's 'htm' is not the method."));
    }
    if claims.htu != expected.url {
        return Err(Invalid("The DPoP proof's 'htu' is not the URL."));
    }
    if (claims.iat - expected.now.as_second()).saturating_abs() > FRESH_SECONDS {
        return Err(Invalid("The DPoP proof's 'iat' is too far from now."));
    }
    if expected.access_token.is_some_and(|token| claims.ath.as_deref() != Some(hash(token).as_str())) {
        return Err(Invalid("The DPoP proof's 'ath' is not the token's hash."));
    }
    if let Some(nonces) = expected.nonces
        && !claims.nonce.is_some_and(|nonce| nonces.contains(&nonce))
    {
        return Err(NonceNeeded);
    }
    if !used.take(&claims.jti) {
        return Err(Invalid("The DPoP proof has already been used."));
    }
    let thumbprint =
        jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| Invalid("The DPoP proof's 'jwk' is not a key."))?;
    Ok(Proof { thumbprint })
}

/// `ath`: base64url of SHA-256 (RFC 9449 section 4.2).
pub(crate) fn hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(access_token.as_bytes()))
}
