//! What the transport reports of an email after it took it.

use regrant::aws::ses_report::EmailReport;
use regrant::domain::contact::MailAddress;
use regrant::domain::notification::{Delivery, NotificationState, WhyDropped};
use regrant::domain::signal::SignalKind;
use regrant::mail::{NOTIFICATION_TAG, REQUEST_TAG};
use regrant::usecases::notify::delivery::record_delivery;
use serde_json::{Value, json};

use super::desk::{ADA, BEA, Desk, OLGA, WAITING, WEEK};

/// What SES reports of the invitation to Ada, as EventBridge brings it.
async fn report(desk: &Desk, kind: &str, member: &str, data: Value) -> EmailReport {
    let invitations = desk.notifications_about("invitation").await;
    let [ada, _] = invitations.as_slice() else { unreachable!("two invitations: {invitations:?}") };
    assert_eq!(ada.address().unwrap().as_str(), ADA);
    let tags = json!({ REQUEST_TAG: [ada.request], NOTIFICATION_TAG: [ada.id] });
    let mut detail = json!({ "eventType": kind, "mail": { "timestamp": "2026-03-02T09:00:30Z", "tags": tags } });
    detail[member] = data;
    EmailReport::read(&json!({ "source": "aws.ses", "detail": detail })).unwrap()
}

async fn recorded(desk: &Desk, report: &EmailReport) {
    record_delivery(&desk.bench.ports, &report.request, &report.notification, &report.delivery).await.unwrap();
}

fn bounce() -> Value {
    json!({
        "bounceType": "Permanent",
        "timestamp": "2026-03-02T09:01:00Z",
        "bouncedRecipients": [{ "diagnosticCode": "550 5.1.1 no such user" }],
    })
}

async fn is_suppressed(desk: &Desk, reader: &str) -> bool {
    let address: MailAddress = reader.parse().unwrap();
    desk.bench.ports.ledger.suppression(&address).await.unwrap().is_some()
}

#[tokio::test]
async fn a_email_that_bounces_for_good_is_the_last_to_its_address_and_shows_at_the_app() {
    let desk = Desk::settled().await;
    let bounced = report(&desk, "Bounce", "bounce", bounce()).await;
    recorded(&desk, &bounced).await;
    recorded(&desk, &bounced).await;
    assert!(is_suppressed(&desk, ADA).await && !is_suppressed(&desk, BEA).await);

    desk.scan().await;
    let app = desk.bench.app(WAITING).await;
    let failed: Vec<&SignalKind> =
        app.signals.iter().map(|s| &s.kind).filter(|kind| matches!(kind, SignalKind::EmailFailed { .. })).collect();
    assert_eq!(failed.len(), 1, "reported twice, seen once: {failed:?}");
    let shown = format!("{:?}", app.assessment.reasons);
    assert!(shown.contains("no such user") && shown.contains(bounced.request.as_str()), "{shown}");
    assert!(!shown.contains(ADA), "whoever reads standings need not read addresses: {shown}");

    desk.later(WEEK);
    desk.scan().await;
    assert_eq!(desk.told().await, [format!("digest {OLGA}"), format!("reminder {BEA}")]);
    let reminders = desk.notifications_about("reminder").await;
    assert!(
        matches!(reminders[0].state, NotificationState::Dropped { why: WhyDropped::Suppressed, .. }),
        "{reminders:?}"
    );
}

#[tokio::test]
async fn reports_in_any_order_leave_the_one_that_says_most() {
    let desk = Desk::settled().await;
    let bounced = report(&desk, "Bounce", "bounce", bounce()).await;
    let delivered = report(&desk, "Delivery", "delivery", json!({ "timestamp": "2026-03-02T09:00:40Z" })).await;
    for said in [&delivered, &bounced, &delivered] {
        recorded(&desk, said).await;
    }
    let known = desk.bench.ports.ledger.notification(&bounced.request, &bounced.notification).await.unwrap().unwrap();
    assert!(matches!(known.delivery, Some(Delivery::Bounced { permanent: true, .. })), "{known:?}");
    assert!(is_suppressed(&desk, ADA).await);
}

#[tokio::test]
async fn a_email_that_was_delivered_keeps_nothing_from_anybody() {
    let desk = Desk::settled().await;
    let delivered = report(&desk, "Delivery", "delivery", json!({ "timestamp": "2026-03-02T09:00:40Z" })).await;
    recorded(&desk, &delivered).await;
    assert!(!is_suppressed(&desk, ADA).await);
    desk.later(WEEK);
    desk.scan().await;
    assert_eq!(desk.told().await, [format!("digest {OLGA}"), format!("reminder {ADA}"), format!("reminder {BEA}")]);
}

#[tokio::test]
async fn a_reader_who_complains_gets_nothing_more() {
    let desk = Desk::settled().await;
    let complained = report(&desk, "Complaint", "complaint", json!({ "timestamp": "2026-03-02T10:00:00Z" })).await;
    recorded(&desk, &complained).await;
    desk.later(WEEK);
    desk.scan().await;
    assert_eq!(desk.told().await, [format!("digest {OLGA}"), format!("reminder {BEA}")]);
}

#[tokio::test]
async fn a_report_on_an_email_that_nobody_wrote_changes_nothing() {
    let desk = Desk::settled().await;
    let before = format!("{:?} {:?}", desk.notifications().await, desk.apps().await);
    let forged =
        EmailReport { request: "RG-AAAAA-AAAAA".parse().unwrap(), ..report(&desk, "Bounce", "bounce", bounce()).await };
    recorded(&desk, &forged).await;
    assert_eq!(format!("{:?} {:?}", desk.notifications().await, desk.apps().await), before);
    assert!(!is_suppressed(&desk, ADA).await);
}
