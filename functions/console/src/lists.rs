//! The pages about customers, orgs, the last scan, emails and settings.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use futures_util::TryStreamExt as _;
use regrant::domain::access_policy::Permission;
use regrant::domain::customer::CustomerName;
use regrant::domain::estate::{EstateQuery, EstateRow, StandingFilter, select};
use regrant::domain::org::OrgProfile;
use regrant::ledger::{LedgerError, PageRequest, paging};
use regrant::usecases::scan::in_scope::scan_in_scope;

use crate::operator::{Operator, failed};
use crate::pages::lists::{
    CustomerRow, OrgRow, SettingsView, customers_page, emails_page, org_page, orgs_page, scan_page, settings_page,
};

/// Orgs read at a time.
const ORGS: u32 = 1_000;
/// The most orgs on a page.
const MOST_ORGS: usize = 500;
/// The most notifications on a page.
const MOST_EMAILS: u32 = 200;
/// The most orgs whose emails one page collects.
const ORGS_WITH_EMAILS: usize = 50;

fn answer(page: Result<Response, LedgerError>) -> Response {
    page.unwrap_or_else(|error| failed(&error))
}

pub(crate) async fn visible_orgs(operator: &Operator) -> Result<Vec<OrgProfile>, LedgerError> {
    let scope = operator.access.scope(Permission::ReadEstate);
    let orgs = paging::items(ORGS, |page| operator.ports.ledger.orgs(page));
    orgs.try_filter(|org| std::future::ready(scope.covers(org.customer.as_ref()))).try_collect().await
}

async fn rows(operator: &Operator) -> Result<Vec<EstateRow>, LedgerError> {
    operator.ports.ledger.estate_rows(&operator.access.scope(Permission::ReadEstate)).await
}

pub(crate) async fn customers(operator: Operator) -> Response {
    answer(customers_of(&operator).await)
}

async fn customers_of(operator: &Operator) -> Result<Response, LedgerError> {
    let now = operator.ports.clock.now();
    let mut found: BTreeMap<Option<CustomerName>, CustomerRow> = BTreeMap::new();
    for org in visible_orgs(operator).await? {
        found.entry(org.customer.clone()).or_default().orgs += 1;
    }
    for row in rows(operator).await? {
        let needs_action = row.standing.needs_action() && !row.is_waived(now);
        let customer = found.entry(row.customer.clone()).or_default();
        *customer.counts.entry(row.standing).or_default() += 1;
        customer.needs_action += u64::from(needs_action);
        if needs_action && row.since.is_some_and(|since| customer.oldest.is_none_or(|oldest| since < oldest)) {
            customer.oldest = row.since;
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by(|(one, a), (other, b)| b.needs_action.cmp(&a.needs_action).then_with(|| one.cmp(other)));
    Ok(customers_page(&operator.session, &found, now).into_response())
}

pub(crate) async fn orgs(operator: Operator) -> Response {
    answer(orgs_of(&operator).await)
}

async fn orgs_of(operator: &Operator) -> Result<Response, LedgerError> {
    let now = operator.ports.clock.now();
    let mut counts: BTreeMap<_, (u64, u64)> = BTreeMap::new();
    for row in rows(operator).await? {
        let count = counts.entry(row.org.clone()).or_default();
        count.0 += 1;
        count.1 += u64::from(row.standing.needs_action() && !row.is_waived(now));
    }
    let mut found: Vec<OrgRow> = visible_orgs(operator)
        .await?
        .into_iter()
        .map(|org| {
            let (apps, needs_action) = counts.get(&org.id).copied().unwrap_or_default();
            OrgRow { org, apps, needs_action }
        })
        .collect();
    found.sort_by(|one, other| {
        other.needs_action.cmp(&one.needs_action).then_with(|| one.org.domain().cmp(&other.org.domain()))
    });
    let total = found.len();
    found.truncate(MOST_ORGS);
    Ok(orgs_page(&operator.session, &found, total).into_response())
}

pub(crate) async fn org(operator: Operator, Path(org): Path<String>) -> Response {
    let org = match operator.org(&org).await {
        Ok(org) => org,
        Err(response) => return response,
    };
    answer(org_of(&operator, &org).await)
}

async fn org_of(operator: &Operator, org: &OrgProfile) -> Result<Response, LedgerError> {
    let ports = &operator.ports;
    let query = EstateQuery { org: Some(org.id.clone()), ..EstateQuery::default() };
    let page = select(rows(operator).await?, &query, None, MOST_ORGS, ports.clock.now());
    let watch = ports.ledger.org_watch(&org.id).await?;
    let problems = watch.map(|watch| watch.problems).unwrap_or_default();
    let emails = ports.ledger.notifications(&org.id, PageRequest::first(20)).await?.items;
    Ok(org_page(&operator.session, org, &page, &problems, &emails, ports.clock.now()).into_response())
}

pub(crate) async fn latest_scan(operator: Operator) -> Response {
    answer(scan_of(&operator).await)
}

async fn scan_of(operator: &Operator) -> Result<Response, LedgerError> {
    let ports = &operator.ports;
    let scope = operator.access.scope(Permission::ReadEstate);
    let scan = match ports.ledger.latest_scan(ports.clock.now()).await? {
        Some(scan) => scan_in_scope(ports, &scan.id, &scope).await?,
        None => None,
    };
    let mut missed = Vec::new();
    for one in scan.iter().flat_map(|scan| &scan.orgs_not_seen).take(MOST_ORGS) {
        missed.push((one.clone(), ports.ledger.org(&one.org).await?));
    }
    Ok(scan_page(&operator.session, scan.as_ref(), &missed, ports.clock.now()).into_response())
}

pub(crate) async fn emails(operator: Operator) -> Response {
    answer(emails_of(&operator).await)
}

async fn emails_of(operator: &Operator) -> Result<Response, LedgerError> {
    let ports = &operator.ports;
    let mut found = Vec::new();
    // The orgs with open matters first: their emails are what people ask about.
    let query = EstateQuery { standing: Some(StandingFilter::NeedsAction), ..EstateQuery::default() };
    let page = select(rows(operator).await?, &query, None, MOST_ORGS, ports.clock.now());
    let mut known = BTreeSet::new();
    let orgs = page.rows.into_iter().filter(|row| known.insert(row.org.clone())).map(|row| (row.org, row.org_domain));
    for (org, domain) in orgs.take(ORGS_WITH_EMAILS) {
        let sent = ports.ledger.notifications(&org, PageRequest::first(20)).await?.items;
        found.extend(sent.into_iter().map(|notification| (domain.clone(), notification)));
    }
    found.sort_by_key(|(_, notification)| Reverse(notification.due_at));
    found.truncate(MOST_EMAILS as usize);
    let suppressed = if operator.access.allows_somewhere(Permission::ManageMail) {
        Some(ports.ledger.suppressions(PageRequest::first(MOST_EMAILS)).await?.items)
    } else {
        None
    };
    Ok(emails_page(&operator.session, &found, suppressed.as_deref()).into_response())
}

pub(crate) async fn settings(operator: Operator) -> Response {
    answer(settings_of(&operator).await)
}

async fn settings_of(operator: &Operator) -> Result<Response, LedgerError> {
    let rules = if operator.access.allows_somewhere(Permission::ManageAccess) {
        Some(operator.ports.ledger.access_rules().await?.rules)
    } else {
        None
    };
    let settings = &operator.ports.settings;
    Ok(settings_page(&SettingsView {
        session: &operator.session,
        access: &operator.access,
        rules: rules.as_deref(),
        public_url: settings.public_url.as_ref().map(ToString::to_string),
        sender: settings.mail.sender.as_ref().map(ToString::to_string),
        permissions: &settings.permissions,
    })
    .into_response())
}
