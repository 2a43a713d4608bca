//! `regrant waive`: leave an app as it is until a day, for a reason.

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use regrant::domain::text::UntrustedText;
use regrant::usecases::notify::waive::{WaiveError, end_waiver, waive};

use crate::args::{Global, Waive};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::Installation;
use crate::output::when;
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, options: &Waive, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let installation = Installation::open(global).await?;
    let org = installation.org(&options.org).await?;
    let app = installation.app(&org, &options.app).await?;
    let name = format!("{} in {}", app.identity.label, UntrustedText::new(org.domain()));
    if options.end {
        let ended = if options.dry_run {
            installation.ports.ledger.waiver(&org.id, &options.app).await?.is_some()
        } else {
            end_waiver(&installation.ports, &org.id, &options.app).await?
        };
        terminal.line(&match (ended, options.dry_run) {
            (true, true) => format!("Would end the waiver of {name}."),
            (true, false) => format!("Ended the waiver of {name}: emails about it are sent again."),
            (false, _) => format!("There is no waiver of {name}."),
        })?;
        return Ok(Outcome::Fine);
    }
    let zone = org.contacts.time_zone.zone();
    let ends_at = options.until.and_then(|day| end_of(day, &zone)).ok_or(WaiveError::NoEnd)?;
    if options.dry_run {
        terminal.line(&format!("Would leave {name} as it is until {}.", when(ends_at)))?;
        return Ok(Outcome::Fine);
    }
    let reason = options.reason.as_deref().unwrap_or_default();
    let waiver = waive(&installation.ports, &org.id, &options.app, reason, ends_at).await?;
    terminal.line(&format!("{name} is left as it is until {}: {}", when(waiver.ends_at), waiver.reason))?;
    terminal.hint("Nobody is written to about it until then; its operators are when the day has come.");
    Ok(Outcome::Fine)
}

/// The moment a day ends where the org is.
fn end_of(day: Date, zone: &TimeZone) -> Option<jiff::Timestamp> {
    let next = day.checked_add(1.day()).ok()?;
    zone.to_timestamp(next.at(0, 0, 0, 0)).ok()
}
