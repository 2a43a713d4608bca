//! The ID token of the operators' provider: which one is accepted, and whom it identifies.

use jiff::Timestamp;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::signed_token::{Rules, check_nonce};
use super::{OpenIdError, Provider, untrusted};
use crate::domain::access_policy::Identity;

/// Accepted signatures. All are asymmetric: with HMAC, a public key could serve as its secret.
const ALGORITHMS: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// The id of the key that signed a token.
pub(super) fn key_id(token: &SecretString) -> Result<Option<String>, OpenIdError> {
    Ok(Rules { algorithms: ALGORITHMS, issuers: &[], audiences: &[] }.key_name(token)?)
}

/// The key that signed a token: the one it names, or the only one.
pub(super) fn find<'a>(keys: &'a JwkSet, name: Option<&str>) -> Option<&'a Jwk> {
    match (name, keys.keys.as_slice()) {
        (Some(name), _) => keys.find(name),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

/// Verifies an ID token, and returns whom it identifies.
pub(super) fn identify(
    provider: &Provider,
    token: &SecretString,
    key: &Jwk,
    nonce: &SecretString,
    now: Timestamp,
) -> Result<Identity, OpenIdError> {
    let key = DecodingKey::from_jwk(key).map_err(|_| untrusted("the provider's key cannot be used"))?;
    let (issuers, audiences) = ([provider.issuer().to_owned()], [provider.client_id.clone()]);
    let rules = Rules { algorithms: ALGORITHMS, issuers: &issuers, audiences: &audiences };
    let claims: Map<String, Value> = rules.claims(token, &key, now)?;
    // Section 3.1.3.7, items 4 and 5: a token for several clients names the one that it was issued to.
    let several = claims.get("aud").and_then(Value::as_array).is_some_and(|audiences| audiences.len() > 1);
    let azp = claims.get("azp").and_then(Value::as_str);
    if azp.is_some_and(|azp| azp != provider.client_id) || (several && azp.is_none()) {
        return Err(untrusted("the ID token was issued to a different client"));
    }
    check_nonce(claims.get("nonce").and_then(Value::as_str), nonce)?;
    Identity::from_claims(&claims).ok_or_else(|| untrusted("the ID token names no subject"))
}
