//! The part of Okta's Management API that Regrant uses.
//!
//! [`Okta`] is the port of the use cases: it resolves an org and opens it with a credential. [`client`] is the HTTP
//! implementation. [`log_stream`] decodes events that Okta pushes. Most calls of [`OktaOrg`] only read; its three writes are
//! marked as such, and a scan calls none of them.

mod aerial;
mod assignment_counts;
mod auth;
pub mod client;
pub mod config;
pub mod credential;
pub mod error;
mod log;
pub mod log_stream;
#[cfg(test)]
mod odd_members;
pub mod org_url;
mod paging;
mod rate_budget;
mod retrying_client;
mod visit;
mod wire;

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::domain::assignment_counts::AssignmentCounts;
use crate::domain::connection::{AppStatus, AuthScheme, ConnectionStatus};
use crate::domain::id::{AppId, OrgId};
use crate::domain::signal::Provisioning;
use crate::domain::system_log::{LogEvent, LogPosition};
use crate::domain::tenant::TenantName;
use crate::domain::text::UntrustedText;
use crate::domain::transcript::Transcript;
use crate::vault::exposed;

pub use credential::OktaCredential;
pub use error::OktaError;
pub use org_url::OrgUrl;

/// The contents of an org's `/.well-known/okta-organization`, checked against the allow-list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedOrg {
    /// The org's stable key.
    pub id: OrgId,
    /// The base URL of its API, and the only host that receives a credential.
    pub base_url: OrgUrl,
    /// `idx` (Identity Engine) or `v1` (Classic), if reported.
    pub pipeline: Option<String>,
    /// The server's own time when it answered (`Date`), if reported.
    pub answered_at: Option<Timestamp>,
}

/// The host of the Aerial API's production environment.
pub const AERIAL_HOST: &str = "aerial-apac.okta.com";

/// An Okta Aerial account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AerialAccount {
    /// The org whose API Services app reads the account.
    pub org: OrgUrl,
    /// The host of the Aerial API.
    pub api: OrgUrl,
    /// The account's id.
    pub id: String,
}

/// An Office 365 app as the app list returns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedApp {
    /// Its id.
    pub id: AppId,
    /// Its label.
    pub label: UntrustedText,
    /// Its life-cycle status.
    pub status: AppStatus,
    /// Its `features`, in Okta's spelling.
    pub features: Vec<String>,
    /// `settings.app.msftTenant`.
    pub tenant: Option<TenantName>,
    /// `settings.app.domain`.
    pub domain: Option<UntrustedText>,
    /// `settings.app.tenantType`.
    pub tenant_type: Option<String>,
    /// Parts of the response that this version did not understand, in words for people.
    pub surprises: Vec<String>,
}

/// A page of the app list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppPage {
    /// The Office 365 apps of this page. Other apps, which the filter should have excluded, are dropped.
    pub apps: Vec<ListedApp>,
    /// The next page, from the org's `Link` header. Its host has been checked.
    pub next: Option<Url>,
    /// Items that could not be decoded as an app, in words for people.
    pub surprises: Vec<String>,
}

/// A page of the System Log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage {
    /// The events, in the order in which they reached the log.
    pub events: Vec<LogEvent>,
    /// Where to continue reading; always present. Store it after the events.
    pub next: LogPosition,
    /// Whether the page was full, so that more events may be available at once.
    pub full: bool,
    /// Items that could not be decoded as an event, in words for people.
    pub surprises: Vec<String>,
}

/// The consent link of a connection. It contains Okta's `state`, so it must not be logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentLink {
    /// Okta offers no link, because it does not ask for consent.
    Absent,
    /// It leads to Microsoft's sign-in page.
    Offered(Url),
    /// It does not lead to Microsoft's sign-in page. It is not used, and nothing is concluded from it.
    Elsewhere,
}

impl ConsentLink {
    /// The link, if it leads to Microsoft.
    pub const fn offered(&self) -> Option<&Url> {
        match self {
            Self::Offered(link) => Some(link),
            Self::Absent | Self::Elsewhere => None,
        }
    }
}

/// A provisioning connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// `profile.authScheme`, or the outer `authScheme` without a profile.
    pub auth_scheme: AuthScheme,
    /// Whether the connection is on.
    pub status: ConnectionStatus,
    /// `_links.authorize.href`.
    pub authorize: ConsentLink,
    /// Parts of the response that this version did not understand, in words for people.
    pub surprises: Vec<String>,
}

/// A Microsoft administrator's name and password, which Okta's schema still supports for Office 365. Sent only for an org
/// whose operator stored them in the vault.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProvisioningAdmin {
    /// `settings.adminUsername`.
    pub username: String,
    /// `settings.adminPassword`.
    #[serde(serialize_with = "exposed")]
    pub password: SecretString,
}

/// An org opened with a credential.
#[async_trait]
pub trait OktaOrg: Send + Sync {
    /// A page of the org's Office 365 apps: the first one, or the one that `next` points to.
    async fn apps(&self, next: Option<&Url>) -> Result<AppPage, OktaError>;
    /// One app by id.
    async fn app(&self, app: &AppId) -> Result<ListedApp, OktaError>;
    /// An app's provisioning connection.
    async fn connection(&self, app: &AppId) -> Result<Connection, OktaError>;
    /// Whether provisioning is on for an app.
    async fn provisioning(&self, app: &AppId) -> Result<Provisioning, OktaError>;
    /// How many users and groups are assigned to an app, from the first page of each list: `GET …/users?limit=500` and
    /// `GET …/groups?limit=200`, two calls with the scope `okta.apps.read` (Okta, "List all application users" and "List
    /// all application groups"). Okta rejects them if the credential's role cannot view assignments.
    async fn count_assignments(&self, app: &AppId) -> Result<AssignmentCounts, OktaError>;
    /// A page of the System Log; needs `okta.logs.read`. On [`OktaError::LogPositionLost`], read again from a time. That
    /// is harmless, because events have ids.
    async fn log_events(&self, from: &LogPosition) -> Result<LogPage, OktaError>;
    /// When provisioning first succeeded for an app after `since`, from the System Log; `None` if it has not.
    async fn provisioning_worked_after(&self, app: &AppId, since: Timestamp) -> Result<Option<Timestamp>, OktaError>;

    /// Writes. Prepares an OAuth connection, so that it has a consent link: `POST …/connections/default`. A plain POST was
    /// recorded turning an enabled connection off, so call this only for connections that are not enabled. The response
    /// proves nothing: read the connection afterwards.
    async fn prepare_connection(&self, app: &AppId, admin: Option<&ProvisioningAdmin>) -> Result<(), OktaError>;
    /// Writes. Sends Okta the code from its own page: `POST …/oauth2/callback`. Codes are single-use, so it is sent once,
    /// regardless of the result.
    async fn complete_consent(&self, app: &AppId, code: &SecretString, state: &str) -> Result<(), OktaError>;
    /// Writes. Activates the connection: `POST …/lifecycle/activate`. Okta returns 204 even if nothing changes: read the
    /// connection afterwards.
    async fn activate(&self, app: &AppId) -> Result<(), OktaError>;
}

/// The port to Okta.
#[async_trait]
pub trait Okta: Send + Sync {
    /// Asks a host, without a credential, which org it belongs to. Fails if the org's API is not on the allow-list.
    async fn resolve(&self, host: &OrgUrl) -> Result<ResolvedOrg, OktaError>;
    /// Visits an org with GET requests only, and records its answers without anything secret or personal.
    async fn record_visit(&self, base_url: &OrgUrl, credential: &OktaCredential) -> Result<Transcript, OktaError>;
    /// The orgs of an Aerial account, as its list returns them. Needs a service app in the account's Aerial org.
    async fn aerial_orgs(&self, account: &AerialAccount, credential: &OktaCredential) -> Result<Vec<Value>, OktaError>;
    /// Opens an org with a credential. Sends nothing yet.
    fn open(&self, base_url: &OrgUrl, credential: &OktaCredential) -> Result<Box<dyn OktaOrg>, OktaError>;
}
