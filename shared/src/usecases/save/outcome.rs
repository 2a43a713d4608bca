//! Recording the outcome of a save: in the app's record, the audit trail, the session and the invitation.
//!
//! Each part can run again without harm, so a crash between them only delays the rest.

use jiff::Timestamp;

use crate::domain::app::AppRecord;
use crate::domain::assess::assess;
use crate::domain::event::{AppEvent, EventKind};
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::grant::{GrantKind, GrantsRead};
use crate::domain::history::{clear_failed_emails, clear_sign_in_failures, supersede};
use crate::domain::id::RequestId;
use crate::domain::invitation::{Closed, Closing};
use crate::domain::permission::PermissionCatalogue;
use crate::domain::save::{CodeDelivery, ConsentEvidence, NotDone, SaveJournal, SaveOutcome, Verification};
use crate::domain::session::{AuthorizationSession, ConsentAttempt, SessionState};
use crate::domain::signal::{Check, Signal, SignalKind, Source};
use crate::queue::SaveApp;
use crate::randomness::request_id;
use crate::usecases::Ports;
use crate::usecases::consent::session::update_session;
use crate::usecases::records::app::{AppUpdate, queue_plan, record_event, update_app};
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::save::authorization_code::delete_code;

/// Finishes recording the outcome of an earlier save. Returns that outcome if it answers `request`: the same session, and the
/// connection was saved.
pub(super) async fn settle_earlier_save(ports: &Ports, request: &SaveApp) -> Result<Option<SaveOutcome>, ConsentError> {
    let journal = ports.ledger.save_journal(&request.org, &request.app).await?;
    let Some(journal) = journal else { return Ok(None) };
    let Some(outcome) = journal.outcome.clone() else { return Ok(None) };
    if !journal.settled {
        settle(ports, &journal).await?;
    }
    let same_session = request.session.is_some() && journal.session == request.session;
    Ok(same_session.then_some(outcome).filter(|outcome| matches!(outcome, SaveOutcome::Saved { .. })))
}

/// Records the outcome of a journal everywhere, then marks the journal as settled. Does nothing before the outcome is known.
pub(super) async fn settle(ports: &Ports, journal: &SaveJournal) -> Result<(), ConsentError> {
    let Some(outcome) = &journal.outcome else { return Ok(()) };
    update_app_record(ports, journal, outcome).await?;
    delete_code(ports, &journal.org, &journal.app).await?;
    update_session_and_invitation(ports, journal, outcome).await?;
    queue_plan(ports, &journal.org, Some(&journal.app)).await?;
    // A lost race is fine: another worker has then settled it.
    ports.ledger.update_save(&SaveJournal { settled: true, ..journal.clone() }).await?;
    Ok(())
}

/// The outcome of a save after which the connection is off.
pub(super) fn not_on(journal: &SaveJournal, reason: String) -> SaveOutcome {
    if journal.provisioning_was_on {
        let (org, app) = (&journal.org, &journal.app);
        tracing::error!(%org, %app, %reason, "provisioning was on before the save and is now off");
        SaveOutcome::LeftOff { reason }
    } else {
        SaveOutcome::NotSwitchedOn { reason }
    }
}

async fn update_session_and_invitation(
    ports: &Ports,
    journal: &SaveJournal,
    outcome: &SaveOutcome,
) -> Result<(), ConsentError> {
    let Some(id) = &journal.session else { return Ok(()) };
    let Some(session) = ports.ledger.session(id).await? else { return Ok(()) };
    let ended = match outcome {
        SaveOutcome::Saved { .. } => Ended::In(SessionState::Done),
        SaveOutcome::NotRenewed { why, .. } => Ended::Open(*why),
        SaveOutcome::LeftOff { .. } | SaveOutcome::NotSwitchedOn { .. }
            if journal.code_delivery == CodeDelivery::Refused =>
        {
            Ended::Open(NotDone::CodeRejected)
        }
        SaveOutcome::LeftOff { .. } => {
            Ended::In(SessionState::Failed { failure: ConsentFailure::OktaRefused, code: None })
        }
        // The person may still be on Microsoft's page, so the session keeps waiting.
        SaveOutcome::NotSwitchedOn { .. } | SaveOutcome::NoConsent => return Ok(()),
    };
    match ended {
        Ended::In(state) => {
            let is_done = state == SessionState::Done;
            update_session(ports, &session, |now| match now.state {
                SessionState::Done | SessionState::Failed { .. } => None,
                _ => Some(state.clone()),
            })
            .await?;
            // Last, because a used-up invitation ends every session that is not done.
            if is_done {
                let closed = Closed { at: ports.clock.now(), why: Closing::UsedUp };
                ports.ledger.close_invitation(&session.invitation, closed).await?;
            }
        }
        Ended::Open(why) => record_not_done(ports, &session, why).await?,
    }
    Ok(())
}

/// How a save leaves its session.
enum Ended {
    /// In a final state.
    In(SessionState),
    /// Waiting for the person, who sees why the consent is not done.
    Open(NotDone),
}

/// Ends the check of a session whose consent is not done: its page shows why, and so does the audit trail, once.
pub(super) async fn record_not_done(
    ports: &Ports,
    session: &AuthorizationSession,
    why: NotDone,
) -> Result<(), ConsentError> {
    let reported = |session: &AuthorizationSession| match &session.state {
        SessionState::Consenting { attempt, .. } => attempt.reported.contains(&why),
        _ => true,
    };
    let is_reported = ports.ledger.session(&session.id).await?.is_none_or(|session| reported(&session));
    let changed = update_session(ports, session, |session| match session.state.clone() {
        SessionState::Consenting { administrator, mut attempt }
            if attempt.not_done != Some(why) || attempt.finishing_since.is_some() =>
        {
            if !attempt.reported.contains(&why) {
                attempt.reported.push(why);
            }
            let attempt = ConsentAttempt { not_done: Some(why), finishing_since: None, ..attempt };
            Some(SessionState::Consenting { administrator, attempt })
        }
        _ => None,
    });
    if changed.await?.is_some() && !is_reported {
        let kind = EventKind::ConsentNotDone { session: session.id.clone(), why };
        record_event(&ports.on_behalf_of(session.actor()), &session.org, &session.app, kind).await?;
    }
    Ok(())
}

/// Updates the app's record with the read-back, at most once per save.
async fn update_app_record(ports: &Ports, journal: &SaveJournal, outcome: &SaveOutcome) -> Result<(), ConsentError> {
    let spare = request_id(&*ports.randomness);
    update_app(ports, &journal.org, &journal.app, |app, now| {
        record_after_save(ports, journal, outcome, app?, now, &spare)
    })
    .await?;
    Ok(())
}

/// The app's record after a save, and its events. `None` if this save is already recorded.
fn record_after_save(
    ports: &Ports,
    journal: &SaveJournal,
    outcome: &SaveOutcome,
    app: &AppRecord,
    now: Timestamp,
    spare: &RequestId,
) -> Option<AppUpdate> {
    if app.consent.last_save.as_ref() == Some(&journal.id) {
        return None;
    }
    let expected = app.consent.next_permissions(&ports.settings.permissions);
    let (fresh, kind) = match outcome {
        SaveOutcome::Saved { verification, evidence } => {
            (signals(&expected, verification), saved(&expected, journal, verification, *evidence))
        }
        SaveOutcome::NotRenewed { verification, why } => {
            (signals(&expected, verification), not_saved(journal, why.words(), false))
        }
        SaveOutcome::NoConsent => (Vec::new(), not_saved(journal, "Regrant found no sign of a consent.", false)),
        SaveOutcome::NotSwitchedOn { reason } => (Vec::new(), not_saved(journal, reason, false)),
        SaveOutcome::LeftOff { reason } => (Vec::new(), not_saved(journal, reason, true)),
    };
    let mut signals = supersede(&app.signals, &fresh);
    let pauses = matches!(outcome, SaveOutcome::LeftOff { .. }) && !journal.before.is_on();
    let since = app.consent.paused_since.unwrap_or(now);
    if pauses {
        let pause = Signal { seen_at: since, source: Source::Regrant, kind: SignalKind::ProvisioningPaused };
        signals = supersede(&signals, &[pause]);
    }
    if let SaveOutcome::Saved { verification, .. } = outcome {
        signals = clear_failed_emails(signals, verification.at);
    }
    if let Some(accepted_at) = journal.code_accepted_at {
        signals = clear_sign_in_failures(signals, accepted_at);
        // Okta's log may show an earlier failure only later.
        let accepted = Signal { seen_at: accepted_at, source: Source::Regrant, kind: SignalKind::ConsentCodeAccepted };
        signals = supersede(&signals, &[accepted]);
    }
    let assessment = assess(&signals);
    let mut events = vec![AppEvent { at: now, by: journal.by.clone(), kind }];
    if assessment.standing != app.standing() {
        let (from, to, reasons) = (app.standing(), assessment.standing, assessment.reasons.clone());
        events.push(AppEvent {
            at: now,
            by: journal.by.clone(),
            kind: EventKind::StandingChanged { from, to, reasons },
        });
    }
    let identity = app.identity.clone();
    let mut after = AppRecord::assessed(identity, signals, assessment, now, Some(app), spare.clone());
    after.consent.last_save = Some(journal.id.clone());
    if pauses {
        after.consent.paused_since = Some(since);
    }
    if let SaveOutcome::Saved { verification, .. } = outcome {
        after.consent.verification = Some(verification.as_ref().clone());
        after.consent.paused_since = None;
        after.consent.asked_permissions.clone_from(&after.consent.link_permissions);
    }
    Some((after, events))
}

/// The signals that a verification consists of.
fn signals(expected: &PermissionCatalogue, verification: &Verification) -> Vec<Signal> {
    let connection = SignalKind::ConnectionRead {
        auth_scheme: verification.connection.auth_scheme.clone(),
        status: verification.connection.status.clone(),
        authorize_offered: true,
    };
    let mut signals = vec![Signal::okta(verification.at, connection)];
    let grants = match (&verification.grants, &verification.grants_unread) {
        (Some(grants), _) => grants.signals(expected),
        (None, Some(reason)) => {
            vec![SignalKind::CheckFailed { check: Check::PermissionGrants, reason: reason.clone() }]
        }
        (None, None) => Vec::new(),
    };
    signals.extend(grants.into_iter().map(|kind| Signal {
        seen_at: verification.at,
        source: Source::MicrosoftGraph,
        kind,
    }));
    signals
}

fn saved(
    expected: &PermissionCatalogue,
    journal: &SaveJournal,
    verification: &Verification,
    evidence: ConsentEvidence,
) -> EventKind {
    let verified = verification.grants.as_ref().is_some_and(|grants| grants.suffices(expected));
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
    EventKind::Saved {
        save: journal.id.clone(),
        verified,
        grant_kinds,
        evidence: Some(evidence),
        granted_before: verification.grants_before.as_deref().map(GrantsRead::permissions),
        granted: verification.grants.as_ref().map(GrantsRead::permissions),
    }
}

fn not_saved(journal: &SaveJournal, reason: &str, left_off: bool) -> EventKind {
    EventKind::SaveFailed { save: journal.id.clone(), reason: reason.to_owned(), left_off }
}
