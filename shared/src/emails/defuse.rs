//! Defuses untrusted text before an email shows it: no hidden characters, no links, limited length.

use std::borrow::Cow;

use crate::domain::text::UntrustedText;

/// The longest name of an app, a person or a domain in an email, in characters.
pub(super) const MAX_NAME: usize = 70;
/// The longest name in a subject, in characters. Inboxes cut subjects early.
pub(super) const MAX_SUBJECT_NAME: usize = 48;
/// The longest untrusted sentence, in characters.
pub(super) const MAX_SENTENCE: usize = 300;

/// Returns `text` without hidden characters and without anything that email programs turn into a link, cut to `longest`
/// characters.
pub(super) fn defused(text: &str, longest: usize) -> String {
    // Cut first, because a label can be very long.
    let head: String = text.chars().take(longest + 1).collect();
    let plain = UntrustedText::new(head).to_string();
    let harmless: Vec<Cow<'_, str>> = plain.split(' ').map(without_link).collect();
    // Backticks mark commands in an email.
    let harmless = harmless.join(" ").replace('`', "\u{2019}");
    let mut characters = harmless.chars();
    let mut cut: String = characters.by_ref().take(longest).collect();
    if characters.next().is_some() {
        cut.pop();
        cut.push('\u{2026}');
    }
    cut
}

/// Rewrites a word that email programs would turn into a link, so that they no longer recognise it.
fn without_link(word: &str) -> Cow<'_, str> {
    let lower = word.to_ascii_lowercase();
    let looks_like_a_link = lower.contains("://")
        || lower.contains("www.")
        || lower.contains("mailto:")
        || word.split_once('/').is_some_and(|(host, _)| host.contains('.'));
    if looks_like_a_link { word.replace("://", "[:]//").replace('.', "[.]").into() } else { word.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_label_is_unchanged() {
        for label in ["Office 365", "Büro (contoso.com) \u{2013} EMEA", "四五六", "a/b testing", "R&D <main>"] {
            assert_eq!(defused(label, MAX_NAME), label);
        }
    }

    #[test]
    fn link_like_text_is_defused() {
        assert_eq!(defused("see https://evil.example/x now", MAX_NAME), "see https[:]//evil[.]example/x now");
        assert_eq!(defused("WWW.evil.example", MAX_NAME), "WWW[.]evil[.]example");
        assert_eq!(defused("evil.example/login", MAX_NAME), "evil[.]example/login");
    }

    #[test]
    fn hidden_characters_are_escaped_and_text_is_cut() {
        assert_eq!(defused("a\r\nBcc: b\u{202e}", MAX_NAME), "a\\u{d}\\u{a}Bcc: b\\u{202e}");
        let long = defused(&"x".repeat(5_000), MAX_NAME);
        assert_eq!((long.chars().count(), long.ends_with('\u{2026}')), (MAX_NAME, true));
        assert_eq!(defused(&"\u{202e}".repeat(5_000), MAX_NAME).chars().count(), MAX_NAME);
        assert_eq!(defused("run `rm`", MAX_NAME), "run \u{2019}rm\u{2019}");
    }
}
