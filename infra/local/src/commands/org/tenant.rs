//! `regrant org tenant`: approves a Microsoft tenant for an org.

use clap::Args;
use regrant::domain::tenant::TenantName;
use regrant::usecases::access::orgs;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::escaped;
use crate::terminal::Terminal;

/// `regrant org tenant`.
#[derive(Debug, Args)]
#[command(after_help = "\
Regrant holds invitations back if another org names the same tenant, or if the
tenant of an app changed after an administrator was verified. Approve a tenant
only after you have checked whose it is: for this tenant, the org then also uses
the Microsoft Graph tokens that administrators brought for other orgs.")]
pub struct Tenant {
    /// The org, by id or host.
    pub org: String,
    /// The tenant, such as contoso or contoso.onmicrosoft.com.
    pub tenant: String,
    /// Withdraw the approval.
    #[arg(long)]
    pub remove: bool,
    /// Show what would change and stop.
    #[arg(long)]
    pub dry_run: bool,
}

pub(crate) async fn run(global: &Global, options: &Tenant, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let org = installation.org(&options.org).await?;
    let tenant = TenantName::from(options.tenant.clone());
    let verb = if options.remove { "not approved" } else { "approved" };
    let (domain, name) = (escaped(org.domain()), escaped(tenant.as_str()));
    if options.dry_run {
        terminal.line(&format!("The tenant {name} would be {verb} for {domain}."))?;
        return Ok(Outcome::Fine);
    }
    orgs::approve_tenant(&installation.ports, &org.id, &tenant, !options.remove).await?;
    terminal.line(&format!("The tenant {name} is {verb} for {domain}."))?;
    Ok(Outcome::Fine)
}
