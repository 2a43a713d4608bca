//! `regrant failed`: the work that failed while a consent was dead.

use regrant::domain::text::UntrustedText;
use regrant::usecases::notify::failed_work::{FailedWorkItem, failed_work};
use regrant::web::json;

use crate::args::{Export, Failed, Global};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::Installation;
use crate::output::{number, when};
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, options: &Failed, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let installation = Installation::open(global).await?;
    let org = installation.org(&options.org).await?;
    let app = installation.app(&org, &options.app).await?;
    let work = failed_work(&installation.ports, &app).await?;
    match options.export {
        Some(Export::Json) => {
            json::write(terminal.out(), &serde_json::json!({ "failed_work": work }))?;
            terminal.line("")?;
        }
        Some(Export::Csv) => {
            terminal.line("failed_at,event_type,whose,reason")?;
            for one in &work {
                terminal.line(&row(one))?;
            }
        }
        None => for_people(&app.identity.label, &work, terminal)?,
    }
    Ok(if work.is_empty() { Outcome::Fine } else { Outcome::ActionNeeded })
}

fn for_people(label: &UntrustedText, work: &[FailedWorkItem], terminal: &mut Terminal) -> Result<(), CliError> {
    if work.is_empty() {
        terminal.line(&format!("Nothing of {label} is known to have failed."))?;
        return Ok(());
    }
    terminal.line(&format!("{} of {label} failed:", number(work.len() as u64, "piece of work", "pieces of work")))?;
    for one in work {
        let whose = one.whose.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        terminal.line(&format!("  {}  {whose}", when(one.failed_at)))?;
        terminal.line(&format!("    {}", UntrustedText::new(&one.event_type)))?;
        if let Some(reason) = &one.reason {
            terminal.line(&format!("    {reason}"))?;
        }
    }
    terminal.hint("Okta leaves it to be done again by hand: Dashboard \u{203a} Tasks in its Admin Console.");
    Ok(())
}

fn row(work: &FailedWorkItem) -> String {
    let text = |text: Option<&UntrustedText>| text.map(ToString::to_string).unwrap_or_default();
    let cells = [
        work.failed_at.to_string(),
        UntrustedText::new(&work.event_type).to_string(),
        text(work.whose.as_ref()),
        text(work.reason.as_ref()),
    ];
    cells.map(|cell| quoted(&cell)).join(",")
}

/// RFC 4180 section 2; and what a spreadsheet would take for a formula is led by an apostrophe, since anybody may have
/// written it.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@']);
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_is_never_a_formula() {
        let work = FailedWorkItem {
            failed_at: "2026-03-01T09:30:00Z".parse().unwrap(),
            event_type: "app.office365.api.error.push.profile".to_owned(),
            whose: Some(UntrustedText::new("=HYPERLINK(\"https://evil.example\",\"a\")")),
            reason: Some(UntrustedText::new("no, \"denied\"")),
        };
        let row = row(&work);
        assert_eq!(
            row,
            "2026-03-01T09:30:00Z,app.office365.api.error.push.profile,\
             \"'=HYPERLINK(\"\"https://evil.example\"\",\"\"a\"\")\",\"no, \"\"denied\"\"\""
        );
    }
}
