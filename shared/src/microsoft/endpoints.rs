//! Microsoft's endpoints: pinned for each cloud, and never taken from a response.

use url::Url;

use crate::domain::cloud::Cloud;
use crate::domain::tenant::{TenantDomain, TenantId};
use crate::microsoft::config::SimulatedMicrosoft;

/// The endpoints of every cloud, or those of a simulator that replaces them.
#[derive(Debug, Clone)]
pub(super) struct Endpoints {
    simulator: Option<SimulatedMicrosoft>,
}

impl Endpoints {
    pub(super) const fn new(simulator: Option<SimulatedMicrosoft>) -> Self {
        Self { simulator }
    }

    /// The origin of the sign-in page.
    pub(super) fn login(&self, cloud: Cloud) -> Url {
        match &self.simulator {
            Some(simulator) => simulator.login.clone(),
            None => https(cloud.login_hosts()[0]),
        }
    }

    /// The origin of Graph.
    pub(super) fn graph(&self, cloud: Cloud) -> Url {
        match &self.simulator {
            Some(simulator) => simulator.graph.clone(),
            None => https(cloud.graph_host()),
        }
    }

    pub(super) fn is_simulated(&self) -> bool {
        self.simulator.is_some()
    }

    /// Whether a URL is on the cloud's sign-in page.
    pub(super) fn is_login(&self, cloud: Cloud, url: &Url) -> bool {
        let bare = url.username().is_empty() && url.password().is_none();
        let known = match &self.simulator {
            Some(simulator) => simulator.login.origin() == url.origin(),
            None => cloud.login_hosts().iter().any(|host| https(host).origin() == url.origin()),
        };
        bare && known
    }

    pub(super) fn metadata(&self, cloud: Cloud, domain: &TenantDomain) -> Url {
        at(self.login(cloud), &format!("/{domain}/v2.0/.well-known/openid-configuration"))
    }

    pub(super) fn authorize(&self, cloud: Cloud, tenant: &TenantId) -> Url {
        at(self.login(cloud), &format!("/{tenant}/oauth2/v2.0/authorize"))
    }

    pub(super) fn token(&self, cloud: Cloud, tenant: &TenantId) -> Url {
        at(self.login(cloud), &format!("/{tenant}/oauth2/v2.0/token"))
    }

    pub(super) fn keys(&self, cloud: Cloud, tenant: &TenantId) -> Url {
        at(self.login(cloud), &format!("/{tenant}/discovery/v2.0/keys"))
    }

    /// The issuers that a version 2.0 token of a tenant may have: one for each host of the sign-in page.
    pub(super) fn issuers(&self, cloud: Cloud, tenant: &TenantId) -> Vec<String> {
        match &self.simulator {
            Some(simulator) => vec![at(simulator.login.clone(), &format!("/{tenant}/v2.0")).into()],
            None => cloud.login_hosts().iter().map(|host| format!("https://{host}/{tenant}/v2.0")).collect(),
        }
    }

    /// The issuer of a tenant's version 1.0 tokens ("Access tokens", Microsoft identity platform).
    pub(super) fn issuers_v1(&self, cloud: Cloud, tenant: &TenantId) -> Vec<String> {
        match (&self.simulator, cloud) {
            (Some(simulator), _) => vec![at(simulator.login.clone(), &format!("/{tenant}/sts/")).into()],
            (None, Cloud::China21Vianet) => vec![format!("https://sts.chinacloudapi.cn/{tenant}/")],
            (None, _) => vec![format!("https://sts.windows.net/{tenant}/")],
        }
    }

    /// The delegated scope that Regrant requests for Graph. It is read-only.
    pub(super) fn directory_scope(&self, cloud: Cloud) -> String {
        at(self.resource(cloud), "/Directory.Read.All").into()
    }

    /// The scope of an application token: every application permission for Graph that the tenant consented to ("Scopes and
    /// permissions in the Microsoft identity platform").
    pub(super) fn default_scope(&self, cloud: Cloud) -> String {
        at(self.resource(cloud), "/.default").into()
    }

    /// Graph's resource identifier in scopes.
    fn resource(&self, cloud: Cloud) -> Url {
        if self.is_simulated() { https(Cloud::Global.graph_host()) } else { self.graph(cloud) }
    }
}

/// The origin of a pinned host.
fn https(host: &str) -> Url {
    // Pinned hosts are valid; the fallback resolves nowhere.
    Url::parse(&format!("https://{host}")).unwrap_or_else(|_| unreachable_origin())
}

fn unreachable_origin() -> Url {
    #[expect(clippy::expect_used, reason = "a constant that is a URL")]
    Url::parse("https://host.invalid").expect("a constant that is a URL")
}

fn at(mut origin: Url, path: &str) -> Url {
    origin.set_path(path);
    origin
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    #[test]
    fn every_cloud_uses_its_own_hosts() {
        let endpoints = Endpoints::new(None);
        let tenant: TenantId = "aaaaaaaa-0000-4000-8000-000000000001".parse().unwrap();
        for cloud in Cloud::ALL {
            assert_eq!(endpoints.login(cloud).host_str(), Some(cloud.login_hosts()[0]));
            assert_eq!(endpoints.graph(cloud).host_str(), Some(cloud.graph_host()));
            assert!(endpoints.is_login(cloud, &endpoints.authorize(cloud, &tenant)));
            assert_eq!(endpoints.default_scope(cloud), format!("https://{}/.default", cloud.graph_host()));
        }
        let global = endpoints.token(Cloud::Global, &tenant);
        assert_eq!(global.as_str(), format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"));
        assert!(!endpoints.is_login(Cloud::GccHigh, &global));
        for bent in [
            "http://login.microsoftonline.com/x",
            "https://login.microsoftonline.com:8443/x",
            "https://login.microsoftonline.com.evil.example/x",
            "https://u@login.microsoftonline.com/x",
        ] {
            assert!(!endpoints.is_login(Cloud::Global, &Url::parse(bent).unwrap()), "{bent}");
        }
    }
}
