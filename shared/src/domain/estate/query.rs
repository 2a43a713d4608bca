//! What to show of the estate: filters, order and pages.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{EstateRow, WaitingFor};
use crate::domain::customer::CustomerName;
use crate::domain::id::{AppId, OrgId};
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantName;

/// Which standings to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandingFilter {
    /// Those that need action and are not waived.
    NeedsAction,
    /// Waived apps.
    Waived,
    /// One standing.
    One(Standing),
}

impl StandingFilter {
    /// The name in a URL.
    pub fn name(self) -> &'static str {
        match self {
            Self::NeedsAction => "needs-action",
            Self::Waived => "waived",
            Self::One(standing) => standing.name(),
        }
    }

    /// The filter with this name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "needs-action" => Some(Self::NeedsAction),
            "waived" => Some(Self::Waived),
            name => name.parse().ok().map(Self::One),
        }
    }
}

/// The order of the table. Ties are in the order of urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Worst standing first.
    #[default]
    Urgency,
    /// By customer.
    Customer,
    /// By org.
    Org,
    /// By the app's label.
    Label,
    /// Longest in its standing first.
    Since,
    /// Longest unchecked first.
    Checked,
}

impl Sort {
    /// Every order.
    pub const ALL: [Self; 6] = [Self::Urgency, Self::Customer, Self::Org, Self::Label, Self::Since, Self::Checked];

    /// The name in a URL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Urgency => "urgency",
            Self::Customer => "customer",
            Self::Org => "org",
            Self::Label => "app",
            Self::Since => "since",
            Self::Checked => "checked",
        }
    }

    fn compare(self, one: &EstateRow, other: &EstateRow) -> Ordering {
        let first = match self {
            Self::Urgency => Ordering::Equal,
            // Rows without a customer, or without a time, come last.
            Self::Customer => {
                one.customer.is_none().cmp(&other.customer.is_none()).then_with(|| one.customer.cmp(&other.customer))
            }
            Self::Org => one.org_domain.cmp(&other.org_domain),
            Self::Label => one.label.cmp(&other.label),
            Self::Since => one.since.is_none().cmp(&other.since.is_none()).then_with(|| one.since.cmp(&other.since)),
            Self::Checked => one.checked_at.cmp(&other.checked_at),
        };
        first
            .then_with(|| severity(one.standing).cmp(&severity(other.standing)))
            .then_with(|| one.org_domain.cmp(&other.org_domain))
            .then_with(|| one.label.cmp(&other.label))
            .then_with(|| (&one.org, &one.app).cmp(&(&other.org, &other.app)))
    }
}

/// A standing's place in [`Standing::ALL`], which is worst first.
fn severity(standing: Standing) -> usize {
    Standing::ALL.into_iter().take_while(|other| *other != standing).count()
}

/// What to show of the estate. `None` means any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EstateQuery {
    /// Which standings.
    pub standing: Option<StandingFilter>,
    /// Orgs of this customer.
    pub customer: Option<CustomerName>,
    /// This org.
    pub org: Option<OrgId>,
    /// This tenant.
    pub tenant: Option<TenantName>,
    /// Apps that wait for them.
    pub waiting: Option<WaitingFor>,
    /// Apps whose label, org, customer, tenant, app id or request contains this, in any case.
    pub search: Option<String>,
    /// The order.
    pub sort: Sort,
}

impl EstateQuery {
    fn matches(&self, row: &EstateRow, now: Timestamp) -> bool {
        self.is_in_view(row, now) && self.standing.is_none_or(|filter| has_standing(row, filter, now))
    }

    /// Everything but the standing, by which the view counts.
    fn is_in_view(&self, row: &EstateRow, now: Timestamp) -> bool {
        self.customer.as_ref().is_none_or(|customer| row.customer.as_ref() == Some(customer))
            && self.org.as_ref().is_none_or(|org| row.org == *org)
            && self.tenant.as_ref().is_none_or(|tenant| row.tenant.as_ref() == Some(tenant))
            && self.waiting.is_none_or(|waiting| row.waiting_for(now) == waiting)
            && self.search.as_ref().is_none_or(|text| contains(row, text))
    }
}

fn has_standing(row: &EstateRow, filter: StandingFilter, now: Timestamp) -> bool {
    match filter {
        StandingFilter::NeedsAction => row.standing.needs_action() && !row.is_waived(now),
        StandingFilter::Waived => row.is_waived(now),
        StandingFilter::One(standing) => row.standing == standing,
    }
}

fn contains(row: &EstateRow, text: &str) -> bool {
    let text = text.to_lowercase();
    let is_in = |field: &str| field.to_lowercase().contains(&text);
    is_in(row.label.raw())
        || is_in(&row.org_domain)
        || is_in(row.app.as_str())
        || row.customer.as_ref().is_some_and(|customer| is_in(customer.as_str()))
        || row.tenant.as_ref().is_some_and(|tenant| is_in(tenant.as_str()))
        || row.request.as_ref().is_some_and(|request| is_in(request.as_str()))
}

/// The position after which a page starts: the last app of the page before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// The org.
    pub org: OrgId,
    /// The app.
    pub app: AppId,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.org, self.app)
    }
}

impl Position {
    /// Reads a position back.
    pub fn parse(text: &str) -> Option<Self> {
        let (org, app) = text.split_once('.')?;
        Some(Self { org: org.parse().ok()?, app: app.parse().ok()? })
    }
}

/// One page of the table, and what the whole view contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EstatePage {
    /// The rows of the page.
    pub rows: Vec<EstateRow>,
    /// How many rows match on all pages.
    pub total: usize,
    /// The number of the first row, from 1.
    pub first: usize,
    /// The position of the next page.
    pub next: Option<Position>,
    /// The apps in view, by standing, regardless of the standing filter.
    pub counts: BTreeMap<Standing, u64>,
    /// The apps in view that need action and are not waived.
    pub needs_action: u64,
    /// The apps in view that are waived.
    pub waived: u64,
    /// The app in view that has needed action for longest.
    pub waiting_longest: Option<EstateRow>,
}

/// Filters, counts, sorts and pages `rows`.
pub fn select(
    rows: Vec<EstateRow>,
    query: &EstateQuery,
    after: Option<&Position>,
    limit: usize,
    now: Timestamp,
) -> EstatePage {
    let mut view: Vec<EstateRow> = rows.into_iter().filter(|row| query.is_in_view(row, now)).collect();
    let mut counts = BTreeMap::new();
    for row in &view {
        *counts.entry(row.standing).or_default() += 1;
    }
    let count = |filter| view.iter().filter(|row| has_standing(row, filter, now)).fold(0, |count, _| count + 1);
    let (needs_action, waived) = (count(StandingFilter::NeedsAction), count(StandingFilter::Waived));
    let due = view.iter().filter(|row| has_standing(row, StandingFilter::NeedsAction, now) && row.since.is_some());
    let waiting_longest = due.min_by_key(|row| row.since).cloned();
    if let Some(filter) = query.standing {
        view.retain(|row| has_standing(row, filter, now));
    }
    view.sort_unstable_by(|one, other| query.sort.compare(one, other));
    let total = view.len();
    let is_last = |row: &EstateRow| after.is_some_and(|after| row.org == after.org && row.app == after.app);
    // An app that left the view takes its position along; the page then starts anew.
    let start = view.iter().position(is_last).map_or(0, |last| last + 1);
    let rows: Vec<EstateRow> = view.into_iter().skip(start).take(limit).collect();
    let has_more = start + rows.len() < total;
    let next = rows.last().filter(|_| has_more).map(|last| Position { org: last.org.clone(), app: last.app.clone() });
    EstatePage { rows, total, first: start + 1, next, counts, needs_action, waived, waiting_longest }
}

/// Every row that matches, for an action on all of them.
pub fn matching(rows: Vec<EstateRow>, query: &EstateQuery, now: Timestamp) -> Vec<EstateRow> {
    rows.into_iter().filter(|row| query.matches(row, now)).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;
    use crate::domain::estate::EstateSnapshot;
    use crate::domain::text::UntrustedText;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn row(org: &str, app: &str, customer: Option<&str>, standing: Standing, since: i64) -> EstateRow {
        EstateRow {
            org: org.parse().unwrap(),
            org_domain: format!("{org}.okta.com"),
            customer: customer.map(|name| name.parse().unwrap()),
            app: app.parse().unwrap(),
            label: UntrustedText::new(format!("Office {app}")),
            tenant: Some(TenantName::from(org.to_owned())),
            standing,
            cause: UntrustedText::new("Because."),
            since: Some(at(since)),
            checked_at: at(100),
            request: None,
            waived_until: None,
        }
    }

    fn estate() -> Vec<EstateRow> {
        vec![
            row("acme", "a1", Some("Acme"), Standing::Consented, 5),
            row("acme", "a2", Some("Acme"), Standing::Broken, 50),
            row("globex", "g1", Some("Globex"), Standing::NeedsConsent, 10),
            EstateRow { waived_until: Some(at(1_000)), ..row("globex", "g2", Some("Globex"), Standing::Broken, 1) },
            row("initech", "i1", None, Standing::Unknown, 20),
        ]
    }

    fn ids(page: &EstatePage) -> Vec<&str> {
        page.rows.iter().map(|row| row.app.as_str()).collect()
    }

    #[test]
    fn filters_apply_before_paging() {
        let query = EstateQuery { standing: Some(StandingFilter::NeedsAction), ..EstateQuery::default() };
        let first = select(estate(), &query, None, 1, at(200));
        assert_eq!((ids(&first), first.total, first.needs_action, first.waived), (vec!["a2"], 2, 2, 1));
        let second = select(estate(), &query, first.next.as_ref(), 1, at(200));
        assert_eq!((ids(&second), second.first, &second.next), (vec!["g1"], 2, &None));
        assert_eq!(first.counts[&Standing::Broken], 2, "counts ignore the standing filter");
    }

    #[test]
    fn waived_app_waits_for_no_one_until_its_date() {
        let waived = &estate()[3];
        assert_eq!(waived.waiting_for(at(999)), WaitingFor::NoOne);
        assert_eq!(waived.waiting_for(at(1_000)), WaitingFor::Administrator);
    }

    #[test]
    fn longest_waiting_app_needs_action() {
        let page = select(estate(), &EstateQuery::default(), None, 50, at(200));
        assert_eq!(page.waiting_longest.unwrap().app.as_str(), "g1");
    }

    #[test]
    fn every_order_is_total_and_pages_without_gaps() {
        for sort in Sort::ALL {
            let query = EstateQuery { sort, ..EstateQuery::default() };
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = select(estate(), &query, after.as_ref(), 2, at(200));
                seen.extend(page.rows.iter().map(|row| row.app.as_str().to_owned()));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen.len(), 5, "{}", sort.name());
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), 5, "{}", sort.name());
        }
    }

    #[test]
    fn search_ignores_case_and_finds_each_column() {
        for (text, found) in [("ACME.okta", 2), ("globex", 2), ("office i1", 1), ("nothing", 0)] {
            let query = EstateQuery { search: Some(text.to_owned()), ..EstateQuery::default() };
            assert_eq!(select(estate(), &query, None, 50, at(200)).total, found, "{text}");
            assert_eq!(matching(estate(), &query, at(200)).len(), found, "{text}");
        }
    }

    #[test]
    fn snapshot_counts_each_customer() {
        let snapshot = EstateSnapshot::of(&estate(), at(1));
        assert_eq!(snapshot.counts.iter().map(|count| count.apps).sum::<u64>(), 5);
        assert_eq!(snapshot.counts.len(), 5);
    }
}
