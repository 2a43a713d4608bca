//! Notices, one by one: written once, changed by one, read back as they were.

use std::sync::Arc;

use futures_util::future::join_all;

use super::{CALLERS, app, at, notice_kinds, org};
use crate::domain::contact::{Audience, MailAddress};
use crate::domain::id::{NoticeId, RequestId};
use crate::domain::notice::{About, Delivery, Notice, NoticeState, Recipient, WhyDropped};
use crate::ledger::Ledger;

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    a_notice_is_written_once(&*make().await).await;
    a_notice_is_known_by_its_request_and_id(&*make().await).await;
    of_many_who_write_a_notice_at_once_one_does(&*make().await).await;
    every_notice_comes_back_as_it_was_written(&*make().await).await;
    a_stale_notice_writes_nothing(&*make().await).await;
    of_many_who_change_a_notice_at_once_one_does(&*make().await).await;
    a_notice_that_is_settled_is_not_written_again(&*make().await).await;
}

pub(super) fn request(id: &str) -> RequestId {
    RequestId::try_from(id.to_owned()).expect("the test's own request id is an id")
}

pub(super) fn notice_id(id: &str) -> NoticeId {
    NoticeId::try_from(id.to_owned()).expect("the test's own notice id is an id")
}

pub(super) fn address(text: &str) -> MailAddress {
    text.parse().expect("the test's own address is an address")
}

/// An open notice of app `a`, due at `seconds` and not written yet.
pub(crate) fn notice(request_id: &str, id: &str, org_id: &str, seconds: i64) -> Notice {
    Notice {
        id: notice_id(id),
        request: request(request_id),
        org: org(org_id),
        app: Some(app("a")),
        about: About::Invitation,
        recipient: Recipient::Mail {
            address: address("Ada@contoso.example"),
            audience: Audience::MicrosoftAdministrator,
        },
        made_at: at(0),
        due_at: at(seconds),
        state: NoticeState::Open,
        delivery: None,
        version: 0,
    }
}

pub(super) async fn puts(ledger: &dyn Ledger, notice: &Notice) -> bool {
    ledger.put_notice(notice).await.expect("writing a notice is tried")
}

pub(super) async fn updates(ledger: &dyn Ledger, notice: &Notice) -> bool {
    ledger.update_notice(notice).await.expect("changing a notice is tried")
}

/// A notice as the ledger has it.
pub(super) async fn read(ledger: &dyn Ledger, like: &Notice) -> Option<Notice> {
    ledger.notice(&like.request, &like.id).await.expect("a notice is looked up")
}

fn sent(seconds: i64) -> NoticeState {
    NoticeState::Sent { at: at(seconds), carrier_id: format!("carrier-{seconds}") }
}

async fn a_notice_is_written_once(ledger: &dyn Ledger) {
    let first = notice("RG-A", "n1", "acme", 1);
    assert!(puts(ledger, &Notice { version: 7, ..first.clone() }).await, "nobody knew it");
    let kept = Notice { version: 1, ..first.clone() };
    assert_eq!(read(ledger, &first).await.as_ref(), Some(&kept), "a new one has version 1");
    for again in [&first, &Notice { state: sent(9), due_at: at(9), ..first.clone() }] {
        assert!(!puts(ledger, again).await, "it is known");
    }
    assert_eq!(read(ledger, &first).await, Some(kept), "and is as it was");
}

async fn a_notice_is_known_by_its_request_and_id(ledger: &dyn Ledger) {
    let all = [("RG-A", "n1"), ("RG-A", "n2"), ("RG-B", "n1")].map(|(request, id)| notice(request, id, "acme", 1));
    for (n, notice) in all.iter().enumerate() {
        assert_eq!(read(ledger, notice).await, None, "notice {n} is not there yet");
        assert!(puts(ledger, notice).await, "notice {n} is another one");
    }
    for notice in &all {
        let found = read(ledger, notice).await.map(|found| (found.request, found.id));
        assert_eq!(found, Some((notice.request.clone(), notice.id.clone())));
    }
}

async fn of_many_who_write_a_notice_at_once_one_does(ledger: &dyn Ledger) {
    let tries: Vec<_> = (1..).take(CALLERS).map(|seconds| notice("RG-A", "n1", "acme", seconds)).collect();
    let written = join_all(tries.iter().map(|notice| puts(ledger, notice))).await;
    let winners: Vec<_> = tries.iter().zip(written).filter_map(|(notice, won)| won.then_some(notice)).collect();
    assert_eq!(winners.len(), 1, "one writes it");
    let kept = read(ledger, &tries[0]).await.map(|read| read.due_at);
    assert_eq!(kept, Some(winners[0].due_at), "and what it wrote is kept");
}

async fn every_notice_comes_back_as_it_was_written(ledger: &dyn Ledger) {
    let plain = || notice("RG-A", "n1", "acme", 1);
    let mut all = Vec::new();
    for about in notice_kinds::abouts() {
        all.push(Notice { about: about.clone(), ..plain() });
        let recipient = Recipient::Hook { name: "B\u{fc}ro \"1\"\n\u{0}".to_owned() };
        all.push(Notice { about, recipient, app: None, ..plain() });
    }
    all.extend(notice_kinds::audiences().into_iter().map(|audience| {
        let recipient = Recipient::Mail { address: address("\"Ada L\"@contoso.example"), audience };
        Notice { recipient, ..plain() }
    }));
    all.extend(notice_kinds::states().into_iter().map(|state| Notice { state, ..plain() }));
    all.extend(notice_kinds::deliveries().into_iter().map(|delivery| {
        let delivery = Some(delivery);
        Notice { state: sent(1), delivery, ..plain() }
    }));
    for (n, notice) in all.into_iter().enumerate() {
        let notice = Notice { id: notice_id(&format!("n{n}")), ..notice };
        assert!(puts(ledger, &notice).await);
        let kept = Notice { version: 1, ..notice };
        assert_eq!(read(ledger, &kept).await.as_ref(), Some(&kept), "by its id");
        let listed = ledger.notices_of(&kept.request).await.expect("a request's notices are listed");
        assert!(listed.contains(&kept), "in the list of its request: {kept:?}");
    }
}

async fn a_stale_notice_writes_nothing(ledger: &dyn Ledger) {
    let first = notice("RG-A", "n1", "acme", 1);
    assert!(!updates(ledger, &Notice { version: 1, ..first.clone() }).await, "what is not there is not made");
    assert_eq!(read(ledger, &first).await, None);
    assert!(puts(ledger, &first).await);
    let sending = Notice { state: NoticeState::Sending { since: at(2), attempt: 1 }, version: 1, ..first.clone() };
    assert!(updates(ledger, &sending).await, "the version it was read with");
    let kept = Notice { version: 2, ..sending };
    assert_eq!(read(ledger, &first).await.as_ref(), Some(&kept), "the version counts up");
    for version in [0, 1, 3, i64::MAX.unsigned_abs(), u64::MAX] {
        let stale = Notice { state: sent(3), version, ..first.clone() };
        assert!(!updates(ledger, &stale).await, "version {version} is refused");
        assert_eq!(read(ledger, &first).await.as_ref(), Some(&kept), "version {version} wrote nothing");
    }
    let delivered = Notice { state: sent(3), delivery: Some(Delivery::Delivered { at: at(4) }), ..kept };
    assert!(updates(ledger, &delivered).await, "the new version");
    assert_eq!(read(ledger, &first).await, Some(Notice { version: 3, ..delivered }));
}

async fn of_many_who_change_a_notice_at_once_one_does(ledger: &dyn Ledger) {
    let first = notice("RG-A", "n1", "acme", 1);
    assert!(puts(ledger, &first).await);
    let states: Vec<_> =
        (1..).take(CALLERS).map(|seconds| NoticeState::Sending { since: at(seconds), attempt: 1 }).collect();
    let changed = join_all(
        states
            .iter()
            .map(async |state| updates(ledger, &Notice { state: state.clone(), version: 1, ..first.clone() }).await),
    )
    .await;
    let winners: Vec<_> = states.iter().zip(changed).filter_map(|(state, won)| won.then_some(state)).collect();
    assert_eq!(winners.len(), 1, "one takes it in hand");
    let kept = read(ledger, &first).await.map(|read| (read.state, read.version));
    assert_eq!(kept, Some((winners[0].clone(), 2)), "and what it wrote is kept");
}

async fn a_notice_that_is_settled_is_not_written_again(ledger: &dyn Ledger) {
    let dropped = NoticeState::Dropped { at: at(2), why: WhyDropped::Muted };
    for (id, state) in [("n1", sent(2)), ("n2", dropped)] {
        let first = notice("RG-A", id, "acme", 1);
        assert!(puts(ledger, &first).await);
        assert!(updates(ledger, &Notice { state, version: 1, ..first.clone() }).await);
        assert!(!puts(ledger, &first).await, "somebody would be told twice");
    }
}
