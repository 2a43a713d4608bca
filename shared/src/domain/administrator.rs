//! The person who signed in at Microsoft, and whether that person is allowed to consent.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::tenant::{ObjectId, TenantId};
use super::text::UntrustedText;

/// The role template id of Global Administrator (Microsoft Entra built-in roles). Okta requires this role; Microsoft
/// itself would accept a lesser one.
pub const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

/// A person who signed in, as identified by the verified ID token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// `tid`: the tenant the person signed in to.
    pub tenant: TenantId,
    /// `oid`: the object id of the person in that tenant.
    pub object: ObjectId,
    /// `preferred_username`: for display only, never for decisions.
    pub username: UntrustedText,
    /// `wids`: role template ids, if the registration requests the claim.
    pub roles: Option<BTreeSet<String>>,
    /// `uti`: the token's id, for the audit trail.
    pub token_id: Option<String>,
}

/// The directory roles of a person, from Graph's `transitiveMemberOf`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DirectoryRoles {
    /// The role template ids that Graph returned.
    pub templates: BTreeSet<String>,
    /// Whether Graph withheld the template of some roles. If it did, a missing role proves nothing.
    pub some_hidden: bool,
}

/// A directory user, from Graph's `/users/{id}` ("Get a user").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryUser {
    /// The object id of the person in the tenant.
    pub id: ObjectId,
    /// Whether the account can sign in; `None` if Graph withheld it, which proves nothing.
    pub account_enabled: Option<bool>,
}

/// Whether multi-factor authentication was used. A missing claim means "not verified", never "not used".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mfa {
    /// A token that carries this information says that it was used.
    Verified,
    /// No token carries this information.
    NotVerified,
    /// A token that carries this information says that it was not used.
    Refuted,
}

/// Why a person is not allowed to consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum NotAllowed {
    /// The account belongs to a tenant other than the app's.
    #[error("the account belongs to a different Microsoft tenant than the app")]
    WrongTenant,
    /// The account is not a Global Administrator now. An eligible role in Privileged Identity Management is not active.
    #[error("the account does not hold the Global Administrator role right now")]
    NotGlobalAdministrator,
    /// Multi-factor authentication was not used, or it is required and could not be verified.
    #[error("the sign-in was made without multi-factor authentication")]
    MfaMissing,
}

/// Whether `wids` shows the Global Administrator role; `None` means that Graph has to be asked.
pub fn global_administrator_by_token(person: &Person) -> Option<bool> {
    // The claim may be truncated, or stale after an activation, so only its presence is conclusive.
    person.roles.as_ref().filter(|roles| roles.contains(GLOBAL_ADMINISTRATOR)).map(|_| true)
}

/// Whether a person is allowed to consent for an app of `tenant`. `roles` is Graph's answer, if Graph was asked.
pub fn may_consent(
    person: &Person,
    tenant: &TenantId,
    roles: Option<&DirectoryRoles>,
    mfa: Mfa,
    mfa_required: bool,
) -> Result<(), NotAllowed> {
    if person.tenant != *tenant {
        return Err(NotAllowed::WrongTenant);
    }
    let by_graph = roles.is_some_and(|roles| roles.templates.contains(GLOBAL_ADMINISTRATOR));
    if global_administrator_by_token(person) != Some(true) && !by_graph {
        return Err(NotAllowed::NotGlobalAdministrator);
    }
    match (mfa, mfa_required) {
        (Mfa::Verified, _) | (Mfa::NotVerified, false) => Ok(()),
        (Mfa::Refuted, _) | (Mfa::NotVerified, true) => Err(NotAllowed::MfaMissing),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    const HOME: &str = "aaaaaaaa-0000-4000-8000-000000000001";
    const ELSEWHERE: &str = "aaaaaaaa-0000-4000-8000-000000000002";

    fn person(tenant: &str, roles: Option<&[&str]>) -> Person {
        Person {
            tenant: tenant.parse().unwrap(),
            object: "bbbbbbbb-0000-4000-8000-000000000001".parse().unwrap(),
            username: UntrustedText::new("ada@contoso.onmicrosoft.com"),
            roles: roles.map(|roles| roles.iter().map(|role| (*role).to_owned()).collect()),
            token_id: None,
        }
    }

    fn judge(person: &Person, graph: Option<&[&str]>, mfa: Mfa, required: bool) -> Result<(), NotAllowed> {
        let roles = graph.map(|roles| DirectoryRoles {
            templates: roles.iter().map(|role| (*role).to_owned()).collect(),
            some_hidden: false,
        });
        may_consent(person, &HOME.parse().unwrap(), roles.as_ref(), mfa, required)
    }

    #[test]
    fn role_from_token_or_graph_is_enough() {
        let by_token = person(HOME, Some(&[GLOBAL_ADMINISTRATOR]));
        assert_eq!(judge(&by_token, None, Mfa::NotVerified, false), Ok(()));
        let by_graph = person(HOME, None);
        assert_eq!(judge(&by_graph, Some(&[GLOBAL_ADMINISTRATOR]), Mfa::Verified, true), Ok(()));
        let neither = person(HOME, Some(&["b79fbf4d-3ef9-4689-8143-76b194e85509"]));
        assert_eq!(judge(&neither, Some(&[]), Mfa::Verified, false), Err(NotAllowed::NotGlobalAdministrator));
        assert_eq!(judge(&neither, None, Mfa::Verified, false), Err(NotAllowed::NotGlobalAdministrator));
    }

    #[test]
    fn other_tenant_is_refused_first() {
        let stranger = person(ELSEWHERE, Some(&[GLOBAL_ADMINISTRATOR]));
        assert_eq!(judge(&stranger, Some(&[GLOBAL_ADMINISTRATOR]), Mfa::Refuted, true), Err(NotAllowed::WrongTenant));
    }

    #[test]
    fn unverified_mfa_blocks_only_if_required() {
        let admin = person(HOME, Some(&[GLOBAL_ADMINISTRATOR]));
        assert_eq!(judge(&admin, None, Mfa::NotVerified, false), Ok(()));
        assert_eq!(judge(&admin, None, Mfa::NotVerified, true), Err(NotAllowed::MfaMissing));
        assert_eq!(judge(&admin, None, Mfa::Refuted, false), Err(NotAllowed::MfaMissing));
    }
}
