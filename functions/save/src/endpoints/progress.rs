//! `GET /consent/session/{session}`

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use regrant::domain::consent_failure::ConsentFailure;
use regrant::domain::session::{Administrator, Stage};
use regrant::usecases::Ports;
use regrant::usecases::session::OwnSession;
use regrant::usecases::stopped::Stopped;
use regrant::vault::{SecretName, Stage as Version};
use regrant::web::consent::{failure_page, okta_changed, session, stopped_page, subject};
use regrant::web::pages::{DoneView, Page, ProgressView, Step, done, progress};

/// How often a session that is being saved is looked at before its page goes out, and how far apart: ten seconds, which
/// is well within what API Gateway waits.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(500);

/// Tells how far a session is. Changes nothing.
pub(crate) async fn show(State(ports): State<Ports>, Path(id): Path<String>, headers: HeaderMap) -> Page {
    match settled(&ports, &id, &headers).await {
        Ok(own) => page(&ports, &own, None).await.unwrap_or_else(|stopped| stopped_page(&stopped)),
        Err(stopped) => stopped_page(&stopped),
    }
}

/// The session, once nothing is on its way any more, or after some seconds: so that a page that tells "working" seldom
/// has to be asked for again, without one that reloads itself.
async fn settled(ports: &Ports, id: &str, headers: &HeaderMap) -> Result<OwnSession, Stopped> {
    let mut own = session(ports, id, headers).await?;
    for _ in 0..LOOKS {
        if !matches!(own.session.stage, Stage::Consenting { finishing_since: Some(_), .. }) {
            break;
        }
        ports.clock.sleep(PAUSE).await;
        own = session(ports, id, headers).await?;
    }
    Ok(own)
}

/// The page of a session, with what came of the last button.
pub(super) async fn page(ports: &Ports, own: &OwnSession, notice: Option<&str>) -> Result<Page, Stopped> {
    let about = subject(&own.org, &own.app);
    let session = &own.session;
    let (step, administrator) = match &session.stage {
        Stage::SigningIn => (Step::SigningIn, None),
        Stage::Verified { administrator } => (Step::ReadyToConsent, administrator.as_ref()),
        Stage::Consenting { administrator, finishing_since: Some(_), .. } => (Step::Saving, administrator.as_ref()),
        Stage::Consenting { administrator, okta_states, .. } if okta_states.is_empty() => {
            (Step::Saving, administrator.as_ref())
        }
        Stage::Consenting { administrator, .. } => (Step::Consenting, administrator.as_ref()),
        Stage::Failed { failure, code } => {
            let changed = okta_changed(ports, session).await?;
            return Ok(failure_page(*failure, code.as_deref(), Some(&session.id), Some(&about), changed));
        }
        Stage::Done => return finished(ports, own),
    };
    let sends_password = sends_password(ports, own).await?;
    Ok(progress(&ProgressView {
        subject: &about,
        session: &session.id,
        step,
        administrator,
        has_sign_in: session.sign_in.is_some(),
        sends_password,
        form_token: &own.secrets.form_token(),
        notice,
        sign_in: &ports.microsoft.login_origin(own.org.cloud),
    }))
}

fn finished(ports: &Ports, own: &OwnSession) -> Result<Page, Stopped> {
    let proof = own.app.consent.proof.as_ref();
    let proof = proof.ok_or_else(|| Stopped::new(ConsentFailure::AlreadyDone, "the app's record has no proof"))?;
    let administrator: Option<&Administrator> = own.app.consent.administrator.as_ref();
    Ok(done(&DoneView {
        subject: &subject(&own.org, &own.app),
        session: &own.session.id,
        administrator,
        proof,
        permissions: &ports.settings.permissions,
    }))
}

/// Whether the operator set that this org's Okta is sent a Microsoft administrator's password.
async fn sends_password(ports: &Ports, own: &OwnSession) -> Result<bool, Stopped> {
    let name = SecretName::ProvisioningAdmin(own.org.id.clone());
    Ok(ports.vault.get(&name, Version::Current).await?.is_some())
}
