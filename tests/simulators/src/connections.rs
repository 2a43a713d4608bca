//! `/api/v1/apps/{id}/connections/default` and its activate and deactivate calls.

use http::StatusCode;
use serde_json::Value;

use crate::answer::Answer;
use crate::applications::find;
use crate::okta_error::OktaError;
use crate::org::{Connection, Org, Provisioning};
use crate::seeded_rng::SeededRng;
use crate::wire;

/// Reads the connection.
pub(crate) fn get(org: &Org, id: &str, origin: &str, rng: &mut SeededRng) -> Result<Answer, OktaError> {
    let app = find(org, id)?;
    Ok(Answer::json(StatusCode::OK, &wire::connection(app, origin, rng)))
}

/// Sets the connection. As recorded, a request without `activate=true` disables an enabled connection, and an app
/// without support answers 200 and stays `UNKNOWN`.
pub(crate) fn post(org: &mut Org, id: &str, query: &str, body: &[u8]) -> Result<(), OktaError> {
    find(org, id)?;
    let scheme = asked_scheme(body)?;
    if org.wants_admin_credentials && !has_admin_credentials(body) {
        return Err(OktaError::invalid("settings", "settings: The field cannot be left blank"));
    }
    let activate = url::form_urlencoded::parse(query.as_bytes())
        .any(|(name, value)| name == "activate" && value.eq_ignore_ascii_case("true"));
    if let Some(app) = org.app_mut(id) {
        app.connection = match (app.connection, scheme.as_str()) {
            (Connection::Unknown, _) if app.provisioning == Provisioning::NotSupported => Connection::Unknown,
            (Connection::Unknown, "OAUTH2") => Connection::OAuth2 { enabled: false, authorize: true },
            (Connection::Unknown, _) => Connection::Unknown,
            // Activating cannot replace a missing consent.
            (Connection::OAuth2 { enabled: false, authorize: true }, _) if !app.consented => app.connection,
            (other, _) => other.switched(activate),
        };
    }
    Ok(())
}

fn has_admin_credentials(body: &[u8]) -> bool {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let given = |name: &str| body.pointer(&format!("/profile/settings/{name}")).is_some_and(Value::is_string);
    given("adminUsername") && given("adminPassword")
}

/// The authentication scheme in a request body.
fn asked_scheme(body: &[u8]) -> Result<String, OktaError> {
    let body: Value = serde_json::from_slice(body).map_err(|_| OktaError::malformed_body())?;
    let scheme = body.get("profile").and_then(|profile| profile.get("authScheme")).and_then(Value::as_str);
    scheme
        .map(str::to_owned)
        .ok_or_else(|| OktaError::invalid("authScheme", "authScheme: The field cannot be left blank"))
}

/// Enables or disables the connection. Always answers 204, as recorded.
pub(crate) fn switch(org: &mut Org, id: &str, enabled: bool) -> Result<Answer, OktaError> {
    let strict_consent = org.strict_consent;
    let app = org.app_mut(id).ok_or_else(|| OktaError::not_found(id, "AppInstance"))?;
    // 204 proves nothing: without a consent the connection stays disabled.
    let waits = matches!(app.connection, Connection::OAuth2 { enabled: false, authorize: true }) && !app.consented;
    if !(enabled && waits && strict_consent) {
        app.connection = app.connection.switched(enabled);
    }
    // An enabled connection offers the link again, for the next consent, as in Okta's example.
    if let Connection::OAuth2 { enabled: true, authorize } = &mut app.connection {
        *authorize = true;
        app.consented = true;
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
