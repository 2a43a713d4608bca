//! What a hook is told: our own JSON, or what Slack and Teams show.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::HookKind;
use crate::domain::app::AppRecord;
use crate::domain::id::{NotificationId, RequestId};
use crate::domain::standing::Standing;

/// That an app stands elsewhere than before.
#[derive(Debug, Clone, Copy)]
pub struct StandingChange<'a> {
    /// The notification: the same for the same change.
    pub notification: &'a NotificationId,
    /// The request that emails about it name.
    pub request: &'a RequestId,
    /// The app as it is now.
    pub app: &'a AppRecord,
    /// Where it stood.
    pub from: Standing,
    /// Where it stood then.
    pub to: Standing,
    /// When that was found.
    pub at: Timestamp,
}

/// The body of the call.
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

/// Slack's three control characters are written out (Slack, "Formatting text for app surfaces"), so that no label makes a
/// link or calls a channel.
fn slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// An Adaptive Card, as workflows take it (Microsoft Teams, "Create incoming webhooks with Workflows"). `RichTextBlock`
/// shows text as it is; a `TextBlock` would read Markdown in it.
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
            reach: None,
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
    fn every_kind_names_the_app_both_standings_and_the_request() {
        for body in bodies("Office 365") {
            let text = body.to_string();
            for part in ["Office 365", "consented", "broken", "RG-A", "acme.okta.com"] {
                assert!(text.contains(part), "{part} in {text}");
            }
        }
    }

    #[test]
    fn a_label_calls_no_channel_and_makes_no_link() {
        let [_, slack, teams] = bodies("<!channel> <https://evil.example|click> [click](https://evil.example)");
        let text = slack["text"].as_str().unwrap();
        assert!(!text.contains('<') && !text.contains('>'), "{text}");
        assert_eq!(teams["attachments"][0]["content"]["body"][0]["type"], "RichTextBlock");
    }
}
