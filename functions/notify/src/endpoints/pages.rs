//! The pages that links in emails lead to.
//!
//! Opening a link changes nothing, because mail scanners open links.

use axum::extract::{Path, State};
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
use regrant::web::reader::Reader;

/// `GET /mail/mute/{token}`: explains the link that ends reminders.
pub(crate) async fn show_mute(State(ports): State<Ports>, reader: Reader, Path(token): Path<String>) -> Page {
    match muting::read_mute(&ports, &token).await {
        Ok(Ok(mute)) => {
            let view =
                MuteView { request: &mute.request, address: &mute.address, action: &format!("/mail/mute/{token}") };
            confirm_mute(&reader.presentation(&ports.settings, None), &view)
        }
        Ok(Err(_)) => forged_mute(&ports, reader),
        Err(error) => not_stored(&ports, reader, &error),
    }
}

/// `POST /mail/mute/{token}`: ends one recipient's reminders about one request.
///
/// Accepts the request from any origin and without confirmation: mail programs send it for their users, without cookies
/// or `Origin` and with the body of RFC 8058 section 3.1.
pub(crate) async fn mute(State(ports): State<Ports>, reader: Reader, Path(token): Path<String>) -> Page {
    match muting::mute(&ports, &token).await {
        Ok(Ok(mute)) => {
            let view = MuteView { request: &mute.request, address: &mute.address, action: "" };
            muted(&reader.presentation(&ports.settings, None), &view)
        }
        Ok(Err(_)) => forged_mute(&ports, reader),
        Err(error) => not_stored(&ports, reader, &error),
    }
}

fn forged_mute(ports: &Ports, reader: Reader) -> Page {
    let cause = "the signature of a mute link is invalid; the link is forged or cut off";
    consent_error_page(ports, reader, &ConsentError::new(ConsentFailure::LinkForged, cause))
}

fn not_stored(ports: &Ports, reader: Reader, error: &NotifyError) -> Page {
    consent_error_page(ports, reader, &ConsentError::new(ConsentFailure::NotStored, error.to_string()))
}

/// `GET /mail/request/{token}`: shows an operator the state of the request that an email was about.
pub(crate) async fn show_request(State(ports): State<Ports>, reader: Reader, Path(token): Path<String>) -> Page {
    match request_status(&ports, &token).await {
        Ok(Ok(looked_up)) => {
            let presentation = reader.presentation(&ports.settings, Some(&looked_up.org));
            let view = RequestView { looked_up: &looked_up, public_url: ports.settings.public_url.as_ref() };
            request_page(&presentation, &view)
        }
        Ok(Err(why)) => {
            tracing::info!(%why, "a request link could not be shown");
            unavailable_request(&reader.presentation(&ports.settings, None), &why)
        }
        Err(error) => consent_error_page(&ports, reader, &ConsentError::from(error)),
    }
}
