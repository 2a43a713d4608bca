//! `regrant org remove`: an org leaves our care.

use std::io::{BufRead, IsTerminal};

use regrant::domain::org::OrgProfile;
use regrant::domain::text::Foreign;
use regrant::usecases::access::orgs;

use crate::args::{Global, OrgRemove};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::house::House;
use crate::screen::Screen;

pub(super) async fn run(global: &Global, options: &OrgRemove, screen: &mut Screen) -> Result<Outcome, CliError> {
    let house = House::open(global).await?;
    let org = house.org(&options.org).await?;
    let what = format!(
        "{} ({}): its credential, its profile and its apps; the history of its apps stays",
        Foreign::new(org.domain()),
        org.id
    );
    if options.dry_run {
        screen.line(&format!("Would remove {what}. Nothing changes in Okta."))?;
        return Ok(Outcome::Fine);
    }
    if !options.yes && !confirmed(&org, &what, screen)? {
        screen.tell("Nothing was removed.");
        return Ok(Outcome::Fine);
    }
    orgs::remove(&house.ports, &org.id).await?;
    screen.line(&format!("Removed {what}."))?;
    screen.hint("The credential still works in Okta: revoke the API token or the service app's key there.");
    Ok(Outcome::Fine)
}

fn confirmed(org: &OrgProfile, what: &str, screen: &mut Screen) -> Result<bool, CliError> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(CliError::NotConfirmed);
    }
    let domain = Foreign::new(org.domain()).to_string();
    screen.tell(&format!("Removing {what}.\nWrite {domain} to go on:"));
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer)?;
    Ok(answer.trim() == domain)
}
