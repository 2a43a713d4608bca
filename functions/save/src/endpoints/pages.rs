//! The page of a session, and the forms on it that continue a consent.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use regrant::domain::failure::consent::ConsentFailure;
use regrant::domain::session::SessionState;
use regrant::usecases::Ports;
use regrant::usecases::consent::session::BrowserSession;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::usecases::save::hand_over as save;
use regrant::web::consent::{
    consent_error_page, failure_page, may_have_changed_okta, see_other, session, session_error_page, session_form,
    session_path, subject,
};
use regrant::web::pages::{DoneView, Page, ProgressView, Step, done, progress};

/// While a save is running, its page is sent at most ten seconds late. API Gateway waits 30 seconds.
const POLLS: u32 = 20;
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// `GET /consent/session/{session}`: shows the progress of a session. Changes nothing.
pub(crate) async fn show_session(State(ports): State<Ports>, Path(id): Path<String>, headers: HeaderMap) -> Page {
    match settled(&ports, &id, &headers).await {
        Ok(own) => page(&ports, &own).await,
        Err(error) => Err(error),
    }
    .unwrap_or_else(|error| consent_error_page(&error))
}

/// The session once its save is over, or after ten seconds. Pages have no script and do not reload, so waiting here
/// usually spares the person a reload.
async fn settled(ports: &Ports, id: &str, headers: &HeaderMap) -> Result<BrowserSession, ConsentError> {
    let mut own = session(ports, id, headers).await?;
    for _ in 0..POLLS {
        if !is_finishing(&own.session.state) {
            break;
        }
        ports.clock.sleep(POLL_INTERVAL).await;
        own = session(ports, id, headers).await?;
    }
    Ok(own)
}

fn is_finishing(state: &SessionState) -> bool {
    matches!(state, SessionState::Consenting { attempt, .. } if attempt.finishing_since.is_some())
}

async fn page(ports: &Ports, own: &BrowserSession) -> Result<Page, ConsentError> {
    let about = subject(&own.org, &own.app);
    let current = &own.session;
    let (step, administrator) = match &current.state {
        SessionState::SigningIn => (Step::SigningIn, None),
        SessionState::Verified { administrator } => (Step::ReadyToConsent, administrator.as_ref()),
        SessionState::Consenting { administrator, attempt }
            if attempt.not_done.is_none() && (attempt.finishing_since.is_some() || attempt.okta_states.is_empty()) =>
        {
            (Step::Saving, administrator.as_ref())
        }
        SessionState::Consenting { administrator, .. } => (Step::Consenting, administrator.as_ref()),
        SessionState::Failed { failure, code } => {
            let okta_changed = may_have_changed_okta(ports, current).await?;
            return Ok(failure_page(*failure, code.as_deref(), Some(&current.id), Some(&about), okta_changed));
        }
        SessionState::Done => return done_page(ports, own),
    };
    Ok(progress(&ProgressView {
        subject: &about,
        session: &current.id,
        step,
        administrator,
        has_sign_in: current.has_sign_in(),
        sends_password: own.org.sends_password,
        form_token: &own.secrets.form_token(),
        sign_in: &ports.microsoft.login_origin(own.org.cloud),
    }))
}

fn done_page(ports: &Ports, own: &BrowserSession) -> Result<Page, ConsentError> {
    let consent = &own.app.consent;
    let no_verification = || ConsentError::new(ConsentFailure::AlreadyDone, "the app's record has no verification");
    Ok(done(&DoneView {
        subject: &subject(&own.org, &own.app),
        session: &own.session.id,
        administrator: consent.administrator.as_ref(),
        verification: consent.verification.as_ref().ok_or_else(no_verification)?,
        permissions: &ports.settings.permissions,
    }))
}

/// `POST /consent/session/{session}/finish`: the person says that they accepted at Microsoft, so a save checks that; with
/// `result=refused`, that they declined or that Microsoft refused.
pub(crate) async fn finish(
    State(ports): State<Ports>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let finished = match session_form(&ports, &id, &headers, &body).await {
        Ok((own, form)) if form.get("result") == Some("refused") => {
            save::report_refusal(&ports, &own).await.map(|()| own.session.id)
        }
        Ok((own, _)) => save::finish_session(&ports, &own).await.map(|()| own.session.id),
        Err(error) => Err(error),
    };
    match finished {
        Ok(session) => see_other(&session_path(&session)),
        Err(error) => consent_error_page(&error).into_response(),
    }
}

/// `POST /consent/session/{session}/handover`: takes the text of Okta's last page, from the browser that was sent there.
/// URLs in that text are never fetched.
pub(crate) async fn hand_over(
    State(ports): State<Ports>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (own, form) = match session_form(&ports, &id, &headers, &body).await {
        Ok(own_and_form) => own_and_form,
        Err(error) => return consent_error_page(&error).into_response(),
    };
    match save::hand_over(&ports, &own, form.get("handover").unwrap_or_default()).await {
        Ok(()) => see_other(&session_path(&own.session.id)),
        Err(error) => {
            if error.failure == ConsentFailure::WrongHandOver {
                tracing::warn!(session = %own.session.id, "the pasted text belongs to a different session or app");
            }
            session_error_page(&ports, &own, &error).await.into_response()
        }
    }
}
