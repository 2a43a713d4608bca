//! A save as queued work: delivered at least once, and retried until there is a sign of consent or the session has ended.

use std::time::Duration;

use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::SessionId;
use crate::domain::save::{ConfirmedBy, SaveOutcome};
use crate::domain::session::SessionState;
use crate::metrics::{Metric, count};
use crate::queue::{Disposition, SaveApp};
use crate::usecases::Ports;
use crate::usecases::consent::session::{fail_session, update_session};
use crate::usecases::records::consent_error::ConsentError;

use super::save;

/// How many times to look for the consent after a person has confirmed it, before the page says that nothing shows it.
/// New grants appear with a delay.
const ATTEMPTS_AFTER_CONFIRMATION: u32 = 6;

/// The delay before the first retries, while the person probably watches the session's page.
const SHORT_DELAY: Duration = Duration::from_secs(5);
/// The delay before later retries.
const LONG_DELAY: Duration = Duration::from_mins(1);
/// How many retries use the short delay: those of the first minute.
const SHORT_DELAYS: u32 = 12;

const fn retry_after(receive_count: u32) -> Disposition {
    Disposition::Retry { after: if receive_count <= SHORT_DELAYS { SHORT_DELAY } else { LONG_DELAY } }
}

/// Saves the app of a message that was received for the `receive_count`th time.
pub async fn save_app(ports: &Ports, request: &SaveApp, receive_count: u32) -> Result<Disposition, ConsentError> {
    let is_awaited = match &request.session {
        Some(session) => session_awaits_save(ports, session).await?,
        None => true,
    };
    if !is_awaited && !is_unsettled(ports, request).await? {
        return Ok(Disposition::Done);
    }
    match save(ports, request).await {
        Ok(SaveOutcome::NoConsent) if !is_awaited => Ok(Disposition::Done),
        Ok(SaveOutcome::NoConsent) => no_consent_yet(ports, request, receive_count).await,
        Ok(outcome) => {
            tracing::info!(org = %request.org, app = %request.app, outcome = outcome_name(&outcome), "a save ended");
            count_outcome(&outcome);
            if !matches!(outcome, SaveOutcome::Saved { .. }) {
                stop_finishing(ports, request).await?;
            }
            Ok(Disposition::Done)
        }
        Err(error) if is_transient(&error) => {
            tracing::info!(org = %request.org, app = %request.app, cause = %error.cause, "a save failed and will be retried");
            Ok(retry_after(receive_count))
        }
        Err(error) => {
            tracing::error!(org = %request.org, app = %request.app, cause = %error.cause, "a save failed");
            count(Metric::SavesFailed);
            if let Some(id) = &request.session
                && let Some(session) = ports.ledger.session(id).await?
            {
                fail_session(ports, &session, &error).await?;
            }
            Ok(Disposition::Done)
        }
    }
}

fn outcome_name(outcome: &SaveOutcome) -> &'static str {
    match outcome {
        SaveOutcome::Saved { .. } => "saved",
        SaveOutcome::NoConsent => "no-consent",
        SaveOutcome::NotSwitchedOn { .. } => "not-switched-on",
        SaveOutcome::LeftOff { .. } => "left-off",
    }
}

fn count_outcome(outcome: &SaveOutcome) {
    match outcome {
        SaveOutcome::Saved { .. } => count(Metric::SavesDone),
        SaveOutcome::NoConsent | SaveOutcome::NotSwitchedOn { .. } => count(Metric::SavesFailed),
        SaveOutcome::LeftOff { .. } => {
            count(Metric::SavesFailed);
            count(Metric::ConnectionsLeftOff);
        }
    }
}

fn is_transient(error: &ConsentError) -> bool {
    matches!(error.failure, ConsentFailure::OktaDown | ConsentFailure::MicrosoftDown | ConsentFailure::NotStored)
}

/// Whether a session still waits for its save. A save updates the session after everything else.
async fn session_awaits_save(ports: &Ports, id: &SessionId) -> Result<bool, ConsentError> {
    let Some(session) = ports.ledger.session(id).await? else { return Ok(false) };
    let has_expired = ports.clock.now() >= session.ends_at();
    Ok(!has_expired && matches!(session.state, SessionState::Consenting { .. }))
}

/// Whether a save of the session has begun and its outcome is not fully recorded. This also holds if a hand-over arrives just as
/// the session's save ends without it, so its code does not stay in the vault.
async fn is_unsettled(ports: &Ports, request: &SaveApp) -> Result<bool, ConsentError> {
    let journal = ports.ledger.save_journal(&request.org, &request.app).await?;
    Ok(journal.is_some_and(|journal| !journal.settled && journal.session == request.session))
}

async fn no_consent_yet(ports: &Ports, request: &SaveApp, receive_count: u32) -> Result<Disposition, ConsentError> {
    match request.confirmed_by {
        ConfirmedBy::NoOne => Ok(retry_after(receive_count)),
        ConfirmedBy::Person if receive_count < ATTEMPTS_AFTER_CONFIRMATION => Ok(retry_after(receive_count)),
        ConfirmedBy::Person | ConfirmedBy::Operator => {
            stop_finishing(ports, request).await?;
            Ok(Disposition::Done)
        }
    }
}

/// Makes the session's page ask for the consent again.
async fn stop_finishing(ports: &Ports, request: &SaveApp) -> Result<(), ConsentError> {
    let Some(id) = &request.session else { return Ok(()) };
    let Some(session) = ports.ledger.session(id).await? else { return Ok(()) };
    update_session(ports, &session, |session| match session.state.clone() {
        SessionState::Consenting { administrator, was_on, okta_states, finishing_since: Some(_) } => {
            Some(SessionState::Consenting { administrator, was_on, okta_states, finishing_since: None })
        }
        _ => None,
    })
    .await
}
