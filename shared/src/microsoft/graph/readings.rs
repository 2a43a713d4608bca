//! Decodes Graph's objects one at a time. An object that lacks a required member is an error and is never skipped.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::domain::administrator::{DirectoryRoles, DirectoryUser};
use crate::domain::grant::{GrantKind, PermissionGrant, ServicePrincipal};
use crate::domain::registered_credential::{Hint, RegisteredCredential, RegisteredCredentialKind, Thumbprint};
use crate::domain::tenant::{ClientId, ObjectId};
use crate::domain::text::UntrustedText;

/// The maximum stored length of a text from Graph, in characters.
const KEPT: usize = 300;

/// The directory roles among memberships. They are filtered here, because the cast form of the path reads an index that
/// lags after an activation.
pub(super) fn roles(memberships: &[Value]) -> DirectoryRoles {
    let mut roles = DirectoryRoles::default();
    for item in memberships {
        if item.get("@odata.type").and_then(Value::as_str) != Some("#microsoft.graph.directoryRole") {
            continue;
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

/// Decodes a `user`; `None` if it is not the requested one.
pub(super) fn user(found: &Value, asked: &ObjectId) -> Option<DirectoryUser> {
    let account_enabled = match found.get("accountEnabled") {
        None | Some(Value::Null) => None,
        Some(enabled) => Some(enabled.as_bool()?),
    };
    let id = found.get("id")?.as_str()?.parse().ok().filter(|id| id == asked)?;
    Some(DirectoryUser { id, account_enabled })
}

/// Decodes a `servicePrincipal`; `None` if it is not of the requested application.
pub(super) fn service_principal(found: &Value, asked: &ClientId) -> Option<ServicePrincipal> {
    Some(ServicePrincipal {
        id: found.get("id")?.as_str()?.parse().ok()?,
        app_id: found.get("appId")?.as_str()?.parse().ok().filter(|id| id == asked)?,
        display_name: text(found.get("displayName")).unwrap_or_default(),
        account_enabled: found.get("accountEnabled")?.as_bool()?,
        owner: found.get("appOwnerOrganizationId").and_then(Value::as_str).and_then(|id| id.parse().ok()),
        verified_publisher: text(found.pointer("/verifiedPublisher/displayName")),
        verified_publisher_id: text(found.pointer("/verifiedPublisher/verifiedPublisherId")),
        disabled_by_microsoft: text(found.get("disabledByMicrosoftStatus")),
    })
}

/// Decodes the secrets and certificates of an `application`.
pub(super) fn credentials(application: &Value) -> Option<Vec<RegisteredCredential>> {
    let mut all = Vec::new();
    for (list, kind) in [
        ("passwordCredentials", RegisteredCredentialKind::Secret),
        ("keyCredentials", RegisteredCredentialKind::Certificate),
    ] {
        for item in application.get(list)?.as_array()? {
            all.push(credential(item, kind)?);
        }
    }
    Some(all)
}

fn credential(item: &Value, kind: RegisteredCredentialKind) -> Option<RegisteredCredential> {
    let identifier = item.get("customKeyIdentifier").and_then(Value::as_str);
    Some(RegisteredCredential {
        key_id: item.get("keyId")?.as_str()?.parse().ok()?,
        kind,
        display_name: text(item.get("displayName")).unwrap_or_default(),
        ends_at: item.get("endDateTime")?.as_str()?.parse().ok()?,
        thumbprint: identifier.filter(|_| kind == RegisteredCredentialKind::Certificate).and_then(thumbprint),
        hint: item.get("hint").and_then(Value::as_str).filter(|hint| !hint.is_empty()).map(Hint::of),
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
pub(super) fn role_names(graph: &Value) -> BTreeMap<String, String> {
    let roles = graph.get("appRoles").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let pair = |role: &Value| {
        let id = role.get("id")?.as_str()?.to_ascii_lowercase();
        Some((id, role.get("value")?.as_str()?.to_owned()))
    };
    roles.iter().filter_map(pair).collect()
}

/// Decodes an `appRoleAssignment`. A permission that Graph does not name keeps its id, because it is granted anyway.
pub(super) fn application(item: &Value, roles: &BTreeMap<String, String>) -> Option<PermissionGrant> {
    let id = item.get("appRoleId")?.as_str()?.to_ascii_lowercase();
    let permission = roles.get(&id).cloned().unwrap_or(id);
    Some(PermissionGrant { permission, grant: GrantKind::Application })
}

/// Decodes an `oAuth2PermissionGrant`. Its `scope` is a space-separated string that may start with a space.
pub(super) fn delegated(item: &Value) -> Option<Vec<PermissionGrant>> {
    let grant = match item.get("consentType")?.as_str()? {
        "AllPrincipals" => GrantKind::DelegatedForAll,
        "Principal" => GrantKind::DelegatedForOne { principal: item.get("principalId")?.as_str()?.parse().ok()? },
        _ => return None,
    };
    let names = item.get("scope")?.as_str()?.split_ascii_whitespace();
    Some(names.map(|name| PermissionGrant { permission: name.to_owned(), grant: grant.clone() }).collect())
}

pub(super) fn text(value: Option<&Value>) -> Option<UntrustedText> {
    let text = value?.as_str()?;
    Some(UntrustedText::new(text.chars().take(KEPT).collect::<String>()))
}
