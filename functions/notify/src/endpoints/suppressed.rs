//! `GET /v1/mail/suppressed` and `DELETE /v1/mail/suppressed/{address}`

use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use regrant::domain::contact::MailAddress;
use regrant::ledger::{Cursor, LedgerError, PageRequest};
use regrant::web::api_errors::ApiErrors;
use regrant::web::authorization::Authorized;
use regrant::web::json::Json;
use regrant::web::parameters::ApiQuery;
use regrant::web::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The number of addresses per page.
const PAGE: u32 = 200;

/// A mail address that receives no emails.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuppressedAddress {
    /// The address.
    address: String,
    /// When an email bounced or was reported as spam, in UTC.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What the mail transport reported.
    reason: String,
}

/// A page of suppressed addresses.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuppressedAddresses {
    /// Up to 200 addresses.
    suppressed: Vec<SuppressedAddress>,
    /// The `after` of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Selects a page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct After {
    /// The `next` of the previous page.
    after: Option<String>,
}

/// Lists the addresses that receive no emails because one bounced or was reported as spam.
#[utoipa::path(
    get,
    path = "/v1/mail/suppressed",
    params(After),
    responses((status = 200, description = "A page of addresses.", body = SuppressedAddresses), ApiErrors)
)]
pub(crate) async fn suppressed_addresses(
    Authorized { ports, .. }: Authorized,
    ApiQuery(After { after }): ApiQuery<After>,
) -> Result<Json<SuppressedAddresses>, Problem> {
    let page = PageRequest { after: after.map(Cursor), limit: PAGE };
    let page = ports.ledger.suppressions(page).await.map_err(|error| match error {
        LedgerError::BadCursor => Problem::bad_request("`after` is not a cursor of this list."),
        error => Problem::internal(&error),
    })?;
    let suppressed = page.items.into_iter().map(|(address, suppression)| SuppressedAddress {
        address: address.to_string(),
        at: suppression.at,
        reason: suppression.reason,
    });
    Ok(Json(SuppressedAddresses { suppressed: suppressed.collect(), next: page.next.map(|next| next.0) }))
}

/// Sends emails to an address again. The address is suppressed again after the next bounce.
#[utoipa::path(
    delete,
    path = "/v1/mail/suppressed/{address}",
    params(("address" = String, Path, description = "The address.")),
    responses((status = 204, description = "The address is not suppressed."), ApiErrors)
)]
pub(crate) async fn unsuppress(
    Authorized { ports, .. }: Authorized,
    Path(address): Path<String>,
) -> Result<StatusCode, Problem> {
    let address: MailAddress = address.parse().map_err(|_| Problem::bad_request("This is not a mail address."))?;
    ports.ledger.lift_suppression(&address).await.map_err(|error| Problem::internal(&error))?;
    Ok(StatusCode::NO_CONTENT)
}
