//! `regrant status`: what the last look found, worst first.

use regrant::ledger::AppFilter;

use super::apps::{self, View};
use crate::args::{Global, Status};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::Installation;
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, options: &Status, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let installation = Installation::open(global).await?;
    let org = match &options.org {
        Some(name) => Some(installation.org(name).await?.id),
        None => None,
    };
    let view = View {
        orgs: org.iter().cloned().collect(),
        filter: AppFilter { standing: options.standing, org, tenant: options.tenant.clone() },
        json: options.json,
    };
    let scan = installation.ports.ledger.latest_scan().await?;
    apps::show(&installation, &view, scan, terminal).await
}
