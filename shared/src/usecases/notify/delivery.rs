//! What a carrier reports of a letter after it took it: delivered, bounced, called unwanted.

use crate::counted::{Counted, count};
use crate::domain::event::EventKind;
use crate::domain::id::{NoticeId, RequestId};
use crate::domain::notice::{Delivery, Notice};
use crate::domain::signal::{Signal, SignalKind, Source};
use crate::ledger::Suppression;
use crate::usecases::Ports;
use crate::usecases::records::app::change;
use crate::usecases::records::app::record_event;

use super::NotifyError;

/// How often a report is written again where somebody else changed the notice first.
const TRIES: u32 = 5;

/// Records what a carrier reported. Reports come in any order and more than once; one that says less than what is known
/// changes nothing. An address that a letter bounced from for good, or whose owner complained, gets no more.
pub async fn record_delivery(
    ports: &Ports,
    request: &RequestId,
    id: &NoticeId,
    delivery: &Delivery,
) -> Result<(), NotifyError> {
    for _ in 0..TRIES {
        let Some(notice) = ports.ledger.notice(request, id).await? else {
            tracing::warn!(%request, notice = %id, "a carrier reported on a letter that is not known");
            return Ok(());
        };
        if notice.delivery.as_ref().is_some_and(|known| known == delivery || known.weight() > delivery.weight()) {
            return Ok(());
        }
        if let (true, Some(address)) = (delivery.ends_the_address(), notice.address()) {
            let reason = words(delivery);
            ports.ledger.suppress(address, &Suppression { at: ports.clock.now(), reason }).await?;
        }
        let known = Notice { delivery: Some(delivery.clone()), ..notice };
        if ports.ledger.update_notice(&known).await? {
            return tell(ports, &known, delivery).await;
        }
    }
    Err(crate::ledger::LedgerError::Store {
        action: "record what became of a letter",
        reason: "somebody else changed the notice at every try; it is tried again".to_owned(),
    }
    .into())
}

/// Into the audit trail, and where the letter did not reach its reader into the app's signals.
async fn tell(ports: &Ports, notice: &Notice, delivery: &Delivery) -> Result<(), NotifyError> {
    let Some(app) = &notice.app else { return Ok(()) };
    let kind = EventKind::LetterReported { notice: notice.id.clone(), delivery: delivery.clone() };
    record_event(ports, &notice.org, app, kind).await?;
    if !matches!(delivery, Delivery::Bounced { .. } | Delivery::Complained { .. }) {
        return Ok(());
    }
    count(Counted::LettersFailed);
    let failed = SignalKind::LetterFailed { request: notice.request.to_string(), what: words(delivery) };
    change(ports, &notice.org, app, |known, now| {
        let mut record = known?.clone();
        if record.signals.iter().any(|signal| signal.kind == failed) {
            return None;
        }
        record.signals.push(Signal { seen_at: now, source: Source::Regrant, kind: failed.clone() });
        Some((record, Vec::new()))
    })
    .await?;
    Ok(())
}

fn words(delivery: &Delivery) -> String {
    match delivery {
        Delivery::Accepted { .. } => "the carrier took it".to_owned(),
        Delivery::Delivered { .. } => "it was delivered".to_owned(),
        Delivery::Bounced { permanent: true, reason, .. } => format!("it bounced for good: {reason}"),
        Delivery::Bounced { reason, .. } => format!("it bounced: {reason}"),
        Delivery::Complained { .. } => "its reader called it unwanted".to_owned(),
    }
}
