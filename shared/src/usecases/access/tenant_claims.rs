//! Whose tenant it is, if several orgs name it.
//!
//! An Okta administrator chooses the tenant in an app's settings freely. An org that names another customer's tenant must
//! neither see what Regrant reads there with that customer's tokens, nor have Regrant invite anyone in its name.

use futures_util::TryStreamExt as _;

use crate::domain::id::OrgId;
use crate::domain::org::OrgProfile;
use crate::domain::tenant::TenantName;
use crate::ledger::{AppFilter, LedgerError, paging};
use crate::usecases::Ports;

/// A different org that an operator has to consider before this org may use a tenant. `None` if no other org names the tenant, an
/// administrator of the tenant signed in for an app of this org, or an operator approved the tenant for this org.
///
/// Of several orgs that name a tenant for which no one has signed in, the one that was added first may use it.
pub(crate) async fn rival_claim(
    ports: &Ports,
    org: &OrgProfile,
    tenant: &TenantName,
) -> Result<Option<OrgId>, LedgerError> {
    if org.approved_tenants.contains(tenant) {
        return Ok(None);
    }
    let filter = AppFilter { tenant: Some(tenant.clone()), ..AppFilter::default() };
    let mut apps = paging::items(100, |page| ports.ledger.apps(&filter, page));
    let mut rival = None;
    while let Some(app) = apps.try_next().await? {
        let is_verified = app.consent.verified_tenant.as_ref() == Some(tenant);
        if app.identity.org == org.id {
            if is_verified {
                return Ok(None);
            }
            continue;
        }
        if rival.is_some() {
            continue;
        }
        let Some(other) = ports.ledger.org(&app.identity.org).await? else { continue };
        if is_verified || (other.added_at, &other.id) < (org.added_at, &org.id) {
            rival = Some(other.id);
        }
    }
    Ok(rival)
}
