//! Authorization sessions.

use std::sync::Arc;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::invitations::invitation_id;
use super::{CALLERS, app, at, org};
use crate::domain::cloud::Cloud;
use crate::domain::id::{SessionId, Sha256Digest};
use crate::domain::session::{AuthorizationSession, NotConsumed, SIGN_IN_TIME, SessionState, SignInAttempt};
use crate::ledger::Ledger;

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    a_session_is_found_by_id_and_by_state(&*make().await).await;
    sessions_without_a_sign_in_are_separate(&*make().await).await;
    a_sign_in_is_consumed_once(&*make().await).await;
    one_of_many_concurrent_callbacks_gets_the_session(&*make().await).await;
    a_sign_in_expires_at_its_last_moment(&*make().await).await;
    a_consumed_sign_in_stays_consumed_after_expiry(&*make().await).await;
    a_stale_session_writes_nothing(&*make().await).await;
    consuming_a_sign_in_makes_earlier_reads_stale(&*make().await).await;
}

pub(crate) fn session_id(id: &str) -> SessionId {
    SessionId::try_from(id.to_owned()).expect("the test's own session id is an id")
}

/// A session of app `a` whose sign-in has `state`, opened at `seconds`.
pub(crate) fn session(id: &str, org_id: &str, state: &str, seconds: i64) -> AuthorizationSession {
    let guid = "11111111-2222-4333-8444-555555555555";
    let opened_at = at(seconds);
    AuthorizationSession {
        id: session_id(id),
        org: org(org_id),
        app: app("a"),
        invitation: invitation_id("i1"),
        browser: Sha256Digest::of("the browser's secret"),
        sign_in: Some(SignInAttempt {
            state: Sha256Digest::of(state),
            cloud: Cloud::Global,
            tenant: guid.parse().expect("the test's own tenant is a GUID"),
            client: guid.parse().expect("the test's own client is a GUID"),
            expires_at: opened_at + SIGN_IN_TIME,
            consumed_at: None,
        }),
        opened_at,
        seen_elsewhere: false,
        links_reserved: 0,
        state: SessionState::SigningIn,
        version: 0,
    }
}

async fn opened(ledger: &dyn Ledger, session: AuthorizationSession) -> AuthorizationSession {
    ledger.open_session(&session).await.expect("a session is opened");
    session
}

async fn read(ledger: &dyn Ledger, id: &str) -> Option<AuthorizationSession> {
    ledger.session(&session_id(id)).await.expect("a session is looked up")
}

async fn consume(ledger: &dyn Ledger, state: &str, seconds: i64) -> Result<AuthorizationSession, NotConsumed> {
    consume_at(ledger, state, at(seconds)).await
}

/// A callback with a `state`.
pub(crate) async fn consume_at(
    ledger: &dyn Ledger,
    state: &str,
    now: Timestamp,
) -> Result<AuthorizationSession, NotConsumed> {
    let found = ledger.session_by_state(&Sha256Digest::of(state)).await.expect("a session is looked up");
    let found = found.ok_or(NotConsumed::Unknown)?;
    ledger.consume_sign_in(&found, now).await.expect("a callback is answered")
}

async fn a_session_is_found_by_id_and_by_state(ledger: &dyn Ledger) {
    let one = opened(ledger, session("one", "acme", "s1", 1)).await;
    let two = opened(ledger, AuthorizationSession { version: 7, ..session("two", "acme", "s2", 1) }).await;
    let by_state = ledger.session_by_state(&Sha256Digest::of("s1")).await.expect("a session is looked up");
    assert_eq!((read(ledger, "one").await.as_ref(), by_state.as_ref()), (Some(&one), Some(&one)));
    assert_eq!(read(ledger, "two").await, Some(AuthorizationSession { version: 0, ..two }), "a new one has version 0");
    let unknown = ledger.session_by_state(&Sha256Digest::of("s3")).await.expect("a session is looked up");
    assert_eq!((read(ledger, "three").await, unknown), (None, None), "an unknown session");
}

async fn sessions_without_a_sign_in_are_separate(ledger: &dyn Ledger) {
    for id in ["one", "two"] {
        let none = AuthorizationSession { sign_in: None, ..session(id, "acme", "s", 1) };
        let none = opened(ledger, none).await;
        assert_eq!(read(ledger, id).await, Some(none));
    }
    assert_eq!(consume(ledger, "s", 2).await, Err(NotConsumed::Unknown), "it has no sign-in");
}

async fn a_sign_in_is_consumed_once(ledger: &dyn Ledger) {
    let mut wanted = opened(ledger, session("one", "acme", "s1", 1)).await;
    let other = opened(ledger, session("two", "acme", "s2", 1)).await;
    let got = consume(ledger, "s1", 2).await.expect("the first answer counts");
    if let Some(sign_in) = &mut wanted.sign_in {
        sign_in.consumed_at = Some(at(2));
    }
    wanted.version = 1;
    assert_eq!(got, wanted, "the updated session is returned");
    assert_eq!(read(ledger, "one").await, Some(wanted), "and stored");
    assert_eq!(consume(ledger, "s1", 3).await, Err(NotConsumed::Consumed), "a second callback");
    assert_eq!(consume(ledger, "s3", 3).await, Err(NotConsumed::Unknown), "a callback without a session");
    assert_eq!(read(ledger, "two").await, Some(other), "a different session is unchanged");
}

async fn one_of_many_concurrent_callbacks_gets_the_session(ledger: &dyn Ledger) {
    opened(ledger, session("one", "acme", "s1", 1)).await;
    let found = read(ledger, "one").await.expect("the session is there");
    let answers = join_all((0..CALLERS).map(|_| ledger.consume_sign_in(&found, at(2)))).await;
    let answers = answers.into_iter().map(|answer| answer.expect("a callback is answered"));
    let (won, lost): (Vec<_>, Vec<_>) = answers.partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, CALLERS - 1), "one gets it");
    assert!(lost.into_iter().all(|answer| answer == Err(NotConsumed::Consumed)), "the others learn the reason");
}

async fn a_sign_in_expires_at_its_last_moment(ledger: &dyn Ledger) {
    let late = opened(ledger, session("late", "acme", "s1", 0)).await;
    let in_time = opened(ledger, session("in-time", "acme", "s2", 0)).await;
    let end = at(SIGN_IN_TIME.as_secs());
    let too_late = consume_at(ledger, "s1", end).await;
    assert_eq!(too_late, Err(NotConsumed::Expired), "it expires at its end");
    assert_eq!(read(ledger, "late").await, Some(late), "and nothing was written");
    let just = end - SignedDuration::from_nanos(1);
    let taken = consume_at(ledger, "s2", just).await;
    assert_eq!(taken.map(|session| session.id), Ok(in_time.id), "it is valid until just before");
}

async fn a_consumed_sign_in_stays_consumed_after_expiry(ledger: &dyn Ledger) {
    opened(ledger, session("one", "acme", "s1", 0)).await;
    consume(ledger, "s1", 1).await.expect("the first answer counts");
    let after = SIGN_IN_TIME.as_secs() + 1;
    assert_eq!(consume(ledger, "s1", after).await, Err(NotConsumed::Consumed), "a replay differs from a late response");
}

async fn a_stale_session_writes_nothing(ledger: &dyn Ledger) {
    let first = opened(ledger, session("one", "acme", "s1", 1)).await;
    let done = AuthorizationSession { state: SessionState::Done, ..first.clone() };
    assert!(ledger.update_session(&done).await.expect("a session is changed"), "the version it was read with");
    let kept = AuthorizationSession { version: 1, ..done };
    assert_eq!(read(ledger, "one").await.as_ref(), Some(&kept), "the version counts up");
    let verified = SessionState::Verified { administrator: None };
    for version in [0, 2, i64::MAX.unsigned_abs(), u64::MAX] {
        let stale = AuthorizationSession { state: verified.clone(), version, ..first.clone() };
        assert!(!ledger.update_session(&stale).await.expect("a change is tried"), "version {version} is refused");
        assert_eq!(read(ledger, "one").await.as_ref(), Some(&kept), "version {version} wrote nothing");
    }
    let next = AuthorizationSession { state: verified.clone(), ..kept };
    assert!(ledger.update_session(&next).await.expect("a session is changed"), "the new version");
    assert_eq!(read(ledger, "one").await.map(|read| (read.state, read.version)), Some((verified, 2)));
    let unknown = session("two", "acme", "s2", 1);
    let changed = ledger.update_session(&unknown).await.expect("a change is tried");
    assert!(!changed && read(ledger, "two").await.is_none(), "an unknown session is not created");
}

async fn consuming_a_sign_in_makes_earlier_reads_stale(ledger: &dyn Ledger) {
    let before = opened(ledger, session("one", "acme", "s1", 1)).await;
    consume(ledger, "s1", 2).await.expect("the first answer counts");
    assert!(!ledger.update_session(&before).await.expect("a change is tried"), "it would open the sign-in again");
    assert_eq!(consume(ledger, "s1", 3).await, Err(NotConsumed::Consumed));
}
