//! `DPoP` proofs (RFC 9449), verified.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::jwk::ThumbprintHash;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::ledger::UsedOnce;

/// How far a proof's `iat` may be from now, in seconds.
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

/// What a proof has to be about.
pub(crate) struct Expected<'a> {
    pub(crate) method: &'a str,
    /// Scheme, host and path; no query.
    pub(crate) url: &'a str,
    pub(crate) now: Timestamp,
    /// The nonces that are taken, where one is needed.
    pub(crate) nonces: Option<&'a [String]>,
    /// The access token that the proof goes with, where it goes with one.
    pub(crate) access_token: Option<&'a str>,
}

/// Why a proof is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProofError {
    /// It is not a good proof, for this reason.
    Invalid(&'static str),
    /// It lacks the nonce.
    NonceNeeded,
}

/// What a good proof gives.
#[derive(Debug)]
pub(crate) struct Proof {
    /// The thumbprint (RFC 7638) of its key.
    pub(crate) thumbprint: String,
}

/// Rules for a signature alone: times are checked by the simulator's clock and the rest by hand.
pub(crate) fn signature_only(algorithm: Algorithm) -> Validation {
    let mut rules = Validation::new(algorithm);
    rules.required_spec_claims.clear();
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules.validate_aud = false;
    rules
}

/// Verifies `proof` against what is `expected` (RFC 9449 section 4.3). Its `jti` is used up by a good one.
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
