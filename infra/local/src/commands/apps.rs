//! Shows apps from the ledger, one page at a time: as a table, line by line, in totals, as CSV or as one JSON object.

use std::collections::{BTreeMap, HashMap};
use std::future::ready;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use regrant::domain::access_problem::AccessProblem;
use regrant::domain::app::AppRecord;
use regrant::domain::customer::CustomerName;
use regrant::domain::id::{AppId, OrgId};
use regrant::domain::scan::{OrgNotScanned, Scan};
use regrant::domain::standing::Standing;
use regrant::domain::waiver::Waiver;
use regrant::ledger::{AppFilter, paging};

use crate::exit::{self, Outcome, Tally};
use crate::installation::{Installation, PAGE};
use crate::output::brief::BriefTable;
use crate::output::csv::CsvRows;
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

/// Which apps to show, and how.
#[derive(Debug, Clone, Default)]
pub(crate) struct View {
    /// The filter of the ledger query.
    pub(crate) filter: AppFilter,
    /// Only apps of these orgs. Empty for all.
    pub(crate) orgs: Vec<OrgId>,
    /// Only apps that match this too.
    pub(crate) selection: Selection,
    /// The order.
    pub(crate) sort: Sort,
    /// The form.
    pub(crate) format: Format,
}

/// A filter beyond what the ledger can answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// Any of these standings; empty for all.
    pub(crate) standings: Vec<Standing>,
    /// Any of these customers; empty for all.
    pub(crate) customers: Vec<CustomerName>,
    /// Text in the app's label, org, tenant, domain or customer, in any case.
    pub(crate) search: Option<String>,
    /// Only apps whose standing changed at this time or later.
    pub(crate) since: Option<Timestamp>,
}

impl Selection {
    fn selects(&self, app: &AppRecord, customer: Option<&CustomerName>) -> bool {
        let is_any = |list: &[CustomerName]| customer.is_some_and(|customer| list.contains(customer));
        (self.standings.is_empty() || self.standings.contains(&app.standing()))
            && (self.customers.is_empty() || is_any(&self.customers))
            && self.search.as_deref().is_none_or(|text| is_found(text, app, customer))
            && self.since.is_none_or(|since| app.since.is_some_and(|changed| changed >= since))
    }
}

fn is_found(text: &str, app: &AppRecord, customer: Option<&CustomerName>) -> bool {
    let text = text.to_lowercase();
    let identity = &app.identity;
    let places = [
        Some(identity.label.raw()),
        Some(identity.org_domain.as_str()),
        Some(identity.org.as_str()),
        Some(identity.app.as_str()),
        identity.tenant.as_ref().map(regrant::domain::tenant::TenantName::as_str),
        identity.domain.as_ref().map(regrant::domain::text::UntrustedText::raw),
        customer.map(CustomerName::as_str),
    ];
    places.into_iter().flatten().any(|place| place.to_lowercase().contains(&text))
}

/// The order of the apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Sort {
    /// Most urgent standing first.
    #[default]
    Urgency,
    /// By org.
    Org,
    /// By customer.
    Customer,
    /// By tenant.
    Tenant,
    /// Those that have waited longest first.
    Since,
}

/// What totals are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Group {
    /// One line per customer.
    Customer,
    /// One line per org.
    Org,
}

/// The form of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Format {
    /// A few apps in full; of many, the totals and what needs action.
    #[default]
    Fitting,
    /// Every app in full.
    Full,
    /// A line per app.
    Brief,
    /// Totals only.
    Totals(Group),
    /// Comma-separated values.
    Csv,
    /// One JSON object.
    Json,
}

impl View {
    /// The apps of `orgs`, or all if it is empty.
    pub(crate) fn of_orgs(orgs: Vec<OrgId>, json: bool) -> Self {
        let only = if let [org] = orgs.as_slice() { Some(org.clone()) } else { None };
        let format = if json { Format::Json } else { Format::Fitting };
        Self { filter: AppFilter { org: only, ..AppFilter::default() }, orgs, format, ..Self::default() }
    }

    fn shows_org(&self, org: &OrgId) -> bool {
        self.orgs.is_empty() || self.orgs.contains(org)
    }

    /// The scan without the orgs that are not shown.
    fn scan(&self, scan: Scan) -> Scan {
        let orgs_not_seen: Vec<OrgNotScanned> =
            scan.orgs_not_seen.into_iter().filter(|missed| self.shows_org(&missed.org)).collect();
        Scan { orgs_not_seen, ..scan }
    }
}

/// What is known about an org besides its apps.
pub(crate) struct OrgFacts {
    /// The host, as people know the org.
    pub(crate) domain: String,
    /// Its customer.
    pub(crate) customer: Option<CustomerName>,
}

/// Every org of the installation.
pub(crate) async fn orgs(installation: &Installation) -> anyhow::Result<HashMap<OrgId, OrgFacts>> {
    let profiles = paging::items(PAGE, |page| installation.ports.ledger.orgs(page));
    let facts = profiles.map_ok(|org| (org.id.clone(), OrgFacts { domain: org.domain(), customer: org.customer }));
    Ok(facts.try_collect().await?)
}

/// Calls `each` with the matching apps, page by page in the ledger's order, or at once in a different order.
pub(crate) async fn each_page(
    installation: &Installation,
    view: &View,
    orgs: &HashMap<OrgId, OrgFacts>,
    mut each: impl FnMut(Vec<ShownApp>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let waivers = active_waivers(installation).await?;
    let mut pages = paging::pages(PAGE, |page| installation.ports.ledger.apps(&view.filter, page));
    let mut unsorted = Vec::new();
    while let Some(apps) = pages.try_next().await? {
        let wanted = apps.into_iter().filter(|app| view.shows_org(&app.identity.org)).filter_map(|app| {
            let customer = orgs.get(&app.identity.org).and_then(|org| org.customer.clone());
            let key = (app.identity.org.clone(), app.identity.app.clone());
            let waiver = waivers.get(&key).filter(|_| app.standing().needs_action()).cloned();
            view.selection.selects(&app, customer.as_ref()).then_some(ShownApp { app, customer, waiver })
        });
        let wanted: Vec<ShownApp> = wanted.collect();
        if view.sort == Sort::Urgency { each(wanted)? } else { unsorted.extend(wanted) }
    }
    if !unsorted.is_empty() {
        sort(&mut unsorted, view.sort);
        each(unsorted)?;
    }
    Ok(())
}

/// The waivers that have not ended, by org and app.
async fn active_waivers(installation: &Installation) -> anyhow::Result<HashMap<(OrgId, AppId), Waiver>> {
    let now = installation.ports.clock.now();
    let waivers = paging::items(PAGE, |page| installation.ports.ledger.waivers(page));
    let active = waivers.try_filter(|waiver| ready(waiver.holds(now)));
    Ok(active.map_ok(|waiver| ((waiver.org.clone(), waiver.app.clone()), waiver)).try_collect().await?)
}

/// Sorts the apps. Those with the same key keep the ledger's order, most urgent first.
fn sort(apps: &mut [ShownApp], by: Sort) {
    match by {
        Sort::Urgency => {}
        Sort::Org => apps.sort_by(|a, b| a.app.identity.org_domain.cmp(&b.app.identity.org_domain)),
        Sort::Customer => {
            apps.sort_by(|a, b| (a.customer.is_none(), &a.customer).cmp(&(b.customer.is_none(), &b.customer)));
        }
        Sort::Tenant => apps.sort_by_key(|shown| {
            let tenant = shown.app.identity.tenant.as_ref().map(|tenant| tenant.as_str().to_owned());
            (tenant.is_none(), tenant)
        }),
        Sort::Since => apps.sort_by_key(|shown| (shown.app.since.is_none(), shown.app.since)),
    }
}

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
            csv(installation, view, &orgs, &mut tally, terminal).await?;
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

const CSV_HEADER: [&str; 14] = [
    "customer",
    "org_domain",
    "org",
    "app",
    "label",
    "tenant",
    "domain",
    "standing",
    "verified",
    "since",
    "waived_until",
    "waiver_reason",
    "request",
    "as_of",
];

async fn csv(
    installation: &Installation,
    view: &View,
    orgs: &HashMap<OrgId, OrgFacts>,
    tally: &mut Tally,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let mut rows = CsvRows::begin(terminal.out(), &CSV_HEADER)?;
    each_page(installation, view, orgs, |apps| {
        for shown in &apps {
            tally.add(&shown.app, shown.waiver.is_some());
            rows.row(csv_row(shown))?;
        }
        Ok(())
    })
    .await?;
    Ok(rows.end()?)
}

fn csv_row(shown: &ShownApp) -> [String; CSV_HEADER.len()] {
    let (app, identity) = (&shown.app, &shown.app.identity);
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    [
        shown.customer.as_ref().map(ToString::to_string).unwrap_or_default(),
        escaped(&identity.org_domain),
        identity.org.to_string(),
        identity.app.to_string(),
        identity.label.to_string(),
        identity.tenant.as_ref().map(|tenant| escaped(tenant.as_str())).unwrap_or_default(),
        identity.domain.as_ref().map(ToString::to_string).unwrap_or_default(),
        app.standing().name().to_owned(),
        app.assessment.verified.to_string(),
        time(app.since),
        time(shown.waiver.as_ref().map(|waiver| waiver.ends_at)),
        shown.waiver.as_ref().map(|waiver| waiver.reason.to_string()).unwrap_or_default(),
        app.request.as_ref().map(|request| request.id.to_string()).unwrap_or_default(),
        time(Some(app.as_of)),
    ]
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use super::*;
    use crate::output::samples;

    fn customer(name: &str) -> CustomerName {
        name.parse().unwrap()
    }

    #[test]
    fn filters_combine() {
        let app = samples::app("Office 365 Vienna", Standing::NeedsSave);
        let all = Selection {
            standings: vec![Standing::Broken, Standing::NeedsSave],
            customers: vec![customer("Acme")],
            search: Some("VIENNA".to_owned()),
            since: Some(samples::now()),
        };
        assert!(all.selects(&app, Some(&customer("Acme"))));
        assert!(!all.selects(&app, Some(&customer("acme"))) && !all.selects(&app, None));
        let later = Selection { since: Some("2026-03-02T00:00:00Z".parse().unwrap()), ..all.clone() };
        assert!(!later.selects(&app, Some(&customer("Acme"))));
        for (text, found) in [("acme.okta", true), ("0oa1", true), ("Acme", true), ("contoso", false)] {
            let search = Selection { search: Some(text.to_owned()), ..Selection::default() };
            assert_eq!(search.selects(&app, None), found, "{text}");
        }
        let other = Selection { standings: vec![Standing::Consented], ..Selection::default() };
        assert!(!other.selects(&app, None) && Selection::default().selects(&app, None));
    }

    #[test]
    fn longest_waiting_come_first() {
        let shown = |label: &str, since: Option<&str>| {
            let since = since.map(|at| at.parse().unwrap());
            ShownApp::of(AppRecord { since, ..samples::app(label, Standing::Broken) })
        };
        let mut apps = vec![
            shown("new", Some("2026-03-01T00:00:00Z")),
            shown("unknown", None),
            shown("old", Some("2025-03-01T00:00:00Z")),
        ];
        sort(&mut apps, Sort::Since);
        let labels: Vec<String> = apps.iter().map(|shown| shown.app.identity.label.to_string()).collect();
        assert_eq!(labels, ["old", "new", "unknown"]);
    }

    #[test]
    fn csv_has_a_cell_per_column() {
        let mut out = Vec::new();
        let mut rows = CsvRows::begin(&mut out, &CSV_HEADER).unwrap();
        rows.row(csv_row(&ShownApp::of(samples::app("=1+1, \"x\"", Standing::Broken)))).unwrap();
        rows.end().unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("customer,org_domain,org,app,label,"), "{text}");
        assert!(text.contains("\"'=1+1, \"\"x\"\"\""), "{text}");
    }
}
