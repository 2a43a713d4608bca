//! Graph: the organization, the person's roles, and what applications were granted.

use http::StatusCode;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::directory::{EntraTenant, Principal};
use super::entra_app::GrantStyle;
use super::person::{GLOBAL_ADMINISTRATOR, guid};
use super::world::{Access, World};
use crate::answer::Answer;

/// Graph's own application.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// Names, application permission ids and delegated permission ids ("Microsoft Graph permissions reference").
const PERMISSIONS: [(&str, &str, &str); 7] = [
    ("User.ReadWrite.All", "741f803b-c850-494e-b5df-cde7c675a1ca", "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4"),
    ("Group.ReadWrite.All", "62a82d76-70ea-41e2-9197-370581804d09", "4e46008b-f24c-477d-8fff-7bb4ec7aafe0"),
    ("GroupMember.ReadWrite.All", "dbaae8cf-10b5-4b86-a4a1-f871c94c6695", "f81125ac-d3b7-4573-a3b2-7099cc39df9e"),
    ("Organization.Read.All", "498476ce-e0fe-48b0-b801-37ba7e2685c6", "4908d5b9-3fb2-4b1e-9336-1888b7937185"),
    ("Application.Read.All", "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", "c79f8feb-a9db-4090-85f9-90d820caa0eb"),
    (
        "RoleManagement.ReadWrite.Directory",
        "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
        "d01b97e9-cbc0-49fe-810a-750afd5527a3",
    ),
    ("Directory.Read.All", "7ab1d382-f21e-4acd-a863-ba3e13f7da61", "06da0dbc-49e2-44d2-8312-53f166ab848a"),
];

fn refused(world: &mut World, status: StatusCode, code: &str) -> Answer {
    let id = world.dice().hex(32);
    let body = json!({"error": {"code": code, "message": "canary-message", "innerError": {"date": "2026-03-02T09:00:00", "request-id": id, "client-request-id": id}}});
    Answer::json(status, &body)
}

/// Answers a call to Graph.
pub(super) fn answer(world: &mut World, head: &http::request::Parts, segments: &[&str], query: &str) -> Answer {
    let bearer = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = bearer.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let now = world.clock.now();
    let Some(access) = world.access_tokens.get(token).filter(|access| access.until > now).cloned() else {
        return refused(world, StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken");
    };
    let Some(tenant) = world.tenant(&access.tenant).cloned() else {
        return refused(world, StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken");
    };
    let person = tenant.persons.iter().find(|person| person.oid == access.oid).cloned();
    let reads = access.reads_directory && person.as_ref().is_some_and(|person| !person.roles.is_empty());
    let graph = world.graph();
    let principal = |id: &str| tenant.principals.iter().find(|principal| principal.id == id).cloned();
    let seen = |principal: &Principal| now.duration_since(principal.granted_at).as_secs() >= tenant.replication_seconds;
    match segments {
        ["v1.0", "organization"] => list(&graph, head, query, &tenant, &[organization(&tenant)]),
        ["v1.0", "me", "transitiveMemberOf"] => list(&graph, head, query, &tenant, &memberships(&tenant, &access)),
        _ if !reads => refused(world, StatusCode::FORBIDDEN, "Authorization_RequestDenied"),
        ["v1.0", one] if one.starts_with("servicePrincipals(appId='") => {
            let client = one.trim_start_matches("servicePrincipals(appId='").trim_end_matches("')");
            if client == GRAPH {
                return Answer::json(StatusCode::OK, &graphs_own(&tenant));
            }
            match tenant.principals.iter().find(|principal| principal.client_id == client && seen(principal)) {
                Some(principal) => Answer::json(StatusCode::OK, &service_principal(principal)),
                None => refused(world, StatusCode::NOT_FOUND, "Request_ResourceNotFound"),
            }
        }
        ["v1.0", "servicePrincipals", id, kind @ ("appRoleAssignments" | "oauth2PermissionGrants")] => {
            match principal(id).filter(seen) {
                Some(principal) => list(&graph, head, query, &tenant, &grants(&tenant, &principal, kind)),
                None => refused(world, StatusCode::NOT_FOUND, "Request_ResourceNotFound"),
            }
        }
        _ => refused(world, StatusCode::BAD_REQUEST, "Request_BadRequest"),
    }
}

/// A page of a list, and the link to the next.
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

fn organization(tenant: &EntraTenant) -> Value {
    let domains: Vec<Value> = std::iter::once(&tenant.initial_domain)
        .chain(&tenant.domains)
        .map(|name| json!({"name": name, "isInitial": *name == tenant.initial_domain, "isDefault": false, "type": "Managed"}))
        .collect();
    json!({"id": tenant.id, "displayName": tenant.display_name, "verifiedDomains": domains})
}

fn memberships(tenant: &EntraTenant, access: &Access) -> Vec<Value> {
    let person = tenant.persons.iter().find(|person| person.oid == access.oid);
    let roles = person.map(|person| person.roles.as_slice()).unwrap_or_default();
    let mut items = vec![
        json!({"@odata.type": "#microsoft.graph.group", "id": guid("group"), "roleTemplateId": GLOBAL_ADMINISTRATOR}),
    ];
    items.extend(roles.iter().map(|role| {
        let template = if tenant.hides_roles { Value::Null } else { json!(role) };
        json!({"@odata.type": "#microsoft.graph.directoryRole", "id": guid(role), "roleTemplateId": template})
    }));
    items
}

fn graph_principal(tenant: &EntraTenant) -> String {
    guid(&format!("graph in {}", tenant.id))
}

fn graphs_own(tenant: &EntraTenant) -> Value {
    let roles: Vec<Value> =
        PERMISSIONS.iter().map(|(name, id, _)| json!({"id": id, "value": name, "isEnabled": true})).collect();
    let scopes: Vec<Value> =
        PERMISSIONS.iter().map(|(name, _, id)| json!({"id": id, "value": name, "isEnabled": true})).collect();
    json!({"id": graph_principal(tenant), "appRoles": roles, "oauth2PermissionScopes": scopes})
}

fn service_principal(principal: &Principal) -> Value {
    json!({
        "id": principal.id,
        "appId": principal.client_id,
        "displayName": principal.display_name,
        "accountEnabled": principal.enabled,
        "appOwnerOrganizationId": guid("tenant of okta"),
        "verifiedPublisher": {"displayName": principal.publisher, "verifiedPublisherId": "1", "addedDateTime": null},
    })
}

fn grants(tenant: &EntraTenant, principal: &Principal, kind: &str) -> Vec<Value> {
    let resource = graph_principal(tenant);
    if kind == "appRoleAssignments" {
        let role = |name: &str| {
            PERMISSIONS
                .iter()
                .find(|(known, _, _)| *known == name)
                .map_or_else(|| guid(name), |(_, id, _)| (*id).to_owned())
        };
        return principal
            .grants
            .iter()
            .filter(|grant| grant.style == GrantStyle::Application)
            .map(|grant| json!({"id": guid(&grant.permission), "appRoleId": role(&grant.permission), "principalId": principal.id, "principalType": "ServicePrincipal", "resourceId": resource, "resourceDisplayName": "Microsoft Graph"}))
            .collect();
    }
    // As Entra has it: one grant for everybody and one a person, each with its names in one string.
    let styles = [GrantStyle::DelegatedForAll, GrantStyle::DelegatedForOne];
    styles
        .into_iter()
        .filter_map(|style| {
            let of_style: Vec<_> = principal.grants.iter().filter(|grant| grant.style == style).collect();
            let names: Vec<&str> = of_style.iter().map(|grant| grant.permission.as_str()).collect();
            let consent = if style == GrantStyle::DelegatedForAll { "AllPrincipals" } else { "Principal" };
            let one = of_style.first()?.principal.clone();
            Some(json!({"id": guid(consent), "clientId": principal.id, "consentType": consent, "principalId": one, "resourceId": resource, "scope": format!(" {}", names.join(" "))}))
        })
        .collect()
}
