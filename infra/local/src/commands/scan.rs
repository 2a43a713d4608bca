//! `regrant scan`: a look at every Office 365 app of the orgs, now.

use regrant::embedded::worker::{drain_notifications, drain_scans};
use std::time::Duration;

use regrant::domain::id::OrgId;
use regrant::domain::scan::Scan as ScanRecord;
use regrant::usecases::Ports;
use regrant::usecases::notify::queue_due::queue_due;
use regrant::usecases::records::cleanup::delete_expired;
use regrant::usecases::scan::start::{Selection, resume_scan, start_scan};

use super::apps::{self, View};
use crate::args::{Global, Scan};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::{Installation, Workers};
use crate::output::number;
use crate::output::progress::ScanProgress;
use crate::terminal::Terminal;

/// How often the ledger is asked how far a stack's functions are.
const LOOK_EVERY: Duration = Duration::from_secs(3);

pub(super) async fn run(global: &Global, options: &Scan, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let installation = Installation::open(global).await?;
    let mut orgs = Vec::new();
    for name in &options.org {
        orgs.push(installation.org(name).await?.id);
    }
    let no_org = installation.ports.ledger.orgs(regrant::ledger::PageRequest::first(1)).await?.items.is_empty();
    if no_org && options.resume.is_none() {
        terminal.tell("No org yet; add one with `regrant org add HOST`, or try `regrant demo --once`.");
        return Ok(Outcome::CouldNotLook);
    }
    if options.dry_run {
        return dry_run(options, &orgs, terminal);
    }
    let scan = match &options.resume {
        Some(id) => resume_scan(&installation.ports, id).await?,
        None => start_scan(&installation.ports, &selection(&orgs)).await?,
    };
    let scan = tokio::select! {
        done = look(&installation, scan.clone(), usize::from(options.workers), terminal.progress) => done?,
        _ = tokio::signal::ctrl_c() => {
            terminal.tell(&format!("ConsentError. Go on with `regrant scan --resume {}`.", scan.id));
            return Ok(Outcome::CouldNotLook);
        }
    };
    apps::show(&installation, &View::of_orgs(orgs, options.json), Some(scan), terminal).await
}

fn selection(orgs: &[OrgId]) -> Selection {
    if orgs.is_empty() { Selection::All } else { Selection::Orgs(orgs.to_vec()) }
}

fn dry_run(options: &Scan, orgs: &[OrgId], terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let which = match (&options.resume, orgs) {
        (Some(id), _) => format!("go on with scan {id}"),
        (None, []) => "look at every org that `regrant org list` shows".to_owned(),
        (None, orgs) => {
            let names: Vec<&str> = orgs.iter().map(OrgId::as_str).collect();
            format!("look at {}: {}", number(orgs.len() as u64, "org", "orgs"), names.join(", "))
        }
    };
    terminal.line(&format!("Would {which}. A scan only reads; nothing changes in Okta."))?;
    Ok(Outcome::Fine)
}

/// Works a scan off, and gives it as it is then.
pub(super) async fn look(
    installation: &Installation,
    scan: ScanRecord,
    workers: usize,
    visible: bool,
) -> Result<ScanRecord, CliError> {
    let progress = ScanProgress::new(visible, &scan);
    if installation.workers == Workers::Functions {
        return watch(installation, scan, &progress).await;
    }
    let drained = drain_scans(&installation.ports, workers, || progress.org_done()).await;
    progress.finish();
    drained.map_err(|reason| CliError::Drain { scan: scan.id.clone(), reason: reason.to_string() })?;
    tell(&installation.ports).await;
    if let Err(error) = delete_expired(&installation.ports).await {
        tracing::error!(%error, "could not delete expired records");
    }
    Ok(installation.ports.ledger.scan(&scan.id).await?.unwrap_or(scan))
}

/// Tells whoever has to be told something, also what an earlier scan could not tell: where nobody serves, scans are all there
/// is. Without a sender nothing is taken up, since an email that waits would be refused for good.
async fn tell(ports: &Ports) {
    if ports.settings.mail.sender.is_some()
        && let Err(error) = queue_due(ports).await
    {
        tracing::error!(%error, "what could not be told before was not taken up");
    }
    if let Err(error) = drain_notifications(ports).await {
        // The scan is done, and what was not told is in the ledger.
        tracing::error!(%error, "not everybody who has to be told something was told");
    }
}

/// Waits until a stack's functions have worked a scan off, and gives it as it is then.
async fn watch(
    installation: &Installation,
    mut scan: ScanRecord,
    progress: &ScanProgress,
) -> Result<ScanRecord, CliError> {
    while scan.orgs_pending > 0 {
        installation.ports.clock.sleep(LOOK_EVERY).await;
        scan = installation.ports.ledger.scan(&scan.id).await?.unwrap_or(scan);
        progress.show(&scan);
    }
    progress.finish();
    Ok(scan)
}
