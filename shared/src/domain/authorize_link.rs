//! Okta's consent link, looked at before anybody is sent there.
//!
//! The link is Okta's: client, redirect URI and `state` are not ours. What can be checked is that it leads to the
//! sign-in page of the right cloud and tenant, asks for a code, and answers to Okta.

use url::Url;

use super::id::Digest;
use super::tenant::{ClientId, TenantId};

/// A consent link that was looked at.
#[derive(Debug, Clone)]
pub struct AuthorizeLink {
    /// Where to send the browser. Holds Okta's `state`, so it is not logged.
    pub url: Url,
    /// Okta's client: whose service principal the grants will be of.
    pub client: ClientId,
    /// The digest of Okta's `state`, which a hand-over has to match.
    pub state: Digest,
}

/// Why nobody is sent to a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLink {
    /// The tenant in its path is not the app's.
    #[error(
        "Okta's consent link leads to another Microsoft tenant than the app's; compare the tenant in the app's settings in Okta"
    )]
    AnotherTenant,
    /// It is not an authorization request.
    #[error(
        "Okta's consent link is not an authorization request for a code, with one client, one state and one redirect URI"
    )]
    Shape,
    /// It answers to a host that is not Okta's.
    #[error("Okta's consent link would send Microsoft's answer to a host that is not Okta's")]
    RedirectElsewhere,
    /// It names our own registration.
    #[error("Okta's consent link names Regrant's own registration")]
    OurOwnClient,
}

/// The tenant a link has to lead to, by any of its names.
#[derive(Debug, Clone)]
pub struct ExpectedTenant<'a> {
    /// Its GUID, where it is known.
    pub id: Option<&'a TenantId>,
    /// Its domains, in lower case.
    pub domains: &'a [String],
}

impl ExpectedTenant<'_> {
    fn is(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        self.id.is_some_and(|id| id.as_str() == name) || self.domains.contains(&name)
    }
}

/// Looks at a link whose host is known to be the sign-in page of the right cloud. `is_okta` says whether a redirect URI
/// belongs to Okta; `own` is our own client, which may never appear here.
pub fn check(
    url: &Url,
    tenant: &ExpectedTenant<'_>,
    own: Option<&ClientId>,
    is_okta: impl Fn(&Url) -> bool,
) -> Result<AuthorizeLink, BadLink> {
    let mut segments = url.path_segments().ok_or(BadLink::Shape)?;
    let name = segments.next().unwrap_or_default();
    let rest: Vec<&str> = segments.collect();
    if rest != ["oauth2", "authorize"] && rest != ["oauth2", "v2.0", "authorize"] {
        return Err(BadLink::Shape);
    }
    if !tenant.is(name) {
        return Err(BadLink::AnotherTenant);
    }
    let one = |wanted: &str| {
        let mut values = url.query_pairs().filter(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
        values.next().filter(|value| !value.is_empty() && values.next().is_none()).ok_or(BadLink::Shape)
    };
    if one("response_type")? != "code" || url.fragment().is_some() {
        return Err(BadLink::Shape);
    }
    let client: ClientId = one("client_id")?.parse().map_err(|_| BadLink::Shape)?;
    if own == Some(&client) {
        return Err(BadLink::OurOwnClient);
    }
    let redirect = Url::parse(&one("redirect_uri")?).map_err(|_| BadLink::Shape)?;
    if !is_okta(&redirect) {
        return Err(BadLink::RedirectElsewhere);
    }
    let state = one("state")?;
    Ok(AuthorizeLink { url: url.clone(), client, state: Digest::of(&state) })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    const CLIENT: &str = "11111111-2222-4333-8444-555555555555";
    const TENANT: &str = "aaaaaaaa-0000-4000-8000-000000000001";
    const GOOD: &str = "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/authorize?response_type=code&state=s1&client_id=11111111-2222-4333-8444-555555555555&redirect_uri=https%3A%2F%2Fsystem-admin.okta.com%2Fadmin%2Fapp%2Fgeneric%2Foauth20redirect&scope=x";

    fn look(url: &str) -> Result<AuthorizeLink, BadLink> {
        let tenant = TENANT.parse().unwrap();
        let domains = ["contoso.onmicrosoft.com".to_owned(), "contoso.example".to_owned()];
        let expected = ExpectedTenant { id: Some(&tenant), domains: &domains };
        let own = "99999999-2222-4333-8444-555555555555".parse().unwrap();
        check(&Url::parse(url).unwrap(), &expected, Some(&own), |redirect| {
            redirect.host_str() == Some("system-admin.okta.com")
        })
    }

    #[test]
    fn the_documented_link_is_taken_by_any_name_of_the_tenant() {
        for name in ["contoso.onmicrosoft.com", "Contoso.example", TENANT] {
            let link = look(&GOOD.replace("contoso.onmicrosoft.com", name)).unwrap();
            assert_eq!((link.client.as_str(), link.state), (CLIENT, Digest::of("s1")));
        }
        assert!(look(&GOOD.replace("/oauth2/authorize", "/oauth2/v2.0/authorize")).is_ok());
    }

    #[test]
    fn a_link_for_another_tenant_or_for_any_tenant_is_refused() {
        for name in ["common", "organizations", "globex.onmicrosoft.com", "aaaaaaaa-0000-4000-8000-000000000002", ""] {
            let refused = look(&GOOD.replace("contoso.onmicrosoft.com", name)).map(|_| ());
            assert!(matches!(refused, Err(BadLink::AnotherTenant | BadLink::Shape)), "{name}");
        }
    }

    #[test]
    fn a_link_that_answers_elsewhere_or_is_bent_is_refused() {
        let refused = |from: &str, to: &str| look(&GOOD.replace(from, to)).map(|_| ()).unwrap_err();
        assert_eq!(refused("system-admin.okta.com", "evil.example"), BadLink::RedirectElsewhere);
        assert_eq!(refused(CLIENT, "99999999-2222-4333-8444-555555555555"), BadLink::OurOwnClient);
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
            assert_eq!(refused(from, to), BadLink::Shape, "{to}");
        }
    }
}
