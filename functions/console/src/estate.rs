//! `GET /console`: the estate.

use axum::extract::RawQuery;
use axum::response::{IntoResponse as _, Response};
use regrant::domain::access_policy::{Permission, Scope};
use regrant::domain::estate::{EstateQuery, EstateRow, EstateSnapshot, Position, select};
use regrant::ledger::LedgerError;
use regrant::usecases::scan::in_scope::scan_in_scope;
use regrant::web::parameters::Parameters;

use crate::operator::{Operator, failed};
use crate::pages::chart::Column;
use crate::pages::estate::estate_page;
use crate::pages::estate_view::EstateView;
use crate::query::{PAGE, query_of};

/// The most columns of the chart.
const COLUMNS: u32 = 30;

pub(crate) async fn show(operator: Operator, RawQuery(query): RawQuery) -> Response {
    let parameters = Parameters::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let query = query_of(&parameters);
    let after = parameters.get("after").and_then(Position::parse);
    match page(&operator, &query, after.as_ref()).await {
        Ok(response) => response,
        Err(error) => failed(&error),
    }
}

async fn page(operator: &Operator, query: &EstateQuery, after: Option<&Position>) -> Result<Response, LedgerError> {
    let ports = &operator.ports;
    let scope = operator.access.scope(Permission::ReadEstate);
    let now = ports.clock.now();
    let rows = ports.ledger.estate_rows(&scope).await?;
    let customers: std::collections::BTreeSet<_> = rows.iter().filter_map(|row| row.customer.clone()).collect();
    let columns = columns(operator, &rows, &scope, query).await?;
    let page = select(rows, query, after, PAGE, now);
    let mut reminders = Vec::new();
    for row in &page.rows {
        reminders.push(sent(operator, row).await?);
    }
    let scan = match ports.ledger.latest_scan(ports.clock.now()).await? {
        Some(scan) => scan_in_scope(ports, &scan.id, &scope).await?,
        None => None,
    };
    let can = |permission| operator.access.allows_somewhere(permission);
    Ok(estate_page(&EstateView {
        session: &operator.session,
        query,
        page: &page,
        reminders: &reminders,
        customers: &customers,
        scan: scan.as_ref(),
        columns: &columns,
        may_invite: can(Permission::Invite),
        may_waive: can(Permission::Waive),
        may_scan: can(Permission::Scan),
        may_manage_orgs: can(Permission::ManageOrgs),
        now,
    })
    .into_response())
}

/// How many emails were sent about an app's open request.
async fn sent(operator: &Operator, row: &EstateRow) -> Result<usize, LedgerError> {
    use regrant::domain::notification::{NotificationState, Recipient};
    let Some(request) = &row.request else { return Ok(0) };
    let notifications = operator.ports.ledger.notifications_of(request).await?;
    let is_sent = |one: &&regrant::domain::notification::Notification| {
        matches!((&one.state, &one.recipient), (NotificationState::Sent { .. }, Recipient::Mail { .. }))
    };
    Ok(notifications.iter().filter(is_sent).count())
}

/// The columns of the chart: past scans, then now.
async fn columns(
    operator: &Operator,
    rows: &[EstateRow],
    scope: &Scope,
    query: &EstateQuery,
) -> Result<Vec<Column>, LedgerError> {
    let mut snapshots = operator.ports.ledger.estate_snapshots(COLUMNS).await?;
    snapshots.reverse();
    snapshots.push(EstateSnapshot::of(rows, operator.ports.clock.now()));
    let is_shown = |customer: Option<&_>| {
        scope.covers(customer) && query.customer.as_ref().is_none_or(|only| customer == Some(only))
    };
    Ok(snapshots.iter().map(|snapshot| Column::of(snapshot, is_shown)).collect())
}
