//! `regrant org remove`: an org leaves our care.

use std::io::{BufRead, IsTerminal};

use regrant::domain::org::OrgProfile;
use regrant::domain::text::UntrustedText;
use regrant::usecases::access::orgs;

use crate::args::{Global, OrgRemove};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::Installation;
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, options: &OrgRemove, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let installation = Installation::open(global).await?;
    let org = installation.org(&options.org).await?;
    let what = format!(
        "{} ({}): its credential, its profile and its apps; the history of its apps stays",
        UntrustedText::new(org.domain()),
        org.id
    );
    if options.dry_run {
        terminal.line(&format!("Would remove {what}. Nothing changes in Okta."))?;
        return Ok(Outcome::Fine);
    }
    if !options.yes && !confirmed(&org, &what, terminal)? {
        terminal.tell("Nothing was removed.");
        return Ok(Outcome::Fine);
    }
    orgs::remove(&installation.ports, &org.id).await?;
    terminal.line(&format!("Removed {what}."))?;
    terminal.hint("The credential still works in Okta: revoke the API token or the service app's key there.");
    Ok(Outcome::Fine)
}

fn confirmed(org: &OrgProfile, what: &str, terminal: &mut Terminal) -> Result<bool, CliError> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(CliError::NotConfirmed);
    }
    let domain = UntrustedText::new(org.domain()).to_string();
    terminal.tell(&format!("Removing {what}.\nWrite {domain} to go on:"));
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer)?;
    Ok(answer.trim() == domain)
}
