//! The endpoints, one file each.

pub(crate) mod list_apps;
pub(crate) mod show_app;
pub(crate) mod show_scan;
pub(crate) mod start_scan;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use regrant::ledger::{Cursor, LedgerError, PageRequest};
use regrant::web::problem::Problem;

/// How many items a page has where nobody asks for a number.
const PAGE: u32 = 50;
/// How many items a page has at the most.
const LONGEST_PAGE: u32 = 200;

type Asked<T> = Result<Query<T>, QueryRejection>;

fn asked<T>(query: Asked<T>) -> Result<T, Problem> {
    query
        .map(|Query(query)| query)
        .map_err(|rejection| Problem::bad_request(format!("The query cannot be read: {}.", rejection.body_text())))
}

fn page(limit: Option<&str>, cursor: Option<String>) -> Result<PageRequest, Problem> {
    let limit = match limit {
        None => Some(PAGE),
        Some(limit) => limit.parse().ok().filter(|limit| (1..=LONGEST_PAGE).contains(limit)),
    };
    let limit = limit.ok_or_else(|| Problem::bad_request(format!("limit is a number from 1 to {LONGEST_PAGE}.")))?;
    Ok(PageRequest { after: cursor.map(Cursor), limit })
}

fn ledger_problem(error: &LedgerError) -> Problem {
    match error {
        LedgerError::BadCursor => {
            Problem::bad_request("The cursor does not belong to this list and filter; start again without one.")
        }
        LedgerError::NoSuchScan(_) | LedgerError::Unreadable { .. } | LedgerError::Store { .. } => {
            Problem::internal(error)
        }
    }
}
