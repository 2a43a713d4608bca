//! Shows apps from the ledger, one page at a time: as a table, line by line, in totals, as CSV or as one JSON object.

mod csv;
mod query;

use std::collections::{BTreeMap, HashMap};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use regrant::domain::access_problem::AccessProblem;
use regrant::domain::customer::CustomerName;
use regrant::domain::id::OrgId;
use regrant::domain::scan::Scan;

pub(crate) use self::query::{Format, Group, OrgFacts, Selection, Sort, View, each_page, orgs};
use crate::exit::{self, Outcome, Tally};
use crate::installation::Installation;
use crate::output::brief::BriefTable;
use crate::output::document::Document;
use crate::output::paragraph::paragraph;
use crate::output::summary::{MOST_LISTED, summary};
use crate::output::table::AppTable;
use crate::output::totals;
use crate::output::{ShownApp, escaped, number, when};
use crate::terminal::Terminal;

/// Up to this many apps are shown in full without being asked for.
const FEW: usize = 15;
/// How many apps that need action are listed when there are more apps than that.
const MOST_LINES: usize = 25;
/// How many orgs' watches are read at the same time.
const CONCURRENCY: usize = 32;

/// Shows apps and the scan that found them, and returns their combined outcome.
pub(crate) async fn show(
    installation: &Installation,
    view: &View,
    scan: Option<Scan>,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let outcome_of_scan = exit::of_scan(scan.clone().map(|scan| view.scan(scan)).as_ref());
    let orgs = orgs(installation).await?;
    let mut tally = Tally::default();
    match view.format {
        Format::Json => {
            let mut document = Document::begin(terminal.out(), scan.as_ref())?;
            each_page(installation, view, &orgs, |apps| {
                for shown in &apps {
                    tally.add(&shown.app, shown.waiver.is_some());
                    document.app(terminal.out(), shown)?;
                }
                Ok(())
            })
            .await?;
            document.end(terminal.out(), &problems(installation, view, &orgs).await?)?;
            terminal.flush()?;
            return Ok(tally.outcome().and(outcome_of_scan));
        }
        Format::Csv => {
            csv::write(installation, view, &orgs, &mut tally, terminal).await?;
            return Ok(tally.outcome().and(outcome_of_scan));
        }
        Format::Full => {
            let mut table = AppTable::new(terminal.colour, terminal.width);
            each_page(installation, view, &orgs, |apps| {
                for shown in &apps {
                    tally.add(&shown.app, shown.waiver.is_some());
                }
                Ok(terminal.print(&table.rows(&apps))?)
            })
            .await?;
        }
        Format::Brief => {
            let table = BriefTable::new(terminal.width);
            each_page(installation, view, &orgs, |apps| {
                for shown in &apps {
                    if tally.total() == 0 {
                        terminal.line(&table.header())?;
                    }
                    tally.add(&shown.app, shown.waiver.is_some());
                    terminal.line(&brief(&table, shown))?;
                }
                Ok(())
            })
            .await?;
        }
        Format::Totals(group) => {
            let groups = grouped(installation, view, &orgs, group, &mut tally).await?;
            let name = if group == Group::Customer { "CUSTOMER" } else { "ORG" };
            if !groups.is_empty() {
                terminal.print(&totals::table(name, &totals::sorted(&groups), terminal.width))?;
            }
        }
        Format::Fitting => fitting(installation, view, &orgs, &mut tally, terminal).await?,
    }
    if tally.total() > 0 {
        terminal.line("")?;
    }
    for line in summary(&tally, scan.as_ref(), &domains(scan.as_ref(), &orgs), terminal.width) {
        terminal.line(&line)?;
    }
    for (domain, problem) in problems(installation, view, &orgs).await? {
        terminal.line(&problem_line(&domain, &problem, terminal.width))?;
    }
    terminal.flush()?;
    Ok(tally.outcome().and(outcome_of_scan))
}

fn brief(table: &BriefTable, shown: &ShownApp) -> String {
    table.app(&shown.app, shown.customer.as_ref().map(CustomerName::as_str), shown.waiver.as_ref())
}

/// A few apps in full. Of many, the totals per customer and a line for each app that needs action.
async fn fitting(
    installation: &Installation,
    view: &View,
    orgs: &HashMap<OrgId, OrgFacts>,
    tally: &mut Tally,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let mut first = Vec::new();
    let mut waiting = Vec::new();
    let mut per_customer = BTreeMap::<String, Tally>::new();
    each_page(installation, view, orgs, |apps| {
        for shown in apps {
            let is_waived = shown.waiver.is_some();
            tally.add(&shown.app, is_waived);
            per_customer.entry(customer_of(&shown)).or_default().add(&shown.app, is_waived);
            let needs_action = shown.app.standing().needs_action() && !is_waived;
            if needs_action && waiting.len() < MOST_LINES {
                waiting.push(shown.clone());
            }
            if first.len() <= FEW {
                first.push(shown);
            }
        }
        Ok(())
    })
    .await?;
    if first.len() <= FEW {
        let mut table = AppTable::new(terminal.colour, terminal.width);
        return Ok(terminal.print(&table.rows(&first))?);
    }
    if per_customer.len() > 1 {
        let sorted = totals::sorted(&per_customer);
        let more = sorted.len().saturating_sub(MOST_LINES);
        terminal.print(&totals::table("CUSTOMER", sorted.get(..MOST_LINES).unwrap_or(&sorted), terminal.width))?;
        if more > 0 {
            terminal.line(&format!("and {}: `regrant status --by customer`", number(more as u64, "more", "more")))?;
        }
        terminal.line("")?;
    }
    if !waiting.is_empty() {
        let table = BriefTable::new(terminal.width);
        terminal.line(&table.header())?;
        for shown in &waiting {
            terminal.line(&brief(&table, shown))?;
        }
        let more = tally.to_act_on().saturating_sub(waiting.len() as u64);
        if more > 0 {
            terminal.line(&format!("and {more} more that need action."))?;
        }
    }
    terminal.hint("A line for each app: `regrant status --brief`. Reasons and next steps: `regrant status --full`.");
    Ok(())
}

fn customer_of(shown: &ShownApp) -> String {
    shown.customer.as_ref().map_or_else(|| "no customer".to_owned(), ToString::to_string)
}

async fn grouped(
    installation: &Installation,
    view: &View,
    orgs: &HashMap<OrgId, OrgFacts>,
    by: Group,
    tally: &mut Tally,
) -> anyhow::Result<BTreeMap<String, Tally>> {
    let mut groups = BTreeMap::<String, Tally>::new();
    each_page(installation, view, orgs, |apps| {
        for shown in &apps {
            let name = match by {
                Group::Customer => customer_of(shown),
                Group::Org => escaped(&shown.app.identity.org_domain),
            };
            tally.add(&shown.app, shown.waiver.is_some());
            groups.entry(name).or_default().add(&shown.app, shown.waiver.is_some());
        }
        Ok(())
    })
    .await?;
    Ok(groups)
}

/// The problems with Regrant's own access to the shown orgs, each with the host of its org.
async fn problems(
    installation: &Installation,
    view: &View,
    orgs: &HashMap<OrgId, OrgFacts>,
) -> anyhow::Result<Vec<(String, AccessProblem)>> {
    let is_shown = |facts: &OrgFacts| {
        let customers = &view.selection.customers;
        customers.is_empty() || facts.customer.as_ref().is_some_and(|customer| customers.contains(customer))
    };
    let shown = orgs.iter().filter(|(id, facts)| view.shows_org(id) && is_shown(facts));
    let mut found: Vec<(String, AccessProblem)> = stream::iter(shown)
        .map(|(id, facts)| async move {
            let watch = installation.ports.ledger.org_watch(id).await?;
            let problems = watch.into_iter().flat_map(|watch| watch.problems);
            anyhow::Ok(problems.map(|problem| (facts.domain.clone(), problem)).collect::<Vec<_>>())
        })
        .buffer_unordered(CONCURRENCY)
        .try_concat()
        .await?;
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

fn problem_line(domain: &str, problem: &AccessProblem, width: u16) -> String {
    let what = [problem.kind.name().to_owned(), problem.kind.affected()].join(" ");
    let text = format!(
        "{}: {}. Request {}, since {}. {}",
        escaped(domain),
        what.trim_end(),
        problem.request,
        when(problem.since),
        escaped(&problem.detail)
    );
    paragraph(width, "  access: ", 10, &text).trim_end().to_owned()
}

/// The hosts of the unchecked orgs that the summary lists.
fn domains(scan: Option<&Scan>, orgs: &HashMap<OrgId, OrgFacts>) -> BTreeMap<OrgId, String> {
    let missed = scan.map(|scan| scan.orgs_not_seen.as_slice()).unwrap_or_default();
    let named = missed.iter().take(MOST_LISTED);
    named.filter_map(|missed| Some((missed.org.clone(), orgs.get(&missed.org)?.domain.clone()))).collect()
}
