//! What the consent pages share: the session behind a cookie, its form, the error page, and redirects.

use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use url::Url;

use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::SessionId;
use crate::domain::session::AuthorizationSession;
use crate::usecases::Ports;
use crate::usecases::consent::session::{
    BrowserSecrets, BrowserSession, authenticate_browser, cookie_name, with_org_and_app,
};
use crate::usecases::records::consent_error::ConsentError;
pub use crate::web::pages::subject;
use crate::web::pages::{FailureView, Page, Subject, failure};
use crate::web::parameters::Parameters;
use crate::web::{cookies, fetch_metadata};

/// Logs an error and gives its page, without a session.
pub fn consent_error_page(error: &ConsentError) -> Page {
    tracing::info!(failure = error.failure.name(), cause = %error.cause, trace = error.trace, "a consent failed");
    failure_page(error.failure, error.code.as_deref(), None, None, false)
}

/// Logs an error and gives its page, for the browser of a session.
pub async fn session_error_page(ports: &Ports, own: &BrowserSession, error: &ConsentError) -> Page {
    let (session, failure, trace) = (&own.session.id, error.failure, error.trace.as_deref());
    tracing::info!(%session, failure = failure.name(), cause = %error.cause, trace, "a consent failed");
    // If the ledger cannot say, the page must not claim that Okta is unchanged.
    let okta_changed = may_have_changed_okta(ports, &own.session).await.unwrap_or(true);
    failure_page(failure, error.code.as_deref(), Some(session), Some(&subject(&own.org, &own.app)), okta_changed)
}

/// The page about a failure.
pub fn failure_page(
    kind: ConsentFailure,
    code: Option<&str>,
    session: Option<&SessionId>,
    subject: Option<&Subject>,
    okta_changed: bool,
) -> Page {
    failure(&FailureView { failure: kind, code, request: session.map(SessionId::as_str), subject, okta_changed })
}

/// Whether this session began a save, which may have changed the connection in Okta.
pub async fn may_have_changed_okta(ports: &Ports, session: &AuthorizationSession) -> Result<bool, ConsentError> {
    let journal = ports.ledger.save_journal(&session.org, &session.app).await?;
    Ok(journal.is_some_and(|journal| journal.session.as_ref() == Some(&session.id)))
}

/// The session that a path names, with the secrets in its cookie. An error if the browser does not have that cookie.
pub async fn session_with_secrets(
    ports: &Ports,
    id: &str,
    headers: &HeaderMap,
) -> Result<(AuthorizationSession, BrowserSecrets), ConsentError> {
    let invalid = |_| ConsentError::new(ConsentFailure::SessionLost, "the path does not contain a session id");
    let id: SessionId = id.parse().map_err(invalid)?;
    let cookie = cookies::get(headers, &cookie_name(&id));
    authenticate_browser(ports, &id, cookie.as_deref()).await
}

/// Like [`session_with_secrets`], with the session's org and app.
pub async fn session(ports: &Ports, id: &str, headers: &HeaderMap) -> Result<BrowserSession, ConsentError> {
    let (session, secrets) = session_with_secrets(ports, id, headers).await?;
    with_org_and_app(ports, session, secrets).await
}

/// The session and the posted form of one of its pages. An error if any other page posted the form.
pub async fn session_form(
    ports: &Ports,
    id: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(BrowserSession, Parameters), ConsentError> {
    let own = session(ports, id, headers).await?;
    let rejected = |cause: &str| ConsentError::new(ConsentFailure::SessionLost, cause);
    if fetch_metadata::is_cross_origin(headers) {
        return Err(rejected("another site posted the form"));
    }
    let form = Parameters::parse(body).map_err(|error| rejected(&error.to_string()))?;
    if !own.secrets.is_form_token(form.get("token").unwrap_or_default()) {
        return Err(rejected("the form does not have this session's token"));
    }
    Ok((own, form))
}

/// Redirects with 303. With 307 the browser would post the form to the new location (RFC 9700 section 4.12).
pub fn see_other(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Redirects with 303 and sets a cookie.
pub fn see_other_with_cookie(location: &Url, name: &str, value: &str) -> Response {
    let mut response = see_other(location.as_str());
    match cookies::set(name, value) {
        Some(cookie) => {
            response.headers_mut().append(SET_COOKIE, cookie);
            response
        }
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The path of a session's page.
pub fn session_path(id: &SessionId) -> String {
    format!("/consent/session/{id}")
}
