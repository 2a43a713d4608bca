//! The pages that links in emails lead to.
//!
//! Opening a link changes nothing, because mail scanners open links.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use regrant::domain::failure::consent::ConsentFailure;
use regrant::usecases::Ports;
use regrant::usecases::notify::NotifyError;
use regrant::usecases::notify::mute as muting;
use regrant::usecases::notify::request_status::request_status;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::web::consent::consent_error_page;
use regrant::web::pages::{
    MuteView, Page, RequestView, confirm_mute, muted, request as request_page, unavailable_request,
};

/// `GET /mail/mute/{token}`: explains the link that ends reminders.
pub(crate) async fn show_mute(State(ports): State<Ports>, Path(token): Path<String>) -> Response {
    match muting::read_mute(&ports, &token).await {
        Ok(Ok(mute)) => {
            let action = format!("/mail/mute/{token}");
            confirm_mute(&MuteView { request: &mute.request, address: &mute.address, action: &action }).into_response()
        }
        Ok(Err(_)) => forged_mute(),
        Err(error) => not_stored(&error),
    }
}

/// `POST /mail/mute/{token}`: ends one recipient's reminders about one request.
///
/// Accepts the request from any origin and without confirmation: mail programs send it for their users, without cookies
/// or `Origin` and with the body of RFC 8058 section 3.1.
pub(crate) async fn mute(State(ports): State<Ports>, Path(token): Path<String>) -> Response {
    match muting::mute(&ports, &token).await {
        Ok(Ok(mute)) => muted(&MuteView { request: &mute.request, address: &mute.address, action: "" }).into_response(),
        Ok(Err(_)) => forged_mute(),
        Err(error) => not_stored(&error),
    }
}

fn forged_mute() -> Response {
    let cause = "the signature of a mute link is invalid; the link is forged or cut off";
    consent_error_page(&ConsentError::new(ConsentFailure::LinkForged, cause)).into_response()
}

fn not_stored(error: &NotifyError) -> Response {
    consent_error_page(&ConsentError::new(ConsentFailure::NotStored, error.to_string())).into_response()
}

/// `GET /mail/request/{token}`: shows an operator the state of the request that an email was about.
pub(crate) async fn show_request(State(ports): State<Ports>, Path(token): Path<String>) -> Page {
    match request_status(&ports, &token).await {
        Ok(Ok(looked_up)) => {
            request_page(&RequestView { looked_up: &looked_up, public_url: ports.settings.public_url.as_ref() })
        }
        Ok(Err(why)) => {
            tracing::info!(%why, "a request link could not be shown");
            unavailable_request(&why)
        }
        Err(error) => consent_error_page(&ConsentError::from(error)),
    }
}
