//! What every letter promises.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod asking;
mod hostile;
mod operators;

use std::collections::BTreeSet;

use jiff::civil::date;

use super::document::{Block, Document};
use super::samples::{Sample, all};
use super::view::View;
use super::*;
use crate::domain::contact::Language;
use crate::domain::notice::Recipient;

const LANGUAGES: [Language; 2] = [Language::En, Language::De];

fn samples() -> impl Iterator<Item = Sample> {
    LANGUAGES.into_iter().flat_map(|language| all(language).unwrap())
}

fn named(name: &str, language: Language) -> Sample {
    all(language).unwrap().into_iter().find(|sample| sample.name == name).unwrap()
}

fn letter(sample: &Sample) -> Letter {
    sample.with(write).unwrap()
}

fn document_of(sample: &Sample) -> Document {
    sample.with(|telling| document(&View::of(telling))).unwrap()
}

fn header<'a>(letter: &'a Letter, name: &str) -> Option<&'a str> {
    letter.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// What a reader sees of HTML: no tags, no style, entities read.
fn seen(html: &str) -> String {
    let body = html.split_once("</style>").unwrap().1;
    let mut seen = String::new();
    for part in body.split('<') {
        seen.push_str(part.split_once('>').map_or(part, |(_, text)| text));
    }
    for (entity, character) in [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")] {
        seen = seen.replace(entity, character);
    }
    seen
}

/// Without what depends on the lines that text is broken into, and on how a command is set off.
fn bare(text: &str) -> String {
    let lines = text.lines().map(|line| line.strip_prefix("! ").unwrap_or(line));
    lines.flat_map(str::chars).filter(|c| !c.is_whitespace() && *c != '`').collect()
}

fn says_the_same_twice(sample: &Sample) {
    let (document, letter) = (document_of(sample), letter(sample));
    let (text, html) = (bare(&letter.text), bare(&seen(&letter.html)));
    for fact in document.facts() {
        assert!(text.contains(&bare(fact)), "{}: {fact:?} is in\n{}", sample.name, letter.text);
        assert!(html.contains(&bare(fact)), "{}: {fact:?} is in\n{}", sample.name, letter.html);
    }
    for block in &document.blocks {
        if let Block::Action { url, .. } | Block::Link { url, .. } = block {
            assert!(letter.text.lines().any(|line| line == url.as_str()), "{url} stands alone on its line");
            assert!(letter.html.contains(&format!("href=\"{url}\"")), "{url}");
        }
    }
}

#[test]
fn text_and_html_say_the_same() {
    for sample in samples() {
        says_the_same_twice(&sample);
    }
}

#[test]
fn both_languages_say_the_same_things_in_the_same_order_in_words_of_their_own() {
    for (english, german) in all(Language::En).unwrap().iter().zip(&all(Language::De).unwrap()) {
        let (one, other) = (document_of(english), document_of(german));
        let shape = |document: &Document| {
            let sizes = document.blocks.iter().map(|block| match block {
                Block::Facts(facts) => facts.len(),
                Block::Steps(items) | Block::List(items) | Block::Commands(items) => items.len(),
                Block::Table { columns, rows } => columns.len() * 100 + rows.len(),
                _ => 0,
            });
            let kinds = document.blocks.iter().map(std::mem::discriminant);
            kinds.zip(sizes).collect::<Vec<_>>()
        };
        assert_eq!(shape(&one), shape(&other), "{}", english.name);
        for (mine, yours) in one.blocks.iter().zip(&other.blocks) {
            if let (Block::Heading(one), Block::Heading(other)) | (Block::Paragraph(one), Block::Paragraph(other)) =
                (mine, yours)
            {
                assert_ne!(one, other, "{}", english.name);
            }
        }
        assert!(one.subject != other.subject && one.preheader != other.preheader);
    }
    let german = letter(&named("invitation", Language::De));
    for permission in crate::domain::permission::PermissionCatalogue::default().all() {
        assert!(!german.text.contains(&permission.why), "{} has a German reason", permission.name);
    }
}

#[test]
fn the_same_notice_is_the_same_letter_and_another_one_is_another() {
    let mut ids = BTreeSet::new();
    for sample in all(Language::En).unwrap() {
        let letter = letter(&sample);
        assert_eq!(letter, sample.with(write).unwrap());
        assert_eq!(letter.message_id, format!("<{}@regrant.example.com>", sample.notice.id));
        ids.insert(letter.message_id);
    }
    // Two samples are about the same thing to the same person, one of them for another standing.
    assert_eq!(ids.len(), all(Language::En).unwrap().len() - 2);
}

#[test]
fn letters_of_one_request_are_a_thread_and_programs_know_what_they_are() {
    for sample in samples() {
        let letter = letter(&sample);
        for name in ["References", "In-Reply-To"] {
            assert_eq!(header(&letter, name), Some("<RG-7K2QM-X4T9P@regrant.example.com>"));
        }
        assert_eq!(header(&letter, "X-Regrant-Request"), Some("RG-7K2QM-X4T9P"));
        let tags = [("regrant-request", "RG-7K2QM-X4T9P"), ("regrant-notice", sample.notice.id.as_str())];
        assert_eq!(letter.tags, tags.map(|(name, value)| (name.to_owned(), value.to_owned())));
        // What SES takes in a tag (SES API, `MessageTag`).
        let fits = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        assert!(letter.tags.iter().all(|(name, value)| fits(name) && fits(value)), "{:?}", letter.tags);
        assert_eq!(header(&letter, "List-Id"), Some("Regrant <regrant.example.com>"));
        assert_eq!(header(&letter, "Auto-Submitted"), Some("auto-generated"));
        let language = if sample.language == Language::De { "de" } else { "en" };
        assert_eq!(header(&letter, "Content-Language"), Some(language));
        assert!(letter.html.contains(&format!("<html lang=\"{language}\">")));
        assert!(letter.to_mime().is_ok());
    }
}

#[test]
fn only_what_comes_again_can_be_muted_with_one_click() {
    for sample in samples() {
        let letter = letter(&sample);
        let mutes = sample.name.starts_with("reminder") || sample.name == "digest";
        let unsubscribe = mutes.then_some("<https://regrant.example.com/mute/inv3nt3dM0t3>");
        assert_eq!(header(&letter, "List-Unsubscribe"), unsubscribe, "{}", sample.name);
        assert_eq!(header(&letter, "List-Unsubscribe-Post"), mutes.then_some("List-Unsubscribe=One-Click"));
        assert_eq!(letter.text.contains("/mute/"), mutes);
        assert_eq!(letter.html.contains("/mute/"), mutes);
    }
    let mut plain = named("digest", Language::En);
    plain.house.mute = "http://localhost:8080/mute/x".parse().unwrap();
    assert_eq!(header(&letter(&plain), "List-Unsubscribe"), None, "RFC 8058 demands https");
}

#[test]
fn nothing_in_a_letter_is_fetched_and_links_lead_to_our_pages_only() {
    for sample in samples() {
        let html = letter(&sample).html;
        for bad in ["http://", "src=", "url(", "@import", "<img", "<script", "<link", "<iframe", "<form", "onclick"] {
            assert!(!html.contains(bad), "{bad} in {}", sample.name);
        }
        let links: Vec<&str> = html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(links.iter().all(|link| link.starts_with("https://regrant.example.com/")), "{links:?}");
        assert!(links.len() <= 2 && html.matches("<h1>").count() == 1, "{}: {links:?}", sample.name);
        let shown = seen(&html);
        assert!(!shown.contains("inv3nt3dT0k3n") && !shown.contains("inv3nt3dM0t3"), "a link's secret is not shown");
    }
}

#[test]
fn every_line_of_the_text_fits_and_only_links_are_longer() {
    for sample in samples() {
        for line in letter(&sample).text.lines() {
            assert!(line.chars().count() <= 78 || line.starts_with("https://regrant.example.com/"), "{line}");
        }
    }
}

#[test]
fn two_letters_to_the_word() {
    let urgent = letter(&named("urgent", Language::En));
    assert_eq!(format!("Subject: {}\n\n{}", urgent.subject, urgent.text), include_str!("urgent.en.txt"));
    let handed = letter(&named("handed-to-operator", Language::De));
    assert_eq!(format!("Subject: {}\n\n{}", handed.subject, handed.text), include_str!("handed-to-operator.de.txt"));
}

#[test]
fn a_deadline_ahead_and_one_behind_are_told_apart() {
    let mut sample = named("invitation", Language::En);
    assert!(letter(&sample).subject.ends_with(", overdue since 31 December 2024"));
    assert!(letter(&sample).text.contains("It is past."));
    for (day, words) in [
        (date(2026, 12, 31), "36 days left"),
        (date(2026, 11, 26), "1 day left"),
        (date(2026, 11, 25), "That is today."),
    ] {
        sample.house.deadline = day;
        let letter = letter(&sample);
        assert!(letter.subject.contains(", by ") && bare(&letter.text).contains(&bare(words)), "{}", letter.text);
    }
}

#[test]
fn a_letter_without_a_link_says_how_to_do_it_all_the_same() {
    for sample in samples().filter(|sample| !matches!(sample.notice.about, About::Digest { .. })) {
        let letter = sample.with(|telling| write(&Telling { link: None, mute: None, ..*telling })).unwrap();
        assert!(!letter.html.contains("href=") && !letter.text.contains("https://regrant.example.com/"));
        assert!(letter.text.contains("regrant ") || letter.text.contains("Applications"), "{}", letter.text);
    }
}

#[test]
fn a_proof_of_an_earlier_request_is_not_told_as_one_of_this() {
    let mut sample = named("done", Language::En);
    assert!(letter(&sample).text.contains("Consent by:         ada@contoso.onmicrosoft.com"));
    let proof = sample.app.as_mut().unwrap().consent.proof.as_mut().unwrap();
    proof.at = "2026-11-19T00:00:00Z".parse().unwrap();
    let text = letter(&sample).text;
    assert!(bare(&text).contains(&bare("as the last scan found it")) && text.contains("not proven"), "{text}");
    assert!(!text.contains("ada@"), "{text}");
}

#[test]
fn a_digest_says_how_many_it_does_not_name() {
    let mut sample = named("digest", Language::En);
    sample.house.counts = vec![(Standing::Broken, 1_003)];
    assert!(letter(&sample).text.contains("and 1,000 more"), "{}", letter(&sample).text);
}

#[test]
fn what_is_no_letter_or_lacks_what_it_is_about_is_told() {
    let sample = named("invitation", Language::En);
    let told = sample.with(|telling| write(&Telling { app: None, ..*telling }));
    assert!(matches!(told, Err(InvalidLetter::Incomplete { about: "invitation", .. })), "{told:?}");
    let mut hook = sample.clone();
    hook.notice.recipient = Recipient::Hook { name: "ops".to_owned() };
    assert!(matches!(hook.with(write), Err(InvalidLetter::NotALetter { .. })));
    let digest = named("digest", Language::De);
    assert!(matches!(digest.with(|t| write(&Telling { digest: None, ..*t })), Err(InvalidLetter::Incomplete { .. })));
}
