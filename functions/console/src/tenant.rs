//! `GET /console/tenant`: a Microsoft tenant and everything that names it.

use std::collections::BTreeMap;

use axum::extract::RawQuery;
use axum::response::{IntoResponse as _, Response};
use regrant::domain::access_policy::Permission;
use regrant::domain::id::OrgId;
use regrant::domain::org::OrgProfile;
use regrant::domain::tenant::TenantName;
use regrant::ledger::{AppFilter, LedgerError, PageRequest};
use regrant::web::parameters::Parameters;

use crate::operator::{Operator, failed, missing};
use crate::pages::tenant::{TenantPage, tenant_page};

/// The most apps on the page.
const APPS: u32 = 500;

pub(crate) async fn show(operator: Operator, RawQuery(query): RawQuery) -> Response {
    let parameters = Parameters::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let Some(name) = parameters.get("name") else { return missing() };
    match page(&operator, TenantName::from(name.to_owned())).await {
        Ok(response) => response,
        Err(error) => failed(&error),
    }
}

async fn page(operator: &Operator, tenant: TenantName) -> Result<Response, LedgerError> {
    let ports = &operator.ports;
    let scope = operator.access.scope(Permission::ReadEstate);
    let filter = AppFilter { tenant: Some(tenant.clone()), customers: Some(scope), ..AppFilter::default() };
    let found = ports.ledger.apps(&filter, PageRequest::first(APPS)).await?;
    if found.items.is_empty() {
        return Ok(missing());
    }
    let mut orgs: BTreeMap<OrgId, OrgProfile> = BTreeMap::new();
    for app in &found.items {
        if !orgs.contains_key(&app.identity.org)
            && let Some(org) = ports.ledger.org(&app.identity.org).await?
        {
            orgs.insert(org.id.clone(), org);
        }
    }
    Ok(tenant_page(&TenantPage {
        session: &operator.session,
        tenant: &tenant,
        apps: &found.items,
        has_more: found.next.is_some(),
        orgs: &orgs,
        permissions: &ports.settings.permissions,
        now: ports.clock.now(),
    })
    .into_response())
}
