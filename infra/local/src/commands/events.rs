//! `regrant events`: the audit trail of all apps, once or as it grows.

use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use regrant::domain::id::AppId;
use regrant::domain::trail::TrailEntry;
use regrant::usecases::report::events::{Follower, Selection, time_of};
use regrant::usecases::report::ocsf::ocsf;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::{escaped, when};
use crate::terminal::Terminal;

/// How often `--follow` reads the ledger.
const POLL_INTERVAL: Duration = Duration::from_secs(5);

/// `regrant events`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  regrant events --since 2026-11-01
  regrant events --format ocsf --follow
Each line of json and ocsf is one JSON object.")]
pub struct Events {
    /// Only events of this org, by id or host; repeat for several.
    #[arg(long, value_name = "ORG")]
    pub org: Vec<String>,
    /// Only events of this app.
    #[arg(long, value_name = "APP", requires = "org")]
    pub app: Option<AppId>,
    /// Only events on this day or later, in UTC. Without it, those of the last 24 hours.
    #[arg(long, value_name = "DATE")]
    pub since: Option<Date>,
    /// The format.
    #[arg(long, default_value = "text")]
    pub format: Format,
    /// The same as `--format json`.
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Keep running, and print new events every 5 seconds.
    #[arg(long)]
    pub follow: bool,
}

/// A format of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// As Regrant stores them, with their place in the hash chain.
    Json,
    /// Open Cybersecurity Schema Framework 1.9.
    Ocsf,
}

pub(crate) async fn run(global: &Global, options: &Events, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let mut orgs = Vec::new();
    for name in &options.org {
        orgs.push(installation.org(name).await?.id);
    }
    let ports = &installation.ports;
    let from = match options.since {
        Some(day) => TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0))?,
        None => ports.clock.now().saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN),
    };
    let format = if options.json { Format::Json } else { options.format };
    let mut follower = Follower::new(Selection { orgs, app: options.app.clone() }, from);
    loop {
        for entry in follower.next(ports).await? {
            print(&entry, format, terminal)?;
        }
        terminal.flush()?;
        if !options.follow {
            return Ok(Outcome::Fine);
        }
        tokio::select! {
            () = ports.clock.sleep(POLL_INTERVAL) => {}
            _ = tokio::signal::ctrl_c() => return Ok(Outcome::Fine),
        }
    }
}

fn print(entry: &TrailEntry, format: Format, terminal: &mut Terminal) -> anyhow::Result<()> {
    match format {
        Format::Text => terminal.line(&text(entry))?,
        Format::Json => {
            terminal.json(entry)?;
        }
        Format::Ocsf => match ocsf(entry) {
            Some(object) => {
                terminal.json(&object)?;
            }
            None => terminal.message(&format!(
                "event {} of app {} was written by a newer version and is left out; update to see it",
                entry.number, entry.app
            )),
        },
    }
    Ok(())
}

/// `2026-03-01 09:30 UTC  00oacme1/0oa1  3  waived by ada (this machine)`.
fn text(entry: &TrailEntry) -> String {
    let name = entry.event.get("event").and_then(serde_json::Value::as_str).unwrap_or("event");
    let by = entry.app_event().and_then(|event| event.by).map(|actor| format!(" by {actor}")).unwrap_or_default();
    let at = time_of(entry).map(when).unwrap_or_default();
    format!("{at}  {}/{}  {}  {}{by}", entry.org, entry.app, entry.number, escaped(name))
}
