//! The secret of the application that Okta created for an app's provisioning: when it ends, and whether Okta can rotate it.
//!
//! Okta rotates the secret (System Log, `app.office365.provisioning_app_credential.rotate`). If the last secret is about to end
//! and no newer one has appeared, the rotation does not work, and provisioning ends with the secret.

use jiff::{SignedDuration, Timestamp};

use super::app_management_policy::AppManagementPolicy;
use super::registered_credential::{RegisteredCredential, RegisteredCredentialKind};
use super::signal::{Signal, SignalKind};

/// How many days before the end of the last secret Regrant warns, and warns again.
pub const WARNING_DAYS: [u8; 3] = [30, 7, 1];

/// A warning that is due: the last secret ends within `days`, and no newer one was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndingSecret {
    /// When the last secret ends.
    pub ends_at: Timestamp,
    /// The threshold that it has crossed, one of [`WARNING_DAYS`].
    pub days: u8,
}

impl EndingSecret {
    /// Whether this warning says more than `earlier`: the same secret has crossed a lower threshold, or it is a different one.
    pub fn is_new_since(self, earlier: Option<Self>) -> bool {
        earlier.is_none_or(|earlier| earlier.ends_at != self.ends_at || self.days < earlier.days)
    }
}

/// The warning that follows from the latest successful read of the secrets.
pub fn ending_secret(signals: &[Signal]) -> Option<EndingSecret> {
    let read = signals.iter().filter(|s| matches!(s.kind, SignalKind::ProvisioningSecretRead { .. })).max()?;
    let SignalKind::ProvisioningSecretRead { ends_at: Some(ends_at), .. } = &read.kind else { return None };
    threshold(*ends_at, read.seen_at).map(|days| EndingSecret { ends_at: *ends_at, days })
}

/// The lowest threshold that a secret has crossed at `now`; one that has ended stays at the last one.
fn threshold(ends_at: Timestamp, now: Timestamp) -> Option<u8> {
    let left = ends_at.duration_since(now);
    WARNING_DAYS.into_iter().rev().find(|days| left <= SignedDuration::from_hours(i64::from(*days) * 24))
}

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
    let days = threshold(ends_at, now)?;
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
    fn each_threshold_is_crossed_once() {
        let ends_at = now() + SignedDuration::from_hours(40 * 24);
        let (mut earlier, mut warned) = (None, Vec::new());
        // Every eight hours, with the secret still there ten days after its end.
        for hour in (0..50 * 24).step_by(8) {
            let seen_at = now() + SignedDuration::from_hours(hour);
            let kind = signal(&[secret(40 * 24, RegisteredCredentialKind::Secret)], None, seen_at);
            let found = ending_secret(&[Signal::okta(seen_at, kind)]);
            if found.is_some_and(|found| found.is_new_since(earlier)) {
                warned.push((hour / 24, found.unwrap().days));
            }
            earlier = found.or(earlier);
        }
        assert_eq!(warned, [(10, 30), (33, 7), (39, 1)]);
        let reset = EndingSecret { ends_at, days: 30 };
        assert!(!reset.is_new_since(earlier), "a clock that was set back repeats no warning");
        assert!(EndingSecret { ends_at: Timestamp::MAX, ..reset }.is_new_since(earlier));
    }

    #[test]
    fn newer_secret_ends_the_warning() {
        let read = |second: i64, hours: &[i64]| {
            let secrets: Vec<_> = hours.iter().map(|&hours| secret(hours, RegisteredCredentialKind::Secret)).collect();
            let seen_at = now() + SignedDuration::from_secs(second);
            Signal::okta(seen_at, signal(&secrets, None, seen_at))
        };
        let warned = [read(0, &[24 * 6])];
        assert_eq!(ending_secret(&warned).map(|ending| ending.days), Some(7));
        assert_eq!(ending_secret(&[read(0, &[24 * 6]), read(1, &[24 * 6, 24 * 180])]), None);
        assert_eq!(ending_secret(&[read(0, &[])]), None);
        assert_eq!(ending_secret(&[]), None);
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
