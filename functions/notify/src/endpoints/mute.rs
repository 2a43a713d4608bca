//! `GET` and `POST /mail/mute/{token}`: the link that ends reminders.
//!
//! A GET changes nothing, since mail scanners follow links. A POST mutes at once and asks nothing, whoever sends it: mail
//! programs send it for their users, without cookies, without `Origin` and with the body that RFC 8058 section 3.1 names.
//! All it can do is to keep one reader from reminders about one request.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use regrant::domain::failure::consent::ConsentFailure;
use regrant::usecases::Ports;
use regrant::usecases::notify::NotifyError;
use regrant::usecases::notify::mute as muting;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::web::consent::stopped_page;
use regrant::web::pages::{MuteView, confirm_mute, muted};

/// The page that says what the link does.
pub(crate) async fn show(State(ports): State<Ports>, Path(token): Path<String>) -> Response {
    match muting::read_mute(&ports, &token).await {
        Ok(Ok(mute)) => {
            let action = format!("/mail/mute/{token}");
            confirm_mute(&MuteView { request: &mute.request, address: &mute.address, action: &action }).into_response()
        }
        Ok(Err(_)) => forged(),
        Err(error) => failed(&error),
    }
}

/// Mutes.
pub(crate) async fn mute(State(ports): State<Ports>, Path(token): Path<String>) -> Response {
    match muting::mute(&ports, &token).await {
        Ok(Ok(mute)) => muted(&MuteView { request: &mute.request, address: &mute.address, action: "" }).into_response(),
        Ok(Err(_)) => forged(),
        Err(error) => failed(&error),
    }
}

fn forged() -> Response {
    let cause = "a link that mutes was not made here, or was cut on its way";
    stopped_page(&ConsentError::new(ConsentFailure::LinkForged, cause)).into_response()
}

fn failed(error: &NotifyError) -> Response {
    stopped_page(&ConsentError::new(ConsentFailure::NotStored, error.to_string())).into_response()
}
