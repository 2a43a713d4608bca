//! Microsoft's clouds. Each has its own sign-in page, Graph and registrations; a token of one is meaningless in another.
//!
//! The hosts are Microsoft's ("National clouds" and "Microsoft Graph national cloud deployments"). They are constants and
//! never taken from a response, so that a genuine authorization page cannot be combined with a malicious token endpoint
//! (RFC 9700 section 4.4.2).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A Microsoft cloud.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Cloud {
    /// The global cloud, which also serves GCC.
    #[default]
    Global,
    /// US Government GCC High (L4).
    GccHigh,
    /// US Government `DoD` (L5). It shares its sign-in page with GCC High and has its own Graph.
    Dod,
    /// China, operated by 21Vianet.
    #[serde(rename = "21vianet")]
    China21Vianet,
}

impl Cloud {
    /// Every cloud.
    pub const ALL: [Self; 4] = [Self::Global, Self::GccHigh, Self::Dod, Self::China21Vianet];

    /// The name used in every output, path and option.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::GccHigh => "gcc-high",
            Self::Dod => "dod",
            Self::China21Vianet => "21vianet",
        }
    }

    /// The hosts of the sign-in page. Regrant uses the first.
    pub const fn login_hosts(self) -> &'static [&'static str] {
        match self {
            Self::Global => &["login.microsoftonline.com"],
            Self::GccHigh | Self::Dod => &["login.microsoftonline.us"],
            Self::China21Vianet => &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
        }
    }

    /// The host of Microsoft Graph.
    pub const fn graph_host(self) -> &'static str {
        match self {
            Self::Global => "graph.microsoft.com",
            Self::GccHigh => "graph.microsoft.us",
            Self::Dod => "dod-graph.microsoft.us",
            Self::China21Vianet => "microsoftgraph.chinacloudapi.cn",
        }
    }

    /// The suffix of a tenant's initial domain.
    pub const fn initial_domain_suffix(self) -> &'static str {
        match self {
            Self::Global => "onmicrosoft.com",
            Self::GccHigh | Self::Dod => "onmicrosoft.us",
            Self::China21Vianet => "partner.onmschina.cn",
        }
    }

    /// The path of our redirect URI. Each cloud has its own, so that a response of one cloud is never accepted as a response
    /// of another (RFC 9700 section 4.4.2.2).
    pub const fn callback_path(self) -> &'static str {
        match self {
            Self::Global => "/oauth/microsoft/callback",
            Self::GccHigh => "/oauth/microsoft/gcc-high/callback",
            Self::Dod => "/oauth/microsoft/dod/callback",
            Self::China21Vianet => "/oauth/microsoft/21vianet/callback",
        }
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The name is not that of a Microsoft cloud.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown Microsoft cloud; use one of global, gcc-high, dod, 21vianet")]
pub struct UnknownCloud;

impl std::str::FromStr for Cloud {
    type Err = UnknownCloud;
    fn from_str(name: &str) -> Result<Self, UnknownCloud> {
        Self::ALL.into_iter().find(|cloud| cloud.name() == name).ok_or(UnknownCloud)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cloud_names_round_trip() {
        for cloud in Cloud::ALL {
            assert_eq!(cloud.name().parse(), Ok(cloud));
            assert_eq!(serde_json::to_value(cloud).ok(), Some(cloud.name().into()));
        }
        assert_eq!("azure".parse::<Cloud>(), Err(UnknownCloud));
    }

    #[test]
    fn clouds_share_neither_graph_nor_redirect_uri() {
        for (at, one) in Cloud::ALL.into_iter().enumerate() {
            for other in &Cloud::ALL[at + 1..] {
                assert_ne!(one.graph_host(), other.graph_host());
                assert_ne!(one.callback_path(), other.callback_path());
            }
        }
    }
}
