//! The query: which records are in scope, what they add up to, and which are listed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::row::Surroundings;
use super::turnaround::Milestoned;
use super::{
    AppNotRead, AppRow, Counts, CustomerSummary, FORMAT, Filters, Head, NotRead, OrgNotRead, Reader, Report,
    ScanExtent, ScanSource, Scope, Sources, TrailSource,
};
use crate::domain::app::AppRecord;
use crate::domain::contact::Contacts;
use crate::domain::customer::CustomerName;
use crate::domain::id::{AppId, OrgId};
use crate::domain::scan::Scan;
use crate::domain::signal::{Signal, SignalKind};
use crate::domain::standing::Standing;
use crate::domain::waiver::Waiver;

/// What a report covers and lists.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Which orgs.
    pub scope: Scope,
    /// Which of their apps.
    pub filters: Filters,
    /// For whom.
    pub reader: Reader,
}

/// Who makes a report, when, and with what.
#[derive(Debug, Clone)]
pub struct Reporter {
    /// The person.
    pub name: String,
    /// The current time.
    pub now: Timestamp,
    /// Regrant's version.
    pub version: String,
    /// The date by which every app must use consent.
    pub deadline: Date,
}

/// An org in scope.
#[derive(Debug)]
struct OrgInScope {
    customer: Option<CustomerName>,
    domain: String,
    contacts: Contacts,
}

/// Builds a report from one record at a time, so that only rows stay in memory.
#[derive(Debug)]
pub struct ReportBuilder {
    query: Query,
    reporter: Reporter,
    orgs: BTreeMap<OrgId, OrgInScope>,
    waivers: BTreeMap<(OrgId, AppId), Waiver>,
    counts: Counts,
    customers: BTreeMap<CustomerKey, (CustomerSummary, Milestoned)>,
    oldest_check: Option<Timestamp>,
    not_read: NotRead,
    rows: Vec<AppRow>,
}

/// Customers by name; `None` sorts last.
type CustomerKey = (bool, Option<CustomerName>);

fn customer_key(customer: Option<&CustomerName>) -> CustomerKey {
    (customer.is_none(), customer.cloned())
}

impl ReportBuilder {
    /// A report without records.
    pub fn new(query: Query, reporter: Reporter) -> Self {
        Self {
            query,
            reporter,
            orgs: BTreeMap::new(),
            waivers: BTreeMap::new(),
            counts: Counts::default(),
            customers: BTreeMap::new(),
            oldest_check: None,
            not_read: NotRead::default(),
            rows: Vec::new(),
        }
    }

    /// Adds an org, if it is in scope. Add every org before the first app.
    pub fn org(&mut self, id: &OrgId, domain: String, customer: Option<&CustomerName>, contacts: Contacts) {
        let scope = &self.query.scope;
        let of_customer = scope.customers.is_empty()
            || customer.is_some_and(|customer| scope.customers.iter().any(|wanted| wanted == customer));
        if !of_customer || !(scope.orgs.is_empty() || scope.orgs.contains(id)) {
            return;
        }
        self.counts.orgs += 1;
        self.summary(customer).0.orgs += 1;
        self.orgs.insert(id.clone(), OrgInScope { customer: customer.cloned(), domain, contacts });
    }

    /// Adds a waiver. Add every waiver before the first app.
    pub fn waiver(&mut self, waiver: Waiver) {
        self.waivers.insert((waiver.org.clone(), waiver.app.clone()), waiver);
    }

    /// Adds an app, if its org is in scope.
    pub fn app(&mut self, app: &AppRecord) {
        let identity = &app.identity;
        let Some(org) = self.orgs.get(&identity.org) else { return };
        let row = AppRow::new(
            app,
            Surroundings {
                customer: org.customer.as_ref(),
                contacts: &org.contacts,
                waiver: self.waivers.get(&(identity.org.clone(), identity.app.clone())),
                deadline: self.reporter.deadline,
                now: self.reporter.now,
            },
        );
        self.not_read.apps.extend(failed_check(app).map(|(signal, not_read)| AppNotRead {
            customer: row.customer.clone(),
            failed_at: signal.seen_at,
            ..not_read
        }));
        self.oldest_check = Some(self.oldest_check.map_or(app.as_of, |oldest| oldest.min(app.as_of)));
        self.counts.count(&row);
        let (summary, milestoned) = self.summary(row.customer.as_ref());
        summary.count(&row);
        milestoned.add(&app.consent.milestones);
        if self.lists(&row) {
            self.counts.listed += 1;
            self.rows.push(row);
        }
    }

    /// The orgs in scope that `scan` could not read, and why.
    pub fn orgs_not_read<'a>(&self, scan: &'a Scan) -> impl Iterator<Item = (&'a OrgId, &'a str)> {
        let in_scope: BTreeSet<&OrgId> = self.orgs.keys().collect();
        let in_scope: Vec<_> = scan.orgs_not_seen.iter().filter(|missed| in_scope.contains(&missed.org)).collect();
        in_scope.into_iter().map(|missed| (&missed.org, missed.reason.as_str()))
    }

    /// Adds an org that could not be read, and when Okta last answered.
    pub fn org_not_read(&mut self, org: &OrgId, reason: &str, last_read_at: Option<Timestamp>) {
        let Some(known) = self.orgs.get(org) else { return };
        let (customer, org_domain) = (known.customer.clone(), known.domain.clone());
        self.summary(customer.as_ref()).0.orgs_not_read += 1;
        let (org, reason) = (org.clone(), reason.to_owned());
        self.not_read.orgs.push(OrgNotRead { customer, org, org_domain, reason, last_read_at });
    }

    /// The finished report.
    pub fn finish(self, scan: Option<&Scan>, trail: Option<TrailSource>) -> Report {
        let for_operator = self.query.reader == Reader::Operator;
        let scan = scan.map(|scan| ScanSource {
            id: scan.id.clone(),
            started_at: scan.started_at,
            finished_at: scan.finished_at,
            extent: for_operator.then(|| ScanExtent {
                orgs: scan.orgs_seen + scan.orgs_pending + u64::try_from(scan.orgs_not_seen.len()).unwrap_or(u64::MAX),
                pending: scan.orgs_pending,
            }),
        });
        let head = Head {
            format: FORMAT.to_owned(),
            generated_at: self.reporter.now,
            generated_by: for_operator.then_some(self.reporter.name),
            version: self.reporter.version,
            reader: self.query.reader,
            scope: self.query.scope,
            filters: self.query.filters,
            counts: self.counts,
            sources: Sources { scan, oldest_check: self.oldest_check, trail },
        };
        let customers = self.customers.into_values();
        let customers = customers.map(|(summary, times)| CustomerSummary { turnaround: times.turnaround(), ..summary });
        let mut report =
            Report { head, not_read: self.not_read, customers: customers.collect(), comparison: None, apps: self.rows };
        if !for_operator {
            report.remove_commands();
        }
        report
    }

    fn summary(&mut self, customer: Option<&CustomerName>) -> &mut (CustomerSummary, Milestoned) {
        self.customers.entry(customer_key(customer)).or_insert_with(|| {
            let summary = CustomerSummary { customer: customer.cloned(), ..CustomerSummary::default() };
            (summary, Milestoned::default())
        })
    }

    fn lists(&self, row: &AppRow) -> bool {
        let Filters { standings, since } = &self.query.filters;
        (standings.is_empty() || standings.contains(&row.standing)) && since.is_none_or(|since| row.since >= since)
    }
}

impl Counts {
    fn count(&mut self, row: &AppRow) {
        self.apps += 1;
        self.need_action += u64::from(row.needs_action());
        self.waived += u64::from(row.is_waived());
        *self.by_standing.entry(row.standing).or_default() += 1;
    }
}

impl CustomerSummary {
    fn count(&mut self, row: &AppRow) {
        self.apps += 1;
        self.need_action += u64::from(row.needs_action());
        self.waived += u64::from(row.is_waived());
        *self.by_standing.entry(row.standing).or_default() += 1;
    }
}

/// The newest failed check of an app that no later success of the same check outdates.
fn failed_check(app: &AppRecord) -> Option<(&Signal, AppNotRead)> {
    let newest_failure = app.signals.iter().filter_map(|signal| match &signal.kind {
        SignalKind::CheckFailed { check, reason } => Some((signal, *check, reason)),
        _ => None,
    });
    let (signal, check, reason) = newest_failure
        .filter(|(failure, check, _)| {
            let succeeded = |other: &Signal| {
                other.kind.check() == Some(*check)
                    && !matches!(other.kind, SignalKind::CheckFailed { .. })
                    && other.seen_at > failure.seen_at
            };
            !app.signals.iter().any(succeeded)
        })
        .max_by_key(|(signal, check, _)| (signal.seen_at, std::cmp::Reverse(*check)))?;
    let identity = &app.identity;
    let not_read = AppNotRead {
        customer: None,
        org: identity.org.clone(),
        org_domain: identity.org_domain.clone(),
        app: identity.app.clone(),
        label: identity.label.clone(),
        check,
        reason: reason.clone(),
        failed_at: signal.seen_at,
        last_known: app.last_known.clone().filter(|_| app.standing() == Standing::Unknown),
    };
    Some((signal, not_read))
}

impl Report {
    /// Removes what only operators can act on from texts: any clause that quotes one of Regrant's commands.
    fn remove_commands(&mut self) {
        let texts = self.apps.iter_mut().flat_map(|app| &mut app.reasons);
        let texts = texts.chain(self.not_read.orgs.iter_mut().map(|org| &mut org.reason));
        for text in texts.chain(self.not_read.apps.iter_mut().map(|app| &mut app.reason)) {
            if text.contains("`regrant ") {
                *text = without_commands(text);
            }
        }
    }
}

/// The clauses of `text` that quote no command.
fn without_commands(text: &str) -> String {
    let (mut kept, mut rest) = (String::new(), text);
    while !rest.is_empty() {
        let ends = ["; ", ". "].into_iter().filter_map(|end| rest.find(end));
        let (clause, after) = rest.split_at(ends.min().map_or(rest.len(), |at| at + 2));
        if !clause.contains("`regrant ") {
            kept.push_str(clause);
        }
        rest = after;
    }
    let kept = kept.trim_end_matches([' ', ';']);
    if kept.is_empty() { "Regrant's operator has to restore access.".to_owned() } else { kept.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_with_commands_are_removed() {
        for (text, kept) in [
            (
                "the vault holds no credential; add the org again with `regrant org add`",
                "the vault holds no credential",
            ),
            ("Run `regrant org check acme.okta.com`.", "Regrant's operator has to restore access."),
            (
                "No answer from acme.okta.com. Run `regrant scan` again. It may help.",
                "No answer from acme.okta.com. It may help.",
            ),
        ] {
            assert_eq!(without_commands(text), kept);
        }
    }
}
