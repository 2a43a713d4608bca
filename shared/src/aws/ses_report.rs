//! Reports of Amazon SES about emails it accepted, as EventBridge delivers them (Amazon SES developer guide, "Monitoring SES
//! events using Amazon EventBridge"): source `aws.ses`, the event's kind and data in `detail`. Best effort, in any order.

use jiff::Timestamp;
use serde_json::Value;

use crate::domain::id::{NotificationId, RequestId};
use crate::domain::notification::Delivery;
use crate::domain::text::UntrustedText;
use crate::mail::{NOTIFICATION_TAG, REQUEST_TAG};

/// The longest reason to keep, in characters.
const MAX_REASON_CHARS: usize = 300;

/// A report about one email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailReport {
    /// The request that the email belongs to.
    pub request: RequestId,
    /// The notification.
    pub notification: NotificationId,
    /// What happened to the email.
    pub delivery: Delivery,
}

impl EmailReport {
    /// Parses an EventBridge event. `None` if the email is not ours, or the event's kind is irrelevant.
    pub fn read(event: &Value) -> Option<Self> {
        let detail = event.get("detail")?;
        let tag = |name: &str| detail.pointer(&format!("/mail/tags/{name}/0")).and_then(Value::as_str);
        let request = tag(REQUEST_TAG)?.parse().ok()?;
        let notification = tag(NOTIFICATION_TAG)?.parse().ok()?;
        let time =
            |place: &str| detail.pointer(place).and_then(Value::as_str).and_then(|at| at.parse::<Timestamp>().ok());
        let sent_at = || time("/mail/timestamp").unwrap_or(Timestamp::UNIX_EPOCH);
        let delivery = match detail.get("eventType").and_then(Value::as_str)? {
            "Send" => Delivery::Accepted { at: sent_at() },
            "Delivery" => Delivery::Delivered { at: time("/delivery/timestamp").unwrap_or_else(sent_at) },
            "Bounce" => Delivery::Bounced {
                at: time("/bounce/timestamp").unwrap_or_else(sent_at),
                permanent: detail.pointer("/bounce/bounceType").and_then(Value::as_str) == Some("Permanent"),
                reason: reason(detail.pointer("/bounce/bouncedRecipients/0/diagnosticCode")),
            },
            "Complaint" => complaint(detail, time("/complaint/timestamp").unwrap_or_else(sent_at))?,
            "Reject" => {
                Delivery::Bounced { at: sent_at(), permanent: false, reason: reason(detail.pointer("/reject/reason")) }
            }
            _ => return None,
        };
        Some(Self { request, notification, delivery })
    }
}

/// What a feedback report means (SES developer guide, "Complaint object"; RFC 5965 section 7.3, RFC 6430). Only a person who
/// does not want the email stops further ones. `None` if the report says the opposite of a complaint.
fn complaint(detail: &Value, at: Timestamp) -> Option<Delivery> {
    let kind = detail.pointer("/complaint/complaintFeedbackType").and_then(Value::as_str);
    let kind = kind.map(|kind| kind.trim().to_ascii_lowercase());
    let flagged = |reason: &str| Some(Delivery::Flagged { at, reason: reason.to_owned() });
    match kind.as_deref() {
        Some("not-spam") => None,
        Some("auth-failure") => flagged(
            "the recipient's server could not authenticate the email; check SPF, DKIM and DMARC of the sender's domain",
        ),
        Some("virus") => flagged("the recipient's server reports a virus in the email"),
        // `abuse`, `fraud`, `other`, none, and types that SES adds: the recipient complained, and going on would cost the
        // sender's reputation.
        _ => Some(Delivery::Complained { at }),
    }
}

/// The reason from the recipient's server, escaped and shortened: anyone may have written it.
fn reason(said: Option<&Value>) -> String {
    let said = said.and_then(Value::as_str).unwrap_or("no reason was given");
    UntrustedText::new(said.chars().take(MAX_REASON_CHARS).collect::<String>()).to_string()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(kind: &str, name: &str, data: &Value) -> Value {
        let tags = json!({ REQUEST_TAG: ["RG-A"], NOTIFICATION_TAG: ["n1"], "ses:operation": ["SendEmail"] });
        json!({
            "source": "aws.ses", "detail-type": "invented",
            "detail": { "eventType": kind, "mail": { "timestamp": "2026-03-01T09:00:00.000Z", "tags": tags }, name: data }
        })
    }

    fn read(kind: &str, name: &str, data: &Value) -> Option<Delivery> {
        EmailReport::read(&event(kind, name, data)).map(|report| report.delivery)
    }

    #[test]
    fn parses_each_kind_of_report() {
        let at = "2026-03-01T09:00:00Z".parse().unwrap();
        assert_eq!(read("Send", "send", &json!({})), Some(Delivery::Accepted { at }));
        let later = "2026-03-01T09:00:05Z".parse().unwrap();
        let delivered = read("Delivery", "delivery", &json!({"timestamp": "2026-03-01T09:00:05Z"}));
        assert_eq!(delivered, Some(Delivery::Delivered { at: later }));
        let bounce =
            json!({"bounceType": "Permanent", "bouncedRecipients": [{"diagnosticCode": "550 no\r\n such user"}]});
        let Some(Delivery::Bounced { permanent: true, reason, .. }) = read("Bounce", "bounce", &bounce) else {
            unreachable!("a bounce was read as something else")
        };
        assert_eq!(reason, "550 no\\u{d}\\u{a} such user");
        assert_eq!(read("Complaint", "complaint", &json!({})), Some(Delivery::Complained { at }));
        assert_eq!(read("Open", "open", &json!({})), None, "Regrant does not track opens");
    }

    #[test]
    fn only_unwanted_email_is_a_complaint() {
        let read = |kind: Value| {
            let data = json!({ "complaintFeedbackType": kind, "timestamp": "2026-03-01T10:00:00Z" });
            read("Complaint", "complaint", &data)
        };
        for kind in [json!("abuse"), json!("fraud"), json!("other"), json!("a-new-one"), json!(null), json!(7)] {
            let found = read(kind.clone());
            assert!(matches!(found, Some(Delivery::Complained { .. })), "{kind}: {found:?}");
        }
        for kind in ["not-spam", "Not-Spam", " not-spam\r\n"] {
            assert_eq!(read(json!(kind)), None, "its reader wants the email");
        }
        for kind in ["auth-failure", "virus", "Auth-Failure"] {
            let found = read(json!(kind)).unwrap();
            assert!(matches!(found, Delivery::Flagged { .. }) && !found.suppresses_address(), "{kind}: {found:?}");
        }
    }

    #[test]
    fn only_a_permanent_bounce_is_permanent() {
        for (kind, is_permanent) in [("Permanent", true), ("Transient", false), ("Undetermined", false), ("New", false)]
        {
            let data = json!({ "bounceType": kind, "bouncedRecipients": [{"diagnosticCode": "smtp; 450 4.2.2"}] });
            let found = read("Bounce", "bounce", &data);
            assert!(matches!(found, Some(Delivery::Bounced { permanent, .. }) if permanent == is_permanent), "{kind}");
        }
        assert_eq!(read("DeliveryDelay", "deliveryDelay", &json!({})), None, "the email is still on its way");
    }

    #[test]
    fn ignores_reports_on_foreign_emails() {
        let mut other = event("Send", "send", &json!({}));
        other["detail"]["mail"]["tags"] = json!({});
        assert_eq!(EmailReport::read(&other), None);
        assert_eq!(EmailReport::read(&json!({"source": "aws.ses"})), None);
    }
}
