//! A tenant's rules for the secrets of applications: "tenantAppManagementPolicy resource type" of Microsoft Graph.
//!
//! Okta's app-based provisioning rests on an application whose secret Okta rotates. A tenant that forbids new secrets, or
//! limits their lifetime, refuses that rotation (Microsoft Entra, "application management policies"; the error names are
//! `CredentialTypeNotAllowedAsPerAppPolicy` and `CredentialInvalidLifetimeAsPerAppPolicy`).

use jiff::Span;

/// What the policy says about the secrets of applications.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AppManagementPolicy {
    /// Whether the policy is enforced.
    pub is_enabled: bool,
    /// Whether new secrets are refused (`passwordAddition`).
    pub forbids_secrets: bool,
    /// The longest lifetime of a new secret in days (`passwordLifetime`).
    pub max_lifetime_days: Option<i64>,
    /// Members that could not be read, in words for people.
    pub unreadable: Vec<String>,
}

impl AppManagementPolicy {
    /// Why Okta's next rotation will be refused, and what to ask for; `None` if nothing speaks against it.
    pub fn objection(&self) -> Option<String> {
        if !self.is_enabled || !self.forbids_secrets {
            return None;
        }
        Some(
            "The tenant's app management policy forbids new secrets (passwordAddition), so Microsoft will refuse Okta's \
             rotation with CredentialTypeNotAllowedAsPerAppPolicy: ask for an exemption of Okta's provisioning app from \
             passwordAddition, for example a custom appManagementPolicy that is assigned to it"
                .to_owned(),
        )
    }

    /// The limit on the lifetime of a new secret, in words.
    pub fn lifetime_note(&self) -> Option<String> {
        let days = self.max_lifetime_days.filter(|_| self.is_enabled)?;
        Some(format!(
            "The tenant's app management policy limits secrets to {days} days (passwordLifetime); if Okta asks for longer, \
             Microsoft refuses it with CredentialInvalidLifetimeAsPerAppPolicy, and Okta's provisioning app needs an exemption"
        ))
    }
}

/// The number of days of an ISO 8601 duration such as `P180D` or `P4DT12H30M5S`, rounded down.
pub fn days_of(duration: &str) -> Option<i64> {
    let span: Span = duration.parse().ok()?;
    let months = i64::from(span.get_years()) * 12 + i64::from(span.get_months());
    let days = months * 30 + i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
    (days >= 0).then_some(days + i64::from(span.get_hours()) / 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_enforced_ban_is_an_objection() {
        let ban = AppManagementPolicy { is_enabled: true, forbids_secrets: true, ..AppManagementPolicy::default() };
        let words = ban.objection().unwrap_or_default();
        assert!(words.contains("CredentialTypeNotAllowedAsPerAppPolicy") && words.contains("exemption"), "{words}");
        assert_eq!(AppManagementPolicy { is_enabled: false, ..ban }.objection(), None);
        let short =
            AppManagementPolicy { is_enabled: true, max_lifetime_days: Some(90), ..AppManagementPolicy::default() };
        assert_eq!(short.objection(), None);
        assert!(short.lifetime_note().is_some_and(|note| note.contains("90 days")));
    }

    #[test]
    fn lifetimes_are_read_in_days() {
        let days = ["P180D", "P4DT12H30M5S", "P1Y", "PT36H", "-P1D", "soon"].map(days_of);
        assert_eq!(days, [Some(180), Some(4), Some(360), Some(1), None, None]);
    }
}
