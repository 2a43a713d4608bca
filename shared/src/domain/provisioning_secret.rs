//! The secret of the application that Okta created for an app's provisioning: when it ends, and whether Okta can rotate it.
//!
//! Okta rotates the secret (System Log, `app.office365.provisioning_app_credential.rotate`). If the last secret is about to end
//! and no newer one has appeared, the rotation does not work, and provisioning ends with the secret.

use jiff::{SignedDuration, Timestamp};

use super::app_management_policy::AppManagementPolicy;
use super::registered_credential::{RegisteredCredential, RegisteredCredentialKind};
use super::signal::SignalKind;

/// How many days before the end of the last secret Regrant warns, and warns again.
pub const WARNING_DAYS: [i64; 3] = [30, 7, 1];

/// The signal of the secrets that were read at `now`, and of the tenant's policy if it was read.
pub fn signal(registered: &[RegisteredCredential], policy: Option<&AppManagementPolicy>, now: Timestamp) -> SignalKind {
    let secrets = registered.iter().filter(|one| one.kind == RegisteredCredentialKind::Secret);
    let ends_at = secrets.map(|secret| secret.ends_at).max();
    let ending = ends_at.and_then(|end| ending(end, now));
    let objection = policy.and_then(AppManagementPolicy::objection);
    let warning = match (ending, objection) {
        (Some(ending), Some(objection)) => Some(format!("{ending} {objection}.")),
        (Some(ending), None) => Some(ending),
        (None, Some(objection)) => Some(format!("{objection}.")),
        (None, None) => None,
    };
    let note = policy.and_then(AppManagementPolicy::lifetime_note);
    SignalKind::ProvisioningSecretRead { ends_at, warning, note }
}

fn ending(ends_at: Timestamp, now: Timestamp) -> Option<String> {
    let date = ends_at.strftime("%-d %B %Y");
    let left = ends_at.duration_since(now);
    if left <= SignedDuration::ZERO {
        return Some(format!(
            "The last secret of Okta's provisioning app ended on {date}, and no newer one has appeared."
        ));
    }
    let days = WARNING_DAYS.into_iter().rev().find(|days| left <= SignedDuration::from_hours(days * 24))?;
    let within = if days == 1 { "within one day".to_owned() } else { format!("within {days} days") };
    Some(format!("The last secret of Okta's provisioning app ends {within}, on {date}, and no newer one has appeared."))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;
    use crate::domain::text::UntrustedText;

    fn now() -> Timestamp {
        "2026-03-02T09:00:00Z".parse().unwrap()
    }

    fn secret(hours: i64, kind: RegisteredCredentialKind) -> RegisteredCredential {
        RegisteredCredential {
            key_id: "aaaaaaaa-0000-4000-8000-000000000001".parse().unwrap(),
            kind,
            display_name: UntrustedText::new("Okta"),
            ends_at: now() + SignedDuration::from_hours(hours),
            thumbprint: None,
            hint: None,
        }
    }

    fn warning(registered: &[RegisteredCredential], policy: Option<&AppManagementPolicy>) -> Option<String> {
        match signal(registered, policy, now()) {
            SignalKind::ProvisioningSecretRead { warning, .. } => warning,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn last_secret_is_warned_about_at_three_distances() {
        use RegisteredCredentialKind::{Certificate, Secret};
        for (hours, words) in [
            (31 * 24, None),
            (30 * 24, Some("within 30 days")),
            (8 * 24, Some("within 30 days")),
            (7 * 24, Some("within 7 days")),
            (25, Some("within 7 days")),
            (24, Some("within one day")),
            (0, Some("ended on 2 March 2026")),
        ] {
            let found = warning(&[secret(hours, Secret), secret(-900, Secret)], None);
            assert_eq!(found.is_some(), words.is_some(), "{hours}: {found:?}");
            assert!(words.is_none_or(|words| found.as_ref().unwrap().contains(words)), "{hours}: {found:?}");
        }
        assert_eq!(warning(&[secret(24, Secret), secret(9_000, Secret)], None), None);
        assert_eq!(warning(&[secret(24, Certificate)], None), None);
    }

    #[test]
    fn forbidden_secrets_are_reported_in_advance() {
        let ban = AppManagementPolicy { is_enabled: true, forbids_secrets: true, ..AppManagementPolicy::default() };
        let secret = [secret(9_000, RegisteredCredentialKind::Secret)];
        let found = warning(&secret, Some(&ban)).unwrap();
        assert!(found.contains("exemption") && found.contains("passwordAddition"), "{found}");
        assert_eq!(warning(&secret, Some(&AppManagementPolicy::default())), None);
    }
}
