//! System Log events that Okta streams to Amazon EventBridge.
//!
//! Documented by Okta ("Add an AWS EventBridge log stream", "Log streaming"): the partner event source is named
//! `aws.partner/okta.com/{org's subdomain}/{event source name}`; every event of the log is sent, unfiltered; delivery is
//! best effort, at least once and unordered. Shown by AWS's own sample of the integration: `source` is that name,
//! `detail-type` is `SystemLog`, and `detail` is the event as in the API. Inferred: the source does not contain the org's
//! domain suffix (`okta.com`, `oktapreview.com` …), so the subdomain is a hint and not a proof.
//!
//! Only the partner can put events with its source on a bus, because `PutEvents` rejects sources that begin with `aws.`
//! (Amazon EventBridge API reference, `PutEventsRequestEntry`). A silent stream proves nothing: Okta stops a stream whose
//! target does not respond.

use jiff::Timestamp;
use serde_json::Value;

use super::OrgUrl;
use crate::domain::system_log::{LogEvent, NotALogEvent};

/// The prefix of the source of every Okta log stream.
const PARTNER: &str = "aws.partner/okta.com/";

/// An event from a log stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamedEvent {
    /// The subdomain of the sending org, in lower case: `acme` of `acme.okta.com`.
    pub subdomain: String,
    /// The name that the org's administrators gave the event source.
    pub stream: String,
    /// The event.
    pub event: LogEvent,
}

impl StreamedEvent {
    /// Whether the event may be from the org at `base_url`: its host begins with the same subdomain. Two orgs with
    /// different suffixes can share a subdomain.
    pub fn may_be_from(&self, base_url: &OrgUrl) -> bool {
        base_url.as_url().host_str().and_then(|host| host.split('.').next()) == Some(self.subdomain.as_str())
    }
}

/// Why an `EventBridge` event is not a log stream event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotALogStreamEvent {
    /// Its source is not one of Okta's.
    #[error(
        "the event's source is not an Okta log stream (aws.partner/okta.com/SUBDOMAIN/NAME); make the rule match that \
                 prefix"
    )]
    NotFromOkta,
    /// Its detail is not an event of the log.
    #[error("the log stream's event cannot be read: {0}")]
    NotALogEvent(#[from] NotALogEvent),
    /// Neither the event nor its envelope has a time.
    #[error("skipped a log stream event without a time")]
    NoTime,
}

/// Whether an `EventBridge` event comes from an Okta log stream, judged by its source alone.
pub fn is_streamed(event: &Value) -> bool {
    event.get("source").and_then(Value::as_str).is_some_and(|source| source.starts_with(PARTNER))
}

/// Decodes an `EventBridge` event. Strict about the source, lenient about the rest.
pub fn decode(event: &Value) -> Result<StreamedEvent, NotALogStreamEvent> {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    let source = text("/source").and_then(|source| source.strip_prefix(PARTNER));
    let (subdomain, stream) =
        source.and_then(|source| source.split_once('/')).ok_or(NotALogStreamEvent::NotFromOkta)?;
    if !is_label(subdomain) || !is_stream_name(stream) {
        return Err(NotALogStreamEvent::NotFromOkta);
    }
    let time = |pointer: &str| text(pointer).and_then(|time| time.parse::<Timestamp>().ok());
    let sent = time("/detail/published").or_else(|| time("/time")).ok_or(NotALogStreamEvent::NoTime);
    let detail = event.get("detail").unwrap_or(&Value::Null);
    // An error in the event itself is more informative than a missing time.
    let event = LogEvent::from_json(detail, sent.clone().unwrap_or_default())?;
    sent?;
    Ok(StreamedEvent { subdomain: subdomain.to_ascii_lowercase(), stream: stream.to_owned(), event })
}

/// A label of a host name (RFC 1123 section 2.1).
fn is_label(text: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(is_part) && !text.starts_with('-') && !text.ends_with('-')
}

/// `eventSourceName` (okta-management-openapi `LogStreamSettingsAws`): up to 75 of these characters.
fn is_stream_name(text: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    (1..=75).contains(&text.len()) && text.bytes().all(is_part)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::system_log::{Meaning, meaning};
    use crate::http::loopback::LoopbackPolicy;

    /// An event like AWS's sample, with invented values.
    fn sample() -> Value {
        json!({
            "version": "0",
            "id": "4ab6d852-0000-1036-fc04-2e22004b3c3f",
            "detail-type": "SystemLog",
            "source": "aws.partner/okta.com/acme/consent-watch",
            "account": "123456789012",
            "time": "2026-03-02T09:00:01Z",
            "region": "us-east-1",
            "resources": [],
            "detail": {
                "uuid": "c6ed294a-0000-11ed-a5b1-bbb7c1de1a4b",
                "published": "2026-03-02T08:59:58.126Z",
                "eventType": "app.office365.api.error.validate.creds",
                "severity": "ERROR",
                "outcome": { "result": "FAILURE", "reason": "AADSTS50126: Error validating credentials" },
                "debugContext": { "debugData": {} },
                "target": [{ "id": "0oaInventedOffice3651", "type": "AppInstance" }],
            },
        })
    }

    #[test]
    fn streamed_event_is_decoded_with_its_subdomain() {
        let streamed = decode(&sample()).unwrap();
        assert_eq!((streamed.subdomain.as_str(), streamed.stream.as_str()), ("acme", "consent-watch"));
        assert!(matches!(meaning(&streamed.event), Meaning::CredentialFailure { aadsts: Some(50_126), .. }));
        let from = |host: &str| streamed.may_be_from(&OrgUrl::parse(host, LoopbackPolicy::Refuse).unwrap().0);
        assert!(from("acme.okta.com") && from("acme.oktapreview.com"));
        assert!(!from("contoso.okta.com") && !from("acme2.okta.com"));
    }

    #[test]
    fn sources_other_than_oktas_are_refused() {
        for source in [
            "aws.partner/okta.com",
            "aws.partner/okta.com/",
            "aws.partner/okta.com/acme",
            "aws.partner/okta.com/acme/",
            "aws.partner/okta.com//consent-watch",
            "aws.partner/okta.com/acme/a/b",
            "aws.partner/okta.com/../x",
            "aws.partner/okta.com/acme.evil/x",
            "aws.partner/okta.com/-acme/x",
            "aws.partner/okta.com.evil.example/acme/x",
            "evil/aws.partner/okta.com/acme/x",
            "AWS.PARTNER/okta.com/acme/x",
            "aws.events",
            "",
        ] {
            let mut event = sample();
            event["source"] = json!(source);
            assert_eq!(decode(&event), Err(NotALogStreamEvent::NotFromOkta), "{source:?}");
        }
        for event in [json!({}), json!(null), json!([1]), json!({ "source": 7 })] {
            assert_eq!(decode(&event), Err(NotALogStreamEvent::NotFromOkta), "{event}");
        }
    }

    #[test]
    fn rest_of_the_envelope_is_decoded_leniently() {
        let mut event = sample();
        event["detail-type"] = json!("another name");
        event["time"] = json!(null);
        event["new"] = json!({});
        assert_eq!(decode(&event).unwrap(), decode(&sample()).unwrap());
        event["detail"].as_object_mut().unwrap().remove("published");
        assert_eq!(decode(&event), Err(NotALogStreamEvent::NoTime));
        event["time"] = json!("2026-03-02T09:00:01Z");
        assert_eq!(decode(&event).unwrap().event.published.to_string(), "2026-03-02T09:00:01Z");
        event["detail"] = json!(null);
        assert_eq!(decode(&event), Err(NotALogStreamEvent::NotALogEvent(NotALogEvent::NoId)));
    }
}
