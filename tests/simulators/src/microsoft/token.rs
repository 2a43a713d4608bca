//! The token endpoint.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::StatusCode;
use http::header::AUTHORIZATION;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::entra_app::{ClientAuth, EntraApp};
use super::mint::{IdTokenOf, api_token, id_token};
use super::person::Person;
use super::world::{Access, Refresh, World};
use crate::answer::Answer;

/// How long an access token lives, in seconds.
const LIFE: i64 = 4_500;

/// A refusal: OAuth's word and Microsoft's number.
struct Refusal(StatusCode, &'static str, u32);

const fn grant(number: u32) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, "invalid_grant", number)
}

const fn client(number: u32) -> Refusal {
    Refusal(StatusCode::UNAUTHORIZED, "invalid_client", number)
}

/// Answers a token request.
pub(super) fn answer(world: &mut World, tenant: &str, head: &http::request::Parts, body: &[u8]) -> Answer {
    match issue(world, tenant, head, body) {
        Ok(tokens) => Answer::json(StatusCode::OK, &tokens),
        Err(Refusal(status, error, number)) => {
            let (trace, correlation) = (world.dice().hex(32), world.dice().hex(32));
            let body = json!({
                "error": error,
                "error_description": format!("AADSTS{number}: canary-description\r\nTrace ID: {trace}"),
                "error_codes": [number],
                "timestamp": "2026-03-02 09:00:00Z",
                "trace_id": trace,
                "correlation_id": correlation,
                "error_uri": format!("{}/error?code={number}", world.login()),
            });
            Answer::json(status, &body)
        }
    }
}

fn issue(world: &mut World, tenant: &str, head: &http::request::Parts, body: &[u8]) -> Result<Value, Refusal> {
    let form: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    let of = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let tenant = world.tenant(tenant).map(|tenant| tenant.id.clone());
    let tenant = tenant.ok_or(Refusal(StatusCode::BAD_REQUEST, "invalid_request", 90002))?;
    let app = authenticated(world, &tenant, head, &form)?;
    let now = world.clock.now();
    let scopes: Vec<String> = of("scope").split_ascii_whitespace().map(str::to_owned).collect();
    match of("grant_type") {
        "authorization_code" => {
            let code =
                world.codes.get_mut(of("code")).filter(|code| code.client == app.client_id).ok_or(grant(70000))?;
            if code.used {
                return Err(grant(54005));
            }
            if code.tenant != tenant {
                return Err(grant(700_005));
            }
            if now >= code.until {
                return Err(grant(70008));
            }
            if code.redirect_uri != of("redirect_uri") {
                return Err(grant(500_112));
            }
            if let Some(challenge) = &code.challenge {
                let verified = URL_SAFE_NO_PAD.encode(Sha256::digest(of("code_verifier").as_bytes()));
                if *challenge != verified {
                    return Err(grant(501_481));
                }
            }
            code.used = true;
            let code = code.clone();
            let asked = if scopes.is_empty() { code.scopes.clone() } else { scopes };
            let minted = IdTokenOf {
                tenant: &tenant,
                client: &app.client_id,
                person: &code.person,
                nonce: code.nonce.as_deref(),
                contexts: &code.contexts,
            };
            let id_token = id_token(world, &minted);
            let mut tokens = tokens(world, &tenant, &app, &code.person, &asked)?;
            if let Some(id_token) = id_token {
                tokens["id_token"] = json!(id_token);
            }
            Ok(tokens)
        }
        "refresh_token" => {
            let old = world.refresh_tokens.get(of("refresh_token")).cloned().ok_or(grant(50173))?;
            if old.client != app.client_id || old.tenant != tenant {
                return Err(grant(70000));
            }
            let asked = if scopes.is_empty() { old.scopes.clone() } else { scopes };
            tokens(world, &tenant, &app, &old.person, &asked)
        }
        _ => Err(Refusal(StatusCode::BAD_REQUEST, "unsupported_grant_type", 70003)),
    }
}

/// Tokens for the one resource that is asked for.
fn tokens(
    world: &mut World,
    tenant: &str,
    app: &EntraApp,
    person: &Person,
    asked: &[String],
) -> Result<Value, Refusal> {
    let now = world.clock.now();
    let api = asked.iter().find(|scope| scope.starts_with("api://"));
    let access_token = if let Some(scope) = api {
        api_token(world, tenant, person, scope).ok_or(Refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_error",
            90033,
        ))?
    } else {
        let token = format!("graph-{}", world.dice().alphanumeric(60));
        let reads_directory = asked.iter().any(|scope| scope.ends_with("/Directory.Read.All"));
        let until = now.saturating_add(jiff::SignedDuration::from_secs(LIFE)).unwrap_or(now);
        let access = Access { tenant: tenant.to_owned(), oid: person.oid.clone(), reads_directory, until };
        world.access_tokens.insert(token.clone(), access);
        token
    };
    let granted: Vec<&str> = asked.iter().map(String::as_str).filter(|scope| *scope != "offline_access").collect();
    let mut body = json!({
        "token_type": "Bearer",
        "scope": granted.join(" "),
        "expires_in": LIFE,
        "ext_expires_in": LIFE,
        "access_token": access_token,
    });
    if asked.iter().any(|scope| scope == "offline_access") {
        let token = format!("1.{}", world.dice().alphanumeric(80));
        let (tenant, client) = (tenant.to_owned(), app.client_id.clone());
        let refresh = Refresh { tenant, client, person: person.clone(), scopes: asked.to_vec() };
        // The old one stays valid, as documented.
        world.refresh_tokens.insert(token.clone(), refresh);
        world.newest_refresh_token = Some(token.clone());
        body["refresh_token"] = json!(token);
    }
    Ok(body)
}

/// The client, proven by a secret in the body or in `Authorization`, by its certificate, or by another issuer's token.
fn authenticated(
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
    let app = world.app(&id).cloned().ok_or(Refusal(StatusCode::BAD_REQUEST, "unauthorized_client", 700_016))?;
    let secret = form.get("client_secret").cloned().or(basic.map(|(_, secret)| secret));
    if let Some(secret) = secret {
        let known = app.auth.iter().any(|auth| matches!(auth, ClientAuth::Secret(known) if *known == secret));
        return if known { Ok(app) } else { Err(client(7_000_215)) };
    }
    let assertion = form.get("client_assertion").ok_or(client(7_000_218))?;
    let audience = format!("{}/{tenant}/oauth2/v2.0/token", world.login());
    let now = world.clock.now().as_second();
    let id = app.auth.iter().find_map(|auth| is_proven(auth, assertion, &audience, &app.client_id, now));
    match id {
        Some(Proven::Often) => Ok(app),
        Some(Proven::Once(id)) if world.assertion_ids.insert(id.clone()) => Ok(app),
        _ => Err(client(700_027)),
    }
}

/// How often an assertion that holds may be used.
enum Proven {
    /// A certificate's: once, by its `jti`.
    Once(String),
    /// Another issuer's token: until it ends.
    Often,
}

/// Whether an assertion holds for one way of proving.
fn is_proven(auth: &ClientAuth, assertion: &str, audience: &str, client: &str, now: i64) -> Option<Proven> {
    let header = decode_header(assertion).ok()?;
    let (algorithm, pem, audience, issuer, subject) = match auth {
        ClientAuth::Secret(_) => return None,
        ClientAuth::Certificate { public_key_pem, thumbprint } => {
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
    let in_time = claims["exp"].as_i64()? > now && claims["nbf"].as_i64().is_none_or(|from| from <= now);
    in_time.then(|| match auth {
        ClientAuth::Certificate { .. } => Proven::Once(claims["jti"].as_str().unwrap_or_default().to_owned()),
        _ => Proven::Often,
    })
}
