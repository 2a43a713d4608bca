//! The Microsoft tenants that apps belong to, and deleting Graph tokens that are no longer needed: of one tenant, of an org
//! that is removed, or with a registration.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt as _;
use jiff::Timestamp;

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
    /// The hosts of the orgs with apps of this tenant.
    pub orgs: BTreeSet<String>,
    /// The stored Graph tokens.
    pub tokens: StoredTokens,
}

/// What the vault has for a tenant.
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
    let mut found: BTreeMap<String, KnownTenant> = BTreeMap::new();
    let filter = AppFilter::default();
    let mut apps = paging::items(PAGE, |page| ports.ledger.apps(&filter, page));
    while let Some(app) = apps.try_next().await? {
        let Some(tenant) = app.consent.tenant else { continue };
        let known = found.entry(tenant.as_str().to_owned()).or_insert_with(|| KnownTenant {
            tenant,
            name: None,
            orgs: BTreeSet::new(),
            tokens: StoredTokens::None,
        });
        known.name = known.name.take().or_else(|| app.identity.tenant.map(|name| name.as_str().to_owned()));
        known.orgs.insert(app.identity.org_domain);
    }
    let mut known: Vec<KnownTenant> = found.into_values().collect();
    for one in &mut known {
        one.tokens = match graph::tokens_as_stored(ports, &one.tenant).await {
            Ok(tokens) => StoredTokens::Tokens { signed_in_at: tokens.signed_in_at, renewed_at: tokens.renewed_at() },
            Err(GraphAccessError::NoTokens) => StoredTokens::None,
            Err(GraphAccessError::Vault(error)) => return Err(error.into()),
            Err(_) => StoredTokens::Unreadable,
        };
    }
    Ok(known)
}

/// Deletes the Graph tokens of a tenant. Waits for a refresh that is running, so that it does not store them again.
pub async fn forget_tenant(ports: &Ports, tenant: &TenantId) -> Result<(), TenantError> {
    graph::delete_tokens(ports, tenant).await.map_err(|error| match error {
        GraphAccessError::Vault(error) => error.into(),
        GraphAccessError::Ledger(error) => error.into(),
        _ => TenantError::Busy(tenant.clone()),
    })
}

/// The tenants of an org's apps that no other org has an app of.
pub(crate) async fn tenants_only_of(ports: &Ports, org: &OrgId) -> Result<Vec<TenantId>, TenantError> {
    let (mut own, mut others) = (BTreeMap::new(), BTreeSet::new());
    let filter = AppFilter::default();
    let mut apps = paging::items(PAGE, |page| ports.ledger.apps(&filter, page));
    while let Some(app) = apps.try_next().await? {
        let Some(tenant) = app.consent.tenant else { continue };
        if app.identity.org == *org {
            own.insert(tenant.as_str().to_owned(), tenant);
        } else {
            others.insert(tenant.as_str().to_owned());
        }
    }
    Ok(own.into_iter().filter(|(id, _)| !others.contains(id)).map(|(_, tenant)| tenant).collect())
}

/// Removes the registration of a cloud, and the Graph tokens that were issued to it. Returns the tenants of these tokens.
pub async fn remove_registration(ports: &Ports, cloud: Cloud) -> Result<Vec<TenantId>, TenantError> {
    // The tokens go first: if a later step fails, the registration is still there and the removal can run again.
    let tenants = forget_cloud(ports, cloud).await?;
    ports.vault.remove(&SecretName::Entra(cloud)).await?;
    Ok(tenants)
}

/// Deletes the Graph tokens of every tenant in a cloud. Returns these tenants.
async fn forget_cloud(ports: &Ports, cloud: Cloud) -> Result<Vec<TenantId>, TenantError> {
    let mut in_cloud = BTreeSet::new();
    let mut orgs = paging::items(PAGE, |page| ports.ledger.orgs(page));
    while let Some(org) = orgs.try_next().await? {
        if org.cloud == cloud {
            in_cloud.insert(org.id.as_str().to_owned());
        }
    }
    let mut tenants = BTreeMap::new();
    let filter = AppFilter::default();
    let mut apps = paging::items(PAGE, |page| ports.ledger.apps(&filter, page));
    while let Some(app) = apps.try_next().await? {
        if let Some(tenant) = app.consent.tenant.filter(|_| in_cloud.contains(app.identity.org.as_str())) {
            tenants.insert(tenant.as_str().to_owned(), tenant);
        }
    }
    let tenants: Vec<TenantId> = tenants.into_values().collect();
    for tenant in &tenants {
        forget_tenant(ports, tenant).await?;
    }
    Ok(tenants)
}
