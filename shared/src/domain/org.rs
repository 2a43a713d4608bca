//! An Okta org that Regrant looks after.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::cloud::Cloud;
use super::contact::Contacts;
use super::id::OrgId;

/// How Regrant proves itself to an org. The secret part is in the vault, never here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialKind {
    /// An API token, sent as `Authorization: SSWS …`.
    ApiToken,
    /// An OAuth 2.0 service app with `private_key_jwt` (RFC 7523).
    ServiceApp,
}

/// What the ledger keeps of an org.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgProfile {
    /// The `id` of the org's well-known document: stable when domains change.
    pub id: OrgId,
    /// `_links.organization.href` of that document: the only place credentials go to. Scheme, host and port only.
    pub base_url: Url,
    /// Which kind of credential the vault holds.
    pub credential: CredentialKind,
    /// The Microsoft cloud its tenants are in.
    #[serde(default)]
    pub cloud: Cloud,
    /// When the org was added.
    pub added_at: Timestamp,
    /// Who is written to about it, where the installation's own contacts are not meant.
    #[serde(default)]
    pub contacts: Contacts,
}

impl OrgProfile {
    /// The host, with the port where there is one: what people know the org by.
    pub fn domain(&self) -> String {
        let host = self.base_url.host_str().unwrap_or_default();
        self.base_url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}
