//! Which apps to show, in which order: the ledger's list with the filters that only the command line has.

use std::collections::HashMap;
use std::future::ready;

use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use regrant::domain::app::AppRecord;
use regrant::domain::customer::CustomerName;
use regrant::domain::id::{AppId, OrgId};
use regrant::domain::scan::{OrgNotScanned, Scan};
use regrant::domain::standing::Standing;
use regrant::domain::waiver::Waiver;
use regrant::ledger::{AppFilter, paging};

use crate::installation::{Installation, PAGE};
use crate::output::ShownApp;

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

    pub(super) fn shows_org(&self, org: &OrgId) -> bool {
        self.orgs.is_empty() || self.orgs.contains(org)
    }

    /// The scan without the orgs that are not shown.
    pub(super) fn scan(&self, scan: Scan) -> Scan {
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
}
