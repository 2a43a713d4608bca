//! `regrant doctor`: checks this installation and reports how to fix what is wrong.

use std::path::Path;

use anyhow::bail;
use futures_util::TryStreamExt as _;
use regrant::embedded;
use regrant::ledger::paging;
use regrant::okta::OrgUrl;
use regrant::usecases::Ports;
use regrant::usecases::access::keys::{KeysError, keys_created_at};
use regrant::vault::{SecretName, SecretVersion};

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::{self, Installation, PAGE};
use crate::output::paragraph::paragraph;
use crate::output::{escaped, number, when};
use crate::terminal::Terminal;

pub(crate) async fn run(global: &Global, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    if global.stack.is_some() {
        bail!("`regrant doctor` checks this machine's data; for a stack, run `regrant aws doctor --stack NAME`");
    }
    let mut findings = Findings { outcome: Outcome::Fine };
    let folder = installation::data_dir(global)?;
    terminal.line(&format!("regrant {}", env!("CARGO_PKG_VERSION")))?;
    if !embedded::ledger_file(&folder).exists() {
        findings.fine(terminal, "data folder", &format!("{} has no data yet", folder.display()))?;
        terminal.hint("To add the first org:\n  regrant org add HOST");
        return Ok(findings.outcome);
    }
    let installation = match Installation::open_existing(global).await {
        Ok(installation) => installation,
        Err(error) => {
            findings.wrong(terminal, "data folder", &error.to_string())?;
            return Ok(findings.outcome);
        }
    };
    findings.fine(terminal, "data folder", &folder.display().to_string())?;
    for (name, path) in [
        ("folder mode", folder.clone()),
        ("vault mode", embedded::vault_folder(&folder)),
        ("ledger mode", embedded::ledger_file(&folder)),
    ] {
        match loose_mode(&path) {
            None => findings.fine(terminal, name, "only the owner can read it")?,
            Some(problem) => findings.wrong(terminal, name, &problem)?,
        }
    }
    findings.clock(terminal, &installation).await?;
    findings.keys(terminal, &installation).await?;
    findings.orgs(terminal, &installation).await?;
    Ok(findings.outcome)
}

/// The width of mark and subject.
const INDENT: u16 = 24;

struct Findings {
    outcome: Outcome,
}

impl Findings {
    #[expect(clippy::unused_self, reason = "reads as the pair of `wrong`")]
    fn fine(&mut self, terminal: &mut Terminal, what: &str, words: &str) -> anyhow::Result<()> {
        Ok(terminal.print(&paragraph(terminal.width, &format!("  ok     {what}"), INDENT, words))?)
    }

    fn wrong(&mut self, terminal: &mut Terminal, what: &str, words: &str) -> anyhow::Result<()> {
        self.outcome = self.outcome.and(Outcome::CouldNotCheck);
        Ok(terminal.print(&paragraph(terminal.width, &format!("  wrong  {what}"), INDENT, &escaped(words)))?)
    }

    /// Reports a clock that is behind the ledger's records: service apps would sign requests with the wrong time.
    async fn clock(&mut self, terminal: &mut Terminal, installation: &Installation) -> anyhow::Result<()> {
        let now = installation.ports.clock.now();
        let scan = match installation.ports.ledger.latest_scan(now).await {
            Ok(scan) => scan,
            Err(error) => return self.wrong(terminal, "ledger", &error.to_string()),
        };
        match scan {
            Some(scan) if scan.started_at > now => self.wrong(
                terminal,
                "clock",
                &format!(
                    "shows {}, which is before the last scan at {}; set it to the correct time",
                    when(now),
                    when(scan.started_at)
                ),
            ),
            Some(scan) => {
                self.fine(terminal, "ledger", &format!("readable; last scan {}", when(scan.started_at)))?;
                self.fine(terminal, "clock", &when(now))
            }
            None => {
                self.fine(terminal, "ledger", "readable; no scan yet")?;
                self.fine(terminal, "clock", &when(now))
            }
        }
    }

    async fn keys(&mut self, terminal: &mut Terminal, installation: &Installation) -> anyhow::Result<()> {
        match age_of_keys(&installation.ports).await {
            Ok(age) => self.fine(terminal, "keys", &age),
            Err(error) => self.wrong(terminal, "keys", &error.to_string()),
        }
    }

    async fn orgs(&mut self, terminal: &mut Terminal, installation: &Installation) -> anyhow::Result<()> {
        let mut known = 0_u64;
        let mut orgs = paging::items(PAGE, |page| installation.ports.ledger.orgs(page));
        while let Some(org) = orgs.try_next().await? {
            known += 1;
            let domain = org.domain();
            match installation.ports.vault.get(&SecretName::Okta(org.id.clone()), SecretVersion::Current).await {
                Ok(Some(_)) => {
                    self.identity(terminal, installation, &domain, org.base_url.as_str(), org.id.as_str()).await?;
                }
                Ok(None) => {
                    self.wrong(terminal, &domain, "has no credential; add the org again with `regrant org add`")?;
                }
                Err(error) => self.wrong(terminal, &domain, &error.to_string())?,
            }
        }
        if known == 0 {
            terminal.hint("No orgs yet; add one with `regrant org add HOST`.");
            return Ok(());
        }
        self.fine(terminal, "orgs", &number(known, "org", "orgs"))
    }

    /// Checks that the org's host still leads to the same org. Sends no credential.
    async fn identity(
        &mut self,
        terminal: &mut Terminal,
        installation: &Installation,
        domain: &str,
        url: &str,
        id: &str,
    ) -> anyhow::Result<()> {
        let host = match OrgUrl::parse(url, installation.ports.loopback) {
            Ok((host, _)) => host,
            Err(error) => return self.wrong(terminal, domain, &error.to_string()),
        };
        match installation.ports.okta.resolve(&host).await {
            Ok(org) if org.id.as_str() == id => self.fine(terminal, domain, "has a credential and responds"),
            Ok(org) => self.wrong(
                terminal,
                domain,
                &format!(
                    "now leads to org {}, but led to {id} when it was added; find out why before you scan",
                    org.id
                ),
            ),
            Err(error) => self.wrong(terminal, domain, &error.to_string()),
        }
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

#[cfg(all(test, unix))]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn folders_readable_by_others_are_reported() {
        let folder = tempfile::tempdir().unwrap();
        let set = |mode| std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        set(0o700);
        assert_eq!(loose_mode(folder.path()), None);
        set(0o750);
        assert!(loose_mode(folder.path()).unwrap().contains("750"));
        assert!(loose_mode(&folder.path().join("not-there")).is_some());
    }
}
