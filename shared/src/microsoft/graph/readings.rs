//! Decodes Graph's objects one at a time. In a list, an element that cannot be read does not hide the others: it is reported
//! in words for people. A single object that lacks a required member is an error that names the member.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::domain::administrator::{DirectoryRoles, DirectoryUser};
use crate::domain::app_management_policy::{AppManagementPolicy, days_of};
use crate::domain::grant::{GrantKind, PermissionGrant, ServicePrincipal};
use crate::domain::members::Members;
use crate::domain::registered_credential::{Hint, RegisteredCredential, RegisteredCredentialKind, Thumbprint};
use crate::domain::tenant::{ClientId, ObjectId};
use crate::domain::text::UntrustedText;
use crate::microsoft::{GrantList, Organization, RegisteredCredentials};

/// The maximum stored length of a text from Graph, in characters.
const KEPT: usize = 300;

/// The directory roles among memberships. They are filtered here, because the cast form of the path reads an index that
/// lags after an activation.
pub(super) fn roles(memberships: &[Value]) -> DirectoryRoles {
    let mut roles = DirectoryRoles::default();
    for item in memberships {
        match item.get("@odata.type").and_then(Value::as_str) {
            Some("#microsoft.graph.directoryRole") => {}
            Some(_) => continue,
            // It may be a role.
            None => {
                roles.some_hidden = true;
                continue;
            }
        }
        match item.get("roleTemplateId").and_then(Value::as_str) {
            Some(template) => {
                roles.templates.insert(template.to_ascii_lowercase());
            }
            None => roles.some_hidden = true,
        }
    }
    roles
}

/// Decodes the only `organization` of a list.
pub(super) fn organization(list: &[Value]) -> Result<Organization, String> {
    let [found] = list else { return Err(format!("{} organizations instead of one", list.len())) };
    let mut members = Members::of(found, "The organization");
    let Some(id) = members.required("id") else { return Err(members.in_words()) };
    let mut verified_domains = Vec::new();
    for domain in members.list("verifiedDomains") {
        let mut domain = Members::of(domain, "A verified domain (verifiedDomains)");
        verified_domains.extend(domain.required_text("name").map(str::to_ascii_lowercase));
        members.adopt(domain);
    }
    let display_name = members.text("displayName").map(shortened).unwrap_or_default();
    Ok(Organization { id, display_name, verified_domains, unreadable: members.into_problems() })
}

/// Decodes a `user`.
pub(super) fn user(found: &Value, asked: &ObjectId) -> Result<DirectoryUser, String> {
    let mut members = Members::of(found, "The user");
    let account_enabled = members.boolean("accountEnabled");
    match members.required("id") {
        Some(id) if id == *asked && members.problem_count() == 0 => Ok(DirectoryUser { id, account_enabled }),
        Some(id) if id != *asked => Err("The user has a different id than the requested one.".to_owned()),
        _ => Err(members.in_words()),
    }
}

/// Decodes a `servicePrincipal`.
pub(super) fn service_principal(found: &Value, asked: &ClientId) -> Result<ServicePrincipal, String> {
    let mut members = Members::of(found, "The service principal");
    let (id, app_id) = (members.required("id"), members.required("appId"));
    let account_enabled = members.boolean("accountEnabled");
    if account_enabled.is_none() && members.problem_count() == 0 {
        members.lacks("accountEnabled");
    }
    let mut text = |path: &str| members.text(path).map(shortened);
    let display_name = text("displayName").unwrap_or_default();
    let verified_publisher = text("verifiedPublisher.displayName");
    let verified_publisher_id = text("verifiedPublisher.verifiedPublisherId");
    let disabled_by_microsoft = text("disabledByMicrosoftStatus");
    let owner = members.parsed("appOwnerOrganizationId");
    match (id, app_id, account_enabled) {
        (Some(_), Some(app), Some(_)) if app != *asked => {
            Err("The service principal has a different appId than the requested one.".to_owned())
        }
        (Some(id), Some(app_id), Some(account_enabled)) if members.problem_count() == 0 => Ok(ServicePrincipal {
            id,
            app_id,
            display_name,
            account_enabled,
            owner,
            verified_publisher,
            verified_publisher_id,
            disabled_by_microsoft,
        }),
        _ => Err(members.in_words()),
    }
}

/// Decodes the secrets and certificates of an `application`. Both lists have to be there.
pub(super) fn credentials(application: &Value) -> Result<RegisteredCredentials, String> {
    let mut members = Members::of(application, "The application");
    let mut all = RegisteredCredentials::default();
    for (list, kind, what) in [
        ("passwordCredentials", RegisteredCredentialKind::Secret, "A secret (passwordCredentials)"),
        ("keyCredentials", RegisteredCredentialKind::Certificate, "A certificate (keyCredentials)"),
    ] {
        if members.value(list).is_none() && members.problem_count() == 0 {
            members.lacks(list);
        }
        for item in members.list(list) {
            let mut item = Members::of(item, what);
            all.credentials.extend(credential(&mut item, kind));
            all.unreadable.extend(item.into_problems());
        }
    }
    if members.problem_count() == 0 { Ok(all) } else { Err(members.in_words()) }
}

fn credential(item: &mut Members<'_>, kind: RegisteredCredentialKind) -> Option<RegisteredCredential> {
    let (key_id, ends_at) = (item.required("keyId"), item.required("endDateTime"));
    let display_name = item.text("displayName").map(shortened).unwrap_or_default();
    let identifier = item.text("customKeyIdentifier");
    let hint = item.text("hint").map(Hint::of);
    Some(RegisteredCredential {
        key_id: key_id?,
        kind,
        display_name,
        ends_at: ends_at?,
        thumbprint: identifier.filter(|_| kind == RegisteredCredentialKind::Certificate).and_then(thumbprint),
        hint,
    })
}

/// Decodes `customKeyIdentifier`: "binary", and the certificate's thumbprint unless its owner chose a different value. Graph
/// returns it as hexadecimal digits, or as base64 of the digest or of its digits.
fn thumbprint(identifier: &str) -> Option<Thumbprint> {
    Thumbprint::parse(identifier).or_else(|| {
        let bytes = STANDARD.decode(identifier).ok()?;
        Thumbprint::of(&bytes).or_else(|| Thumbprint::parse(std::str::from_utf8(&bytes).ok()?))
    })
}

/// The names of Graph's application permissions, by their ids.
pub(super) struct RoleNames {
    names: BTreeMap<String, String>,
    /// What could not be read, in words for people.
    unreadable: Vec<String>,
}

/// Decodes the `appRoles` of Graph's own service principal.
pub(super) fn role_names(graph: &Value) -> RoleNames {
    let mut members = Members::of(graph, "Microsoft Graph's own service principal");
    let mut names = BTreeMap::new();
    if members.value("appRoles").is_none() && members.problem_count() == 0 {
        members.lacks("appRoles");
    }
    for role in members.list("appRoles") {
        let mut role = Members::of(role, "An application permission (appRoles)");
        if let (Some(id), Some(value)) = (role.required_text("id"), role.required_text("value")) {
            names.insert(id.to_ascii_lowercase(), value.to_owned());
        }
        members.adopt(role);
    }
    RoleNames { names, unreadable: members.into_problems() }
}

/// Decodes the `appRoleAssignment`s on the resource with that id. A permission that Graph does not name keeps its id, because
/// it is granted anyway.
pub(super) fn assigned(items: &[Value], resource: &str, roles: &RoleNames) -> GrantList {
    let mut list = GrantList::default();
    for item in items {
        let mut item = Members::of(item, "A granted application permission (appRoleAssignments)");
        if let (Some(id), Some(role)) = (item.required_text("resourceId"), item.required_text("appRoleId"))
            && id.eq_ignore_ascii_case(resource)
        {
            let role = role.to_ascii_lowercase();
            match roles.names.get(&role) {
                None if !roles.unreadable.is_empty() => list.unreadable.extend(roles.unreadable.iter().cloned()),
                name => list
                    .grants
                    .push(PermissionGrant { permission: name.cloned().unwrap_or(role), grant: GrantKind::Application }),
            }
        }
        list.unreadable.extend(item.into_problems());
    }
    list
}

/// Decodes the `oAuth2PermissionGrant`s on the resource with that id. `scope` is a space-separated string that may start with
/// a space; null grants nothing.
pub(super) fn delegated(items: &[Value], resource: &str) -> GrantList {
    let mut list = GrantList::default();
    for item in items {
        let is_null = item.get("scope").is_some_and(Value::is_null);
        let mut item = Members::of(item, "A delegated permission grant (oauth2PermissionGrants)");
        let before = item.problem_count();
        let scope = item.text("scope");
        if item.value("scope").is_none() && !is_null && item.problem_count() == before {
            item.lacks("scope");
        }
        let resource_id = item.required_text("resourceId");
        let grant = match item.required_text("consentType") {
            Some("AllPrincipals") => Some(GrantKind::DelegatedForAll),
            Some("Principal") => item.required("principalId").map(|principal| GrantKind::DelegatedForOne { principal }),
            Some(_) => {
                item.has("an unknown consentType");
                None
            }
            None => None,
        };
        if let (Some(resource_id), Some(grant), Some(scope)) = (resource_id, grant, scope)
            && resource_id.eq_ignore_ascii_case(resource)
        {
            let names = scope.split_ascii_whitespace();
            list.grants.extend(names.map(|name| PermissionGrant { permission: name.to_owned(), grant: grant.clone() }));
        }
        list.unreadable.extend(item.into_problems());
    }
    list
}

/// Decodes the tenant's default `tenantAppManagementPolicy`.
pub(super) fn app_management_policy(found: &Value) -> AppManagementPolicy {
    let mut members = Members::of(found, "The app management policy");
    let is_enabled = members.boolean("isEnabled");
    if is_enabled.is_none() && members.problem_count() == 0 {
        members.lacks("isEnabled");
    }
    let mut policy = AppManagementPolicy { is_enabled: is_enabled == Some(true), ..AppManagementPolicy::default() };
    for rule in members.list("applicationRestrictions.passwordCredentials") {
        let mut rule = Members::of(rule, "A rule for secrets (passwordCredentials)");
        // A rule without a state is enforced, as before Graph had the member.
        let is_on = rule.text("state").is_none_or(|state| state.eq_ignore_ascii_case("enabled"));
        match rule.required_text("restrictionType") {
            Some("passwordAddition") => policy.forbids_secrets |= is_on,
            Some("passwordLifetime") if is_on => {
                let days = rule.required_text("maxLifetime").and_then(days_of);
                if days.is_none() {
                    rule.has("an invalid maxLifetime");
                }
                policy.max_lifetime_days = policy.max_lifetime_days.into_iter().chain(days).min();
            }
            _ => {}
        }
        members.adopt(rule);
    }
    policy.unreadable = members.into_problems();
    policy
}

fn shortened(text: &str) -> UntrustedText {
    UntrustedText::new(text.chars().take(KEPT).collect::<String>())
}
