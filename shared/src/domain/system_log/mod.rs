//! Okta's System Log: the events about provisioning, what Regrant stores of them, and which app they concern.
//!
//! Shape: okta-management-openapi `LogEvent`; delivery: Okta developer docs, "System Log query". Regrant stores only what
//! [`meaning()`] and people need, with limited text lengths, because an event can contain addresses, sessions and URLs that
//! Regrant has no need to know.

mod filter;
mod meaning;
mod read;
mod sign_in;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::connection::open_enum;
use super::id::{AppId, LogEventId};
use super::tenant::ClientId;
use super::text::UntrustedText;

pub use filter::{FILTER, success_of};
pub use meaning::{AccessChange, FailedWork, Meaning, Work, meaning};
pub use read::NotALogEvent;

/// How long Okta retains events, in days ("System Log query", "Data retention").
pub const KEPT_DAYS: i64 = 90;

open_enum!(
    /// `severity` of an event.
    Severity {
        /// Debugging information.
        Debug = "DEBUG",
        /// Normal operation.
        Info = "INFO",
        /// A warning.
        Warn = "WARN",
        /// An error.
        Error = "ERROR",
    }
);

open_enum!(
    /// `outcome.result` of an event.
    OutcomeResult {
        /// It succeeded.
        Success = "SUCCESS",
        /// It failed.
        Failure = "FAILURE",
        /// It was not attempted.
        Skipped = "SKIPPED",
    }
);

/// `outcome` of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The result.
    pub result: OutcomeResult,
    /// The reason, in the words of Okta or of the app that it called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<UntrustedText>,
}

/// One `target` of an event: an object that it affected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its id; empty if Okta gave none.
    pub id: UntrustedText,
    /// `type`, as Okta spells it: `AppInstance`, `User`, `AppUser` and many more.
    pub kind: UntrustedText,
    /// `alternateId`; the login of a user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternate_id: Option<UntrustedText>,
    /// `displayName`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<UntrustedText>,
}

impl Target {
    /// Whether it is a person, or a person's account in an app.
    pub fn is_user(&self) -> bool {
        matches!(self.kind.raw(), "User" | "AppUser")
    }
}

/// An event of the System Log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEvent {
    /// `uuid`. Two events with the same id are one event.
    pub id: LogEventId,
    /// When it happened, by Okta's clock. Events do not arrive in this order.
    pub published: Timestamp,
    /// `eventType`, such as `app.office365.api.error.validate.creds`.
    pub event_type: String,
    /// `legacyEventType`: the older and sometimes more specific name of the type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legacy_event_type: Option<String>,
    /// `severity`.
    pub severity: Severity,
    /// `outcome`, if the event has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// `displayMessage`; empty if absent.
    #[serde(default)]
    pub display_message: UntrustedText,
    /// `target`, at most the first twenty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    /// Microsoft's `AADSTS` number from the outcome, the message or the debug data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aadsts: Option<u32>,
    /// `app_registration_client_id`: the Entra app that Okta created for this app's provisioning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_registration_client_id: Option<ClientId>,
    /// Strings in the debug data that look like an app id. The rest of the debug data is not stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apps_in_debug_data: Vec<AppId>,
    /// Members that could not be read, in words for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
}

impl LogEvent {
    /// The user that it concerns, if any: a person takes precedence over the person's account in an app.
    pub fn user(&self) -> Option<&Target> {
        let person = self.targets.iter().find(|target| target.kind.raw() == "User");
        person.or_else(|| self.targets.iter().find(|target| target.is_user()))
    }

    /// Texts that may mention an app: names and messages, all of which people can influence.
    fn texts(&self) -> impl Iterator<Item = &str> {
        let names = self.targets.iter().flat_map(|target| [&target.alternate_id, &target.display_name]).flatten();
        let reason = self.outcome.as_ref().and_then(|outcome| outcome.reason.as_ref());
        names.chain(reason).chain(Some(&self.display_message)).map(UntrustedText::raw)
    }
}

/// Whether `event` is about `app`.
///
/// Okta does not document which member of an Office 365 event contains the app's id. So this checks the ids of the targets
/// and the debug data, which Okta writes, and then the names of the targets and the messages, which may mention Okta's
/// service account (`svc_OKTA_sync_{appId}`). People can choose names, so names count only if no target is an app by id.
/// Otherwise a user named after an app could attract another app's events to it.
pub fn concerns(event: &LogEvent, app: &AppId) -> bool {
    let id = app.as_str();
    if event.targets.iter().any(|target| target.id.raw() == id) || event.apps_in_debug_data.contains(app) {
        return true;
    }
    let is_of_another = event.targets.iter().any(|target| read::is_app_id(target.id.raw()));
    !is_of_another && event.texts().any(|text| mentions(text, id))
}

/// Whether `text` contains `id` as a separate word.
fn mentions(text: &str, id: &str) -> bool {
    let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
    text.match_indices(id).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + id.len()..).and_then(|after| after.chars().next());
        is_end(before) && is_end(after)
    })
}

/// Where to continue reading the log. Stored between two reads, for days if necessary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogPosition {
    /// From the events that reached the log at or after this time. Okta has those of the last 90 days.
    Since(Timestamp),
    /// After the last page: the `next` link that Okta returned with it. The link is opaque, and its host is checked again
    /// each time it is followed.
    Next(Url),
}
