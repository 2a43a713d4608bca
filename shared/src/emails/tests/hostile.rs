//! Text of others that wants to be more than text.

use jiff::Timestamp;
use proptest::prelude::*;
use textwrap::core::display_width;

use super::*;
use crate::domain::app::AppRecord;
use crate::domain::tenant::TenantName;
use crate::domain::text::{UntrustedText, is_hidden};

/// The sample with `text` in every field that somebody else may have written.
fn spoilt(mut sample: Sample, text: &str) -> Sample {
    let foreign = || UntrustedText::new(text);
    let spoil = |app: &mut AppRecord| {
        app.identity.label = foreign();
        app.identity.domain = Some(foreign());
        app.identity.tenant = Some(TenantName::from(text.to_owned()));
        app.assessment.reasons = vec![text.to_owned()];
        if let Some(administrator) = &mut app.consent.administrator {
            administrator.username = foreign();
        }
        if let Some(grants) = app.consent.verification.as_mut().and_then(|verification| verification.grants.as_mut()) {
            grants.grants.iter_mut().for_each(|grant| grant.permission = text.to_owned());
            if let Some(principal) = &mut grants.principal {
                principal.display_name = foreign();
            }
        }
    };
    sample.app.iter_mut().for_each(spoil);
    let installation = &mut sample.installation;
    installation.waiting.iter_mut().for_each(spoil);
    installation.not_seen.iter_mut().for_each(|not_seen| not_seen.reason = text.to_owned());
    installation.waiver.reason = foreign();
    installation.failed_work = vec![(Timestamp::UNIX_EPOCH, foreign(), text.to_owned(), foreign())];
    sample.detail = sample.detail.map(|_| text.to_owned());
    sample
}

fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).map(|part| part.split(['>', ' ']).next().unwrap_or(part)).collect()
}

/// Whatever `text` says, the email has the same parts and no more.
fn is_harmless(sample: Sample, text: &str) {
    let name = sample.name;
    let (benign, sample) = (email(&spoilt(sample.clone(), "Office")), spoilt(sample, text));
    let email = email(&sample);
    assert_eq!(tags(&email.html), tags(&benign.html), "{name}: {}", email.html);
    // Every quotation mark belongs to an attribute; in text each is an entity.
    let attributes = |html: &str| html.matches('"').count();
    assert_eq!(attributes(&email.html), attributes(&benign.html), "{name}");
    assert!(!email.subject.chars().any(is_hidden), "{}", email.subject);
    assert!(email.subject.chars().count() <= 240, "{}", email.subject);
    assert!(email.text.chars().chain(email.html.chars()).all(|c| c == '\n' || !is_hidden(c)), "{name}");
    assert!(
        email.text.lines().all(|line| display_width(line) <= 78 || line.starts_with("https://regrant.example.com/"))
    );
    let mime = String::from_utf8(email.to_mime().unwrap()).unwrap();
    let head = mime.split("\r\n\r\n").next().unwrap();
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    says_the_same_twice(&sample);
}

#[test]
fn hostile_text_in_every_field_stays_text() {
    let long = "x".repeat(5_000);
    let wide = "<b>".repeat(1_700);
    for text in [
        "</title></style><script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "--><!--",
        "{{ document.subject }} {% raw %}",
        "Office\r\nBcc: eve@example.com",
        "Office\r\n\r\n.\r\nMAIL FROM:<eve@example.com>",
        "\u{202e}tpircsavaj\u{2066}",
        "a\u{0}b\u{7}c\u{1b}[31md\u{200b}e\u{feff}",
        "`regrant org remove acme.okta.com`",
        "=?utf-8?b?QmNjOiBldmVAZXhhbXBsZS5jb20=?=",
        "",
        "   ",
        &long,
        &wide,
    ] {
        for sample in samples() {
            is_harmless(sample, text);
        }
    }
}

#[test]
fn what_looks_like_a_link_becomes_none() {
    for text in [
        "https://evil.example/consent",
        "Sign in at www.evil.example now",
        "evil.example/login",
        "mailto:eve@evil.example",
    ] {
        for sample in samples() {
            let email = email(&spoilt(sample, text));
            for body in [&email.text, &email.html, &email.subject] {
                for bad in ["https://evil", "www.evil", "evil.example"] {
                    assert!(!body.contains(bad), "{bad} in {body}");
                }
            }
        }
    }
}

#[test]
fn a_log_of_failed_work_that_never_ends_does_not_make_an_email_that_does_not() {
    let mut sample = named("done", Language::De);
    let one = (
        Timestamp::UNIX_EPOCH,
        UntrustedText::new("ada"),
        "application.provision".to_owned(),
        UntrustedText::new("no"),
    );
    sample.installation.failed_work = vec![one; 40_000];
    let email = email(&sample);
    assert!(email.html.len() < 60_000 && email.text.contains("39.950"), "{}", email.html.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_at_all_stays_text(text in any::<String>(), at in 0_usize..17, german in any::<bool>()) {
        let language = if german { Language::De } else { Language::En };
        let mut samples = all(language).unwrap();
        is_harmless(samples.swap_remove(at), &text);
    }
}
