//! `regrant waive`: postpones an app to a date, with a reason.

use anyhow::bail;
use clap::Args;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use regrant::domain::id::AppId;
use regrant::domain::relative_date::{Direction, RelativeDate};
use regrant::usecases::notify::waive::{WaiveError, check_end, end_waiver, waive};

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::{escaped, when};
use crate::terminal::Terminal;

/// `regrant waive`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  regrant waive acme.okta.com 0oa1 --until 2026-06-30 --reason \"merger first\"
No one is emailed about the app until then. Its operators are notified when the
waiver ends.")]
pub struct Waive {
    /// The app's org, by id or host.
    pub org: String,
    /// The app's id.
    pub app: AppId,
    /// The last day of the waiver, at most a year ahead: 2026-06-30, tomorrow, friday, 10d, 2w or 3m.
    #[arg(long, value_name = "DATE", required_unless_present = "end")]
    pub until: Option<RelativeDate>,
    /// The reason, which the email at the end of the waiver repeats.
    #[arg(long, required_unless_present = "end")]
    pub reason: Option<String>,
    /// End the app's waiver now.
    #[arg(long, conflicts_with_all = ["until", "reason"])]
    pub end: bool,
    /// Show what would be done and stop.
    #[arg(long)]
    pub dry_run: bool,
}

pub(crate) async fn run(global: &Global, options: &Waive, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let org = installation.org(&options.org).await?;
    let app = installation.app(&org, &options.app).await?;
    let name = format!("{} in {}", app.identity.label, escaped(org.domain()));
    if options.end {
        let ended = if options.dry_run {
            installation.ports.ledger.waiver(&org.id, &options.app).await?.is_some()
        } else {
            end_waiver(&installation.ports, &org.id, &options.app).await?
        };
        terminal.line(&match (ended, options.dry_run) {
            (true, true) => format!("Would end the waiver of {name}."),
            (true, false) => format!("Ended the waiver of {name}. Emails about it are sent again."),
            (false, _) => bail!("{name} has no waiver; `regrant status` shows the waivers"),
        })?;
        return Ok(Outcome::Fine);
    }
    let zone = org.contacts.time_zone.zone();
    let today = zone.to_datetime(installation.ports.clock.now()).date();
    let day = options.until.and_then(|until| until.date(today, Direction::Ahead));
    let ends_at = day.and_then(|day| end_of(day, &zone)).ok_or(WaiveError::NoEnd)?;
    check_end(installation.ports.clock.now(), ends_at)?;
    if options.dry_run {
        terminal.line(&format!("Would postpone {name} until {}.", when(ends_at)))?;
        return Ok(Outcome::Fine);
    }
    let reason = options.reason.as_deref().unwrap_or_default();
    let waiver = waive(&installation.ports, &org.id, &options.app, reason, ends_at).await?;
    terminal.line(&format!("Postponed {name} until {}. Reason: {}", when(waiver.ends_at), waiver.reason))?;
    terminal.hint("No one is emailed about it until then; its operators are notified when the waiver ends.");
    Ok(Outcome::Fine)
}

/// When the day ends in the org's time zone.
fn end_of(day: Date, zone: &TimeZone) -> Option<jiff::Timestamp> {
    let next = day.checked_add(1.day()).ok()?;
    zone.to_timestamp(next.at(0, 0, 0, 0)).ok()
}
