//! Changes to a tenant that tests make: revocations, policies and outages, and their reversal. Every method returns
//! `false`, and changes nothing, for an unknown tenant, application or person.

mod people;
mod principals;
mod registration;

use jiff::SignedDuration;

use super::MicrosoftSimulator;
use super::directory::{AccessPolicy, EntraTenant, Outage, OutageKind};

impl MicrosoftSimulator {
    /// Changes a tenant. Returns whether `change` found its object.
    fn change_tenant(&self, tenant: &str, change: impl FnOnce(&mut EntraTenant) -> bool) -> bool {
        self.with_tenant(tenant, change).unwrap_or(false)
    }

    /// Expires refresh tokens (`AADSTS70043`) whose sign-in is older than `often`; `None` removes the policy.
    pub fn set_sign_in_frequency(&self, tenant: &str, often: Option<SignedDuration>) -> bool {
        self.change_tenant(tenant, |tenant| {
            tenant.sign_in_frequency = often;
            true
        })
    }

    /// Makes Conditional Access block every person (`AADSTS53003`).
    pub fn block_people(&self, tenant: &str) -> bool {
        self.set_access_policy(tenant, Some(AccessPolicy::Blocks))
    }

    /// Makes Conditional Access require another factor of people who signed in before now (`AADSTS50076` and a claims
    /// challenge).
    pub fn demand_factor(&self, tenant: &str) -> bool {
        let since = self.shared.world.lock().clock.now();
        self.set_access_policy(tenant, Some(AccessPolicy::DemandsFactor { since }))
    }

    /// Sets or removes the Conditional Access policy.
    pub fn set_access_policy(&self, tenant: &str, policy: Option<AccessPolicy>) -> bool {
        self.change_tenant(tenant, |tenant| {
            tenant.access_policy = policy;
            true
        })
    }

    /// Starts an outage for this tenant that lasts `length`.
    pub fn start_outage(&self, tenant: &str, kind: OutageKind, length: SignedDuration) -> bool {
        let outage = self.outage(kind, length);
        self.change_tenant(tenant, |tenant| {
            tenant.outage = Some(outage);
            true
        })
    }

    /// Starts an outage for every tenant that lasts `length`.
    pub fn start_outage_everywhere(&self, kind: OutageKind, length: SignedDuration) {
        let outage = self.outage(kind, length);
        self.shared.world.lock().outage = Some(outage);
    }

    /// Ends the tenant's outage and the outage for every tenant.
    pub fn end_outage(&self, tenant: &str) -> bool {
        self.shared.world.lock().outage = None;
        self.change_tenant(tenant, |tenant| {
            tenant.outage = None;
            true
        })
    }

    fn outage(&self, kind: OutageKind, length: SignedDuration) -> Outage {
        let now = self.shared.world.lock().clock.now();
        Outage { kind, until: now.saturating_add(length).unwrap_or(now) }
    }
}
