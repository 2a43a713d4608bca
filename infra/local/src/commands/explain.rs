//! `regrant explain`: what a standing or an error code means, and what to do.

use regrant::domain::failure;
use regrant::domain::failure::class::FailureClass;
use regrant::domain::failure::{Failure, Origin};
use regrant::domain::permission::PermissionCatalogue;
use regrant::domain::standing::Standing;
use regrant::domain::text::UntrustedText;

use crate::args::Explain;
use crate::error::CliError;
use crate::exit::Outcome;
use crate::output::paragraph::paragraph;
use crate::terminal::Terminal;

pub(super) fn run(options: &Explain, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let Some(word) = options.what.as_deref() else {
        terminal.print(&list())?;
        return Ok(Outcome::Fine);
    };
    let text = explain(word).ok_or_else(|| CliError::NothingKnown(UntrustedText::new(word).to_string()))?;
    terminal.print(&text)?;
    Ok(Outcome::Fine)
}

fn list() -> String {
    let mut text = String::from("Standings, worst first:\n");
    for standing in Standing::ALL {
        text.push_str(&paragraph(&format!("  {standing}"), 18, standing.next_step().words()));
    }
    text.push_str("\nPermissions that a consent brings:\n");
    for permission in PermissionCatalogue::default().all() {
        text.extend(["  ", &permission.name, "\n"]);
    }
    text.push_str("\nCodes, such as `regrant explain AADSTS65004`:\n");
    for origin in Origin::ALL {
        let codes: Vec<&str> = failure::failures_of(origin).iter().map(|failure| failure.code).collect();
        text.push_str(&paragraph(&format!("  {}", origin.name()), 18, &codes.join(" ")));
    }
    text
}

fn explain(word: &str) -> Option<String> {
    let word = word.trim();
    if let Ok(standing) = word.to_ascii_lowercase().parse() {
        return Some(of_standing(standing));
    }
    failure::find(word).map(of_failure).or_else(|| of_number(word)).or_else(|| of_permission(word))
}

/// An `AADSTS` number that the catalogue does not know: Microsoft's own page does.
fn of_number(word: &str) -> Option<String> {
    let page = failure::microsofts_page(word)?;
    Some(format!(
        "{}\n{}",
        UntrustedText::new(word),
        field("means", &format!("Not known here. Microsoft's page: {page}"))
    ))
}

fn of_permission(word: &str) -> Option<String> {
    let catalogue = PermissionCatalogue::default();
    let permission = catalogue.all().iter().find(|permission| permission.name.eq_ignore_ascii_case(word))?;
    let needed = if permission.required { "always" } else { "for some features" };
    Some([format!("{}\n", permission.name), field("why", &permission.why), field("needed", needed)].concat())
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
    fn microsofts_numbers_and_permissions_are_explained_too() {
        assert!(explain("65004").unwrap().starts_with("AADSTS65004"));
        assert!(explain("AADSTS999999").unwrap().contains("code=999999"));
        assert!(explain("rolemanagement.readwrite.directory").unwrap().contains("roles"));
        assert!(list().lines().all(|line| line.chars().count() <= 80));
    }

    #[test]
    fn nothing_is_made_up_about_other_words() {
        assert_eq!(explain("fine"), None);
        assert_eq!(explain(""), None);
    }
}
