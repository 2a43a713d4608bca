//! Apps from the ledger to the terminal, a page at a time: as a table for people or as one JSON object.

use std::collections::BTreeMap;

use futures_util::TryStreamExt as _;
use regrant::domain::access_problem::AccessProblem;
use regrant::domain::app::AppRecord;
use regrant::domain::id::OrgId;
use regrant::domain::scan::{OrgNotScanned, Scan};
use regrant::domain::text::UntrustedText;
use regrant::ledger::{AppFilter, paging};

use crate::error::CliError;
use crate::exit::{self, Outcome, Tally};
use crate::installation::{Installation, PAGE};
use crate::output::document::Document;
use crate::output::paragraph::paragraph;
use crate::output::summary::{NAMED_AT_MOST, summary};
use crate::output::table::AppTable;
use crate::output::when;
use crate::terminal::Terminal;

/// Which apps to show, and how.
#[derive(Debug, Clone, Default)]
pub(super) struct View {
    /// Which apps the ledger is asked for.
    pub(super) filter: AppFilter,
    /// Only apps of these orgs, where there are any.
    pub(super) orgs: Vec<OrgId>,
    /// One JSON object instead of a table.
    pub(super) json: bool,
}

impl View {
    /// The apps of `orgs`, or all where none is named.
    pub(super) fn of_orgs(orgs: Vec<OrgId>, json: bool) -> Self {
        let only = if let [org] = orgs.as_slice() { Some(org.clone()) } else { None };
        Self { filter: AppFilter { org: only, ..AppFilter::default() }, orgs, json }
    }

    fn shows_org(&self, org: &OrgId) -> bool {
        self.orgs.is_empty() || self.orgs.contains(org)
    }

    /// The scan, without orgs that nobody asked about.
    fn scan(&self, scan: Scan) -> Scan {
        let orgs_not_seen: Vec<OrgNotScanned> =
            scan.orgs_not_seen.into_iter().filter(|missed| self.shows_org(&missed.org)).collect();
        Scan { orgs_not_seen, ..scan }
    }
}

/// Shows apps and the scan they come from, and says what they add up to.
pub(super) async fn show(
    installation: &Installation,
    view: &View,
    scan: Option<Scan>,
    terminal: &mut Terminal,
) -> Result<Outcome, CliError> {
    let outcome_of_scan = exit::of_scan(scan.clone().map(|scan| view.scan(scan)).as_ref());
    let mut tally = Tally::default();
    let mut table = AppTable::new(terminal.colour);
    let mut document = if view.json { Some(Document::begin(terminal.out(), scan.as_ref())?) } else { None };
    let mut pages = paging::pages(PAGE, |page| installation.ports.ledger.apps(&view.filter, page));
    while let Some(apps) = pages.try_next().await? {
        let wanted: Vec<AppRecord> = apps.into_iter().filter(|app| view.shows_org(&app.identity.org)).collect();
        for app in &wanted {
            tally.add(app);
            if let Some(document) = &mut document {
                document.app(terminal.out(), app)?;
            }
        }
        if document.is_none() {
            terminal.print(&table.rows(&wanted))?;
        }
    }
    if let Some(document) = document {
        document.end(terminal.out(), &problems(installation, view).await?)?;
    } else {
        if tally.total() > 0 {
            terminal.line("")?;
        }
        let domains = domains_of_missed(installation, scan.as_ref()).await?;
        for line in summary(&tally, scan.as_ref(), &domains) {
            terminal.line(&line)?;
        }
        for (domain, problem) in problems(installation, view).await? {
            terminal.line(&told(&domain, &problem))?;
        }
    }
    terminal.flush()?;
    Ok(tally.outcome().and(outcome_of_scan))
}

/// What is wrong with Regrant's own access to the orgs in view, each with its org's host.
async fn problems(installation: &Installation, view: &View) -> Result<Vec<(String, AccessProblem)>, CliError> {
    let mut found = Vec::new();
    let mut orgs = paging::items(PAGE, |page| installation.ports.ledger.orgs(page));
    while let Some(org) = orgs.try_next().await? {
        if view.shows_org(&org.id) {
            let watch = installation.ports.ledger.org_watch(&org.id).await?;
            let domain = org.domain();
            found.extend(watch.into_iter().flat_map(|watch| watch.problems).map(|problem| (domain.clone(), problem)));
        }
    }
    Ok(found)
}

fn told(domain: &str, problem: &AccessProblem) -> String {
    let what = [problem.kind.name().to_owned(), problem.kind.affected()].join(" ");
    let text = format!(
        "{}: {}. Request {}, since {}. {}",
        UntrustedText::new(domain),
        what.trim_end(),
        problem.request,
        when(problem.since),
        UntrustedText::new(&problem.detail)
    );
    paragraph("  access: ", 10, &text).trim_end().to_owned()
}

/// The hosts of the orgs that the summary names.
async fn domains_of_missed(
    installation: &Installation,
    scan: Option<&Scan>,
) -> Result<BTreeMap<OrgId, String>, CliError> {
    let mut domains = BTreeMap::new();
    for missed in scan.map(|scan| scan.orgs_not_seen.as_slice()).unwrap_or_default().iter().take(NAMED_AT_MOST) {
        if let Some(profile) = installation.ports.ledger.org(&missed.org).await? {
            domains.insert(missed.org.clone(), profile.domain());
        }
    }
    Ok(domains)
}
