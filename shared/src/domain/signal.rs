//! Signals: single observations, each with its source and time.
//!
//! Standings are derived from signals alone. A new generation of Okta's integration becomes a new kind of signal, not a
//! special case elsewhere.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::connection::{AppStatus, AuthScheme, ConnectionStatus};

/// Where an observation came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Okta's Management API.
    Okta,
    /// Okta's System Log.
    OktaSystemLog,
    /// Microsoft Graph.
    MicrosoftGraph,
    /// Regrant's own records.
    Regrant,
}

/// What a scan or save checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// The app integration itself.
    App,
    /// The provisioning connection.
    Connection,
    /// The provisioning features.
    Features,
    /// The permission grants in Microsoft Graph.
    PermissionGrants,
    /// The person who consented.
    Consenter,
    /// Okta's System Log.
    SystemLog,
    /// The secrets of the application that Okta created for the app's provisioning.
    ProvisioningSecret,
}

/// Whether provisioning is on, from `GET /api/v1/apps/{appId}/features`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Provisioning {
    /// Okta listed the features, so provisioning is on.
    Enabled,
    /// `E0000001`, "Provisioning is not enabled for the app instance."
    NotEnabled,
    /// `E0000001`, "Provisioning is not supported."
    NotSupported,
}

/// The content of a signal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum SignalKind {
    /// A check failed. It says nothing about what the check would have found.
    #[serde(rename = "could-not-look")]
    CheckFailed {
        /// Which check.
        #[serde(rename = "look")]
        check: Check,
        /// Why it failed, in words for people, with Okta's `errorId` if there was one.
        reason: String,
    },
    /// The app integration was read.
    AppRead {
        /// Its life-cycle status.
        #[schema(value_type = String)]
        status: AppStatus,
        /// Its `features`, as Okta spells them.
        features: Vec<String>,
        /// `settings.app.tenantType`: set if the tenant is not in the global cloud.
        tenant_type: Option<String>,
    },
    /// The org no longer lists the app.
    AppNotListed,
    /// The provisioning connection was read.
    ConnectionRead {
        /// How Okta authenticates to Microsoft.
        #[schema(value_type = String)]
        auth_scheme: AuthScheme,
        /// Whether the connection is on.
        #[schema(value_type = String)]
        status: ConnectionStatus,
        /// Whether Okta offered a consent link. Okta offers it before and after the first consent.
        authorize_offered: bool,
    },
    /// The connection was consented and on at the time of this signal, regardless of its current status.
    ConnectionWasEnabled,
    /// Provisioning ran on stored credentials until Regrant prepared a consent at the time of this signal, and no one has
    /// finished that consent.
    ProvisioningPaused,
    /// The provisioning features were read.
    ProvisioningRead {
        /// The result.
        provisioning: Provisioning,
    },
    /// The permission grants of Okta's service principal were read in Microsoft Graph.
    PermissionGrantsRead {
        /// Required permissions that are not granted.
        missing: Vec<String>,
        /// Whether any grant was found.
        any_granted: bool,
        /// `accountEnabled` of the service principal.
        principal_enabled: bool,
        /// Changes since the consent was verified, in words for people. They do not affect the standing on their own.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changes: Vec<String>,
    },
    /// Okta could not sign in to Microsoft for this app.
    CredentialFailure {
        /// The System Log event type.
        event_type: String,
    },
    /// Okta's provisioning completed an operation in Microsoft for this app (System Log), so Okta could sign in then.
    ProvisioningWorked,
    /// Okta accepted an authorization code of a new consent, which replaces the credential behind earlier sign-in failures.
    ConsentCodeAccepted,
    /// The account that consented was read in Microsoft Graph. Re-authentication, new licences and new permissions need that
    /// account, or a different one with the role.
    ConsenterRead {
        /// Whether the account can sign in; `None` if Graph withheld it.
        enabled: Option<bool>,
        /// Whether the account holds the role; `None` if Graph withheld it.
        holds_role: Option<bool>,
    },
    /// Okta rotated its dedicated Entra credential, or failed to (System Log).
    CredentialRotation {
        /// Whether the rotation succeeded.
        succeeded: bool,
    },
    /// Okta created a dedicated application in the tenant for this app's provisioning (System Log,
    /// `app.office365.provisioning_app.create`). From then on, the grants of that application count.
    ProvisioningAppCreated {
        /// Its client id, if the event contained one.
        client: Option<String>,
    },
    /// The secrets of the application that Okta created for the app's provisioning were read in Microsoft Graph.
    ProvisioningSecretRead {
        /// When the last one ends, if there is one.
        #[schema(value_type = Option<String>, format = DateTime)]
        ends_at: Option<Timestamp>,
        /// Why provisioning will end with it, in words for people.
        warning: Option<String>,
        /// What else may stop the rotation, in words for people. It does not affect the standing.
        note: Option<String>,
    },
    /// A provisioning task failed with an error number that the failure catalogue does not list (System Log). It proves nothing
    /// about the consent.
    UnknownFailureCode {
        /// The code, such as `AADSTS999999`.
        code: String,
        /// The System Log event type.
        event_type: String,
    },
    /// An email about the app was not delivered.
    EmailFailed {
        /// The request shown in the email.
        request: String,
        /// What happened to the email, in words for people, without the address.
        what: String,
    },
    /// Okta returned something that this version does not know.
    Surprise {
        /// A description of it.
        what: String,
    },
}

impl SignalKind {
    /// The check whose result this signal is, if it is one.
    pub fn check(&self) -> Option<Check> {
        match self {
            Self::CheckFailed { check, .. } => Some(*check),
            Self::AppRead { .. } | Self::AppNotListed => Some(Check::App),
            Self::ConnectionRead { .. } => Some(Check::Connection),
            Self::ProvisioningRead { .. } => Some(Check::Features),
            Self::PermissionGrantsRead { .. } => Some(Check::PermissionGrants),
            Self::ConsenterRead { .. } => Some(Check::Consenter),
            Self::ProvisioningSecretRead { .. } => Some(Check::ProvisioningSecret),
            _ => None,
        }
    }

    /// Whether it reports a one-time occurrence, of which only the newest counts.
    pub const fn is_occurrence(&self) -> bool {
        matches!(
            self,
            Self::CredentialFailure { .. }
                | Self::ProvisioningWorked
                | Self::ConsentCodeAccepted
                | Self::ProvisioningPaused
                | Self::CredentialRotation { .. }
                | Self::ProvisioningAppCreated { .. }
                | Self::UnknownFailureCode { .. }
        )
    }
}

/// One observation with its source and time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Signal {
    /// When it was observed, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub seen_at: Timestamp,
    /// The source.
    pub source: Source,
    /// The content.
    #[serde(flatten)]
    pub kind: SignalKind,
}

impl Signal {
    /// Creates a signal from Okta's Management API.
    pub fn okta(seen_at: Timestamp, kind: SignalKind) -> Self {
        Self { seen_at, source: Source::Okta, kind }
    }
}
