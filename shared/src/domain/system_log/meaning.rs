//! The meaning of a System Log event for the consent of an app.
//!
//! Event types and their triggers are from Okta's event types catalogue (`okta-event-types.csv`). No documented event
//! reports a revoked or expired consent; it shows only as failing calls.

use super::sign_in::{Topic, is_interrupted, is_refused, unknown_code};
use super::{LogEvent, OutcomeResult, Target};
use crate::domain::tenant::ClientId;
use crate::domain::text::UntrustedText;

/// The meaning of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// Microsoft refused Okta's own sign-in until a person acts: the consent or a credential has ended. An event about Okta's
    /// sign-in that does not prove this is [failed work](Self::WorkFailed).
    CredentialFailure {
        /// The event type.
        event_type: String,
        /// Microsoft's error number, if the event contains one.
        aadsts: Option<u32>,
    },
    /// Microsoft was unreachable or limited the rate. This clears without a new consent.
    Transient,
    /// Okta created a dedicated Entra app for this app's provisioning.
    ProvisioningAppCreated {
        /// Its client id, if the event contains it.
        client: Option<ClientId>,
    },
    /// Okta rotated the secret of that Entra app, or failed to.
    CredentialRotated {
        /// Whether the rotation succeeded.
        succeeded: bool,
    },
    /// A provisioning task failed, for any cause.
    WorkFailed(FailedWork),
    /// The app's settings changed, or it was created, deleted, activated or deactivated.
    ConfigurationChanged,
    /// Access of an API credential of the org changed; it may be Regrant's own. The target says whose.
    AccessChanged(AccessChange),
    /// The event has no known meaning.
    Other,
}

/// A provisioning task that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedWork {
    /// The kind of task.
    pub work: Work,
    /// The user concerned, if it was for one user.
    pub user: Option<Target>,
    /// The error message of Okta or Microsoft.
    pub reason: Option<UntrustedText>,
    /// Microsoft's error number, if the event contains one.
    pub aadsts: Option<u32>,
    /// An error number of Microsoft that the failure catalogue does not list, if the event contains one. It proves nothing.
    pub unknown_code: Option<u32>,
    /// Whether the task failed because Microsoft refused Okta's own sign-in until a person acts.
    pub sign_in_refused: bool,
}

/// A kind of provisioning task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Work {
    /// Creating a user in the app.
    CreateUser,
    /// Deactivating a user in the app.
    DeactivateUser,
    /// Reactivating a user in the app.
    ReactivateUser,
    /// Writing a user's profile to the app.
    PushProfile,
    /// Writing a user's password to the app.
    PushPassword,
    /// Reading a user's profile from the app.
    ImportProfile,
    /// Searching for a user in the app.
    FindUser,
    /// A different step of a user's life cycle in the app, such as a licence.
    UserLifecycle,
    /// Reading users, groups, roles or licences from the app.
    Import,
    /// Writing a group or its members to the app.
    PushGroup,
    /// Synchronizing users, groups and contacts.
    Sync,
    /// Signing in to Microsoft, or checking that Okta can.
    SignIn,
    /// Any other provisioning task.
    Other,
}

impl Work {
    /// The task in words for people; follows "failed:".
    pub const fn words(self) -> &'static str {
        match self {
            Self::CreateUser => "creating a user",
            Self::DeactivateUser => "deactivating a user",
            Self::ReactivateUser => "reactivating a user",
            Self::PushProfile => "updating a user's profile",
            Self::PushPassword => "updating a user's password",
            Self::ImportProfile => "importing a user's profile",
            Self::FindUser => "searching for a user",
            Self::UserLifecycle => "changing a user's account",
            Self::Import => "importing users, groups or licences",
            Self::PushGroup => "pushing a group",
            Self::Sync => "synchronizing",
            Self::SignIn => "signing in to Microsoft",
            Self::Other => "provisioning",
        }
    }
}

/// A change of access to the org.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessChange {
    /// An API token was revoked.
    TokenRevoked,
    /// An API token was used from outside its allowed network zones.
    OutsideAllowedRange,
    /// A service app was granted an administrator role.
    PrivilegeGranted,
    /// A service app lost an administrator role.
    PrivilegeRevoked,
    /// The org's rate or concurrency limit was reached, or nearly so.
    RateLimit,
}

/// The meaning of an event type.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Reports that Okta's own sign-in failed, or a check of it, unless the outcome is `SUCCESS`.
    SignIn,
    /// Reports a change, which failed only if the outcome is `FAILURE`.
    Verification,
    Transient,
    AppCreated,
    Rotation,
    /// Reports a failed task, unless the outcome is `SUCCESS`.
    Failure(Work),
    /// Reports a task, which failed only if the outcome is `FAILURE`.
    Attempt(Work),
    Change,
    Access(AccessChange),
}

use Kind::{Access, AppCreated, Attempt, Change, Failure, Rotation, SignIn, Transient, Verification};

/// Event types, or prefixes of a family of types, and their meaning. The longest match counts.
const TYPES: &[(&str, Kind)] = &[
    ("app.office365.api.error.validate.creds", SignIn),
    ("app.office365.api.error.validate.admin.creds", SignIn),
    ("app.office365.api.error.unable.to.create.graph.client", SignIn),
    ("app.office365.graph.api.error.service.principal.creation.failed", SignIn),
    ("app.office365.graph.api.error.service.principal.msgraph.authentication.failure", SignIn),
    ("application.integration.authentication_failure", SignIn),
    // Despite its name, it means "Okta couldn't verify api credentials".
    ("application.configuration.update", Verification),
    // It means "Okta couldn't download application configuration".
    ("application.configuration.import_schema", Attempt(Work::Import)),
    ("app.office365.api.error.endpoint.unavailable", Transient),
    ("app.office365.graph.api.error.rate-limit.exceeded", Transient),
    ("app.office365.provisioning_app.create", AppCreated),
    ("app.office365.provisioning_app_credential.rotate", Rotation),
    ("app.office365.api.error.create.user", Failure(Work::CreateUser)),
    ("app.office365.api.error.deactivate.user", Failure(Work::DeactivateUser)),
    ("app.office365.api.error.reactivate.user", Failure(Work::ReactivateUser)),
    ("app.office365.api.error.push.profile", Failure(Work::PushProfile)),
    ("app.office365.api.error.push.password", Failure(Work::PushPassword)),
    ("app.office365.api.error.import.profile", Failure(Work::ImportProfile)),
    ("app.office365.api.error.check.user.exists", Failure(Work::FindUser)),
    ("app.office365.api.error.download", Failure(Work::Import)),
    ("app.office365.error.importing.user", Failure(Work::Import)),
    ("app.office365.api.error.group", Failure(Work::PushGroup)),
    ("app.office365.api.error.sync", Failure(Work::Sync)),
    ("app.office365.user.lifecycle.action.failed", Failure(Work::UserLifecycle)),
    ("application.provision.group_push.mapping.update.or.delete.failed", Failure(Work::PushGroup)),
    ("app.app_instance.provision_sync_job.failed", Failure(Work::Sync)),
    ("application.provision.user.push", Attempt(Work::CreateUser)),
    ("application.provision.user.push_profile", Attempt(Work::PushProfile)),
    ("application.provision.user.import_profile", Attempt(Work::ImportProfile)),
    ("application.provision.user.reactivate", Attempt(Work::ReactivateUser)),
    ("application.provision.user.deactivate", Attempt(Work::DeactivateUser)),
    ("application.provision.user.push_password", Attempt(Work::PushPassword)),
    ("application.provision.user.sync", Attempt(Work::Sync)),
    ("application.provision", Attempt(Work::Other)),
    ("application.lifecycle.create", Change),
    ("application.lifecycle.update", Change),
    ("application.lifecycle.activate", Change),
    ("application.lifecycle.deactivate", Change),
    ("application.lifecycle.delete", Change),
    ("system.api_token.revoke", Access(AccessChange::TokenRevoked)),
    ("system.api_token.request_outside_allowed_range", Access(AccessChange::OutsideAllowedRange)),
    ("app.oauth2.client.privilege.grant", Access(AccessChange::PrivilegeGranted)),
    ("app.oauth2.client.privilege.revoke", Access(AccessChange::PrivilegeRevoked)),
    // The spelling in the catalogue, then the one in "Monitor rate limits".
    ("system.org.rate_limit", Access(AccessChange::RateLimit)),
    ("system.rate.limit", Access(AccessChange::RateLimit)),
    ("core.concurrency.org.limit.violation", Access(AccessChange::RateLimit)),
];

/// Every type or family with a known meaning.
#[cfg(test)]
pub(super) fn known() -> impl Iterator<Item = &'static str> {
    TYPES.iter().map(|(name, _)| *name)
}

fn kind(event_type: &str) -> Option<Kind> {
    let fits = |name: &str| event_type.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    TYPES.iter().filter(|(name, _)| fits(name)).max_by_key(|(name, _)| name.len()).map(|(_, kind)| *kind)
}

/// The meaning of `event`. Unknown types are [`Meaning::Other`].
#[expect(clippy::match_same_arms, reason = "the order of the arms is the rule")]
pub fn meaning(event: &LogEvent) -> Meaning {
    let result = event.outcome.as_ref().map(|outcome| &outcome.result);
    let succeeded = result == Some(&OutcomeResult::Success);
    let failed = result == Some(&OutcomeResult::Failure);
    match kind(&event.event_type) {
        Some(Verification) if !failed => Meaning::ConfigurationChanged,
        Some(SignIn) if succeeded => Meaning::Other,
        Some(SignIn | Verification) if is_refused(event, Topic::OwnSignIn) => {
            Meaning::CredentialFailure { event_type: event.event_type.clone(), aadsts: event.aadsts }
        }
        Some(SignIn | Verification) => failed_work(event, Work::SignIn),
        Some(Transient) => Meaning::Transient,
        Some(AppCreated) if failed => failed_work(event, Work::SignIn),
        Some(AppCreated) => Meaning::ProvisioningAppCreated { client: event.app_registration_client_id.clone() },
        Some(Rotation) if failed && is_interrupted(event) => failed_work(event, Work::SignIn),
        Some(Rotation) if succeeded || failed => Meaning::CredentialRotated { succeeded },
        // Any other outcome says nothing about the secret.
        Some(Rotation) | None => Meaning::Other,
        Some(Failure(_)) if succeeded => Meaning::Other,
        Some(Attempt(_)) if !failed => Meaning::Other,
        Some(Failure(work) | Attempt(work)) => failed_work(event, work),
        Some(Change) => Meaning::ConfigurationChanged,
        Some(Access(change)) => Meaning::AccessChanged(change),
    }
}

fn failed_work(event: &LogEvent, work: Work) -> Meaning {
    let topic = match work {
        Work::PushPassword => Topic::UserPassword,
        Work::SignIn => Topic::OwnSignIn,
        _ => Topic::Task,
    };
    Meaning::WorkFailed(FailedWork {
        work,
        user: event.user().cloned(),
        reason: event.outcome.as_ref().and_then(|outcome| outcome.reason.clone()),
        aadsts: event.aadsts,
        unknown_code: unknown_code(event),
        sign_in_refused: is_refused(event, topic),
    })
}
