//! Hand over: the person brings what Okta's last page showed. The code is kept in the vault, and sent by the save.

use crate::usecases::save::code::{KeptHandOver, kept};
use std::time::Duration;

use secrecy::ExposeSecret;

use crate::domain::event::EventKind;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::hand_over;
use crate::domain::id::{AppId, OrgId, Sha256Digest};
use crate::domain::org::OrgProfile;
use crate::domain::save::{CodeDelivery, ConfirmedBy};
use crate::domain::session::{AuthorizationSession, SessionState};
use crate::queue::SaveApp;
use crate::vault::{SecretName, seal};

use crate::usecases::Ports;
use crate::usecases::access::okta::open;
use crate::usecases::consent::session::{OwnSession, advance};
use crate::usecases::records::app::record_event;
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::records::lease::LeaseGuard;
use crate::usecases::save::journal::{Journal, busy, seen};
use crate::usecases::save::{HELD_FOR, work_on};

/// How long a hand-over waits for a save that is at work.
const PATIENCE: Duration = Duration::from_secs(20);

/// Takes what a session's own browser brought, and hands it to the save.
pub async fn hand_over(ports: &Ports, own: &OwnSession, text: &str) -> Result<(), ConsentError> {
    let SessionState::Consenting { okta_states, .. } = &own.session.state else {
        return Err(ConsentError::new(ConsentFailure::SessionLost, "the session is not waiting for a consent"));
    };
    take(ports, &own.org, Owner::Session(&own.session), okta_states, text).await?;
    finishing(ports, own).await
}

/// The person says to have accepted: a save looks whether that shows.
pub async fn finish(ports: &Ports, own: &OwnSession) -> Result<(), ConsentError> {
    match own.session.state {
        SessionState::Consenting { .. } => finishing(ports, own).await,
        SessionState::Done | SessionState::Failed { .. } => Ok(()),
        _ => Err(ConsentError::new(ConsentFailure::SessionLost, "the session is not waiting for a consent")),
    }
}

async fn finishing(ports: &Ports, own: &OwnSession) -> Result<(), ConsentError> {
    let now = ports.clock.now();
    advance(ports, &own.session, |session| match session.state.clone() {
        SessionState::Consenting { administrator, was_on, okta_states, finishing_since: None } => {
            Some(SessionState::Consenting { administrator, was_on, okta_states, finishing_since: Some(now) })
        }
        _ => None,
    })
    .await?;
    let (org, app, session) = (own.session.org.clone(), own.session.app.clone(), Some(own.session.id.clone()));
    Ok(ports.queues.saves.send(&[SaveApp { org, app, session, confirmed_by: ConfirmedBy::Person }]).await?)
}

/// Takes what an operator brought, for a link whose `state` was given out to that operator just now.
pub async fn hand_over_by_operator(
    ports: &Ports,
    org: &OrgProfile,
    app: &AppId,
    given_out: &[Sha256Digest],
    text: &str,
) -> Result<(), ConsentError> {
    take(ports, org, Owner::Operator(app), given_out, text).await
}

enum Owner<'a> {
    Session(&'a AuthorizationSession),
    Operator(&'a AppId),
}

async fn take(
    ports: &Ports,
    org: &OrgProfile,
    owner: Owner<'_>,
    given_out: &[Sha256Digest],
    text: &str,
) -> Result<(), ConsentError> {
    let app = match &owner {
        Owner::Session(session) => &session.app,
        Owner::Operator(app) => *app,
    };
    let handed = hand_over::parse(text, &org.base_url, app, given_out)
        .map_err(|error| ConsentError::new(ConsentFailure::WrongHandOver, error.to_string()))?;
    // No save is at work meanwhile, and no other hand-over: a double click.
    let lease = LeaseGuard::acquire(ports, &work_on(&org.id, app), HELD_FOR, PATIENCE).await?.ok_or_else(busy)?;
    let kept = keep(ports, org, &owner, app, handed).await;
    lease.release(ports).await?;
    kept
}

async fn keep(
    ports: &Ports,
    org: &OrgProfile,
    owner: &Owner<'_>,
    app: &AppId,
    handed: hand_over::HandOver,
) -> Result<(), ConsentError> {
    let code = Sha256Digest::of(handed.code.expose_secret());
    if is_taken(ports, &org.id, app, &code).await? {
        return Ok(());
    }
    let before = seen(&open(ports, org).await?.connection(app).await?);
    let journal = match owner {
        Owner::Session(session) => Journal::of_session(session, before),
        Owner::Operator(app) => Journal::of_operator(&org.id, app, before),
    };
    // The journal first: a secret that no journal tells of would be left behind by a crash.
    let journal = journal.with_code(code).begin(ports).await?;
    let name = SecretName::HandOver(org.id.clone(), app.clone());
    ports.vault.put_pending(&name, &seal(&KeptHandOver { code: handed.code, state: handed.state })).await?;
    ports.vault.promote(&name).await?;
    record_event(ports, &org.id, app, EventKind::HandedOver { save: journal.record.id.clone() }).await?;
    Ok(())
}

/// Whether this code was handed over before, and is kept or was sent.
async fn is_taken(ports: &Ports, org: &OrgId, app: &AppId, code: &Sha256Digest) -> Result<bool, ConsentError> {
    let Some(journal) = ports.ledger.save_journal(org, app).await? else { return Ok(false) };
    let sent = journal.code_delivery != CodeDelivery::Waiting;
    Ok(journal.code.as_ref() == Some(code) && (sent || kept(ports, org, app).await?.is_some()))
}
