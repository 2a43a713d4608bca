//! `POST /console/bulk`: one action for many apps.

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use futures_util::{StreamExt as _, stream};
use regrant::domain::access_policy::Permission;
use regrant::domain::estate::{EstateRow, Position, matching};
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant::web::parameters::Parameters;

use crate::app::{NotDone, perform};
use crate::operator::{Operator, failed};
use crate::pages::bulk::{BulkResult, BulkView, bulk_page};
use crate::pages::layout::problem;
use crate::query::query_of;

/// How many apps are handled at once.
const CONCURRENCY: usize = 8;
/// The most apps of one action, so that it ends before API Gateway gives up after 30 seconds.
const MOST: usize = 1_500;

pub(crate) async fn act(operator: Operator, headers: HeaderMap, body: Bytes) -> Response {
    let form = match operator.form(&headers, &body) {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let action = form.get("action").unwrap_or_default();
    if !["invite", "revoke", "waive", "end-waiver", "recheck"].contains(&action) {
        return refused("This version does not know the action.");
    }
    let chosen = match chosen(&operator, &form).await {
        Ok(chosen) => chosen,
        Err(response) => return response,
    };
    if chosen.len() > MOST {
        return refused(&format!("This would concern {} apps; choose a filter with {MOST} at most.", chosen.len()));
    }
    let results = if action == "recheck" {
        recheck(&operator, chosen).await
    } else {
        let (operator, form) = (&operator, &form);
        let done = stream::iter(chosen).map(|row| async move { one(operator, row, form).await });
        done.buffered(CONCURRENCY).collect().await
    };
    bulk_page(&BulkView { session: &operator.session, action, results: &results }).into_response()
}

fn refused(reason: &str) -> Response {
    problem(StatusCode::CONFLICT, "Nothing was changed", reason).into_response()
}

/// The apps that a form chooses: those on its page, or all that match its filter. Refuses if the list
/// has changed since the operator saw it.
async fn chosen(operator: &Operator, form: &Parameters) -> Result<Vec<EstateRow>, Response> {
    let scope = operator.access.scope(Permission::ReadEstate);
    let rows = operator.ports.ledger.estate_rows(&scope).await.map_err(|error| failed(&error))?;
    if form.get("extent") == Some("all") {
        let seen: Option<usize> = form.get("seen").and_then(|seen| seen.parse().ok());
        let matching = matching(rows, &query_of(form), operator.ports.clock.now());
        return if seen == Some(matching.len()) {
            Ok(matching)
        } else {
            let seen = seen.map_or_else(|| "an unknown number of".to_owned(), |seen| seen.to_string());
            Err(refused(&format!(
                "You saw {seen} apps, and {} match now. Look at the list again, then repeat the action.",
                matching.len()
            )))
        };
    }
    let positions: Vec<Position> =
        form.get("apps").unwrap_or_default().split(',').filter_map(Position::parse).collect();
    let is_chosen = |row: &EstateRow| positions.iter().any(|one| one.org == row.org && one.app == row.app);
    let chosen: Vec<EstateRow> = rows.into_iter().filter(is_chosen).collect();
    if chosen.is_empty() { Err(refused("No app is chosen.")) } else { Ok(chosen) }
}

async fn one(operator: &Operator, row: EstateRow, form: &Parameters) -> BulkResult {
    let outcome = match operator.find(&row.org, &row.app).await {
        Ok(Some((org, app))) => perform(operator, &org, &app, form).await.map(drop).map_err(|NotDone(reason)| reason),
        Ok(None) => Err("The app was removed.".to_owned()),
        Err(error) => {
            tracing::error!(%error, "an action for many apps failed for one");
            Err("Regrant's database did not respond.".to_owned())
        }
    };
    BulkResult { row, outcome }
}

/// Scans the orgs of the apps once each.
async fn recheck(operator: &Operator, chosen: Vec<EstateRow>) -> Vec<BulkResult> {
    let may = |row: &EstateRow| operator.may(Permission::Scan, row.customer.as_ref());
    let orgs: std::collections::BTreeSet<_> = chosen.iter().filter(|row| may(row)).map(|row| row.org.clone()).collect();
    let started = start_scan(&operator.ports, &Selection::Orgs(orgs.into_iter().collect())).await;
    let outcome_of = |row: &EstateRow| match (&started, may(row)) {
        (_, false) => Err("Your roles for this customer do not include this.".to_owned()),
        (Ok(_), true) => Ok(()),
        (Err(error), true) => Err(error.to_string()),
    };
    chosen.into_iter().map(|row| BulkResult { outcome: outcome_of(&row), row }).collect()
}
