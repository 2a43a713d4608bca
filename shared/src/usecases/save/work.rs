//! A save as work of the queue: delivered at least once, and again until the consent shows or the session is over.

use std::time::Duration;

use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::SessionId;
use crate::domain::save::{ConfirmedBy, SaveOutcome};
use crate::domain::session::SessionState;
use crate::metrics::{Metric, count};
use crate::queue::{Disposition, SaveApp};
use crate::usecases::Ports;
use crate::usecases::consent::session::{advance, fail};
use crate::usecases::records::consent_error::ConsentError;

use super::save;

/// How often a person's word is followed up before the page says that nothing shows yet: new grants show late.
const LOOKS_FOR_A_PERSON: u32 = 6;

/// How long until a save that has to wait is looked at again: soon while somebody looks at its page.
const SOON: Duration = Duration::from_secs(5);
/// The same, once it has waited for a minute.
const LATER: Duration = Duration::from_mins(1);
/// How often it comes again soon.
const OFTEN: u32 = 12;

const fn again(receive_count: u32) -> Disposition {
    Disposition::Retry { after: if receive_count <= OFTEN { SOON } else { LATER } }
}

/// Does the work of one message, received for the `receive_count`th time.
pub async fn save_app(ports: &Ports, request: &SaveApp, receive_count: u32) -> Result<Disposition, ConsentError> {
    let waited_for = match &request.session {
        Some(session) => is_waited_for(ports, session).await?,
        None => true,
    };
    if !waited_for && !is_unsettled(ports, request).await? {
        return Ok(Disposition::Done);
    }
    match save(ports, request).await {
        Ok(SaveOutcome::NoConsent) if !waited_for => Ok(Disposition::Done),
        Ok(SaveOutcome::NoConsent) => no_consent_yet(ports, request, receive_count).await,
        Ok(outcome) => {
            tracing::info!(org = %request.org, app = %request.app, outcome = name(&outcome), "a save ended");
            count_end(&outcome);
            if !matches!(outcome, SaveOutcome::Saved { .. }) {
                stop_finishing(ports, request).await?;
            }
            Ok(Disposition::Done)
        }
        Err(stopped) if comes_again(&stopped) => {
            tracing::info!(org = %request.org, app = %request.app, cause = %stopped.cause, "a save comes again");
            Ok(again(receive_count))
        }
        Err(stopped) => {
            tracing::error!(org = %request.org, app = %request.app, cause = %stopped.cause, "a save stopped");
            count(Metric::SavesFailed);
            if let Some(id) = &request.session
                && let Some(session) = ports.ledger.session(id).await?
            {
                fail(ports, &session, &stopped).await?;
            }
            Ok(Disposition::Done)
        }
    }
}

fn name(outcome: &SaveOutcome) -> &'static str {
    match outcome {
        SaveOutcome::Saved { .. } => "saved",
        SaveOutcome::NoConsent => "no-consent",
        SaveOutcome::NotSwitchedOn { .. } => "not-switched-on",
        SaveOutcome::LeftOff { .. } => "left-off",
    }
}

fn count_end(outcome: &SaveOutcome) {
    match outcome {
        SaveOutcome::Saved { .. } => count(Metric::SavesDone),
        SaveOutcome::NoConsent | SaveOutcome::NotSwitchedOn { .. } => count(Metric::SavesFailed),
        SaveOutcome::LeftOff { .. } => {
            count(Metric::SavesFailed);
            count(Metric::ConnectionsLeftOff);
        }
    }
}

fn comes_again(stopped: &ConsentError) -> bool {
    matches!(stopped.failure, ConsentFailure::OktaDown | ConsentFailure::MicrosoftDown | ConsentFailure::NotStored)
}

/// Whether a session still waits for its save. Its end is the last thing that a save writes.
async fn is_waited_for(ports: &Ports, id: &SessionId) -> Result<bool, ConsentError> {
    let Some(session) = ports.ledger.session(id).await? else { return Ok(false) };
    let over = ports.clock.now() >= session.ends_at();
    Ok(!over && matches!(session.state, SessionState::Consenting { .. }))
}

/// Whether a save of the session has begun and its end is not written everywhere. A hand-over may come in just when the session's save ends
/// without it; its code is not left behind.
async fn is_unsettled(ports: &Ports, request: &SaveApp) -> Result<bool, ConsentError> {
    let journal = ports.ledger.save_journal(&request.org, &request.app).await?;
    Ok(journal.is_some_and(|journal| !journal.settled && journal.session == request.session))
}

async fn no_consent_yet(ports: &Ports, request: &SaveApp, receive_count: u32) -> Result<Disposition, ConsentError> {
    match request.confirmed_by {
        ConfirmedBy::NoOne => Ok(again(receive_count)),
        ConfirmedBy::Person if receive_count < LOOKS_FOR_A_PERSON => Ok(again(receive_count)),
        ConfirmedBy::Person | ConfirmedBy::Operator => {
            stop_finishing(ports, request).await?;
            Ok(Disposition::Done)
        }
    }
}

/// The page goes back to asking for the consent.
async fn stop_finishing(ports: &Ports, request: &SaveApp) -> Result<(), ConsentError> {
    let Some(id) = &request.session else { return Ok(()) };
    let Some(session) = ports.ledger.session(id).await? else { return Ok(()) };
    advance(ports, &session, |session| match session.state.clone() {
        SessionState::Consenting { administrator, was_on, okta_states, finishing_since: Some(_) } => {
            Some(SessionState::Consenting { administrator, was_on, okta_states, finishing_since: None })
        }
        _ => None,
    })
    .await
}
