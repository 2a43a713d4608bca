//! `POST /console/bulk`: one action for many apps.
//!
//! An action runs in steps of some apps each. The page after a step shows the progress and has the form of the next step, which
//! carries the remaining apps and the results so far: nothing is stored, and closing the page stops the action.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use futures_util::{StreamExt as _, stream};
use regrant::domain::access_policy::Permission;
use regrant::domain::contact::{Audience, MailAddress};
use regrant::domain::estate::{EstateRow, Position, matching};
use regrant::domain::id::OrgId;
use regrant::usecases::notify::contacts::{add_contact, remove_contact};
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant::web::parameters::Parameters;

use crate::app::{NotDone, perform};
use crate::operator::{Operator, failed};
use crate::pages::bulk::{AUDIENCES, BulkResult, BulkView, bulk_page};
use crate::pages::layout::problem;
use crate::query::query_of;

/// How many apps are handled at once.
const CONCURRENCY: usize = 8;
/// About how many apps one step handles, so that it ends long before API Gateway gives up after 30 seconds.
const STEP: usize = 100;
/// The most apps of one action: their positions fit in a form.
const MOST: usize = 10_000;
/// The actions.
const ACTIONS: [&str; 8] = ["invite", "revoke", "remind", "waive", "end-waiver", "recheck", "assign", "unassign"];
/// The fields that an action needs, which its next steps and its undoing repeat.
const FIELDS: [&str; 4] = ["reason", "until", "contact", "audience"];

pub(crate) async fn act(operator: Operator, headers: HeaderMap, body: Bytes) -> Response {
    let form = match operator.form(&headers, &body) {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let action = form.get("action").unwrap_or_default();
    if !ACTIONS.contains(&action) {
        return refused("This version does not know the action.");
    }
    let scope = operator.access.scope(Permission::ReadEstate);
    let rows = match operator.ports.ledger.estate_rows(&scope).await {
        Ok(rows) => rows,
        Err(error) => return failed(&error),
    };
    let mut results = earlier(&rows, &form);
    let chosen = match chosen(&operator, rows, &form) {
        Ok(chosen) => chosen,
        Err(response) => return response,
    };
    if chosen.len() > MOST {
        return refused(&format!("This would concern {} apps; choose a filter with {MOST} at most.", chosen.len()));
    }
    let (now, left) = step(chosen);
    match handle(&operator, action, now, &form).await {
        Ok(handled) => results.extend(handled),
        Err(NotDone(reason)) => return refused(&reason),
    }
    let left: Vec<String> = left.iter().map(|row| format!("{}.{}", row.org, row.app)).collect();
    let fields: Vec<(&'static str, String)> =
        FIELDS.into_iter().filter_map(|name| Some((name, form.get(name)?.to_owned()))).collect();
    let session = &operator.session;
    bulk_page(&BulkView { session, action, fields: &fields, results: &results, left: &left }).into_response()
}

fn refused(reason: &str) -> Response {
    problem(StatusCode::CONFLICT, "Nothing was changed", reason).into_response()
}

/// The results of earlier steps, from the form. Apps that are gone meanwhile are left out.
fn earlier(rows: &[EstateRow], form: &Parameters) -> Vec<BulkResult> {
    let done = form.get("done").unwrap_or_default().split(',').map(|position| (position, Ok(())));
    let not_done = form.get("not-done").unwrap_or_default().lines().filter_map(|line| {
        let (position, reason) = line.split_once(' ')?;
        Some((position, Err(reason.to_owned())))
    });
    let rows: BTreeMap<(&OrgId, _), &EstateRow> = rows.iter().map(|row| ((&row.org, &row.app), row)).collect();
    let result = |(position, outcome): (&str, Result<(), String>)| {
        let at = Position::parse(position)?;
        Some(BulkResult { row: (*rows.get(&(&at.org, &at.app))?).clone(), outcome })
    };
    done.chain(not_done).filter_map(result).collect()
}

/// The apps that a form chooses, by org: those on its page, or all that match its filter. Refuses if the
/// list has changed since the operator saw it.
#[expect(clippy::result_large_err, reason = "the error is the response")]
fn chosen(operator: &Operator, rows: Vec<EstateRow>, form: &Parameters) -> Result<Vec<EstateRow>, Response> {
    let mut chosen = if form.get("extent") == Some("all") {
        let seen: Option<usize> = form.get("seen").and_then(|seen| seen.parse().ok());
        let matching = matching(rows, &query_of(form), operator.ports.clock.now());
        if seen != Some(matching.len()) {
            let seen = seen.map_or_else(|| "an unknown number of".to_owned(), |seen| seen.to_string());
            return Err(refused(&format!(
                "You saw {seen} apps, and {} match now. Look at the list again, then repeat the action.",
                matching.len()
            )));
        }
        matching
    } else {
        let positions: BTreeSet<Position> =
            form.get("apps").unwrap_or_default().split(',').filter_map(Position::parse).collect();
        rows.into_iter()
            .filter(|row| positions.contains(&Position { org: row.org.clone(), app: row.app.clone() }))
            .collect()
    };
    if chosen.is_empty() {
        return Err(refused("No app is chosen."));
    }
    chosen
        .sort_by(|one, other| (&one.org_domain, &one.org, &one.app).cmp(&(&other.org_domain, &other.org, &other.app)));
    Ok(chosen)
}

/// The apps of this step, and those that are left. The apps of one org stay together.
fn step(mut chosen: Vec<EstateRow>) -> (Vec<EstateRow>, Vec<EstateRow>) {
    let begins_org = |index: &usize| chosen[*index].org != chosen[index - 1].org;
    let end = (STEP..chosen.len()).find(begins_org).unwrap_or(chosen.len());
    let left = chosen.split_off(end);
    (chosen, left)
}

/// Performs an action on the apps of one step.
async fn handle(
    operator: &Operator,
    action: &str,
    apps: Vec<EstateRow>,
    form: &Parameters,
) -> Result<Vec<BulkResult>, NotDone> {
    match action {
        "recheck" => Ok(recheck(operator, apps).await),
        "assign" | "unassign" => change_contact(operator, action, apps, form).await,
        _ => {
            let done = stream::iter(apps).map(|row| async move { one(operator, row, form).await });
            Ok(done.buffered(CONCURRENCY).collect().await)
        }
    }
}

async fn one(operator: &Operator, row: EstateRow, form: &Parameters) -> BulkResult {
    let outcome = match operator.find(&row.org, &row.app).await {
        Ok(Some((org, app))) => perform(operator, &org, &app, form).await.map(drop).map_err(|NotDone(reason)| reason),
        Ok(None) => Err("The app was removed.".to_owned()),
        Err(error) => no_database(&error),
    };
    BulkResult { row, outcome }
}

fn no_database(error: &dyn std::error::Error) -> Result<(), String> {
    tracing::error!(%error, "an action for many apps failed for one");
    Err("Regrant's database did not respond.".to_owned())
}

const NOT_PERMITTED: &str = "Your roles for this customer do not include this.";

/// Scans the orgs of the apps once each.
async fn recheck(operator: &Operator, apps: Vec<EstateRow>) -> Vec<BulkResult> {
    let may = |row: &EstateRow| operator.may(Permission::Scan, row.customer.as_ref());
    let orgs: BTreeSet<_> = apps.iter().filter(|row| may(row)).map(|row| row.org.clone()).collect();
    let started = start_scan(&operator.ports, &Selection::Orgs(orgs.into_iter().collect())).await;
    let outcome_of = |row: &EstateRow| match (&started, may(row)) {
        (_, false) => Err(NOT_PERMITTED.to_owned()),
        (Ok(_), true) => Ok(()),
        (Err(error), true) => Err(error.to_string()),
    };
    apps.into_iter().map(|row| BulkResult { outcome: outcome_of(&row), row }).collect()
}

/// Adds a contact to the orgs of the apps, or removes it again.
async fn change_contact(
    operator: &Operator,
    action: &str,
    apps: Vec<EstateRow>,
    form: &Parameters,
) -> Result<Vec<BulkResult>, NotDone> {
    let address: MailAddress = form.get("contact").unwrap_or_default().trim().parse()?;
    let audience = form.get("audience").unwrap_or_default();
    let audience = AUDIENCES.into_iter().find(|(name, ..)| *name == audience).map(|(_, audience, _)| audience);
    let audience = audience.ok_or_else(|| NotDone("Choose what the contact is for.".to_owned()))?;
    let orgs: BTreeSet<OrgId> = apps.iter().map(|row| row.org.clone()).collect();
    let (is_addition, address) = (action == "assign", &address);
    let changed = stream::iter(orgs).map(|org| async move {
        let outcome = change_contact_of(operator, &org, audience, address, is_addition).await;
        (org, outcome)
    });
    let outcomes: BTreeMap<OrgId, Result<(), String>> = changed.buffered(CONCURRENCY).collect().await;
    let outcome_of = |row: &EstateRow| outcomes.get(&row.org).cloned().unwrap_or(Ok(()));
    Ok(apps.into_iter().map(|row| BulkResult { outcome: outcome_of(&row), row }).collect())
}

async fn change_contact_of(
    operator: &Operator,
    org: &OrgId,
    audience: Audience,
    address: &MailAddress,
    is_addition: bool,
) -> Result<(), String> {
    let ports = &operator.ports;
    let profile = match ports.ledger.org(org).await {
        Ok(Some(profile)) => profile,
        Ok(None) => return Err("The org was removed.".to_owned()),
        Err(error) => return no_database(&error),
    };
    if !operator.may(Permission::ManageOrgs, profile.customer.as_ref()) {
        return Err(NOT_PERMITTED.to_owned());
    }
    let changed = if is_addition {
        add_contact(ports, profile, audience, address).await
    } else {
        remove_contact(ports, profile, audience, address).await
    };
    match changed {
        Ok(true) => Ok(()),
        Ok(false) if is_addition => Err("This address is a contact of the org already.".to_owned()),
        Ok(false) => Err("This address is not a contact of the org.".to_owned()),
        Err(error) => no_database(&error),
    }
}
