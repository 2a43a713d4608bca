//! The authorization endpoint: sign-in, consent decision and redirect.

use http::StatusCode;
use http::header::{LOCATION, SET_COOKIE};
use serde_json::{Value, json};
use url::Url;

use super::directory::AccessPolicy;
use super::pages;
use super::person::{GLOBAL_ADMINISTRATOR, Person, SignInBlock};
use super::world::{Code, Decision, World};
use crate::answer::Answer;

/// The lifetime of a code, in minutes.
const CODE_MINUTES: i64 = 10;

/// The tenant's `OpenID` Connect metadata. Regrant reads only its issuer.
pub(super) fn metadata(world: &World, name: &str) -> Answer {
    let Some(tenant) = world.tenant(name) else {
        let body = json!({"error": "invalid_tenant", "error_description": format!("AADSTS90002: Tenant '{name}' not found."), "error_codes": [90002]});
        return Answer::json(StatusCode::BAD_REQUEST, &body);
    };
    let login = world.login();
    let id = &tenant.id;
    let body = json!({
        "issuer": format!("{login}/{id}/v2.0"),
        "authorization_endpoint": format!("{login}/{id}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{login}/{id}/oauth2/v2.0/token"),
        "jwks_uri": format!("{login}/{id}/discovery/v2.0/keys"),
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    });
    Answer::json(StatusCode::OK, &body)
}

/// An authorization request, validated before anyone signs in.
struct Request {
    tenant: String,
    client: String,
    redirect_uri: String,
    state: Option<String>,
    nonce: Option<String>,
    challenge: Option<String>,
    scopes: Vec<String>,
    contexts: Vec<String>,
}

fn read(world: &World, tenant: &str, query: &str) -> Result<Request, (u32, String)> {
    let find = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    let tenant = world.tenant(tenant).ok_or((90002, format!("Tenant '{tenant}' not found.")))?;
    let client = find("client_id").unwrap_or_default();
    let app = world.app(&client).ok_or((700_016, "Application was not found in the directory.".to_owned()))?;
    let redirect_uri = find("redirect_uri").unwrap_or_default();
    if !app.may_be_answered_at(&redirect_uri) {
        return Err((50011, "The redirect URI specified in the request does not match.".to_owned()));
    }
    if find("response_type").as_deref() != Some("code") {
        return Err((900_144, "The response_type is missing or not supported.".to_owned()));
    }
    let challenge = find("code_challenge");
    if challenge.is_some() && find("code_challenge_method").as_deref() != Some("S256") {
        return Err((501_491, "This simulator wants S256.".to_owned()));
    }
    let claims: Value = find("claims").and_then(|claims| serde_json::from_str(&claims).ok()).unwrap_or_default();
    let context = claims.pointer("/id_token/acrs/value").and_then(Value::as_str);
    Ok(Request {
        tenant: tenant.id.clone(),
        client,
        redirect_uri,
        state: find("state"),
        nonce: find("nonce"),
        challenge,
        scopes: find("scope").unwrap_or_default().split(' ').map(str::to_owned).collect(),
        contexts: context.map(str::to_owned).into_iter().collect(),
    })
}

/// The cookie of a browser that has signed in, so that the next request skips the account picker, as Microsoft's does.
const SIGNED_IN: &str = "simulated-sign-in";

/// The first page: the account picker, or what follows it if this browser has signed in and no prompt is requested.
pub(super) fn page(world: &mut World, tenant: &str, path: &str, query: &str, cookies: &str) -> Answer {
    if let Err((number, text)) = read(world, tenant, query) {
        return pages::error(number, &text);
    }
    let prompts = url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "prompt");
    let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    let signed_in = pairs.find(|(name, _)| *name == SIGNED_IN).map(|(_, upn)| upn.to_owned()).filter(|_| !prompts);
    match (signed_in, world.tenant(tenant)) {
        (Some(upn), Some(known)) if known.person(&upn).is_some() => go_on(world, tenant, path, query, &upn, None),
        (_, Some(known)) => pages::sign_in(known, path, query),
        (_, None) => pages::error(90002, "Tenant not found."),
    }
}

/// Handles a submitted form: shows the consent page or redirects back.
pub(super) fn decided(world: &mut World, tenant: &str, path: &str, body: &[u8]) -> Answer {
    let find = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(body);
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let decision = match find("decision").as_str() {
        "accept" => Some(Decision::Accept),
        "cancel" => Some(Decision::Cancel),
        _ => None,
    };
    go_on(world, tenant, path, &find("request"), &find("person"), decision)
}

/// The answer after a person was chosen: the consent page if it is needed and undecided, otherwise the redirect back.
fn go_on(world: &mut World, tenant: &str, path: &str, query: &str, upn: &str, decision: Option<Decision>) -> Answer {
    let request = match read(world, tenant, query) {
        Ok(request) => request,
        Err((number, text)) => return pages::error(number, &text),
    };
    let Some(person) = world.tenant(tenant).and_then(|tenant| tenant.person(upn)).cloned() else {
        return pages::error(50034, "The user account does not exist in this directory.");
    };
    let cookie = format!("{SIGNED_IN}={upn}; Path=/; HttpOnly; SameSite=Lax");
    let remembered = |answer: Answer| {
        let may_sign_in = person.block.is_none() && person.enabled;
        if may_sign_in { answer.with_header(SET_COOKIE, &cookie) } else { answer }
    };
    let undecided = decision.is_none() && person.block.is_none() && asks_for_consent(world, &request);
    if let (true, Some(tenant), Some(app)) = (undecided, world.tenant(tenant), world.app(&request.client)) {
        return remembered(pages::consent(tenant, app, upn, path, query));
    }
    let there = conclude(world, request, &person, decision.unwrap_or(Decision::Accept));
    there.map_or_else(
        || pages::error(50011, "The redirect URI cannot be used."),
        |there| remembered(Answer::empty(StatusCode::FOUND).with_header(LOCATION, there.as_str())),
    )
}

/// The URL that the browser is finally redirected to.
pub(super) fn answer(world: &mut World, url: &Url, upn: &str, decision: Decision) -> Option<Url> {
    let tenant = url.path_segments()?.next()?.to_owned();
    let request = read(world, &tenant, url.query()?).ok()?;
    let person = world.tenant(&tenant)?.person(upn)?.clone();
    conclude(world, request, &person, decision)
}

fn asks_for_consent(world: &World, request: &Request) -> bool {
    let remembers = world.app(&request.client).is_some_and(|app| app.remembers_consent);
    let known = world
        .tenant(&request.tenant)
        .and_then(|tenant| tenant.principal(&request.client))
        .is_some_and(|principal| !principal.grants.is_empty());
    !(remembers && known)
}

fn conclude(world: &mut World, request: Request, person: &Person, decision: Decision) -> Option<Url> {
    let mut back = Url::parse(&request.redirect_uri).ok()?;
    let asks = asks_for_consent(world, &request);
    let blocked = world.tenant(&request.tenant)?.access_policy == Some(AccessPolicy::Blocks);
    let refusal = match (person.block, decision) {
        (None, _) if !person.enabled => Some((50057, "The user account is disabled.")),
        (None, _) if blocked => Some((53003, "Access has been blocked by Conditional Access policies.")),
        (Some(SignInBlock::AnotherTenant), _) => {
            Some((50020, "User account from another identity provider does not exist in tenant."))
        }
        (Some(SignInBlock::ConditionalAccess), _) => {
            Some((53003, "Access has been blocked by Conditional Access policies."))
        }
        (Some(SignInBlock::MfaDemanded), _) => {
            Some((50076, "Due to a configuration change you must use multi-factor authentication."))
        }
        (None, Decision::Accept) if asks && !person.roles.iter().any(|role| role == GLOBAL_ADMINISTRATOR) => Some((
            90094,
            "An administrator of the tenant has set a policy that prevents you from granting these permissions.",
        )),
        (None, Decision::Cancel) => Some((65004, "User declined to consent to access the app.")),
        (None, Decision::Accept) => None,
    };
    if let Some((number, text)) = refusal {
        back.query_pairs_mut()
            .append_pair("error", "access_denied")
            .append_pair("error_description", &format!("AADSTS{number}: {text}\r\nTrace ID: 0\r\nCorrelation ID: 0"))
            .append_pair("error_uri", &format!("{}/error?code={number}", world.login()));
        if number == 65004 {
            back.query_pairs_mut().append_pair("error_subcode", "cancel");
        }
    } else {
        let now = world.clock.now();
        let app = world.app(&request.client)?.clone();
        if asks {
            world.tenant_mut(&request.tenant)?.consent(&app, &person.oid, now);
        }
        let code = format!("0.{}", world.rng().alphanumeric(80));
        back.query_pairs_mut().append_pair("code", &code);
        let until = now.saturating_add(jiff::SignedDuration::from_mins(CODE_MINUTES)).ok()?;
        let Request { tenant, client, redirect_uri, nonce, challenge, scopes, contexts, .. } = request;
        let (person, used) = (person.clone(), false);
        let granted = Code { tenant, client, redirect_uri, challenge, nonce, contexts, person, scopes, until, used };
        world.codes.insert(code, granted, now);
    }
    if let Some(state) = &request.state {
        back.query_pairs_mut().append_pair("state", state);
    }
    back.query_pairs_mut().append_pair("session_state", "simulated");
    Some(back)
}
