//! Which scope a call needs ("OAuth 2.0 scopes" in Okta's Management API).

use reqwest::Method;
use url::Url;

/// What an access token is asked for: the least that the call needs, so that a scan never holds a token that writes, and an
/// app that was not granted the System Log still reads apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Apps, their connections and features.
    Read,
    /// The same, and to change them.
    Manage,
    /// The System Log.
    ReadLogs,
}

impl Scope {
    /// The scope that a call needs.
    pub(super) fn of(method: &Method, url: &Url) -> Self {
        match *method {
            Method::GET if url.path() == "/api/v1/logs" => Self::ReadLogs,
            Method::GET => Self::Read,
            _ => Self::Manage,
        }
    }

    /// As Okta names it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Read => "okta.apps.read",
            Self::Manage => "okta.apps.manage",
            Self::ReadLogs => "okta.logs.read",
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    #[test]
    fn a_call_asks_for_the_least_it_needs() {
        let of = |method: Method, path: &str| {
            Scope::of(&method, &format!("https://acme.okta.com{path}").parse().unwrap()).name()
        };
        assert_eq!(of(Method::GET, "/api/v1/apps?limit=200"), "okta.apps.read");
        assert_eq!(of(Method::GET, "/api/v1/logs?after=1"), "okta.logs.read");
        assert_eq!(of(Method::POST, "/api/v1/apps/0oaInvented/connections/default"), "okta.apps.manage");
    }
}
