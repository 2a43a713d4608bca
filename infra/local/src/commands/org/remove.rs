//! `regrant org remove`: removes an org with its credential and its apps.

use clap::Args;
use regrant::usecases::access::orgs;

use crate::commands::tenant::hint_at_entra;
use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::escaped;
use crate::terminal::Terminal;

/// `regrant org remove`.
#[derive(Debug, Args)]
pub struct Remove {
    /// The org, by id or host.
    pub org: String,
    /// Do not ask for confirmation.
    #[arg(long)]
    pub yes: bool,
    /// Show what would be removed and stop.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
}

pub(crate) async fn run(global: &Global, options: &Remove, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let org = installation.org(&options.org).await?;
    let domain = escaped(org.domain());
    let what = format!(
        "{domain} ({}) with its credentials, its profile, its apps and their tenants' tokens; the history is kept",
        org.id
    );
    if options.dry_run {
        terminal.line(&format!("Would remove {what}. Nothing changes in Okta."))?;
        return Ok(Outcome::Fine);
    }
    if !options.yes && !terminal.confirm(&format!("This removes {what}."), &domain)? {
        terminal.message("Nothing was removed.");
        return Ok(Outcome::Fine);
    }
    let tenants = orgs::remove(&installation.ports, &org.id).await?;
    terminal.line(&format!("Removed {what}."))?;
    terminal.hint("The credential still works in Okta: revoke the API token or the service app's key there.");
    hint_at_entra(&tenants, terminal);
    Ok(Outcome::Fine)
}
