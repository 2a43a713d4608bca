//! `POST /consent/{invitation}`

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use regrant::domain::failure::consent::ConsentFailure;
use regrant::usecases::Ports;
use regrant::usecases::consent::begin::begin_consent;
use regrant::usecases::consent::session::cookie_name;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::web::consent::{see_other_with_cookie, stopped_page};
use regrant::web::fetch_site;

/// Opens a session for this browser and sends it to Microsoft's sign-in page.
pub(crate) async fn begin(State(ports): State<Ports>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    if !fetch_site::is_own_page(&headers) {
        let stopped = ConsentError::new(ConsentFailure::SessionLost, "the form came from another site");
        return stopped_page(&stopped).into_response();
    }
    match begin_consent(&ports, &token).await {
        Ok(begun) => see_other_with_cookie(&begun.location, &cookie_name(&begun.session.id), &begun.cookie),
        Err(stopped) => stopped_page(&stopped).into_response(),
    }
}
