//! The settings of an installation.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::Date;
use url::Url;

use crate::domain::branding::Branding;
use crate::domain::cloud::Cloud;
use crate::domain::contact::{Contacts, MailAddress};
use crate::domain::customer::CustomerName;
use crate::domain::invitation;
use crate::domain::notification::cadence::OKTAS_DEADLINE;
use crate::domain::permission::PermissionCatalogue;
use crate::http::loopback::{LoopbackPolicy, is_loopback};

/// The origin at which browsers reach this installation. From configuration, never from a `Host` header (RFC 9700 section
/// 4.13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Url);

/// Why a string is not a public URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a public URL is https:// and a host without a path, such as https://regrant.example.com; http:// is only accepted for a loopback host, if loopback is allowed"
)]
pub struct NotAPublicUrl;

impl PublicUrl {
    /// Parses an origin.
    pub fn parse(text: &str, loopback: LoopbackPolicy) -> Result<Self, NotAPublicUrl> {
        let url = Url::parse(text).map_err(|_| NotAPublicUrl)?;
        let local = loopback == LoopbackPolicy::Allow && url.host().is_some_and(|host| is_loopback(&host));
        let scheme = url.scheme() == "https" || (local && url.scheme() == "http");
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let nameless = url.username().is_empty() && url.password().is_none();
        if scheme && bare && nameless && url.host().is_some() { Ok(Self(url)) } else { Err(NotAPublicUrl) }
    }

    /// The URL of a path at this origin.
    pub fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url
    }

    /// Whether browsers use TLS; only simulations do not.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The redirect URI to register in a cloud.
    pub fn redirect_uri(&self, cloud: Cloud) -> Url {
        self.at(cloud.callback_path())
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// The settings for email.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// The sender; `None` if no email is sent.
    pub sender: Option<MailAddress>,
    /// The address for replies and questions; `None` for the sender.
    pub questions_to: Option<MailAddress>,
    /// The contacts of orgs that have none of their own.
    pub contacts: Contacts,
    /// The date by which every app must use consent.
    pub deadline: Date,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self { sender: None, questions_to: None, contacts: Contacts::default(), deadline: OKTAS_DEADLINE }
    }
}

/// The settings of an installation.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where browsers reach it; `None` if it serves no pages, so that no invitation can be created.
    pub public_url: Option<PublicUrl>,
    /// The permissions that a consent must include.
    pub permissions: PermissionCatalogue,
    /// How long an invitation is valid.
    pub invitation_lifetime: SignedDuration,
    /// How often to read grants after a consent before the last result counts: Microsoft documents a replication delay.
    pub replication_looks: u32,
    /// How long to wait between two such reads.
    pub replication_pause: Duration,
    /// The publisher that Microsoft shows as verified for Regrant's own registration (Microsoft, "Publisher
    /// verification"). `None` if it is not verified, which emails then say.
    pub verified_publisher: Option<String>,
    /// Email.
    pub mail: MailSettings,
    /// What pages show as the installation's own identity.
    pub branding: Branding,
    /// What pages about a customer's orgs show instead.
    pub customer_branding: BTreeMap<CustomerName, CustomerBranding>,
}

/// The identity that pages show to one customer.
#[derive(Debug, Clone, Default)]
pub struct CustomerBranding {
    /// The identity.
    pub branding: Branding,
    /// Who answers the customer's questions; `None` for the installation's own address.
    pub support: Option<MailAddress>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: None,
            permissions: PermissionCatalogue::default(),
            invitation_lifetime: invitation::DEFAULT_LIFETIME,
            replication_looks: 8,
            replication_pause: Duration::from_secs(5),
            verified_publisher: None,
            mail: MailSettings::default(),
            branding: Branding::default(),
            customer_branding: BTreeMap::new(),
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
