//! The Microsoft tenants that apps belong to, and deleting Graph tokens that are no longer needed: of one tenant, of an org
//! that is removed, or with a registration.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt as _;
use jiff::Timestamp;

use crate::domain::app::AppRecord;
use crate::domain::cloud::Cloud;
use crate::domain::id::OrgId;
use crate::domain::tenant::TenantId;
use crate::ledger::{AppFilter, LedgerError, paging};
use crate::usecases::Ports;
use crate::usecases::access::graph::{self, GraphAccessError};
use crate::vault::{SecretName, VaultError};

const PAGE: u32 = 200;

/// Why tenants were not listed or tokens not deleted.
#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    /// Another worker has held the lease on the tokens for too long.
    #[error("another worker has been refreshing the tokens of tenant {0} for too long; try again in two minutes")]
    Busy(TenantId),
    /// The vault operation failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The ledger operation failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// A tenant that an administrator has signed in from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct KnownTenant {
    /// Its id.
    pub tenant: TenantId,
    /// The name that the apps' settings in Okta give it.
    pub name: Option<String>,
    /// The orgs whose apps an administrator of the tenant was verified for, by id.
    pub orgs: Vec<OrgOfTenant>,
}

/// An org that an administrator of a tenant has signed in for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OrgOfTenant {
    /// Its id.
    pub org: OrgId,
    /// Its host.
    pub host: String,
    /// The Graph tokens that its sessions brought.
    pub tokens: StoredTokens,
}

/// What the vault has for an org and a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "stored", rename_all = "kebab-case")]
pub enum StoredTokens {
    /// No tokens.
    None,
    /// Tokens.
    Tokens {
        /// When the administrator signed in.
        signed_in_at: Timestamp,
        /// When they were refreshed last.
        renewed_at: Timestamp,
    },
    /// A secret that does not open as tokens.
    Unreadable,
}

/// Every tenant that an app's administrator was verified for, by id.
pub async fn tenants(ports: &Ports) -> Result<Vec<KnownTenant>, TenantError> {
    let mut found: BTreeMap<TenantId, (Option<String>, BTreeMap<OrgId, String>)> = BTreeMap::new();
    for_each_verified(ports, |tenant, app| {
        let (name, orgs) = found.entry(tenant.clone()).or_default();
        let is_current = app.consent.tenant.as_ref() == Some(tenant);
        let named = app.identity.tenant.as_ref().filter(|_| is_current);
        *name = name.take().or_else(|| named.map(|name| name.as_str().to_owned()));
        orgs.insert(app.identity.org.clone(), app.identity.org_domain.clone());
    })
    .await?;
    let mut known = Vec::new();
    for (tenant, (name, hosts)) in found {
        let mut orgs = Vec::new();
        for (org, host) in hosts {
            let tokens = what_is_stored(ports, &org, &tenant).await?;
            orgs.push(OrgOfTenant { org, host, tokens });
        }
        known.push(KnownTenant { tenant, name, orgs });
    }
    Ok(known)
}

async fn what_is_stored(ports: &Ports, org: &OrgId, tenant: &TenantId) -> Result<StoredTokens, TenantError> {
    match graph::stored_tokens(ports, org, tenant).await {
        Ok(tokens) => Ok(StoredTokens::Tokens { signed_in_at: tokens.signed_in_at, renewed_at: tokens.renewed_at() }),
        Err(GraphAccessError::NoTokens) => Ok(StoredTokens::None),
        Err(GraphAccessError::Vault(error)) => Err(error.into()),
        Err(_) => Ok(StoredTokens::Unreadable),
    }
}

/// Deletes the Graph tokens of a tenant, of each org that has any.
pub async fn forget_tenant(ports: &Ports, tenant: &TenantId) -> Result<(), TenantError> {
    let mut owners = BTreeSet::new();
    for_each_verified(ports, |verified, app| {
        if verified == tenant {
            owners.insert(app.identity.org.clone());
        }
    })
    .await?;
    // A sign-in that was cut off has left tokens that no app names.
    if owners.is_empty() {
        let mut orgs = paging::items(PAGE, |page| ports.ledger.orgs(page));
        while let Some(org) = orgs.try_next().await? {
            owners.insert(org.id);
        }
    }
    for org in &owners {
        forget(ports, org, tenant).await?;
    }
    Ok(())
}

/// Deletes the Graph tokens of an org. Returns the tenants that no other org has an app of.
pub(crate) async fn forget_org(ports: &Ports, org: &OrgId) -> Result<Vec<TenantId>, TenantError> {
    let (mut own, mut others) = (BTreeSet::new(), BTreeSet::new());
    for_each_verified(ports, |tenant, app| {
        let list = if app.identity.org == *org { &mut own } else { &mut others };
        list.insert(tenant.clone());
    })
    .await?;
    for tenant in &own {
        forget(ports, org, tenant).await?;
    }
    Ok(own.difference(&others).cloned().collect())
}

/// Removes the registration of a cloud, and the Graph tokens that were issued to it. Returns the tenants of these tokens.
pub async fn remove_registration(ports: &Ports, cloud: Cloud) -> Result<Vec<TenantId>, TenantError> {
    // The tokens go first: if a later step fails, the registration is still there and the removal can run again.
    let tenants = forget_cloud(ports, cloud).await?;
    ports.vault.remove(&SecretName::Entra(cloud)).await?;
    Ok(tenants)
}

/// Deletes the Graph tokens of every org in a cloud. Returns their tenants.
async fn forget_cloud(ports: &Ports, cloud: Cloud) -> Result<Vec<TenantId>, TenantError> {
    let mut in_cloud = BTreeSet::new();
    let mut orgs = paging::items(PAGE, |page| ports.ledger.orgs(page));
    while let Some(org) = orgs.try_next().await? {
        if org.cloud == cloud {
            in_cloud.insert(org.id);
        }
    }
    let mut owners = BTreeSet::new();
    for_each_verified(ports, |tenant, app| {
        if in_cloud.contains(&app.identity.org) {
            owners.insert((tenant.clone(), app.identity.org.clone()));
        }
    })
    .await?;
    for (tenant, org) in &owners {
        forget(ports, org, tenant).await?;
    }
    let tenants: BTreeSet<TenantId> = owners.into_iter().map(|(tenant, _)| tenant).collect();
    Ok(tenants.into_iter().collect())
}

/// Calls `visit` with every app and each tenant that its administrators were verified for.
async fn for_each_verified(ports: &Ports, mut visit: impl FnMut(&TenantId, &AppRecord)) -> Result<(), LedgerError> {
    let filter = AppFilter::default();
    let mut apps = paging::items(PAGE, |page| ports.ledger.apps(&filter, page));
    while let Some(app) = apps.try_next().await? {
        for tenant in app.consent.tenant.iter().chain(&app.consent.former_tenants) {
            visit(tenant, &app);
        }
    }
    Ok(())
}

/// Deletes an org's tokens for a tenant. Waits for a refresh that is running, so that it does not store them again.
async fn forget(ports: &Ports, org: &OrgId, tenant: &TenantId) -> Result<(), TenantError> {
    graph::delete_tokens(ports, org, tenant).await.map_err(|error| match error {
        GraphAccessError::Vault(error) => error.into(),
        GraphAccessError::Ledger(error) => error.into(),
        _ => TenantError::Busy(tenant.clone()),
    })
}
