//! `regrant explain`: what a standing or an error code means, and what to do.

use regrant::domain::failure::{self, Failure, FailureClass};
use regrant::domain::standing::Standing;
use regrant::domain::text::Foreign;

use crate::args::Explain;
use crate::error::CliError;
use crate::exit::Outcome;
use crate::output::paragraph::paragraph;
use crate::screen::Screen;

pub(super) fn run(options: &Explain, screen: &mut Screen) -> Result<Outcome, CliError> {
    let Some(word) = options.what.as_deref() else {
        screen.print(&list())?;
        return Ok(Outcome::Fine);
    };
    let text = explain(word).ok_or_else(|| CliError::NothingKnown(Foreign::new(word).to_string()))?;
    screen.print(&text)?;
    Ok(Outcome::Fine)
}

fn list() -> String {
    let mut text = String::from("Standings, worst first:\n");
    for standing in Standing::ALL {
        text.push_str(&paragraph(&format!("  {standing}"), 18, standing.next_step().words()));
    }
    text.push_str("\nAlso: any Okta error code, such as `regrant explain E0000011`.\n");
    text
}

fn explain(word: &str) -> Option<String> {
    let word = word.trim();
    if let Ok(standing) = word.to_ascii_lowercase().parse() {
        return Some(of_standing(standing));
    }
    failure::find(&word.to_ascii_uppercase()).or_else(|| failure::find(word)).map(of_failure)
}

fn of_standing(standing: Standing) -> String {
    let action = if standing.needs_action() { "somebody has to act" } else { "nobody has to act on the app" };
    [
        format!("{standing}\n"),
        field("means", standing.meaning()),
        field("next", standing.next_step().words()),
        field("exit", &format!("code {}: {action}", Outcome::from(standing).code())),
    ]
    .concat()
}

fn of_failure(failure: &Failure) -> String {
    let who = match failure.class {
        FailureClass::Person => "the person at the browser",
        FailureClass::Operator => "whoever runs Regrant, or the org's Okta administrator",
        FailureClass::Wait => "nobody: it passes, and Regrant tries again by itself",
        FailureClass::Bug => "Regrant's developers; please report it",
    };
    [format!("{}\n", failure.code), field("means", failure.cause), field("next", failure.next_step), field("who", who)]
        .concat()
}

fn field(name: &str, words: &str) -> String {
    paragraph(&format!("  {name}"), 10, words)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use super::*;

    #[test]
    fn every_standing_has_a_meaning_and_a_next_step() {
        for standing in Standing::ALL {
            let text = explain(standing.name()).unwrap();
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains(standing.meaning()) && words.contains(standing.next_step().words()), "{text}");
        }
        assert!(explain("Broken ").is_some());
    }

    #[test]
    fn an_okta_error_code_says_who_can_act() {
        let text = explain("e0000011").unwrap();
        assert!(text.starts_with("E0000011") && text.contains("who "), "{text}");
    }

    #[test]
    fn nothing_is_made_up_about_other_words() {
        assert_eq!(explain("fine"), None);
        assert_eq!(explain(""), None);
    }
}
