//! Okta's rate limits: calls per minute, counted per org and bucket.

use http::Method;
use jiff::Timestamp;

use crate::org::Org;

/// The length of a window, in seconds.
const WINDOW_SECONDS: i64 = 60;

/// A rate limit bucket, as Okta maps its paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bucket {
    /// `/api/v1/apps`: the list and everything below an app.
    Apps,
    /// `/api/v1/apps/{id}`: five times `/api/v1/apps`.
    App,
    /// `/api/v1/logs`: 20 to 120, as set for the org.
    Logs,
    /// `/oauth2/v1/token`: 150.
    Token,
    /// `/api/v1`: 1000.
    Api,
    /// `/`: 1000. The well-known document.
    Root,
}

impl Bucket {
    /// The bucket of a call.
    pub(crate) fn of(method: &Method, path: &str) -> Self {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        match segments.as_slice() {
            ["api", "v1", "apps", _] if matches!(*method, Method::GET | Method::PUT | Method::DELETE) => Self::App,
            ["api", "v1", "apps", ..] => Self::Apps,
            ["api", "v1", "logs"] => Self::Logs,
            ["oauth2", "v1", "token"] => Self::Token,
            ["api", "v1", ..] => Self::Api,
            _ => Self::Root,
        }
    }

    /// The limit in `org`, in calls per minute.
    pub(crate) fn limit(self, org: &Org) -> u32 {
        match self {
            Self::Apps => org.apps_limit,
            Self::App => org.apps_limit.saturating_mul(5),
            Self::Logs => org.logs_limit,
            Self::Token => 150,
            Self::Api | Self::Root => 1000,
        }
    }
}

/// The current window of one bucket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    reset: i64,
    pub(crate) calls: u32,
}

/// The values of the rate limit headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RateState {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// Seconds since 1970.
    pub(crate) reset: i64,
    pub(crate) exceeded: bool,
}

/// Counts a call at `now`. A window starts with the first call after the previous window, not with the minute.
pub(crate) fn count(window: &mut Option<Window>, limit: u32, now: Timestamp) -> RateState {
    let second = now.as_second();
    let mut open = match *window {
        Some(open) if second < open.reset => open,
        _ => Window { reset: second.saturating_add(WINDOW_SECONDS), calls: 0 },
    };
    let exceeded = open.calls >= limit;
    if !exceeded {
        open.calls += 1;
    }
    *window = Some(open);
    RateState { limit, remaining: limit.saturating_sub(open.calls), reset: open.reset, exceeded }
}
