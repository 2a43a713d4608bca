//! The report: reads the records that a [`Query`] asks for, one page at a time, and renders the result.

pub mod csv;
pub mod events;
pub mod evidence;
pub mod evidence_html;
pub mod head;
pub mod html;
pub mod lines;
pub mod ocsf;
pub mod rows;
pub mod trail;

use futures_util::TryStreamExt as _;

use crate::domain::access_policy::Scope as VisibleScope;
use crate::domain::report::{Query, Report, ReportBuilder, Reporter, TrailSource};
use crate::domain::scan::Scan;
use crate::ledger::{AppFilter, LedgerError, paging};
use crate::usecases::Ports;
use crate::usecases::notify::contacts::contacts_of;
use crate::usecases::scan::in_scope::scan_in_scope;

/// How many records are read at a time.
const PAGE: u32 = 500;

/// Makes a report on behalf of the ports' actor, on the orgs that both the query and `visible` cover.
pub async fn report(ports: &Ports, query: Query, visible: &VisibleScope) -> Result<Report, LedgerError> {
    let reporter = Reporter {
        name: ports.actor.as_ref().map_or_else(|| "Regrant".to_owned(), ToString::to_string),
        now: ports.clock.now(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        deadline: ports.settings.mail.deadline,
    };
    let one_org = if let [org] = query.scope.orgs.as_slice() { Some(org.clone()) } else { None };
    let mut builder = ReportBuilder::new(query, reporter);
    let mut orgs = paging::items(PAGE, |page| ports.ledger.orgs(page));
    while let Some(org) = orgs.try_next().await? {
        if !visible.covers(org.customer.as_ref()) {
            continue;
        }
        builder.org(&org.id, org.domain(), org.customer.as_ref(), contacts_of(&org, &ports.settings));
    }
    let mut waivers = paging::items(PAGE, |page| ports.ledger.waivers(page));
    while let Some(waiver) = waivers.try_next().await? {
        builder.waiver(waiver);
    }
    let filter = AppFilter { org: one_org, ..AppFilter::default() };
    let mut apps = paging::items(PAGE, |page| ports.ledger.apps(&filter, page));
    while let Some(app) = apps.try_next().await? {
        builder.app(&app);
    }
    let scan = match ports.ledger.latest_scan(ports.clock.now()).await? {
        Some(scan) => scan_in_scope(ports, &scan.id, visible).await?,
        None => None,
    };
    if let Some(scan) = &scan {
        add_orgs_not_read(ports, &mut builder, scan).await?;
    }
    let digest = ports.ledger.latest_digest().await?.map(|signed| signed.digest);
    let trail = digest.map(|digest| TrailSource { digest: digest.number, sha256: digest.hash().into() });
    Ok(builder.finish(scan.as_ref(), trail))
}

async fn add_orgs_not_read(ports: &Ports, builder: &mut ReportBuilder, scan: &Scan) -> Result<(), LedgerError> {
    let missed: Vec<_> = builder.orgs_not_read(scan).collect();
    for (org, reason) in missed {
        let watch = ports.ledger.org_watch(org).await?;
        builder.org_not_read(org, reason, watch.and_then(|watch| watch.okta_answered_at));
    }
    Ok(())
}
