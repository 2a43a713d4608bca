//! Text of others in an email: shown harmlessly, and never longer than a line or two.

use std::borrow::Cow;

use crate::domain::text::UntrustedText;

/// The longest name of an app, a person or a domain that an email shows, in characters.
pub(super) const NAME: usize = 70;
/// The same in a subject, which lists of mails cut sooner.
pub(super) const IN_SUBJECT: usize = 48;
/// The longest sentence of somebody else's.
pub(super) const SENTENCE: usize = 300;

/// `text` without hidden characters, without what mail programs turn into links, and no longer than `longest`.
pub(super) fn shown(text: &str, longest: usize) -> String {
    // Cut before anything else is done, since some labels are books.
    let head: String = text.chars().take(longest + 1).collect();
    let plain = UntrustedText::new(head).to_string();
    let harmless: Vec<Cow<'_, str>> = plain.split(' ').map(without_link).collect();
    // Backticks mark what an email shows as a command.
    let harmless = harmless.join(" ").replace('`', "\u{2019}");
    let mut characters = harmless.chars();
    let mut cut: String = characters.by_ref().take(longest).collect();
    if characters.next().is_some() {
        cut.pop();
        cut.push('\u{2026}');
    }
    cut
}

/// Mail programs make links of what looks like one. A word that does is written so that none of them knows it.
fn without_link(word: &str) -> Cow<'_, str> {
    let lower = word.to_ascii_lowercase();
    let leads_somewhere = lower.contains("://")
        || lower.contains("www.")
        || lower.contains("mailto:")
        || word.split_once('/').is_some_and(|(host, _)| host.contains('.'));
    if leads_somewhere { word.replace("://", "[:]//").replace('.', "[.]").into() } else { word.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_label_stays_as_it_is() {
        for label in ["Office 365", "Büro (contoso.com) \u{2013} EMEA", "四五六", "a/b testing", "R&D <main>"] {
            assert_eq!(shown(label, NAME), label);
        }
    }

    #[test]
    fn what_looks_like_a_link_is_none() {
        assert_eq!(shown("see https://evil.example/x now", NAME), "see https[:]//evil[.]example/x now");
        assert_eq!(shown("WWW.evil.example", NAME), "WWW[.]evil[.]example");
        assert_eq!(shown("evil.example/login", NAME), "evil[.]example/login");
    }

    #[test]
    fn nothing_hidden_passes_and_nothing_is_long() {
        assert_eq!(shown("a\r\nBcc: b\u{202e}", NAME), "a\\u{d}\\u{a}Bcc: b\\u{202e}");
        let long = shown(&"x".repeat(5_000), NAME);
        assert_eq!((long.chars().count(), long.ends_with('\u{2026}')), (NAME, true));
        assert_eq!(shown(&"\u{202e}".repeat(5_000), NAME).chars().count(), NAME);
        assert_eq!(shown("run `rm`", NAME), "run \u{2019}rm\u{2019}");
    }
}
