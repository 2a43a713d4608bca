//! `POST /consent/session/{session}/okta`

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use regrant::usecases::Ports;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::usecases::save::open_consent::{NextPage, open_okta_consent};
use regrant::web::consent::{failure_page, okta_changed, see_other, session_form, session_path, stopped_page, subject};

/// Sends the browser of a verified session to Okta's own consent link.
pub(crate) async fn okta(
    State(ports): State<Ports>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let own = match session_form(&ports, &id, &headers, &body).await {
        Ok((own, _)) => own,
        Err(stopped) => return stopped_page(&stopped).into_response(),
    };
    match open_okta_consent(&ports, &own).await {
        Ok(NextPage::Consent(link)) => see_other(link.as_str()),
        Ok(NextPage::Progress) => see_other(&session_path(&own.session.id)),
        // The session stays as it is: what Okta could not give now it may give later.
        Err(ConsentError { failure, code, cause, trace }) => {
            tracing::info!(session = %own.session.id, failure = failure.name(), %cause, trace, "no consent link");
            let about = subject(&own.org, &own.app);
            let changed = okta_changed(&ports, &own.session).await.unwrap_or(true);
            failure_page(failure, code.as_deref(), Some(&own.session.id), Some(&about), changed).into_response()
        }
    }
}
