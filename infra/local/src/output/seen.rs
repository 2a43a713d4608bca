//! Signals in a few words each.

use regrant::domain::app::AppRecord;
use regrant::domain::signal::{Check, Provisioning, SignalKind, Source};
use regrant::domain::text::UntrustedText;

/// What an app's standing rests on, in one line: `app ACTIVE, connection OAUTH2 DISABLED, provisioning on`.
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
                Source::Regrant => format!("before: {words}"),
            }
        })
        .collect();
    if words.is_empty() { "nothing yet".to_owned() } else { words.join(", ") }
}

fn consenter(enabled: Option<bool>, holds_role: Option<bool>) -> &'static str {
    match (enabled, holds_role) {
        (Some(false), _) => "whoever consented is disabled",
        (_, Some(false)) => "whoever consented lost the role",
        (_, Some(true)) => "whoever consented holds the role",
        (_, None) => "whoever consented could not be judged",
    }
}

fn harmless(text: impl Into<String>) -> String {
    UntrustedText::new(text).to_string()
}

fn words(kind: &SignalKind) -> String {
    match kind {
        SignalKind::CheckFailed { check: look, .. } => format!(
            "no answer about {}",
            match look {
                Check::App => "the app",
                Check::Connection => "the connection",
                Check::Features => "provisioning",
                Check::PermissionGrants => "the permission grants",
                Check::Consenter => "whoever consented",
                Check::SystemLog => "the System Log",
            }
        ),
        SignalKind::AppRead { status, tenant_type, .. } => match tenant_type {
            Some(tenant) => format!("app {} ({})", harmless(status.clone()), harmless(tenant)),
            None => format!("app {}", harmless(status.clone())),
        },
        SignalKind::AppNotListed => "the org no longer lists it".to_owned(),
        SignalKind::ConnectionRead { auth_scheme, status, .. } => {
            format!("connection {} {}", harmless(auth_scheme.clone()), harmless(status.clone()))
        }
        SignalKind::ConnectionWasEnabled => "the connection was enabled".to_owned(),
        SignalKind::ProvisioningRead { provisioning } => match provisioning {
            Provisioning::Enabled => "provisioning on".to_owned(),
            Provisioning::NotEnabled => "provisioning off".to_owned(),
            Provisioning::NotSupported => "provisioning not supported".to_owned(),
        },
        SignalKind::PermissionGrantsRead { missing, any_granted, principal_enabled, .. } => {
            let grants = match (any_granted, missing.len()) {
                (false, _) => "nothing granted".to_owned(),
                (true, 0) => "all permissions granted".to_owned(),
                (true, some) => format!("{some} permissions missing"),
            };
            if *principal_enabled { grants } else { format!("{grants}, service principal disabled") }
        }
        SignalKind::CredentialFailure { event_type } => harmless(event_type),
        SignalKind::ProvisioningWorked => "provisioning worked".to_owned(),
        SignalKind::ConsenterRead { enabled, holds_role } => consenter(*enabled, *holds_role).to_owned(),
        SignalKind::CredentialRotation { succeeded: true } => "the credential was rotated".to_owned(),
        SignalKind::CredentialRotation { succeeded: false } => "the credential could not be rotated".to_owned(),
        SignalKind::ProvisioningAppCreated { client } => {
            format!(
                "Okta made an application of its own{}",
                client.as_deref().map(|id| format!(", {}", harmless(id))).unwrap_or_default()
            )
        }
        SignalKind::EmailFailed { request, what } => format!("email of {}: {}", harmless(request), harmless(what)),
        SignalKind::Surprise { what } => format!("new to this version: {}", harmless(what)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::samples;
    use regrant::domain::signal::Signal;
    use regrant::domain::standing::Standing;

    #[test]
    fn signals_are_told_in_one_line() {
        let app = samples::app("Office 365", Standing::NeedsSave);
        assert_eq!(line(&app), "app ACTIVE, connection OAUTH2 DISABLED, provisioning on");
    }

    #[test]
    fn what_okta_made_up_is_shown_harmlessly() {
        let mut app = samples::app("Office 365", Standing::Unknown);
        app.signals =
            vec![Signal::okta(samples::now(), SignalKind::Surprise { what: "status \u{1b}[31mNEW".to_owned() })];
        assert_eq!(line(&app), "new to this version: status \\u{1b}[31mNEW");
    }
}
