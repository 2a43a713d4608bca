//! `regrant save`: what the Okta console's Save button does, with proof.

use regrant::domain::save::{ConfirmedBy, SaveOutcome};
use regrant::domain::text::UntrustedText;
use regrant::queue::SaveApp;
use regrant::usecases::access::okta::okta_client_for;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::usecases::save::save;
use regrant::web::json;

use crate::args::{Global, Save};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::Installation;
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, options: &Save, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let installation = Installation::open(global).await?;
    let org = installation.org(&options.org).await?;
    let app = installation.app(&org, &options.app).await?;
    let about = format!("{} in {}", app.identity.label, UntrustedText::new(org.domain()));
    if options.dry_run {
        let api = okta_client_for(&installation.ports, &org).await.map_err(ConsentError::from)?;
        let connection = api.connection(&options.app).await?;
        let (scheme, status) = (String::from(connection.auth_scheme), String::from(connection.status));
        terminal.line(&format!(
            "The connection of {about} reads {} {}. Would switch it on if it is off, and read it back.",
            UntrustedText::new(scheme),
            UntrustedText::new(status)
        ))?;
        return Ok(Outcome::Fine);
    }
    let request = SaveApp { org: org.id, app: options.app.clone(), session: None, confirmed_by: ConfirmedBy::Operator };
    let outcome = save(&installation.ports, &request).await?;
    if options.json {
        json::write(terminal.out(), &outcome)?;
        terminal.print("\n")?;
    } else {
        tell(&installation, &about, &outcome, terminal)?;
    }
    Ok(exit(&outcome))
}

/// Tells how a save ended.
pub(super) fn tell(
    installation: &Installation,
    about: &str,
    outcome: &SaveOutcome,
    terminal: &mut Terminal,
) -> Result<(), CliError> {
    match outcome {
        SaveOutcome::Saved { verification } => {
            let permissions = &installation.ports.settings.permissions;
            let microsoft = match (&verification.grants, &verification.grants_unread) {
                (Some(grants), _) if grants.suffices(permissions) => "every required permission is granted".to_owned(),
                (Some(grants), _) => format!("missing {}", grants.compare(permissions).missing_required.join(", ")),
                (None, reason) => format!("not verified ({})", reason.as_deref().unwrap_or("not looked at")),
            };
            terminal.line(&format!(
                "Saved {about}.\n  Okta:      the connection is on, with OAuth\n  Microsoft: {microsoft}"
            ))?;
        }
        SaveOutcome::NoConsent => terminal.line(&format!("Nothing shows that anybody consented for {about}."))?,
        SaveOutcome::NotSwitchedOn { reason } => {
            terminal.line(&format!("Not saved: {about}. {}", UntrustedText::new(reason)))?;
        }
        SaveOutcome::LeftOff { reason } => {
            terminal.line(&format!("PROVISIONING IS OFF and was on: {about}. {}", UntrustedText::new(reason)))?;
            terminal.tell("Switch it on in Okta: Applications > the app > Provisioning > Integration > Edit > Save.");
        }
    }
    Ok(())
}

/// A save that did not end with the connection on needs somebody.
pub(super) const fn exit(outcome: &SaveOutcome) -> Outcome {
    match outcome {
        SaveOutcome::Saved { .. } => Outcome::Fine,
        SaveOutcome::NoConsent | SaveOutcome::NotSwitchedOn { .. } | SaveOutcome::LeftOff { .. } => {
            Outcome::ActionNeeded
        }
    }
}
