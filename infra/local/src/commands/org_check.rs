//! `regrant org check`: real calls with the kept credential, and what each showed.

use futures_util::TryStreamExt as _;
use regrant::domain::org::OrgProfile;
use regrant::domain::text::UntrustedText;
use regrant::ledger::paging;
use regrant::usecases::access::orgs;
use regrant::usecases::access::orgs::Probe;

use crate::args::{Global, OrgCheck};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::{Installation, PAGE};
use crate::output::paragraph::paragraph;
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, options: &OrgCheck, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let installation = Installation::open(global).await?;
    let mut report = Report { json: options.json, orgs: 0, outcome: Outcome::Fine };
    if options.json {
        terminal.print("{\"orgs\":[")?;
    }
    if options.org.is_empty() {
        let mut orgs = paging::items(PAGE, |page| installation.ports.ledger.orgs(page));
        while let Some(profile) = orgs.try_next().await? {
            report.org(&installation, &profile, terminal).await?;
        }
    }
    for name in &options.org {
        let profile = installation.org(name).await?;
        report.org(&installation, &profile, terminal).await?;
    }
    if options.json {
        terminal.line("\n]}")?;
    } else if report.orgs == 0 {
        terminal.tell("No org yet; add one with `regrant org add HOST`.");
    }
    Ok(report.outcome)
}

struct Report {
    json: bool,
    orgs: u64,
    outcome: Outcome,
}

impl Report {
    async fn org(
        &mut self,
        installation: &Installation,
        profile: &OrgProfile,
        terminal: &mut Terminal,
    ) -> Result<(), CliError> {
        let checked = orgs::check(&installation.ports, &profile.id).await;
        let fine =
            checked.as_ref().is_ok_and(|probes| probes.iter().all(|probe| probe.optional || probe.problem.is_none()));
        if !fine {
            self.outcome = self.outcome.and(Outcome::CouldNotLook);
        }
        let domain = UntrustedText::new(profile.domain()).to_string();
        if self.json {
            let (probes, problem) = match &checked {
                Ok(probes) => (probes.iter().map(harmless).collect(), None),
                Err(error) => (Vec::new(), Some(UntrustedText::new(error.to_string()).to_string())),
            };
            let row = serde_json::json!({
                "org": profile.id, "org_domain": domain, "fine": fine, "problem": problem, "probes": probes,
            });
            terminal.print(if self.orgs == 0 { "\n" } else { ",\n" })?;
            terminal.print(&row.to_string())?;
        } else {
            terminal.line(&format!("{domain} ({})", profile.id))?;
            match &checked {
                Ok(probes) => {
                    for probe in probes {
                        terminal.print(&lines(probe))?;
                    }
                }
                Err(error) => {
                    terminal.print(&paragraph("  failed", 11, &UntrustedText::new(error.to_string()).to_string()))?;
                }
            }
        }
        self.orgs += 1;
        Ok(())
    }
}

fn harmless(probe: &Probe) -> Probe {
    Probe { problem: probe.problem.as_ref().map(|text| UntrustedText::new(text).to_string()), ..probe.clone() }
}

fn lines(probe: &Probe) -> String {
    match &probe.problem {
        None => paragraph("  works", 11, &format!("{} ({})", probe.what, probe.needs)),
        Some(problem) => {
            let label = if probe.optional { "  without" } else { "  failed" };
            paragraph(label, 11, &format!("{} (needs {})", probe.what, probe.needs))
                + &paragraph("", 11, &UntrustedText::new(problem).to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_probe_says_what_it_needs_and_what_is_wrong() {
        let problem = Some("the role is missing".to_owned());
        let probe = Probe { what: "list apps", needs: "okta.apps.read", optional: false, problem };
        let text = lines(&probe);
        assert!(text.contains("failed   list apps (needs okta.apps.read)"), "{text}");
        assert!(text.contains("the role is missing"), "{text}");
        let optional = Probe { optional: true, ..probe.clone() };
        assert!(lines(&optional).starts_with("  without  list apps"), "{}", lines(&optional));
        assert!(lines(&Probe { problem: None, ..probe }).starts_with("  works"));
    }
}
