//! `regrant status`: the results of the last scan, most urgent first.

use anyhow::bail;
use clap::Args;
use futures_util::TryStreamExt as _;
use jiff::tz::TimeZone;
use regrant::domain::customer::CustomerName;
use regrant::domain::relative_date::{Direction, RelativeDate};
use regrant::domain::standing::Standing;
use regrant::domain::tenant::TenantName;
use regrant::ledger::{AppFilter, PageRequest, paging};

use super::apps::{self, Format, Group, Selection, Sort, View};
use super::org::NO_ORG;
use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::{Installation, PAGE};
use crate::output::escaped;
use crate::terminal::Terminal;

/// The most names that an error lists.
const MOST_NAMES: usize = 10;

/// `regrant status`.
#[derive(Debug, Args)]
#[command(after_help = "\
A few apps are shown in full. Of many, the totals and the apps that need action
are shown; --brief, --full, --csv and --json show all of them. Examples:
  regrant status --standing broken --standing needs-consent --customer Contoso
  regrant status --brief --since 7d --sort since
Exit codes: 0 no action needed (a waived app needs none), 1 an app needs
attention, 2 something could not be checked, or an error.")]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command")]
pub struct Status {
    /// Show only apps with this standing, such as needs-consent; repeatable.
    #[arg(long)]
    pub standing: Vec<Standing>,
    /// Show only apps of this org, by id or host; repeatable.
    #[arg(long)]
    pub org: Vec<String>,
    /// Show only apps of this Microsoft tenant, by its short name.
    #[arg(long, value_parser = |name: &str| Ok::<_, std::convert::Infallible>(TenantName::from(name.to_owned())))]
    pub tenant: Option<TenantName>,
    /// Show only apps of this customer; repeatable.
    #[arg(long, value_name = "NAME")]
    pub customer: Vec<CustomerName>,
    /// Show only apps with this text in label, org, tenant, domain or customer.
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Show only apps whose standing changed since: 7d, monday or 2026-06-30.
    #[arg(long, value_name = "DATE")]
    pub since: Option<RelativeDate>,
    /// The order of the apps.
    #[arg(long, value_enum, value_name = "ORDER", default_value = "urgency")]
    pub(crate) sort: Sort,
    /// Print a line for each app.
    #[arg(long, group = "form")]
    pub brief: bool,
    /// Print reasons, signals and next step of each app.
    #[arg(long, group = "form")]
    pub full: bool,
    /// Print totals only, per customer or per org.
    #[arg(long, value_enum, value_name = "GROUP", group = "form")]
    pub(crate) by: Option<Group>,
    /// Print comma-separated values.
    #[arg(long, group = "form")]
    pub csv: bool,
    /// Print one JSON object.
    #[arg(long, group = "form")]
    pub json: bool,
}

impl Status {
    fn format(&self) -> Format {
        match self.by {
            Some(group) => Format::Totals(group),
            None if self.json => Format::Json,
            None if self.csv => Format::Csv,
            None if self.full => Format::Full,
            None if self.brief => Format::Brief,
            None => Format::Fitting,
        }
    }
}

pub(crate) async fn run(global: &Global, options: &Status, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let ledger = &installation.ports.ledger;
    let mut orgs = Vec::new();
    for name in &options.org {
        orgs.push(installation.org(name).await?.id);
    }
    let no_org = ledger.orgs(PageRequest::first(1)).await?.items.is_empty();
    if no_org && !options.json && !options.csv {
        terminal.message(NO_ORG);
        return Ok(Outcome::CouldNotCheck);
    }
    check_names(&installation, options).await?;
    let now = installation.ports.clock.now();
    let today = TimeZone::UTC.to_datetime(now).date();
    let since = options.since.and_then(|since| since.date(today, Direction::Back));
    let since = since.and_then(|day| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok());
    let only = |list: &[Standing]| if let [standing] = list { Some(*standing) } else { None };
    let view = View {
        filter: AppFilter {
            standing: only(&options.standing),
            org: if let [org] = orgs.as_slice() { Some(org.clone()) } else { None },
            tenant: options.tenant.clone(),
            ..AppFilter::default()
        },
        orgs,
        selection: Selection {
            standings: options.standing.clone(),
            customers: options.customer.clone(),
            search: options.search.clone(),
            since,
        },
        sort: options.sort,
        format: options.format(),
    };
    let scan = ledger.latest_scan(now).await?;
    apps::show(&installation, &view, scan, terminal).await
}

/// Refuses a tenant or a customer that no app or org has: a typing error must not look like good news.
async fn check_names(installation: &Installation, options: &Status) -> anyhow::Result<()> {
    let ledger = &installation.ports.ledger;
    if let Some(tenant) = &options.tenant {
        let filter = AppFilter { tenant: Some(tenant.clone()), ..AppFilter::default() };
        if ledger.apps(&filter, PageRequest::first(1)).await?.items.is_empty() {
            let mut known = std::collections::BTreeSet::new();
            let all = AppFilter::default();
            let mut apps = paging::items(PAGE, |page| ledger.apps(&all, page));
            while let Some(app) = apps.try_next().await? {
                known.extend(app.identity.tenant.map(|tenant| escaped(tenant.as_str())));
            }
            bail!("no app belongs to the tenant {}; {}", escaped(tenant.as_str()), listed("tenants", known));
        }
    }
    if !options.customer.is_empty() {
        let orgs = apps::orgs(installation).await?;
        let known: std::collections::BTreeSet<CustomerName> =
            orgs.into_values().filter_map(|org| org.customer).collect();
        if let Some(unknown) = options.customer.iter().find(|customer| !known.contains(customer)) {
            let known = known.iter().map(ToString::to_string);
            bail!("no org belongs to the customer {unknown}; {}", listed("customers", known));
        }
    }
    Ok(())
}

/// `known tenants: acme, contoso and 3 more`.
fn listed(what: &str, names: impl IntoIterator<Item = String>) -> String {
    let names: Vec<String> = names.into_iter().collect();
    if names.is_empty() {
        return format!("no {what} are known yet");
    }
    let more = names.len().saturating_sub(MOST_NAMES);
    let shown = names.get(..MOST_NAMES).unwrap_or(&names).join(", ");
    if more > 0 { format!("known {what}: {shown} and {more} more") } else { format!("known {what}: {shown}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_list_a_few_known_names() {
        let names = |count: usize| (0..count).map(|n| format!("t{n}"));
        assert_eq!(listed("tenants", names(0)), "no tenants are known yet");
        assert_eq!(listed("tenants", names(2)), "known tenants: t0, t1");
        assert!(listed("tenants", names(12)).ends_with("t9 and 2 more"));
    }
}
