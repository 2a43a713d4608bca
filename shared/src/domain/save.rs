//! The save: the Okta side of a consent, as a journal of steps that can each be repeated.
//!
//! The journal is written before the first write to Okta, with the state before it; so whatever happens, it is known
//! what has to be on again at the end.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::connection::{AuthScheme, ConnectionStatus};
use super::grant::GrantsRead;
use super::id::{AppId, Digest, OrgId, SaveId, SessionId};

/// A provisioning connection as it was read at some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionSeen {
    /// How Okta signs in to Microsoft.
    pub auth_scheme: AuthScheme,
    /// Whether provisioning runs over it.
    pub status: ConnectionStatus,
}

impl ConnectionSeen {
    /// Whether provisioning runs on consent: what a save has to end with.
    pub fn is_on(&self) -> bool {
        self.auth_scheme == AuthScheme::Oauth2 && self.status == ConnectionStatus::Enabled
    }
}

/// One save of one app. An app has one at a time; a new one takes the place of one that is settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveJournal {
    /// Its key, for logs and people.
    pub id: SaveId,
    /// The app's org.
    pub org: OrgId,
    /// The app.
    pub app: AppId,
    /// The browser session it belongs to; `None` where an operator asked for it.
    pub session: Option<SessionId>,
    /// When it began.
    pub started_at: Timestamp,
    /// The connection before the first write.
    pub before: ConnectionSeen,
    /// What became of handing Microsoft's code to Okta.
    pub callback: Callback,
    /// The digest of the code that was handed over last. The same code again is the same hand-over: a double click.
    #[serde(default)]
    pub code: Option<Digest>,
    /// Whether activating was asked for.
    pub activated: bool,
    /// How it ended; `None` while it has not.
    pub outcome: Option<SaveOutcome>,
    /// Whether the end is written everywhere: the app's record, the audit trail, the session, the invitation.
    pub settled: bool,
    /// Counts changes, so that of two writers one is refused.
    pub version: u64,
}

/// Who says that the consent was given. Without a word, only evidence counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfirmedBy {
    /// Nobody: the queue asks.
    NoOne,
    /// The person who pressed "I have accepted". Counts where Microsoft's side cannot be read.
    Person,
    /// An operator, who wants what the console's Save button does.
    Operator,
}

/// What became of `POST …/oauth2/callback`, which Okta takes once for each code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Callback {
    /// No code was handed over.
    NotNeeded,
    /// A code lies in the vault and was not sent.
    Waiting,
    /// It was about to be sent; whether it arrived is not known.
    Attempted,
    /// Okta took it.
    Done,
    /// Okta did not take it.
    Refused,
}

/// How a save ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum SaveOutcome {
    /// The connection reads as on.
    Saved {
        /// What was read back.
        verification: Box<Verification>,
    },
    /// Nothing shows that anybody consented, so nothing was switched.
    NoConsent,
    /// The connection is off and was off before.
    NotSwitchedOn {
        /// Why, in words for people.
        reason: String,
    },
    /// The connection was on before and is off now: the operator has to be told at once.
    LeftOff {
        /// Why, in words for people.
        reason: String,
    },
}

/// What was read back after a save, kept as evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// When it was read.
    pub at: Timestamp,
    /// The connection in Okta.
    pub connection: ConnectionSeen,
    /// The grants in Microsoft Graph; `None` where they could not be looked at.
    pub grants: Option<GrantsRead>,
    /// Why they could not be looked at.
    pub grants_not_seen: Option<String>,
}
