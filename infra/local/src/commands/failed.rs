//! `regrant failed`: the Okta provisioning tasks that failed while an app's consent was broken.

use clap::{Args, ValueEnum};
use regrant::domain::id::AppId;
use regrant::domain::text::UntrustedText;
use regrant::usecases::notify::failed_work::{FailedWorkItem, failed_work};

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::csv::CsvRows;
use crate::output::{escaped, number, when};
use crate::terminal::Terminal;

/// `regrant failed`.
#[derive(Debug, Args)]
#[command(after_help = "\
Okta does not retry failed tasks automatically. Retry them in its Admin Console
under Dashboard > Tasks.")]
pub struct Failed {
    /// The app's org, by id or host.
    pub org: String,
    /// The app's id.
    pub app: AppId,
    /// Print JSON or CSV.
    #[arg(long, value_name = "FORMAT")]
    pub export: Option<Export>,
}

/// The format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Export {
    /// One JSON object.
    Json,
    /// Comma-separated values (RFC 4180) with a header.
    Csv,
}

pub(crate) async fn run(global: &Global, options: &Failed, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let org = installation.org(&options.org).await?;
    let app = installation.app(&org, &options.app).await?;
    let work = failed_work(&installation.ports, &app).await?;
    match options.export {
        Some(Export::Json) => {
            terminal.json(&serde_json::json!({ "failed_work": work }))?;
        }
        Some(Export::Csv) => {
            let mut rows = CsvRows::begin(terminal.out(), &COLUMNS)?;
            for one in &work {
                rows.row(row(one))?;
            }
            rows.end()?;
        }
        None => list(&app.identity.label, &work, terminal)?,
    }
    Ok(if work.is_empty() { Outcome::Fine } else { Outcome::ActionNeeded })
}

fn list(label: &UntrustedText, work: &[FailedWorkItem], terminal: &mut Terminal) -> anyhow::Result<()> {
    if work.is_empty() {
        terminal.line(&format!("No failed provisioning tasks are known for {label}."))?;
        return Ok(());
    }
    terminal
        .line(&format!("{label}: {} failed", number(work.len() as u64, "provisioning task", "provisioning tasks")))?;
    for one in work {
        let whose = one.whose.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        terminal.line(&format!("  {}  {whose}", when(one.failed_at)))?;
        terminal.line(&format!("    {}", escaped(&one.event_type)))?;
        if let Some(reason) = &one.reason {
            terminal.line(&format!("    {reason}"))?;
        }
    }
    terminal.hint("Okta does not retry these automatically. Retry them in its Admin Console under Dashboard > Tasks.");
    Ok(())
}

/// The columns of the CSV.
const COLUMNS: [&str; 4] = ["failed_at", "event_type", "whose", "reason"];

fn row(work: &FailedWorkItem) -> [String; COLUMNS.len()] {
    let text = |text: Option<&UntrustedText>| text.map(ToString::to_string).unwrap_or_default();
    [work.failed_at.to_string(), escaped(&work.event_type), text(work.whose.as_ref()), text(work.reason.as_ref())]
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use super::*;

    #[test]
    fn csv_cells_are_quoted_and_never_formulas() {
        let work = FailedWorkItem {
            failed_at: "2026-03-01T09:30:00Z".parse().unwrap(),
            event_type: "app.office365.api.error.push.profile".to_owned(),
            whose: Some(UntrustedText::new("=HYPERLINK(\"https://evil.example\",\"a\")")),
            reason: Some(UntrustedText::new("no, \"denied\"")),
        };
        let mut out = Vec::new();
        CsvRows::begin(&mut out, &COLUMNS).unwrap().row(row(&work)).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap().lines().last().unwrap(),
            "2026-03-01T09:30:00Z,app.office365.api.error.push.profile,\
             \"'=HYPERLINK(\"\"https://evil.example\"\",\"\"a\"\")\",\"no, \"\"denied\"\"\""
        );
    }
}
