//! What happens to a consent, or to Regrant's own access: how it is done, how it is repaired, and what has to be told.

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
/// How long Graph shows nothing of a consent that was given anew, in seconds.
const REPLICATION_SECONDS: i64 = 20;

/// A kind of injury.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Every grant is taken from Okta's service principal.
    ConsentRevoked,
    /// One grant is.
    PermissionRevoked,
    /// Okta's service principal may not sign in any more.
    PrincipalDisabled,
    /// It is deleted.
    PrincipalDeleted,
    /// Whoever consented holds no role any more.
    AdministratorLostRole,
    /// Whoever consented cannot sign in any more.
    AdministratorDisabled,
    /// The tokens that Regrant looks with are revoked.
    RefreshTokenRevoked,
    /// A sign-in frequency ends them (`AADSTS70043`).
    SignInFrequency,
    /// Conditional Access keeps Okta's service account out: every push fails (`AADSTS50079`).
    ConditionalAccess,
    /// Okta cannot rotate its credential.
    RotationFailed,
    /// The consent is given anew: logged as a removal and an addition, and shown late.
    ConsentedAgain,
    /// Okta serves nobody of the org for a day.
    OktaDown,
    /// Microsoft does not serve the tenant for some hours.
    MicrosoftDown,
    /// The token that Regrant looks with in Okta is revoked.
    OktaTokenRevoked,
}

/// How an injury shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// The app stands there.
    Standing(Standing),
    /// There is access trouble of that name.
    AccessProblem(&'static str),
    /// Not at all.
    None,
}

/// Which look of a scan could have seen something.
#[derive(Debug, Clone, Copy)]
enum Sight {
    Grants,
    Consenter,
    Log,
    Connection,
    Whatever,
}

impl Sight {
    /// Whether that look succeeded since then.
    fn was_had(self, app: &AppRecord, since: Timestamp) -> bool {
        let fresh = |pick: fn(&SignalKind) -> bool| {
            app.signals.iter().any(|signal| signal.seen_at >= since && pick(&signal.kind))
        };
        let connection = || fresh(|kind| matches!(kind, SignalKind::ConnectionRead { .. }));
        match self {
            Self::Grants => fresh(|kind| matches!(kind, SignalKind::PermissionGrantsRead { .. })),
            Self::Consenter => fresh(|kind| matches!(kind, SignalKind::ConsenterRead { .. })),
            Self::Log => {
                let failed =
                    |kind: &SignalKind| matches!(kind, SignalKind::CouldNotLook { look: Check::SystemLog, .. });
                connection() && !fresh(failed)
            }
            Self::Connection => connection(),
            Self::Whatever => true,
        }
    }
}

impl Kind {
    pub(super) const ALL: [Self; 14] = [
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
    ];

    pub(super) const fn sign(self) -> Sign {
        match self {
            Self::ConsentRevoked | Self::PrincipalDisabled | Self::PrincipalDeleted | Self::ConditionalAccess => {
                Sign::Standing(Standing::Broken)
            }
            Self::PermissionRevoked
            | Self::AdministratorLostRole
            | Self::AdministratorDisabled
            | Self::RotationFailed => Sign::Standing(Standing::Degraded),
            Self::RefreshTokenRevoked | Self::SignInFrequency => Sign::AccessProblem("graph-tokens-ended"),
            Self::OktaTokenRevoked => Sign::AccessProblem("okta-credential-refused"),
            Self::ConsentedAgain | Self::OktaDown | Self::MicrosoftDown => Sign::None,
        }
    }

    /// Whether a scan since then could have seen it.
    pub(super) fn could_be_seen(self, app: &AppRecord, since: Timestamp) -> bool {
        let sight = match self {
            Self::AdministratorLostRole | Self::AdministratorDisabled => Sight::Consenter,
            Self::ConditionalAccess | Self::RotationFailed => Sight::Log,
            // What Graph is asked with is found dead before Graph is asked.
            Self::RefreshTokenRevoked | Self::SignInFrequency => Sight::Connection,
            Self::OktaTokenRevoked => Sight::Whatever,
            _ => Sight::Grants,
        };
        sight.was_had(app, since)
    }

    /// Whether a scan since then could have seen that it is over.
    pub(super) fn end_could_be_seen(self, app: &AppRecord, since: Timestamp) -> bool {
        match self {
            Self::RefreshTokenRevoked | Self::SignInFrequency => Sight::Grants.was_had(app, since),
            Self::OktaTokenRevoked => Sight::Connection.was_had(app, since),
            _ => self.could_be_seen(app, since),
        }
    }

    /// Does it. `false` where there was nothing to do it to.
    pub(super) fn strike(self, world: &World, org: &OrgInCare) -> bool {
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
        }
    }

    /// What goes on every day while it stands: a consent that is dead fails at every push.
    pub(super) fn go_on(self, world: &World, org: &OrgInCare) -> bool {
        if self == Self::ConditionalAccess { world.log(org, push_refused(org)) } else { true }
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
                world.sign_in(tenant).await?;
                true
            }
            Self::SignInFrequency => {
                let lifted = microsoft.set_sign_in_frequency(tenant, None);
                world.sign_in(tenant).await?;
                lifted
            }
            Self::ConditionalAccess => world.log(org, LogEntry::profile_pushed(org.app(), USER, true)),
            Self::RotationFailed => world.log(org, LogEntry::credential_rotated(org.app(), true)),
            // Over by themselves.
            Self::ConsentedAgain | Self::MicrosoftDown => true,
            Self::OktaDown => world.change(org, |org| org.faults.clear()),
            Self::OktaTokenRevoked => world.set_power(org, TokenPower::Full),
        })
    }
}

/// Okta's service account is asked for a second factor, and only its name says which app it is of.
fn push_refused(org: &OrgInCare) -> LogEntry {
    let app = org.app();
    let reason = format!("AADSTS50079: svc_OKTA_sync_{app} must enroll in multi-factor authentication to proceed.");
    LogEntry::profile_push_failed(app, USER, &reason).with_app_in(AppPlace::ServiceAccount)
}

/// One injury, and what became of it.
#[derive(Debug)]
pub(super) struct Injury {
    pub(super) kind: Kind,
    /// The org's place in the world; it is always the first app that is hurt.
    pub(super) org: usize,
    pub(super) struck_on: u32,
    pub(super) repaired_on: u32,
    /// Scans that could have seen it.
    pub(super) looks: u32,
    /// At which of them it was found.
    pub(super) found_after: Option<u32>,
    /// Scans that could have seen that it is over.
    pub(super) looks_after: u32,
    /// At which of them that was found.
    pub(super) over_after: Option<u32>,
}

impl Injury {
    pub(super) const fn new(kind: Kind, org: usize, struck_on: u32, repaired_on: u32) -> Self {
        Self { kind, org, struck_on, repaired_on, looks: 0, found_after: None, looks_after: 0, over_after: None }
    }

    pub(super) fn is_on(&self, day: u32) -> bool {
        (self.struck_on..self.repaired_on).contains(&day)
    }

    /// Whether it may still show: it stands, or nobody could see yet that it is over.
    pub(super) fn may_show(&self, day: u32) -> bool {
        day >= self.struck_on && self.over_after.is_none()
    }

    pub(super) fn name(&self, world: &World) -> String {
        let name = &world.orgs[self.org].name;
        format!("{:?} in {name}, days {} to {}", self.kind, self.struck_on, self.repaired_on)
    }
}
