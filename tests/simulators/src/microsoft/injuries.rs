//! What can happen to a tenant, and how it is put right again. Every method gives `false` where there is no such tenant,
//! application or person, and nothing was done.

mod people;
mod principals;
mod registration;

use jiff::SignedDuration;

use super::MicrosoftSimulator;
use super::directory::{AccessPolicy, EntraTenant, Outage, OutageKind};

impl MicrosoftSimulator {
    /// Changes a tenant, where the change finds what it is of.
    fn injure(&self, tenant: &str, change: impl FnOnce(&mut EntraTenant) -> bool) -> bool {
        self.with_tenant(tenant, change).unwrap_or(false)
    }

    /// Ends refresh tokens (`AADSTS70043`) whose sign-in is that old, or no more.
    pub fn set_sign_in_frequency(&self, tenant: &str, often: Option<SignedDuration>) -> bool {
        self.injure(tenant, |tenant| {
            tenant.sign_in_frequency = often;
            true
        })
    }

    /// Conditional Access lets no person in (`AADSTS53003`).
    pub fn block_people(&self, tenant: &str) -> bool {
        self.set_access_policy(tenant, Some(AccessPolicy::Blocks))
    }

    /// Conditional Access asks everybody who signed in before now for another factor (`AADSTS50076` and a claims challenge).
    pub fn demand_factor(&self, tenant: &str) -> bool {
        let since = self.shared.world.lock().clock.now();
        self.set_access_policy(tenant, Some(AccessPolicy::DemandsFactor { since }))
    }

    /// Sets what Conditional Access asks for.
    pub fn set_access_policy(&self, tenant: &str, policy: Option<AccessPolicy>) -> bool {
        self.injure(tenant, |tenant| {
            tenant.access_policy = policy;
            true
        })
    }

    /// Microsoft does not serve that tenant for so long, by the clock.
    pub fn start_outage(&self, tenant: &str, kind: OutageKind, length: SignedDuration) -> bool {
        let outage = self.outage(kind, length);
        self.injure(tenant, |tenant| {
            tenant.outage = Some(outage);
            true
        })
    }

    /// Microsoft serves nobody for so long, by the clock.
    pub fn start_outage_everywhere(&self, kind: OutageKind, length: SignedDuration) {
        let outage = self.outage(kind, length);
        self.shared.world.lock().outage = Some(outage);
    }

    /// Ends every outage of a tenant, and the one of everybody, before its time.
    pub fn end_outage(&self, tenant: &str) -> bool {
        self.shared.world.lock().outage = None;
        self.injure(tenant, |tenant| {
            tenant.outage = None;
            true
        })
    }

    fn outage(&self, kind: OutageKind, length: SignedDuration) -> Outage {
        let now = self.shared.world.lock().clock.now();
        Outage { kind, until: now.saturating_add(length).unwrap_or(now) }
    }
}
