//! Makes a report in one or several formats.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use regrant::domain::access_policy::Scope as Visible;
use regrant::domain::customer::CustomerName;
use regrant::domain::report::{Filters, Query, Reader, Report, Scope, compare};
use regrant::domain::standing::Standing;
use regrant::ledger::paging;
use regrant::usecases::report::{csv, head, html, report};
use regrant::web::json;

use super::file::{unreadable, write_private};
use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::{Installation, PAGE};
use crate::output::summary::MOST_LISTED;
use crate::output::{escaped, number};
use crate::terminal::Terminal;

/// The report to make.
#[derive(Debug, Args)]
pub struct Make {
    /// Write the report to this file; repeat for several. The ending names the format: html, csv, json or xlsx.
    #[arg(long, value_name = "FILE")]
    pub to: Vec<PathBuf>,
    /// Write the action plan to this file as CSV: owner, due date, reason and waiver of each app that needs action.
    #[arg(long, value_name = "FILE")]
    pub action_plan: Option<PathBuf>,
    /// Print the report in this format.
    #[arg(long, conflicts_with_all = ["to", "action_plan", "json"])]
    pub format: Option<Format>,
    /// Print one JSON object.
    #[arg(long, conflicts_with_all = ["to", "action_plan"])]
    pub json: bool,
    /// Cover only this customer's orgs; repeat for several.
    #[arg(long, value_name = "NAME")]
    pub customer: Vec<CustomerName>,
    /// Cover only this org, by id or host; repeat for several.
    #[arg(long, value_name = "ORG")]
    pub org: Vec<String>,
    /// List only apps with this standing, such as needs-consent; repeat for several.
    #[arg(long)]
    pub standing: Vec<Standing>,
    /// List only apps whose standing changed on this day or later, in UTC, such as 2026-11-01.
    #[arg(long, value_name = "DATE")]
    pub since: Option<Date>,
    /// For whom. A customer's copy covers one customer, and has no commands and no name of the person who made it.
    #[arg(long = "for", value_name = "READER", default_value = "operator")]
    pub reader: ReaderName,
    /// Name what changed since this earlier report in JSON.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["standing", "since"])]
    pub compare: Option<PathBuf>,
    /// Show what would be written and stop.
    #[arg(long)]
    pub dry_run: bool,
}

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One HTML file for people.
    Html,
    /// Comma-separated values: the head, an empty line, then the apps.
    Csv,
    /// One JSON object, which --compare reads.
    Json,
    /// An Excel workbook. Needs a build with the feature `xlsx`.
    Xlsx,
    /// The action plan as comma-separated values.
    ActionPlan,
}

/// For whom a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReaderName {
    /// The people who operate Regrant.
    Operator,
    /// A customer.
    Customer,
}

impl Format {
    /// The format that a file's ending names.
    fn of_file(file: &Path) -> anyhow::Result<Self> {
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        match ending.as_str() {
            "html" | "htm" => Ok(Self::Html),
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            "xlsx" => Ok(Self::Xlsx),
            _ => bail!("{} names no format; end it in .html, .csv, .json or .xlsx", file.display()),
        }
    }

    fn write(self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Html => html::write(report, out),
            Self::Csv => csv::write(report, out),
            Self::ActionPlan => csv::write_plan(report, out),
            Self::Json => {
                json::write(out, report)?;
                out.write_all(b"\n")
            }
            #[cfg(feature = "xlsx")]
            Self::Xlsx => crate::output::xlsx::write(report, out),
            #[cfg(not(feature = "xlsx"))]
            Self::Xlsx => Err(io::Error::other(NEEDS_FEATURE_XLSX)),
        }
    }
}

#[cfg(not(feature = "xlsx"))]
const NEEDS_FEATURE_XLSX: &str = "this build writes no Excel workbook; use .csv, or install a build that can: cargo install --locked --path infra/local --features xlsx";

pub(super) async fn run(global: &Global, options: &Make, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let files = files(options)?;
    let earlier = options.compare.as_deref().map(read_report).transpose()?;
    let installation = Installation::open_existing(global).await?;
    let query = query(&installation, options).await?;
    let mut report = report(&installation.ports, query, &Visible::All).await?;
    if let Some(earlier) = earlier {
        report.comparison = Some(compare(&earlier, &report)?);
    }
    let printed = if options.json { Some(Format::Json) } else { options.format };
    if let Some(format) = printed {
        format.write(&report, terminal.out())?;
    } else if files.is_empty() {
        summary(&report, terminal)?;
        terminal.hint("For the whole report, run `regrant report --to report.html`.");
    }
    for (file, format) in &files {
        let apps = number(report.head.counts.listed, "app", "apps");
        if options.dry_run {
            terminal.line(&format!("Would write {} with {apps}.", file.display()))?;
        } else {
            write_private(file, |out| format.write(&report, out))?;
            terminal.line(&format!("Wrote {} with {apps}.", file.display()))?;
        }
    }
    terminal.flush()?;
    Ok(outcome(&report))
}

/// Prints the head. Of what could not be read, only the first lines are shown.
fn summary(report: &Report, terminal: &mut Terminal) -> io::Result<()> {
    let is_unread = |(name, _): &&(String, String)| name.starts_with("Not read: ");
    let lines = head::lines(report);
    let mut unread = lines.iter().filter(is_unread).count();
    let hidden = unread.saturating_sub(MOST_LISTED);
    for line in &lines {
        if is_unread(&line) {
            unread -= 1;
            if unread < hidden {
                continue;
            }
        }
        terminal.line(&format!("{}: {}", escaped(line.0.clone()), escaped(line.1.clone())))?;
    }
    if hidden > 0 {
        terminal.line(&format!("Not read: {hidden} more; `regrant report --json` lists all of them"))?;
    }
    Ok(())
}

fn files(options: &Make) -> anyhow::Result<Vec<(PathBuf, Format)>> {
    let mut files = Vec::new();
    for file in &options.to {
        files.push((file.clone(), Format::of_file(file)?));
    }
    files.extend(options.action_plan.clone().map(|file| (file, Format::ActionPlan)));
    #[cfg(not(feature = "xlsx"))]
    if files.iter().any(|(_, format)| *format == Format::Xlsx) {
        bail!(NEEDS_FEATURE_XLSX);
    }
    Ok(files)
}

fn read_report(file: &Path) -> anyhow::Result<Report> {
    let text = std::fs::read(file).map_err(|error| unreadable(file, &error))?;
    serde_json::from_slice(&text).with_context(|| {
        format!(
            "{} is not a report in JSON of this version; make one with `regrant report --to FILE.json`",
            file.display()
        )
    })
}

async fn query(installation: &Installation, options: &Make) -> anyhow::Result<Query> {
    let mut orgs = Vec::new();
    for name in &options.org {
        orgs.push(installation.org(name).await?.id);
    }
    let mut customers = options.customer.clone();
    customers.sort_unstable();
    customers.dedup();
    check_customers(installation, &customers).await?;
    let reader = match options.reader {
        ReaderName::Operator => Reader::Operator,
        ReaderName::Customer if customers.len() == 1 || (customers.is_empty() && orgs.len() == 1) => Reader::Customer,
        ReaderName::Customer => bail!("a customer's copy covers one customer; add --customer NAME, or --org ORG"),
    };
    orgs.sort_unstable();
    orgs.dedup();
    Ok(Query {
        scope: Scope { customers, orgs },
        filters: Filters { standings: options.standing.clone(), since: options.since.map(start_of).transpose()? },
        reader,
    })
}

/// Fails if no org has one of the customers, so that a misspelt name is not an empty report.
async fn check_customers(installation: &Installation, wanted: &[CustomerName]) -> anyhow::Result<()> {
    let mut missing: Vec<&CustomerName> = wanted.iter().collect();
    let mut orgs = paging::items(PAGE, |page| installation.ports.ledger.orgs(page));
    while let Some(org) = orgs.try_next().await? {
        if missing.is_empty() {
            break;
        }
        missing.retain(|name| org.customer.as_ref() != Some(*name));
    }
    if let Some(name) = missing.first() {
        bail!("no org has the customer {name}; `regrant org list` shows each org's customer");
    }
    Ok(())
}

fn start_of(day: Date) -> anyhow::Result<Timestamp> {
    Ok(TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0))?)
}

/// The outcome for every app in scope, whether the filters list it or not.
fn outcome(report: &Report) -> Outcome {
    let counts = &report.head.counts;
    let scan_is_complete = report.head.sources.scan.as_ref().is_some_and(|scan| scan.finished_at.is_some());
    let unknown = counts.by_standing.get(&Standing::Unknown).is_some_and(|count| *count > 0);
    if !scan_is_complete || !report.not_read.orgs.is_empty() || unknown {
        Outcome::CouldNotCheck
    } else if counts.need_action > 0 {
        Outcome::ActionNeeded
    } else {
        Outcome::Fine
    }
}
