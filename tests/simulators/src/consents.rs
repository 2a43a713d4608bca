//! Okta's part of a consent: the link, the page where the browser ends, and the callback that completes the consent
//! (Okta, "Configure app provisioning connections").

use http::StatusCode;
use serde_json::json;

use crate::answer::Answer;
use crate::applications::find;
use crate::microsoft::MicrosoftSimulator;
use crate::okta_error::OktaError;
use crate::org::{Connection, Org};
use crate::seeded_rng::SeededRng;
use crate::wire::CONSENT_CLIENT_ID;

/// How many consent links per app stay valid.
const REMEMBERED: usize = 50;

/// Gives the app a consent link to the simulated Microsoft, with a fresh `state`. Without a simulated Microsoft,
/// `wire` builds a link to Microsoft's real host.
pub(crate) fn give_out_link(
    org: &mut Org,
    id: &str,
    origin: &str,
    microsoft: Option<&MicrosoftSimulator>,
    rng: &mut SeededRng,
) {
    let (Some(microsoft), Some(app)) = (microsoft, org.app_mut(id)) else { return };
    if !matches!(app.connection, Connection::OAuth2 { authorize: true, .. }) {
        return;
    }
    // Keeps a link that a test has set.
    let ours = |href: &str| app.consent_states.iter().any(|state| href.contains(state.as_str()));
    let usual = app.authorize_href.as_deref().is_none_or(ours);
    if !usual || app.name != "office365" {
        return;
    }
    let state = rng.alphanumeric(40);
    let tenant = app.tenant.as_deref().unwrap_or("unknown");
    let redirect = callback(origin, id);
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("state", &state)
        .append_pair("client_id", CONSENT_CLIENT_ID)
        .append_pair("redirect_uri", &redirect)
        .append_pair("scope", "openid profile offline_access https://graph.microsoft.com/.default")
        .finish();
    app.authorize_href = Some(format!("{}/{tenant}.onmicrosoft.com/oauth2/authorize?{query}", microsoft.login_url()));
    app.consent_states.push(state);
    if app.consent_states.len() > REMEMBERED {
        app.consent_states.remove(0);
    }
}

/// The redirect URI of an app.
fn callback(origin: &str, id: &str) -> String {
    format!("{origin}/api/v1/apps/office365/{id}/oauth2/callback")
}

fn parameter(query: &str, name: &str) -> String {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// The page where the browser ends after the consent.
pub(crate) fn landing(org: &Org, id: &str, query: &str, origin: &str) -> Result<Answer, OktaError> {
    find(org, id)?;
    let (code, state) = (parameter(query, "code"), parameter(query, "state"));
    if code.is_empty() || state.is_empty() {
        let page = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
                    content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\"><title>Okta (simulated)</title></head><body><main>\
                    <h1>Microsoft did not give its consent</h1><p>You can close this tab.</p></main></body></html>";
        return Ok(Answer::text(StatusCode::BAD_REQUEST, "text/html", page.to_owned()));
    }
    let values = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("code", &code)
        .append_pair("state", &state)
        .finish();
    let href = format!("{}?{values}", callback(origin, id));
    let body = json!({ "continue_oauth_flow_url": { "href": href, "method": "POST" } });
    Ok(Answer::json(StatusCode::OK, &body))
}

/// Completes the consent. Okta does not document its answer to a used or expired code; the simulator answers as Okta
/// does for other invalid values.
pub(crate) fn complete(
    org: &mut Org,
    id: &str,
    query: &str,
    origin: &str,
    microsoft: Option<&MicrosoftSimulator>,
) -> Result<Answer, OktaError> {
    find(org, id)?;
    let redirect = callback(origin, id);
    let (code, state) = (parameter(query, "code"), parameter(query, "state"));
    let refused = || OktaError::invalid("oauth2", "The authorization code or state is not valid.");
    let app = org.app_mut(id).ok_or_else(refused)?;
    let known = app.consent_states.iter().position(|given| *given == state).ok_or_else(refused)?;
    let tenant = microsoft
        .and_then(|microsoft| microsoft.redeem_for_okta(&code, CONSENT_CLIENT_ID, &redirect))
        .ok_or_else(refused)?;
    let expected = app.tenant.as_deref().map(|name| format!("{name}.onmicrosoft.com"));
    if expected.as_deref() != Some(tenant.as_str()) {
        return Err(refused());
    }
    app.consent_states.remove(known);
    app.consented = true;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
