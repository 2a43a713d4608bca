//! The body of a hook call: Regrant's own JSON, or a message for Slack or Teams.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{HookKind, tickets};
use crate::domain::app::AppRecord;
use crate::domain::customer::CustomerName;
use crate::domain::id::{NotificationId, RequestId};
use crate::domain::standing::{Severity, Standing};
use crate::domain::text::UntrustedText;

/// A change of an app's standing.
#[derive(Debug, Clone, Copy)]
pub struct StandingChange<'a> {
    /// The notification; the same id for the same change.
    pub notification: &'a NotificationId,
    /// The request that its emails show.
    pub request: &'a RequestId,
    /// The app after the change.
    pub app: &'a AppRecord,
    /// The standing before.
    pub from: Standing,
    /// The standing after.
    pub to: Standing,
    /// When Regrant detected it.
    pub at: Timestamp,
}

/// An event of a request.
#[derive(Debug, Clone, Copy)]
pub struct RequestEvent<'a> {
    /// The notification; the same id for the same event.
    pub notification: &'a NotificationId,
    /// The request: the correlation key.
    pub request: &'a RequestId,
    /// The app.
    pub app: &'a AppRecord,
    /// The org's customer.
    pub customer: Option<&'a CustomerName>,
    /// What happened: `request.opened`, `request.changed` or `request.ended`.
    pub kind: &'static str,
    /// The standings before and after, if one changed.
    pub change: Option<(Standing, Standing)>,
    /// When.
    pub at: Timestamp,
}

/// Builds the body of a call about a request, for generic hooks.
pub fn request_body(event: &RequestEvent<'_>) -> Value {
    let (identity, standing) = (&event.app.identity, event.app.standing());
    json!({
        "type": event.kind,
        "timestamp": event.at,
        "data": {
            "notification": event.notification,
            "request": event.request,
            "customer": event.customer,
            "org": identity.org,
            "org_domain": identity.org_domain,
            "app": identity.app,
            "label": identity.label,
            "tenant": identity.tenant,
            "from": event.change.map(|(from, _)| from),
            "to": event.change.map(|(_, to)| to),
            "standing": standing,
            "severity": Severity::of(standing),
            "next_step": standing.next_step().words(),
            "reasons": event.app.assessment.reasons,
        }
    })
}

/// The text of a ticket: its title, its description, and the note for an event.
pub fn ticket_text(event: &RequestEvent<'_>) -> (String, String, String) {
    let (identity, standing) = (&event.app.identity, event.app.known_standing());
    let reasons = UntrustedText::new(event.app.assessment.reasons.join(" "));
    let title = format!("Office 365 provisioning: {} ({}): {standing}", identity.label, identity.org_domain);
    let customer = event.customer.map(|customer| format!("Customer: {customer}\n")).unwrap_or_default();
    let tenant = identity.tenant.as_ref().map(|tenant| format!("Tenant: {}\n", UntrustedText::new(tenant.as_str())));
    let description = format!(
        "Request: {}\n{customer}Okta org: {}\nApp: {} ({})\n{}Status: {standing}\n{reasons}\nNext step: {}\nRegrant comments on this ticket when the status changes, and closes it when the request ends.",
        event.request,
        identity.org_domain,
        identity.label,
        identity.app,
        tenant.unwrap_or_default(),
        standing.next_step().words(),
    );
    let note = match event.change {
        Some((from, to)) if from == to => reasons.to_string(),
        Some((from, to)) => format!("Status changed from {from} to {to} at {}.\n{reasons}", event.at),
        None => format!("Request {} ended at {} with status {}.", event.request, event.at, event.app.standing()),
    };
    (tickets::title(&title), description, note)
}

/// The body of a test call.
pub fn test_body(kind: HookKind, id: &NotificationId, at: Timestamp) -> Value {
    let text = "Test from Regrant. You do not need to do anything.";
    match kind {
        HookKind::Slack => json!({ "text": text }),
        HookKind::Teams => card(text),
        _ => json!({ "type": "test", "timestamp": at, "data": { "notification": id, "message": text } }),
    }
}

/// Builds the body of the call.
pub fn body(kind: HookKind, change: &StandingChange<'_>) -> Value {
    match kind {
        // Ticket systems receive no changes of a standing.
        HookKind::Generic | HookKind::Servicenow | HookKind::Jira => generic(change),
        HookKind::Slack => json!({ "text": slack(&sentence(change)) }),
        HookKind::Teams => card(&sentence(change)),
    }
}

fn generic(change: &StandingChange<'_>) -> Value {
    let identity = &change.app.identity;
    json!({
        "type": "app.standing.changed",
        "timestamp": change.at,
        "data": {
            "notification": change.notification,
            "request": change.request,
            "org": identity.org,
            "org_domain": identity.org_domain,
            "app": identity.app,
            "label": identity.label,
            "tenant": identity.tenant,
            "from": change.from,
            "to": change.to,
            "needs_action": change.to.needs_action(),
            "next_step": change.to.next_step().words(),
            "reasons": change.app.assessment.reasons,
        }
    })
}

fn sentence(change: &StandingChange<'_>) -> String {
    let identity = &change.app.identity;
    let reason = change.app.assessment.reasons.first().map(String::as_str).unwrap_or_default();
    format!(
        "{} ({}): {} \u{2192} {}. {} {} Request {}.",
        identity.label,
        identity.org_domain,
        change.from,
        change.to,
        reason,
        change.to.next_step().words(),
        change.request
    )
}

/// Escapes Slack's three control characters (Slack, "Formatting text for app surfaces"), so that a label cannot contain a
/// link or notify a channel.
fn slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// An Adaptive Card for a workflow (Microsoft Teams, "Create incoming webhooks with Workflows"). A `RichTextBlock` displays
/// text unchanged; a `TextBlock` would interpret Markdown.
fn card(text: &str) -> Value {
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": [{
                    "type": "RichTextBlock",
                    "inlines": [{ "type": "TextRun", "text": text }]
                }]
            }
        }]
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;
    use crate::testing::records::{app_identity, app_record};

    fn bodies(label: &str) -> [Value; 3] {
        let app = app_record(app_identity("acme", "0oaInvented", label), Standing::Broken);
        let change = StandingChange {
            notification: &"n1".parse().unwrap(),
            request: &"RG-A".parse().unwrap(),
            app: &app,
            from: Standing::Consented,
            to: Standing::Broken,
            at: Timestamp::UNIX_EPOCH,
        };
        [HookKind::Generic, HookKind::Slack, HookKind::Teams].map(|kind| body(kind, &change))
    }

    #[test]
    fn every_kind_shows_app_standings_and_request() {
        for body in bodies("Office 365") {
            let text = body.to_string();
            for part in ["Office 365", "consented", "broken", "RG-A", "acme.okta.com"] {
                assert!(text.contains(part), "{part} in {text}");
            }
        }
    }

    #[test]
    fn label_cannot_notify_a_channel_or_contain_a_link() {
        let [_, slack, teams] = bodies("<!channel> <https://evil.example|click> [click](https://evil.example)");
        let text = slack["text"].as_str().unwrap();
        assert!(!text.contains('<') && !text.contains('>'), "{text}");
        assert_eq!(teams["attachments"][0]["content"]["body"][0]["type"], "RichTextBlock");
    }
}
