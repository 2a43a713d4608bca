//! Delivery reports of the mail transport: delivered, bounced, or marked as spam.

use crate::domain::event::EventKind;
use crate::domain::id::{NotificationId, RequestId};
use crate::domain::notification::{Delivery, Notification};
use crate::domain::signal::{Signal, SignalKind, Source};
use crate::ledger::Suppression;
use crate::metrics::{Metric, count};
use crate::usecases::Ports;
use crate::usecases::records::app::record_event;
use crate::usecases::records::app::update_app;

use super::NotifyError;

/// How many times recording is attempted when other workers write first.
const TRIES: u32 = 5;

/// Records a delivery report. Reports may arrive in any order and more than once; a report that is weaker than the recorded one
/// has no effect. After a hard bounce or a complaint, the address is suppressed and receives no further email.
pub async fn record_delivery(
    ports: &Ports,
    request: &RequestId,
    id: &NotificationId,
    delivery: &Delivery,
) -> Result<(), NotifyError> {
    for _ in 0..TRIES {
        let Some(notification) = ports.ledger.notification(request, id).await? else {
            tracing::warn!(%request, notification = %id, "received a delivery report for an unknown email");
            return Ok(());
        };
        if notification.delivery.as_ref().is_some_and(|known| known == delivery || known.weight() > delivery.weight()) {
            return Ok(());
        }
        if let (true, Some(address)) = (delivery.suppresses_address(), notification.address()) {
            let reason = describe(delivery);
            ports.ledger.suppress(address, &Suppression { at: ports.clock.now(), reason }).await?;
        }
        let known = Notification { delivery: Some(delivery.clone()), ..notification };
        if ports.ledger.update_notification(&known).await? {
            return record_on_app(ports, &known, delivery).await;
        }
    }
    Err(crate::ledger::LedgerError::Store {
        action: "record a delivery report",
        reason: "other writers changed the record at every attempt; try again".to_owned(),
    }
    .into())
}

/// Records the report in the app's audit trail and, after a bounce or a complaint, in the app's signals.
async fn record_on_app(ports: &Ports, notification: &Notification, delivery: &Delivery) -> Result<(), NotifyError> {
    let Some(app) = &notification.app else { return Ok(()) };
    let kind = EventKind::EmailReported { notification: notification.id.clone(), delivery: delivery.clone() };
    record_event(ports, &notification.org, app, kind).await?;
    if !matches!(delivery, Delivery::Bounced { .. } | Delivery::Complained { .. }) {
        return Ok(());
    }
    count(Metric::EmailsFailed);
    let failed = SignalKind::EmailFailed { request: notification.request.to_string(), what: describe(delivery) };
    update_app(ports, &notification.org, app, |known, now| {
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

fn describe(delivery: &Delivery) -> String {
    match delivery {
        Delivery::Accepted { .. } => "the mail transport accepted it".to_owned(),
        Delivery::Delivered { .. } => "it was delivered".to_owned(),
        Delivery::Bounced { permanent: true, reason, .. } => format!("hard bounce: {reason}"),
        Delivery::Bounced { reason, .. } => format!("soft bounce: {reason}"),
        Delivery::Complained { .. } => "the recipient marked it as spam".to_owned(),
    }
}
