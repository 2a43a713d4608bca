//! `regrant save`: what the Okta console's Save button does, with proof.

use regrant::domain::save::{SaveOutcome, Word};
use regrant::domain::text::Foreign;
use regrant::usecases::access::okta::open;
use regrant::usecases::records::consent_error::Stopped;
use regrant::usecases::save::{SaveRequest, save};
use regrant::web::json;

use crate::args::{Global, Save};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::house::House;
use crate::screen::Screen;

pub(super) async fn run(global: &Global, options: &Save, screen: &mut Screen) -> Result<Outcome, CliError> {
    let house = House::open(global).await?;
    let org = house.org(&options.org).await?;
    let app = house.app(&org, &options.app).await?;
    let about = format!("{} in {}", app.identity.label, Foreign::new(org.domain()));
    if options.dry_run {
        let api = open(&house.ports, &org).await.map_err(Stopped::from)?;
        let connection = api.connection(&options.app).await?;
        let (scheme, status) = (String::from(connection.auth_scheme), String::from(connection.status));
        screen.line(&format!(
            "The connection of {about} reads {} {}. Would switch it on if it is off, and read it back.",
            Foreign::new(scheme),
            Foreign::new(status)
        ))?;
        return Ok(Outcome::Fine);
    }
    let request = SaveRequest { org: org.id, app: options.app.clone(), session: None, word: Word::Operator };
    let outcome = save(&house.ports, &request).await?;
    if options.json {
        json::write(screen.out(), &outcome)?;
        screen.print("\n")?;
    } else {
        tell(&house, &about, &outcome, screen)?;
    }
    Ok(exit(&outcome))
}

/// Tells how a save ended.
pub(super) fn tell(house: &House, about: &str, outcome: &SaveOutcome, screen: &mut Screen) -> Result<(), CliError> {
    match outcome {
        SaveOutcome::Saved { proof } => {
            let permissions = &house.ports.settings.permissions;
            let microsoft = match (&proof.grants, &proof.grants_not_seen) {
                (Some(grants), _) if grants.suffices(permissions) => "every required permission is granted".to_owned(),
                (Some(grants), _) => format!("missing {}", grants.compare(permissions).missing_required.join(", ")),
                (None, reason) => format!("not proven ({})", reason.as_deref().unwrap_or("not looked at")),
            };
            screen.line(&format!(
                "Saved {about}.\n  Okta:      the connection is on, with OAuth\n  Microsoft: {microsoft}"
            ))?;
        }
        SaveOutcome::NoConsent => screen.line(&format!("Nothing shows that anybody consented for {about}."))?,
        SaveOutcome::NotSwitchedOn { reason } => {
            screen.line(&format!("Not saved: {about}. {}", Foreign::new(reason)))?;
        }
        SaveOutcome::LeftOff { reason } => {
            screen.line(&format!("PROVISIONING IS OFF and was on: {about}. {}", Foreign::new(reason)))?;
            screen.tell("Switch it on in Okta: Applications > the app > Provisioning > Integration > Edit > Save.");
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
