//! Reads the System Log page by page (Okta developer docs, "System Log query", "Polling requests").
//!
//! Events arrive in the order in which they reached the log, not in the order of their times. Every page has a `next` link,
//! even one without events. The link is opaque, may be stored for days, and its host is checked each time it is followed.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use url::Url;

use super::client::OpenOrg;
use super::rate_budget::Bucket;
use super::{LogPage, OktaError, OrgUrl, paging};
use crate::domain::id::AppId;
use crate::domain::system_log::{FILTER, KEPT_DAYS, LogEvent, LogPosition, success_of};

const PATH: &str = "/api/v1/logs";
/// The maximum page size (Management API, `listLogEvents`).
const PAGE: usize = 1_000;
/// How many surprises of one page are reported individually.
const SURPRISES: usize = 5;

impl OpenOrg {
    pub(super) async fn log_page(&self, from: &LogPosition) -> Result<LogPage, OktaError> {
        let now = self.http.clock.now();
        let url = page_url(&self.org, from, now)?;
        let (response, body) = self.get_json(Bucket::Logs, &url).await.map_err(|error| lost(&self.org, from, error))?;
        let Value::Array(items) = body else { return Err(self.not_okta("a System Log that is not a list")) };
        let next = paging::next_page(&response.headers, &self.org)?;
        if next.as_ref().is_some_and(|next| next.path() != PATH) {
            return Err(self.not_okta("a System Log page that links to a different endpoint"));
        }
        let is_full = items.len() >= PAGE;
        if is_full && next.as_ref() == Some(&url) {
            return Err(self.not_okta("a page that links to itself"));
        }
        Ok(page(&items, next, from, now))
    }

    /// Requests a single event of one app, because an org writes such events by the thousand.
    pub(super) async fn first_success(&self, app: &AppId, since: Timestamp) -> Result<Option<Timestamp>, OktaError> {
        let mut url = self.org.at(PATH);
        url.query_pairs_mut()
            .append_pair("since", &after(since))
            .append_pair("sortOrder", "ASCENDING")
            .append_pair("limit", "1")
            .append_pair("filter", &success_of(app));
        let (_, body) = self.get_json(Bucket::Logs, &url).await?;
        let Value::Array(items) = body else { return Err(self.not_okta("a System Log that is not a list")) };
        let now = self.http.clock.now();
        let events = items.iter().filter_map(|item| LogEvent::from_json(item, now).ok());
        Ok(events.map(|event| event.published).filter(|published| *published > since).min())
    }
}

/// The time directly after `since`. Okta's times have millisecond precision.
fn after(since: Timestamp) -> String {
    let next = since.saturating_add(SignedDuration::from_millis(1)).unwrap_or(since);
    next.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// The URL of the page at a position.
fn page_url(org: &OrgUrl, from: &LogPosition, now: Timestamp) -> Result<Url, OktaError> {
    match from {
        // The link may have been stored in the ledger for days.
        LogPosition::Next(next) if org.is_origin_of(next) && next.path() == PATH => Ok(next.clone()),
        LogPosition::Next(next) => Err(OktaError::LogPositionLost {
            host: org.host(),
            why: format!(
                "the link points to {}{}",
                crate::http::transport::shown_host(next),
                super::wire::short(next.path())
            ),
        }),
        LogPosition::Since(since) => {
            // Okta rejects a time before its retention period instead of returning the events that it has.
            let oldest = now.saturating_sub(SignedDuration::from_hours(24 * KEPT_DAYS)).unwrap_or(Timestamp::MIN);
            let since = (*since).max(oldest).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
            let mut url = org.at(PATH);
            url.query_pairs_mut()
                .append_pair("since", &since)
                .append_pair("sortOrder", "ASCENDING")
                .append_pair("limit", &PAGE.to_string())
                .append_pair("filter", FILTER);
            Ok(url)
        }
    }
}

/// Maps the rejection of a `next` link to [`OktaError::LogPositionLost`]. The app list rejects a bad cursor with
/// `E0000029`; the log's code is not documented, so every 400 counts.
fn lost(org: &OrgUrl, from: &LogPosition, error: OktaError) -> OktaError {
    match (from, error) {
        (LogPosition::Next(_), OktaError::Api(api)) if api.status == 400 => {
            OktaError::LogPositionLost { host: org.host(), why: OktaError::Api(api).to_string() }
        }
        (_, error) => error,
    }
}

fn page(items: &[Value], next: Option<Url>, from: &LogPosition, now: Timestamp) -> LogPage {
    let mut events = Vec::with_capacity(items.len());
    let mut surprises: Vec<String> = Vec::new();
    let mut unreadable = 0usize;
    for item in items {
        match LogEvent::from_json(item, now) {
            Ok(event) => events.push(event),
            Err(error) => {
                unreadable += 1;
                if surprises.len() < SURPRISES {
                    surprises.push(error.to_string());
                }
            }
        }
    }
    if unreadable > SURPRISES {
        surprises.push(format!("{} more System Log events could not be read.", unreadable - SURPRISES));
    }
    let has_next = next.is_some();
    let next = next.map_or_else(
        || {
            surprises.push(
                "The System Log returned no next link; reading continues from the time of the last event.".to_owned(),
            );
            // Events that reach the log from now on happen after every event on this page.
            events.iter().map(|event| event.published).max().map_or_else(|| from.clone(), LogPosition::Since)
        },
        LogPosition::Next,
    );
    LogPage { events, next, full: has_next && items.len() >= PAGE, surprises }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::loopback::LoopbackPolicy;
    use crate::okta::error::ApiError;

    fn org() -> OrgUrl {
        OrgUrl::parse("acme.okta.com", LoopbackPolicy::Refuse).unwrap().0
    }

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    fn next(url: &str) -> LogPosition {
        LogPosition::Next(url.parse().unwrap())
    }

    fn event(id: &str, published: &str) -> Value {
        json!({ "uuid": id, "eventType": "app.office365.api.error.validate.creds", "published": published })
    }

    #[test]
    fn log_query_is_a_polling_request() {
        let since = LogPosition::Since(at("2026-03-01T08:00:00.1239Z"));
        let url = page_url(&org(), &since, at("2026-03-02T09:00:00Z")).unwrap();
        assert_eq!(url.path(), "/api/v1/logs");
        let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let expected =
            [("since", "2026-03-01T08:00:00.123Z"), ("sortOrder", "ASCENDING"), ("limit", "1000"), ("filter", FILTER)];
        assert_eq!(query, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn start_time_is_limited_to_oktas_retention() {
        let long_ago = LogPosition::Since(at("2020-01-01T00:00:00Z"));
        let url = page_url(&org(), &long_ago, at("2026-03-31T09:00:00Z")).unwrap();
        assert!(url.as_str().contains("since=2025-12-31T09%3A00%3A00.000Z"), "{url}");
    }

    #[test]
    fn stored_link_to_a_different_host_is_not_followed() {
        let good = "https://acme.okta.com/api/v1/logs?after=1";
        assert_eq!(page_url(&org(), &next(good), Timestamp::UNIX_EPOCH).unwrap().as_str(), good);
        for bad in [
            "https://evil.example/api/v1/logs?after=1",
            "https://contoso.okta.com/api/v1/logs?after=1",
            "http://acme.okta.com/api/v1/logs?after=1",
            "https://user@acme.okta.com/api/v1/logs?after=1",
            "https://acme.okta.com/api/v1/users?after=1",
            "https://acme.okta.com/api/v1/logs/../users",
            "https://acme.okta.com:8443/api/v1/logs",
        ] {
            let refused = page_url(&org(), &next(bad), Timestamp::UNIX_EPOCH).unwrap_err();
            assert!(matches!(refused, OktaError::LogPositionLost { .. }), "{bad}: {refused:?}");
            assert!(!refused.to_string().contains("after=1"), "{refused}");
        }
    }

    #[test]
    fn only_a_rejected_link_loses_the_position() {
        let api = |status| OktaError::Api(Box::new(ApiError { status, ..ApiError::default() }));
        let link = next("https://acme.okta.com/api/v1/logs?after=1");
        assert!(matches!(lost(&org(), &link, api(400)), OktaError::LogPositionLost { .. }));
        for error in [api(401), api(403), api(500), OktaError::RateLimited { retry_after: std::time::Duration::ZERO }] {
            assert_eq!(lost(&org(), &link, error.clone()), error);
        }
        assert_eq!(lost(&org(), &LogPosition::Since(Timestamp::UNIX_EPOCH), api(400)), api(400));
    }

    #[test]
    fn unreadable_events_are_reported_and_the_others_returned() {
        let mut items: Vec<Value> = (0..9).map(|_| json!({ "uuid": null })).collect();
        items.push(event("1", "2026-03-02T08:00:00Z"));
        let url: Url = "https://acme.okta.com/api/v1/logs?after=1".parse().unwrap();
        let from = LogPosition::Since(Timestamp::UNIX_EPOCH);
        let page = page(&items, Some(url.clone()), &from, Timestamp::UNIX_EPOCH);
        assert_eq!((page.events.len(), page.surprises.len(), page.full), (1, 6, false));
        assert_eq!(page.surprises.last().unwrap(), "4 more System Log events could not be read.");
        assert_eq!(page.next, LogPosition::Next(url));
    }

    #[test]
    fn page_is_full_only_if_another_follows() {
        let items: Vec<Value> = (0..PAGE).map(|n| event(&n.to_string(), "2026-03-02T08:00:00Z")).collect();
        let url: Url = "https://acme.okta.com/api/v1/logs?after=1".parse().unwrap();
        let from = LogPosition::Since(Timestamp::UNIX_EPOCH);
        let full = |items: &[Value], next| page(items, next, &from, Timestamp::UNIX_EPOCH).full;
        assert!(full(&items, Some(url.clone())));
        assert!(!full(&items[1..], Some(url)) && !full(&items, None));
    }

    #[test]
    fn missing_next_link_skips_no_events() {
        let items = [event("1", "2026-03-02T08:00:00Z"), event("2", "2026-03-02T07:00:00Z")];
        let from = LogPosition::Since(Timestamp::UNIX_EPOCH);
        let last = page(&items, None, &from, Timestamp::UNIX_EPOCH);
        assert_eq!(last.next, LogPosition::Since(at("2026-03-02T08:00:00Z")));
        assert_eq!((last.full, last.surprises.len()), (false, 1));
        assert_eq!(page(&[], None, &from, Timestamp::UNIX_EPOCH).next, from);
    }
}
