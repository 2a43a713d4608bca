//! `regrant doctor`: checks this installation and reports how to fix what is wrong.

use std::path::Path;

use anyhow::bail;
use clap::Args;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use regrant::domain::clock_skew::ClockSkew;
use regrant::domain::org::OrgProfile;
use regrant::domain::scan::Scan;
use regrant::embedded;
use regrant::embedded::data_folder::DataFolder;
use regrant::ledger::paging;
use regrant::okta::OrgUrl;
use regrant::usecases::Ports;
use regrant::usecases::access::keys::{KeysError, keys_created_at};
use regrant::usecases::access::operator_sign_in::operator_provider;
use regrant::vault::{SecretName, SecretVersion};
use serde::Serialize;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::{self, Installation, PAGE, Patience};
use crate::output::paragraph::paragraph;
use crate::output::{escaped, number, when};
use crate::terminal::Terminal;

/// How many orgs are asked at the same time.
const CONCURRENCY: usize = 16;
/// The width of the mark in front of a subject.
const MARK: usize = 9;

/// `regrant doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

pub(crate) async fn run(global: &Global, options: &Doctor, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    if global.stack.is_some() {
        bail!("`regrant doctor` checks this machine's data; for a stack, run `regrant aws doctor --stack NAME`");
    }
    let mut findings = Findings::default();
    let folder = installation::data_dir(global)?;
    check(global, &folder, &mut findings).await?;
    if options.json {
        let object = serde_json::json!({ "version": env!("CARGO_PKG_VERSION"), "findings": findings.0 });
        terminal.line(&object.to_string())?;
    } else {
        terminal.line(&format!("regrant {}", env!("CARGO_PKG_VERSION")))?;
        terminal.print(&findings.text(terminal.width))?;
        if findings.0.iter().all(|finding| finding.subject != "orgs") && findings.outcome() == Outcome::Fine {
            terminal.hint("To add the first org:\n  regrant org add HOST");
        }
    }
    Ok(findings.outcome())
}

async fn check(global: &Global, folder: &Path, findings: &mut Findings) -> anyhow::Result<()> {
    let subject = "data folder";
    match DataFolder::inspect(folder) {
        Err(lost) => {
            findings.wrong(subject, lost);
            return Ok(());
        }
        Ok(DataFolder::Empty) => {
            findings.fine(subject, format!("{} has no data yet", folder.display()));
            return Ok(());
        }
        Ok(DataFolder::InUse) => {}
    }
    let installation = match Installation::open_existing_with(global, Patience::Short).await {
        Ok(installation) => installation,
        Err(error) => {
            findings.wrong(subject, error);
            return Ok(());
        }
    };
    findings.fine(subject, folder.display());
    for (name, path) in [
        ("folder mode", folder.to_owned()),
        ("vault mode", embedded::vault_folder(folder)),
        ("ledger mode", embedded::ledger_file(folder)),
    ] {
        match loose_mode(&path) {
            None => findings.fine(name, "only the owner can read it"),
            Some(problem) => findings.wrong(name, problem),
        }
    }
    match age_of_keys(&installation.ports).await {
        Ok(age) => findings.fine("keys", age),
        Err(error) => findings.wrong("keys", error),
    }
    match operator_provider(&installation.ports).await {
        Ok(Some(provider)) => findings.fine("console", format!("operators sign in with {}", provider.issuer)),
        Ok(None) => findings.fine("console", "opens with the one-time URL of `regrant serve`"),
        Err(error) => findings.wrong("console", error),
    }
    let their_clock = check_orgs(&installation.ports, findings).await?;
    let now = installation.ports.clock.now();
    match installation.ports.ledger.latest_scan(now).await {
        Ok(scan) => check_times(now, their_clock.as_ref(), scan.as_ref(), findings),
        Err(error) => findings.wrong("ledger", error),
    }
    Ok(())
}

/// A host, and how far our clock is from its clock.
type TheirClock = (String, Option<ClockSkew>);

/// Checks every org, and returns the clock of one that reported its time.
async fn check_orgs(ports: &Ports, findings: &mut Findings) -> anyhow::Result<Option<TheirClock>> {
    let orgs: Vec<OrgProfile> = paging::items(PAGE, |page| ports.ledger.orgs(page)).try_collect().await?;
    let known = orgs.len() as u64;
    let mut clock = None;
    let mut checked = stream::iter(orgs)
        .map(|org| async move {
            let result = check_org(ports, &org).await;
            (org.domain(), result)
        })
        .buffered(CONCURRENCY);
    while let Some((domain, result)) = checked.next().await {
        match result {
            Ok(skew) => {
                findings.fine(&domain, "has a credential and responds");
                clock = clock.or_else(|| skew.map(|skew| (domain, skew)));
            }
            Err(problem) => findings.wrong(&domain, problem),
        }
    }
    if known > 0 {
        findings.fine("orgs", number(known, "org", "orgs"));
    }
    Ok(clock)
}

/// Checks that an org has a credential and that its host still leads to the same org. Sends no credential. Returns how far
/// our clock is from the org's, if the org reported its time.
async fn check_org(ports: &Ports, org: &OrgProfile) -> Result<Option<Option<ClockSkew>>, String> {
    let credential = ports.vault.get(&SecretName::Okta(org.id.clone()), SecretVersion::Current).await;
    if credential.map_err(|error| error.to_string())?.is_none() {
        return Err(format!("has no credential; add the org again with `regrant org add {}`", org.domain()));
    }
    let host = OrgUrl::from_base_url(&org.base_url, ports.loopback).map_err(|error| error.to_string())?;
    let found = ports.okta.resolve(&host).await.map_err(|error| error.to_string())?;
    if found.id != org.id {
        return Err(format!(
            "now leads to org {}, but led to {} when it was added; find out why before you scan",
            found.id, org.id
        ));
    }
    Ok(found.answered_at.map(|theirs| ClockSkew::between(ports.clock.now(), theirs)))
}

/// Compares our clock with an org's, and the last scan with both.
fn check_times(now: Timestamp, theirs: Option<&TheirClock>, scan: Option<&Scan>, findings: &mut Findings) {
    match theirs {
        Some((host, Some(skew))) => {
            findings.wrong("clock", format!("shows {}, {skew} compared with {host}; set it", when(now)));
        }
        Some((host, None)) => findings.fine("clock", format!("{}, as {host} says", when(now))),
        None => findings.fine("clock", format!("{}; no org reported its time, so it was not compared", when(now))),
    }
    let is_right = theirs.is_some_and(|(_, skew)| skew.is_none());
    match scan {
        None => findings.fine("ledger", "readable; no scan yet"),
        Some(scan) if scan.started_at <= now => {
            findings.fine("ledger", format!("readable; last scan {}", when(scan.started_at)));
        }
        Some(scan) => findings.wrong(
            "last scan",
            format!(
                "is recorded at {}, in the future: {}",
                when(scan.started_at),
                if is_right {
                    "the clock was wrong when it ran; scan again with `regrant scan`"
                } else {
                    "either the clock was ahead then, or it is behind now; check the clock, then run `regrant scan`"
                }
            ),
        ),
    }
}

/// A checked part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    subject: String,
    fine: bool,
    detail: String,
}

#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn fine(&mut self, subject: &str, detail: impl std::fmt::Display) {
        self.add(subject, true, &detail);
    }

    fn wrong(&mut self, subject: &str, detail: impl std::fmt::Display) {
        self.add(subject, false, &detail);
    }

    fn add(&mut self, subject: &str, fine: bool, detail: &dyn std::fmt::Display) {
        self.0.push(Finding { subject: escaped(subject), fine, detail: escaped(detail.to_string()) });
    }

    fn outcome(&self) -> Outcome {
        if self.0.iter().all(|finding| finding.fine) { Outcome::Fine } else { Outcome::CouldNotCheck }
    }

    /// One line each, with the details in one column. A subject wider than a third of the terminal has its own line.
    fn text(&self, width: u16) -> String {
        let widest = usize::from(width) / 3;
        let subjects = self.0.iter().map(|finding| finding.subject.chars().count());
        let indent = MARK + subjects.filter(|subject| *subject <= widest).max().unwrap_or(0) + 2;
        let lines = self.0.iter().map(|finding| {
            let mark = if finding.fine { "ok   " } else { "wrong" };
            let label = format!("  {mark}  {}", finding.subject);
            paragraph(width, &label, u16::try_from(indent).unwrap_or(width), &finding.detail)
        });
        lines.collect()
    }
}

/// How old the keys are that `regrant keys rotate` replaces.
pub(crate) async fn age_of_keys(ports: &Ports) -> Result<String, KeysError> {
    let Some(at) = keys_created_at(ports).await? else { return Ok("no age is recorded yet".to_owned()) };
    let days = u64::try_from(ports.clock.now().duration_since(at).as_hours() / 24).unwrap_or_default();
    Ok(format!("{} old, since {}; replace with `regrant keys rotate`", number(days, "day", "days"), when(at)))
}

#[cfg(unix)]
fn loose_mode(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = match std::fs::metadata(path) {
        Ok(found) => found.permissions().mode() & 0o777,
        Err(error) => return Some(format!("{}: {error}", path.display())),
    };
    (mode & 0o077 != 0).then(|| {
        format!("mode {mode:o} lets other users access {path}; run `chmod go-rwx {path}`", path = path.display())
    })
}

#[cfg(not(unix))]
fn loose_mode(_path: &Path) -> Option<String> {
    None
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use super::*;
    use crate::output::samples;

    #[cfg(unix)]
    #[test]
    fn folders_readable_by_others_are_reported() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let set = |mode| std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        set(0o700);
        assert_eq!(loose_mode(folder.path()), None);
        set(0o750);
        assert!(loose_mode(folder.path()).unwrap().contains("750"));
        assert!(loose_mode(&folder.path().join("not-there")).is_some());
    }

    #[test]
    fn details_stay_in_one_column() {
        let mut findings = Findings::default();
        findings.fine("keys", "fine");
        findings.wrong("a-long-subsidiary.okta.com", "does not answer; check the network, then try again later");
        for width in [40, 80, 200] {
            let text = findings.text(width);
            assert!(text.lines().all(|line| line.chars().count() <= usize::from(width)), "{text}");
            let column = |word: &str| text.lines().find_map(|line| line.find(word)).unwrap();
            assert_eq!(column("fine"), column("does not"), "{text}");
        }
    }

    fn times(theirs: &str, scan: Option<&str>) -> Vec<Finding> {
        let now = samples::now();
        let skew = ClockSkew::between(now, theirs.parse().unwrap());
        let scan = scan.map(|at| Scan { started_at: at.parse().unwrap(), ..samples::scan(&[]) });
        let mut findings = Findings::default();
        check_times(now, Some(&("acme.okta.com".to_owned(), skew)), scan.as_ref(), &mut findings);
        findings.0
    }

    #[test]
    fn a_wrong_clock_is_compared_with_the_orgs() {
        let [clock, _] = &times("2025-01-25T09:30:00Z", None)[..] else { unreachable!() };
        assert!(!clock.fine && clock.detail.contains("400 days ahead compared with acme.okta.com"), "{clock:?}");
    }

    #[test]
    fn scans_from_the_future_do_not_blame_a_right_clock() {
        let [clock, scan] = &times("2026-03-01T09:30:00Z", Some("2027-04-05T09:30:00Z"))[..] else { unreachable!() };
        assert!(clock.fine, "{clock:?}");
        assert!(!scan.fine && scan.detail.contains("the clock was wrong when it ran"), "{scan:?}");
        assert!(times("2026-03-01T09:30:00Z", Some("2026-02-28T09:30:00Z")).iter().all(|finding| finding.fine));
    }
}
