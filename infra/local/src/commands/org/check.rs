//! `regrant org check`: tests an org's stored credential with real requests.

use clap::Args;
use futures_util::TryStreamExt as _;
use regrant::domain::org::{OrgProfile, SignInPolicy};
use regrant::ledger::paging;
use regrant::usecases::access::orgs;
use regrant::usecases::access::orgs::Probe;

use super::NO_ORG;
use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::{Installation, PAGE, Patience};
use crate::output::escaped;
use crate::output::paragraph::paragraph;
use crate::terminal::Terminal;

/// `regrant org check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The orgs, by id or host. Default: all.
    pub org: Vec<String>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

pub(crate) async fn run(global: &Global, options: &Check, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing_with(global, Patience::Short).await?;
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
        terminal.message(NO_ORG);
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
    ) -> anyhow::Result<()> {
        let checked = orgs::check(&installation.ports, &profile.id).await;
        let fine =
            checked.as_ref().is_ok_and(|probes| probes.iter().all(|probe| probe.optional || probe.problem.is_none()));
        if !fine {
            self.outcome = self.outcome.and(Outcome::CouldNotCheck);
        }
        let domain = escaped(profile.domain());
        if self.json {
            let (probes, problem) = match &checked {
                Ok(probes) => (probes.iter().map(displayable).collect(), None),
                Err(error) => (Vec::new(), Some(escaped(error.to_string()))),
            };
            let row = serde_json::json!({
                "org": profile.id, "org_domain": domain, "fine": fine, "sign_in": profile.sign_in, "problem": problem, "probes": probes,
            });
            terminal.print(if self.orgs == 0 { "\n" } else { ",\n" })?;
            terminal.print(&row.to_string())?;
        } else {
            terminal.line(&format!("{domain} ({})", profile.id))?;
            if profile.sign_in == SignInPolicy::Waived {
                terminal.line("  waived   the administrators' sign-in at Microsoft")?;
            }
            match &checked {
                Ok(probes) => {
                    for probe in probes {
                        terminal.print(&lines(terminal.width, probe))?;
                    }
                }
                Err(error) => {
                    terminal.print(&paragraph(terminal.width, "  failed", 11, &escaped(error.to_string())))?;
                }
            }
        }
        self.orgs += 1;
        Ok(())
    }
}

fn displayable(probe: &Probe) -> Probe {
    Probe { problem: probe.problem.as_ref().map(escaped), ..probe.clone() }
}

fn lines(width: u16, probe: &Probe) -> String {
    match &probe.problem {
        None => paragraph(width, "  works", 11, &format!("{} ({})", probe.what, probe.needs)),
        Some(problem) => {
            let label = if probe.optional { "  missing" } else { "  failed" };
            paragraph(width, label, 11, &format!("{} (needs {})", probe.what, probe.needs))
                + &paragraph(width, "", 11, &escaped(problem))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_probes_show_requirement_and_problem() {
        let problem = Some("the role is missing".to_owned());
        let probe = Probe { what: "list apps", needs: "okta.apps.read", optional: false, problem };
        let text = lines(80, &probe);
        assert!(text.contains("failed   list apps (needs okta.apps.read)"), "{text}");
        assert!(text.contains("the role is missing"), "{text}");
        let optional = Probe { optional: true, ..probe.clone() };
        assert!(lines(80, &optional).starts_with("  missing  list apps"), "{}", lines(80, &optional));
        assert!(lines(80, &Probe { problem: None, ..probe }).starts_with("  works"));
    }
}
