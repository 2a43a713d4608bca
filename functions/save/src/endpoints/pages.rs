//! The page of a session, and the forms on it that continue a consent.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use regrant::domain::failure::consent::ConsentFailure;
use regrant::domain::id::OrgId;
use regrant::domain::session::SessionState;
use regrant::usecases::Ports;
use regrant::usecases::consent::session::{BrowserSession, with_org_and_app};
use regrant::usecases::records::consent_error::ConsentError;
use regrant::usecases::save::hand_over as save;
use regrant::vault::{SecretName, SecretVersion};
use regrant::web::consent::{
    consent_error_page, failure_page, may_have_changed_okta, see_other, session_error_page, session_form, session_path,
    session_with_secrets, subject,
};
use regrant::web::pages::{DoneView, Page, ProgressView, Step, done, progress};

/// While a save is running, its page is sent at most ten seconds late. API Gateway waits 30 seconds.
const POLLS: u32 = 20;
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// `GET /consent/session/{session}`: shows the progress of a session. Changes nothing.
pub(crate) async fn show_session(State(ports): State<Ports>, Path(id): Path<String>, headers: HeaderMap) -> Page {
    match settled(&ports, &id, &headers).await {
        Ok(session) => page(&ports, &session).await,
        Err(error) => Err(error),
    }
    .unwrap_or_else(|error| consent_error_page(&error))
}

/// A session with everything its page shows.
struct SessionDetails {
    own: BrowserSession,
    /// Whether the org sends a Microsoft administrator's password to Okta.
    sends_password: bool,
}

/// The session once its save is over, or after ten seconds. Pages have no script and do not reload, so waiting here
/// usually spares the person a reload.
async fn settled(ports: &Ports, id: &str, headers: &HeaderMap) -> Result<SessionDetails, ConsentError> {
    let mut details = session_details(ports, id, headers).await?;
    for _ in 0..POLLS {
        if !is_finishing(&details.own.session.state) {
            break;
        }
        ports.clock.sleep(POLL_INTERVAL).await;
        details = session_details(ports, id, headers).await?;
    }
    Ok(details)
}

/// Reads ledger and vault concurrently.
async fn session_details(ports: &Ports, id: &str, headers: &HeaderMap) -> Result<SessionDetails, ConsentError> {
    let (session, secrets) = session_with_secrets(ports, id, headers).await?;
    let (org, state) = (session.org.clone(), session.state.clone());
    let (own, sends_password) =
        tokio::try_join!(with_org_and_app(ports, session, secrets), sends_password(ports, &org, &state))?;
    Ok(SessionDetails { own, sends_password })
}

/// Whether the operator chose to send a Microsoft administrator's password to this org's Okta.
async fn sends_password(ports: &Ports, org: &OrgId, state: &SessionState) -> Result<bool, ConsentError> {
    // Only the pages before the save mention the password.
    if is_finishing(state) || !matches!(state, SessionState::Verified { .. } | SessionState::Consenting { .. }) {
        return Ok(false);
    }
    let name = SecretName::ProvisioningAdmin(org.clone());
    Ok(ports.vault.get(&name, SecretVersion::Current).await?.is_some())
}

fn is_finishing(state: &SessionState) -> bool {
    matches!(state, SessionState::Consenting { attempt, .. } if attempt.finishing_since.is_some())
}

async fn page(ports: &Ports, SessionDetails { own, sends_password }: &SessionDetails) -> Result<Page, ConsentError> {
    let about = subject(&own.org, &own.app);
    let session = &own.session;
    let (step, administrator) = match &session.state {
        SessionState::SigningIn => (Step::SigningIn, None),
        SessionState::Verified { administrator } => (Step::ReadyToConsent, administrator.as_ref()),
        SessionState::Consenting { administrator, attempt }
            if attempt.finishing_since.is_some() || attempt.okta_states.is_empty() =>
        {
            (Step::Saving, administrator.as_ref())
        }
        SessionState::Consenting { administrator, .. } => (Step::Consenting, administrator.as_ref()),
        SessionState::Failed { failure, code } => {
            let okta_changed = may_have_changed_okta(ports, session).await?;
            return Ok(failure_page(*failure, code.as_deref(), Some(&session.id), Some(&about), okta_changed));
        }
        SessionState::Done => return done_page(ports, own),
    };
    Ok(progress(&ProgressView {
        subject: &about,
        session: &session.id,
        step,
        administrator,
        has_sign_in: session.sign_in.is_some(),
        sends_password: *sends_password,
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

/// `POST /consent/session/{session}/finish`: the person says that they accepted at Microsoft, so a save checks that.
pub(crate) async fn finish(
    State(ports): State<Ports>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let finished = match session_form(&ports, &id, &headers, &body).await {
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
