//! `POST /consent/session/{session}/finish`

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use regrant::usecases::Ports;
use regrant::usecases::save::hand_over::finish_session;
use regrant::web::consent::{see_other, session_form, session_path, stopped_page};

/// The person says to have accepted: the save looks whether that shows.
pub(crate) async fn finish(
    State(ports): State<Ports>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let finished = match session_form(&ports, &id, &headers, &body).await {
        Ok((own, _)) => finish_session(&ports, &own).await.map(|()| own.session.id),
        Err(stopped) => Err(stopped),
    };
    match finished {
        Ok(session) => see_other(&session_path(&session)),
        Err(stopped) => stopped_page(&stopped).into_response(),
    }
}
