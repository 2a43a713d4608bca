//! Okta's System Log, as far as it tells of provisioning: what is kept of an event, and which app it is about.
//!
//! Shape: okta-management-openapi `LogEvent`; delivery: Okta developer docs, "System Log query". Of an event only what
//! [`meaning()`] and people need is kept, and no more than so much of each text: an event can hold addresses, sessions and
//! URLs that are nobody's business here.

mod filter;
mod meaning;
mod read;
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

/// How long Okta keeps events ("System Log query", "Data retention").
pub const KEPT_DAYS: i64 = 90;

open_enum!(
    /// `severity` of an event.
    Severity {
        /// For developers.
        Debug = "DEBUG",
        /// As it should be.
        Info = "INFO",
        /// Not as it should be.
        Warn = "WARN",
        /// It did not work.
        Error = "ERROR",
    }
);

open_enum!(
    /// `outcome.result` of an event.
    OutcomeResult {
        /// It worked.
        Success = "SUCCESS",
        /// It did not.
        Failure = "FAILURE",
        /// It was not tried.
        Skipped = "SKIPPED",
    }
);

/// `outcome` of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How it ended.
    pub result: OutcomeResult,
    /// Why, in Okta's words or in those of the app that was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<UntrustedText>,
}

/// One of an event's `target`s: what it was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its id; empty where Okta gave none.
    pub id: UntrustedText,
    /// `type`, as Okta spells it: `AppInstance`, `User`, `AppUser` and many more.
    pub kind: UntrustedText,
    /// `alternateId`: of a user, the login.
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
    /// `uuid`. Two events with one id are one event.
    pub id: LogEventId,
    /// When it happened, by Okta's clock. Events do not arrive in this order.
    pub published: Timestamp,
    /// `eventType`, such as `app.office365.api.error.validate.creds`.
    pub event_type: String,
    /// `severity`.
    pub severity: Severity,
    /// `outcome`, where the event has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// `displayMessage`; empty where there is none.
    #[serde(default)]
    pub display_message: UntrustedText,
    /// `target`, the first twenty of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    /// The number behind `AADSTS` that the outcome, the message or the debug data mentions: Microsoft's word on why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aadsts: Option<u32>,
    /// `app_registration_client_id`: the Entra app that Okta made for this app's provisioning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_registration_client_id: Option<ClientId>,
    /// What in the debug data has the form of an app's id. The rest of that data is not kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apps_in_debug_data: Vec<AppId>,
}

impl LogEvent {
    /// The user that it is about, where there is one: the person before the person's account in an app.
    pub fn user(&self) -> Option<&Target> {
        let person = self.targets.iter().find(|target| target.kind.raw() == "User");
        person.or_else(|| self.targets.iter().find(|target| target.is_user()))
    }

    /// Texts in which somebody may have named an app: names, and words about what happened.
    fn texts(&self) -> impl Iterator<Item = &str> {
        let names = self.targets.iter().flat_map(|target| [&target.alternate_id, &target.display_name]).flatten();
        let reason = self.outcome.as_ref().and_then(|outcome| outcome.reason.as_ref());
        names.chain(reason).chain(Some(&self.display_message)).map(UntrustedText::raw)
    }
}

/// Whether `event` is about `app`.
///
/// Which member of an Office 365 event carries the app's id is not documented, so all are looked at: the targets' ids and
/// the debug data, which Okta writes; and then the targets' names and the messages, where Okta's service account
/// (`svc_OKTA_sync_{appId}`) shows up. Names are chosen by people: they count only where no target is an app by its id, so
/// that nobody draws another app's event to this one by calling himself after it.
pub fn concerns(event: &LogEvent, app: &AppId) -> bool {
    let id = app.as_str();
    if event.targets.iter().any(|target| target.id.raw() == id) || event.apps_in_debug_data.contains(app) {
        return true;
    }
    let is_of_another = event.targets.iter().any(|target| read::is_app_id(target.id.raw()));
    !is_of_another && event.texts().any(|text| mentions(text, id))
}

/// Whether `text` holds `id` as a word of its own.
fn mentions(text: &str, id: &str) -> bool {
    let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
    text.match_indices(id).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + id.len()..).and_then(|after| after.chars().next());
        is_end(before) && is_end(after)
    })
}

/// Where reading the log goes on. Kept between two readings, for days if need be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogPosition {
    /// With the events that reached the log at that time or later; Okta has those of the last 90 days.
    Since(Timestamp),
    /// Where the last page ended: the `next` link that Okta gave with it. It is opaque, and it is checked again whenever it
    /// is followed.
    Next(Url),
}
