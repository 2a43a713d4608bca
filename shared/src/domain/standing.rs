//! Standings: what an app's signals add up to, and what to do about it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where an app stands. The order is worst first, which is the order people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Provisioning fails: the grant was revoked, or Okta cannot sign in to Microsoft.
    Broken,
    /// Nobody has consented yet; the console shows "Authenticate with Microsoft Office 365".
    NeedsConsent,
    /// Consent was given and the connection is off; the console shows "Reauthenticate …" and Save.
    NeedsSave,
    /// It works, and the next re-authentication will fail.
    Degraded,
    /// The Management API does not serve this app; the console does.
    ByHand,
    /// Could not look. The last standing and its age are kept beside it.
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
    pub const fn name(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::NeedsConsent => "needs-consent",
            Self::NeedsSave => "needs-save",
            Self::Degraded => "degraded",
            Self::ByHand => "by-hand",
            Self::Unknown => "unknown",
            Self::Consented => "consented",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// What it means, in a sentence for people.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Broken => "Provisioning fails: Microsoft no longer lets Okta in.",
            Self::NeedsConsent => {
                "No consent on Microsoft Graph yet; the console shows \"Authenticate with Microsoft Office 365\"."
            }
            Self::NeedsSave => {
                "Consent was given and the connection is off; the console shows \"Reauthenticate\" and Save."
            }
            Self::Degraded => "Provisioning works today, but the next re-authentication will fail.",
            Self::ByHand => "The Management API does not serve this app; only the Admin Console does.",
            Self::Unknown => "Regrant could not look. The last known standing and its age are kept.",
            Self::Consented => "Provisioning runs on consent.",
            Self::NotApplicable => "Provisioning is off for this app, so there is nothing to consent to.",
        }
    }

    /// Whether somebody has to act.
    pub const fn needs_action(self) -> bool {
        matches!(self, Self::Broken | Self::NeedsConsent | Self::NeedsSave | Self::Degraded | Self::ByHand)
    }

    /// What to do next.
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

/// A word that is not a standing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no such standing; use one of broken, needs-consent, needs-save, degraded, by-hand, unknown, consented, not-applicable"
)]
pub struct UnknownStanding;

impl std::str::FromStr for Standing {
    type Err = UnknownStanding;
    fn from_str(name: &str) -> Result<Self, UnknownStanding> {
        Self::ALL.into_iter().find(|standing| standing.name() == name).ok_or(UnknownStanding)
    }
}

/// What to do next about an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NextStep {
    /// Nothing.
    Nothing,
    /// Invite a Microsoft Global Administrator to consent.
    Invite,
    /// Invite, and say that provisioning is failing now.
    InviteUrgently,
    /// Invite before the next re-authentication falls due.
    InviteUnhurried,
    /// Save the connection in Okta.
    Save,
    /// Go on watching.
    Watch,
    /// Authenticate in the Admin Console.
    UseConsole,
    /// Repair Regrant's own access, then scan again.
    FixAccess,
}

impl NextStep {
    /// The step in a sentence for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Nothing => "Nothing to do.",
            Self::Invite => "Ask a Microsoft Global Administrator of the tenant to consent.",
            Self::InviteUrgently => "Ask a Microsoft Global Administrator of the tenant to consent again, now.",
            Self::InviteUnhurried => "Ask a Microsoft Global Administrator to consent again before it is needed.",
            Self::Save => "Save the connection in Okta.",
            Self::Watch => "Nothing to do; Regrant keeps watching.",
            Self::UseConsole => "In Okta: Applications > the app > Provisioning > Integration.",
            Self::FixAccess => "Read the reason, repair Regrant's access, scan again.",
        }
    }

    /// The step in two or three words, for a table.
    pub const fn brief(self) -> &'static str {
        match self {
            Self::Nothing => "none",
            Self::Invite => "ask for consent",
            Self::InviteUrgently => "ask now",
            Self::InviteUnhurried => "ask in time",
            Self::Save => "save in Okta",
            Self::Watch => "watch",
            Self::UseConsole => "use the console",
            Self::FixAccess => "fix access",
        }
    }
}

/// What `assess` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// Where the app stands.
    pub standing: Standing,
    /// Whether the standing is proven on Microsoft's side too.
    pub verified: bool,
    /// Why, most important first; never empty.
    pub reasons: Vec<String>,
}

/// The last standing that rested on a look, kept while Regrant cannot look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LastKnown {
    /// Where the app stood.
    pub standing: Standing,
    /// When that was seen, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Timestamp,
}
