//! An Okta org that Regrant monitors.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::cloud::Cloud;
use super::contact::Contacts;
use super::customer::{CustomerChange, CustomerName, Label, LabelChange};
use super::id::OrgId;
use super::tenant::TenantName;

/// How Regrant authenticates to an org. The secret itself is in the vault, never here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialKind {
    /// An API token, sent as `Authorization: SSWS …`.
    ApiToken,
    /// An OAuth 2.0 service app with `private_key_jwt` (RFC 7523).
    ServiceApp,
}

/// Whether a consent for an org's apps requires that the administrator signs in at Microsoft first. It is the operator's
/// decision, never a consequence of a missing registration.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema, strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum SignInPolicy {
    /// Without a verified sign-in, nothing is opened.
    #[default]
    Required,
    /// A person with the link receives Okta's existing consent link. Every change in Okta is an operator's own step.
    Waived,
}

impl SignInPolicy {
    /// The name used in every output.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The stricter of two policies.
    #[must_use]
    pub fn or_stricter(self, other: Self) -> Self {
        if self == Self::Waived { other } else { self }
    }
}

impl std::str::FromStr for SignInPolicy {
    type Err = UnknownSignInPolicy;
    fn from_str(name: &str) -> Result<Self, UnknownSignInPolicy> {
        [Self::Required, Self::Waived].into_iter().find(|policy| policy.name() == name).ok_or(UnknownSignInPolicy)
    }
}

/// The name is not that of a sign-in policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown policy; use required or waived")]
pub struct UnknownSignInPolicy;

/// The ledger's record of an org.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgProfile {
    /// The `id` of the org's well-known document. It stays the same when domains change.
    pub id: OrgId,
    /// `_links.organization.href` of that document: the only host that receives credentials. Scheme, host and port only.
    pub base_url: Url,
    /// The kind of credential in the vault.
    pub credential: CredentialKind,
    /// The Microsoft cloud of its tenants.
    #[serde(default)]
    pub cloud: Cloud,
    /// Whether administrators have to sign in at Microsoft before a consent.
    #[serde(default)]
    pub sign_in: SignInPolicy,
    /// Whether a Microsoft administrator's password is stored for this org, which Okta receives when a connection is prepared.
    #[serde(default)]
    pub sends_password: bool,
    /// Tenants that an operator approved for this org, although another org names them too or an app's tenant changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved_tenants: Vec<TenantName>,
    /// When the org was added.
    pub added_at: Timestamp,
    /// The org's contacts, if they differ from the installation's contacts.
    #[serde(default)]
    pub contacts: Contacts,
    /// The customer it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerName>,
    /// Its free labels.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub labels: BTreeSet<Label>,
}

impl OrgProfile {
    /// An org with default settings, without a customer.
    pub fn new(id: OrgId, base_url: Url, credential: CredentialKind, added_at: Timestamp) -> Self {
        Self {
            id,
            base_url,
            credential,
            cloud: Cloud::default(),
            sign_in: SignInPolicy::default(),
            sends_password: false,
            approved_tenants: Vec::new(),
            added_at,
            contacts: Contacts::default(),
            customer: None,
            labels: BTreeSet::new(),
        }
    }

    /// The org with a different customer and labels.
    #[must_use]
    pub fn relabelled(mut self, change: &LabelChange) -> Self {
        match &change.customer {
            CustomerChange::Keep => {}
            CustomerChange::Remove => self.customer = None,
            CustomerChange::Set(customer) => self.customer = Some(customer.clone()),
        }
        self.labels.extend(change.add.iter().cloned());
        self.labels.retain(|label| !change.remove.contains(label));
        self
    }

    /// The host, with a port if there is one, as people know the org.
    pub fn domain(&self) -> String {
        let host = self.base_url.host_str().unwrap_or_default();
        self.base_url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}
