//! Files to download: reports, evidence packs, and the rows of the estate.

use std::collections::BTreeSet;
use std::io;

use axum::extract::{Path, RawQuery};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use regrant::domain::access_policy::{Permission, Scope};
use regrant::domain::customer::CustomerName;
use regrant::domain::estate::{EstateQuery, select};
use regrant::domain::report::{Query, Reader, Scope as ReportScope};
use regrant::usecases::report::evidence::evidence;
use regrant::usecases::report::{csv, evidence_html, html, report, rows};
use regrant::web::json;
use regrant::web::parameters::Parameters;

use crate::lists::visible_orgs;
use crate::operator::{Operator, failed, missing};
use crate::pages::layout::problem;
use crate::query::query_of;

/// A file's media type and the ending of its name.
type Kind = (&'static str, &'static str);

const HTML: Kind = ("text/html; charset=utf-8", "html");
const CSV: Kind = ("text/csv; charset=utf-8", "csv");
const JSON: Kind = ("application/json", "json");

/// The response with a file. A browser saves it and never shows it on this origin.
fn file(name: &str, (media_type, ending): Kind, write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Response {
    let mut content = Vec::new();
    if let Err(error) = write(&mut content) {
        return failed(&error);
    }
    let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"regrant-{name}.{ending}\"")) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (CONTENT_DISPOSITION, disposition),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff")),
    ];
    (headers, content).into_response()
}

fn unknown_format() -> Response {
    problem(StatusCode::BAD_REQUEST, "No such format", "Go back and choose one of the links.").into_response()
}

fn parameters_of(query: Option<String>) -> Parameters {
    Parameters::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default()
}

/// `GET /console/report`: a report on what the operator may see, or on one customer of it.
pub(crate) async fn report_file(operator: Operator, RawQuery(query): RawQuery) -> Response {
    let parameters = parameters_of(query);
    let visible = operator.access.scope(Permission::ReadEstate);
    let customer: Option<CustomerName> = match parameters.get("customer").map(str::parse).transpose() {
        Ok(customer) => customer,
        Err(_) => return missing(),
    };
    if customer.as_ref().is_some_and(|customer| !visible.covers(Some(customer))) {
        return missing();
    }
    // A customer's copy is about one customer.
    let reader = match (parameters.get("for"), &customer) {
        (Some("customer"), Some(_)) => Reader::Customer,
        _ => Reader::Operator,
    };
    // Named in the head, so that it does not claim to cover everything.
    let customers = match (customer, &visible) {
        (Some(customer), _) => vec![customer],
        (None, Scope::All) => Vec::new(),
        (None, _) => match visible_orgs(&operator).await {
            Ok(orgs) => orgs.into_iter().filter_map(|org| org.customer).collect::<BTreeSet<_>>().into_iter().collect(),
            Err(error) => return failed(&error),
        },
    };
    let scope = ReportScope { customers, ..ReportScope::default() };
    let query = Query { scope, reader, ..Query::default() };
    let made = match report(&operator.ports, query, &visible).await {
        Ok(made) => made,
        Err(error) => return failed(&error),
    };
    match parameters.get("format") {
        Some("html") => file("report", HTML, |out| html::write(&made, out)),
        Some("csv") => file("report", CSV, |out| csv::write(&made, out)),
        Some("json") => file("report", JSON, |out| json::write(out, &made)),
        Some("action-plan") => file("action-plan", CSV, |out| csv::write_plan(&made, out)),
        _ => unknown_format(),
    }
}

/// `GET /console/apps`: the rows of the estate that match its filters, on all pages.
pub(crate) async fn apps_file(operator: Operator, RawQuery(query): RawQuery) -> Response {
    let parameters = parameters_of(query);
    let query: EstateQuery = query_of(&parameters);
    let scope = operator.access.scope(Permission::ReadEstate);
    let all = match operator.ports.ledger.estate_rows(&scope).await {
        Ok(rows) => rows,
        Err(error) => return failed(&error),
    };
    let now = operator.ports.clock.now();
    let page = select(all, &query, None, usize::MAX, now);
    match parameters.get("format") {
        Some("csv") => file("apps", CSV, |out| rows::write_csv(&page.rows, now, out)),
        Some("json") => file("apps", JSON, |out| json::write(out, &rows::json(&page.rows, now))),
        _ => unknown_format(),
    }
}

/// `GET /console/apps/{org}/{app}/evidence`: the signed evidence pack of an app.
pub(crate) async fn evidence_file(
    operator: Operator,
    Path((org, app)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let (org, app) = match operator.app(&org, &app).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let signed = match evidence(&operator.ports, &org, &app).await {
        Ok(signed) => signed,
        Err(error) => return failed(&error),
    };
    match parameters_of(query).get("format") {
        Some("html") => file("evidence", HTML, |out| evidence_html::write(&signed, out)),
        Some("json") => file("evidence", JSON, |out| json::write(out, &signed)),
        _ => unknown_format(),
    }
}
