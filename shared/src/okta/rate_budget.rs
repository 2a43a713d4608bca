//! How fast Regrant may call an org.
//!
//! Okta counts calls per org and bucket in windows of about a minute and reports limit, remaining and reset in every
//! response (Okta developer docs, "Rate limits"). Regrant uses at most half of the calls that remain when it first sees a
//! window, and never the half that the customer's own apps need. Times are the server's own, from `Date` and
//! `X-Rate-Limit-Reset`, never this machine's clock.

use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;

/// The assumed length of a window.
const WINDOW: Duration = Duration::from_mins(1);

/// The rate limit buckets of the endpoints that Regrant calls (terraform-provider-okta `rate_limit_lines.go`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Bucket {
    /// `/api/v1/apps` and everything below an app.
    Apps,
    /// `/api/v1/apps/{id}`.
    App,
    /// `/api/v1/logs`.
    Logs,
    /// `/oauth2/v1/token`.
    Token,
    /// `/.well-known/…`.
    Root,
}

/// The rate limit headers of one response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Calls per window.
    pub(crate) limit: u64,
    /// Calls left in the window.
    pub(crate) remaining: u64,
    /// When the window ends, by the server's clock.
    pub(crate) reset: Timestamp,
    /// The server's clock.
    pub(crate) date: Timestamp,
}

impl Reading {
    /// Parses the headers of a response; `None` if one of them is missing or not a number. If Okta sends one twice, the
    /// smaller value counts, as in its Python SDK.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let smallest = |name| {
            let lines = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
            lines.flat_map(|line| line.split(',')).filter_map(|number| number.trim().parse::<u64>().ok()).min()
        };
        let date = httpdate::parse_http_date(headers.get(http::header::DATE)?.to_str().ok()?).ok()?;
        Some(Self {
            limit: smallest("x-rate-limit-limit")?,
            remaining: smallest("x-rate-limit-remaining")?,
            reset: Timestamp::from_second(i64::try_from(smallest("x-rate-limit-reset")?).ok()?).ok()?,
            date: Timestamp::try_from(date).ok()?,
        })
    }

    /// Whether the concurrency limit was reached: then limit and remaining are both 0, and the reset is only a suggestion
    /// (Okta developer docs, "Monitor rate limits").
    pub(crate) fn is_concurrency_limit(&self) -> bool {
        self.limit == 0 && self.remaining == 0
    }

    /// How long until the window ends, plus a second because the server rounds.
    pub(crate) fn until_reset(&self) -> Duration {
        let left = self.reset.duration_since(self.date);
        let left = Duration::try_from(left).unwrap_or_default();
        left.min(10 * WINDOW) + Duration::from_secs(1)
    }
}

/// The remaining budget of one bucket in its current window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Budget {
    window: Option<Window>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Window {
    /// The end of the window by the server's clock, which identifies it.
    reset: Timestamp,
    /// The end of the window by this machine's clock.
    ends: Timestamp,
    /// Calls left when the window was first seen, including that first call.
    left_at_first: u64,
    /// Calls per window.
    limit: u64,
    /// Calls left, as last reported.
    remaining: u64,
    /// Calls that Regrant made.
    spent: u64,
}

impl Window {
    /// At most half of the calls that were left when the window was first seen, and never more than half of the limit. At
    /// least one, because the call that revealed the window has been made.
    fn allowance(&self) -> u64 {
        (self.left_at_first.min(self.limit) / 2).max(1)
    }

    fn has_room(&self) -> bool {
        self.spent < self.allowance() && self.remaining > self.limit / 2
    }
}

impl Budget {
    /// How long to wait before the next call at `now`; zero if it may be sent.
    pub(crate) fn wait(&self, now: Timestamp) -> Duration {
        match self.window {
            Some(window) if now < window.ends && !window.has_room() => {
                Duration::try_from(window.ends.duration_since(now)).unwrap_or_default()
            }
            _ => Duration::ZERO,
        }
    }

    /// Updates the budget from a response that arrived at `now`.
    pub(crate) fn record(&mut self, reading: &Reading, now: Timestamp) {
        if reading.is_concurrency_limit() {
            return;
        }
        match &mut self.window {
            Some(window) if window.reset == reading.reset => {
                window.remaining = window.remaining.min(reading.remaining);
                window.spent += 1;
            }
            _ => {
                let ends = now.saturating_add(reading.until_reset()).unwrap_or(Timestamp::MAX);
                self.window = Some(Window {
                    reset: reading.reset,
                    ends,
                    left_at_first: reading.remaining + 1,
                    limit: reading.limit,
                    remaining: reading.remaining,
                    spent: 1,
                });
            }
        }
    }

    /// Whether its window has ended, so that it can be dropped.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.window.is_none_or(|window| now >= window.ends)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn wait_is_reset_minus_date_plus_a_second() {
        let reading = Reading::from_headers(&headers(&[
            ("Date", "Mon, 29 Sep 2025 06:24:57 GMT"),
            ("X-Rate-Limit-Limit", "50"),
            ("X-Rate-Limit-Remaining", "0"),
            ("X-Rate-Limit-Reset", "1759127105"),
        ]));
        assert_eq!(reading.unwrap().until_reset(), Duration::from_secs(9));
    }

    #[test]
    fn duplicated_header_counts_with_its_smaller_value() {
        let reading = Reading::from_headers(&headers(&[
            ("date", "Mon, 29 Sep 2025 06:24:57 GMT"),
            ("x-rate-limit-limit", "50"),
            ("x-rate-limit-remaining", "40"),
            ("x-rate-limit-remaining", "7"),
            ("x-rate-limit-reset", "1759127105"),
        ]));
        assert_eq!(reading.unwrap().remaining, 7);
    }

    #[test]
    fn missing_rate_headers_cause_no_wait() {
        assert_eq!(Reading::from_headers(&headers(&[("date", "Mon, 29 Sep 2025 06:24:57 GMT")])), None);
        assert_eq!(Budget::default().wait(Timestamp::UNIX_EPOCH), Duration::ZERO);
    }

    /// The number of calls Regrant makes in a window that other clients use as well.
    fn spend(limit: u64, others_first: u64, others_between: u64) -> u64 {
        let now = Timestamp::from_second(1_000).unwrap();
        let reset = Timestamp::from_second(1_060).unwrap();
        let mut remaining = limit.saturating_sub(others_first);
        let mut budget = Budget::default();
        let mut calls = 0;
        while budget.wait(now).is_zero() && remaining > 0 && calls < 1_000 {
            calls += 1;
            remaining -= 1;
            budget.record(&Reading { limit, remaining, reset, date: now }, now);
            remaining = remaining.saturating_sub(others_between);
        }
        calls
    }

    proptest! {
        #[test]
        fn at_most_half_of_the_remaining_calls_is_used(limit in 2u64..1_000, used in 0u64..1_000, between in 0u64..3) {
            let left = limit.saturating_sub(used);
            prop_assert!(spend(limit, used, between) <= (left / 2).max(1));
        }

        #[test]
        fn budget_resets_when_the_window_ends(limit in 2u64..1_000) {
            let now = Timestamp::from_second(1_000).unwrap();
            let mut budget = Budget::default();
            let reading = Reading { limit, remaining: 0, reset: Timestamp::from_second(1_030).unwrap(), date: now };
            budget.record(&reading, now);
            prop_assert_eq!(budget.wait(now), Duration::from_secs(31));
            let later = now.saturating_add(budget.wait(now)).unwrap();
            prop_assert!(budget.wait(later).is_zero() && budget.is_over(later));
        }
    }
}
