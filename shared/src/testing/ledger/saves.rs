//! Save journals.

use std::sync::Arc;

use futures_util::future::join_all;

use super::{CALLERS, app, at, org};
use crate::domain::connection::{AuthScheme, ConnectionStatus};
use crate::domain::id::SaveId;
use crate::domain::save::{CodeDelivery, ConnectionReading, SaveJournal, SaveOutcome};
use crate::ledger::{Ledger, PageRequest};

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    a_begun_journal_is_returned(&*make().await).await;
    a_save_cannot_begin_while_one_is_unsettled(&*make().await).await;
    one_of_many_concurrent_saves_begins(&*make().await).await;
    unsettled_journals_are_listed_in_pages(&*make().await).await;
    a_stale_journal_writes_nothing(&*make().await).await;
    a_journal_of_an_earlier_save_is_not_written(&*make().await).await;
}

fn save_id(id: &str) -> SaveId {
    SaveId::try_from(id.to_owned()).expect("the test's own save id is an id")
}

/// A save that has just begun.
pub(crate) fn journal(id: &str, org_id: &str, app_id: &str) -> SaveJournal {
    SaveJournal {
        id: save_id(id),
        org: org(org_id),
        app: app(app_id),
        session: None,
        by: None,
        started_at: at(1),
        before: ConnectionReading { auth_scheme: AuthScheme::Oauth2, status: ConnectionStatus::Disabled },
        provisioning_was_on: false,
        is_authorized: true,
        code_delivery: CodeDelivery::Waiting,
        code_accepted_at: None,
        code: None,
        activated: false,
        outcome: None,
        settled: false,
        version: 0,
    }
}

async fn begins(ledger: &dyn Ledger, journal: &SaveJournal) -> bool {
    ledger.begin_save(journal).await.expect("beginning a save is tried")
}

async fn updates(ledger: &dyn Ledger, journal: &SaveJournal) -> bool {
    ledger.update_save(journal).await.expect("changing a save is tried")
}

/// The journal of app `a` of acme.
async fn read(ledger: &dyn Ledger) -> Option<SaveJournal> {
    ledger.save_journal(&org("acme"), &app("a")).await.expect("a journal is looked up")
}

async fn a_begun_journal_is_returned(ledger: &dyn Ledger) {
    let first = journal("s1", "acme", "a");
    assert!(begins(ledger, &SaveJournal { version: 7, ..first.clone() }).await);
    assert_eq!(read(ledger).await, Some(first), "a new one has version 0");
}

async fn a_save_cannot_begin_while_one_is_unsettled(ledger: &dyn Ledger) {
    let (first, second) = (journal("s1", "acme", "a"), journal("s2", "acme", "a"));
    assert!(begins(ledger, &first).await);
    for refused in [&second, &first] {
        assert!(!begins(ledger, refused).await, "one is in progress");
    }
    assert_eq!(read(ledger).await.as_ref(), Some(&first), "the save in progress is unchanged");
    for (org, app) in [("acme", "b"), ("globex", "a")] {
        assert!(begins(ledger, &journal("s3", org, app)).await, "a different app has its own");
    }
    assert!(updates(ledger, &SaveJournal { activated: true, ..first.clone() }).await);
    assert!(!begins(ledger, &second).await, "it is still in progress");
    let ended = SaveJournal { outcome: Some(SaveOutcome::NoConsent), version: 1, ..first };
    assert!(updates(ledger, &ended).await);
    assert!(!begins(ledger, &second).await, "it has ended but is not settled");
    assert!(updates(ledger, &SaveJournal { settled: true, version: 2, ..ended }).await);
    assert!(begins(ledger, &second).await, "the previous save is settled");
    assert_eq!(read(ledger).await, Some(second), "the new one is in its place, from version 0");
}

async fn one_of_many_concurrent_saves_begins(ledger: &dyn Ledger) {
    let journals: Vec<_> = (0..CALLERS).map(|n| journal(&format!("s{n}"), "acme", "a")).collect();
    let begun = join_all(journals.iter().map(|journal| begins(ledger, journal))).await;
    let winners: Vec<_> = journals.iter().zip(begun).filter_map(|(journal, won)| won.then_some(journal)).collect();
    assert_eq!(winners.len(), 1, "one is begun");
    assert_eq!(read(ledger).await.as_ref(), winners.first().copied(), "the winner's journal is stored");
}

async fn unsettled_journals_are_listed_in_pages(ledger: &dyn Ledger) {
    let all = [("s1", "acme", "a"), ("s2", "acme", "b"), ("s3", "globex", "a"), ("s4", "hooli", "a")];
    for (id, org, app) in all {
        assert!(begins(ledger, &journal(id, org, app)).await);
    }
    let ended = SaveJournal { outcome: Some(SaveOutcome::NoConsent), ..journal("s3", "globex", "a") };
    assert!(updates(ledger, &ended).await);
    let settled = SaveJournal { settled: true, ..journal("s2", "acme", "b") };
    assert!(updates(ledger, &settled).await);
    let (mut seen, mut request) = (Vec::new(), PageRequest::first(2));
    loop {
        let page = ledger.unsettled_saves(request).await.expect("unsettled saves are listed");
        seen.extend(page.items.into_iter().map(|journal| journal.id));
        let Some(after) = page.next else { break };
        request = PageRequest { after: Some(after), limit: 2 };
    }
    assert_eq!(seen, ["s1", "s3", "s4"].map(save_id));
}

async fn a_stale_journal_writes_nothing(ledger: &dyn Ledger) {
    let first = journal("s1", "acme", "a");
    assert!(!updates(ledger, &first).await && read(ledger).await.is_none(), "an unknown save is not created");
    assert!(begins(ledger, &first).await);
    let attempted = SaveJournal { code_delivery: CodeDelivery::Attempted, ..first.clone() };
    assert!(updates(ledger, &attempted).await, "the version it was read with");
    let kept = SaveJournal { version: 1, ..attempted };
    assert_eq!(read(ledger).await.as_ref(), Some(&kept), "the version counts up");
    for version in [0, 2, i64::MAX.unsigned_abs(), u64::MAX] {
        let stale = SaveJournal { code_delivery: CodeDelivery::Done, version, ..first.clone() };
        assert!(!updates(ledger, &stale).await, "version {version} is refused");
        assert_eq!(read(ledger).await.as_ref(), Some(&kept), "version {version} wrote nothing");
    }
}

async fn a_journal_of_an_earlier_save_is_not_written(ledger: &dyn Ledger) {
    let first = SaveJournal { settled: true, ..journal("s1", "acme", "a") };
    let second = journal("s2", "acme", "a");
    assert!(begins(ledger, &first).await && begins(ledger, &second).await);
    assert!(!updates(ledger, &first).await, "a later save replaced it, although the version is equal");
    assert_eq!(read(ledger).await, Some(second));
}
