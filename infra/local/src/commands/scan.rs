//! `regrant scan`: checks every Office 365 app of the orgs now.

use regrant::embedded::worker::{drain_notifications, drain_scans};
use std::time::Duration;

use anyhow::anyhow;
use clap::Args;
use regrant::domain::id::{OrgId, ScanId};
use regrant::domain::scan::Scan as ScanRecord;
use regrant::usecases::Ports;
use regrant::usecases::notify::queue_due::queue_due;
use regrant::usecases::records::cleanup::delete_expired;
use regrant::usecases::scan::start::{Selection, resume_scan, start_scan};

use super::apps::{self, View};
use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::{Installation, Workers};
use crate::output::number;
use crate::output::progress::ScanProgress;
use crate::terminal::Terminal;

/// How often to read a stack's progress from the ledger.
const POLL_INTERVAL: Duration = Duration::from_secs(3);

/// `regrant scan`.
#[derive(Debug, Args)]
pub struct Scan {
    /// Check only this org, by id or host; repeatable.
    #[arg(long, value_name = "ORG", conflicts_with = "resume")]
    pub org: Vec<String>,
    /// Continue an interrupted scan.
    #[arg(long, value_name = "ID")]
    pub resume: Option<ScanId>,
    /// How many orgs to check in parallel.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub workers: u16,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Show which orgs would be checked and stop.
    #[arg(long, conflicts_with = "json")]
    pub dry_run: bool,
}

pub(crate) async fn run(global: &Global, options: &Scan, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let mut orgs = Vec::new();
    for name in &options.org {
        orgs.push(installation.org(name).await?.id);
    }
    let no_org = installation.ports.ledger.orgs(regrant::ledger::PageRequest::first(1)).await?.items.is_empty();
    if no_org && options.resume.is_none() {
        terminal.message("No orgs yet; add one with `regrant org add HOST`, or try `regrant demo --once`.");
        return Ok(Outcome::CouldNotCheck);
    }
    if options.dry_run {
        return dry_run(options, &orgs, terminal);
    }
    let scan = match &options.resume {
        Some(id) => resume_scan(&installation.ports, id).await?,
        None => start_scan(&installation.ports, &selection(&orgs)).await?,
    };
    let scan = tokio::select! {
        done = run_to_end(&installation, scan.clone(), usize::from(options.workers), terminal.progress) => done?,
        _ = tokio::signal::ctrl_c() => {
            terminal.message(&format!("Interrupted. Continue with `regrant scan --resume {}`.", scan.id));
            return Ok(Outcome::CouldNotCheck);
        }
    };
    apps::show(&installation, &View::of_orgs(orgs, options.json), Some(scan), terminal).await
}

fn selection(orgs: &[OrgId]) -> Selection {
    if orgs.is_empty() { Selection::All } else { Selection::Orgs(orgs.to_vec()) }
}

fn dry_run(options: &Scan, orgs: &[OrgId], terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let which = match (&options.resume, orgs) {
        (Some(id), _) => format!("continue scan {id}"),
        (None, []) => "check every org in `regrant org list`".to_owned(),
        (None, orgs) => {
            let names: Vec<&str> = orgs.iter().map(OrgId::as_str).collect();
            format!("check {}: {}", number(orgs.len() as u64, "org", "orgs"), names.join(", "))
        }
    };
    terminal.line(&format!("Would {which}. A scan is read-only and changes nothing in Okta."))?;
    Ok(Outcome::Fine)
}

/// Runs a scan to its end, or waits while a stack's functions do, and returns its final record.
pub(crate) async fn run_to_end(
    installation: &Installation,
    scan: ScanRecord,
    workers: usize,
    visible: bool,
) -> anyhow::Result<ScanRecord> {
    let progress = ScanProgress::new(visible, &scan);
    if installation.workers == Workers::Functions {
        return wait_for_functions(installation, scan, &progress).await;
    }
    let drained = drain_scans(&installation.ports, workers, || progress.org_done()).await;
    progress.finish();
    drained.map_err(|error| anyhow!("the scan stopped: {error}; continue with `regrant scan --resume {}`", scan.id))?;
    send_notifications(&installation.ports).await;
    if let Err(error) = delete_expired(&installation.ports).await {
        tracing::error!(%error, "could not delete expired records");
    }
    Ok(installation.ports.ledger.scan(&scan.id).await?.unwrap_or(scan))
}

/// Sends the notifications that are due, including those that earlier scans could not send: without `regrant serve`, only
/// scans send any. Without a sender address, pending emails stay pending, because trying them now would drop them for good.
async fn send_notifications(ports: &Ports) {
    if ports.settings.mail.sender.is_some()
        && let Err(error) = queue_due(ports).await
    {
        tracing::error!(%error, "pending notifications were not queued");
    }
    if let Err(error) = drain_notifications(ports).await {
        // The scan itself is complete, and unsent notifications stay in the ledger.
        tracing::error!(%error, "not all notifications were sent");
    }
}

/// Waits until a stack's functions have finished a scan, and returns its final record.
async fn wait_for_functions(
    installation: &Installation,
    mut scan: ScanRecord,
    progress: &ScanProgress,
) -> anyhow::Result<ScanRecord> {
    while scan.orgs_pending > 0 {
        installation.ports.clock.sleep(POLL_INTERVAL).await;
        scan = installation.ports.ledger.scan(&scan.id).await?.unwrap_or(scan);
        progress.show(&scan);
    }
    progress.finish();
    Ok(scan)
}
