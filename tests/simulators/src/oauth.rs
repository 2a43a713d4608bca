//! `POST /oauth2/v1/token`: client credentials with `private_key_jwt` (RFC 7523), with or without `DPoP`.

use std::collections::HashMap;

use http::header::CACHE_CONTROL;
use http::{HeaderName, StatusCode};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::dpop::{self, Expected, ProofError};
use crate::ledger::{AccessToken, OrgLedger};
use crate::org::{DpopRule, Org, ServiceApp};
use crate::seeded_rng::SeededRng;

/// The lifetime of an access token, and the longest lifetime of an assertion, in seconds.
const HOUR_SECONDS: i64 = 3_600;
/// The lifetime of a `DPoP` nonce; Okta documents 24 hours.
const NONCE_SECONDS: i64 = 86_400;
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

#[derive(Deserialize)]
struct AssertionClaims {
    iss: String,
    sub: String,
    aud: Value,
    exp: i64,
    jti: Option<String>,
}

/// An error of the token endpoint (RFC 6749 section 5.2).
struct TokenError {
    status: StatusCode,
    error: &'static str,
    description: String,
    gives_nonce: bool,
}

impl TokenError {
    fn bad(error: &'static str, description: &str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, description: description.to_owned(), gives_nonce: false }
    }

    fn client(description: &str) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, ..Self::bad("invalid_client", description) }
    }
}

/// A token request.
pub(crate) struct TokenCall<'a> {
    pub(crate) body: &'a [u8],
    pub(crate) proof: Option<&'a str>,
    pub(crate) origin: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) seed: u64,
}

/// Answers a token request.
pub(crate) fn token(org: &Org, ledger: &mut OrgLedger, call: &TokenCall<'_>, rng: &mut SeededRng) -> Answer {
    let nonces = nonces(call.seed, &org.name, call.now);
    match grant(org, ledger, call, &nonces, rng) {
        Ok(body) => with_nonce(Answer::json(StatusCode::OK, &body), call.proof.is_some(), &nonces),
        Err(error) => {
            let body = json!({ "error": error.error, "error_description": error.description });
            with_nonce(Answer::json(error.status, &body), error.gives_nonce, &nonces)
        }
    }
    .with_header(CACHE_CONTROL, "no-cache, no-store")
}

fn with_nonce(answer: Answer, wanted: bool, nonces: &[String]) -> Answer {
    match nonces.first() {
        Some(nonce) if wanted => answer.with_header(DPOP_NONCE, nonce),
        _ => answer,
    }
}

/// Today's nonce and yesterday's, which is still accepted.
fn nonces(seed: u64, org: &str, now: Timestamp) -> [String; 2] {
    let day = now.as_second().div_euclid(NONCE_SECONDS);
    [day, day - 1].map(|day| SeededRng::new(seed, &format!("nonce {org}"), day.cast_unsigned()).alphanumeric(32))
}

fn grant(
    org: &Org,
    ledger: &mut OrgLedger,
    call: &TokenCall<'_>,
    nonces: &[String],
    rng: &mut SeededRng,
) -> Result<Value, TokenError> {
    let form: HashMap<String, String> = url::form_urlencoded::parse(call.body).into_owned().collect();
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    if field("grant_type") != "client_credentials" {
        return Err(TokenError::bad("unsupported_grant_type", "The authorization grant type is not supported."));
    }
    if field("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
        return Err(TokenError::client("Client authentication failed. Use private_key_jwt."));
    }
    let url = format!("{}/oauth2/v1/token", call.origin);
    let client = verified_client(org, ledger, field("client_assertion"), &url, call.now)?;
    let thumbprint = match (call.proof, client.dpop) {
        (None, DpopRule::Optional) => None,
        (None, DpopRule::Required) => {
            return Err(TokenError::bad("invalid_dpop_proof", "The DPoP proof JWT header is missing."));
        }
        (Some(proof), _) => {
            let expected =
                Expected { method: "POST", url: &url, now: call.now, nonces: Some(nonces), access_token: None };
            Some(dpop::verify(proof, &expected, &mut ledger.proof_ids).map_err(proof_error)?.thumbprint)
        }
    };
    let scopes: Vec<String> = field("scope").split(' ').filter(|s| !s.is_empty()).map(str::to_owned).collect();
    if scopes.is_empty() || scopes.iter().any(|scope| !client.scopes.contains(scope)) {
        let description = "One or more scopes are not configured for the authorization server resource.";
        return Err(TokenError::bad("invalid_scope", description));
    }
    let value = rng.alphanumeric(64);
    let kind = if thumbprint.is_some() { "DPoP" } else { "Bearer" };
    let scope = scopes.join(" ");
    let expires = call.now.saturating_add(SignedDuration::from_secs(HOUR_SECONDS)).unwrap_or(Timestamp::MAX);
    ledger.keep_token(value.clone(), AccessToken { expires, scopes, key_thumbprint: thumbprint }, call.now);
    Ok(json!({ "token_type": kind, "expires_in": HOUR_SECONDS, "access_token": value, "scope": scope }))
}

fn proof_error(error: ProofError) -> TokenError {
    match error {
        ProofError::Invalid(why) => TokenError::bad("invalid_dpop_proof", why),
        ProofError::NonceNeeded => TokenError {
            gives_nonce: true,
            ..TokenError::bad("use_dpop_nonce", "Authorization server requires nonce in DPoP proof.")
        },
    }
}

/// The service app whose key signed `assertion`. Uses up the assertion.
fn verified_client<'a>(
    org: &'a Org,
    ledger: &mut OrgLedger,
    assertion: &str,
    token_url: &str,
    now: Timestamp,
) -> Result<&'a ServiceApp, TokenError> {
    let claimed = jsonwebtoken::dangerous::insecure_decode::<AssertionClaims>(assertion)
        .map_err(|_| TokenError::client("The client_assertion token is malformed."))?;
    let client = org
        .service_apps
        .iter()
        .find(|client| client.client_id == claimed.claims.iss)
        .ok_or_else(|| TokenError::client("The client_assertion names no known client."))?;
    let pem = client.public_key_pem.as_bytes();
    let key = match claimed.header.alg {
        Algorithm::RS256 => DecodingKey::from_rsa_pem(pem),
        Algorithm::ES256 => DecodingKey::from_ec_pem(pem),
        _ => return Err(TokenError::client("The client_assertion's algorithm is not supported.")),
    };
    let claims = key
        .and_then(|key| {
            jsonwebtoken::decode::<AssertionClaims>(assertion, &key, &dpop::signature_only(claimed.header.alg))
        })
        .map_err(|_| TokenError::client("The client_assertion signature is invalid."))?
        .claims;
    if claims.sub != client.client_id {
        return Err(TokenError::client("The client_assertion's 'sub' and 'iss' must be the client id."));
    }
    let meant_for_us = match &claims.aud {
        Value::String(aud) => aud == token_url,
        Value::Array(auds) => auds.iter().any(|aud| aud == token_url),
        _ => false,
    };
    if !meant_for_us {
        return Err(TokenError::client("The audience claim for client_assertion must be the token endpoint."));
    }
    let left = claims.exp.saturating_sub(now.as_second());
    if left <= 0 {
        return Err(TokenError::client("The client_assertion token is expired."));
    }
    if left > HOUR_SECONDS {
        return Err(TokenError::client("The client_assertion token has an expiration too far into the future."));
    }
    if claims.jti.is_some_and(|jti| !ledger.assertion_ids.take(&jti)) {
        return Err(TokenError::client("The client_assertion token has already been used."));
    }
    Ok(client)
}
