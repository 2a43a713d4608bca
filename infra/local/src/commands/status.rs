//! `regrant status`: the results of the last scan, most urgent first.

use clap::Args;
use regrant::domain::standing::Standing;
use regrant::domain::tenant::TenantName;
use regrant::ledger::AppFilter;

use super::apps::{self, View};
use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::terminal::Terminal;

/// `regrant status`.
#[derive(Debug, Args)]
pub struct Status {
    /// Show only apps with this standing, such as needs-consent.
    #[arg(long)]
    pub standing: Option<Standing>,
    /// Show only apps of this org, by id or host.
    #[arg(long)]
    pub org: Option<String>,
    /// Show only apps of this Microsoft tenant, by its short name.
    #[arg(long, value_parser = |name: &str| Ok::<_, std::convert::Infallible>(TenantName::from(name.to_owned())))]
    pub tenant: Option<TenantName>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

pub(crate) async fn run(global: &Global, options: &Status, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let org = match &options.org {
        Some(name) => Some(installation.org(name).await?.id),
        None => None,
    };
    let view = View {
        orgs: org.iter().cloned().collect(),
        filter: AppFilter { standing: options.standing, org, tenant: options.tenant.clone(), customers: None },
        json: options.json,
    };
    let scan = installation.ports.ledger.latest_scan(installation.ports.clock.now()).await?;
    apps::show(&installation, &view, scan, terminal).await
}
