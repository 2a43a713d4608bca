//! Concurrent changes of apps: of two writers that read the same record, one succeeds and the other learns that it lost.

use std::sync::Arc;

use futures_util::future::join_all;

use super::apps::{listed, puts};
use super::{CALLERS, all, app, at, found, org, profile, record, recorded};
use crate::domain::app::AppRecord;
use crate::domain::event::AppEvent;
use crate::domain::standing::Standing;
use crate::ledger::{AppFilter, Ledger};

/// How many concurrent callers race for a transaction: each conflicts with all others.
const CALLERS_WITH_EVENTS: usize = 8;

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    a_stale_app_writes_neither_record_nor_events(&*make().await).await;
    a_read_app_has_the_version_for_the_next_write(&*make().await).await;
    one_of_many_concurrent_app_writes_wins(&*make().await, CALLERS, false).await;
    one_of_many_concurrent_app_writes_wins(&*make().await, CALLERS_WITH_EVENTS, true).await;
    a_stale_write_cannot_restore_a_removed_app(&*make().await).await;
}

async fn read(ledger: &dyn Ledger) -> Option<AppRecord> {
    ledger.app(&org("acme"), &app("a")).await.expect("an app is looked up")
}

async fn trail(ledger: &dyn Ledger) -> Vec<AppEvent> {
    let (org, app) = (org("acme"), app("a"));
    all(100, |page| ledger.events(&org, &app, page)).await
}

/// Tries to write a record alone and with an event; returns whether either was written.
async fn is_written(ledger: &dyn Ledger, app: &AppRecord) -> bool {
    puts(ledger, app, &[]).await || puts(ledger, app, &[found(9, Standing::Consented)]).await
}

async fn a_stale_app_writes_neither_record_nor_events(ledger: &dyn Ledger) {
    let first = record("acme", "a", "Office", Standing::Broken);
    assert!(!is_written(ledger, &AppRecord { version: 1, ..first.clone() }).await, "an unknown app is not created");
    assert_eq!((read(ledger).await, trail(ledger).await), (None, Vec::new()));

    let events = [found(1, Standing::Broken)];
    assert!(puts(ledger, &first, &events).await);
    let kept = AppRecord { last_known: None, ..recorded(first) };
    assert!(puts(ledger, &kept, &[]).await, "the version it was read with");
    let kept = recorded(kept);
    for version in [0, 1, 3, i64::MAX.unsigned_abs(), u64::MAX] {
        let stale = AppRecord { version, ..record("acme", "a", "Renamed", Standing::Consented) };
        assert!(!is_written(ledger, &stale).await, "version {version} is refused");
        assert_eq!(read(ledger).await.as_ref(), Some(&kept), "version {version} wrote nothing");
        assert_eq!(trail(ledger).await, events, "nor any event");
    }
    let consented = AppFilter { standing: Some(Standing::Consented), ..AppFilter::default() };
    assert!(listed(ledger, &consented).await.is_empty(), "and it is in no list");
}

async fn a_read_app_has_the_version_for_the_next_write(ledger: &dyn Ledger) {
    assert!(puts(ledger, &record("acme", "a", "Office", Standing::Broken), &[]).await);
    let news = [found(2, Standing::Broken)];
    for (version, events) in [(1, &news[..]), (2, &[]), (3, &news), (4, &[])] {
        let read = read(ledger).await.expect("it was written");
        assert_eq!(read.version, version);
        assert!(puts(ledger, &read, events).await, "with an event or without, in turn");
    }
    let any = AppFilter::default();
    let listed = all(10, |page| ledger.apps(&any, page)).await;
    assert_eq!(listed.first().map(|app| app.version), Some(5), "in a list too");
}

async fn one_of_many_concurrent_app_writes_wins(ledger: &dyn Ledger, callers: usize, with_events: bool) {
    for version in [0_u64, 1] {
        let before = trail(ledger).await.len();
        let tries: Vec<_> = (10..)
            .take(callers)
            .map(|seconds| AppRecord { as_of: at(seconds), version, ..record("acme", "a", "Office", Standing::Broken) })
            .collect();
        let events: Vec<_> = with_events.then(|| found(version.cast_signed(), Standing::Broken)).into_iter().collect();
        let written = join_all(tries.iter().map(|app| puts(ledger, app, &events))).await;
        let winners: Vec<_> = tries.into_iter().zip(written).filter_map(|(app, won)| won.then_some(app)).collect();
        assert_eq!(winners.len(), 1, "one writes it over version {version}");
        assert_eq!(read(ledger).await, winners.into_iter().next().map(recorded), "the winner's record is stored");
        assert_eq!(trail(ledger).await.len(), before + events.len(), "with only the winner's events");
    }
}

async fn a_stale_write_cannot_restore_a_removed_app(ledger: &dyn Ledger) {
    let events = [found(1, Standing::Broken)];
    let first = record("acme", "a", "Office", Standing::Broken);
    ledger.put_org(&profile("acme")).await.expect("an org is written");
    assert!(puts(ledger, &first, &events).await);
    ledger.remove_org(&org("acme")).await.expect("an org is removed");
    assert!(!is_written(ledger, &recorded(first.clone())).await, "an earlier reader does not know that it was removed");
    assert_eq!((read(ledger).await, trail(ledger).await), (None, events.to_vec()), "it stays gone");
    assert!(puts(ledger, &first, &[]).await, "an app that is found again is written");
    assert_eq!(read(ledger).await, Some(recorded(first)), "its version starts again");
}
