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
#[expect(clippy::struct_excessive_bools, reason = "independent facts of one save")]
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
    /// Whether provisioning was on before the first write, on consent or on stored credentials. If it was, it has to be on
    /// again in the end, or the operators are alerted.
    #[serde(default)]
    pub provisioning_was_on: bool,
    /// Whether a person whose sign-in was verified, or an operator, began it. Otherwise only an operator's save may write to
    /// Okta.
    #[serde(default)]
    pub is_authorized: bool,
    /// Whether Microsoft's authorization code was delivered to Okta.
    pub code_delivery: CodeDelivery,
    /// When Okta accepted the code, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_accepted_at: Option<Timestamp>,
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

impl SaveJournal {
    /// Whether the save sent Okta a code or asked it to switch the connection on, or has an outcome.
    pub const fn has_sent(&self) -> bool {
        let has_code = !matches!(self.code_delivery, CodeDelivery::NotNeeded | CodeDelivery::Waiting);
        has_code || self.activated || self.outcome.is_some()
    }
}

/// Who requested the save. Only evidence shows that the consent was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfirmedBy {
    /// No one: the save was started by a queue message.
    NoOne,
    /// The person who pressed "I've accepted". Makes the save check sooner and is not evidence.
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
    /// The connection reads as on, and something shows the consent.
    Saved {
        /// The read-back result.
        verification: Box<Verification>,
        /// What shows the consent.
        evidence: ConsentEvidence,
    },
    /// The connection reads as on, but nothing shows a new consent.
    NotRenewed {
        /// The read-back result.
        verification: Box<Verification>,
        /// What is missing.
        why: NotDone,
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

/// What shows that a consent was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentEvidence {
    /// Okta accepted Microsoft's authorization code.
    CodeAccepted,
    /// The connection was off when the attempt began, and Okta reports it as on.
    SwitchedOn,
    /// The grants at Microsoft changed after Okta's consent link was issued, and suffice.
    GrantsChanged,
}

/// Why a consent that was opened is not done, although no step failed for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema, strum::IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum NotDone {
    /// The person says that they accepted, and nothing shows it yet.
    NotSeenYet,
    /// The person reports, or pasted, a refusal by Microsoft.
    RefusedAtMicrosoft,
    /// Okta rejected the authorization code.
    CodeRejected,
    /// Whether Okta received the authorization code is unknown.
    CodeUncertain,
    /// The connection is on, but Okta's latest known sign-in to Microsoft failed.
    SignInStillFails,
    /// The org waives the sign-in, so an operator has to do the next step in Okta.
    AwaitsOperator,
    /// The link was opened, and the attempt ended without any further step.
    Abandoned,
}

impl NotDone {
    /// The name used in logs and events.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The reason, in a sentence for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotSeenYet => "The person says that they accepted. Nothing in Okta or Microsoft shows it yet.",
            Self::RefusedAtMicrosoft => "Microsoft refused the consent, or the person declined it.",
            Self::CodeRejected => "Okta rejected the authorization code; open the consent again.",
            Self::CodeUncertain => {
                "It is unknown whether Okta received the authorization code; open the consent again."
            }
            Self::SignInStillFails => {
                "The connection is on, but Okta's latest known sign-in to Microsoft failed and no new consent followed."
            }
            Self::AwaitsOperator => "The next step in Okta is an operator's: `regrant save`.",
            Self::Abandoned => "The consent link was opened, and nothing followed before the attempt ended.",
        }
    }
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
    /// The grants when Okta's consent link was issued; `None` if they were not read then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants_before: Option<Box<GrantsRead>>,
}
