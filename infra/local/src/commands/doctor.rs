//! `regrant doctor`: whether this installation is sound, and what to do where it is not.

use std::path::Path;

use futures_util::TryStreamExt as _;
use regrant::domain::text::UntrustedText;
use regrant::ledger::paging;
use regrant::okta::OrgUrl;
use regrant::vault::{SecretName, SecretVersion};

use crate::args::Global;
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::{self, Installation, PAGE};
use crate::output::paragraph::paragraph;
use crate::output::{number, when};
use crate::terminal::Terminal;
use regrant::embedded;

pub(super) async fn run(global: &Global, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let mut findings = Findings { outcome: Outcome::Fine };
    let folder = installation::data_dir(global)?;
    terminal.line(&format!("regrant {}", env!("CARGO_PKG_VERSION")))?;
    let fresh = !folder.exists();
    let installation = match Installation::open(global).await {
        Ok(installation) => installation,
        Err(error) => {
            findings.wrong(terminal, "data folder", &error.to_string())?;
            return Ok(findings.outcome);
        }
    };
    let made = if fresh { " (made just now)" } else { "" };
    findings.fine(terminal, "data folder", &format!("{}{made}", folder.display()))?;
    for (name, path) in [
        ("its mode", folder.clone()),
        ("vault's mode", embedded::vault_folder(&folder)),
        ("ledger's mode", embedded::ledger_file(&folder)),
    ] {
        match loose_mode(&path) {
            None => findings.fine(terminal, name, "only the owner can read it")?,
            Some(problem) => findings.wrong(terminal, name, &problem)?,
        }
    }
    findings.clock(terminal, &installation).await?;
    findings.orgs(terminal, &installation).await?;
    Ok(findings.outcome)
}

struct Findings {
    outcome: Outcome,
}

impl Findings {
    #[expect(clippy::unused_self, reason = "reads as the pair of `wrong`")]
    fn fine(&mut self, terminal: &mut Terminal, what: &str, words: &str) -> Result<(), CliError> {
        Ok(terminal.print(&paragraph(&format!("  ok     {what}"), 24, words))?)
    }

    fn wrong(&mut self, terminal: &mut Terminal, what: &str, words: &str) -> Result<(), CliError> {
        self.outcome = self.outcome.and(Outcome::CouldNotLook);
        let words = UntrustedText::new(words).to_string();
        Ok(terminal.print(&paragraph(&format!("  wrong  {what}"), 24, &words))?)
    }

    /// A clock that is behind the ledger's own records is wrong, and service apps then sign with the wrong time.
    async fn clock(&mut self, terminal: &mut Terminal, installation: &Installation) -> Result<(), CliError> {
        let now = installation.ports.clock.now();
        let scan = match installation.ports.ledger.latest_scan().await {
            Ok(scan) => scan,
            Err(error) => return self.wrong(terminal, "ledger", &error.to_string()),
        };
        match scan {
            Some(scan) if scan.started_at > now => self.wrong(
                terminal,
                "clock",
                &format!("shows {}, before the last scan at {}; set it right", when(now), when(scan.started_at)),
            ),
            Some(scan) => {
                self.fine(terminal, "ledger", &format!("opens; last scan {}", when(scan.started_at)))?;
                self.fine(terminal, "clock", &when(now))
            }
            None => {
                self.fine(terminal, "ledger", "opens; no scan yet")?;
                self.fine(terminal, "clock", &when(now))
            }
        }
    }

    async fn orgs(&mut self, terminal: &mut Terminal, installation: &Installation) -> Result<(), CliError> {
        let mut known = 0_u64;
        let mut orgs = paging::items(PAGE, |page| installation.ports.ledger.orgs(page));
        while let Some(org) = orgs.try_next().await? {
            known += 1;
            let domain = org.domain();
            match installation.ports.vault.get(&SecretName::Okta(org.id.clone()), SecretVersion::Current).await {
                Ok(Some(_)) => {
                    self.reach(terminal, installation, &domain, org.base_url.as_str(), org.id.as_str()).await?;
                }
                Ok(None) => self.wrong(terminal, &domain, "has no credential; add it again")?,
                Err(error) => self.wrong(terminal, &domain, &error.to_string())?,
            }
        }
        if known == 0 {
            terminal.hint("No org yet; add one with `regrant org add HOST`.");
            return Ok(());
        }
        self.fine(terminal, "orgs", &format!("{} known", number(known, "org", "orgs")))
    }

    /// Asks the org, without any credential, who it is.
    async fn reach(
        &mut self,
        terminal: &mut Terminal,
        installation: &Installation,
        domain: &str,
        url: &str,
        id: &str,
    ) -> Result<(), CliError> {
        let host = match OrgUrl::parse(url, installation.ports.loopback) {
            Ok((host, _)) => host,
            Err(error) => return self.wrong(terminal, domain, &error.to_string()),
        };
        match installation.ports.okta.resolve(&host).await {
            Ok(org) if org.id.as_str() == id => self.fine(terminal, domain, "credential kept; the org answers"),
            Ok(org) => self.wrong(
                terminal,
                domain,
                &format!("is now org {}, and was {id} when it was added; find out why before you scan", org.id),
            ),
            Err(error) => self.wrong(terminal, domain, &error.to_string()),
        }
    }
}

#[cfg(unix)]
fn loose_mode(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = match std::fs::metadata(path) {
        Ok(found) => found.permissions().mode() & 0o777,
        Err(error) => return Some(format!("{}: {error}", path.display())),
    };
    (mode & 0o077 != 0)
        .then(|| format!("mode {mode:o} lets other users read {}; run `chmod go-rwx` on it", path.display()))
}

#[cfg(not(unix))]
fn loose_mode(_path: &Path) -> Option<String> {
    None
}

#[cfg(all(test, unix))]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_folder_that_others_can_read_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let set = |mode| std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        set(0o700);
        assert_eq!(loose_mode(folder.path()), None);
        set(0o750);
        assert!(loose_mode(folder.path()).unwrap().contains("750"));
        assert!(loose_mode(&folder.path().join("not-there")).is_some());
    }
}
