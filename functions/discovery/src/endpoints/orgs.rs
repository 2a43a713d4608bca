//! The API operations on orgs: their customers and labels.

use std::collections::BTreeSet;

use axum::body::Bytes;
use jiff::Timestamp;
use regrant::domain::access_policy::Permission;
use regrant::domain::customer::{CustomerChange, CustomerName, Label, LabelChange};
use regrant::domain::org::{CredentialKind, OrgProfile};
use regrant::ledger::{Cursor, PageRequest};
use regrant::usecases::access::orgs::{OrgError, relabel};
use regrant::web::api_errors::ApiErrors;
use regrant::web::authorization::{Authorized, AuthorizedOrg, OrgPath};
use regrant::web::json::{self, Json};
use regrant::web::parameters::ApiQuery;
use regrant::web::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Orgs per page.
const PAGE: u32 = 200;

/// An Okta org.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrgInfo {
    /// The org's id.
    org: String,
    /// The org's host name, such as `acme.okta.com`.
    org_domain: String,
    /// The customer it belongs to, if any.
    customer: Option<CustomerName>,
    /// Its labels.
    labels: BTreeSet<Label>,
    /// How Regrant authenticates to it.
    credential: CredentialKind,
    /// When it was added, in UTC.
    #[schema(value_type = String, format = DateTime)]
    added_at: Timestamp,
}

impl From<OrgProfile> for OrgInfo {
    fn from(org: OrgProfile) -> Self {
        Self {
            org_domain: org.domain(),
            org: org.id.to_string(),
            customer: org.customer,
            labels: org.labels,
            credential: org.credential,
            added_at: org.added_at,
        }
    }
}

/// One page of orgs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Orgs {
    /// The orgs that the caller may see, by id.
    orgs: Vec<OrgInfo>,
    /// The `cursor` of the next page; null on the last page.
    next_cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrgQuery {
    /// `next_cursor` of the previous page.
    cursor: Option<String>,
}

/// Lists orgs.
#[utoipa::path(
    get,
    path = "/v1/orgs",
    params(OrgQuery),
    responses((status = 200, description = "One page of orgs.", body = Orgs), ApiErrors)
)]
pub(crate) async fn list_orgs(
    authorized: Authorized,
    ApiQuery(OrgQuery { cursor }): ApiQuery<OrgQuery>,
) -> Result<Json<Orgs>, Problem> {
    let scope = authorized.scope();
    let ledger = &authorized.ports.ledger;
    // Reads on until the page is full: pages of uneven size would tell how many orgs the caller may not see.
    let (mut orgs, mut after) = (Vec::new(), cursor.map(Cursor));
    loop {
        let page = ledger.orgs(PageRequest { after, limit: PAGE }).await?;
        orgs.extend(page.items.into_iter().filter(|org| scope.covers(org.customer.as_ref())).map(OrgInfo::from));
        match page.next {
            Some(next) if orgs.len() < PAGE as usize => after = Some(next),
            next => return Ok(Json(Orgs { orgs, next_cursor: next.map(|cursor| cursor.0) })),
        }
    }
}

/// A change of an org's customer and labels. What is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrgChange {
    /// The new customer; null removes it.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "Acme")]
    customer: CustomerChange,
    /// Labels to add.
    #[serde(default)]
    add_labels: BTreeSet<Label>,
    /// Labels to remove.
    #[serde(default)]
    remove_labels: BTreeSet<Label>,
}

/// Changes an org's customer and labels.
///
/// Roles are scoped to customers, so a different customer changes who may see the org. The caller needs the permission for
/// both.
#[utoipa::path(
    patch,
    path = "/v1/orgs/{org}",
    params(OrgPath),
    request_body = OrgChange,
    responses((status = 200, description = "The org.", body = OrgInfo), ApiErrors)
)]
pub(crate) async fn change_org(
    AuthorizedOrg { ports, access, org }: AuthorizedOrg,
    body: Bytes,
) -> Result<Json<OrgInfo>, Problem> {
    let change: OrgChange = json::required_body(&body, "{\"customer\": \"Acme\", \"add_labels\": [\"tier-1\"]}")?;
    let change = LabelChange { customer: change.customer, add: change.add_labels, remove: change.remove_labels };
    let covers = |customer| access.allows(Permission::ManageOrgs, customer);
    let is_covered = match &change.customer {
        CustomerChange::Keep => true,
        CustomerChange::Remove => covers(None),
        CustomerChange::Set(customer) => covers(Some(customer)),
    };
    if !is_covered {
        return Err(Problem::new(
            axum::http::StatusCode::FORBIDDEN,
            "Your role does not cover the new customer of this org.",
        ));
    }
    match relabel(&ports, &org.id, &change).await {
        Ok(org) => Ok(Json(OrgInfo::from(org))),
        Err(error @ OrgError::TooManyLabels) => Err(Problem::bad_request(error.to_string())),
        Err(error) => Err(Problem::internal(&error)),
    }
}
