//! Who signed in at Microsoft, and whether that person may give the consent.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::tenant::{ObjectId, TenantId};
use super::text::UntrustedText;

/// The role template id of Global Administrator (Microsoft Entra built-in roles). Okta demands this role; Microsoft
/// itself would be content with less.
pub const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

/// A person who signed in, as the verified ID token names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// `tid`: the tenant the person signed in to.
    pub tenant: TenantId,
    /// `oid`: the person's key in that tenant.
    pub object: ObjectId,
    /// `preferred_username`: to show, never to decide by.
    pub username: UntrustedText,
    /// `wids`: role template ids, where the registration asks for the claim.
    pub roles: Option<BTreeSet<String>>,
    /// `uti`: the token's id, for the audit trail.
    pub token_id: Option<String>,
}

/// What `transitiveMemberOf` shows of a person's directory roles.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DirectoryRoles {
    /// The role template ids that could be read.
    pub templates: BTreeSet<String>,
    /// Whether there were roles whose template Graph would not show: then absence proves nothing.
    pub some_hidden: bool,
}

/// What `/users/{id}` shows of a person ("Get a user", Microsoft Graph).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryUser {
    /// The person's key in the tenant.
    pub id: ObjectId,
    /// Whether the account may sign in; `None` where Graph would not show it, which proves nothing.
    pub account_enabled: Option<bool>,
}

/// Whether multi-factor authentication was done. A missing claim is "not proven", never "no".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mfa {
    /// A token that can tell says so.
    Proven,
    /// No token that can tell was to be had.
    NotProven,
    /// A token that can tell says that it was not done.
    Refuted,
}

/// Why a person may not give the consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum NotAllowed {
    /// Signed in to another tenant than the app's.
    #[error("the account belongs to another Microsoft tenant than the app")]
    WrongTenant,
    /// Not a Global Administrator now; eligible in Privileged Identity Management is not active.
    #[error("the account does not hold the Global Administrator role right now")]
    NotGlobalAdministrator,
    /// Multi-factor authentication was not done, or is demanded and not proven.
    #[error("the sign-in was made without multi-factor authentication")]
    MfaMissing,
}

/// Whether `wids` settles the question of the role; `None` sends us to Graph.
pub fn global_administrator_by_token(person: &Person) -> Option<bool> {
    // The claim may be cut or stale after an activation, so only its yes settles anything.
    person.roles.as_ref().filter(|roles| roles.contains(GLOBAL_ADMINISTRATOR)).map(|_| true)
}

/// Whether a person may give the consent for an app of `tenant`. `roles` is what Graph said, where it was asked.
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
        (Mfa::Proven, _) | (Mfa::NotProven, false) => Ok(()),
        (Mfa::Refuted, _) | (Mfa::NotProven, true) => Err(NotAllowed::MfaMissing),
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
    fn the_role_counts_from_the_token_or_from_graph() {
        let by_token = person(HOME, Some(&[GLOBAL_ADMINISTRATOR]));
        assert_eq!(judge(&by_token, None, Mfa::NotProven, false), Ok(()));
        let by_graph = person(HOME, None);
        assert_eq!(judge(&by_graph, Some(&[GLOBAL_ADMINISTRATOR]), Mfa::Proven, true), Ok(()));
        let neither = person(HOME, Some(&["b79fbf4d-3ef9-4689-8143-76b194e85509"]));
        assert_eq!(judge(&neither, Some(&[]), Mfa::Proven, false), Err(NotAllowed::NotGlobalAdministrator));
        assert_eq!(judge(&neither, None, Mfa::Proven, false), Err(NotAllowed::NotGlobalAdministrator));
    }

    #[test]
    fn an_administrator_of_another_tenant_is_refused_before_anything_else() {
        let stranger = person(ELSEWHERE, Some(&[GLOBAL_ADMINISTRATOR]));
        assert_eq!(judge(&stranger, Some(&[GLOBAL_ADMINISTRATOR]), Mfa::Refuted, true), Err(NotAllowed::WrongTenant));
    }

    #[test]
    fn mfa_that_is_not_proven_stops_only_where_it_is_demanded_and_a_refutation_always() {
        let admin = person(HOME, Some(&[GLOBAL_ADMINISTRATOR]));
        assert_eq!(judge(&admin, None, Mfa::NotProven, false), Ok(()));
        assert_eq!(judge(&admin, None, Mfa::NotProven, true), Err(NotAllowed::MfaMissing));
        assert_eq!(judge(&admin, None, Mfa::Refuted, false), Err(NotAllowed::MfaMissing));
    }
}
