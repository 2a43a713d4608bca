//! Microsoft Graph: the organization, people and their roles, grants of applications, and registrations.

mod shapes;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::directory::{AccessPolicy, EntraTenant};
use super::principal::Principal;
use super::world::{Access, Holder, World};
use crate::answer::Answer;

/// Graph's own application.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
/// The claims that a claims challenge requires.
pub(super) const CHALLENGE: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;

/// An error response: the status and `error.code`.
struct Refused(StatusCode, &'static str);

const NOT_FOUND: Refused = Refused(StatusCode::NOT_FOUND, "Request_ResourceNotFound");
const FORBIDDEN: Refused = Refused(StatusCode::FORBIDDEN, "Authorization_RequestDenied");
const BAD_TOKEN: Refused = Refused(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken");
/// The error for a valid token that must satisfy a claims challenge.
const CHALLENGED: Refused = Refused(StatusCode::UNAUTHORIZED, "TokenCreatedWithOutdatedPolicies");

/// Answers a call to Graph.
pub(super) fn answer(world: &mut World, head: &http::request::Parts, segments: &[&str], query: &str) -> Answer {
    match read(world, head, segments, query) {
        Ok(answer) => answer,
        Err(Refused(status, code)) => {
            let id = world.rng().hex(32);
            let body = json!({"error": {"code": code, "message": "canary-message", "innerError": {"date": "2026-03-02T09:00:00", "request-id": id, "client-request-id": id}}});
            let answer = Answer::json(status, &body);
            if code != CHALLENGED.1 {
                return answer;
            }
            let claims = STANDARD.encode(CHALLENGE);
            let challenge = format!("Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{claims}\"");
            answer.with_header(WWW_AUTHENTICATE, &challenge)
        }
    }
}

/// The valid access token of a request, if any.
fn access<'a>(world: &'a World, head: &http::request::Parts) -> Option<&'a Access> {
    let bearer = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = bearer.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    world.access_tokens.get(token).filter(|access| access.until > world.clock.now())
}

/// The tenant of a request's token.
pub(super) fn tenant_of<'a>(world: &'a World, head: &http::request::Parts) -> Option<&'a EntraTenant> {
    world.tenant(&access(world, head)?.tenant)
}

/// The permissions of a token.
struct Power<'a> {
    /// Its person, if any.
    me: Option<&'a str>,
    /// Whether it can read the organization.
    organization: bool,
    /// Whether it can read the directory.
    directory: bool,
    /// Whether it can read policies.
    policies: bool,
}

/// A person reads the directory with `Directory.Read.All` and any role, and the organization's name without them. An
/// application needs only `Directory.Read.All`.
fn power<'a>(tenant: &EntraTenant, access: &'a Access) -> Result<Power<'a>, Refused> {
    match &access.holder {
        Holder::Person { oid, reads_directory, signed_in_at } => {
            if let Some(AccessPolicy::DemandsFactor { since }) = tenant.access_policy
                && *signed_in_at < since
            {
                return Err(CHALLENGED);
            }
            let person = tenant.persons.iter().find(|person| person.oid == *oid);
            let directory = *reads_directory && person.is_some_and(|person| !person.roles.is_empty());
            Ok(Power { me: Some(oid), organization: true, directory, policies: false })
        }
        Holder::Application { client, permissions } => {
            let known = tenant.principal(client).is_some_and(Principal::may_sign_in);
            let reads = permissions.iter().any(|name| name == "Directory.Read.All");
            let policies = permissions.iter().any(|name| name == "Policy.Read.All");
            let unknown = Refused(StatusCode::UNAUTHORIZED, "Authorization_IdentityNotFound");
            if known { Ok(Power { me: None, organization: reads, directory: reads, policies }) } else { Err(unknown) }
        }
    }
}

fn read(world: &World, head: &http::request::Parts, segments: &[&str], query: &str) -> Result<Answer, Refused> {
    let now = world.clock.now();
    let access = access(world, head).ok_or(BAD_TOKEN)?;
    let tenant = world.tenant(&access.tenant).ok_or(BAD_TOKEN)?;
    let power = power(tenant, access)?;
    let list = |items: &[Value]| list(&world.graph(), head, query, tenant, items);
    let one = |item: &Value| Answer::json(StatusCode::OK, item);
    match segments {
        ["v1.0", "organization"] if power.organization => Ok(list(&[shapes::organization(tenant)])),
        ["v1.0", "me", ..] if power.me.is_none() => Err(Refused(StatusCode::BAD_REQUEST, "BadRequest")),
        ["v1.0", "me", "transitiveMemberOf"] => {
            // A partner's administrator (GDAP) has no object in the tenant.
            let me = power.me.and_then(|oid| tenant.member(oid));
            Ok(list(&shapes::memberships(tenant, Some(me.ok_or(NOT_FOUND)?))))
        }
        ["v1.0", "policies", "defaultAppManagementPolicy"] if power.policies => Ok(one(&tenant.app_management_policy)),
        ["v1.0", "policies", ..] => Err(FORBIDDEN),
        _ if !power.directory => Err(FORBIDDEN),
        ["v1.0", "users", id] => Ok(one(&shapes::user(tenant, tenant.member(id).ok_or(NOT_FOUND)?))),
        ["v1.0", "users", id, "transitiveMemberOf"] => {
            let person = tenant.member(id).ok_or(NOT_FOUND)?;
            Ok(list(&shapes::memberships(tenant, Some(person))))
        }
        ["v1.0", "servicePrincipals", id, kind @ ("appRoleAssignments" | "oauth2PermissionGrants")] => {
            let principal = tenant.principals.iter().find(|principal| principal.id == *id);
            let principal = principal.filter(|principal| tenant.shows(principal.created_at, now)).ok_or(NOT_FOUND)?;
            let shown = tenant.shows(principal.granted_at, now);
            Ok(list(&if shown { shapes::grants(tenant, principal, kind) } else { Vec::new() }))
        }
        ["v1.0", keyed] => {
            if let Some(client) = by_app_id(keyed, "servicePrincipals") {
                return service_principal(tenant, client, now).map(|found| one(&found));
            }
            let client = by_app_id(keyed, "applications").ok_or(Refused(StatusCode::BAD_REQUEST, "BadRequest"))?;
            let app = world.app(client).filter(|app| app.home == tenant.id).ok_or(NOT_FOUND)?;
            Ok(one(&shapes::application(app)))
        }
        _ => Err(Refused(StatusCode::BAD_REQUEST, "Request_BadRequest")),
    }
}

/// The client id in `kind(appId='…')`.
fn by_app_id<'a>(segment: &'a str, kind: &str) -> Option<&'a str> {
    segment.strip_prefix(kind)?.strip_prefix("(appId='")?.strip_suffix("')")
}

fn service_principal(tenant: &EntraTenant, client: &str, now: Timestamp) -> Result<Value, Refused> {
    if client == GRAPH {
        return Ok(shapes::graphs_own(tenant));
    }
    let principal = tenant.principal(client).filter(|principal| tenant.shows(principal.created_at, now));
    principal.map(shapes::service_principal).ok_or(NOT_FOUND)
}

/// A page of a list, with the link to the next page.
fn list(graph: &str, head: &http::request::Parts, query: &str, tenant: &EntraTenant, items: &[Value]) -> Answer {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let start: usize = pairs.find(|(name, _)| name == "$skiptoken").and_then(|(_, at)| at.parse().ok()).unwrap_or(0);
    let size = tenant.page_size.max(1);
    let page: Vec<&Value> = items.iter().skip(start).take(size).collect();
    let mut body = json!({ "value": page });
    if start + size < items.len() {
        let path = head.uri.path();
        body["@odata.nextLink"] = json!(format!("{graph}{path}?$skiptoken={}", start + size));
    }
    Answer::json(StatusCode::OK, &body)
}
