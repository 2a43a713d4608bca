//! `regrant save`: does what the Okta console's Save button does, and verifies the result.

use clap::Args;
use regrant::domain::id::AppId;
use regrant::domain::save::SaveOutcome;
use regrant::queue::SaveApp;
use regrant::usecases::access::okta::okta_client_for;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::usecases::save::save;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::escaped;
use crate::terminal::Terminal;

/// `regrant save`.
#[derive(Debug, Args)]
pub struct Save {
    /// The app's org, by id or host.
    pub org: String,
    /// The app's id.
    pub app: AppId,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Read the connection, show what would be done, and stop.
    #[arg(long, conflicts_with = "json")]
    pub dry_run: bool,
}

pub(crate) async fn run(global: &Global, options: &Save, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let org = installation.org(&options.org).await?;
    let app = installation.app(&org, &options.app).await?;
    let name = format!("{} in {}", app.identity.label, escaped(org.domain()));
    if options.dry_run {
        let api = okta_client_for(&installation.ports, &org).await.map_err(ConsentError::from)?;
        let connection = api.connection(&options.app).await?;
        let (scheme, status) = (String::from(connection.auth_scheme), String::from(connection.status));
        terminal.line(&format!(
            "The connection of {name} is {} {}. Would enable it unless it is enabled, and verify it.",
            escaped(scheme),
            escaped(status)
        ))?;
        return Ok(Outcome::Fine);
    }
    let request = SaveApp::by_operator(org.id, options.app.clone());
    let outcome = save(&installation.ports, &request).await?;
    if options.json {
        terminal.json(&outcome)?;
    } else {
        show(&installation, &name, &outcome, terminal)?;
    }
    Ok(outcome_of(&outcome))
}

/// Prints the result of a save.
pub(crate) fn show(
    installation: &Installation,
    name: &str,
    outcome: &SaveOutcome,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    match outcome {
        SaveOutcome::Saved { verification, .. } => {
            let permissions = &installation.ports.settings.permissions;
            let microsoft = match (&verification.grants, &verification.grants_unread) {
                (Some(grants), _) if grants.suffices(permissions) => "all required permissions are granted".to_owned(),
                (Some(grants), _) => format!("missing {}", grants.compare(permissions).missing_required.join(", ")),
                (None, reason) => format!("not verified ({})", escaped(reason.as_deref().unwrap_or("not checked"))),
            };
            terminal.line(&format!(
                "Saved {name}.\n  Okta:      the connection is enabled, with OAuth\n  Microsoft: {microsoft}"
            ))?;
        }
        SaveOutcome::NotRenewed { why, .. } => {
            terminal.line(&format!("Not renewed: the connection of {name} is enabled, as before. {}", why.words()))?;
        }
        SaveOutcome::NoConsent => {
            terminal.line(&format!("Not saved: nothing shows a new consent for {name}, so nothing was changed."))?;
        }
        SaveOutcome::NotSwitchedOn { reason } => {
            terminal.line(&format!("Not saved: {name}. {}", escaped(reason)))?;
        }
        SaveOutcome::LeftOff { reason } => {
            terminal
                .line(&format!("Provisioning was on before this save and is now OFF: {name}. {}", escaped(reason)))?;
            terminal.message("Enable it in Okta: Applications > the app > Provisioning > Integration > Edit > Save.");
        }
    }
    Ok(())
}

/// Every save that does not end with an enabled connection needs attention.
pub(crate) const fn outcome_of(outcome: &SaveOutcome) -> Outcome {
    match outcome {
        SaveOutcome::Saved { .. } => Outcome::Fine,
        SaveOutcome::NotRenewed { .. }
        | SaveOutcome::NoConsent
        | SaveOutcome::NotSwitchedOn { .. }
        | SaveOutcome::LeftOff { .. } => Outcome::ActionNeeded,
    }
}
