//! `regrant org sign-in`: whether administrators have to sign in at Microsoft before a consent.

use clap::Args;
use regrant::domain::org::SignInPolicy;
use regrant::usecases::access::orgs;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::escaped;
use crate::terminal::Terminal;

/// `regrant org sign-in`.
#[derive(Debug, Args)]
#[command(after_help = "\
required  the administrator signs in at Microsoft first, and Regrant verifies
          tenant, role and MFA. Needs `regrant entra set`. The default.
waived    anyone with the link receives Okta's consent link, Regrant verifies
          nothing with Microsoft, and every change in Okta waits for you:
          `regrant finish` or `regrant save`.")]
pub struct SignIn {
    /// The org, by id or host.
    pub org: String,
    /// The policy: required or waived. Default: show the current one.
    pub policy: Option<SignInPolicy>,
    /// Show what would change and stop.
    #[arg(long)]
    pub dry_run: bool,
}

pub(crate) async fn run(global: &Global, options: &SignIn, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let org = installation.org(&options.org).await?;
    let domain = escaped(org.domain());
    let wanted = options.policy.unwrap_or(org.sign_in);
    let verb = match (wanted == org.sign_in, options.dry_run) {
        (true, _) => "is",
        (false, true) => "would be",
        (false, false) => {
            orgs::set_sign_in(&installation.ports, &org.id, wanted).await?;
            "is now"
        }
    };
    terminal.line(&format!("The sign-in for {domain} {verb} {}.", wanted.name()))?;
    if wanted == SignInPolicy::Waived {
        terminal.hint(
            "Regrant does not verify who consents. Consents of this org read \"not verified with Microsoft\".\n\
             Links that were created while the sign-in was required still require it.",
        );
    }
    Ok(Outcome::Fine)
}
