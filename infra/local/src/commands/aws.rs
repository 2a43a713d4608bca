//! `regrant aws …`: checks a deployed stack.

use clap::Subcommand;

/// `regrant aws …`.
#[derive(Debug, Subcommand)]
pub enum Aws {
    /// Check the stack named with --stack: table, queues, secrets, API and scans.
    Doctor,
}

#[cfg(not(feature = "aws"))]
#[expect(clippy::unused_async, reason = "the same signature in both builds")]
pub(crate) async fn run(
    _global: &crate::global::Global,
    _aws: &Aws,
    _terminal: &mut crate::terminal::Terminal,
) -> anyhow::Result<crate::exit::Outcome> {
    Err(crate::installation::needs_feature_aws())
}

#[cfg(feature = "aws")]
pub(crate) use doctor::run;

#[cfg(feature = "aws")]
mod doctor {
    use anyhow::Context as _;
    use regrant::aws::checkup::{Checkup, Finding};

    use super::super::doctor::age_of_keys;
    use super::Aws;
    use crate::exit::Outcome;
    use crate::global::Global;
    use crate::installation::Installation;
    use crate::output::escaped;
    use crate::output::paragraph::paragraph;
    use crate::stack::Described;
    use crate::terminal::Terminal;

    pub(crate) async fn run(global: &Global, Aws::Doctor: &Aws, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
        let name = global.stack.as_deref().context("no stack is named; pass --stack NAME")?;
        terminal.line(&format!("regrant {}, stack {name}", env!("CARGO_PKG_VERSION")))?;
        let described = match Described::read(name).await {
            Ok(described) => described,
            Err(error) => {
                terminal.print(&line(terminal.width, &Finding::wrong("stack", error.to_string())))?;
                return Ok(Outcome::CouldNotCheck);
            }
        };
        terminal.print(&line(terminal.width, &Finding::fine("stack", "complete")))?;
        let checkup = Checkup {
            aws: &described.aws,
            stack: &described.stack,
            dead_letters: &described.dead_letters,
            dead_events: &described.dead_events,
            public_url: &described.public_url,
            ports: Installation::open(global).await?.ports,
        };
        let mut outcome = Outcome::Fine;
        let mut findings = checkup.run().await;
        findings.push(match age_of_keys(&checkup.ports).await {
            Ok(age) => Finding::fine("keys", age),
            Err(error) => Finding::wrong("keys", error.to_string()),
        });
        for finding in findings {
            if finding.is_wrong {
                outcome = outcome.and(Outcome::CouldNotCheck);
            }
            terminal.print(&line(terminal.width, &finding))?;
        }
        Ok(outcome)
    }

    fn line(width: u16, finding: &Finding) -> String {
        let mark = if finding.is_wrong { "wrong" } else { "ok   " };
        paragraph(width, &format!("  {mark}  {}", finding.what), 26, &escaped(&finding.words))
    }
}
