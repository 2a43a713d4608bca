//! The tenant of each domain, remembered for an hour, so that pressing a link's button again makes no call to Microsoft.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use crate::domain::cloud::Cloud;
use crate::domain::tenant::{TenantDomain, TenantId};

/// How long a domain's tenant is remembered.
const LIFE: SignedDuration = SignedDuration::from_hours(1);
/// How many domains are remembered.
const MAX_DOMAINS: usize = 10_000;

type ByDomain = HashMap<(Cloud, TenantDomain), (TenantId, Timestamp)>;

/// The remembered tenants. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Tenants(Arc<Mutex<ByDomain>>);

impl Tenants {
    /// The tenant of a domain, if it was read within the last hour.
    pub(super) fn get(&self, cloud: Cloud, domain: &TenantDomain, now: Timestamp) -> Option<TenantId> {
        let known = self.0.lock();
        let (tenant, read_at) = known.get(&(cloud, domain.clone()))?;
        (now.duration_since(*read_at) < LIFE).then(|| tenant.clone())
    }

    /// Remembers the tenant of a domain.
    pub(super) fn remember(&self, cloud: Cloud, domain: &TenantDomain, tenant: &TenantId, now: Timestamp) {
        let mut known = self.0.lock();
        if known.len() >= MAX_DOMAINS {
            known.clear();
        }
        known.insert((cloud, domain.clone()), (tenant.clone(), now));
    }
}
