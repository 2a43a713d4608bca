//! The queued save of a session: at most one message at a time, and at most one new message a minute, however many requests
//! its browser sends. A newer message supersedes the older ones.

use jiff::{SignedDuration, Timestamp};

use crate::domain::id::SessionId;
use crate::domain::save::ConfirmedBy;
use crate::domain::session::{AuthorizationSession, ConsentAttempt, SessionState};
use crate::queue::SaveApp;
use crate::usecases::Ports;
use crate::usecases::records::consent_error::ConsentError;

/// How long a message checks often enough that no new one is needed.
pub(super) const MIN_INTERVAL: SignedDuration = SignedDuration::from_mins(1);

/// Notes a new message in the attempt if the last one is older than a minute. Part of the write that makes it necessary.
pub(super) fn queue_if_due(attempt: ConsentAttempt, now: Timestamp) -> ConsentAttempt {
    match attempt.queued_at {
        Some(queued_at) if now.duration_since(queued_at) < MIN_INTERVAL => attempt,
        _ => ConsentAttempt { queued_at: Some(now), ..attempt },
    }
}

/// Sends the message that the write at `now` noted in the session, if it did.
pub(super) async fn queue_save(
    ports: &Ports,
    session: &AuthorizationSession,
    now: Timestamp,
    confirmed_by: ConfirmedBy,
) -> Result<(), ConsentError> {
    if queued_at(session) != Some(now) {
        return Ok(());
    }
    let (org, app, id) = (session.org.clone(), session.app.clone(), Some(session.id.clone()));
    Ok(ports
        .queues
        .saves
        .send(&[SaveApp { org, app, session: id, confirmed_by, by: None, queued_at: Some(now) }])
        .await?)
}

/// Whether a newer message of the session supersedes this one.
pub(super) fn is_superseded(session: &AuthorizationSession, request: &SaveApp) -> bool {
    matches!((request.queued_at, queued_at(session)), (Some(this), Some(newest)) if this < newest)
}

/// What the lease of a save says about its message, so that a copy of the message recognizes it.
pub(super) fn work_of(request: &SaveApp) -> String {
    let session = request.session.as_ref().map(SessionId::as_str).unwrap_or_default();
    let queued_at = request.queued_at.map(|at| at.to_string()).unwrap_or_default();
    format!("{session}/{queued_at}")
}

/// Whether the save in progress makes this message unnecessary: it is that of the same message, or this message only continues
/// what the same session's own message does. That message is delivered again until its session needs none.
pub(super) fn is_copy(request: &SaveApp, in_progress: &str) -> bool {
    let Some((session, _)) = in_progress.split_once('/') else { return false };
    let is_same_session = request.session.as_ref().is_some_and(|own| own.as_str() == session);
    is_same_session && (request.queued_at.is_none() || work_of(request) == in_progress)
}

const fn queued_at(session: &AuthorizationSession) -> Option<Timestamp> {
    match &session.state {
        SessionState::Consenting { attempt, .. } => attempt.queued_at,
        _ => None,
    }
}
