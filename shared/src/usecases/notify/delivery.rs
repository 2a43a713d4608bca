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
use crate::usecases::records::optimistic::optimistic;

use super::NotifyError;

/// Records what a transport reported. Reports come in any order and more than once; one that says less than what is known
/// changes nothing. An address that an email bounced from for good, or whose owner complained, gets no more.
pub async fn record_delivery(
    ports: &Ports,
    request: &RequestId,
    id: &NotificationId,
    delivery: &Delivery,
) -> Result<(), NotifyError> {
    let recorded = optimistic(
        "record the delivery of an email",
        || ports.ledger.notification(request, id),
        |known: Option<Notification>| {
            let Some(known) = known else {
                tracing::warn!(%request, notification = %id, "a mail transport reported on an unknown email");
                return None;
            };
            let is_news = known.delivery.as_ref().is_none_or(|d| d != delivery && d.weight() <= delivery.weight());
            is_news.then(|| Notification { delivery: Some(delivery.clone()), ..known })
        },
        |notification: Notification| async move {
            // Before the report is recorded, so that a retry after a crash in between still suppresses the address.
            if let (true, Some(address)) = (delivery.suppresses_address(), notification.address()) {
                let reason = describe(delivery);
                ports.ledger.suppress(address, &Suppression { at: ports.clock.now(), reason }).await?;
            }
            ports.ledger.update_notification(&notification).await
        },
    );
    match recorded.await? {
        Some(notification) => record_on_app(ports, &notification, delivery).await,
        None => Ok(()),
    }
}

/// Records the report in the app's audit trail and, after a bounce or a complaint, in the app's signals.
async fn record_on_app(ports: &Ports, notification: &Notification, delivery: &Delivery) -> Result<(), NotifyError> {
    let Some(app) = &notification.app else { return Ok(()) };
    let kind = EventKind::EmailReported { notification: notification.id.clone(), delivery: delivery.clone() };
    record_event(ports, &notification.org, app, kind).await?;
    if !matches!(delivery, Delivery::Bounced { .. } | Delivery::Flagged { .. } | Delivery::Complained { .. }) {
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
        Delivery::Flagged { reason, .. } => reason.clone(),
        Delivery::Complained { .. } => "the recipient marked it as spam".to_owned(),
    }
}
