//! Tests delivery reports for accepted emails.

use regrant::aws::ses_report::EmailReport;
use regrant::domain::contact::MailAddress;
use regrant::domain::notification::{Delivery, NotificationState, WhyDropped};
use regrant::domain::signal::SignalKind;
use regrant::mail::{NOTIFICATION_TAG, REQUEST_TAG};
use regrant::usecases::notify::delivery::record_delivery;
use serde_json::{Value, json};

use super::fixture::{ADA, BEA, NotifyFixture, WAITING, WEEK};

/// The SES report on the invitation to Ada, as delivered by EventBridge.
async fn report(fixture: &NotifyFixture, kind: &str, member: &str, data: Value) -> EmailReport {
    let invitations = fixture.notifications_about("invitation").await;
    let [ada, _] = invitations.as_slice() else { unreachable!("two invitations: {invitations:?}") };
    assert_eq!(ada.address().unwrap().as_str(), ADA);
    let tags = json!({ REQUEST_TAG: [ada.request], NOTIFICATION_TAG: [ada.id] });
    let mut detail = json!({ "eventType": kind, "mail": { "timestamp": "2026-03-02T09:00:30Z", "tags": tags } });
    detail[member] = data;
    EmailReport::read(&json!({ "source": "aws.ses", "detail": detail })).unwrap()
}

async fn recorded(fixture: &NotifyFixture, report: &EmailReport) {
    record_delivery(&fixture.bench.ports, &report.request, &report.notification, &report.delivery).await.unwrap();
}

fn bounce() -> Value {
    json!({
        "bounceType": "Permanent",
        "timestamp": "2026-03-02T09:01:00Z",
        "bouncedRecipients": [{ "diagnosticCode": "550 5.1.1 no such user" }],
    })
}

async fn is_suppressed(fixture: &NotifyFixture, reader: &str) -> bool {
    let address: MailAddress = reader.parse().unwrap();
    fixture.bench.ports.ledger.suppression(&address).await.unwrap().is_some()
}

#[tokio::test]
async fn hard_bounce_stops_emails_and_shows_at_app() {
    let fixture = NotifyFixture::settled().await;
    let bounced = report(&fixture, "Bounce", "bounce", bounce()).await;
    recorded(&fixture, &bounced).await;
    recorded(&fixture, &bounced).await;
    assert!(is_suppressed(&fixture, ADA).await && !is_suppressed(&fixture, BEA).await);

    fixture.scan().await;
    let app = fixture.bench.app(WAITING).await;
    let failed: Vec<&SignalKind> =
        app.signals.iter().map(|s| &s.kind).filter(|kind| matches!(kind, SignalKind::EmailFailed { .. })).collect();
    assert_eq!(failed.len(), 1, "reported twice, seen once: {failed:?}");
    let shown = format!("{:?}", app.assessment.reasons);
    assert!(shown.contains("no such user") && shown.contains(bounced.request.as_str()), "{shown}");
    assert!(!shown.contains(ADA), "a standing shows no addresses: {shown}");

    fixture.later(WEEK);
    fixture.scan().await;
    assert_eq!(fixture.told().await, [format!("reminder {BEA}")]);
    let reminders = fixture.notifications_about("reminder").await;
    assert!(
        matches!(reminders[0].state, NotificationState::Dropped { why: WhyDropped::Suppressed, .. }),
        "{reminders:?}"
    );
}

#[tokio::test]
async fn delivery_reports_in_any_order_keep_the_worst() {
    let fixture = NotifyFixture::settled().await;
    let bounced = report(&fixture, "Bounce", "bounce", bounce()).await;
    let delivered = report(&fixture, "Delivery", "delivery", json!({ "timestamp": "2026-03-02T09:00:40Z" })).await;
    for said in [&delivered, &bounced, &delivered] {
        recorded(&fixture, said).await;
    }
    let known =
        fixture.bench.ports.ledger.notification(&bounced.request, &bounced.notification).await.unwrap().unwrap();
    assert!(matches!(known.delivery, Some(Delivery::Bounced { permanent: true, .. })), "{known:?}");
    assert!(is_suppressed(&fixture, ADA).await);
}

#[tokio::test]
async fn delivered_email_suppresses_nothing() {
    let fixture = NotifyFixture::settled().await;
    let delivered = report(&fixture, "Delivery", "delivery", json!({ "timestamp": "2026-03-02T09:00:40Z" })).await;
    recorded(&fixture, &delivered).await;
    assert!(!is_suppressed(&fixture, ADA).await);
    fixture.later(WEEK);
    fixture.scan().await;
    assert_eq!(fixture.told().await, [format!("reminder {ADA}"), format!("reminder {BEA}")]);
}

#[tokio::test]
async fn complaint_stops_emails_to_reader() {
    let fixture = NotifyFixture::settled().await;
    let complained = report(&fixture, "Complaint", "complaint", json!({ "timestamp": "2026-03-02T10:00:00Z" })).await;
    recorded(&fixture, &complained).await;
    fixture.later(WEEK);
    fixture.scan().await;
    assert_eq!(fixture.told().await, [format!("reminder {BEA}")]);
}

#[tokio::test]
async fn report_on_unknown_email_changes_nothing() {
    let fixture = NotifyFixture::settled().await;
    let before = format!("{:?} {:?}", fixture.notifications().await, fixture.apps().await);
    let forged = EmailReport {
        request: "RG-AAAAA-AAAAA".parse().unwrap(),
        ..report(&fixture, "Bounce", "bounce", bounce()).await
    };
    recorded(&fixture, &forged).await;
    assert_eq!(format!("{:?} {:?}", fixture.notifications().await, fixture.apps().await), before);
    assert!(!is_suppressed(&fixture, ADA).await);
}
