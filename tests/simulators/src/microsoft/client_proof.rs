//! Client authentication at the token endpoint.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::AUTHORIZATION;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use super::entra_app::{AppCredential, ClientAuth, EntraApp};
use super::token::Refusal;
use super::world::World;

const fn client(number: u32) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "invalid_client", number)
}

/// Authenticates the client by a secret in the body or in `Authorization`, by its certificate, or by a federated token.
pub(super) fn authenticated(
    world: &mut World,
    tenant: &str,
    head: &http::request::Parts,
    form: &HashMap<String, String>,
) -> Result<EntraApp, Refusal> {
    let basic = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
        let decoded = STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
        let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
        Some((id.to_owned(), secret.to_owned()))
    });
    let id = form.get("client_id").cloned().or_else(|| basic.as_ref().map(|(id, _)| id.clone())).unwrap_or_default();
    let app = world.app(&id).cloned().ok_or(Refusal::new(StatusCode::BAD_REQUEST, "unauthorized_client", 700_016))?;
    let now = world.clock.now();
    let secret = form.get("client_secret").cloned().or(basic.map(|(_, secret)| secret));
    if let Some(secret) = secret {
        let is = |one: &&AppCredential| matches!(&one.auth, ClientAuth::Secret(known) if *known == secret);
        let known = app.credentials.iter().find(is).ok_or(client(7_000_215))?;
        return if known.ends_at > now { Ok(app) } else { Err(client(7_000_222)) };
    }
    let assertion = form.get("client_assertion").ok_or(client(7_000_218))?;
    let audience = format!("{}/{tenant}/oauth2/v2.0/token", world.login());
    let good = app.credentials.iter().filter(|one| one.ends_at > now);
    let proven = good.map(|one| &one.auth).find_map(|auth| is_proven(auth, assertion, &audience, &app.client_id, now));
    match proven {
        Some(Proven::Often) => Ok(app),
        Some(Proven::Once(id, ends_at)) if world.assertion_ids.insert(id.clone(), ends_at, now) => Ok(app),
        _ => Err(client(700_027)),
    }
}

/// How often a valid assertion may be used.
enum Proven {
    /// A certificate's assertion: once per `jti`, until it expires.
    Once(String, Timestamp),
    /// A federated issuer's token: any number of times until it expires.
    Often,
}

/// Whether an assertion is valid for one credential.
fn is_proven(auth: &ClientAuth, assertion: &str, audience: &str, client: &str, now: Timestamp) -> Option<Proven> {
    let header = decode_header(assertion).ok()?;
    let (algorithm, pem, audience, issuer, subject) = match auth {
        ClientAuth::Secret(_) => return None,
        ClientAuth::Certificate { public_key_pem, thumbprint, .. } => {
            (header.x5t_s256.as_ref() == Some(thumbprint)).then_some(())?;
            (Algorithm::PS256, public_key_pem, audience, client, client)
        }
        ClientAuth::Federated { issuer, subject, public_key_pem } => {
            (Algorithm::RS256, public_key_pem, "api://AzureADTokenExchange", issuer.as_str(), subject.as_str())
        }
    };
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[issuer]);
    validation.sub = Some(subject.to_owned());
    validation.validate_exp = false;
    let claims: Value = decode(assertion, &DecodingKey::from_rsa_pem(pem.as_bytes()).ok()?, &validation).ok()?.claims;
    let ends_at = Timestamp::from_second(claims["exp"].as_i64()?).ok()?;
    let in_time = ends_at > now && claims["nbf"].as_i64().is_none_or(|from| from <= now.as_second());
    in_time.then(|| match auth {
        ClientAuth::Certificate { .. } => Proven::Once(claims["jti"].as_str().unwrap_or_default().to_owned(), ends_at),
        _ => Proven::Often,
    })
}
