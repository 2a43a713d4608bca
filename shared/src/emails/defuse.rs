//! Defuses untrusted text before an email shows it: no hidden characters, no links, limited length.
//!
//! Mail programs turn bare domains, addresses, IP addresses and words with a scheme into links. A label that names a domain
//! could therefore lead a reader to a stranger's page. Every such word is rewritten as `evil[.]example`, unless it is a
//! domain that the email is about.

use std::borrow::Cow;

use crate::domain::app::AppRecord;
use crate::domain::org::OrgProfile;
use crate::domain::tenant::TenantDomain;
use crate::domain::text::UntrustedText;

/// The longest name of an app, a person or a domain in an email, in characters.
pub(super) const MAX_NAME: usize = 70;
/// The longest untrusted sentence, in characters.
pub(super) const MAX_SENTENCE: usize = 300;

/// The domains that an email may show as they are: the org's host and the tenant's initial domain. Both are checked where
/// Regrant learns them. A tenant's custom domain is not, because anyone who manages the app in Okta can type one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct KnownDomains(Vec<String>);

impl KnownDomains {
    /// The host of `org`.
    pub(super) fn of_org(org: &OrgProfile) -> Self {
        Self(vec![org.domain().to_lowercase()])
    }

    /// These and the initial domain of the app's tenant.
    pub(super) fn with_tenant_of(mut self, org: &OrgProfile, app: &AppRecord) -> Self {
        let suffix = format!(".{}", org.cloud.initial_domain_suffix());
        let domain = app.identity.tenant.as_ref().and_then(|name| TenantDomain::of(name, org.cloud).ok());
        self.0.extend(domain.map(String::from).filter(|domain| domain.ends_with(&suffix)));
        self
    }

    /// Whether `word` is one of the domains or an address at one, apart from punctuation around it.
    fn include(&self, word: &str) -> bool {
        let core = word.trim_matches(|c: char| c.is_ascii_punctuation()).to_lowercase();
        let domain = match core.split_once('@') {
            Some((user, domain)) if user.bytes().all(|b| b.is_ascii_alphanumeric() || b"._+-".contains(&b)) => domain,
            Some(_) => return false,
            None => core.as_str(),
        };
        self.0.iter().any(|known| known == domain)
    }

    /// Returns `text` without hidden characters and without anything that mail programs turn into a link, cut to
    /// `longest` characters.
    pub(super) fn defused(&self, text: &str, longest: usize) -> String {
        // Cut first, because a label can be very long.
        let head: String = text.chars().take(longest + 1).collect();
        let plain = UntrustedText::new(head).to_string();
        let harmless: Vec<Cow<'_, str>> = plain
            .split(char::is_whitespace)
            .map(|word| if self.include(word) { word.into() } else { without_link(word) })
            .collect();
        // Backticks mark commands in an email.
        let harmless = harmless.join(" ").replace('`', "\u{2019}");
        if harmless.chars().count() <= longest {
            return harmless;
        }
        // A known domain that is cut becomes a different one.
        let cut = shortened(&harmless, longest);
        let (rest, last) = cut.rsplit_once(' ').unwrap_or(("", &cut));
        format!("{rest}{}{}", if rest.is_empty() { "" } else { " " }, without_link(last))
    }
}

/// Cuts `text` to `longest` characters, the last of which is then an ellipsis.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    let mut characters = text.chars();
    let mut cut: String = characters.by_ref().take(longest).collect();
    if characters.next().is_some() {
        cut.pop();
        cut.push('\u{2026}');
    }
    cut
}

/// Replaces every email address in `text`, so that an error message of Okta's does not name an end user.
pub(super) fn without_addresses(text: &str) -> String {
    let words = text.split(char::is_whitespace).map(|word| if word.contains(is_at) { "[\u{2026}]" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// A dot in any script that IDNA treats as one (UTS #46 section 4.5), or that looks like one.
const fn is_dot(c: char) -> bool {
    matches!(c, '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | '\u{2024}' | '\u{fe52}')
}

const fn is_at(c: char) -> bool {
    matches!(c, '@' | '\u{ff20}' | '\u{fe6b}')
}

const fn is_colon(c: char) -> bool {
    matches!(c, ':' | '\u{ff1a}' | '\u{fe55}')
}

/// A character that can be part of a domain. Link detection accepts any script, and emoji.
fn is_label(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_') || (!c.is_ascii() && !is_dot(c) && !is_at(c) && !is_colon(c))
}

/// Rewrites a word that mail programs would turn into a link, so that they no longer recognise it.
fn without_link(word: &str) -> Cow<'_, str> {
    let characters: Vec<char> = word.chars().collect();
    let colons = word.contains("://") || has_scheme(&characters) || is_ipv6(&characters);
    let dots = has_domain(&characters);
    let path = word.contains("\\\\");
    if !dots && !colons && !path && !word.contains(is_at) {
        return word.into();
    }
    let mut harmless = String::with_capacity(word.len() + 8);
    for (at, c) in characters.iter().copied().enumerate() {
        match c {
            c if is_dot(c) && characters.get(at + 1).copied().is_some_and(is_label) => harmless.push_str("[.]"),
            c if is_colon(c) && colons => harmless.push_str("[:]"),
            c if is_at(c) => harmless.push_str("[at]"),
            '\\' if path => harmless.push_str("[\\]"),
            c => harmless.push(c),
        }
    }
    harmless.into()
}

/// Whether part of a word reads as a domain (`a.example`, `www.x`) or an IPv4 address. Numbers (`3.5`) and abbreviations
/// (`e.g.`) do not.
fn has_domain(word: &[char]) -> bool {
    word.split(|c| !is_label(*c) && !is_dot(*c)).any(|run| {
        let labels: Vec<&[char]> = run.split(|c| is_dot(*c)).collect();
        let named = |label: &&[char]| label.len() >= 2 && label.first().is_some_and(|c| !c.is_ascii_digit());
        let is_number = |label: &&&[char]| label.iter().any(char::is_ascii_digit);
        let is_www = |label: &[char]| label.iter().collect::<String>().eq_ignore_ascii_case("www");
        labels.windows(2).any(|pair| !pair[0].is_empty() && (named(&pair[1]) || is_www(pair[0])))
            || labels.iter().filter(is_number).count() >= 4
    })
}

/// Whether part of a word reads as a scheme and what follows it (RFC 3986 section 3.1): `mailto:x`, `https://x`.
fn has_scheme(word: &[char]) -> bool {
    word.iter().enumerate().any(|(at, c)| {
        let before = word[..at].iter().rev().take_while(|c| c.is_alphanumeric() || "+-.".contains(**c));
        let begins_with_letter = before.clone().last().is_some_and(|c| c.is_alphabetic());
        is_colon(*c) && begins_with_letter && before.count() >= 2 && at + 1 < word.len()
    })
}

/// Whether a word holds an IPv6 address: `::`, or seven colons between hexadecimal digits.
fn is_ipv6(word: &[char]) -> bool {
    let run = word.split(|c| !c.is_ascii_hexdigit() && !is_colon(*c) && !is_dot(*c));
    run.into_iter().any(|run| {
        let colons = run.iter().filter(|c| is_colon(**c)).count();
        colons >= 7 || run.windows(2).any(|pair| pair.iter().all(|c| is_colon(*c)))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn known() -> KnownDomains {
        KnownDomains(vec!["acme.okta.com".to_owned(), "contoso.onmicrosoft.com".to_owned()])
    }

    fn shown(text: &str) -> String {
        known().defused(text, MAX_SENTENCE)
    }

    #[test]
    fn ordinary_label_is_unchanged() {
        for label in [
            "Office 365",
            "Büro \u{2013} EMEA",
            "四五六",
            "a/b testing, v1.2 (3.5 MB)",
            "R&D <main>",
            "e.g. z.B. U.S.A.",
            "AADSTS50173: The grant was revoked, at 10:30:05.",
            "acme.okta.com",
            "(contoso.onmicrosoft.com),",
            "ada@contoso.onmicrosoft.com",
        ] {
            assert_eq!(shown(label), label);
        }
    }

    #[test]
    fn link_like_words_are_defused() {
        for (text, harmless) in [
            ("see https://evil.example/x now", "see https[:]//evil[.]example/x now"),
            ("WWW.evil.example", "WWW[.]evil[.]example"),
            ("www.1", "www[.]1"),
            ("evil.example", "evil[.]example"),
            ("Office\u{a0}evil.example\u{2003}now", "Office evil[.]example now"),
            ("eve@evil.example", "eve[at]evil[.]example"),
            ("eve@localhost", "eve[at]localhost"),
            ("mailto:eve", "mailto[:]eve"),
            ("javascript:alert(1)", "javascript[:]alert(1)"),
            ("tel:+4312345", "tel[:]+4312345"),
            ("192.0.2.7/x", "192[.]0[.]2[.]7/x"),
            ("[2001:db8::1]", "[2001[:]db8[:][:]1]"),
            ("1:2:3:4:5:6:7:8", "1[:]2[:]3[:]4[:]5[:]6[:]7[:]8"),
            ("evil\u{3002}example", "evil[.]example"),
            ("evil\u{ff0e}example", "evil[.]example"),
            ("evil\u{2024}example", "evil[.]example"),
            ("ｅｖｉｌ．ｅｘａｍｐｌｅ", "ｅｖｉｌ[.]ｅｘａｍｐｌｅ"),
            ("i\u{2764}.example", "i\u{2764}[.]example"),
            ("bücher.example", "bücher[.]example"),
            ("\\\\evil\\share", "[\\][\\]evil[\\]share"),
            ("acme.okta.com.evil.example", "acme[.]okta[.]com[.]evil[.]example"),
            ("acme.okta.com@evil.example", "acme[.]okta[.]com[at]evil[.]example"),
            ("evil.example,acme.okta.com", "evil[.]example,acme[.]okta[.]com"),
            ("x:y@contoso.onmicrosoft.com", "x:y[at]contoso[.]onmicrosoft[.]com"),
        ] {
            assert_eq!(shown(text), harmless);
        }
    }

    #[test]
    fn hidden_characters_are_escaped_and_text_is_cut() {
        let defused = |text: &str| KnownDomains::default().defused(text, MAX_NAME);
        assert_eq!(defused("a\r\nBcc: b\u{202e}"), "a\\u{d}\\u{a}Bcc: b\\u{202e}");
        let long = defused(&"x".repeat(5_000));
        assert_eq!((long.chars().count(), long.ends_with('\u{2026}')), (MAX_NAME, true));
        assert_eq!(defused(&"\u{202e}".repeat(5_000)).chars().count(), MAX_NAME);
        assert_eq!(defused("run `rm`"), "run \u{2019}rm\u{2019}");
    }

    #[test]
    fn addresses_are_removed_from_error_messages() {
        let text = "Pushing grace@contoso.example\u{a0}(or <ann@x.example>) failed";
        assert_eq!(without_addresses(text), "Pushing [\u{2026}] (or [\u{2026}] failed");
    }

    /// What mail programs look for, written without the code above: two labels joined by a dot whose second begins with a
    /// letter, a scheme, an address, four numbers, or two colons.
    fn looks_like_a_link(word: &str) -> bool {
        let dotted: String = word
            .chars()
            .map(|c| if "\u{3002}\u{ff0e}\u{ff61}\u{2024}\u{fe52}".contains(c) { '.' } else { c })
            .collect();
        let part = |c: char| c.is_alphanumeric() || c == '-';
        let domain = dotted.char_indices().any(|(at, c)| {
            let after: Vec<char> = dotted[at + c.len_utf8()..].chars().take_while(|c| part(*c)).collect();
            let begins = after.first().is_some_and(|c| c.is_alphabetic());
            c == '.' && dotted[..at].chars().next_back().is_some_and(part) && begins && after.len() >= 2
        });
        let mut runs = dotted.split(|c: char| !c.is_ascii_digit() && c != '.');
        let numbers = runs.any(|run| run.split('.').filter(|number| !number.is_empty()).count() >= 4);
        domain || numbers || ["://", "::", "@"].iter().any(|mark| dotted.contains(mark))
    }

    proptest! {
        #[test]
        fn no_word_reads_as_a_link(
            parts in prop::collection::vec(prop::sample::select(&[
                "evil", "example", "com", ".", "\u{3002}", "\u{ff0e}", "@", ":", "//", "/", "\\\\", " ", "\u{a0}", "\u{2003}",
                "\t", "www", "http", "mailto", "192", "0", "2", "[", "]", "::", "-", "_", "(", ")", "xn--e1a", "\u{2764}", "ä",
                "\u{200b}", "acme.okta.com", ",", "<", ">", "#", "?", "%2e", "&",
            ][..]), 1..14),
        ) {
            let text = parts.concat();
            let shown = shown(&text);
            for word in shown.split(char::is_whitespace).filter(|word| !known().include(word)) {
                prop_assert!(!looks_like_a_link(word), "{word:?} in {shown:?}, from {text:?}");
            }
        }

        #[test]
        fn any_text_stays_free_of_links(text in any::<String>()) {
            let shown = shown(&text);
            prop_assert!(shown.split(char::is_whitespace).all(|word| !looks_like_a_link(word)), "{shown:?}");
        }
    }
}
