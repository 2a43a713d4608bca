//! Loopback addresses: which hosts are this machine, and whether they may stand in for Okta or Microsoft.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::Host;

/// Whether loopback addresses may be used, over plain HTTP. No other address may use plain HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoopbackPolicy {
    /// They are refused.
    #[default]
    Refuse,
    /// They are allowed: `127.0.0.0/8`, `[::1]`, `localhost` and `*.localhost` (RFC 6761 section 6.3).
    Allow,
}

/// Whether a host is `127.0.0.0/8`, `::1`, `localhost` or `*.localhost`.
pub(crate) fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => is_localhost(name.as_ref()),
        Host::Ipv4(address) => Ipv4Addr::is_loopback(address),
        Host::Ipv6(address) => Ipv6Addr::is_loopback(address),
    }
}

/// Whether a name is `localhost` or below it.
pub(crate) fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost")
}
