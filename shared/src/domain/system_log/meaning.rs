//! What an event means for the consent of an app.
//!
//! The types and what each is fired for: Okta's event types catalogue (`okta-event-types.csv`). No event is documented for
//! a consent that was revoked or has expired; that shows only as calls that fail.

use super::{LogEvent, OutcomeResult, Target};
use crate::domain::tenant::ClientId;
use crate::domain::text::UntrustedText;

/// What an event means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// Okta could not sign in to Microsoft, or was not let do what it has to: a consent or a credential is in trouble.
    CredentialFailure {
        /// The event's type.
        event_type: String,
        /// Microsoft's own number for it, where it was told.
        aadsts: Option<u32>,
    },
    /// Microsoft could not be reached or asked for patience. It passes without any consent.
    Transient,
    /// Okta made a dedicated Entra app for this app's provisioning.
    ProvisioningAppCreated {
        /// Its client id, where the event carries it.
        client: Option<ClientId>,
    },
    /// Okta rotated, or could not rotate, the secret of that Entra app.
    CredentialRotated {
        /// Whether it could.
        succeeded: bool,
    },
    /// A piece of provisioning work failed: a symptom, whatever the cause.
    WorkFailed(FailedWork),
    /// Somebody changed the app's settings, made it, deleted it, or switched it on or off.
    ConfigurationChanged,
    /// What API credentials of the org may do has changed, Regrant's own perhaps among them: the target tells whose.
    AccessChanged(AccessChange),
    /// Nothing that is known here.
    Other,
}

/// Work that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedWork {
    /// Which work.
    pub work: Work,
    /// For whom, where it was for one user.
    pub user: Option<Target>,
    /// Why, in the words of Okta or Microsoft.
    pub reason: Option<UntrustedText>,
    /// Microsoft's own number for it: where there is one, the work failed because of the credential.
    pub aadsts: Option<u32>,
}

/// A kind of provisioning work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Work {
    /// A user is made in the app.
    CreateUser,
    /// A user is deactivated in the app.
    DeactivateUser,
    /// A user is reactivated in the app.
    ReactivateUser,
    /// A user's profile is written to the app.
    PushProfile,
    /// A user's password is written to the app.
    PushPassword,
    /// A user's profile is read from the app.
    ImportProfile,
    /// A user is looked for in the app.
    FindUser,
    /// Another step of a user's life in the app, such as a licence.
    UserLifecycle,
    /// Users, groups, roles or licences are read from the app.
    Import,
    /// A group or its members are written to the app.
    PushGroup,
    /// Users, groups and contacts are kept the same on both sides.
    Sync,
    /// Provisioning of another kind.
    Other,
}

impl Work {
    /// What was being done, for people: fits after "failed:".
    pub const fn words(self) -> &'static str {
        match self {
            Self::CreateUser => "creating a user",
            Self::DeactivateUser => "deactivating a user",
            Self::ReactivateUser => "reactivating a user",
            Self::PushProfile => "updating a user's profile",
            Self::PushPassword => "updating a user's password",
            Self::ImportProfile => "importing a user's profile",
            Self::FindUser => "looking for a user",
            Self::UserLifecycle => "changing a user's account",
            Self::Import => "importing users, groups or licences",
            Self::PushGroup => "pushing a group",
            Self::Sync => "synchronizing",
            Self::Other => "provisioning",
        }
    }
}

/// How access to the org changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessChange {
    /// An API token was revoked.
    TokenRevoked,
    /// An API token was used from outside the network zones it is tied to.
    OutsideAllowedRange,
    /// A service app was given an administrator's role.
    PrivilegeGranted,
    /// A service app lost an administrator's role.
    PrivilegeRevoked,
    /// The org's rate or concurrency limit was reached, or nearly.
    RateLimit,
}

/// What a type stands for.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Fired only for trouble, so it is trouble whatever the outcome says.
    Credential,
    /// Fired for trouble; an outcome that says `SUCCESS` is believed, and then it was a change.
    Verification,
    Transient,
    AppCreated,
    Rotation,
    /// Fired only where the work failed, unless the outcome says `SUCCESS`.
    Failure(Work),
    /// Fired for the work as such: failed only where the outcome says `FAILURE`.
    Attempt(Work),
    Change,
    Access(AccessChange),
}

use Kind::{Access, AppCreated, Attempt, Change, Credential, Failure, Rotation, Transient, Verification};

/// A type, or the family below it, and what it stands for. The longest that fits counts.
const TYPES: &[(&str, Kind)] = &[
    ("app.office365.api.error.validate.creds", Credential),
    ("app.office365.api.error.validate.admin.creds", Credential),
    ("app.office365.api.error.unable.to.create.graph.client", Credential),
    ("app.office365.graph.api.error.service.principal.creation.failed", Credential),
    ("app.office365.graph.api.error.service.principal.msgraph.authentication.failure", Credential),
    ("application.integration.authentication_failure", Credential),
    // In spite of its name: "Okta couldn't verify api credentials".
    ("application.configuration.update", Verification),
    // "Okta couldn't download application configuration".
    ("application.configuration.import_schema", Verification),
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
    // The catalogue's spelling, and that of "Monitor rate limits".
    ("system.org.rate_limit", Access(AccessChange::RateLimit)),
    ("system.rate.limit", Access(AccessChange::RateLimit)),
    ("core.concurrency.org.limit.violation", Access(AccessChange::RateLimit)),
];

/// Every type or family that has a meaning here.
#[cfg(test)]
pub(super) fn known() -> impl Iterator<Item = &'static str> {
    TYPES.iter().map(|(name, _)| *name)
}

fn kind(event_type: &str) -> Option<Kind> {
    let fits = |name: &str| event_type.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    TYPES.iter().filter(|(name, _)| fits(name)).max_by_key(|(name, _)| name.len()).map(|(_, kind)| *kind)
}

/// What `event` means. Types that are not known here are [`Meaning::Other`].
pub fn meaning(event: &LogEvent) -> Meaning {
    let result = event.outcome.as_ref().map(|outcome| &outcome.result);
    let succeeded = result == Some(&OutcomeResult::Success);
    let failed = result == Some(&OutcomeResult::Failure);
    let credential = || Meaning::CredentialFailure { event_type: event.event_type.clone(), aadsts: event.aadsts };
    match kind(&event.event_type) {
        Some(Verification) if succeeded => Meaning::ConfigurationChanged,
        Some(Credential | Verification) => credential(),
        Some(Transient) => Meaning::Transient,
        Some(AppCreated) if failed => credential(),
        Some(AppCreated) => Meaning::ProvisioningAppCreated { client: event.app_registration_client_id.clone() },
        Some(Rotation) if succeeded || failed => Meaning::CredentialRotated { succeeded },
        // An outcome that is neither says nothing about the secret.
        Some(Rotation) | None => Meaning::Other,
        Some(Failure(_)) if succeeded => Meaning::Other,
        Some(Attempt(_)) if !failed => Meaning::Other,
        Some(Failure(work) | Attempt(work)) => Meaning::WorkFailed(FailedWork {
            work,
            user: event.user().cloned(),
            reason: event.outcome.as_ref().and_then(|outcome| outcome.reason.clone()),
            aadsts: event.aadsts,
        }),
        Some(Change) => Meaning::ConfigurationChanged,
        Some(Access(change)) => Meaning::AccessChanged(change),
    }
}
