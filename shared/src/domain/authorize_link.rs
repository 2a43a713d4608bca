//! Validation of Okta's consent link before the browser is sent to it.
//!
//! The link belongs to Okta: its client, redirect URI and `state` are not ours. Regrant checks that it leads to the sign-in
//! page of the right cloud and of one tenant, requests a code, and redirects to Okta.

use url::Url;

use super::id::Sha256Digest;
use super::tenant::{ClientId, TenantDomain, TenantId};

/// A validated consent link.
#[derive(Debug, Clone)]
pub struct AuthorizeLink {
    /// Where to send the browser. It contains Okta's `state`, so it must not be logged.
    pub url: Url,
    /// The tenant in its path: a GUID or a domain, in lower case. Not `common` or another name for many tenants.
    pub tenant: String,
    /// Okta's client, whose service principal will hold the grants.
    pub client: ClientId,
    /// The digest of Okta's `state`, which the hand-over must match.
    pub state: Sha256Digest,
}

/// Why Regrant does not send the browser to a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLink {
    /// The tenant in its path is not the app's tenant.
    #[error(
        "Okta's consent link is for a different Microsoft tenant than the app; check the tenant in the app's settings in Okta"
    )]
    AnotherTenant,
    /// It is not an authorization request.
    #[error(
        "Okta's consent link is not an authorization request for a code with exactly one client, one state and one redirect URI"
    )]
    Shape,
    /// Its redirect URI is not on a host of Okta.
    #[error("Okta's consent link would send Microsoft's response to a host that does not belong to Okta")]
    RedirectElsewhere,
    /// It names our own registration.
    #[error("Okta's consent link contains the client id of Regrant's own registration")]
    OurOwnClient,
}

/// Validates a link whose host is already known to be the sign-in page of the right cloud. The caller compares its tenant.
/// `is_okta` says whether a redirect URI belongs to Okta. `own` is our own client, which must not appear in the link.
pub fn validate(
    url: &Url,
    own: Option<&ClientId>,
    is_okta: impl Fn(&Url) -> bool,
) -> Result<AuthorizeLink, InvalidLink> {
    let mut segments = url.path_segments().ok_or(InvalidLink::Shape)?;
    let tenant = segments.next().unwrap_or_default().to_ascii_lowercase();
    let rest: Vec<&str> = segments.collect();
    if rest != ["oauth2", "authorize"] && rest != ["oauth2", "v2.0", "authorize"] {
        return Err(InvalidLink::Shape);
    }
    let is_one_tenant = tenant.parse::<TenantId>().is_ok() || TenantDomain::try_from(tenant.clone()).is_ok();
    if !is_one_tenant {
        return Err(InvalidLink::AnotherTenant);
    }
    let one = |wanted: &str| {
        let mut values = url.query_pairs().filter(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
        values.next().filter(|value| !value.is_empty() && values.next().is_none()).ok_or(InvalidLink::Shape)
    };
    if one("response_type")? != "code" || url.fragment().is_some() {
        return Err(InvalidLink::Shape);
    }
    let client: ClientId = one("client_id")?.parse().map_err(|_| InvalidLink::Shape)?;
    if own == Some(&client) {
        return Err(InvalidLink::OurOwnClient);
    }
    let redirect = Url::parse(&one("redirect_uri")?).map_err(|_| InvalidLink::Shape)?;
    if !is_okta(&redirect) {
        return Err(InvalidLink::RedirectElsewhere);
    }
    let state = one("state")?;
    Ok(AuthorizeLink { url: url.clone(), tenant, client, state: Sha256Digest::of(&state) })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    const CLIENT: &str = "11111111-2222-4333-8444-555555555555";
    const TENANT: &str = "aaaaaaaa-0000-4000-8000-000000000001";
    const GOOD: &str = "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/authorize?response_type=code&state=s1&client_id=11111111-2222-4333-8444-555555555555&redirect_uri=https%3A%2F%2Fsystem-admin.okta.com%2Fadmin%2Fapp%2Fgeneric%2Foauth20redirect&scope=x";

    fn checked(url: &str) -> Result<AuthorizeLink, InvalidLink> {
        let own = "99999999-2222-4333-8444-555555555555".parse().unwrap();
        validate(&Url::parse(url).unwrap(), Some(&own), |redirect| redirect.host_str() == Some("system-admin.okta.com"))
    }

    #[test]
    fn documented_link_is_valid_for_every_tenant_name() {
        for name in ["contoso.onmicrosoft.com", "Contoso.example", TENANT] {
            let link = checked(&GOOD.replace("contoso.onmicrosoft.com", name)).unwrap();
            assert_eq!((link.client.as_str(), link.state), (CLIENT, Sha256Digest::of("s1")));
            assert_eq!(link.tenant, name.to_ascii_lowercase());
        }
        assert!(checked(&GOOD.replace("/oauth2/authorize", "/oauth2/v2.0/authorize")).is_ok());
    }

    #[test]
    fn links_for_many_tenants_are_refused() {
        for name in ["common", "organizations", "consumers", "contoso", ""] {
            let refused = checked(&GOOD.replace("contoso.onmicrosoft.com", name)).map(|_| ());
            assert!(matches!(refused, Err(InvalidLink::AnotherTenant | InvalidLink::Shape)), "{name}");
        }
    }

    #[test]
    fn malformed_and_misdirected_links_are_refused() {
        let refused = |from: &str, to: &str| checked(&GOOD.replace(from, to)).map(|_| ()).unwrap_err();
        assert_eq!(refused("system-admin.okta.com", "evil.example"), InvalidLink::RedirectElsewhere);
        assert_eq!(refused(CLIENT, "99999999-2222-4333-8444-555555555555"), InvalidLink::OurOwnClient);
        for (from, to) in [
            ("response_type=code", "response_type=token"),
            ("state=s1", "state="),
            ("state=s1", "state=s1&state=s2"),
            ("state=s1&", ""),
            (CLIENT, "okta"),
            ("/oauth2/authorize", "/oauth2/logout"),
            ("scope=x", "scope=x#y"),
            ("redirect_uri=", "redirect_uri=https%3A%2F%2Fevil.example&redirect_uri="),
        ] {
            assert_eq!(refused(from, to), InvalidLink::Shape, "{to}");
        }
    }
}
