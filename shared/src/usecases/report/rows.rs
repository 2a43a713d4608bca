//! The rows of the estate as files.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::csv::{begin, harmless, moment};
use crate::domain::customer::CustomerName;
use crate::domain::estate::EstateRow;
use crate::domain::id::RequestId;
use crate::domain::tenant::TenantName;

const COLUMNS: [&str; 12] = [
    "Customer",
    "Org",
    "Org id",
    "App",
    "App id",
    "Microsoft tenant",
    "Standing",
    "Cause",
    "Since (UTC)",
    "Waiting for",
    "Request",
    "Last checked (UTC)",
];

#[derive(Serialize)]
struct JsonRows<'a> {
    generated_at: Timestamp,
    apps: Vec<JsonRow<'a>>,
}

/// Writes `rows` as comma-separated values.
pub fn write_csv(rows: &[EstateRow], now: Timestamp, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = begin(out)?;
    lines.write_record(COLUMNS)?;
    for row in rows {
        let cells = [
            row.customer.as_ref().map(ToString::to_string).unwrap_or_default(),
            row.org_domain.clone(),
            row.org.to_string(),
            row.label.to_string(),
            row.app.to_string(),
            row.tenant.as_ref().map(|tenant| tenant.as_str().to_owned()).unwrap_or_default(),
            row.standing.to_string(),
            row.cause.to_string(),
            row.since.map(moment).unwrap_or_default(),
            row.waiting_for(now).words().to_owned(),
            row.request.as_ref().map(ToString::to_string).unwrap_or_default(),
            moment(row.checked_at),
        ];
        lines.write_record(cells.map(|cell| harmless(&cell)))?;
    }
    lines.flush()
}

/// A row in JSON.
#[derive(Serialize)]
struct JsonRow<'a> {
    customer: Option<&'a str>,
    org_domain: &'a str,
    org: &'a str,
    label: &'a str,
    app: &'a str,
    tenant: Option<&'a str>,
    standing: &'static str,
    cause: &'a str,
    since: Option<Timestamp>,
    waiting_for: &'static str,
    waived_until: Option<Timestamp>,
    request: Option<&'a str>,
    checked_at: Timestamp,
}

/// `rows` as one JSON object.
pub fn json(rows: &[EstateRow], now: Timestamp) -> impl Serialize {
    let apps = rows
        .iter()
        .map(|row| JsonRow {
            customer: row.customer.as_ref().map(CustomerName::as_str),
            org_domain: &row.org_domain,
            org: row.org.as_str(),
            label: row.label.raw(),
            app: row.app.as_str(),
            tenant: row.tenant.as_ref().map(TenantName::as_str),
            standing: row.standing.name(),
            cause: row.cause.raw(),
            since: row.since,
            waiting_for: row.waiting_for(now).name(),
            waived_until: row.waived_until,
            request: row.request.as_ref().map(RequestId::as_str),
            checked_at: row.checked_at,
        })
        .collect();
    JsonRows { generated_at: now, apps }
}
