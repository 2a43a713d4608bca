//! Where an app stands by the rules, told from its state and not from any answer.

use regrant::domain::standing::Standing;

use crate::org::{App, Connection, Provisioning};

/// The standing that a reader of Okta has to find for `app` when every read succeeds.
///
/// Written apart from the product's own assessment, so that one can be checked against the other.
pub fn truth(app: &App) -> Standing {
    if !app.active {
        return Standing::NotApplicable;
    }
    let government = app.tenant_type.as_deref().is_some_and(|kind| kind.contains("GCC_HIGH") || kind.contains("DOD"));
    if government {
        return Standing::ByHand;
    }
    match (app.connection, app.provisioning) {
        (Connection::OAuth2 { enabled: true, .. }, _) => Standing::Consented,
        // Consent that was begun, and provisioning on the old user name and password.
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
