//! The expected standing of an app, derived from its simulated state and not from any response.

use regrant::domain::standing::Standing;

use crate::org::{App, Connection, Provisioning};

/// The standing that a scan must find for `app` if every read succeeds.
///
/// Independent of the product's own assessment, so that tests can compare the two.
pub fn expected_standing(app: &App) -> Standing {
    if !app.active {
        return Standing::NotApplicable;
    }
    let government = app.tenant_type.as_deref().is_some_and(|kind| kind.contains("GCC_HIGH") || kind.contains("DOD"));
    if government {
        return Standing::ByHand;
    }
    match (app.connection, app.provisioning) {
        (Connection::OAuth2 { enabled: true, .. }, _) => Standing::Consented,
        // A started consent, and provisioning with user name and password.
        (Connection::OAuth2 { enabled: false, authorize: true }, _) | (Connection::Unknown, Provisioning::Enabled) => {
            Standing::NeedsConsent
        }
        (Connection::OAuth2 { enabled: false, authorize: false }, _) => Standing::NeedsSave,
        (Connection::Unknown, Provisioning::NotEnabled) => Standing::NotApplicable,
        (Connection::Unknown, Provisioning::NotSupported) if app.features.is_empty() => Standing::NotApplicable,
        (Connection::Unknown, Provisioning::NotSupported)
        | (Connection::Token { .. } | Connection::TokenWithoutProfile { .. }, _) => Standing::ByHand,
    }
}
