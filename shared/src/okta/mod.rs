//! Okta's Management API, as far as Regrant needs it.
//!
//! [`Okta`] is the port the use cases know: it resolves an org and opens it with a credential. [`client`] is the real
//! one; [`log_stream`] reads what Okta sends of its own accord. The reads of [`OktaOrg`] change nothing in Okta; its three writes say so, and a scan calls none of them.

mod assignment_counts;
mod auth;
pub mod client;
pub mod config;
pub mod credential;
pub mod error;
mod log;
pub mod log_stream;
pub mod org_url;
mod paging;
mod rate_budget;
mod retrying_client;
mod wire;

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::domain::assignment_counts::AssignmentCounts;
use crate::domain::connection::{AppStatus, AuthScheme, ConnectionStatus};
use crate::domain::id::{AppId, OrgId};
use crate::domain::signal::Provisioning;
use crate::domain::system_log::{LogEvent, LogPosition};
use crate::domain::tenant::TenantName;
use crate::domain::text::UntrustedText;

pub use credential::OktaCredential;
pub use error::OktaError;
pub use org_url::OrgUrl;

/// What an org's `/.well-known/okta-organization` says, checked against the allow-list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedOrg {
    /// The org's stable key.
    pub id: OrgId,
    /// Where its API is; the only place a credential may go.
    pub base_url: OrgUrl,
    /// `idx` (Identity Engine) or `v1` (Classic), where it was told.
    pub pipeline: Option<String>,
}

/// An Office 365 app as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedApp {
    /// Its id.
    pub id: AppId,
    /// Its label.
    pub label: UntrustedText,
    /// Its life-cycle status.
    pub status: AppStatus,
    /// Its `features`, as Okta spells them.
    pub features: Vec<String>,
    /// `settings.app.msftTenant`.
    pub tenant: Option<TenantName>,
    /// `settings.app.domain`.
    pub domain: Option<UntrustedText>,
    /// `settings.app.tenantType`.
    pub tenant_type: Option<String>,
    /// What was in the answer and not understood, in words for people.
    pub surprises: Vec<String>,
}

/// A page of the app list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppPage {
    /// The Office 365 apps of this page. Other apps, which the filter should have kept out, are dropped.
    pub apps: Vec<ListedApp>,
    /// Where the list goes on, as the org's `Link` header said it; its host has been checked.
    pub next: Option<Url>,
    /// What could not be read as an app, in words for people.
    pub surprises: Vec<String>,
}

/// A page of the System Log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage {
    /// The events that Regrant asks for, in the order in which they reached the log.
    pub events: Vec<LogEvent>,
    /// Where reading goes on; there is always somewhere. To be kept once the events are.
    pub next: LogPosition,
    /// The page was full: there may be more at once. Otherwise more comes with time.
    pub full: bool,
    /// What could not be read as an event, in words for people.
    pub surprises: Vec<String>,
}

/// The consent link of a connection. Holds Okta's `state`, so it is not logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentLink {
    /// Okta offers none: it asks for no consent.
    Absent,
    /// It leads to Microsoft's sign-in page.
    Offered(Url),
    /// It leads somewhere else; nobody is sent there, and nothing follows from it.
    Elsewhere,
}

impl ConsentLink {
    /// The link, where it leads to Microsoft.
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
    /// `profile.authScheme`, or the outer `authScheme` where there is no profile.
    pub auth_scheme: AuthScheme,
    /// Whether provisioning runs over it.
    pub status: ConnectionStatus,
    /// `_links.authorize.href`.
    pub authorize: ConsentLink,
    /// What was in the answer and not understood, in words for people.
    pub surprises: Vec<String>,
}

/// A Microsoft administrator's name and password, which Okta's schema still knows for Office 365. Sent only for an org
/// whose operator put them into the vault.
#[derive(Debug, Clone, Deserialize)]
pub struct ProvisioningAdmin {
    /// `settings.adminUsername`.
    pub username: String,
    /// `settings.adminPassword`.
    pub password: SecretString,
}

/// One org, opened with a credential.
#[async_trait]
pub trait OktaOrg: Send + Sync {
    /// A page of the org's Office 365 apps: the first, or the one `next` leads to.
    async fn apps(&self, next: Option<&Url>) -> Result<AppPage, OktaError>;
    /// One app by id.
    async fn app(&self, app: &AppId) -> Result<ListedApp, OktaError>;
    /// An app's provisioning connection.
    async fn connection(&self, app: &AppId) -> Result<Connection, OktaError>;
    /// Whether provisioning is on for an app.
    async fn provisioning(&self, app: &AppId) -> Result<Provisioning, OktaError>;
    /// How many users and groups are assigned to an app, by the first page of each list: `GET …/users?limit=500` and
    /// `GET …/groups?limit=200`, two calls of the scope `okta.apps.read` (Okta, "List all application users" and "List all
    /// application groups"). A role that does not see assignments has them refused.
    async fn reach(&self, app: &AppId) -> Result<AssignmentCounts, OktaError>;
    /// A page of the System Log; needs `okta.logs.read`. [`OktaError::LogPositionLost`] where it does not go on from there:
    /// read again from a time then, which is harmless, since events have ids.
    async fn log_events(&self, from: &LogPosition) -> Result<LogPage, OktaError>;
    /// When provisioning first did something for an app after `since`, by the System Log; `None` where it did nothing.
    async fn provisioning_worked_after(&self, app: &AppId, since: Timestamp) -> Result<Option<Timestamp>, OktaError>;

    /// Prepares an OAuth connection, so that it has a consent link: `POST …/connections/default`. A plain POST was
    /// recorded turning an enabled connection off, so this is for connections that are not. What it answers proves
    /// nothing: read the connection afterwards.
    async fn prepare_connection(&self, app: &AppId, admin: Option<&ProvisioningAdmin>) -> Result<(), OktaError>;
    /// Hands Okta the code that its own page showed: `POST …/oauth2/callback`. A code is good once, so this is sent
    /// once, whatever becomes of it.
    async fn complete_consent(&self, app: &AppId, code: &SecretString, state: &str) -> Result<(), OktaError>;
    /// Switches the connection on: `POST …/lifecycle/activate`. Okta answers 204 even where there is nothing to switch:
    /// read the connection afterwards.
    async fn activate(&self, app: &AppId) -> Result<(), OktaError>;
}

/// Okta, as the use cases know it.
#[async_trait]
pub trait Okta: Send + Sync {
    /// Asks a host, without any credential, which org it is, and refuses one whose API is elsewhere than on the
    /// allow-list.
    async fn resolve(&self, host: &OrgUrl) -> Result<ResolvedOrg, OktaError>;
    /// Opens an org. Sends nothing yet.
    fn open(&self, base_url: &OrgUrl, credential: &OktaCredential) -> Result<Box<dyn OktaOrg>, OktaError>;
}
