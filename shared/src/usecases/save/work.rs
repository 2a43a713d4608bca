//! A save as queued work: delivered at least once, and retried until there is a sign of consent or the session has ended.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::failure::consent::ConsentFailure;
use crate::domain::save::{NotDone, SaveJournal, SaveOutcome};
use crate::domain::session::{AuthorizationSession, SessionState};
use crate::metrics::{Metric, count};
use crate::queue::{Disposition, SaveApp};
use crate::usecases::Ports;
use crate::usecases::consent::session::{fail_session, invitation_ended};
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::records::lease::LeaseGuard;

use super::ending;
use super::journal::OpenJournal;
use super::outcome::record_not_done;
use super::session_queue::{is_copy, is_superseded};
use super::{lease_name, save};

/// How long to look for the consent after a person has confirmed it, before the page says that nothing shows it. New grants
/// appear with a delay.
const PATIENCE_AFTER_CONFIRMATION: SignedDuration = SignedDuration::from_secs(30);

/// The delay before the first retries, while the person probably watches the session's page.
const SHORT_DELAY: Duration = Duration::from_secs(5);
/// The delay before later retries.
const LONG_DELAY: Duration = Duration::from_mins(1);
/// How many retries use the short delay: those of the first minute.
const SHORT_DELAYS: u32 = 12;

const fn delay(receive_count: u32) -> Duration {
    if receive_count <= SHORT_DELAYS { SHORT_DELAY } else { LONG_DELAY }
}

/// Saves the app of a message that was received for the `receive_count`th time. The message of a session lives as long as the
/// session waits, so that a later step of its person needs no new one.
pub async fn save_app(ports: &Ports, request: &SaveApp, receive_count: u32) -> Result<Disposition, ConsentError> {
    let session = match &request.session {
        Some(id) => ports.ledger.session(id).await?,
        None => None,
    };
    let is_superseded = session.as_ref().is_some_and(|session| is_superseded(session, request));
    let is_awaited =
        request.session.is_none() || session.as_ref().is_some_and(|session| is_waiting(session, ports.clock.now()));
    if let Some(session) = session.as_ref().filter(|session| is_abandoned(session, ports.clock.now())) {
        record_not_done(ports, session, NotDone::Abandoned).await?;
    }
    if is_superseded || (!is_awaited && !is_unsettled(ports, request).await?) {
        return Ok(Disposition::Done);
    }
    if let Some(session) = &session
        && end_with_invitation(ports, session, request).await?
    {
        return Ok(Disposition::Done);
    }
    match save(ports, request).await {
        Ok(outcome) => {
            if !matches!(outcome, SaveOutcome::NoConsent) {
                tracing::info!(org = %request.org, app = %request.app, outcome = outcome_name(&outcome), "a save ended");
                count_outcome(&outcome);
            }
            match session.filter(|_| is_awaited) {
                Some(session) => still_waiting(ports, &session, &outcome, receive_count).await,
                // An operator prepared a consent, which pauses provisioning, and has not finished it.
                None if request.session.is_none() && paused_journal(ports, request).await?.is_some() => {
                    Ok(Disposition::Retry { after: delay(receive_count) })
                }
                None => Ok(Disposition::Done),
            }
        }
        Err(error) if is_transient(&error) => {
            let in_progress = LeaseGuard::work_in_progress(ports, &lease_name(&request.org, &request.app)).await?;
            if in_progress.is_some_and(|work| is_copy(request, &work)) {
                return Ok(Disposition::Done);
            }
            tracing::info!(org = %request.org, app = %request.app, cause = %error.cause, "a save failed and will be retried");
            Ok(Disposition::Retry { after: delay(receive_count) })
        }
        Err(error) => {
            tracing::error!(org = %request.org, app = %request.app, cause = %error.cause, "a save failed");
            count(Metric::SavesFailed);
            if let Some(session) = session {
                fail_session(ports, &session, &error).await?;
            }
            alert_if_paused(ports, request, &error).await?;
            Ok(Disposition::Done)
        }
    }
}

/// Ends a session whose invitation was revoked or used up by a different session, unless its save has already written to Okta
/// and has to be finished. Returns whether it ended.
async fn end_with_invitation(
    ports: &Ports,
    session: &AuthorizationSession,
    request: &SaveApp,
) -> Result<bool, ConsentError> {
    let Some(failure) = invitation_ended(ports, session).await? else { return Ok(false) };
    let journal = ports.ledger.save_journal(&request.org, &request.app).await?;
    let journal = journal.filter(|journal| !journal.settled && journal.session == request.session);
    if journal.as_ref().is_some_and(SaveJournal::has_sent) {
        return Ok(false);
    }
    if let Some(journal) = journal.and_then(OpenJournal::of) {
        if journal.record.provisioning_was_on && !journal.record.before.is_on() {
            let reason = "The invitation ended before the consent was finished.".to_owned();
            ending::end_unfinished(ports, journal, reason).await?;
        } else {
            ending::end(ports, journal, SaveOutcome::NoConsent).await?;
        }
    }
    if !session.has_ended() {
        let error = ConsentError::new(failure, "the invitation ended during the consent");
        fail_session(ports, session, &error).await?;
    }
    Ok(true)
}

/// The app's open journal, if its save prepared a consent although provisioning was on.
async fn paused_journal(ports: &Ports, request: &SaveApp) -> Result<Option<OpenJournal>, ConsentError> {
    let journal = ports.ledger.save_journal(&request.org, &request.app).await?.and_then(OpenJournal::of);
    Ok(journal.filter(|journal| {
        let record = &journal.record;
        record.session == request.session && record.provisioning_was_on && !record.before.is_on()
    }))
}

/// Alerts the operators at once if a save failed after it paused provisioning.
pub(super) async fn alert_if_paused(
    ports: &Ports,
    request: &SaveApp,
    error: &ConsentError,
) -> Result<bool, ConsentError> {
    let Some(journal) = paused_journal(ports, request).await? else { return Ok(false) };
    ending::end_unfinished(ports, journal, format!("The save failed: {}.", error.cause)).await?;
    Ok(true)
}

fn outcome_name(outcome: &SaveOutcome) -> &'static str {
    match outcome {
        SaveOutcome::Saved { .. } => "saved",
        SaveOutcome::NotRenewed { .. } => "not-renewed",
        SaveOutcome::NoConsent => "no-consent",
        SaveOutcome::NotSwitchedOn { .. } => "not-switched-on",
        SaveOutcome::LeftOff { .. } => "left-off",
    }
}

fn count_outcome(outcome: &SaveOutcome) {
    match outcome {
        SaveOutcome::Saved { .. } => count(Metric::SavesDone),
        SaveOutcome::NotRenewed { .. } | SaveOutcome::NoConsent | SaveOutcome::NotSwitchedOn { .. } => {
            count(Metric::SavesFailed);
        }
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
fn is_waiting(session: &AuthorizationSession, now: Timestamp) -> bool {
    now < session.ends_at() && matches!(session.state, SessionState::Consenting { .. })
}

/// Whether the link was opened, and its person did nothing more until the session expired.
fn is_abandoned(session: &AuthorizationSession, now: Timestamp) -> bool {
    let SessionState::Consenting { attempt, .. } = &session.state else { return false };
    now >= session.ends_at() && attempt.not_done.is_none() && !attempt.okta_states.is_empty()
}

/// Whether a save of the session has begun and its outcome is not fully recorded. This also holds if a hand-over arrives just as
/// the session's save ends without it, so its code does not stay in the vault.
async fn is_unsettled(ports: &Ports, request: &SaveApp) -> Result<bool, ConsentError> {
    let journal = ports.ledger.save_journal(&request.org, &request.app).await?;
    Ok(journal.is_some_and(|journal| !journal.settled && journal.session == request.session))
}

/// Keeps looking for the consent. Once the person has waited long enough after a confirmation, the page says that nothing
/// shows the consent.
async fn still_waiting(
    ports: &Ports,
    session: &AuthorizationSession,
    outcome: &SaveOutcome,
    receive_count: u32,
) -> Result<Disposition, ConsentError> {
    let Some(now) = ports.ledger.session(&session.id).await? else { return Ok(Disposition::Done) };
    let SessionState::Consenting { attempt, .. } = &now.state else { return Ok(Disposition::Done) };
    let confirmed_for = attempt.finishing_since.map(|since| ports.clock.now().duration_since(since));
    let is_answered = matches!(outcome, SaveOutcome::NotSwitchedOn { .. });
    if confirmed_for.is_some_and(|waited| is_answered || waited >= PATIENCE_AFTER_CONFIRMATION) {
        record_not_done(ports, &now, NotDone::NotSeenYet).await?;
    }
    let left = Duration::try_from(now.ends_at().duration_since(ports.clock.now())).unwrap_or(Duration::ZERO);
    Ok(Disposition::Retry { after: delay(receive_count).min(left) })
}
