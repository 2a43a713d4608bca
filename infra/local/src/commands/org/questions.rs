//! `regrant org questions`: what an org's own answers say about questions that Okta's documentation leaves open.

use clap::Args;
use regrant::domain::open_questions::{Answered, answers};
use regrant::usecases::access::orgs;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::escaped;
use crate::output::paragraph::paragraph;
use crate::terminal::Terminal;

/// Where to report answers.
const REPORT: &str = "docs/report-a-surprise.md says how to report an answer that others can use.";

/// `regrant org questions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Sends GET requests only, and stores nothing.
Exit codes: 0 answered, 2 the org could not be visited.")]
pub struct Questions {
    /// The org, by id or host.
    pub org: String,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

pub(crate) async fn run(global: &Global, options: &Questions, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let org = installation.org(&options.org).await?;
    let found = answers(&orgs::record(&installation.ports, &org.id).await?);
    if options.json {
        let row = serde_json::json!({ "org": org.id, "questions": found });
        terminal.line(&row.to_string())?;
        return Ok(Outcome::Fine);
    }
    for answered in &found {
        terminal.print(&text(terminal.width, answered))?;
    }
    terminal.hint(REPORT);
    Ok(Outcome::Fine)
}

fn text(width: u16, answered: &Answered) -> String {
    let answer = match (&answered.answer, answered.needs) {
        (Some(answer), _) => escaped(answer),
        (None, Some(needs)) => format!("Not asked: only {needs} can tell."),
        (None, None) => "This org shows nothing about it.".to_owned(),
    };
    [
        format!("{}\n", answered.id),
        paragraph(width, "  question", 12, answered.question),
        paragraph(width, "  answer", 12, &answer),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_and_reasons_fit_the_terminal() {
        let answered = Answered { id: "x", question: "Does it?", answer: None, needs: Some("a write") };
        assert!(text(80, &answered).contains("only a write can tell"));
        let answered = Answered { answer: Some("yes \u{1b}[31m".repeat(20)), needs: None, ..answered };
        let shown = text(80, &answered);
        assert!(!shown.contains('\u{1b}') && shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    }
}
