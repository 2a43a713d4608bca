//! Describes signals in a few words each.

use regrant::domain::app::AppRecord;
use regrant::domain::signal::{Check, Provisioning, SignalKind, Source};

use super::escaped;

/// The signals that an app's standing is based on, in one line: `app ACTIVE, connection OAUTH2 DISABLED, provisioning on`.
pub fn line(app: &AppRecord) -> String {
    let words: Vec<String> = app
        .signals
        .iter()
        .map(|signal| {
            let words = words(&signal.kind);
            match signal.source {
                Source::Okta => words,
                Source::OktaSystemLog => format!("System Log: {words}"),
                Source::MicrosoftGraph => format!("Microsoft: {words}"),
                Source::Regrant => format!("earlier: {words}"),
            }
        })
        .collect();
    if words.is_empty() { "none yet".to_owned() } else { words.join(", ") }
}

fn consenter(enabled: Option<bool>, holds_role: Option<bool>) -> &'static str {
    match (enabled, holds_role) {
        (Some(false), _) => "the consenting administrator is disabled",
        (_, Some(false)) => "the consenting administrator no longer has the role",
        (_, Some(true)) => "the consenting administrator has the role",
        (_, None) => "the consenting administrator could not be checked",
    }
}

fn words(kind: &SignalKind) -> String {
    match kind {
        SignalKind::CheckFailed { check, .. } => format!(
            "could not check {}",
            match check {
                Check::App => "the app",
                Check::Connection => "the connection",
                Check::Features => "provisioning",
                Check::PermissionGrants => "the permission grants",
                Check::Consenter => "the consenting administrator",
                Check::SystemLog => "the System Log",
                Check::ProvisioningSecret => "the secret of Okta's provisioning app",
            }
        ),
        SignalKind::AppRead { status, tenant_type, .. } => match tenant_type {
            Some(tenant) => format!("app {} ({})", escaped(status.clone()), escaped(tenant)),
            None => format!("app {}", escaped(status.clone())),
        },
        SignalKind::AppNotListed => "no longer listed in the org".to_owned(),
        SignalKind::ConnectionRead { auth_scheme, status, .. } => {
            format!("connection {} {}", escaped(auth_scheme.clone()), escaped(status.clone()))
        }
        SignalKind::ConnectionWasEnabled => "the connection was enabled".to_owned(),
        SignalKind::ProvisioningRead { provisioning } => match provisioning {
            Provisioning::Enabled => "provisioning on".to_owned(),
            Provisioning::NotEnabled => "provisioning off".to_owned(),
            Provisioning::NotSupported => "provisioning not supported".to_owned(),
        },
        SignalKind::PermissionGrantsRead { missing, any_granted, principal_enabled, .. } => {
            let grants = match (any_granted, missing.len()) {
                (false, _) => "no permissions granted".to_owned(),
                (true, 0) => "all permissions granted".to_owned(),
                (true, some) => format!("{some} permissions missing"),
            };
            if *principal_enabled { grants } else { format!("{grants}, service principal disabled") }
        }
        SignalKind::CredentialFailure { event_type } => escaped(event_type),
        SignalKind::ProvisioningPaused => "provisioning paused for a consent".to_owned(),
        SignalKind::ConsentCodeAccepted => "Okta accepted a new consent".to_owned(),
        SignalKind::ProvisioningWorked => "provisioning worked".to_owned(),
        SignalKind::ConsenterRead { enabled, holds_role } => consenter(*enabled, *holds_role).to_owned(),
        SignalKind::CredentialRotation { succeeded: true } => "the credential was rotated".to_owned(),
        SignalKind::CredentialRotation { succeeded: false } => "the credential could not be rotated".to_owned(),
        SignalKind::ProvisioningAppCreated { client } => {
            format!(
                "Okta created its own application{}",
                client.as_deref().map(|id| format!(", {}", escaped(id))).unwrap_or_default()
            )
        }
        SignalKind::ProvisioningSecretRead { warning, .. } => match warning {
            Some(warning) => escaped(warning),
            None => "the secret of Okta's provisioning app is valid".to_owned(),
        },
        SignalKind::EmailFailed { request, what } => {
            format!("email about {} failed: {}", escaped(request), escaped(what))
        }
        SignalKind::UnknownFailureCode { code, event_type } => {
            format!("a code that Regrant does not know: {} ({})", escaped(code), escaped(event_type))
        }
        SignalKind::Surprise { what } => format!("unknown to this version: {}", escaped(what)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::samples;
    use regrant::domain::signal::Signal;
    use regrant::domain::standing::Standing;

    #[test]
    fn signals_fit_on_one_line() {
        let app = samples::app("Office 365", Standing::NeedsSave);
        assert_eq!(line(&app), "app ACTIVE, connection OAUTH2 DISABLED, provisioning on");
    }

    #[test]
    fn unknown_values_are_escaped() {
        let mut app = samples::app("Office 365", Standing::Unknown);
        app.signals =
            vec![Signal::okta(samples::now(), SignalKind::Surprise { what: "status \u{1b}[31mNEW".to_owned() })];
        assert_eq!(line(&app), "unknown to this version: status \\u{1b}[31mNEW");
    }
}
