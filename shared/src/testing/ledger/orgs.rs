//! Orgs, and the removal of everything that belongs to them.

use std::sync::Arc;

use super::apps::{self, listed};
use super::invitations::{invitation, invitation_id};
use super::notifications::{self, notification};
use super::saves::journal;
use super::sessions::{session, session_id};
use super::waivers::{self, waiver};
use super::{all, app, at, found, org, profile, record, watches};
use crate::domain::app::AppRecord;
use crate::domain::id::Sha256Digest;
use crate::domain::invitation::{Closed, Closing, InvitationState};
use crate::domain::org::CredentialKind;
use crate::domain::session::NotConsumed;
use crate::domain::standing::Standing;
use crate::ledger::{AppFilter, Ledger, PageRequest};

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    the_last_written_org_is_returned(&*make().await).await;
    an_org_and_its_app_are_read_together(&*make().await).await;
    orgs_are_listed_by_id(&*make().await).await;
    removing_an_org_keeps_events_and_other_orgs(&*make().await).await;
    a_removed_org_has_no_open_invitations_or_sessions(&*make().await).await;
    a_removed_org_keeps_only_its_notifications(&*make().await).await;
    page_limits_are_clamped(&*make().await).await;
}

async fn the_last_written_org_is_returned(ledger: &dyn Ledger) {
    let mut acme = profile("acme");
    ledger.put_org(&acme).await.expect("an org is written");
    assert_eq!(ledger.org(&acme.id).await.expect("an org is read").as_ref(), Some(&acme));
    acme.credential = CredentialKind::ApiToken;
    ledger.put_org(&acme).await.expect("an org is written again");
    assert_eq!(ledger.org(&acme.id).await.expect("an org is read"), Some(acme));
}

async fn an_org_and_its_app_are_read_together(ledger: &dyn Ledger) {
    let both =
        async |org_id: &str, app_id: &str| ledger.org_and_app(&org(org_id), &app(app_id)).await.expect("both are read");
    let (acme, office) = (profile("acme"), record("acme", "a", "Office", Standing::Broken));
    assert_eq!(both("acme", "a").await, (None, None), "nothing is stored");
    ledger.put_org(&acme).await.expect("an org is written");
    assert_eq!(both("acme", "a").await, (Some(acme.clone()), None), "an org without the app");
    assert!(apps::puts(ledger, &office, &[]).await);
    assert!(apps::puts(ledger, &record("globex", "a", "Office", Standing::Unknown), &[]).await);
    let kept = ledger.app(&acme.id, &app("a")).await.expect("an app is read");
    assert_eq!(kept.as_ref().map(AppRecord::standing), Some(Standing::Broken));
    assert_eq!(both("acme", "a").await, (Some(acme), kept), "both, as when read separately");
    let (missing, other) = both("globex", "a").await;
    assert_eq!(
        (missing, other.as_ref().map(AppRecord::standing)),
        (None, Some(Standing::Unknown)),
        "an app without its org"
    );
}

async fn orgs_are_listed_by_id(ledger: &dyn Ledger) {
    for id in ["c", "a", "e", "B", "d"] {
        ledger.put_org(&profile(id)).await.expect("an org is written");
    }
    for limit in [1, 2, 5, 6] {
        let ids: Vec<_> = all(limit, |page| ledger.orgs(page)).await.iter().map(|o| o.id.to_string()).collect();
        assert_eq!(ids, ["B", "a", "c", "d", "e"], "{limit} a page");
    }
}

async fn removing_an_org_keeps_events_and_other_orgs(ledger: &dyn Ledger) {
    for id in ["acme", "globex"] {
        ledger.put_org(&profile(id)).await.expect("an org is written");
        let app = record(id, "a", "Office", Standing::Broken);
        assert!(apps::puts(ledger, &app, &[found(1, Standing::Broken)]).await);
    }
    ledger.remove_org(&org("acme")).await.expect("an org is removed");
    assert_eq!(ledger.org(&org("acme")).await.expect("an org is looked up"), None, "the profile is gone");
    assert_eq!(ledger.app(&org("acme"), &app("a")).await.expect("an app is looked up"), None, "its app is gone");
    assert_eq!(listed(ledger, &AppFilter::default()).await, ["globex/a"], "the other org's app is there");
    let trail = ledger.events(&org("acme"), &app("a"), PageRequest::first(10)).await.expect("events are listed");
    assert_eq!(trail.items, [found(1, Standing::Broken)], "the audit trail stays");
}

async fn a_removed_org_has_no_open_invitations_or_sessions(ledger: &dyn Ledger) {
    for (org, open, used, state) in [("acme", "i1", "i2", "s-acme"), ("globex", "i3", "i4", "s-globex")] {
        ledger.put_org(&profile(org)).await.expect("an org is written");
        for id in [open, used] {
            ledger.put_invitation(&invitation(id, org, "a", 1)).await.expect("an invitation is written");
        }
        let closed = Closed { at: at(2), why: Closing::UsedUp };
        assert!(ledger.close_invitation(&invitation_id(used), closed).await.expect("an invitation is closed"));
        ledger.open_session(&session(org, org, state, 3)).await.expect("a session is opened");
        assert!(ledger.begin_save(&journal(org, org, "a")).await.expect("a save begins"));
    }
    let under_way = ledger.session(&session_id("acme")).await.expect("a session is read").expect("it is there");
    ledger.remove_org(&org("acme")).await.expect("an org is removed");

    // Long before any of them expires, so that only closing changes their state.
    let mut states = Vec::new();
    for id in ["i1", "i2", "i3", "i4"] {
        let read = ledger.invitation(&invitation_id(id)).await.expect("an invitation is read");
        states.push(read.expect("every invitation stays").state(at(4)));
    }
    let wanted = [InvitationState::Revoked, InvitationState::UsedUp, InvitationState::Open, InvitationState::UsedUp];
    assert_eq!(states, wanted, "open links of the removed org are revoked, the others are unchanged");
    for (org, state, there) in [("acme", "s-acme", false), ("globex", "s-globex", true)] {
        let by_id = ledger.session(&session_id(org)).await.expect("a session is looked up");
        let by_state = ledger.session_by_state(&Sha256Digest::of(state)).await.expect("a session is looked up");
        assert_eq!((by_id.is_some(), by_state.is_some()), (there, there), "the session of {org}");
    }
    let consumed = ledger.consume_sign_in(&under_way, at(4)).await.expect("a callback is answered");
    assert_eq!(consumed, Err(NotConsumed::Unknown), "a callback in progress finds no session");
    let kept = ledger.save_journal(&org("acme"), &app("a")).await.expect("a journal is read");
    assert_eq!(kept, Some(journal("acme", "acme", "a")), "the record of writes to Okta stays");
}

async fn a_removed_org_keeps_only_its_notifications(ledger: &dyn Ledger) {
    for id in ["acme", "globex"] {
        ledger.put_org(&profile(id)).await.expect("an org is written");
        for app in ["a", "b"] {
            ledger.put_waiver(&waiver(id, app)).await.expect("a waiver is written");
        }
        assert!(watches::puts(ledger, &watches::watch(id)).await);
        assert!(notifications::puts(ledger, &notification("RG-A", id, id, 1)).await);
    }
    ledger.remove_org(&org("acme")).await.expect("an org is removed");
    for (id, stays) in [("acme", false), ("globex", true)] {
        for app in ["a", "b"] {
            let there = waivers::read(ledger, id, app).await.is_some();
            assert_eq!(there, stays, "the waiver of app {app} of {id}, which another of its name would have");
        }
        assert_eq!(watches::read(ledger, id).await.is_some(), stays, "the watch of {id}");
        let kept = notifications::read(ledger, &notification("RG-A", id, id, 1)).await;
        assert!(kept.is_some_and(|notification| !notification.is_settled()), "the notification stays unchanged");
    }
}

async fn page_limits_are_clamped(ledger: &dyn Ledger) {
    for id in ["a", "b"] {
        ledger.put_org(&profile(id)).await.expect("an org is written");
    }
    let none = ledger.orgs(PageRequest::first(0)).await.expect("a page of none is read");
    assert_eq!((none.items.len(), none.next.is_some()), (1, true), "a limit of 0 counts as 1");
    let many = ledger.orgs(PageRequest::first(u32::MAX)).await.expect("a page of very many is read");
    assert_eq!((many.items.len(), many.next), (2, None), "a large limit returns all");
}
