//! From signals to a standing.

use jiff::Timestamp;

use super::connection::{AppStatus, AuthScheme, ConnectionStatus};
use super::signal::{Check, Provisioning, Signal, SignalKind};
use super::standing::{Assessment, Standing};

/// What `signals` add up to at `now`. Total: every set of signals has a standing and at least one reason. The order of
/// the signals does not matter: the newest word on each thing counts, and of two at one time the more careful. Time does not
/// matter either: what was seen counts until something newer is seen.
pub fn assess(signals: &[Signal]) -> Assessment {
    let mut verdict = judge(signals);
    for signal in sorted(signals) {
        let reason = match &signal.kind {
            SignalKind::Surprise { what } => format!("Okta answered something this version does not know: {what}"),
            SignalKind::EmailFailed { request, what } if verdict.standing.needs_action() => {
                format!("An email of request {request} did not reach its reader: {what}.")
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

/// The newest word on `look`; a failed look wins a tie.
fn newest(signals: &[Signal], look: Check) -> Option<&Signal> {
    signals
        .iter()
        .filter(|signal| signal.kind.look() == Some(look))
        .max_by_key(|s| (s.seen_at, matches!(s.kind, SignalKind::CouldNotLook { .. }), &s.kind, s.source))
}

fn verdict(standing: Standing, reason: impl Into<String>) -> Assessment {
    Assessment { standing, verified: false, reasons: vec![reason.into()] }
}

fn judge(signals: &[Signal]) -> Assessment {
    let app = newest(signals, Check::App).map(|signal| &signal.kind);
    let (features, note) = match app {
        Some(SignalKind::CouldNotLook { reason, .. }) => {
            return verdict(Standing::Unknown, format!("Could not look at the app: {reason}"));
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
                "The tenant is in a government cloud that the Management API does not serve.",
            );
        }
        Some(SignalKind::AppRead { status: AppStatus::Other(status), features, .. }) => {
            (features.as_slice(), Some(format!("The app's status {status:?} is not known; taken as active.")))
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
        SignalKind::CouldNotLook { reason, .. } => {
            return verdict(Standing::Unknown, format!("Could not look at the connection: {reason}"));
        }
        _ => return verdict(Standing::Unknown, "The provisioning connection has not been read yet."),
    };
    match (scheme, status) {
        (AuthScheme::Oauth2, ConnectionStatus::Enabled) => enabled(signals),
        (AuthScheme::Oauth2, ConnectionStatus::Disabled) => disabled(signals, authorize),
        (AuthScheme::Oauth2, _) => {
            verdict(Standing::ByHand, "Okta does not tell whether the connection is on; look in the console.")
        }
        (AuthScheme::Unknown, _) => without_scheme(signals, features),
        (AuthScheme::Token, _) => verdict(Standing::ByHand, "The connection uses a token, which is not consent."),
        (AuthScheme::Other(name), _) => verdict(
            Standing::ByHand,
            format!("Okta signs in with {name:?}, which this version does not know; look in the console."),
        ),
    }
}

fn enabled(signals: &[Signal]) -> Assessment {
    // A failed look hides no earlier read: forgetting missing permissions would turn degraded into consented.
    let look = newest(signals, Check::PermissionGrants).map(|signal| &signal.kind);
    let grants = signals.iter().filter(|s| matches!(s.kind, SignalKind::PermissionGrantsRead { .. })).max();
    let mut result = match grants.map(|signal| &signal.kind) {
        Some(SignalKind::PermissionGrantsRead { principal_enabled: false, .. }) => {
            verdict(Standing::Broken, "Okta's service principal is disabled in Microsoft Entra.")
        }
        Some(SignalKind::PermissionGrantsRead { any_granted: false, .. }) => {
            verdict(Standing::Broken, "Microsoft holds no permission grant for Okta: consent was revoked.")
        }
        _ if credential_fails(signals) => {
            verdict(Standing::Broken, "Okta's System Log shows that Okta could not sign in to Microsoft.")
        }
        Some(SignalKind::PermissionGrantsRead { missing, .. }) if !missing.is_empty() => {
            verdict(Standing::Degraded, format!("Required permissions are not granted: {}.", missing.join(", ")))
        }
        _ if consenter(signals).is_some() => verdict(Standing::Degraded, consenter(signals).unwrap_or_default()),
        _ if rotation_fails(signals) => {
            verdict(Standing::Degraded, "Okta could not rotate its credential in Microsoft Entra.")
        }
        Some(SignalKind::PermissionGrantsRead { .. }) => Assessment {
            verified: true,
            ..verdict(Standing::Consented, "The connection is on and Microsoft holds every required grant.")
        },
        _ => verdict(Standing::Consented, "The connection is on with OAuth; not verified on Microsoft's side."),
    };
    if let Some(SignalKind::CouldNotLook { reason, .. }) = look {
        result.verified = false;
        result.reasons.push(format!("Could not look at the permission grants: {reason}"));
    }
    if let Some(SignalKind::PermissionGrantsRead { changes, .. }) = grants.map(|signal| &signal.kind) {
        result
            .reasons
            .extend(changes.iter().map(|what| format!("Not as it was when the consent was verified: {what}.")));
    }
    if let Some(SignalKind::CouldNotLook { reason, .. }) = newest(signals, Check::SystemLog).map(|signal| &signal.kind)
    {
        result
            .reasons
            .push(format!("Could not read Okta's System Log, so a failing sign-in would not be seen: {reason}"));
    }
    if provisioning(signals) == Some(Provisioning::NotEnabled) {
        result.reasons.push("Okta contradicts itself: connection on, provisioning not enabled.".to_owned());
    }
    result
}

fn has(signals: &[Signal], kind: &SignalKind) -> bool {
    signals.iter().any(|signal| signal.kind == *kind)
}

fn last(signals: &[Signal], pick: impl Fn(&SignalKind) -> bool) -> Option<Timestamp> {
    signals.iter().filter(|signal| pick(&signal.kind)).map(|signal| signal.seen_at).max()
}

/// A failed sign-in counts until provisioning is seen to work again. Neither reading ENABLED nor reading the grants
/// overtakes it: Okta says the one, and Microsoft shows the other, while Conditional Access keeps Okta out.
fn credential_fails(signals: &[Signal]) -> bool {
    let failed = last(signals, |kind| matches!(kind, SignalKind::CredentialFailure { .. }));
    let worked = last(signals, |kind| matches!(kind, SignalKind::ProvisioningWorked));
    failed.is_some_and(|failed| worked.is_none_or(|worked| failed >= worked))
}

fn rotation_fails(signals: &[Signal]) -> bool {
    let rotation = |wanted| {
        last(signals, move |kind| matches!(kind, SignalKind::CredentialRotation { succeeded } if *succeeded == wanted))
    };
    rotation(false).is_some_and(|failed| rotation(true).is_none_or(|succeeded| failed > succeeded))
}

/// What keeps whoever consented from doing so again, if anything does. A failed look hides no earlier one.
fn consenter(signals: &[Signal]) -> Option<&'static str> {
    let read = signals.iter().filter(|s| matches!(s.kind, SignalKind::ConsenterRead { .. })).max()?;
    match read.kind {
        SignalKind::ConsenterRead { enabled: Some(false), .. } => {
            Some("The account of whoever consented is disabled or gone, so nobody can re-authenticate with it.")
        }
        SignalKind::ConsenterRead { holds_role: Some(false), .. } => {
            Some("Whoever consented no longer holds the role that doing so again needs.")
        }
        _ => None,
    }
}

fn disabled(signals: &[Signal], authorize_offered: bool) -> Assessment {
    let granted = newest(signals, Check::PermissionGrants)
        .is_some_and(|s| matches!(s.kind, SignalKind::PermissionGrantsRead { any_granted: true, .. }));
    if granted {
        verdict(Standing::NeedsSave, "Microsoft holds a grant and the connection is off.")
    } else if has(signals, &SignalKind::ConnectionWasEnabled) {
        verdict(Standing::NeedsSave, "The connection was on before and is off now.")
    } else if !authorize_offered {
        verdict(Standing::NeedsSave, "The connection is off and Okta asks for no consent.")
    } else {
        verdict(Standing::NeedsConsent, "The connection is prepared and off, and Okta offers the consent link.")
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
            verdict(Standing::NeedsConsent, "Provisioning is on without OAuth: it runs on old credentials.")
        }
        Some(Provisioning::NotEnabled) => verdict(Standing::NotApplicable, "Provisioning is not enabled for the app."),
        Some(Provisioning::NotSupported) if provisions => {
            verdict(Standing::ByHand, "The app provisions, but the Management API does not support it.")
        }
        Some(Provisioning::NotSupported) => verdict(Standing::NotApplicable, "The app does not support provisioning."),
        None => match newest(signals, Check::Features).map(|signal| &signal.kind) {
            Some(SignalKind::CouldNotLook { reason, .. }) => {
                verdict(Standing::Unknown, format!("Could not look at the features: {reason}"))
            }
            _ => verdict(Standing::Unknown, "Okta does not name the connection's scheme, and features were not read."),
        },
    }
}

/// Whether an app's feature is one of provisioning (Okta Management API, `Application.features`).
fn is_provisioning(feature: &str) -> bool {
    ["PUSH_", "IMPORT_"].iter().any(|prefix| feature.starts_with(prefix))
        || matches!(feature, "GROUP_PUSH" | "PROFILE_MASTERING" | "REACTIVATE_USERS" | "SCIM_PROVISIONING")
}

#[cfg(test)]
mod tests;
