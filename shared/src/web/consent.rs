//! What the consent pages share: the session behind a cookie, its form, the error page, and redirects.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, Path, Request};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;

use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::SessionId;
use crate::domain::invitation::InvitationState;
use crate::domain::session::{AuthorizationSession, SessionState};
use crate::usecases::Ports;
use crate::usecases::access::keys::keys;
use crate::usecases::consent::session::{
    BrowserSecrets, BrowserSession, authenticate_browser, cookie_name, with_org_and_app,
};
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::save::operators::were_notified;
use crate::web::okta_link::link_cookie_name;
pub use crate::web::pages::subject;
use crate::web::pages::{FailureView, Page, Recovery, failure};
use crate::web::parameters::Parameters;
use crate::web::reader::Reader;
use crate::web::{cookies, fetch_metadata};

/// How long the page of an ended session can be reloaded.
const RELOAD_TIME: SignedDuration = SignedDuration::from_mins(10);

/// Expires the cookies of a session that has ended: at once if it has no page, else once its page was there for a while.
pub fn expire_cookies(response: &mut Response, request: &HeaderMap, session: &SessionId, has_page: bool) {
    let names = [cookie_name(session), link_cookie_name(session)];
    cookies::end(response, request, names.each_ref().map(String::as_str), has_page.then_some(RELOAD_TIME));
}

/// Logs an error and gives its page, without a session.
pub fn consent_error_page(ports: &Ports, reader: Reader, error: &ConsentError) -> Page {
    invitation_error_page(ports, reader, error, None)
}

/// Logs an error and gives its page, for a browser that has the invitation at `path`.
pub fn invitation_error_page(ports: &Ports, reader: Reader, error: &ConsentError, path: Option<&str>) -> Page {
    tracing::info!(failure = error.failure.name(), cause = %error.cause, trace = error.trace, "a consent failed");
    let recovery = Recovery { invitation: path.map(str::to_owned), ..Recovery::default() };
    let view = FailureView {
        failure: error.failure,
        code: error.code.as_deref(),
        session: None,
        subject: None,
        okta_changed: None,
        operators_notified: false,
        recovery,
    };
    failure(&reader.presentation(&ports.settings, None), &view)
}

/// Logs an error and gives its page, for the browser of a session.
pub async fn session_error_page(ports: &Ports, reader: Reader, own: &BrowserSession, error: &ConsentError) -> Page {
    let (session, failure, trace) = (&own.session.id, error.failure, error.trace.as_deref());
    tracing::info!(%session, failure = failure.name(), cause = %error.cause, trace, "a consent failed");
    session_failure_page(ports, reader, own, failure, error.code.as_deref()).await
}

/// The page about a failure of a session.
pub async fn session_failure_page(
    ports: &Ports,
    reader: Reader,
    own: &BrowserSession,
    kind: ConsentFailure,
    code: Option<&str>,
) -> Page {
    // If the ledger cannot say, the page claims neither that Okta is unchanged nor that the link still works.
    let okta_changed = may_have_changed_okta(ports, &own.session).await.ok();
    let mut recovery = recovery(ports, &own.session).await.unwrap_or_default();
    if !matches!(own.session.state, SessionState::Failed { .. } | SessionState::Done) {
        recovery.session = Some(session_path(&own.session.id));
    }
    recovery.sign_in = Some(ports.microsoft.login_origin(own.org.cloud));
    let view = FailureView {
        failure: kind,
        code,
        session: Some(own.session.id.as_str()),
        subject: Some(&subject(&own.org, &own.app)),
        okta_changed,
        operators_notified: were_notified(ports, &own.session).await.unwrap_or(false),
        recovery,
    };
    failure(&reader.presentation(&ports.settings, Some(&own.org)), &view)
}

/// The ways back to the invitation of a session, if it is still open.
async fn recovery(ports: &Ports, session: &AuthorizationSession) -> Result<Recovery, ConsentError> {
    let invitation = ports.ledger.invitation(&session.invitation).await?;
    let open = invitation.filter(|invitation| invitation.state(ports.clock.now()) == InvitationState::Open);
    let (Some(invitation), Some(public_url)) = (open, &ports.settings.public_url) else {
        return Ok(Recovery::default());
    };
    let signed = keys(ports).await?.sign(&invitation);
    let path = signed.ok().map(|token| format!("/consent/{token}"));
    let link = path.as_deref().map(|path| public_url.at(path).to_string());
    Ok(Recovery { invitation: path, link, ..Recovery::default() })
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

/// The session that a path names, and the form that one of its pages posted. If any other page posted it, the answer is
/// an error page.
pub struct SessionForm {
    /// The session.
    pub own: BrowserSession,
    /// The form.
    pub form: Parameters,
}

impl FromRequest<Ports> for SessionForm {
    type Rejection = Response;

    async fn from_request(request: Request, ports: &Ports) -> Result<Self, Response> {
        let (mut head, body) = request.into_parts();
        let path = Path::<String>::from_request_parts(&mut head, ports).await;
        let Path(id) = path.map_err(IntoResponse::into_response)?;
        let headers = head.headers.clone();
        let body = Bytes::from_request(Request::from_parts(head, body), ports).await;
        let body = body.map_err(IntoResponse::into_response)?;
        let posted = session_form(ports, &id, &headers, &body).await;
        posted.map_err(|error| consent_error_page(ports, Reader::of(&headers), &error).into_response())
    }
}

async fn session_form(ports: &Ports, id: &str, headers: &HeaderMap, body: &[u8]) -> Result<SessionForm, ConsentError> {
    let own = session(ports, id, headers).await?;
    let rejected = |cause: &str| ConsentError::new(ConsentFailure::SessionLost, cause);
    if fetch_metadata::is_cross_origin(headers) {
        return Err(rejected("another site posted the form"));
    }
    let form = Parameters::parse(body).map_err(|error| rejected(&error.to_string()))?;
    if !own.secrets.is_form_token(form.get("token").unwrap_or_default()) {
        return Err(rejected("the form does not have this session's token"));
    }
    Ok(SessionForm { own, form })
}

/// Redirects with 303. With 307 the browser would post the form to the new location (RFC 9700 section 4.12).
pub fn see_other(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Redirects with 303 and sets a cookie.
pub fn see_other_with_cookie(location: &str, name: &str, value: &str) -> Response {
    let mut response = see_other(location);
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
