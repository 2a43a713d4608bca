//! Hash chains of the audit trails, and digests.

use std::sync::Arc;

use futures_util::future::join_all;
use jiff::Timestamp;

use super::apps::puts;
use super::{CALLERS, all, app, at, found, org, profile, record, recorded};
use crate::domain::standing::Standing;
use crate::domain::trail::verify::Verifier;
use crate::domain::trail::{DIGEST_FORMAT, Digest, Hash, SignedDigest, SignedHead, TrailEntry, TrailHead};
use crate::ledger::Ledger;

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    events_form_a_chain(&*make().await).await;
    a_trail_continues_after_its_org_is_removed(&*make().await).await;
    concurrent_events_get_their_own_numbers(&*make().await).await;
    an_earlier_time_does_not_reorder_a_trail(&*make().await).await;
    heads_are_listed_by_last_growth(&*make().await).await;
    a_digest_is_written_once(&*make().await).await;
}

async fn trail(ledger: &dyn Ledger, limit: u32) -> Vec<TrailEntry> {
    let (org, app) = (org("acme"), app("a"));
    all(limit, |page| ledger.trail(&org, &app, page)).await
}

async fn heads(ledger: &dyn Ledger, since: Timestamp) -> Vec<TrailHead> {
    all(2, |page| ledger.trail_heads(since, page)).await
}

async fn appends(ledger: &dyn Ledger, org_id: &str, app_id: &str, seconds: i64) {
    let event = found(seconds, Standing::Broken);
    ledger.append_event(&org(org_id), &app(app_id), &event).await.expect("an event is appended");
}

/// Fails unless the trail is a complete chain of `number` events that its head ends.
async fn is_whole(ledger: &dyn Ledger, number: u64) {
    let entries = trail(ledger, 100).await;
    assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), (1..=number).collect::<Vec<_>>());
    let mut verifier = Verifier::default();
    for entry in &entries {
        verifier.entry(entry);
    }
    assert_eq!(verifier.finish(true, &std::collections::BTreeMap::default()).findings, [], "the chain is intact");
    let head = heads(ledger, Timestamp::MIN).await.into_iter().find(|head| head.org == org("acme"));
    let last = entries.last().map(|entry| (entry.number, entry.hash.clone()));
    assert_eq!(head.map(|head| (head.number, head.hash)), last, "the head is the last event");
}

async fn events_form_a_chain(ledger: &dyn Ledger) {
    assert!(trail(ledger, 10).await.is_empty() && heads(ledger, Timestamp::MIN).await.is_empty());
    let acme = record("acme", "a", "Office", Standing::Broken);
    let events = [found(1, Standing::Broken), found(1, Standing::Consented)];
    assert!(puts(ledger, &acme, &events).await);
    appends(ledger, "acme", "a", 2).await;
    assert!(puts(ledger, &recorded(acme.clone()), &[]).await, "a record alone adds nothing");
    assert!(!puts(ledger, &acme, &events).await, "a stale record adds nothing");
    is_whole(ledger, 3).await;
    let written: Vec<_> =
        trail(ledger, 1).await.iter().map(|entry| entry.app_event().expect("it reads back")).collect();
    assert_eq!(written, [events[0].clone(), events[1].clone(), found(2, Standing::Broken)]);
}

async fn a_trail_continues_after_its_org_is_removed(ledger: &dyn Ledger) {
    ledger.put_org(&profile("acme")).await.expect("an org is written");
    let acme = record("acme", "a", "Office", Standing::Broken);
    assert!(puts(ledger, &acme, &[found(1, Standing::Broken)]).await);
    ledger.remove_org(&org("acme")).await.expect("an org is removed");
    assert!(puts(ledger, &acme, &[found(2, Standing::Broken)]).await, "it is found again");
    is_whole(ledger, 2).await;
}

async fn concurrent_events_get_their_own_numbers(ledger: &dyn Ledger) {
    // Each transaction conflicts with all others.
    let callers = CALLERS / 8;
    join_all((0..).take(callers).map(|seconds| appends(ledger, "acme", "a", seconds))).await;
    is_whole(ledger, callers as u64).await;
}

async fn an_earlier_time_does_not_reorder_a_trail(ledger: &dyn Ledger) {
    for seconds in [5, 1, 3] {
        appends(ledger, "acme", "a", seconds).await;
    }
    is_whole(ledger, 3).await;
    let head = heads(ledger, at(5)).await;
    assert_eq!(head.len(), 1, "its head stays where the latest event put it");
}

async fn heads_are_listed_by_last_growth(ledger: &dyn Ledger) {
    for (org, app, seconds) in [("acme", "a", 1), ("acme", "b", 3), ("globex", "a", 2), ("acme", "a", 4)] {
        appends(ledger, org, app, seconds).await;
    }
    let listed = |heads: Vec<TrailHead>| -> Vec<String> {
        heads.iter().map(|head| format!("{}/{} {}", head.org, head.app, head.number)).collect()
    };
    assert_eq!(listed(heads(ledger, Timestamp::MIN).await), ["globex/a 1", "acme/b 1", "acme/a 2"]);
    assert_eq!(listed(heads(ledger, at(3)).await), ["acme/b 1", "acme/a 2"], "from that time on");
    assert!(heads(ledger, at(5)).await.is_empty());
}

fn digest(number: u64, previous: Hash) -> SignedDigest {
    let head = TrailHead { number: 7, ..TrailHead::empty(&org("acme"), &app("a")) };
    let heads = vec![SignedHead::from(&TrailHead { at: at(1), ..head })];
    let format = DIGEST_FORMAT.to_owned();
    let digest = Digest { format, number, made_at: at(2), previous, key: "k".to_owned(), heads };
    SignedDigest { digest, signature: "s".to_owned() }
}

async fn a_digest_is_written_once(ledger: &dyn Ledger) {
    assert_eq!(ledger.latest_digest().await.expect("the latest digest is read"), None);
    let writes = |digest: SignedDigest| async move { ledger.put_digest(&digest).await.expect("a digest is written") };
    let first = digest(1, Hash::none());
    let rest: Vec<_> = (2..=11).map(|number| digest(number, first.digest.hash())).collect();
    assert!(writes(first.clone()).await);
    for digest in &rest {
        assert!(writes(digest.clone()).await);
    }
    assert!(!writes(digest(1, Hash::of("other"))).await, "there is one with this number");
    assert_eq!(ledger.latest_digest().await.expect("the latest digest is read").as_ref(), rest.last());
    let wanted: Vec<_> = std::iter::once(first).chain(rest).collect();
    for limit in [1, 4, 100] {
        assert_eq!(all(limit, |page| ledger.digests(page)).await, wanted, "{limit} a page");
    }
}
