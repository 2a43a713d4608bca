//! The save: the Okta side of a consent, as a journal of repeatable steps.
//!
//! The journal records the previous state before the first write to Okta. After a crash at any point, Regrant therefore
//! knows which connection must be on again at the end.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::connection::{AuthScheme, ConnectionStatus};
use super::grant::GrantsRead;
use super::id::{AppId, OrgId, SaveId, SessionId, Sha256Digest};

/// A provisioning connection as read at some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionReading {
    /// How Okta authenticates to Microsoft.
    pub auth_scheme: AuthScheme,
    /// Whether the connection is on.
    pub status: ConnectionStatus,
}

impl ConnectionReading {
    /// Whether provisioning runs on consent, which is the goal of every save.
    pub fn is_on(&self) -> bool {
        self.auth_scheme == AuthScheme::Oauth2 && self.status == ConnectionStatus::Enabled
    }
}

/// One save of one app. An app has one save at a time; a new one replaces a settled one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveJournal {
    /// Its key, shown in logs and to people.
    pub id: SaveId,
    /// The app's org.
    pub org: OrgId,
    /// The app.
    pub app: AppId,
    /// The browser session it belongs to; `None` if an operator started it.
    pub session: Option<SessionId>,
    /// Who started it; `None` if that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// When it began.
    pub started_at: Timestamp,
    /// The connection before the first write.
    pub before: ConnectionReading,
    /// Whether Microsoft's authorization code was delivered to Okta.
    pub code_delivery: CodeDelivery,
    /// The digest of the last code that was handed over. The same code again is the same hand-over, such as a double click.
    #[serde(default)]
    pub code: Option<Sha256Digest>,
    /// Whether activation was requested.
    pub activated: bool,
    /// How it ended; `None` while it is running.
    pub outcome: Option<SaveOutcome>,
    /// Whether the outcome is recorded everywhere: the app's record, the audit trail, the session, the invitation.
    pub settled: bool,
    /// Incremented by each write, for the optimistic lock.
    pub version: u64,
}

/// Who confirmed that the consent was given. Without a confirmation, only evidence counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfirmedBy {
    /// No one: the save was started by a queue message.
    NoOne,
    /// The person who pressed "I've accepted". Counts if Microsoft Graph cannot be read.
    Person,
    /// An operator, who requests the same as the Save button in the Admin Console.
    Operator,
}

/// Whether an authorization code reached Okta (`POST …/oauth2/callback`). Okta accepts each code once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeDelivery {
    /// No code was handed over.
    NotNeeded,
    /// A code is in the vault and was not sent yet.
    Waiting,
    /// Regrant started to send it; whether Okta received it is unknown.
    Attempted,
    /// Okta accepted it.
    Done,
    /// Okta rejected it.
    Refused,
}

/// How a save ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum SaveOutcome {
    /// The connection reads as on.
    Saved {
        /// The read-back result.
        verification: Box<Verification>,
    },
    /// Nothing shows a consent, so nothing was changed.
    NoConsent,
    /// The connection is off and was off before.
    NotSwitchedOn {
        /// Why, in words for people.
        reason: String,
    },
    /// The connection was on before and is off now. The operators must be alerted at once.
    LeftOff {
        /// Why, in words for people.
        reason: String,
    },
}

/// The read-back result of a save, kept as evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// When it was read.
    pub at: Timestamp,
    /// The connection in Okta.
    pub connection: ConnectionReading,
    /// The grants in Microsoft Graph; `None` if they could not be read.
    pub grants: Option<GrantsRead>,
    /// Why the grants could not be read.
    pub grants_unread: Option<String>,
}
