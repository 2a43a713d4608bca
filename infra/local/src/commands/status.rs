//! `regrant status`: what the last look found, worst first.

use regrant::ledger::AppFilter;

use super::apps::{self, View};
use crate::args::{Global, Status};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::house::House;
use crate::screen::Screen;

pub(super) async fn run(global: &Global, options: &Status, screen: &mut Screen) -> Result<Outcome, CliError> {
    let house = House::open(global).await?;
    let org = match &options.org {
        Some(name) => Some(house.org(name).await?.id),
        None => None,
    };
    let view = View {
        orgs: org.iter().cloned().collect(),
        filter: AppFilter { standing: options.standing, org, tenant: options.tenant.clone() },
        json: options.json,
    };
    let scan = house.ports.ledger.latest_scan().await?;
    apps::show(&house, &view, scan, screen).await
}
