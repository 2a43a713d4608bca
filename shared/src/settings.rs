//! What an installation decides for itself.

use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::Date;
use url::Url;

use crate::domain::cloud::Cloud;
use crate::domain::contact::{Contacts, MailAddress};
use crate::domain::invitation;
use crate::domain::notification::cadence::OKTAS_DEADLINE;
use crate::domain::permission::PermissionCatalogue;
use crate::http::loopback::{LoopbackPolicy, is_loopback};

/// Where browsers reach this installation: an origin, from configuration and never from a `Host` header (RFC 9700
/// section 4.13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Url);

/// Why a string is not a public URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the public URL is https, a host and nothing behind it, such as https://regrant.example.com; a loopback host may be http where loopback is allowed"
)]
pub struct NotAPublicUrl;

impl PublicUrl {
    /// Reads an origin.
    pub fn parse(text: &str, loopback: LoopbackPolicy) -> Result<Self, NotAPublicUrl> {
        let url = Url::parse(text).map_err(|_| NotAPublicUrl)?;
        let local = loopback == LoopbackPolicy::Allow && url.host().is_some_and(|host| is_loopback(&host));
        let scheme = url.scheme() == "https" || (local && url.scheme() == "http");
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let nameless = url.username().is_empty() && url.password().is_none();
        if scheme && bare && nameless && url.host().is_some() { Ok(Self(url)) } else { Err(NotAPublicUrl) }
    }

    /// The URL of a path here.
    pub fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url
    }

    /// Whether it is spoken to over TLS; only a simulator is not.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The redirect URI that is registered in a cloud.
    pub fn redirect_uri(&self, cloud: Cloud) -> Url {
        self.at(cloud.callback_path())
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// What an installation decides about its emails.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// Whom emails are from; `None` where none are sent.
    pub sender: Option<MailAddress>,
    /// Where answers go, and what emails name for questions; the sender where nothing is named.
    pub questions_to: Option<MailAddress>,
    /// Who is written to about orgs that name nobody themselves.
    pub contacts: Contacts,
    /// The day until which apps have to be moved.
    pub deadline: Date,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self { sender: None, questions_to: None, contacts: Contacts::default(), deadline: OKTAS_DEADLINE }
    }
}

/// What an installation decides for itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where browsers reach it; `None` where no page is served, so that no invitation can be made.
    pub public_url: Option<PublicUrl>,
    /// The permissions a consent has to bring.
    pub permissions: PermissionCatalogue,
    /// How long an invitation lives.
    pub invitation_lifetime: SignedDuration,
    /// How often grants are read after a consent before the last answer counts: Microsoft documents a delay.
    pub replication_looks: u32,
    /// How long between two such looks.
    pub replication_pause: Duration,
    /// Its emails.
    pub mail: MailSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: None,
            permissions: PermissionCatalogue::default(),
            invitation_lifetime: invitation::DEFAULT_LIFETIME,
            replication_looks: 8,
            replication_pause: Duration::from_secs(5),
            mail: MailSettings::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bare_origin_is_a_public_url() {
        let parse = |text| PublicUrl::parse(text, LoopbackPolicy::Allow).map(|url| url.to_string());
        assert_eq!(parse("https://regrant.example.com").as_deref(), Ok("https://regrant.example.com"));
        assert_eq!(parse("http://localhost:8080/").as_deref(), Ok("http://localhost:8080"));
        for bad in [
            "",
            "regrant.example.com",
            "http://regrant.example.com",
            "https://a.example/x",
            "https://a.example/?x",
            "https://u@a.example",
            "https://a.example/#x",
        ] {
            assert_eq!(parse(bad), Err(NotAPublicUrl), "{bad}");
        }
        assert_eq!(PublicUrl::parse("http://localhost:8080", LoopbackPolicy::Refuse), Err(NotAPublicUrl));
    }
}
