//! Hand-over: the person pastes the text of Okta's last page. This stores the code from it in the vault and queues the save,
//! which sends the code to Okta.

use std::time::Duration;

use secrecy::ExposeSecret;

use crate::domain::event::EventKind;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::hand_over;
use crate::domain::id::{AppId, OrgId, Sha256Digest};
use crate::domain::org::OrgProfile;
use crate::domain::save::{CodeDelivery, ConfirmedBy, NotDone};
use crate::domain::session::{AuthorizationSession, ConsentAttempt, SessionState};
use crate::usecases::Ports;
use crate::usecases::access::okta::okta_client_for;
use crate::usecases::consent::session::{BrowserSession, update_session};
use crate::usecases::records::app::record_event;
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::records::lease::LeaseGuard;
use crate::usecases::save::authorization_code::{StoredCode, stored_code};
use crate::usecases::save::journal::{NewJournal, already_saving, reading};
use crate::usecases::save::outcome::record_not_done;
use crate::usecases::save::session_queue::{MIN_INTERVAL, queue_if_due, queue_save};
use crate::usecases::save::{LEASE_DURATION, lease_name};
use crate::vault::{SecretName, seal};

/// How long a hand-over waits for a save in progress.
const MAX_WAIT: Duration = Duration::from_secs(20);

/// Accepts the text that a session's browser pasted, and queues the save.
pub async fn hand_over(ports: &Ports, own: &BrowserSession, text: &str) -> Result<(), ConsentError> {
    let SessionState::Consenting { attempt, .. } = &own.session.state else { return Err(not_waiting()) };
    accept(ports, &own.org, Owner::Session(&own.session), &attempt.okta_states, text).await?;
    if own.session.has_sign_in() {
        start_finishing(ports, own).await
    } else {
        record_not_done(ports, &own.session, NotDone::AwaitsOperator).await
    }
}

/// Checks sooner, because the person says that they accepted the consent. That is not evidence.
pub async fn finish_session(ports: &Ports, own: &BrowserSession) -> Result<(), ConsentError> {
    match own.session.state {
        SessionState::Consenting { .. } => start_finishing(ports, own).await,
        SessionState::Done | SessionState::Failed { .. } => Ok(()),
        _ => Err(not_waiting()),
    }
}

/// Records that the person declined the consent, or that Microsoft refused it. The session stays open for another try.
pub async fn report_refusal(ports: &Ports, own: &BrowserSession) -> Result<(), ConsentError> {
    match own.session.state {
        SessionState::Consenting { .. } => record_not_done(ports, &own.session, NotDone::RefusedAtMicrosoft).await,
        SessionState::Done | SessionState::Failed { .. } => Ok(()),
        _ => Err(not_waiting()),
    }
}

fn not_waiting() -> ConsentError {
    ConsentError::new(ConsentFailure::SessionLost, "the session is not waiting for a consent")
}

/// Marks the session as finishing, and queues the save.
async fn start_finishing(ports: &Ports, own: &BrowserSession) -> Result<(), ConsentError> {
    let now = ports.clock.now();
    let changed = update_session(ports, &own.session, |session| match session.state.clone() {
        // A check that has not ended after a minute has lost its message.
        SessionState::Consenting { administrator, attempt }
            if attempt.finishing_since.is_none_or(|since| now.duration_since(since) >= MIN_INTERVAL) =>
        {
            let attempt = ConsentAttempt { finishing_since: Some(now), not_done: None, ..attempt };
            Some(SessionState::Consenting { administrator, attempt: queue_if_due(attempt, now) })
        }
        _ => None,
    });
    match changed.await? {
        Some(changed) => queue_save(ports, &changed, now, ConfirmedBy::Person).await,
        None => Ok(()),
    }
}

/// Accepts the text that an operator pasted. `issued_states` are the digests of the `state` values of the links that this
/// operator received.
pub async fn hand_over_by_operator(
    ports: &Ports,
    org: &OrgProfile,
    app: &AppId,
    issued_states: &[Sha256Digest],
    text: &str,
) -> Result<(), ConsentError> {
    accept(ports, org, Owner::Operator(app), issued_states, text).await
}

enum Owner<'a> {
    Session(&'a AuthorizationSession),
    Operator(&'a AppId),
}

async fn accept(
    ports: &Ports,
    org: &OrgProfile,
    owner: Owner<'_>,
    issued_states: &[Sha256Digest],
    text: &str,
) -> Result<(), ConsentError> {
    let app = match &owner {
        Owner::Session(session) => &session.app,
        Owner::Operator(app) => *app,
    };
    let parsed = hand_over::parse(text, &org.base_url, app, issued_states)
        .map_err(|error| ConsentError::new(ConsentFailure::WrongHandOver, error.to_string()))?;
    let code = Sha256Digest::of(parsed.code.expose_secret());
    if is_known(ports, &org.id, app, &code).await? {
        return Ok(());
    }
    // The lease excludes saves and, after a double click, a second hand-over.
    let lease = LeaseGuard::acquire(ports, &lease_name(&org.id, app), LEASE_DURATION, MAX_WAIT)
        .await?
        .ok_or_else(already_saving)?;
    let stored = store(ports, org, &owner, app, parsed, code).await;
    lease.release(ports).await?;
    stored
}

async fn store(
    ports: &Ports,
    org: &OrgProfile,
    owner: &Owner<'_>,
    app: &AppId,
    parsed: hand_over::HandOver,
    code: Sha256Digest,
) -> Result<(), ConsentError> {
    if is_known(ports, &org.id, app, &code).await? {
        return Ok(());
    }
    let before = reading(&okta_client_for(ports, org).await?.connection(app).await?);
    let (journal, actor) = match owner {
        Owner::Session(session) => (NewJournal::for_session(session, before), session.actor()),
        Owner::Operator(app) => (NewJournal::for_operator(&org.id, app, before), None),
    };
    let ports = &ports.on_behalf_of(actor);
    // The journal is written first: after a crash, a secret without a journal would stay in the vault.
    let journal = journal.with_code(code).begin(ports).await?;
    let name = SecretName::HandOver(org.id.clone(), app.clone());
    ports.vault.put_pending(&name, &seal(&StoredCode { code: parsed.code, state: parsed.state })).await?;
    ports.vault.promote(&name).await?;
    record_event(ports, &org.id, app, EventKind::HandedOver { save: journal.record.id.clone() }).await?;
    Ok(())
}

/// Whether this code was handed over before and is stored or was sent.
async fn is_known(ports: &Ports, org: &OrgId, app: &AppId, code: &Sha256Digest) -> Result<bool, ConsentError> {
    let Some(journal) = ports.ledger.save_journal(org, app).await? else { return Ok(false) };
    let sent = journal.code_delivery != CodeDelivery::Waiting;
    Ok(journal.code.as_ref() == Some(code) && (sent || stored_code(ports, org, app).await?.is_some()))
}
