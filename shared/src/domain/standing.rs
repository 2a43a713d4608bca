//! Standings: the conclusion from an app's signals, and the next step for each.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The conclusion from an app's signals. Ordered worst first, as people see it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Standing {
    /// Provisioning fails: the grant was revoked, or Okta cannot sign in to Microsoft.
    Broken,
    /// No one has consented yet; the Admin Console shows "Authenticate with Microsoft Office 365".
    NeedsConsent,
    /// Consent was given but the connection is off; the Admin Console shows "Reauthenticate …" and Save.
    NeedsSave,
    /// Provisioning works, but the next re-authentication will fail.
    Degraded,
    /// The Management API does not support this app; only the Admin Console does.
    ByHand,
    /// Regrant could not check the app. The record keeps the last known standing and its age.
    Unknown,
    /// Provisioning runs on consent.
    Consented,
    /// Provisioning is off.
    NotApplicable,
}

impl Standing {
    /// Every standing, worst first.
    pub const ALL: [Self; 8] = [
        Self::Broken,
        Self::NeedsConsent,
        Self::NeedsSave,
        Self::Degraded,
        Self::ByHand,
        Self::Unknown,
        Self::Consented,
        Self::NotApplicable,
    ];

    /// The name used in every output.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The meaning, in a sentence for people.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Broken => "Provisioning fails: Microsoft no longer accepts Okta's sign-in.",
            Self::NeedsConsent => {
                "No consent for Microsoft Graph yet. The Admin Console shows \"Authenticate with Microsoft Office 365\"."
            }
            Self::NeedsSave => {
                "Consent was given, but the connection is off. The Admin Console shows \"Reauthenticate\" and Save."
            }
            Self::Degraded => "Provisioning works today, but the next re-authentication will fail.",
            Self::ByHand => "Okta's Management API does not support this app. Use the Admin Console.",
            Self::Unknown => "Regrant could not check the app. It keeps the last known standing and its age.",
            Self::Consented => "Provisioning runs on consent.",
            Self::NotApplicable => "Provisioning is off for this app, so there is nothing to consent to.",
        }
    }

    /// Whether a person has to act.
    pub const fn needs_action(self) -> bool {
        matches!(self, Self::Broken | Self::NeedsConsent | Self::NeedsSave | Self::Degraded | Self::ByHand)
    }

    /// The next step.
    pub const fn next_step(self) -> NextStep {
        match self {
            Self::Broken => NextStep::InviteUrgently,
            Self::NeedsConsent => NextStep::Invite,
            Self::NeedsSave => NextStep::Save,
            Self::Degraded => NextStep::InviteUnhurried,
            Self::ByHand => NextStep::UseConsole,
            Self::Unknown => NextStep::FixAccess,
            Self::Consented => NextStep::Watch,
            Self::NotApplicable => NextStep::Nothing,
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The name is not that of a standing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown standing; use one of broken, needs-consent, needs-save, degraded, by-hand, unknown, consented, not-applicable"
)]
pub struct UnknownStanding;

impl std::str::FromStr for Standing {
    type Err = UnknownStanding;
    fn from_str(name: &str) -> Result<Self, UnknownStanding> {
        Self::ALL.into_iter().find(|standing| standing.name() == name).ok_or(UnknownStanding)
    }
}

/// The next step for an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NextStep {
    /// No action.
    Nothing,
    /// Invite a Microsoft Global Administrator to consent.
    Invite,
    /// Invite, and say that provisioning is failing now.
    InviteUrgently,
    /// Invite before the next re-authentication falls due.
    InviteUnhurried,
    /// Save the connection in Okta.
    Save,
    /// Keep monitoring.
    Watch,
    /// Authenticate in the Admin Console.
    UseConsole,
    /// Restore Regrant's own access, then scan again.
    FixAccess,
}

impl NextStep {
    /// The step, in a sentence for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Nothing => "No action needed.",
            Self::Invite => "Ask a Microsoft Global Administrator of the tenant to consent.",
            Self::InviteUrgently => "Ask a Microsoft Global Administrator of the tenant to consent again now.",
            Self::InviteUnhurried => {
                "Ask a Microsoft Global Administrator of the tenant to consent again before provisioning fails."
            }
            Self::Save => "Save the connection in Okta.",
            Self::Watch => "No action needed. Regrant keeps monitoring.",
            Self::UseConsole => "In Okta: Applications > the app > Provisioning > Integration.",
            Self::FixAccess => "Read the reason, restore Regrant's access, then scan again.",
        }
    }
}

/// The result of [`assess`](super::assess::assess).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// The standing.
    pub standing: Standing,
    /// Whether Microsoft Graph confirmed the standing.
    pub verified: bool,
    /// The reasons, most important first; never empty.
    pub reasons: Vec<String>,
}

/// The last standing that a successful check gave, kept while Regrant cannot check the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LastKnown {
    /// The standing.
    pub standing: Standing,
    /// When it was determined, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Timestamp,
}

/// How urgent an app at a standing is, for routing and for tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Nothing fails, or it cannot be checked.
    Low,
    /// Someone has to act.
    Medium,
    /// Provisioning fails.
    High,
}

impl Severity {
    /// The severity of a standing.
    pub const fn of(standing: Standing) -> Self {
        match standing {
            Standing::Broken => Self::High,
            Standing::NeedsConsent | Standing::NeedsSave | Standing::ByHand => Self::Medium,
            Standing::Degraded | Standing::Unknown | Standing::Consented | Standing::NotApplicable => Self::Low,
        }
    }

    /// The name used in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl std::str::FromStr for Severity {
    type Err = UnknownSeverity;
    fn from_str(name: &str) -> Result<Self, UnknownSeverity> {
        [Self::Low, Self::Medium, Self::High]
            .into_iter()
            .find(|severity| severity.name() == name)
            .ok_or(UnknownSeverity)
    }
}

/// The name is not that of a severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown severity; use one of low, medium, high")]
pub struct UnknownSeverity;
