//! What follows a save that has ended: the app's record, the audit trail, the session, the invitation. Each part is
//! done again without harm, so a crash between them only delays them.

use jiff::Timestamp;

use crate::domain::app::AppRecord;
use crate::domain::assess::assess;
use crate::domain::event::{AppEvent, EventKind};
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::grant::GrantKind;
use crate::domain::history::{clear_failures, supersede};
use crate::domain::id::RequestId;
use crate::domain::invitation::{Closed, Closing};
use crate::domain::save::{CodeDelivery, SaveJournal, SaveOutcome, Verification};
use crate::domain::session::SessionState;
use crate::domain::signal::{Check, Signal, SignalKind, Source};
use crate::randomness::request_id;
use crate::usecases::Ports;
use crate::usecases::consent::session::advance;
use crate::usecases::records::app::queue_plan;
use crate::usecases::records::app::{Changed, change};
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::save::code::forget;

use crate::queue::SaveApp;

/// Makes sure that an earlier end is written everywhere, and gives it where it is the end of what is asked for.
pub(super) async fn of_an_earlier_end(ports: &Ports, request: &SaveApp) -> Result<Option<SaveOutcome>, ConsentError> {
    let journal = ports.ledger.save_journal(&request.org, &request.app).await?;
    let Some(journal) = journal else { return Ok(None) };
    let Some(outcome) = journal.outcome.clone() else { return Ok(None) };
    if !journal.settled {
        write(ports, &journal).await?;
    }
    let same = request.session.is_some() && journal.session == request.session;
    Ok(same.then_some(outcome).filter(|outcome| matches!(outcome, SaveOutcome::Saved { .. })))
}

/// Writes an end everywhere, and last that this is done.
pub(super) async fn write(ports: &Ports, journal: &SaveJournal) -> Result<(), ConsentError> {
    let Some(outcome) = &journal.outcome else { return Ok(()) };
    record(ports, journal, outcome).await?;
    forget(ports, &journal.org, &journal.app).await?;
    tell_the_session(ports, journal, outcome).await?;
    queue_plan(ports, &journal.org, Some(&journal.app)).await?;
    // Where somebody settled it first, it is settled.
    ports.ledger.update_save(&SaveJournal { settled: true, ..journal.clone() }).await?;
    Ok(())
}

async fn tell_the_session(ports: &Ports, journal: &SaveJournal, outcome: &SaveOutcome) -> Result<(), ConsentError> {
    let Some(id) = &journal.session else { return Ok(()) };
    let Some(session) = ports.ledger.session(id).await? else { return Ok(()) };
    if let SaveOutcome::Saved { .. } = outcome {
        let closed = Closed { at: ports.clock.now(), why: Closing::UsedUp };
        ports.ledger.close_invitation(&session.invitation, closed).await?;
    }
    let stage = match outcome {
        SaveOutcome::Saved { .. } => SessionState::Done,
        SaveOutcome::LeftOff { .. } => failed(ConsentFailure::OktaRefused),
        SaveOutcome::NotSwitchedOn { .. } if journal.code_delivery == CodeDelivery::Refused => {
            failed(ConsentFailure::OktaRefused)
        }
        // The person may still be at Microsoft's page; the session waits.
        SaveOutcome::NotSwitchedOn { .. } | SaveOutcome::NoConsent => return Ok(()),
    };
    advance(ports, &session, |now| match now.state {
        SessionState::Done | SessionState::Failed { .. } => None,
        _ => Some(stage.clone()),
    })
    .await
}

fn failed(failure: ConsentFailure) -> SessionState {
    SessionState::Failed { failure, code: None }
}

/// The app's record with what was read back, once a save.
async fn record(ports: &Ports, journal: &SaveJournal, outcome: &SaveOutcome) -> Result<(), ConsentError> {
    let spare = request_id(&*ports.randomness);
    change(ports, &journal.org, &journal.app, |app, now| after(ports, journal, outcome, app?, now, &spare)).await?;
    Ok(())
}

/// The record after a save, and what happened. Nothing where it was written already.
fn after(
    ports: &Ports,
    journal: &SaveJournal,
    outcome: &SaveOutcome,
    app: &AppRecord,
    now: Timestamp,
    spare: &RequestId,
) -> Option<Changed> {
    if app.consent.last_save.as_ref() == Some(&journal.id) {
        return None;
    }
    let (fresh, kind) = match outcome {
        SaveOutcome::Saved { verification } => (signals(ports, verification), saved(ports, journal, verification)),
        SaveOutcome::NoConsent => (Vec::new(), not_saved(journal, "Nothing shows that anybody consented.", false)),
        SaveOutcome::NotSwitchedOn { reason } => (Vec::new(), not_saved(journal, reason, false)),
        SaveOutcome::LeftOff { reason } => (Vec::new(), not_saved(journal, reason, true)),
    };
    let signals = supersede(&app.signals, &fresh);
    let signals = if let SaveOutcome::Saved { verification } = outcome {
        clear_failures(signals, verification.at)
    } else {
        signals
    };
    let assessment = assess(&signals);
    let mut events = vec![AppEvent { at: now, kind }];
    if assessment.standing != app.standing() {
        let (from, to, reasons) = (app.standing(), assessment.standing, assessment.reasons.clone());
        events.push(AppEvent { at: now, kind: EventKind::StandingChanged { from, to, reasons } });
    }
    let identity = app.identity.clone();
    let mut after = AppRecord::assessed(identity, signals, assessment, now, Some(app), spare.clone());
    after.consent.last_save = Some(journal.id.clone());
    if let SaveOutcome::Saved { verification } = outcome {
        after.consent.verification = Some(verification.as_ref().clone());
    }
    Some((after, events))
}

/// What a proof shows, as signals.
fn signals(ports: &Ports, verification: &Verification) -> Vec<Signal> {
    let connection = SignalKind::ConnectionRead {
        auth_scheme: verification.connection.auth_scheme.clone(),
        status: verification.connection.status.clone(),
        authorize_offered: true,
    };
    let mut signals = vec![Signal::okta(verification.at, connection)];
    let grants = match (&verification.grants, &verification.grants_unread) {
        (Some(grants), _) => Some(grants.signal(&ports.settings.permissions)),
        (None, Some(reason)) => {
            Some(SignalKind::CheckFailed { check: Check::PermissionGrants, reason: reason.clone() })
        }
        (None, None) => None,
    };
    signals.extend(grants.map(|kind| Signal { seen_at: verification.at, source: Source::MicrosoftGraph, kind }));
    signals
}

fn saved(ports: &Ports, journal: &SaveJournal, verification: &Verification) -> EventKind {
    let verified = verification.grants.as_ref().is_some_and(|grants| grants.suffices(&ports.settings.permissions));
    let mut grant_kinds: Vec<String> = verification
        .grants
        .iter()
        .flat_map(|grants| &grants.grants)
        .map(|grant| {
            match grant.grant {
                GrantKind::Application => "application",
                GrantKind::DelegatedForAll => "delegated-for-all",
                GrantKind::DelegatedForOne { .. } => "delegated-for-one",
            }
            .to_owned()
        })
        .collect();
    grant_kinds.sort_unstable();
    grant_kinds.dedup();
    EventKind::Saved { save: journal.id.clone(), verified, grant_kinds }
}

fn not_saved(journal: &SaveJournal, reason: &str, left_off: bool) -> EventKind {
    EventKind::SaveFailed { save: journal.id.clone(), reason: reason.to_owned(), left_off }
}
