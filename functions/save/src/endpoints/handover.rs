//! `POST /consent/session/{session}/handover`

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use regrant::domain::failure::consent::ConsentFailure;
use regrant::usecases::Ports;
use regrant::usecases::save::hand_over::hand_over;
use regrant::web::consent::{failure_page, okta_changed, see_other, session_form, session_path, stopped_page, subject};

/// Takes what Okta's last page showed, from the browser that was sent there. Nothing pasted is ever fetched.
pub(crate) async fn handover(
    State(ports): State<Ports>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (own, form) = match session_form(&ports, &id, &headers, &body).await {
        Ok(own) => own,
        Err(stopped) => return stopped_page(&stopped).into_response(),
    };
    match hand_over(&ports, &own, form.get("handover").unwrap_or_default()).await {
        Ok(()) => see_other(&session_path(&own.session.id)),
        Err(stopped) => {
            tracing::info!(session = %own.session.id, failure = stopped.failure.name(), cause = %stopped.cause, "a hand-over was not taken");
            if stopped.failure == ConsentFailure::WrongHandOver {
                tracing::warn!(session = %own.session.id, "somebody handed over what is not this session's");
            }
            let about = subject(&own.org, &own.app);
            let changed = okta_changed(&ports, &own.session).await.unwrap_or(true);
            let code = stopped.code.as_deref();
            failure_page(stopped.failure, code, Some(&own.session.id), Some(&about), changed).into_response()
        }
    }
}
