//! The OAuth scope that a call needs ("OAuth 2.0 scopes" in Okta's Management API).

use reqwest::Method;
use url::Url;

/// The scope of an access token: the least that the call needs. A scan therefore never holds a token that can write, and a
/// service app without access to the System Log can still read apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Read apps, their connections and features.
    Read,
    /// Read and change them.
    Manage,
    /// Read the System Log.
    ReadLogs,
    /// Read the orgs of an Aerial account.
    ReadAccounts,
}

impl Scope {
    /// The scope that a call needs.
    pub(super) fn of_call(method: &Method, url: &Url) -> Self {
        match *method {
            Method::GET if url.path() == "/api/v1/logs" => Self::ReadLogs,
            Method::GET if url.path().ends_with("/api/v1/orgs") => Self::ReadAccounts,
            Method::GET => Self::Read,
            _ => Self::Manage,
        }
    }

    /// The name of the scope in Okta.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Read => "okta.apps.read",
            Self::Manage => "okta.apps.manage",
            Self::ReadLogs => "okta.logs.read",
            Self::ReadAccounts => "okta.accounts.read",
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    #[test]
    fn call_requests_the_least_scope() {
        let scope = |method: Method, path: &str| {
            Scope::of_call(&method, &format!("https://acme.okta.com{path}").parse().unwrap()).name()
        };
        assert_eq!(scope(Method::GET, "/api/v1/apps?limit=200"), "okta.apps.read");
        assert_eq!(scope(Method::GET, "/api/v1/logs?after=1"), "okta.logs.read");
        assert_eq!(scope(Method::GET, "/0227invented/api/v1/orgs?limit=100"), "okta.accounts.read");
        assert_eq!(scope(Method::POST, "/api/v1/apps/0oaInvented/connections/default"), "okta.apps.manage");
    }
}
