//! `regrant org check`: real calls with the kept credential, and what each showed.

use regrant::domain::org::OrgProfile;
use regrant::domain::text::Foreign;
use regrant::ledger::PageRequest;
use regrant::usecases::access::orgs;
use regrant::usecases::access::orgs::Probe;

use crate::args::{Global, OrgCheck};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::house::{House, PAGE};
use crate::output::paragraph::paragraph;
use crate::screen::Screen;

pub(super) async fn run(global: &Global, options: &OrgCheck, screen: &mut Screen) -> Result<Outcome, CliError> {
    let house = House::open(global).await?;
    let mut report = Report { json: options.json, orgs: 0, outcome: Outcome::Fine };
    if options.json {
        screen.print("{\"orgs\":[")?;
    }
    if options.org.is_empty() {
        let mut page = PageRequest::first(PAGE);
        loop {
            let orgs = house.ports.ledger.orgs(page).await?;
            for profile in &orgs.items {
                report.org(&house, profile, screen).await?;
            }
            match orgs.next {
                Some(next) => page = PageRequest { after: Some(next), limit: PAGE },
                None => break,
            }
        }
    }
    for name in &options.org {
        let profile = house.org(name).await?;
        report.org(&house, &profile, screen).await?;
    }
    if options.json {
        screen.line("\n]}")?;
    } else if report.orgs == 0 {
        screen.tell("No org yet; add one with `regrant org add HOST`.");
    }
    Ok(report.outcome)
}

struct Report {
    json: bool,
    orgs: u64,
    outcome: Outcome,
}

impl Report {
    async fn org(&mut self, house: &House, profile: &OrgProfile, screen: &mut Screen) -> Result<(), CliError> {
        let checked = orgs::check(&house.ports, &profile.id).await;
        let fine =
            checked.as_ref().is_ok_and(|probes| probes.iter().all(|probe| probe.optional || probe.trouble.is_none()));
        if !fine {
            self.outcome = self.outcome.and(Outcome::CouldNotLook);
        }
        let domain = Foreign::new(profile.domain()).to_string();
        if self.json {
            let (probes, trouble) = match &checked {
                Ok(probes) => (probes.iter().map(harmless).collect(), None),
                Err(error) => (Vec::new(), Some(Foreign::new(error.to_string()).to_string())),
            };
            let row = serde_json::json!({
                "org": profile.id, "org_domain": domain, "fine": fine, "trouble": trouble, "probes": probes,
            });
            screen.print(if self.orgs == 0 { "\n" } else { ",\n" })?;
            screen.print(&row.to_string())?;
        } else {
            screen.line(&format!("{domain} ({})", profile.id))?;
            match &checked {
                Ok(probes) => {
                    for probe in probes {
                        screen.print(&lines(probe))?;
                    }
                }
                Err(error) => screen.print(&paragraph("  failed", 11, &Foreign::new(error.to_string()).to_string()))?,
            }
        }
        self.orgs += 1;
        Ok(())
    }
}

fn harmless(probe: &Probe) -> Probe {
    Probe { trouble: probe.trouble.as_ref().map(|text| Foreign::new(text).to_string()), ..probe.clone() }
}

fn lines(probe: &Probe) -> String {
    match &probe.trouble {
        None => paragraph("  works", 11, &format!("{} ({})", probe.what, probe.needs)),
        Some(trouble) => {
            let label = if probe.optional { "  without" } else { "  failed" };
            paragraph(label, 11, &format!("{} (needs {})", probe.what, probe.needs))
                + &paragraph("", 11, &Foreign::new(trouble).to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_probe_says_what_it_needs_and_what_is_wrong() {
        let trouble = Some("the role is missing".to_owned());
        let probe = Probe { what: "list apps", needs: "okta.apps.read", optional: false, trouble };
        let text = lines(&probe);
        assert!(text.contains("failed   list apps (needs okta.apps.read)"), "{text}");
        assert!(text.contains("the role is missing"), "{text}");
        let optional = Probe { optional: true, ..probe.clone() };
        assert!(lines(&optional).starts_with("  without  list apps"), "{}", lines(&optional));
        assert!(lines(&Probe { trouble: None, ..probe }).starts_with("  works"));
    }
}
