//! Incidents: faults of a consent or of Regrant's own access, with their injection, repair and expected report.

use jiff::{SignedDuration, Timestamp};
use regrant::domain::app::AppRecord;
use regrant::domain::signal::{Check, SignalKind};
use regrant::domain::standing::Standing;
use regrant_simulators::microsoft::{FLEET_ADMINISTRATOR, GLOBAL_ADMINISTRATOR, OutageKind};
use regrant_simulators::{AppPlace, Fault, LogEntry, Times, TokenPower};

use super::world::{OrgInCare, WATCHER, World};
use crate::walk::Failure;

/// A required permission (`PermissionCatalogue`).
const PERMISSION: &str = "Group.ReadWrite.All";
const USER: &str = "ann@acme.example";
/// The replication delay of a renewed consent in Graph, in seconds.
const REPLICATION_SECONDS: i64 = 20;

/// A kind of incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Every grant of Okta's service principal is revoked.
    ConsentRevoked,
    /// One grant is revoked.
    PermissionRevoked,
    /// Okta's service principal is disabled.
    PrincipalDisabled,
    /// Okta's service principal is deleted.
    PrincipalDeleted,
    /// The consenting administrator loses every role.
    AdministratorLostRole,
    /// The consenting administrator's account is disabled.
    AdministratorDisabled,
    /// Regrant's Graph tokens are revoked.
    RefreshTokenRevoked,
    /// A sign-in frequency policy expires Regrant's Graph tokens (`AADSTS70043`).
    SignInFrequency,
    /// Conditional Access blocks Okta's service account: every push fails (`AADSTS50079`).
    ConditionalAccess,
    /// Okta cannot rotate its credential.
    RotationFailed,
    /// The consent is renewed: logged as a removal and an addition, and visible only after a delay.
    ConsentedAgain,
    /// Okta is unavailable for the org for a day.
    OktaDown,
    /// Microsoft is unavailable for the tenant for some hours.
    MicrosoftDown,
    /// Regrant's Okta API token is revoked.
    OktaTokenRevoked,
    /// Microsoft refuses Okta's refresh token: every call fails, and only `legacyEventType` says so.
    RefreshRefused,
    /// Okta's calls to Microsoft fail for a while.
    TransientEvents,
    /// Events with codes and causes that no catalogue lists.
    UnknownEvents,
    /// Events that resemble a refused sign-in: about a provisioned user, without a failure, with a server's status.
    MisleadingEvents,
}

/// The expected report of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// The app has this standing.
    Standing(Standing),
    /// The org has the access problem with this name.
    AccessProblem(&'static str),
    /// No report.
    None,
}

/// The part of a scan that could see an incident.
#[derive(Debug, Clone, Copy)]
enum ScanPart {
    Grants,
    Consenter,
    Log,
    Connection,
    AnyPart,
}

impl ScanPart {
    /// Whether that part succeeded since then.
    fn succeeded_since(self, app: &AppRecord, since: Timestamp) -> bool {
        let fresh = |pick: fn(&SignalKind) -> bool| {
            app.signals.iter().any(|signal| signal.seen_at >= since && pick(&signal.kind))
        };
        let connection = || fresh(|kind| matches!(kind, SignalKind::ConnectionRead { .. }));
        match self {
            Self::Grants => fresh(|kind| matches!(kind, SignalKind::PermissionGrantsRead { .. })),
            Self::Consenter => fresh(|kind| matches!(kind, SignalKind::ConsenterRead { .. })),
            Self::Log => {
                let failed =
                    |kind: &SignalKind| matches!(kind, SignalKind::CheckFailed { check: Check::SystemLog, .. });
                connection() && !fresh(failed)
            }
            Self::Connection => connection(),
            Self::AnyPart => true,
        }
    }
}

impl Kind {
    pub(super) const ALL: [Self; 18] = [
        Self::ConsentRevoked,
        Self::PermissionRevoked,
        Self::PrincipalDisabled,
        Self::PrincipalDeleted,
        Self::AdministratorLostRole,
        Self::AdministratorDisabled,
        Self::RefreshTokenRevoked,
        Self::SignInFrequency,
        Self::ConditionalAccess,
        Self::RotationFailed,
        Self::ConsentedAgain,
        Self::OktaDown,
        Self::MicrosoftDown,
        Self::OktaTokenRevoked,
        Self::RefreshRefused,
        Self::TransientEvents,
        Self::UnknownEvents,
        Self::MisleadingEvents,
    ];

    pub(super) const fn sign(self) -> Sign {
        match self {
            Self::ConsentRevoked
            | Self::PrincipalDisabled
            | Self::PrincipalDeleted
            | Self::ConditionalAccess
            | Self::RefreshRefused => Sign::Standing(Standing::Broken),
            Self::PermissionRevoked
            | Self::AdministratorLostRole
            | Self::AdministratorDisabled
            | Self::RotationFailed => Sign::Standing(Standing::Degraded),
            Self::RefreshTokenRevoked | Self::SignInFrequency => Sign::AccessProblem("graph-tokens-ended"),
            Self::OktaTokenRevoked => Sign::AccessProblem("okta-credential-refused"),
            Self::ConsentedAgain
            | Self::OktaDown
            | Self::MicrosoftDown
            | Self::TransientEvents
            | Self::UnknownEvents
            | Self::MisleadingEvents => Sign::None,
        }
    }

    /// Whether a scan since then could have seen it.
    pub(super) fn could_be_seen(self, app: &AppRecord, since: Timestamp) -> bool {
        let sight = match self {
            Self::AdministratorLostRole | Self::AdministratorDisabled => ScanPart::Consenter,
            Self::ConditionalAccess | Self::RotationFailed | Self::RefreshRefused => ScanPart::Log,
            // The expired token is detected before the call to Graph.
            Self::RefreshTokenRevoked | Self::SignInFrequency => ScanPart::Connection,
            Self::OktaTokenRevoked => ScanPart::AnyPart,
            _ => ScanPart::Grants,
        };
        sight.succeeded_since(app, since)
    }

    /// Whether a scan since then could have seen its end.
    pub(super) fn end_could_be_seen(self, app: &AppRecord, since: Timestamp) -> bool {
        match self {
            Self::RefreshTokenRevoked | Self::SignInFrequency => ScanPart::Grants.succeeded_since(app, since),
            Self::OktaTokenRevoked => ScanPart::Connection.succeeded_since(app, since),
            _ => self.could_be_seen(app, since),
        }
    }

    /// Injects it. Returns `false` if its target does not exist.
    pub(super) fn inject(self, world: &World, org: &OrgInCare) -> bool {
        let (microsoft, tenant) = (&world.microsoft, org.tenant());
        match self {
            Self::ConsentRevoked => microsoft.revoke_grants(tenant),
            Self::PermissionRevoked => microsoft.revoke_permission(tenant, PERMISSION),
            Self::PrincipalDisabled => microsoft.set_principal_enabled(tenant, false),
            Self::PrincipalDeleted => microsoft.delete_principal(tenant),
            Self::AdministratorLostRole => microsoft.take_roles(tenant, FLEET_ADMINISTRATOR),
            Self::AdministratorDisabled => microsoft.set_person_enabled(tenant, FLEET_ADMINISTRATOR, false),
            Self::RefreshTokenRevoked => microsoft.revoke_refresh_tokens_of(tenant, WATCHER),
            Self::SignInFrequency => microsoft.set_sign_in_frequency(tenant, Some(SignedDuration::from_hours(12))),
            Self::ConditionalAccess => world.log(org, push_refused(org)),
            Self::RotationFailed => world.log(org, LogEntry::credential_rotated(org.app(), false)),
            Self::ConsentedAgain => {
                let late = microsoft.with_tenant(tenant, |tenant| tenant.replication_seconds = REPLICATION_SECONDS);
                late.is_some() && microsoft.consent_again(tenant)
            }
            Self::OktaDown => world.change(org, |org| org.faults.on("", Fault::ReadOnly, Times::Always)),
            Self::MicrosoftDown => {
                microsoft.start_outage(tenant, OutageKind::Unavailable, SignedDuration::from_hours(8))
            }
            Self::OktaTokenRevoked => world.set_power(org, TokenPower::Revoked),
            Self::RefreshRefused => world.log(org, LogEntry::refresh_token_refused(org.app(), "")),
            Self::TransientEvents => log_all(world, org, transient_events(org.app())),
            Self::UnknownEvents => log_all(world, org, unknown_events(org.app())),
            Self::MisleadingEvents => log_all(world, org, misleading_events(org.app())),
        }
    }

    /// Repeats its daily effects: with a broken consent every push fails.
    pub(super) fn recur(self, world: &World, org: &OrgInCare) -> bool {
        match self {
            Self::ConditionalAccess => world.log(org, push_refused(org)),
            Self::RefreshRefused => self.inject(world, org),
            _ => true,
        }
    }

    /// Repairs it.
    pub(super) async fn repair(self, world: &World, org: &OrgInCare) -> Result<bool, Failure> {
        let (microsoft, tenant) = (&world.microsoft, org.tenant());
        Ok(match self {
            Self::ConsentRevoked | Self::PrincipalDeleted => microsoft.consent_again(tenant),
            Self::PermissionRevoked => microsoft.grant_permission(tenant, PERMISSION),
            Self::PrincipalDisabled => microsoft.set_principal_enabled(tenant, true),
            Self::AdministratorLostRole => microsoft.give_role(tenant, FLEET_ADMINISTRATOR, GLOBAL_ADMINISTRATOR),
            Self::AdministratorDisabled => microsoft.set_person_enabled(tenant, FLEET_ADMINISTRATOR, true),
            Self::RefreshTokenRevoked => {
                world.sign_in(org).await?;
                true
            }
            Self::SignInFrequency => {
                let lifted = microsoft.set_sign_in_frequency(tenant, None);
                world.sign_in(org).await?;
                lifted
            }
            Self::ConditionalAccess | Self::RefreshRefused => {
                world.log(org, LogEntry::profile_pushed(org.app(), USER, true))
            }
            Self::RotationFailed => world.log(org, LogEntry::credential_rotated(org.app(), true)),
            // They end automatically.
            Self::ConsentedAgain
            | Self::MicrosoftDown
            | Self::TransientEvents
            | Self::UnknownEvents
            | Self::MisleadingEvents => true,
            Self::OktaDown => world.change(org, |org| org.faults.clear()),
            Self::OktaTokenRevoked => world.set_power(org, TokenPower::Full),
        })
    }
}

/// Microsoft asks Okta's service account for a second factor. Only the account's name identifies the app.
fn push_refused(org: &OrgInCare) -> LogEntry {
    let app = org.app();
    let reason = format!("AADSTS50079: svc_OKTA_sync_{app} must enroll in multi-factor authentication to proceed.");
    LogEntry::profile_push_failed(app, USER, &reason).with_app_in(AppPlace::ServiceAccount)
}

/// Whether every entry was written.
fn log_all(world: &World, org: &OrgInCare, entries: Vec<LogEntry>) -> bool {
    entries.into_iter().all(|entry| world.log(org, entry))
}

const OFFICE365: &str = "com.saasure.application.microsoft.exceptions.Office365ProvisioningException";

fn failed(event_type: &str, app: &str, reason: &str) -> LogEntry {
    LogEntry::new(event_type, Some("FAILURE"), "It failed.").about(app).about_user(USER).because(reason)
}

/// Failures that clear without action.
fn transient_events(app: &str) -> Vec<LogEntry> {
    let busy = format!("{OFFICE365}: 503 AADSTS90033: A transient error has occurred. Please try again.");
    vec![
        LogEntry::profile_push_failed(app, USER, &busy),
        LogEntry::profile_push_failed(app, USER, "AADSTS90024: RequestBudgetExceededError."),
        LogEntry::endpoint_unavailable(app),
        LogEntry::graph_rate_limited(app),
        failed("application.configuration.import_schema", app, "Read timed out"),
        failed("app.office365.api.error.validate.creds", app, "503 Service Unavailable"),
        LogEntry::refresh_token_refused(app, "connect timed out"),
        failed("app.office365.provisioning_app_credential.rotate", app, "AADSTS90033: A transient error has occurred."),
    ]
}

/// Failures whose cause is not known.
fn unknown_events(app: &str) -> Vec<LogEntry> {
    vec![
        LogEntry::profile_push_failed(app, USER, "AADSTS987654: Something new."),
        LogEntry::profile_push_failed(app, USER, "Authorization_RequestDenied: Insufficient privileges."),
        failed("app.office365.api.error.validate.creds", app, "AADSTS987654: Something new."),
        failed("application.integration.authentication_failure", app, "It did not work."),
        failed("app.office365.api.error.something.new", app, "AADSTS65001: It is not known what this event means."),
        LogEntry::administrator_lost_role(app),
    ]
}

/// Events that resemble a refused sign-in of Okta, but are not one.
fn misleading_events(app: &str) -> Vec<LogEntry> {
    let consent = "AADSTS65001: The user or administrator has not consented to use the application.";
    let gone = format!("AADSTS50034: The user account {USER} does not exist in the directory.");
    vec![
        LogEntry::profile_push_failed(app, USER, &gone),
        LogEntry::profile_push_failed(app, USER, "AADSTS50057: The user account is disabled."),
        LogEntry::profile_push_failed(app, USER, &format!("{OFFICE365}: 503 {consent}")),
        failed("app.office365.api.error.push.password", app, "AADSTS50126: Error validating credentials."),
        LogEntry::new("application.configuration.update", None, "Update of the configuration").about(app),
        LogEntry::new("app.office365.api.error.validate.creds", Some("SUCCESS"), consent).about(app),
        LogEntry::new("app.office365.api.error.validate.creds", None, consent).about(app),
        failed("app.office365.api.error.validate.creds", "0oaAnotherAppOfThisOrg1", consent),
    ]
}

/// One incident and its detection.
#[derive(Debug)]
pub(super) struct Incident {
    pub(super) kind: Kind,
    /// The index of the org in the world. Only its first app is affected.
    pub(super) org: usize,
    pub(super) injected_on: u32,
    pub(super) repaired_on: u32,
    /// The number of scans that could have seen it.
    pub(super) looks: u32,
    /// The scan that found it.
    pub(super) found_after: Option<u32>,
    /// The number of scans that could have seen its end.
    pub(super) looks_after: u32,
    /// The scan that noticed its end.
    pub(super) over_after: Option<u32>,
}

impl Incident {
    pub(super) const fn new(kind: Kind, org: usize, injected_on: u32, repaired_on: u32) -> Self {
        Self { kind, org, injected_on, repaired_on, looks: 0, found_after: None, looks_after: 0, over_after: None }
    }

    pub(super) fn is_on(&self, day: u32) -> bool {
        (self.injected_on..self.repaired_on).contains(&day)
    }

    /// Whether it may still be reported: it is active, or no scan could have seen its end yet.
    pub(super) fn may_show(&self, day: u32) -> bool {
        day >= self.injected_on && self.over_after.is_none()
    }

    pub(super) fn name(&self, world: &World) -> String {
        let name = &world.orgs[self.org].name;
        format!("{:?} in {name}, days {} to {}", self.kind, self.injected_on, self.repaired_on)
    }
}
