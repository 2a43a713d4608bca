//! Verification of signed tokens: what is the same for every issuer (`OpenID` Connect Core section 3.1.3.7, RFC 8725).
//!
//! A caller names its rules: which algorithms, issuers and audiences it accepts. Nothing in a token is used before it is
//! verified, except the name of its key.

use jiff::Timestamp;
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

/// The allowed difference between our clock and the issuer's, in seconds.
const LEEWAY: i64 = 300;
/// The longest accepted token, in bytes.
pub(crate) const MAX_TOKEN_BYTES: usize = 64 << 10;

/// Why a token is not accepted. The texts never contain the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadToken {
    /// It is longer than any real one.
    #[error("the token is too long")]
    TooLong,
    /// It has no readable header.
    #[error("the token is not a signed token")]
    NotSigned,
    /// Its algorithm is not accepted: `none`, or an HMAC whose secret could be the public key.
    #[error("the token is not signed with an accepted algorithm")]
    Algorithm,
    /// The signature does not belong to the key.
    #[error("the token is invalid: the signature is wrong")]
    Signature,
    /// It is for a different audience.
    #[error("the token is invalid: it is for a different client")]
    Audience,
    /// It is from a different issuer.
    #[error("the token is invalid: it is from a different issuer")]
    Issuer,
    /// A claim is missing.
    #[error("the token is invalid: a claim is missing")]
    MissingClaim,
    /// A claim has a different format.
    #[error("the token is invalid: its claims cannot be decoded")]
    Claims,
    /// It begins in the future.
    #[error("the token is not valid yet; check this machine's clock")]
    NotYetValid,
    /// It has ended.
    #[error("the token has expired")]
    Expired,
    /// It answers a different sign-in.
    #[error("the nonce is not the one that this browser was sent with")]
    Nonce,
}

/// The tokens that a caller accepts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    /// The algorithms. All have to be asymmetric.
    pub(crate) algorithms: &'static [Algorithm],
    /// The issuers; a token names one.
    pub(crate) issuers: &'a [String],
    /// The audiences; a token names at least one.
    pub(crate) audiences: &'a [String],
}

impl Rules<'_> {
    /// The algorithm of a token and the name of the key that signed it, which no one has verified yet.
    pub(crate) fn key_name(&self, token: &SecretString) -> Result<Option<String>, BadToken> {
        Ok(self.header(token)?.1)
    }

    fn header(&self, token: &SecretString) -> Result<(Algorithm, Option<String>), BadToken> {
        let token = token.expose_secret();
        if token.len() > MAX_TOKEN_BYTES {
            return Err(BadToken::TooLong);
        }
        let header = decode_header(token).map_err(|_| BadToken::NotSigned)?;
        if self.algorithms.contains(&header.alg) { Ok((header.alg, header.kid)) } else { Err(BadToken::Algorithm) }
    }

    /// Verifies algorithm, signature, issuer, audience and times of a token, and returns its claims.
    pub(crate) fn claims<T: DeserializeOwned>(
        &self,
        token: &SecretString,
        key: &DecodingKey,
        now: Timestamp,
    ) -> Result<T, BadToken> {
        let (algorithm, _) = self.header(token)?;
        let mut validation = Validation::new(algorithm);
        validation.set_audience(self.audiences);
        validation.set_issuer(self.issuers);
        validation.set_required_spec_claims(&["aud", "iss"]);
        // The times are checked with the injected clock instead.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let decoded = decode::<Map<String, Value>>(token.expose_secret(), key, &validation);
        let claims = decoded.map_err(|error| kind(&error))?.claims;
        check_times(&claims, now.as_second())?;
        serde_json::from_value(Value::Object(claims)).map_err(|_| BadToken::Claims)
    }
}

/// Checks that a token answers the sign-in that sent this nonce.
pub(crate) fn check_nonce(claimed: Option<&str>, nonce: &SecretString) -> Result<(), BadToken> {
    let is_ours: bool = claimed.unwrap_or_default().as_bytes().ct_eq(nonce.expose_secret().as_bytes()).into();
    if is_ours { Ok(()) } else { Err(BadToken::Nonce) }
}

fn check_times(claims: &Map<String, Value>, now: i64) -> Result<(), BadToken> {
    let time = |name: &str| match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or(BadToken::Claims),
    };
    let expires = time("exp")?.ok_or(BadToken::Claims)?;
    for from in [time("nbf")?, time("iat")?].into_iter().flatten() {
        if now.saturating_add(LEEWAY) < from {
            return Err(BadToken::NotYetValid);
        }
    }
    if now >= expires.saturating_add(LEEWAY) { Err(BadToken::Expired) } else { Ok(()) }
}

/// The library's own message could contain the token.
fn kind(error: &Error) -> BadToken {
    match error.kind() {
        ErrorKind::InvalidSignature => BadToken::Signature,
        ErrorKind::InvalidAudience => BadToken::Audience,
        ErrorKind::InvalidIssuer => BadToken::Issuer,
        ErrorKind::MissingRequiredClaim(_) => BadToken::MissingClaim,
        _ => BadToken::Claims,
    }
}
