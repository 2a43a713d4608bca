//! The token endpoint.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::client_proof::authenticated;
use super::directory::{AccessPolicy, EntraTenant};
use super::entra_app::EntraApp;
use super::graph::CHALLENGE;
use super::person::Person;
use super::token_issuer::{IdTokenRequest, api_token, id_token};
use super::world::{Access, Holder, Refresh, World};
use crate::answer::Answer;

/// The lifetime of an access token, in seconds.
const LIFE: i64 = 4_500;
/// The lifetime of an unused refresh token ("Refresh tokens in the Microsoft identity platform").
const REFRESH_LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);

/// An error response: OAuth's error code and Microsoft's error number.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    error: &'static str,
    number: u32,
    suberror: Option<&'static str>,
    claims: Option<&'static str>,
}

impl Refusal {
    pub(super) const fn new(status: StatusCode, error: &'static str, number: u32) -> Self {
        Self { status, error, number, suberror: None, claims: None }
    }

    fn body(&self, world: &mut World) -> Value {
        let Self { error, number, suberror, claims, .. } = self;
        let (trace, correlation) = (world.rng().hex(32), world.rng().hex(32));
        let mut body = json!({
            "error": error,
            "error_description": format!("AADSTS{number}: canary-description\r\nTrace ID: {trace}"),
            "error_codes": [number],
            "timestamp": "2026-03-02 09:00:00Z",
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("{}/error?code={number}", world.login()),
        });
        for (name, value) in [("suberror", suberror), ("claims", claims)] {
            if let Some(value) = value {
                body[name] = json!(value);
            }
        }
        body
    }
}

const fn grant(number: u32) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "invalid_grant", number)
}

/// An error in the request or the client.
const fn request(error: &'static str, number: u32) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, error, number)
}

/// Answers a token request.
pub(super) fn answer(world: &mut World, tenant: &str, head: &http::request::Parts, body: &[u8]) -> Answer {
    match issue(world, tenant, head, body) {
        Ok(tokens) => Answer::json(StatusCode::OK, &tokens),
        Err(refusal) => Answer::json(refusal.status, &refusal.body(world)),
    }
}

fn issue(world: &mut World, tenant: &str, head: &http::request::Parts, body: &[u8]) -> Result<Value, Refusal> {
    let form: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    let of = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let tenant = world.tenant(tenant).map(|tenant| tenant.id.clone());
    let tenant = tenant.ok_or(request("invalid_request", 90002))?;
    let app = authenticated(world, &tenant, head, &form)?;
    let scopes: Vec<String> = of("scope").split_ascii_whitespace().map(str::to_owned).collect();
    match of("grant_type") {
        "authorization_code" => by_code(world, &tenant, &app, &form, scopes),
        "refresh_token" => by_refresh_token(world, &tenant, &app, of("refresh_token"), scopes),
        "client_credentials" => of_application(world, &tenant, &app, &scopes),
        _ => Err(request("unsupported_grant_type", 70003)),
    }
}

fn by_code(
    world: &mut World,
    tenant: &str,
    app: &EntraApp,
    form: &HashMap<String, String>,
    scopes: Vec<String>,
) -> Result<Value, Refusal> {
    let of = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let now = world.clock.now();
    let code = world.codes.get_mut(of("code")).filter(|code| code.client == app.client_id).ok_or(grant(70000))?;
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
    let minted = IdTokenRequest {
        tenant,
        client: &app.client_id,
        person: &code.person,
        nonce: code.nonce.as_deref(),
        contexts: &code.contexts,
    };
    let id_token = id_token(world, &minted);
    let mut tokens = tokens(world, tenant, app, &code.person, now, &asked)?;
    if let Some(id_token) = id_token {
        tokens["id_token"] = json!(id_token);
    }
    Ok(tokens)
}

fn by_refresh_token(
    world: &mut World,
    tenant: &str,
    app: &EntraApp,
    token: &str,
    scopes: Vec<String>,
) -> Result<Value, Refusal> {
    let now = world.clock.now();
    let old = world.refresh_tokens.get(token).cloned().ok_or(grant(50173))?;
    if old.client != app.client_id || old.tenant != tenant {
        return Err(grant(70000));
    }
    let asked = if scopes.is_empty() { old.scopes.clone() } else { scopes };
    let directory = world.tenant(tenant).ok_or(request("invalid_request", 90002))?;
    let person = refreshable(directory, app, &old, &asked, now)?.clone();
    tokens(world, tenant, app, &person, old.signed_in_at, &asked)
}

/// The person and grant of a refresh token, if it is still valid.
fn refreshable<'a>(
    tenant: &'a EntraTenant,
    app: &EntraApp,
    old: &Refresh,
    asked: &[String],
    now: Timestamp,
) -> Result<&'a Person, Refusal> {
    let person = tenant.persons.iter().find(|person| person.oid == old.oid).ok_or(grant(50034))?;
    if !person.enabled {
        return Err(grant(50057));
    }
    if now >= old.until {
        return Err(grant(700_082));
    }
    if tenant.sign_in_frequency.is_some_and(|often| now.duration_since(old.signed_in_at) >= often) {
        return Err(grant(70043));
    }
    match tenant.access_policy {
        Some(AccessPolicy::Blocks) => return Err(request("interaction_required", 53003)),
        Some(AccessPolicy::DemandsFactor { since }) if old.signed_in_at < since || !person.mfa => {
            let (suberror, claims) = (Some("basic_action"), Some(CHALLENGE));
            return Err(Refusal { suberror, claims, ..request("interaction_required", 50076) });
        }
        _ => {}
    }
    let principal = tenant.principal(&app.client_id).ok_or(request("unauthorized_client", 700_016))?;
    if !principal.may_sign_in() {
        return Err(request("unauthorized_client", 7_000_112));
    }
    let reads = asked.iter().any(|scope| scope.ends_with("/Directory.Read.All"));
    if reads && !principal.acts_for(&old.oid, "Directory.Read.All") {
        return Err(Refusal { suberror: Some("consent_required"), ..grant(65001) });
    }
    Ok(person)
}

/// Issues an application token: no refresh token, no ID token, no `scope` ("OAuth 2.0 client credentials flow"). A
/// tenant without the service principal rejects the request; one without a consent issues a token without permissions.
fn of_application(world: &mut World, tenant: &str, app: &EntraApp, scopes: &[String]) -> Result<Value, Refusal> {
    let [scope] = scopes else { return Err(request("invalid_scope", 1_002_012)) };
    if !scope.ends_with("/.default") {
        return Err(request("invalid_scope", 1_002_012));
    }
    let principal = world.tenant(tenant).and_then(|tenant| tenant.principal(&app.client_id));
    let principal = principal.ok_or(request("unauthorized_client", 700_016))?;
    if !principal.may_sign_in() {
        return Err(request("unauthorized_client", 7_000_112));
    }
    let permissions = principal.application_permissions();
    let holder = Holder::Application { client: app.client_id.clone(), permissions };
    let token = access_token(world, tenant, holder);
    Ok(json!({ "token_type": "Bearer", "expires_in": LIFE, "ext_expires_in": LIFE, "access_token": token }))
}

fn access_token(world: &mut World, tenant: &str, holder: Holder) -> String {
    let now = world.clock.now();
    let token = format!("graph-{}", world.rng().alphanumeric(60));
    let until = now.saturating_add(SignedDuration::from_secs(LIFE)).unwrap_or(now);
    world.access_tokens.insert(token.clone(), Access { tenant: tenant.to_owned(), holder, until }, now);
    token
}

/// Issues tokens for the one requested resource.
fn tokens(
    world: &mut World,
    tenant: &str,
    app: &EntraApp,
    person: &Person,
    signed_in_at: Timestamp,
    asked: &[String],
) -> Result<Value, Refusal> {
    let api = asked.iter().find(|scope| scope.starts_with("api://"));
    let access_token = if let Some(scope) = api {
        let refused = Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", 90033);
        api_token(world, tenant, person, scope).ok_or(refused)?
    } else {
        let reads_directory = asked.iter().any(|scope| scope.ends_with("/Directory.Read.All"));
        access_token(world, tenant, Holder::Person { oid: person.oid.clone(), reads_directory, signed_in_at })
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
        let token = refresh_token(world, tenant, &app.client_id, &person.oid, signed_in_at, asked);
        body["refresh_token"] = json!(token);
    }
    Ok(body)
}

/// Issues a new refresh token. The old one stays valid, as documented.
pub(super) fn refresh_token(
    world: &mut World,
    tenant: &str,
    client: &str,
    oid: &str,
    signed_in_at: Timestamp,
    scopes: &[String],
) -> String {
    let now = world.clock.now();
    let token = format!("1.{}", world.rng().alphanumeric(80));
    let refresh = Refresh {
        tenant: tenant.to_owned(),
        client: client.to_owned(),
        oid: oid.to_owned(),
        scopes: scopes.to_vec(),
        signed_in_at,
        until: now.saturating_add(REFRESH_LIFE).unwrap_or(now),
    };
    world.refresh_tokens.insert(token.clone(), refresh, now);
    world.newest_refresh_token = Some(token.clone());
    token
}
