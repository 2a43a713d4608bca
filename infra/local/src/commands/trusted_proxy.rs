//! A reverse proxy in front of `regrant serve` that signs operators in.
//!
//! The proxy names the operator in a header. Anyone can send a header, so it counts only in connections from the proxy's own
//! address. A request from anywhere else has no caller, and so no access to `/v1` or the console.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::{self, Next};
use clap::Args;
use regrant::domain::access_policy::Identity;
use regrant::web::authorization::Caller;

/// The most bytes of a header that names an operator or their groups.
const MAX_HEADER_BYTES: usize = 8 << 10;

/// The proxy that `regrant serve` trusts.
#[derive(Debug, Clone, Args)]
pub struct TrustedProxy {
    /// The header in which a reverse proxy names the operator whom it signed in, such as X-Forwarded-User. The proxy must
    /// remove this header from requests that it receives.
    #[arg(long, value_name = "HEADER", requires = "trust_proxy_peer", help_heading = "Sign-in by a proxy")]
    pub trust_proxy_header: Option<HeaderName>,
    /// The header with the operator's groups, separated by commas.
    #[arg(long, value_name = "HEADER", requires = "trust_proxy_header", help_heading = "Sign-in by a proxy")]
    pub trust_proxy_groups_header: Option<HeaderName>,
    /// The address from which the proxy connects; repeatable. The headers count from no other address.
    #[arg(long, value_name = "ADDRESS", requires = "trust_proxy_header", help_heading = "Sign-in by a proxy")]
    pub trust_proxy_peer: Vec<IpAddr>,
}

impl TrustedProxy {
    /// Whether a proxy is named.
    pub(crate) const fn is_set(&self) -> bool {
        self.trust_proxy_header.is_some()
    }

    /// `router` with the proxy's operators as its callers.
    pub(crate) fn around(&self, router: Router) -> Router {
        let proxy = self.clone();
        router.layer(middleware::from_fn(move |mut request: Request, next: Next| {
            let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
            if let Some(identity) = peer.and_then(|peer| proxy.identity(peer, request.headers())) {
                request.extensions_mut().insert(Caller::Operator(identity));
            }
            next.run(request)
        }))
    }

    /// The operator whom a request from `peer` names.
    fn identity(&self, peer: IpAddr, headers: &HeaderMap) -> Option<Identity> {
        let header = self.trust_proxy_header.as_ref()?;
        if !self.trust_proxy_peer.iter().any(|trusted| trusted.to_canonical() == peer.to_canonical()) {
            return None;
        }
        let subject = single(headers, header)?;
        let groups = self.trust_proxy_groups_header.as_ref().and_then(|header| single(headers, header));
        let groups: BTreeSet<String> = groups
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|group| !group.is_empty())
            .map(str::to_owned)
            .collect();
        Some(Identity {
            issuer: format!("proxy:{header}"),
            subject: subject.to_owned(),
            name: None,
            claims: BTreeMap::from([("groups".to_owned(), groups)]),
        })
    }
}

/// A header's only value. `None` if there are two: the proxy may have added its own to one that a client sent.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).into_iter();
    let value = values.next()?.to_str().ok()?.trim();
    (values.next().is_none() && !value.is_empty() && value.len() <= MAX_HEADER_BYTES).then_some(value)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use super::*;

    fn proxy() -> TrustedProxy {
        TrustedProxy {
            trust_proxy_header: Some(HeaderName::from_static("x-forwarded-user")),
            trust_proxy_groups_header: Some(HeaderName::from_static("x-forwarded-groups")),
            trust_proxy_peer: vec!["127.0.0.1".parse().unwrap()],
        }
    }

    fn named(peer: &str, headers: &[(&'static str, &str)]) -> Option<Identity> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        proxy().identity(peer.parse().unwrap(), &map)
    }

    #[test]
    fn headers_count_only_from_the_trusted_peer() {
        let headers = [("x-forwarded-user", "ada"), ("x-forwarded-groups", "admins, staff,")];
        let ada = named("127.0.0.1", &headers).unwrap();
        assert_eq!((ada.subject.as_str(), ada.claims["groups"].len()), ("ada", 2));
        assert_eq!(named("::ffff:127.0.0.1", &headers), Some(ada));
        assert_eq!(named("192.0.2.7", &headers), None);
    }

    #[test]
    fn missing_empty_and_repeated_headers_name_no_one() {
        assert_eq!(named("127.0.0.1", &[]), None);
        assert_eq!(named("127.0.0.1", &[("x-forwarded-user", "")]), None);
        assert_eq!(named("127.0.0.1", &[("x-forwarded-user", "ada"), ("x-forwarded-user", "bob")]), None);
        let twice = [("x-forwarded-user", "ada"), ("x-forwarded-groups", "a"), ("x-forwarded-groups", "admins")];
        assert!(named("127.0.0.1", &twice).unwrap().claims["groups"].is_empty());
    }
}
