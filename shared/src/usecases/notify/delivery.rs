//! What a transport reports of an email after it took it: delivered, bounced, called unwanted.

use crate::domain::event::EventKind;
use crate::domain::id::{NotificationId, RequestId};
use crate::domain::notification::{Delivery, Notification};
use crate::domain::signal::{Signal, SignalKind, Source};
use crate::ledger::Suppression;
use crate::metrics::{Metric, count};
use crate::usecases::Ports;
use crate::usecases::records::app::change;
use crate::usecases::records::app::record_event;

use super::NotifyError;

/// How often a report is written again where somebody else changed the notification first.
const TRIES: u32 = 5;

/// Records what a transport reported. Reports come in any order and more than once; one that says less than what is known
/// changes nothing. An address that an email bounced from for good, or whose owner complained, gets no more.
pub async fn record_delivery(
    ports: &Ports,
    request: &RequestId,
    id: &NotificationId,
    delivery: &Delivery,
) -> Result<(), NotifyError> {
    for _ in 0..TRIES {
        let Some(notification) = ports.ledger.notification(request, id).await? else {
            tracing::warn!(%request, notification = %id, "a transport reported on an email that is not known");
            return Ok(());
        };
        if notification.delivery.as_ref().is_some_and(|known| known == delivery || known.weight() > delivery.weight()) {
            return Ok(());
        }
        if let (true, Some(address)) = (delivery.suppresses_address(), notification.address()) {
            let reason = words(delivery);
            ports.ledger.suppress(address, &Suppression { at: ports.clock.now(), reason }).await?;
        }
        let known = Notification { delivery: Some(delivery.clone()), ..notification };
        if ports.ledger.update_notification(&known).await? {
            return tell(ports, &known, delivery).await;
        }
    }
    Err(crate::ledger::LedgerError::Store {
        action: "record what became of an email",
        reason: "somebody else changed the notification at every try; it is tried again".to_owned(),
    }
    .into())
}

/// Into the audit trail, and where the email did not reach its reader into the app's signals.
async fn tell(ports: &Ports, notification: &Notification, delivery: &Delivery) -> Result<(), NotifyError> {
    let Some(app) = &notification.app else { return Ok(()) };
    let kind = EventKind::EmailReported { notification: notification.id.clone(), delivery: delivery.clone() };
    record_event(ports, &notification.org, app, kind).await?;
    if !matches!(delivery, Delivery::Bounced { .. } | Delivery::Complained { .. }) {
        return Ok(());
    }
    count(Metric::EmailsFailed);
    let failed = SignalKind::EmailFailed { request: notification.request.to_string(), what: words(delivery) };
    change(ports, &notification.org, app, |known, now| {
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
        Delivery::Accepted { .. } => "the transport took it".to_owned(),
        Delivery::Delivered { .. } => "it was delivered".to_owned(),
        Delivery::Bounced { permanent: true, reason, .. } => format!("it bounced for good: {reason}"),
        Delivery::Bounced { reason, .. } => format!("it bounced: {reason}"),
        Delivery::Complained { .. } => "its reader called it unwanted".to_owned(),
    }
}
