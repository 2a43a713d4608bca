//! `GET /consent/session/{session}`

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use regrant::domain::failure::consent::ConsentFailure;
use regrant::domain::id::OrgId;
use regrant::domain::session::{Administrator, SessionState};
use regrant::usecases::Ports;
use regrant::usecases::consent::session::{BrowserSession, with_org_and_app};
use regrant::usecases::records::consent_error::ConsentError;
use regrant::vault::{SecretName, SecretVersion};
use regrant::web::consent::{failure_page, okta_changed, opened_session, stopped_page, subject};
use regrant::web::pages::{DoneView, Page, ProgressView, Step, done, progress};

/// How often a session that is being saved is looked at before its page goes out, and how far apart: ten seconds, which
/// is well within what API Gateway waits.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(500);

/// Tells how far a session is. Changes nothing.
pub(crate) async fn show(State(ports): State<Ports>, Path(id): Path<String>, headers: HeaderMap) -> Page {
    match settled(&ports, &id, &headers).await {
        Ok(read) => page(&ports, &read).await.unwrap_or_else(|stopped| stopped_page(&stopped)),
        Err(stopped) => stopped_page(&stopped),
    }
}

/// What a page is about.
struct Read {
    own: BrowserSession,
    sends_password: bool,
}

/// The session, once nothing is on its way any more, or after some seconds: so that a page that tells "working" seldom
/// has to be asked for again, without one that reloads itself.
async fn settled(ports: &Ports, id: &str, headers: &HeaderMap) -> Result<Read, ConsentError> {
    let mut found = read(ports, id, headers).await?;
    for _ in 0..LOOKS {
        if !matches!(found.own.session.state, SessionState::Consenting { finishing_since: Some(_), .. }) {
            break;
        }
        ports.clock.sleep(PAUSE).await;
        found = read(ports, id, headers).await?;
    }
    Ok(found)
}

/// The session as it is now. Ledger and vault are asked at once.
async fn read(ports: &Ports, id: &str, headers: &HeaderMap) -> Result<Read, ConsentError> {
    let (session, secrets) = opened_session(ports, id, headers).await?;
    let (org, version) = (session.org.clone(), session.state.clone());
    let (own, sends_password) =
        tokio::try_join!(with_org_and_app(ports, session, secrets), sends_password(ports, &org, &version))?;
    Ok(Read { own, sends_password })
}

/// The page of a session.
async fn page(ports: &Ports, Read { own, sends_password }: &Read) -> Result<Page, ConsentError> {
    let about = subject(&own.org, &own.app);
    let session = &own.session;
    let (step, administrator) = match &session.state {
        SessionState::SigningIn => (Step::SigningIn, None),
        SessionState::Verified { administrator } => (Step::ReadyToConsent, administrator.as_ref()),
        SessionState::Consenting { administrator, finishing_since: Some(_), .. } => {
            (Step::Saving, administrator.as_ref())
        }
        SessionState::Consenting { administrator, okta_states, .. } if okta_states.is_empty() => {
            (Step::Saving, administrator.as_ref())
        }
        SessionState::Consenting { administrator, .. } => (Step::Consenting, administrator.as_ref()),
        SessionState::Failed { failure, code } => {
            let changed = okta_changed(ports, session).await?;
            return Ok(failure_page(*failure, code.as_deref(), Some(&session.id), Some(&about), changed));
        }
        SessionState::Done => return finished(ports, own),
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

fn finished(ports: &Ports, own: &BrowserSession) -> Result<Page, ConsentError> {
    let verification = own.app.consent.verification.as_ref();
    let verification = verification
        .ok_or_else(|| ConsentError::new(ConsentFailure::AlreadyDone, "the app's record has no verification"))?;
    let administrator: Option<&Administrator> = own.app.consent.administrator.as_ref();
    Ok(done(&DoneView {
        subject: &subject(&own.org, &own.app),
        session: &own.session.id,
        administrator,
        verification,
        permissions: &ports.settings.permissions,
    }))
}

/// Whether the operator set that this org's Okta is sent a Microsoft administrator's password.
async fn sends_password(ports: &Ports, org: &OrgId, state: &SessionState) -> Result<bool, ConsentError> {
    if !matches!(state, SessionState::Verified { .. } | SessionState::Consenting { finishing_since: None, .. }) {
        return Ok(false);
    }
    let name = SecretName::ProvisioningAdmin(org.clone());
    Ok(ports.vault.get(&name, SecretVersion::Current).await?.is_some())
}
