//! `regrant aws doctor`: whether a stack is sound, and what to do where it is not.

use regrant::aws::checkup::{Checkup, Finding};
use regrant::domain::text::UntrustedText;

use crate::args::Global;
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::Installation;
use crate::output::paragraph::paragraph;
use crate::stack::Described;
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let Some(name) = &global.stack else {
        return Err(CliError::NotOnAStack("name the stack with --stack NAME"));
    };
    terminal.line(&format!("regrant {}, stack {name}", env!("CARGO_PKG_VERSION")))?;
    let described = match Described::read(name).await {
        Ok(described) => described,
        Err(error) => {
            terminal.print(&line(&Finding::wrong("stack", error.to_string())))?;
            return Ok(Outcome::CouldNotLook);
        }
    };
    terminal.print(&line(&Finding::fine("stack", "complete")))?;
    let checkup = Checkup {
        aws: &described.aws,
        stack: &described.stack,
        dead_letters: &described.dead_letters,
        dead_events: &described.dead_events,
        public_url: &described.public_url,
        ports: Installation::open(global).await?.ports,
    };
    let mut outcome = Outcome::Fine;
    for finding in checkup.run().await {
        if finding.is_wrong {
            outcome = outcome.and(Outcome::CouldNotLook);
        }
        terminal.print(&line(&finding))?;
    }
    Ok(outcome)
}

fn line(finding: &Finding) -> String {
    let mark = if finding.is_wrong { "wrong" } else { "ok   " };
    paragraph(&format!("  {mark}  {}", finding.what), 26, &UntrustedText::new(&finding.words).to_string())
}
