//! Apps that several change: of two who read the same record one writes it, and the other learns that it did not.

use std::sync::Arc;

use futures_util::future::join_all;

use super::apps::{listed, puts};
use super::{CALLERS, all, app, at, found, org, profile, record, recorded};
use crate::domain::app::AppRecord;
use crate::domain::event::AppEvent;
use crate::domain::standing::Standing;
use crate::ledger::{AppFilter, Ledger};

/// How many callers at once a write of several items is tried with: each is in the way of all others.
const CALLERS_WITH_EVENTS: usize = 8;

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    a_stale_record_writes_neither_itself_nor_its_events(&*make().await).await;
    what_is_read_has_the_version_to_write_next(&*make().await).await;
    of_many_who_record_an_app_at_once_one_does(&*make().await, CALLERS, false).await;
    of_many_who_record_an_app_at_once_one_does(&*make().await, CALLERS_WITH_EVENTS, true).await;
    an_app_of_a_removed_org_is_not_written_again(&*make().await).await;
}

async fn read(ledger: &dyn Ledger) -> Option<AppRecord> {
    ledger.app(&org("acme"), &app("a")).await.expect("an app is looked up")
}

async fn trail(ledger: &dyn Ledger) -> Vec<AppEvent> {
    let (org, app) = (org("acme"), app("a"));
    all(100, |page| ledger.events(&org, &app, page)).await
}

/// Writes a record alone and with an event, and says whether either was written.
async fn is_written(ledger: &dyn Ledger, app: &AppRecord) -> bool {
    puts(ledger, app, &[]).await || puts(ledger, app, &[found(9, Standing::Consented)]).await
}

async fn a_stale_record_writes_neither_itself_nor_its_events(ledger: &dyn Ledger) {
    let first = record("acme", "a", "Office", Standing::Broken);
    assert!(!is_written(ledger, &AppRecord { version: 1, ..first.clone() }).await, "what is not there is not made");
    assert_eq!((read(ledger).await, trail(ledger).await), (None, Vec::new()));

    let told = [found(1, Standing::Broken)];
    assert!(puts(ledger, &first, &told).await);
    let kept = AppRecord { last_known: None, ..recorded(first) };
    assert!(puts(ledger, &kept, &[]).await, "the version it was read with");
    let kept = recorded(kept);
    for version in [0, 1, 3, i64::MAX.unsigned_abs(), u64::MAX] {
        let stale = AppRecord { version, ..record("acme", "a", "Renamed", Standing::Consented) };
        assert!(!is_written(ledger, &stale).await, "version {version} is refused");
        assert_eq!(read(ledger).await.as_ref(), Some(&kept), "version {version} wrote nothing");
        assert_eq!(trail(ledger).await, told, "nor any event");
    }
    let consented = AppFilter { standing: Some(Standing::Consented), ..AppFilter::default() };
    assert!(listed(ledger, &consented).await.is_empty(), "nor into any list");
}

async fn what_is_read_has_the_version_to_write_next(ledger: &dyn Ledger) {
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

async fn of_many_who_record_an_app_at_once_one_does(ledger: &dyn Ledger, callers: usize, with_events: bool) {
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
        assert_eq!(read(ledger).await, winners.into_iter().next().map(recorded), "and what it wrote is kept");
        assert_eq!(trail(ledger).await.len(), before + events.len(), "with its own events alone");
    }
}

async fn an_app_of_a_removed_org_is_not_written_again(ledger: &dyn Ledger) {
    let told = [found(1, Standing::Broken)];
    let first = record("acme", "a", "Office", Standing::Broken);
    ledger.put_org(&profile("acme")).await.expect("an org is written");
    assert!(puts(ledger, &first, &told).await);
    ledger.remove_org(&org("acme")).await.expect("an org is removed");
    assert!(!is_written(ledger, &recorded(first.clone())).await, "whoever read it before knows nothing of that");
    assert_eq!((read(ledger).await, trail(ledger).await), (None, told.to_vec()), "it stays gone");
    assert!(puts(ledger, &first, &[]).await, "an app that is found anew is written");
    assert_eq!(read(ledger).await, Some(recorded(first)), "and counts from the beginning");
}
