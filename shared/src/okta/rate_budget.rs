//! How fast an org may be asked.
//!
//! Okta counts calls per org and bucket in windows of about a minute and tells limit, remaining and reset with every
//! answer (Okta developer docs, "Rate limits"). Regrant spends at most half of what is left when it first looks into a
//! window, and never the half that the customer's own apps live on. Times are the server's own: `Date` and
//! `X-Rate-Limit-Reset`, never this machine's clock.

use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;

/// How long a window is taken to be before an answer tells.
const WINDOW: Duration = Duration::from_mins(1);

/// The buckets of the calls made here (terraform-provider-okta `rate_limit_lines.go`).
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

/// What one answer says about its bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Calls a window.
    pub(crate) limit: u64,
    /// Calls left.
    pub(crate) remaining: u64,
    /// When the window ends, by the server's clock.
    pub(crate) reset: Timestamp,
    /// The server's clock.
    pub(crate) date: Timestamp,
}

impl Reading {
    /// From the headers of an answer; `None` where one of them is missing or no number. Where Okta sends one twice,
    /// the smaller counts, as in its Python SDK.
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

    /// The concurrency limit answers with limit and remaining both 0; its reset is only a suggestion (Okta developer
    /// docs, "Monitor rate limits").
    pub(crate) fn is_concurrency_limit(&self) -> bool {
        self.limit == 0 && self.remaining == 0
    }

    /// How long until the window has ended, and a second for the server's rounding.
    pub(crate) fn until_reset(&self) -> Duration {
        let left = self.reset.duration_since(self.date);
        let left = Duration::try_from(left).unwrap_or_default();
        left.min(10 * WINDOW) + Duration::from_secs(1)
    }
}

/// What may still be spent of one bucket in its present window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Budget {
    window: Option<Window>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Window {
    /// The window, as the server names it.
    reset: Timestamp,
    /// When it ends, by this machine's clock: its reading of the server's difference.
    ends: Timestamp,
    /// Calls left when it was first seen, that first call included.
    left_at_first: u64,
    /// Calls a window.
    limit: u64,
    /// Calls left, as told last.
    remaining: u64,
    /// Calls made here.
    spent: u64,
}

impl Window {
    /// At most half of what was left when the window was first seen, and never below half of the limit. At least one,
    /// since the call that found the window out has been made.
    fn allowance(&self) -> u64 {
        (self.left_at_first.min(self.limit) / 2).max(1)
    }

    fn has_room(&self) -> bool {
        self.spent < self.allowance() && self.remaining > self.limit / 2
    }
}

impl Budget {
    /// How long to wait before the next call at `now`; zero where it may go.
    pub(crate) fn wait(&self, now: Timestamp) -> Duration {
        match self.window {
            Some(window) if now < window.ends && !window.has_room() => {
                Duration::try_from(window.ends.duration_since(now)).unwrap_or_default()
            }
            _ => Duration::ZERO,
        }
    }

    /// Takes in what an answer that arrived at `now` says.
    pub(crate) fn learn(&mut self, reading: &Reading, now: Timestamp) {
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

    /// Whether its window is over, so that it can be forgotten.
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
    fn the_wait_is_reset_less_date_and_a_second() {
        let reading = Reading::from_headers(&headers(&[
            ("Date", "Mon, 29 Sep 2025 06:24:57 GMT"),
            ("X-Rate-Limit-Limit", "50"),
            ("X-Rate-Limit-Remaining", "0"),
            ("X-Rate-Limit-Reset", "1759127105"),
        ]));
        assert_eq!(reading.unwrap().until_reset(), Duration::from_secs(9));
    }

    #[test]
    fn a_header_sent_twice_counts_with_its_smaller_value() {
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
    fn answers_without_rate_headers_hold_nobody_up() {
        assert_eq!(Reading::from_headers(&headers(&[("date", "Mon, 29 Sep 2025 06:24:57 GMT")])), None);
        assert_eq!(Budget::default().wait(Timestamp::UNIX_EPOCH), Duration::ZERO);
    }

    /// An org whose window others spend from as well.
    fn spend(limit: u64, others_first: u64, others_between: u64) -> u64 {
        let now = Timestamp::from_second(1_000).unwrap();
        let reset = Timestamp::from_second(1_060).unwrap();
        let mut remaining = limit.saturating_sub(others_first);
        let mut budget = Budget::default();
        let mut calls = 0;
        while budget.wait(now).is_zero() && remaining > 0 && calls < 1_000 {
            calls += 1;
            remaining -= 1;
            budget.learn(&Reading { limit, remaining, reset, date: now }, now);
            remaining = remaining.saturating_sub(others_between);
        }
        calls
    }

    proptest! {
        #[test]
        fn at_most_half_of_what_was_left_is_spent(limit in 2u64..1_000, used in 0u64..1_000, between in 0u64..3) {
            let left = limit.saturating_sub(used);
            prop_assert!(spend(limit, used, between) <= (left / 2).max(1));
        }

        #[test]
        fn a_new_window_opens_when_the_old_one_is_over(limit in 2u64..1_000) {
            let now = Timestamp::from_second(1_000).unwrap();
            let mut budget = Budget::default();
            let reading = Reading { limit, remaining: 0, reset: Timestamp::from_second(1_030).unwrap(), date: now };
            budget.learn(&reading, now);
            prop_assert_eq!(budget.wait(now), Duration::from_secs(31));
            let later = now.saturating_add(budget.wait(now)).unwrap();
            prop_assert!(budget.wait(later).is_zero() && budget.is_over(later));
        }
    }
}
