//! Signals: single things seen, each with its source and its time.
//!
//! Standings are made of signals and nothing else. A new generation of Okta's integration is a new kind here, not a
//! special case elsewhere.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::connection::{AppStatus, AuthScheme, ConnectionStatus};

/// Who told.
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

/// What a look was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// The app integration itself.
    App,
    /// The provisioning connection.
    Connection,
    /// The provisioning features.
    Features,
    /// The permission grants on Microsoft's side.
    PermissionGrants,
    /// The person who consented.
    Consenter,
    /// Okta's System Log.
    SystemLog,
}

/// What `GET /api/v1/apps/{appId}/features` says about provisioning as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Provisioning {
    /// The features were listed, so provisioning is on.
    Enabled,
    /// `E0000001`, "Provisioning is not enabled for the app instance."
    NotEnabled,
    /// `E0000001`, "Provisioning is not supported."
    NotSupported,
}

/// One thing seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum SignalKind {
    /// A look failed. Says nothing about what it would have shown.
    CouldNotLook {
        /// What the look was for.
        look: Check,
        /// Why it failed, in words for people, with Okta's `errorId` where there was one.
        reason: String,
    },
    /// The app integration was read.
    AppRead {
        /// Its life-cycle status.
        #[schema(value_type = String)]
        status: AppStatus,
        /// Its `features`, as Okta spells them.
        features: Vec<String>,
        /// `settings.app.tenantType`: set where the tenant is not in the global cloud.
        tenant_type: Option<String>,
    },
    /// The app is no longer among the apps the org lists.
    AppNotListed,
    /// The provisioning connection was read.
    ConnectionRead {
        /// How Okta signs in to Microsoft.
        #[schema(value_type = String)]
        auth_scheme: AuthScheme,
        /// Whether provisioning runs over it.
        #[schema(value_type = String)]
        status: ConnectionStatus,
        /// Whether Okta offered a consent link. It does so before the first consent and after it.
        authorize_offered: bool,
    },
    /// The connection was consented and enabled at this signal's time, whatever it is now.
    ConnectionWasEnabled,
    /// The provisioning features were asked for.
    ProvisioningRead {
        /// The answer.
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
        /// What is not as it was when the consent was proven, in words for people. It stops nothing by itself.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changes: Vec<String>,
    },
    /// Okta could not sign in to Microsoft for this app.
    CredentialFailure {
        /// The System Log event type.
        event_type: String,
    },
    /// Okta's provisioning did something in Microsoft for this app (System Log): it could sign in then.
    ProvisioningWorked,
    /// The person who consented was looked at in Microsoft Graph. Re-authentication, new licences and new permissions need
    /// that person, or another one of the role.
    ConsenterRead {
        /// Whether the account may sign in; `None` where Graph does not tell.
        enabled: Option<bool>,
        /// Whether it holds the role; `None` where Graph does not tell.
        holds_role: Option<bool>,
    },
    /// Okta rotated its dedicated Entra credential, or tried to (System Log).
    CredentialRotation {
        /// Whether it could.
        succeeded: bool,
    },
    /// Okta made an application of its own in the tenant for this app's provisioning (System Log,
    /// `app.office365.provisioning_app.create`): its grants are the ones that count from then on.
    ProvisioningAppCreated {
        /// Its client id, where the event named one.
        client: Option<String>,
    },
    /// An email about the app did not reach its reader.
    EmailFailed {
        /// The request that the email named.
        request: String,
        /// What became of it, in words for people, without the address.
        what: String,
    },
    /// Okta answered something this version does not know.
    Surprise {
        /// What it was.
        what: String,
    },
}

impl SignalKind {
    /// The look that a signal is the newest word on, if it is one.
    pub fn look(&self) -> Option<Check> {
        match self {
            Self::CouldNotLook { look, .. } => Some(*look),
            Self::AppRead { .. } | Self::AppNotListed => Some(Check::App),
            Self::ConnectionRead { .. } => Some(Check::Connection),
            Self::ProvisioningRead { .. } => Some(Check::Features),
            Self::PermissionGrantsRead { .. } => Some(Check::PermissionGrants),
            Self::ConsenterRead { .. } => Some(Check::Consenter),
            _ => None,
        }
    }

    /// Whether it tells of something that happened once, and only the newest of its kind says anything of now.
    pub const fn is_an_occurrence(&self) -> bool {
        matches!(
            self,
            Self::CredentialFailure { .. }
                | Self::ProvisioningWorked
                | Self::CredentialRotation { .. }
                | Self::ProvisioningAppCreated { .. }
        )
    }
}

/// One thing seen, who told, and when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Signal {
    /// When it was seen, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub seen_at: Timestamp,
    /// Who told.
    pub source: Source,
    /// What was seen.
    #[serde(flatten)]
    pub kind: SignalKind,
}

impl Signal {
    /// A signal from Okta's Management API.
    pub fn okta(seen_at: Timestamp, kind: SignalKind) -> Self {
        Self { seen_at, source: Source::Okta, kind }
    }
}
