//! `regrant org password`: the Microsoft administrator's password that Okta receives when a connection is prepared.

use clap::Args;
use regrant::okta::ProvisioningAdmin;
use regrant::usecases::access::orgs;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::escaped;
use crate::secret_input;
use crate::terminal::Terminal;

/// `regrant org password`.
#[derive(Debug, Args)]
#[command(after_help = "\
Needed only if an org's Okta still asks for a Microsoft administrator's name and
password when it prepares a consent. The password is read from standard input
or a hidden prompt. The pages tell the administrator that it is sent.")]
pub struct Password {
    /// The org, by id or host.
    pub org: String,
    /// The administrator's user name.
    #[arg(long, value_name = "USER", required_unless_present = "remove")]
    pub username: Option<String>,
    /// Delete the stored name and password.
    #[arg(long, conflicts_with = "username")]
    pub remove: bool,
    /// Show what would change and stop.
    #[arg(long)]
    pub dry_run: bool,
}

pub(crate) async fn run(global: &Global, options: &Password, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let org = installation.org(&options.org).await?;
    let domain = escaped(org.domain());
    let verb = if options.username.is_some() { "store" } else { "delete" };
    if options.dry_run {
        terminal.line(&format!("Would {verb} a Microsoft administrator's password for {domain}."))?;
        return Ok(Outcome::Fine);
    }
    let admin = match &options.username {
        Some(username) => {
            let password = secret_input::mail_password(username)?;
            Some(ProvisioningAdmin { username: username.clone(), password })
        }
        None => None,
    };
    orgs::set_provisioning_admin(&installation.ports, &org.id, admin.as_ref()).await?;
    terminal.line(&format!("Done: {verb} a Microsoft administrator's password for {domain}."))?;
    Ok(Outcome::Fine)
}
