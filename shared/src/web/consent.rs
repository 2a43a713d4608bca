//! What the endpoints of a consent have in common: a session by its cookie, a form by its token, a failure as a page.

use axum::http::HeaderMap;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use url::Url;

use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::SessionId;
use crate::domain::session::AuthorizationSession;
use crate::usecases::Ports;
use crate::usecases::consent::session::{BrowserSecrets, OwnSession, about, cookie_name, opened};
use crate::usecases::records::consent_error::ConsentError;
pub use crate::web::pages::subject;
use crate::web::pages::{FailureView, Page, Subject, failure};
use crate::web::parameters::Parameters;
use crate::web::{cookies, fetch_site};

/// The page about a failure nobody has a session for.
pub fn stopped_page(stopped: &ConsentError) -> Page {
    tracing::info!(failure = stopped.failure.name(), cause = %stopped.cause, trace = stopped.trace, "a consent stopped");
    failure_page(stopped.failure, stopped.code.as_deref(), None, None, false)
}

/// The page about a failure, for the browser of a session where there is one.
pub fn failure_page(
    kind: ConsentFailure,
    code: Option<&str>,
    session: Option<&SessionId>,
    subject: Option<&Subject>,
    okta_changed: bool,
) -> Page {
    failure(&FailureView { failure: kind, code, request: session.map(SessionId::as_str), subject, okta_changed })
}

/// Whether a save of this session's app was begun in it: then Okta may have been written to.
pub async fn okta_changed(ports: &Ports, session: &AuthorizationSession) -> Result<bool, ConsentError> {
    let journal = ports.ledger.save_journal(&session.org, &session.app).await?;
    Ok(journal.is_some_and(|journal| journal.session.as_ref() == Some(&session.id)))
}

/// The session in a path and its browser's secrets, for the browser that has its cookie.
pub async fn opened_session(
    ports: &Ports,
    id: &str,
    headers: &HeaderMap,
) -> Result<(AuthorizationSession, BrowserSecrets), ConsentError> {
    let lost = |_| ConsentError::new(ConsentFailure::SessionLost, "the path names no session");
    let id: SessionId = id.parse().map_err(lost)?;
    let cookie = cookies::get(headers, &cookie_name(&id));
    opened(ports, &id, cookie.as_deref()).await
}

/// The same with what it is about.
pub async fn session(ports: &Ports, id: &str, headers: &HeaderMap) -> Result<OwnSession, ConsentError> {
    let (session, secrets) = opened_session(ports, id, headers).await?;
    about(ports, session, secrets).await
}

/// The form of a session's own page.
pub async fn session_form(
    ports: &Ports,
    id: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(OwnSession, Parameters), ConsentError> {
    let own = session(ports, id, headers).await?;
    let foreign = |why: &str| ConsentError::new(ConsentFailure::SessionLost, why);
    if !fetch_site::is_own_page(headers) {
        return Err(foreign("the form came from another site"));
    }
    let form = Parameters::parse(body).map_err(|error| foreign(&error.to_string()))?;
    if !own.secrets.is_form_token(form.get("token").unwrap_or_default()) {
        return Err(foreign("the form does not carry this session's token"));
    }
    Ok((own, form))
}

/// 303, so that what was posted is not posted again elsewhere (RFC 9700 section 4.12).
pub fn see_other(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// 303 to a URL that holds a secret, with a cookie.
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
