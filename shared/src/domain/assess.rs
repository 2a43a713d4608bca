//! Derives an app's standing from its signals.

use jiff::Timestamp;

use super::connection::{AppStatus, AuthScheme, ConnectionStatus};
use super::provisioning_secret::ending_secret;
use super::signal::{Check, Provisioning, Signal, SignalKind, Source};
use super::standing::{Assessment, Standing};

/// Derives the standing from `signals`. Total: every set of signals yields a standing and at least one reason.
///
/// The order of the signals does not matter: the newest signal of each check counts, and of two with the same time the
/// more cautious one. The current time does not matter either: a signal counts until a newer one replaces it.
pub fn assess(signals: &[Signal]) -> Assessment {
    let mut verdict = judge(signals);
    for signal in sorted(signals) {
        let reason = match &signal.kind {
            SignalKind::Surprise { what } => match signal.source {
                Source::MicrosoftGraph => format!("Microsoft returned something that this version cannot read: {what}"),
                _ => format!("Okta returned something that this version does not know: {what}"),
            },
            SignalKind::UnknownFailureCode { code, event_type } if !worked_since(signals, signal.seen_at) => format!(
                "Okta logged a failure on {} with a code that Regrant does not know: {code} ({event_type}). It does not count \
                 as a lost consent. Please report it: `regrant org record` shows how your org answers.",
                signal.seen_at.strftime("%-d %B %Y")
            ),
            SignalKind::EmailFailed { request, what } if verdict.standing.needs_action() => {
                format!("An email for request {request} was not delivered: {what}.")
            }
            _ => continue,
        };
        if !verdict.reasons.contains(&reason) {
            verdict.reasons.push(reason);
        }
    }
    verdict
}

fn sorted(signals: &[Signal]) -> Vec<&Signal> {
    let mut sorted: Vec<&Signal> = signals.iter().collect();
    sorted.sort();
    sorted
}

/// The newest signal of `check`. A failed check wins a tie.
fn newest(signals: &[Signal], check: Check) -> Option<&Signal> {
    signals
        .iter()
        .filter(|signal| signal.kind.check() == Some(check))
        .max_by_key(|s| (s.seen_at, matches!(s.kind, SignalKind::CheckFailed { .. }), &s.kind, s.source))
}

fn verdict(standing: Standing, reason: impl Into<String>) -> Assessment {
    Assessment { standing, verified: false, reasons: vec![reason.into()] }
}

fn judge(signals: &[Signal]) -> Assessment {
    let app = newest(signals, Check::App).map(|signal| &signal.kind);
    let (features, note) = match app {
        Some(SignalKind::CheckFailed { reason, .. }) => {
            return verdict(Standing::Unknown, format!("Could not read the app: {reason}"));
        }
        Some(SignalKind::AppNotListed) => {
            return verdict(Standing::NotApplicable, "The app is no longer in the org's list.");
        }
        Some(SignalKind::AppRead { status: AppStatus::Inactive, .. }) => {
            return verdict(Standing::NotApplicable, "The app is inactive in Okta.");
        }
        Some(SignalKind::AppRead { status: AppStatus::Deleted, .. }) => {
            return verdict(Standing::NotApplicable, "The app was deleted in Okta.");
        }
        Some(SignalKind::AppRead { tenant_type: Some(kind), .. }) if is_separate_cloud(kind) => {
            return verdict(
                Standing::ByHand,
                "The tenant is in a government cloud that Okta's Management API does not support.",
            );
        }
        Some(SignalKind::AppRead { status: AppStatus::Other(status), features, .. }) => {
            (features.as_slice(), Some(format!("The app has the unknown status {status:?}; treated as active.")))
        }
        Some(SignalKind::AppRead { features, .. }) => (features.as_slice(), None),
        _ => (&[][..], None),
    };
    let mut result = by_connection(signals, features);
    result.reasons.extend(note);
    result
}

fn is_separate_cloud(tenant_type: &str) -> bool {
    let plain: String = tenant_type.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_uppercase();
    plain.contains("GCCHIGH") || plain.contains("DOD")
}

fn by_connection(signals: &[Signal], features: &[String]) -> Assessment {
    let Some(signal) = newest(signals, Check::Connection) else {
        return verdict(Standing::Unknown, "The provisioning connection has not been read yet.");
    };
    let (scheme, status, authorize) = match &signal.kind {
        SignalKind::ConnectionRead { auth_scheme, status, authorize_offered } => {
            (auth_scheme, status, *authorize_offered)
        }
        SignalKind::CheckFailed { reason, .. } => {
            return verdict(Standing::Unknown, format!("Could not read the provisioning connection: {reason}"));
        }
        _ => return verdict(Standing::Unknown, "The provisioning connection has not been read yet."),
    };
    match (scheme, status) {
        (AuthScheme::Oauth2, ConnectionStatus::Enabled) => enabled(signals),
        (AuthScheme::Oauth2, ConnectionStatus::Disabled) => disabled(signals, authorize),
        (AuthScheme::Oauth2, ConnectionStatus::NotAuthorized) => verdict(
            Standing::NeedsConsent,
            "Okta reports that the connection is not authorized: no one has consented yet.",
        ),
        (AuthScheme::Oauth2, _) => verdict(
            Standing::ByHand,
            "Okta does not report whether the connection is on. Check it in the Admin Console.",
        ),
        // Not read again since the consent was prepared.
        (AuthScheme::Unknown, _) if paused_since(signals).is_some_and(|since| since >= signal.seen_at) => {
            paused(paused_since(signals).unwrap_or(signal.seen_at))
        }
        (AuthScheme::Unknown, _) => without_scheme(signals, features),
        (AuthScheme::Token, _) => verdict(Standing::ByHand, "The connection uses a token instead of consent."),
        (AuthScheme::Other(name), _) => verdict(
            Standing::ByHand,
            format!(
                "Okta uses the authentication scheme {name:?}, which this version does not know. Check it in the Admin Console."
            ),
        ),
    }
}

fn enabled(signals: &[Signal]) -> Assessment {
    // A failed check does not hide an earlier result: forgetting missing permissions would turn degraded into consented.
    let grants_check = newest(signals, Check::PermissionGrants).map(|signal| &signal.kind);
    let grants = signals.iter().filter(|s| matches!(s.kind, SignalKind::PermissionGrantsRead { .. })).max();
    let mut result = match grants.map(|signal| &signal.kind) {
        Some(SignalKind::PermissionGrantsRead { principal_enabled: false, .. }) => {
            verdict(Standing::Broken, "Okta's service principal is disabled in Microsoft Entra.")
        }
        Some(SignalKind::PermissionGrantsRead { any_granted: false, .. }) => {
            verdict(Standing::Broken, "Microsoft has no permission grant for Okta: the consent was revoked.")
        }
        _ if sign_in_fails(signals) => {
            verdict(Standing::Broken, "Okta's System Log shows that Okta could not sign in to Microsoft.")
        }
        Some(SignalKind::PermissionGrantsRead { missing, .. }) if !missing.is_empty() => {
            verdict(Standing::Degraded, format!("Required permissions are not granted: {}.", missing.join(", ")))
        }
        _ if consenter(signals).is_some() => verdict(Standing::Degraded, consenter(signals).unwrap_or_default()),
        _ if rotation_fails(signals) => {
            verdict(Standing::Degraded, "Okta could not rotate its credential in Microsoft Entra.")
        }
        _ if secret(signals).0.is_some() => verdict(Standing::Degraded, secret(signals).0.unwrap_or_default()),
        Some(SignalKind::PermissionGrantsRead { .. }) => Assessment {
            verified: true,
            ..verdict(Standing::Consented, "The connection is on, and Microsoft has every required grant.")
        },
        _ => verdict(Standing::Consented, "The connection is on with OAuth. Not verified with Microsoft."),
    };
    if let Some(SignalKind::CheckFailed { reason, .. }) = grants_check {
        result.verified = false;
        result.reasons.push(format!("Could not read the permission grants: {reason}"));
    }
    if let Some(SignalKind::PermissionGrantsRead { changes, .. }) = grants.map(|signal| &signal.kind) {
        result.reasons.extend(changes.iter().map(|what| format!("Changed since the consent was verified: {what}.")));
    }
    let (warning, note) = secret(signals);
    let warning = warning.filter(|warning| !result.reasons.contains(warning));
    result.reasons.extend(warning.into_iter().chain(note));
    if let Some(SignalKind::CheckFailed { reason, .. }) =
        newest(signals, Check::ProvisioningSecret).map(|signal| &signal.kind)
    {
        result.reasons.push(format!("Could not read the secret of Okta's provisioning app: {reason}"));
    }
    if let Some(SignalKind::CheckFailed { reason, .. }) = newest(signals, Check::SystemLog).map(|signal| &signal.kind) {
        result
            .reasons
            .push(format!("Could not read Okta's System Log, so a failing sign-in may go unnoticed: {reason}"));
    }
    if provisioning(signals) == Some(Provisioning::NotEnabled) {
        result
            .reasons
            .push("Okta contradicts itself: the connection is on, but provisioning is not enabled.".to_owned());
    }
    result
}

fn has(signals: &[Signal], kind: &SignalKind) -> bool {
    signals.iter().any(|signal| signal.kind == *kind)
}

fn last(signals: &[Signal], pick: impl Fn(&SignalKind) -> bool) -> Option<Timestamp> {
    signals.iter().filter(|signal| pick(&signal.kind)).map(|signal| signal.seen_at).max()
}

/// Whether provisioning worked, or Okta accepted a new consent, at or after `at`.
fn worked_since(signals: &[Signal], at: Timestamp) -> bool {
    last(signals, |kind| matches!(kind, SignalKind::ProvisioningWorked | SignalKind::ConsentCodeAccepted))
        .is_some_and(|over| over >= at)
}

/// Whether Okta's sign-in to Microsoft fails: a failure counts until provisioning works again or Okta accepts the code of
/// a new consent. A connection that reads ENABLED does not clear it, nor do existing grants: both look normal while
/// Conditional Access blocks Okta.
pub fn sign_in_fails(signals: &[Signal]) -> bool {
    let failed = last(signals, |kind| matches!(kind, SignalKind::CredentialFailure { .. }));
    let over = last(signals, |kind| matches!(kind, SignalKind::ProvisioningWorked | SignalKind::ConsentCodeAccepted));
    failed.is_some_and(|failed| over.is_none_or(|over| failed >= over))
}

fn rotation_fails(signals: &[Signal]) -> bool {
    let failed = last(signals, |kind| matches!(kind, SignalKind::CredentialRotation { succeeded: false }));
    let over = last(signals, |kind| {
        matches!(kind, SignalKind::CredentialRotation { succeeded: true } | SignalKind::ConsentCodeAccepted)
    });
    failed.is_some_and(|failed| over.is_none_or(|over| failed > over))
}

/// Why provisioning will end with the secret of Okta's provisioning app, and what else may stop its rotation. A failed check
/// does not hide an earlier result.
fn secret(signals: &[Signal]) -> (Option<String>, Option<String>) {
    let read = signals.iter().filter(|s| matches!(s.kind, SignalKind::ProvisioningSecretRead { .. })).max();
    match read.map(|signal| &signal.kind) {
        Some(SignalKind::ProvisioningSecretRead { warning, note, .. }) => {
            (warning.clone(), note.as_ref().map(|note| format!("{note}.")))
        }
        _ => (None, None),
    }
}

/// Whether the last secret of Okta's provisioning app is about to end, and nothing else needs action.
pub fn only_secret_ends(signals: &[Signal]) -> bool {
    let is_secret = |signal: &&Signal| matches!(signal.kind, SignalKind::ProvisioningSecretRead { .. });
    let others: Vec<Signal> = signals.iter().filter(|signal| !is_secret(signal)).cloned().collect();
    ending_secret(signals).is_some() && judge(&others).standing == Standing::Consented
}

/// Why the person who consented could not do so again, if anything prevents it. A failed check does not hide an earlier
/// result.
fn consenter(signals: &[Signal]) -> Option<&'static str> {
    let read = signals.iter().filter(|s| matches!(s.kind, SignalKind::ConsenterRead { .. })).max()?;
    match read.kind {
        SignalKind::ConsenterRead { enabled: Some(false), .. } => {
            Some("The account that consented is disabled or deleted, so it cannot be used to re-authenticate.")
        }
        SignalKind::ConsenterRead { holds_role: Some(false), .. } => {
            Some("The person who consented no longer holds the role that consenting again requires.")
        }
        _ => None,
    }
}

fn paused_since(signals: &[Signal]) -> Option<Timestamp> {
    last(signals, |kind| *kind == SignalKind::ProvisioningPaused)
}

fn paused(since: Timestamp) -> Assessment {
    let since = since.strftime("%Y-%m-%d %H:%M");
    let reason =
        format!("Provisioning is paused since {since} UTC: a consent was prepared, and no one has finished it.");
    verdict(Standing::Broken, reason)
}

fn disabled(signals: &[Signal], authorize_offered: bool) -> Assessment {
    let granted = newest(signals, Check::PermissionGrants)
        .is_some_and(|s| matches!(s.kind, SignalKind::PermissionGrantsRead { any_granted: true, .. }));
    if let Some(since) = paused_since(signals) {
        paused(since)
    } else if granted {
        verdict(Standing::NeedsSave, "Microsoft has a grant, but the connection is off.")
    } else if has(signals, &SignalKind::ConnectionWasEnabled) {
        verdict(Standing::NeedsSave, "The connection was on before and is off now.")
    } else if !authorize_offered {
        verdict(Standing::NeedsSave, "The connection is off, and Okta does not ask for consent.")
    } else {
        verdict(Standing::NeedsConsent, "The connection is prepared but off, and Okta offers the consent link.")
    }
}

fn provisioning(signals: &[Signal]) -> Option<Provisioning> {
    match newest(signals, Check::Features)?.kind {
        SignalKind::ProvisioningRead { provisioning } => Some(provisioning),
        _ => None,
    }
}

fn without_scheme(signals: &[Signal], features: &[String]) -> Assessment {
    let provisions = features.iter().any(|name| is_provisioning(name));
    match provisioning(signals) {
        Some(Provisioning::Enabled) => {
            verdict(Standing::NeedsConsent, "Provisioning is on without OAuth: it uses stored credentials.")
        }
        Some(Provisioning::NotEnabled) => verdict(Standing::NotApplicable, "Provisioning is not enabled for the app."),
        Some(Provisioning::NotSupported) if provisions => {
            verdict(Standing::ByHand, "The app provisions users, but Okta's Management API does not support it.")
        }
        Some(Provisioning::NotSupported) => verdict(Standing::NotApplicable, "The app does not support provisioning."),
        None => match newest(signals, Check::Features).map(|signal| &signal.kind) {
            Some(SignalKind::CheckFailed { reason, .. }) => {
                verdict(Standing::Unknown, format!("Could not read the provisioning features: {reason}"))
            }
            _ => verdict(
                Standing::Unknown,
                "Okta does not report the connection's authentication scheme, and its features were not read.",
            ),
        },
    }
}

/// Whether an app feature belongs to provisioning (Okta Management API, `Application.features`).
fn is_provisioning(feature: &str) -> bool {
    ["PUSH_", "IMPORT_"].iter().any(|prefix| feature.starts_with(prefix))
        || matches!(feature, "GROUP_PUSH" | "PROFILE_MASTERING" | "REACTIVATE_USERS" | "SCIM_PROVISIONING")
}

#[cfg(test)]
mod tests;
