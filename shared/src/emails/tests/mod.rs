//! What every email promises.

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
use crate::domain::notification::Recipient;

const LANGUAGES: [Language; 2] = [Language::En, Language::De];

fn samples() -> impl Iterator<Item = Sample> {
    LANGUAGES.into_iter().flat_map(|language| all(language).unwrap())
}

fn named(name: &str, language: Language) -> Sample {
    all(language).unwrap().into_iter().find(|sample| sample.name == name).unwrap()
}

fn email(sample: &Sample) -> Email {
    sample.with(write).unwrap()
}

fn document_of(sample: &Sample) -> Document {
    sample.with(|context| document(&View::of(context))).unwrap()
}

fn header<'a>(email: &'a Email, name: &str) -> Option<&'a str> {
    email.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
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
    let (document, email) = (document_of(sample), email(sample));
    let (text, html) = (bare(&email.text), bare(&seen(&email.html)));
    for fact in document.facts() {
        assert!(text.contains(&bare(fact)), "{}: {fact:?} is in\n{}", sample.name, email.text);
        assert!(html.contains(&bare(fact)), "{}: {fact:?} is in\n{}", sample.name, email.html);
    }
    for block in &document.blocks {
        if let Block::Action { url, .. } | Block::Link { url, .. } = block {
            assert!(email.text.lines().any(|line| line == url.as_str()), "{url} stands alone on its line");
            assert!(email.html.contains(&format!("href=\"{url}\"")), "{url}");
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
    let german = email(&named("invitation", Language::De));
    for permission in crate::domain::permission::PermissionCatalogue::default().all() {
        assert!(!german.text.contains(&permission.why), "{} has a German reason", permission.name);
    }
}

#[test]
fn the_same_notification_is_the_same_email_and_another_one_is_another() {
    let mut ids = BTreeSet::new();
    for sample in all(Language::En).unwrap() {
        let email = email(&sample);
        assert_eq!(email, sample.with(write).unwrap());
        assert_eq!(email.message_id, format!("<{}@regrant.example.com>", sample.notification.id));
        ids.insert(email.message_id);
    }
    // Two samples are about the same thing to the same person, one of them for another standing.
    assert_eq!(ids.len(), all(Language::En).unwrap().len() - 2);
}

#[test]
fn emails_of_one_request_are_a_thread_and_programs_know_what_they_are() {
    for sample in samples() {
        let email = email(&sample);
        for name in ["References", "In-Reply-To"] {
            assert_eq!(header(&email, name), Some("<RG-7K2QM-X4T9P@regrant.example.com>"));
        }
        assert_eq!(header(&email, "X-Regrant-Request"), Some("RG-7K2QM-X4T9P"));
        let tags = [("regrant-request", "RG-7K2QM-X4T9P"), ("regrant-notification", sample.notification.id.as_str())];
        assert_eq!(email.tags, tags.map(|(name, value)| (name.to_owned(), value.to_owned())));
        // What SES takes in a tag (SES API, `MessageTag`).
        let fits = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        assert!(email.tags.iter().all(|(name, value)| fits(name) && fits(value)), "{:?}", email.tags);
        assert_eq!(header(&email, "List-Id"), Some("Regrant <regrant.example.com>"));
        assert_eq!(header(&email, "Auto-Submitted"), Some("auto-generated"));
        let language = if sample.language == Language::De { "de" } else { "en" };
        assert_eq!(header(&email, "Content-Language"), Some(language));
        assert!(email.html.contains(&format!("<html lang=\"{language}\">")));
        assert!(email.to_mime().is_ok());
    }
}

#[test]
fn only_what_comes_again_can_be_muted_with_one_click() {
    for sample in samples() {
        let email = email(&sample);
        let mutes = sample.name.starts_with("reminder") || sample.name == "digest";
        let unsubscribe = mutes.then_some("<https://regrant.example.com/mute/inv3nt3dM0t3>");
        assert_eq!(header(&email, "List-Unsubscribe"), unsubscribe, "{}", sample.name);
        assert_eq!(header(&email, "List-Unsubscribe-Post"), mutes.then_some("List-Unsubscribe=One-Click"));
        assert_eq!(email.text.contains("/mute/"), mutes);
        assert_eq!(email.html.contains("/mute/"), mutes);
    }
    let mut plain = named("digest", Language::En);
    plain.installation.mute = "http://localhost:8080/mute/x".parse().unwrap();
    assert_eq!(header(&email(&plain), "List-Unsubscribe"), None, "RFC 8058 demands https");
}

#[test]
fn nothing_in_an_email_is_fetched_and_links_lead_to_our_pages_only() {
    for sample in samples() {
        let html = email(&sample).html;
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
        for line in email(&sample).text.lines() {
            assert!(line.chars().count() <= 78 || line.starts_with("https://regrant.example.com/"), "{line}");
        }
    }
}

#[test]
fn two_emails_to_the_word() {
    let urgent = email(&named("urgent", Language::En));
    assert_eq!(format!("Subject: {}\n\n{}", urgent.subject, urgent.text), include_str!("urgent.en.txt"));
    let handed = email(&named("handed-to-operator", Language::De));
    assert_eq!(format!("Subject: {}\n\n{}", handed.subject, handed.text), include_str!("handed-to-operator.de.txt"));
}

#[test]
fn a_deadline_ahead_and_one_behind_are_told_apart() {
    let mut sample = named("invitation", Language::En);
    assert!(email(&sample).subject.ends_with(", overdue since 31 December 2024"));
    assert!(email(&sample).text.contains("It is past."));
    for (day, words) in [
        (date(2026, 12, 31), "36 days left"),
        (date(2026, 11, 26), "1 day left"),
        (date(2026, 11, 25), "That is today."),
    ] {
        sample.installation.deadline = day;
        let email = email(&sample);
        assert!(email.subject.contains(", by ") && bare(&email.text).contains(&bare(words)), "{}", email.text);
    }
}

#[test]
fn a_email_without_a_link_says_how_to_do_it_all_the_same() {
    for sample in samples().filter(|sample| !matches!(sample.notification.about, About::Digest { .. })) {
        let email = sample.with(|context| write(&EmailContext { link: None, mute: None, ..*context })).unwrap();
        assert!(!email.html.contains("href=") && !email.text.contains("https://regrant.example.com/"));
        assert!(email.text.contains("regrant ") || email.text.contains("Applications"), "{}", email.text);
    }
}

#[test]
fn a_proof_of_an_earlier_request_is_not_told_as_one_of_this() {
    let mut sample = named("done", Language::En);
    assert!(email(&sample).text.contains("Consent by:         ada@contoso.onmicrosoft.com"));
    let verification = sample.app.as_mut().unwrap().consent.verification.as_mut().unwrap();
    verification.at = "2026-11-19T00:00:00Z".parse().unwrap();
    let text = email(&sample).text;
    assert!(bare(&text).contains(&bare("as the last scan found it")) && text.contains("not verified"), "{text}");
    assert!(!text.contains("ada@"), "{text}");
}

#[test]
fn a_digest_says_how_many_it_does_not_name() {
    let mut sample = named("digest", Language::En);
    sample.installation.counts = vec![(Standing::Broken, 1_003)];
    assert!(email(&sample).text.contains("and 1,000 more"), "{}", email(&sample).text);
}

#[test]
fn what_is_no_email_or_lacks_what_it_is_about_is_told() {
    let sample = named("invitation", Language::En);
    let told = sample.with(|context| write(&EmailContext { app: None, ..*context }));
    assert!(matches!(told, Err(InvalidEmail::Incomplete { about: "invitation", .. })), "{told:?}");
    let mut hook = sample.clone();
    hook.notification.recipient = Recipient::Hook { name: "ops".to_owned() };
    assert!(matches!(hook.with(write), Err(InvalidEmail::NotAnEmail { .. })));
    let digest = named("digest", Language::De);
    assert!(matches!(
        digest.with(|t| write(&EmailContext { digest: None, ..*t })),
        Err(InvalidEmail::Incomplete { .. })
    ));
}
