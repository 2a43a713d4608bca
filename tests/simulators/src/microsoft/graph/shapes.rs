//! The JSON form of directory objects, as in "Microsoft Graph REST API v1.0".

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::microsoft::directory::EntraTenant;
use crate::microsoft::entra_app::{AppCredential, ClientAuth, EntraApp, GrantStyle};
use crate::microsoft::person::{GLOBAL_ADMINISTRATOR, Person, guid};
use crate::microsoft::principal::Principal;

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

pub(super) fn organization(tenant: &EntraTenant) -> Value {
    let domains: Vec<Value> = std::iter::once(&tenant.initial_domain)
        .chain(&tenant.domains)
        .map(|name| json!({"name": name, "isInitial": *name == tenant.initial_domain, "isDefault": false, "type": "Managed"}))
        .collect();
    json!({"id": tenant.id, "displayName": tenant.display_name, "verifiedDomains": domains})
}

/// A group, and the roles of a person.
pub(super) fn memberships(tenant: &EntraTenant, person: Option<&Person>) -> Vec<Value> {
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

/// A user with the members of `$select=id,accountEnabled`.
pub(super) fn user(tenant: &EntraTenant, person: &Person) -> Value {
    let enabled = if tenant.hides_accounts { Value::Null } else { json!(person.enabled) };
    json!({"@odata.context": "$metadata#users(id,accountEnabled)/$entity", "id": person.oid, "accountEnabled": enabled})
}

fn graph_principal(tenant: &EntraTenant) -> String {
    guid(&format!("graph in {}", tenant.id))
}

pub(super) fn graphs_own(tenant: &EntraTenant) -> Value {
    let roles: Vec<Value> =
        PERMISSIONS.iter().map(|(name, id, _)| json!({"id": id, "value": name, "isEnabled": true})).collect();
    let scopes: Vec<Value> =
        PERMISSIONS.iter().map(|(name, _, id)| json!({"id": id, "value": name, "isEnabled": true})).collect();
    json!({"id": graph_principal(tenant), "appRoles": roles, "oauth2PermissionScopes": scopes})
}

pub(super) fn service_principal(principal: &Principal) -> Value {
    let publisher = principal.publisher.as_ref();
    json!({
        "id": principal.id,
        "appId": principal.client_id,
        "displayName": principal.display_name,
        "accountEnabled": principal.enabled,
        "appOwnerOrganizationId": principal.owner,
        "disabledByMicrosoftStatus": principal.disabled_by_microsoft,
        "verifiedPublisher": {
            "displayName": publisher.map(|publisher| &publisher.name),
            "verifiedPublisherId": publisher.map(|publisher| &publisher.id),
            "addedDateTime": null,
        },
    })
}

/// A registration with the members of `$select=passwordCredentials,keyCredentials`. Neither lists federated credentials.
pub(super) fn application(app: &EntraApp) -> Value {
    let secret = |one: &AppCredential| {
        let ClientAuth::Secret(value) = &one.auth else { return None };
        let hint: String = value.chars().take(3).collect();
        Some(
            json!({"customKeyIdentifier": null, "displayName": one.display_name, "endDateTime": seconds(one.ends_at), "hint": hint, "keyId": one.key_id, "secretText": null, "startDateTime": "2026-01-01T00:00:00Z"}),
        )
    };
    let certificate = |one: &AppCredential| {
        let ClientAuth::Certificate { key_identifier, .. } = &one.auth else { return None };
        Some(
            json!({"customKeyIdentifier": key_identifier, "displayName": one.display_name, "endDateTime": seconds(one.ends_at), "key": null, "keyId": one.key_id, "startDateTime": "2026-01-01T00:00:00Z", "type": "AsymmetricX509Cert", "usage": "Verify"}),
        )
    };
    json!({
        "@odata.context": "$metadata#applications(passwordCredentials,keyCredentials)/$entity",
        "passwordCredentials": app.credentials.iter().filter_map(secret).collect::<Vec<_>>(),
        "keyCredentials": app.credentials.iter().filter_map(certificate).collect::<Vec<_>>(),
    })
}

/// A time in whole seconds, as Graph formats it.
fn seconds(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

pub(super) fn grants(tenant: &EntraTenant, principal: &Principal, kind: &str) -> Vec<Value> {
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
    // Entra stores one grant for all principals and one per person, each with its permissions in one string.
    let styles = [GrantStyle::DelegatedForAll, GrantStyle::DelegatedForOne];
    let null = json!({"id": guid("null"), "clientId": principal.id, "consentType": "AllPrincipals", "principalId": null, "resourceId": resource, "scope": null});
    let listed = styles
        .into_iter()
        .filter_map(|style| {
            let of_style: Vec<_> = principal.grants.iter().filter(|grant| grant.style == style).collect();
            let names: Vec<&str> = of_style.iter().map(|grant| grant.permission.as_str()).collect();
            let consent = if style == GrantStyle::DelegatedForAll { "AllPrincipals" } else { "Principal" };
            let one = of_style.first()?.principal.clone();
            Some(json!({"id": guid(consent), "clientId": principal.id, "consentType": consent, "principalId": one, "resourceId": resource, "scope": format!(" {}", names.join(" "))}))
        });
    tenant.null_scopes.then_some(null).into_iter().chain(listed).collect()
}
