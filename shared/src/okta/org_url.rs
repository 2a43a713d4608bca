//! The URL of an org, and whether a credential may be sent to it.
//!
//! Credentials are sent only to hosts on the allow-list. A customer's custom domain is an alias: Regrant may ask it, without
//! a credential, which org it belongs to, and the answer must point back to the allow-list.

use std::fmt;

use url::{Host, Url};

use crate::domain::text::trimmed;
use crate::http::loopback::{LoopbackPolicy, is_loopback};

/// The domain suffixes in Okta's own SDKs, without its internal test clouds (okta-sdk-python `config_validator.py`).
const SUFFIXES: [&str; 5] = ["okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com", "okta.mil"];

/// What may be sent to a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// On the allow-list: a credential may be sent.
    Listed,
    /// Loopback, if allowed: a credential may be sent.
    Loopback,
    /// Any other public host: only the question which org it belongs to.
    AskOnly,
}

/// An org's base URL (scheme, host and port only) and what may be sent to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgUrl {
    url: Url,
    trust: Trust,
}

/// Why a text is not the URL of an org.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrgUrlError {
    /// Not a host name.
    #[error("this is not the host name of an org; use the form acme.okta.com")]
    NotAHost,
    /// A scheme other than https.
    #[error("an org is reached over https only; omit the scheme")]
    NotHttps,
    /// It contains a user name, a password, a path or a query.
    #[error("enter only the org's host name, without user name, path or query")]
    MoreThanAHost,
    /// A port other than 443.
    #[error("an org has no custom port; omit `:{0}`")]
    Port(u16),
    /// A loopback address that is not allowed.
    #[error("{0} is this machine; pass `--allow-loopback` to use a simulator as an org")]
    Loopback(String),
    /// An IP address instead of a name.
    #[error("enter the org's host name, not an IP address")]
    Address,
    /// Not on the allow-list.
    #[error(
        "{0} is not one of Okta's hosts (okta.com, oktapreview.com, okta-emea.com, okta-gov.com, okta.mil), so no \
                 credential is sent there"
    )]
    NotListed(String),
}

impl OrgUrl {
    /// Parses a host or URL from the allow-list. Returns a hint for the user if it was changed.
    pub fn parse(text: &str, loopback: LoopbackPolicy) -> Result<(Self, Option<String>), OrgUrlError> {
        let (org, hint) = Self::parse_any(text, loopback)?;
        match org.trust {
            Trust::AskOnly => Err(OrgUrlError::NotListed(org.host())),
            Trust::Listed | Trust::Loopback => Ok((org, hint)),
        }
    }

    /// Parses a host or URL, including custom domains. A host that is not on the allow-list can be resolved but cannot be
    /// opened with a credential.
    pub fn parse_to_resolve(text: &str, loopback: LoopbackPolicy) -> Result<(Self, Option<String>), OrgUrlError> {
        Self::parse_any(text, loopback)
    }

    /// Converts the base URL from the ledger.
    pub fn from_base_url(url: &Url, loopback: LoopbackPolicy) -> Result<Self, OrgUrlError> {
        Self::parse(url.as_str(), loopback).map(|(org, _)| org)
    }

    /// The URL: scheme, host and port.
    pub fn as_url(&self) -> &Url {
        &self.url
    }

    /// The host, with a port if there is one.
    pub fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Whether a credential may be sent there.
    pub fn takes_credentials(&self) -> bool {
        self.trust != Trust::AskOnly
    }

    /// Whether this is a loopback address.
    pub fn is_loopback(&self) -> bool {
        self.trust == Trust::Loopback
    }

    /// Whether `url` has the same origin: scheme, host and port.
    pub fn is_origin_of(&self, url: &Url) -> bool {
        url.origin() == self.url.origin() && url.username().is_empty() && url.password().is_none()
    }

    /// Whether `url` is on one of Okta's own hosts, or on this machine if that is allowed.
    pub fn is_okta_host(url: &Url, loopback: LoopbackPolicy) -> bool {
        let mut origin = url.clone();
        origin.set_path("/");
        origin.set_query(None);
        origin.set_fragment(None);
        Self::parse(origin.as_str(), loopback).is_ok()
    }

    /// The URL of `path` on this org. `path` begins with `/`.
    pub(crate) fn at(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(path);
        url
    }

    fn parse_any(text: &str, loopback: LoopbackPolicy) -> Result<(Self, Option<String>), OrgUrlError> {
        let text = trimmed(text);
        let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let url = Url::parse(&with_scheme).map_err(|_| OrgUrlError::NotAHost)?;
        let host = url.host().ok_or(OrgUrlError::NotAHost)?.to_owned();
        let bare = url.username().is_empty()
            && url.password().is_none()
            && matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none();
        if !bare {
            return Err(OrgUrlError::MoreThanAHost);
        }
        if is_loopback(&host) {
            return match (loopback, url.scheme()) {
                (LoopbackPolicy::Refuse, _) => Err(OrgUrlError::Loopback(host.to_string())),
                (LoopbackPolicy::Allow, "http" | "https") => Ok((Self { url, trust: Trust::Loopback }, None)),
                (LoopbackPolicy::Allow, _) => Err(OrgUrlError::NotHttps),
            };
        }
        if url.scheme() != "https" {
            return Err(OrgUrlError::NotHttps);
        }
        if let Some(port) = url.port() {
            return Err(OrgUrlError::Port(port));
        }
        let Host::Domain(name) = host else { return Err(OrgUrlError::Address) };
        let name = name.trim_end_matches('.');
        let Some((first, rest)) = name.split_once('.').filter(|(first, rest)| !first.is_empty() && !rest.is_empty())
        else {
            return Err(OrgUrlError::NotListed(name.to_owned()));
        };
        let listed = SUFFIXES.iter().any(|suffix| name.strip_suffix(suffix).is_some_and(|sub| sub.ends_with('.')));
        let (name, hint) = match first.strip_suffix("-admin").filter(|sub| listed && !sub.is_empty()) {
            Some(sub) => {
                let api = format!("{sub}.{rest}");
                let hint = format!("{name} is the Admin Console. Its API is at {api}, which is used instead.");
                (api, Some(hint))
            }
            None => (name.to_owned(), None),
        };
        let url = Url::parse(&format!("https://{name}/")).map_err(|_| OrgUrlError::NotAHost)?;
        let trust = if listed { Trust::Listed } else { Trust::AskOnly };
        Ok((Self { url, trust }, hint))
    }
}

impl fmt::Display for OrgUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    fn listed(text: &str) -> Result<String, OrgUrlError> {
        OrgUrl::parse(text, LoopbackPolicy::Refuse).map(|(org, _)| org.as_url().to_string())
    }

    #[test]
    fn allowed_hosts_are_accepted_in_any_spelling() {
        for text in ["acme.okta.com", " ACME.okta.com. ", "https://acme.okta.com/", "https://acme.okta.com:443"] {
            assert_eq!(listed(text).as_deref(), Ok("https://acme.okta.com/"), "{text:?}");
        }
        for text in ["acme.oktapreview.com", "acme.okta-emea.com", "acme.okta-gov.com", "acme.okta.mil", "a.b.okta.com"]
        {
            assert!(listed(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn admin_console_host_is_replaced_with_a_hint() {
        let (org, hint) = OrgUrl::parse("acme-admin.okta.com", LoopbackPolicy::Refuse).unwrap();
        assert_eq!(org.host(), "acme.okta.com");
        assert!(hint.unwrap().contains("Admin Console"));
    }

    #[test]
    fn lookalike_hosts_are_refused() {
        for text in [
            "okta.com",
            "acmeokta.com",
            "acme.okta.com.example.net",
            "acme.okta.com.evil",
            "acme-okta.com",
            "acme.оkta.com",
            "acme.okta.com@example.net",
            "https://acme.okta.com@example.net",
            "http://acme.okta.com",
            "ftp://acme.okta.com",
            "acme.okta.com:8443",
            "acme.okta.com/api",
            "acme.okta.com?x=1",
            "acme.okta.com#x",
            "93.184.216.34",
            "[2001:db8::1]",
            "0.0.0.0",
            "localhost",
            "127.0.0.1",
            "acme.localhost",
            "intranet",
            "",
            ".okta.com",
        ] {
            assert!(listed(text).is_err(), "{text:?} was accepted as {:?}", listed(text));
        }
    }

    #[test]
    fn loopback_must_be_allowed_explicitly() {
        let refused = OrgUrl::parse("http://acme.localhost:4400", LoopbackPolicy::Refuse).unwrap_err();
        assert!(refused.to_string().contains("--allow-loopback"));
        for text in
            ["http://acme.localhost:4400", "http://127.0.0.1:4400", "http://[::1]:4400", "https://localhost:4400"]
        {
            assert!(OrgUrl::parse(text, LoopbackPolicy::Allow).unwrap().0.is_loopback(), "{text:?}");
        }
        assert!(OrgUrl::parse("http://192.168.0.1", LoopbackPolicy::Allow).is_err());
        assert!(OrgUrl::parse("http://localhost.example.net", LoopbackPolicy::Allow).is_err());
    }

    #[test]
    fn custom_domain_receives_no_credential() {
        for custom in
            ["login.example.com", "example.com", "\u{feff}LOGIN.Example.com.\r\n", "https://login.example.com/"]
        {
            let (org, _) = OrgUrl::parse_to_resolve(custom, LoopbackPolicy::Refuse).unwrap();
            assert!(!org.takes_credentials() && org.host().ends_with("example.com"), "{custom:?}");
        }
        assert!(OrgUrl::parse_to_resolve("http://login.example.com", LoopbackPolicy::Refuse).is_err());
        assert!(OrgUrl::parse_to_resolve("10.0.0.1", LoopbackPolicy::Refuse).is_err());
        assert!(OrgUrl::parse_to_resolve("metadata", LoopbackPolicy::Refuse).is_err());
    }
}
