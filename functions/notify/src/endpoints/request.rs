//! `GET /mail/request/{token}`: the page that an email to an operator leads to.
//!
//! It shows how the email's request stands, and changes nothing: mail scanners follow links. There is nothing else to do
//! with the link, so no other method is served.

use axum::extract::{Path, State};
use regrant::usecases::Ports;
use regrant::usecases::notify::look_up::look_up;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::web::consent::stopped_page;
use regrant::web::pages::{Page, RequestView, request, unavailable_request};

/// How the request of an email stands.
pub(crate) async fn show(State(ports): State<Ports>, Path(token): Path<String>) -> Page {
    match look_up(&ports, &token).await {
        Ok(Ok(looked_up)) => {
            request(&RequestView { looked_up: &looked_up, public_url: ports.settings.public_url.as_ref() })
        }
        Ok(Err(why)) => {
            tracing::info!(%why, "the link of an email showed nothing");
            unavailable_request(&why)
        }
        Err(error) => stopped_page(&ConsentError::from(error)),
    }
}
