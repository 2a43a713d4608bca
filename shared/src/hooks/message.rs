//! The body of a hook call: Regrant's own JSON, or a message for Slack or Teams.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::HookKind;
use crate::domain::app::AppRecord;
use crate::domain::id::{NotificationId, RequestId};
use crate::domain::standing::Standing;

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

/// Builds the body of the call.
pub fn body(kind: HookKind, change: &StandingChange<'_>) -> Value {
    match kind {
        HookKind::Generic => generic(change),
        HookKind::Slack => json!({ "text": slack(&sentence(change)) }),
        HookKind::Teams => teams(change),
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
fn teams(change: &StandingChange<'_>) -> Value {
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
                    "inlines": [{ "type": "TextRun", "text": sentence(change) }]
                }]
            }
        }]
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;
    use crate::domain::app::{AppIdentity, ConsentRecord};
    use crate::domain::standing::Assessment;
    use crate::domain::text::UntrustedText;

    fn bodies(label: &str) -> [Value; 3] {
        let app = AppRecord {
            identity: AppIdentity {
                org: "00oInvented".parse().unwrap(),
                org_domain: "acme.okta.com".to_owned(),
                app: "0oaInvented".parse().unwrap(),
                label: UntrustedText::new(label),
                tenant: None,
                domain: None,
            },
            signals: Vec::new(),
            assessment: Assessment {
                standing: Standing::Broken,
                verified: false,
                reasons: vec!["Revoked.".to_owned()],
            },
            as_of: Timestamp::UNIX_EPOCH,
            last_known: None,
            since: None,
            before: None,
            request: None,
            consent: ConsentRecord::default(),
            assignment_counts: None,
            version: 0,
        };
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
