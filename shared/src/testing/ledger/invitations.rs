//! Invitations.

use std::sync::Arc;

use futures_util::future::join_all;

use super::{CALLERS, all, app, at, org};
use crate::domain::id::{InvitationId, SessionId};
use crate::domain::invitation::{Closed, Closing, Invitation};
use crate::ledger::{Cursor, Ledger, LedgerError, PageRequest};
use crate::testing::records;

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    a_written_invitation_is_returned(&*make().await).await;
    an_invitation_is_not_overwritten(&*make().await).await;
    invitations_are_listed_newest_first(&*make().await).await;
    an_invitation_is_closed_once(&*make().await).await;
    one_of_many_concurrent_closings_wins(&*make().await).await;
    sessions_are_added_one_at_a_time(&*make().await).await;
    closed_invitation_takes_no_session(&*make().await).await;
    only_open_invitations_are_listed_as_open(&*make().await).await;
}

pub(crate) fn invitation_id(id: &str) -> InvitationId {
    InvitationId::try_from(id.to_owned()).expect("the test's own invitation id is an id")
}

fn session_id(id: &str) -> SessionId {
    SessionId::try_from(id.to_owned()).expect("the test's own session id is an id")
}

/// An open invitation made at `seconds`.
pub(crate) fn invitation(id: &str, org_id: &str, app_id: &str, seconds: i64) -> Invitation {
    records::invitation(id, org_id, app_id, at(seconds))
}

async fn read(ledger: &dyn Ledger, id: &str) -> Option<Invitation> {
    ledger.invitation(&invitation_id(id)).await.expect("an invitation is looked up")
}

async fn a_written_invitation_is_returned(ledger: &dyn Ledger) {
    let open = invitation("i1", "acme", "a", 1);
    ledger.put_invitation(&open).await.expect("an invitation is written");
    assert_eq!(read(ledger, "i1").await, Some(open));
    assert_eq!(read(ledger, "i2").await, None, "a different id finds nothing");
}

async fn an_invitation_is_not_overwritten(ledger: &dyn Ledger) {
    let first = invitation("i1", "acme", "a", 1);
    ledger.put_invitation(&first).await.expect("an invitation is written");
    let closed = Closed { at: at(2), why: Closing::Revoked };
    assert!(ledger.close_invitation(&first.id, closed).await.expect("an invitation is closed"));
    let again = ledger.put_invitation(&first).await;
    assert!(matches!(again, Err(LedgerError::Store { .. })), "a revoked link would be open again: {again:?}");
    assert_eq!(read(ledger, "i1").await, Some(Invitation { closed: Some(closed), ..first }), "it stays closed");
}

async fn invitations_are_listed_newest_first(ledger: &dyn Ledger) {
    for (id, org, app, seconds) in [
        ("i2", "acme", "a", 2),
        ("i4", "acme", "a", 4),
        ("i1", "acme", "a", 1),
        ("i3", "acme", "a", 3),
        ("i5", "acme", "b", 5),
        ("i6", "globex", "a", 6),
    ] {
        ledger.put_invitation(&invitation(id, org, app, seconds)).await.expect("an invitation is written");
    }
    let (acme, a, b) = (org("acme"), app("a"), app("b"));
    for limit in [1, 2, 4, 10] {
        let listed = all(limit, |page| ledger.invitations(&acme, &a, page)).await;
        let ids: Vec<_> = listed.iter().map(|invitation| invitation.id.as_str()).collect();
        assert_eq!(ids, ["i4", "i3", "i2", "i1"], "{limit} a page");
    }
    for n in 0..5 {
        let twin = invitation(&format!("twin{n}"), "acme", "b", 5);
        ledger.put_invitation(&twin).await.expect("an invitation is written");
    }
    assert_eq!(
        all(2, |page| ledger.invitations(&acme, &b, page)).await.len(),
        6,
        "all invitations of one moment are listed"
    );

    let first = ledger.invitations(&acme, &a, PageRequest::first(1)).await.expect("invitations are listed");
    let page = |after: Option<Cursor>| PageRequest { after, limit: 1 };
    let elsewhere = ledger.invitations(&acme, &b, page(first.next)).await;
    assert!(matches!(elsewhere, Err(LedgerError::BadCursor)), "another app's cursor: {elsewhere:?}");
}

async fn an_invitation_is_closed_once(ledger: &dyn Ledger) {
    let open = invitation("i1", "acme", "a", 1);
    ledger.put_invitation(&open).await.expect("an invitation is written");
    let used_up = Closed { at: at(2), why: Closing::UsedUp };
    let revoked = Closed { at: at(3), why: Closing::Revoked };
    assert!(ledger.close_invitation(&open.id, used_up).await.expect("an invitation is closed"), "the first closes it");
    assert!(!ledger.close_invitation(&open.id, revoked).await.expect("closing is tried"), "the second finds it closed");
    let closed = Invitation { closed: Some(used_up), ..open };
    assert_eq!(read(ledger, "i1").await.as_ref(), Some(&closed), "the first reason stays");
    let listed = all(10, |page| ledger.invitations(&closed.org, &closed.app, page)).await;
    assert_eq!(listed, std::slice::from_ref(&closed), "the list shows it closed too");
    let unknown = ledger.close_invitation(&invitation_id("i2"), used_up).await.expect("closing is tried");
    assert!(!unknown && read(ledger, "i2").await.is_none(), "an unknown one is neither closed nor created");
}

async fn one_of_many_concurrent_closings_wins(ledger: &dyn Ledger) {
    let open = invitation("i1", "acme", "a", 1);
    ledger.put_invitation(&open).await.expect("an invitation is written");
    let closings = (2..).take(CALLERS).map(|seconds| Closed { at: at(seconds), why: Closing::Revoked });
    let tries = join_all(closings.map(async |closed| {
        let won = ledger.close_invitation(&open.id, closed).await.expect("closing is tried");
        won.then_some(closed)
    }));
    let winners: Vec<Closed> = tries.await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1, "one closes it");
    assert_eq!(
        read(ledger, "i1").await.and_then(|read| read.closed),
        Some(winners[0]),
        "the winner's closing is stored"
    );
}

async fn sessions_are_added_one_at_a_time(ledger: &dyn Ledger) {
    let read_once = invitation("i1", "acme", "a", 1);
    ledger.put_invitation(&read_once).await.expect("an invitation is written");
    let tries = (0..CALLERS).map(|n| {
        let (read_once, session) = (&read_once, session_id(&format!("s{n}")));
        async move { ledger.reserve_session(read_once, &session).await.expect("a session is added") }
    });
    let added = join_all(tries).await.into_iter().filter(|added| *added).count();
    assert_eq!(added, 1, "one of those who read the same record");
    let now = read(ledger, "i1").await.expect("it is there");
    assert_eq!(now.sessions.len(), 1);
    assert!(ledger.reserve_session(&now, &session_id("next")).await.expect("a session is added"));
    let closed = Closed { at: at(2), why: Closing::Revoked };
    assert!(ledger.close_invitation(&now.id, closed).await.expect("an invitation is closed"));
    let kept = read(ledger, "i1").await.expect("it is there");
    assert_eq!((kept.sessions.len(), kept.closed), (2, Some(closed)), "closing keeps the sessions");
}

async fn closed_invitation_takes_no_session(ledger: &dyn Ledger) {
    let open = invitation("i1", "acme", "a", 1);
    ledger.put_invitation(&open).await.expect("an invitation is written");
    let closed = Closed { at: at(2), why: Closing::Revoked };
    assert!(ledger.close_invitation(&open.id, closed).await.expect("an invitation is closed"));
    assert!(!ledger.reserve_session(&open, &session_id("s1")).await.expect("adding is tried"));
    let unknown = invitation("i2", "acme", "a", 1);
    assert!(!ledger.reserve_session(&unknown, &session_id("s1")).await.expect("adding is tried"));
}

async fn only_open_invitations_are_listed_as_open(ledger: &dyn Ledger) {
    let (acme, a) = (org("acme"), app("a"));
    for n in 1..=5 {
        let each = invitation(&format!("i{n}"), "acme", "a", n);
        ledger.put_invitation(&each).await.expect("an invitation is written");
        if n % 2 == 0 {
            let closed = Closed { at: at(9), why: Closing::Revoked };
            assert!(ledger.close_invitation(&each.id, closed).await.expect("an invitation is closed"));
        }
    }
    ledger.put_invitation(&invitation("i6", "acme", "b", 6)).await.expect("an invitation is written");
    let open = ledger.open_invitations(&acme, &a).await.expect("open invitations are listed");
    let mut ids: Vec<_> = open.iter().map(|invitation| invitation.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["i1", "i3", "i5"]);
}
