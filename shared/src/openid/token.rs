//! Verification of an ID token (`OpenID` Connect Core section 3.1.3.7).

use jiff::Timestamp;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use super::{OpenIdError, Provider, untrusted};
use crate::domain::access_policy::Identity;

/// The allowed difference between our clock and the provider's, in seconds.
const LEEWAY: i64 = 300;
/// The longest accepted token, in bytes.
const MAX_TOKEN_BYTES: usize = 64 << 10;
/// Accepted signatures. All are asymmetric: with HMAC, a public key could serve as its secret.
const ALGORITHMS: [Algorithm; 7] = [
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
    let token = token.expose_secret();
    if token.len() > MAX_TOKEN_BYTES {
        return Err(untrusted("the ID token is too long"));
    }
    let header = decode_header(token).map_err(|_| untrusted("the ID token is not a signed token"))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(untrusted("the ID token is not signed with an accepted algorithm"));
    }
    Ok(header.kid)
}

/// The key that signed a token: the one it names, or the only one.
pub(super) fn find<'a>(keys: &'a JwkSet, name: Option<&str>) -> Option<&'a Jwk> {
    match (name, keys.keys.as_slice()) {
        (Some(name), _) => keys.find(name),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

/// Verifies signature, issuer, audience, nonce and times of an ID token, and returns whom it identifies.
pub(super) fn identify(
    provider: &Provider,
    token: &SecretString,
    key: &Jwk,
    nonce: &SecretString,
    now: Timestamp,
) -> Result<Identity, OpenIdError> {
    let token = token.expose_secret();
    let header = decode_header(token).map_err(|_| untrusted("the ID token is not a signed token"))?;
    let decoding = DecodingKey::from_jwk(key).map_err(|_| untrusted("the provider's key cannot be used"))?;
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&[&provider.client_id]);
    validation.set_issuer(&[provider.issuer()]);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    // The times are checked with the injected clock instead.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let claims = decode::<Map<String, Value>>(token, &decoding, &validation)
        // The library's own message could contain the token.
        .map_err(|_| untrusted("the ID token's signature, issuer or audience is wrong"))?
        .claims;
    check_times(&claims, now.as_second())?;
    // Section 3.1.3.7, items 4 and 5: a token for several clients names the one that it was issued to.
    let several = claims.get("aud").and_then(Value::as_array).is_some_and(|audiences| audiences.len() > 1);
    let azp = claims.get("azp").and_then(Value::as_str);
    if azp.is_some_and(|azp| azp != provider.client_id) || (several && azp.is_none()) {
        return Err(untrusted("the ID token was issued to a different client"));
    }
    let claimed = claims.get("nonce").and_then(Value::as_str).unwrap_or_default();
    let is_ours: bool = claimed.as_bytes().ct_eq(nonce.expose_secret().as_bytes()).into();
    if !is_ours {
        return Err(untrusted("the nonce is not the one that this browser was sent with"));
    }
    Identity::from_claims(&claims).ok_or_else(|| untrusted("the ID token names no subject"))
}

fn check_times(claims: &Map<String, Value>, now: i64) -> Result<(), OpenIdError> {
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let expires = time("exp").ok_or_else(|| untrusted("the ID token does not expire"))?;
    if now >= expires.saturating_add(LEEWAY) {
        return Err(untrusted("the ID token has expired"));
    }
    if ["nbf", "iat"].iter().filter_map(|name| time(name)).any(|from| now.saturating_add(LEEWAY) < from) {
        return Err(untrusted("the ID token is not valid yet; check this machine's clock"));
    }
    Ok(())
}
