//! Tests of every email: equal text and HTML, both languages, headers, links and goldens.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod operator_emails;
mod requests;
mod untrusted_text;

use std::collections::BTreeSet;

use jiff::civil::date;

use super::document::{Block, Document, language_tag};
use super::localized::LocalizedContext;
use super::samples::{Sample, all};
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
    sample.with(|context| document(&LocalizedContext::new(context))).unwrap()
}

fn header<'a>(email: &'a Email, name: &str) -> Option<&'a str> {
    email.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The visible text of HTML: without tags and style, with entities decoded.
fn visible_text(html: &str) -> String {
    let body = html.split_once("</style>").unwrap().1;
    let mut seen = String::new();
    for part in body.split('<') {
        seen.push_str(part.split_once('>').map_or(part, |(_, text)| text));
    }
    for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
        seen = seen.replace(entity, character);
    }
    seen
}

/// Removes white space, callout marks and backticks, which text and HTML render differently.
fn bare(text: &str) -> String {
    let lines = text.lines().map(|line| line.strip_prefix("! ").unwrap_or(line));
    lines.flat_map(str::chars).filter(|c| !c.is_whitespace() && *c != '`').collect()
}

fn assert_text_and_html_agree(sample: &Sample) {
    let (document, email) = (document_of(sample), email(sample));
    let (text, html) = (bare(&email.text), bare(&visible_text(&email.html)));
    for part in document.visible_texts() {
        assert!(text.contains(&bare(part)), "{}: {part:?} is in\n{}", sample.name, email.text);
        assert!(html.contains(&bare(part)), "{}: {part:?} is in\n{}", sample.name, email.html);
    }
    for block in &document.blocks {
        if let Block::Action { url, .. } | Block::Link { url, .. } = block {
            assert!(email.text.lines().any(|line| line == url.as_str()), "{url} stands alone on its line");
            assert!(email.html.contains(&format!("href=\"{url}\"")), "{url}");
        }
    }
}

#[test]
fn text_and_html_agree() {
    for sample in samples() {
        assert_text_and_html_agree(&sample);
    }
}

#[test]
fn both_languages_have_the_same_structure() {
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
fn message_id_is_stable_and_distinct_per_notification() {
    let mut ids = BTreeSet::new();
    for sample in all(Language::En).unwrap() {
        let email = email(&sample);
        assert_eq!(email, sample.with(write).unwrap());
        assert_eq!(email.message_id, format!("<{}@regrant.example.com>", sample.notification.id));
        ids.insert(email.message_id);
    }
    // Four samples share a notification with another one and differ only in the app's standing, or in the number of apps.
    assert_eq!(ids.len(), all(Language::En).unwrap().len() - 4);
}

#[test]
fn emails_of_one_request_form_a_thread() {
    for sample in samples() {
        let email = email(&sample);
        for name in ["References", "In-Reply-To"] {
            assert_eq!(header(&email, name), Some("<RG-7K2QM-X4T9P@regrant.example.com>"));
        }
        assert_eq!(header(&email, "X-Regrant-Request"), Some("RG-7K2QM-X4T9P"));
        assert_eq!(header(&email, NOTIFICATION_HEADER), Some(sample.notification.id.as_str()));
        let tags = [("regrant-request", "RG-7K2QM-X4T9P"), ("regrant-notification", sample.notification.id.as_str())];
        assert_eq!(email.tags, tags.map(|(name, value)| (name.to_owned(), value.to_owned())));
        // The characters that SES allows in a tag (SES API, `MessageTag`).
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
fn only_reminders_and_digests_can_be_muted() {
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
fn email_loads_nothing_and_links_only_to_our_pages() {
    for sample in samples() {
        let html = email(&sample).html;
        for bad in ["http://", "src=", "url(", "@import", "<img", "<script", "<link", "<iframe", "<form", "onclick"] {
            assert!(!html.contains(bad), "{bad} in {}", sample.name);
        }
        let links: Vec<&str> = html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(links.iter().all(|link| link.starts_with("https://regrant.example.com/")), "{links:?}");
        assert!(links.len() <= 2 && html.matches("<h1>").count() == 1, "{}: {links:?}", sample.name);
        let shown = visible_text(&html);
        assert!(!shown.contains("inv3nt3dT0k3n") && !shown.contains("inv3nt3dM0t3"), "a link's secret is not shown");
    }
}

#[test]
fn text_lines_fit_except_links() {
    for sample in samples() {
        for line in email(&sample).text.lines() {
            assert!(line.chars().count() <= 78 || line.starts_with("https://regrant.example.com/"), "{line}");
        }
    }
}

/// `UPDATE_GOLDEN=1` writes the files again.
#[test]
fn golden_emails_match() {
    for (name, language) in [("urgent", Language::En), ("handed-to-operator", Language::De)] {
        let email = email(&named(name, language));
        let written = format!("Subject: {}\n\n{}", email.subject, email.text);
        let file = format!("{}/src/emails/tests/{name}.{}.txt", env!("CARGO_MANIFEST_DIR"), language_tag(language));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&file, &written).unwrap();
        }
        assert_eq!(written, std::fs::read_to_string(&file).unwrap(), "{file}");
    }
}

#[test]
fn past_deadline_names_both_dates() {
    let mut sample = named("invitation", Language::En);
    assert!(email(&sample).subject.ends_with("(since 20 Nov 2026)"), "{}", email(&sample).subject);
    let text = bare(&email(&sample).text);
    for words in ["Okta's deadline was 31 December 2024", "Regrant found this app on 20 November 2026"] {
        assert!(text.contains(&bare(words)), "{text}");
    }
    for sample in samples() {
        let text = bare(&email(&sample).text);
        let names_it = text.contains(&bare("31 December 2024")) || text.contains(&bare("31. Dezember 2024"));
        let names_both = names_it && (text.contains("20November2026") || text.contains("20.November2026"));
        assert!(!names_it || names_both, "{}", sample.name);
        assert!(!text.to_lowercase().contains("overdue") && !text.to_lowercase().contains("überfällig"));
    }
    for (day, words) in [
        (date(2026, 12, 31), "36 days left)"),
        (date(2026, 11, 26), "1 day left)"),
        (date(2026, 11, 25), "(your company's deadline, today)"),
    ] {
        sample.installation.deadline = day;
        let email = email(&sample);
        assert!(email.subject.contains(" by ") && bare(&email.text).contains(&bare(words)), "{}", email.text);
    }
}

#[test]
fn app_found_in_its_state_has_no_older_date() {
    let mut sample = named("invitation", Language::En);
    assert!(bare(&email(&sample).text).contains(&bare("Regrant found this on 20 November 2026.")));
    sample.app.as_mut().unwrap().before = Some(Standing::Consented);
    assert!(bare(&email(&sample).text).contains(&bare("Status unchanged since 20 November 2026.")));
}

#[test]
fn email_without_a_link_still_gives_instructions() {
    let single =
        |sample: &Sample| sample.several.is_empty() && !matches!(sample.notification.about, About::Digest { .. });
    for sample in samples().filter(single) {
        let email = sample.with(|context| write(&EmailContext { link: None, mute: None, ..*context })).unwrap();
        assert!(!email.html.contains("href=") && !email.text.contains("https://regrant.example.com/"));
        assert!(email.text.contains("regrant ") || email.text.contains("Applications"), "{}", email.text);
    }
}

/// The words before the details.
fn words_before_details(document: &Document) -> usize {
    let head = document.blocks.iter().take_while(|block| !matches!(block, Block::Details(_))).cloned().collect();
    let head = Document { blocks: head, small_print: Vec::new(), ..document.clone() };
    assert!(head.blocks.len() < document.blocks.len(), "an email has details");
    head.visible_texts().iter().map(|text| text.split_whitespace().count()).sum()
}

#[test]
fn first_part_has_at_most_250_words() {
    for sample in samples() {
        for has_publisher in [None, Some("Contoso Managed Services Limited")] {
            let document = sample.with(|context| {
                let context = EmailContext { verified_publisher: has_publisher, ..*context };
                document(&LocalizedContext::new(&context)).unwrap()
            });
            let words = words_before_details(&document);
            assert!(words <= 250, "{} in {:?}: {words} words", sample.name, sample.language);
        }
    }
}

#[test]
fn subject_has_fewer_than_60_characters() {
    let long = "Microsoft Office 365 for the subsidiaries of Contoso in Europe, the Middle East and Africa";
    let labels = ["Office 365", long, "W", "", "Büro 365 \u{2013} Österreich, Schweiz und Liechtenstein, Vertrieb"];
    let hosts =
        ["https://acme.okta.com", "https://contoso-managed-identity-services-emea.okta-emea.com", "https://a.okta.com"];
    for mut sample in samples() {
        for label in labels {
            for host in hosts {
                sample.installation.org.base_url = host.parse().unwrap();
                for app in sample.app.iter_mut().chain(&mut sample.several) {
                    app.identity.label = crate::domain::text::UntrustedText::new(label);
                }
                sample.installation.counts = vec![(Standing::Broken, 12_345), (Standing::Consented, 23_456)];
                let subject = email(&sample).subject;
                assert!(subject.chars().count() < 60, "{}: {subject}", sample.name);
                assert!(!subject.contains(": \u{2026}") && !subject.starts_with('\u{2026}'), "{subject}");
            }
        }
    }
}

#[test]
fn verification_of_an_earlier_request_is_ignored() {
    let mut sample = named("done", Language::En);
    assert!(email(&sample).text.contains("Consent by:         ada@contoso.onmicrosoft.com"));
    let verification = sample.app.as_mut().unwrap().consent.verification.as_mut().unwrap();
    verification.at = "2026-11-19T00:00:00Z".parse().unwrap();
    let text = email(&sample).text;
    assert!(bare(&text).contains(&bare("as found by the last scan")) && text.contains("not verified"), "{text}");
    assert!(!text.contains("ada@"), "{text}");
}

#[test]
fn digest_counts_the_apps_it_does_not_list() {
    let mut sample = named("digest", Language::En);
    sample.installation.counts = vec![(Standing::Broken, 1_003)];
    assert!(email(&sample).text.contains("and 1,000 more"), "{}", email(&sample).text);
}

#[test]
fn incomplete_context_and_hook_recipient_are_errors() {
    let sample = named("invitation", Language::En);
    let result = sample.with(|context| write(&EmailContext { app: None, ..*context }));
    assert!(matches!(result, Err(InvalidEmail::Incomplete { about: "invitation", .. })), "{result:?}");
    let mut hook = sample.clone();
    hook.notification.recipient = Recipient::Hook { name: "ops".to_owned() };
    assert!(matches!(hook.with(write), Err(InvalidEmail::NotAnEmail { .. })));
    let digest = named("digest", Language::De);
    assert!(matches!(
        digest.with(|t| write(&EmailContext { digest: None, ..*t })),
        Err(InvalidEmail::Incomplete { .. })
    ));
}
