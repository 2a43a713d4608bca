//! Untrusted text stays text in every email.

use jiff::Timestamp;
use proptest::prelude::*;
use textwrap::core::display_width;

use super::*;
use crate::domain::app::AppRecord;
use crate::domain::tenant::TenantName;
use crate::domain::text::{UntrustedText, is_hidden};

/// The sample with `text` in every field that comes from outside.
fn with_untrusted(mut sample: Sample, text: &str) -> Sample {
    let untrusted = || UntrustedText::new(text);
    let spoil = |app: &mut AppRecord| {
        app.identity.label = untrusted();
        app.identity.domain = Some(untrusted());
        app.identity.tenant = Some(TenantName::from(text.to_owned()));
        app.assessment.reasons = vec![text.to_owned()];
        if let Some(administrator) = &mut app.consent.administrator {
            administrator.username = untrusted();
        }
        if let Some(grants) = app.consent.verification.as_mut().and_then(|verification| verification.grants.as_mut()) {
            grants.grants.iter_mut().for_each(|grant| grant.permission = text.to_owned());
            if let Some(principal) = &mut grants.principal {
                principal.display_name = untrusted();
            }
        }
    };
    sample.app.iter_mut().chain(&mut sample.several).for_each(spoil);
    let installation = &mut sample.installation;
    installation.waiting.iter_mut().for_each(spoil);
    installation.not_checked.iter_mut().for_each(|org| org.reason = text.to_owned());
    installation.waiver.reason = untrusted();
    installation.failed_work = vec![(Timestamp::UNIX_EPOCH, text.to_owned(), untrusted())];
    sample.detail = sample.detail.map(|_| text.to_owned());
    sample
}

fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).map(|part| part.split(['>', ' ']).next().unwrap_or(part)).collect()
}

/// Asserts that an email with `text` has the same tags and attributes as one with a harmless label.
fn assert_harmless(sample: Sample, text: &str) {
    let name = sample.name;
    let (benign, sample) = (email(&with_untrusted(sample.clone(), "Office")), with_untrusted(sample, text));
    let email = email(&sample);
    assert_eq!(tags(&email.html), tags(&benign.html), "{name}: {}", email.html);
    // Every quotation mark belongs to an attribute, because in text each one is an entity.
    let attributes = |html: &str| html.matches('"').count();
    assert_eq!(attributes(&email.html), attributes(&benign.html), "{name}");
    assert!(!email.subject.chars().any(is_hidden), "{}", email.subject);
    assert!(email.subject.chars().count() < 60, "{}", email.subject);
    assert!(email.text.chars().chain(email.html.chars()).all(|c| c == '\n' || !is_hidden(c)), "{name}");
    assert!(
        email.text.lines().all(|line| display_width(line) <= 78 || line.starts_with("https://regrant.example.com/"))
    );
    let mime = String::from_utf8(email.to_mime().unwrap()).unwrap();
    let head = mime.split("\r\n\r\n").next().unwrap();
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    assert_text_and_html_agree(&sample);
}

#[test]
fn hostile_text_stays_text_in_every_field() {
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
            assert_harmless(sample, text);
        }
    }
}

#[test]
fn link_like_text_never_becomes_a_link() {
    for text in [
        "https://evil.example/consent",
        "Sign in at www.evil.example now",
        "evil.example/login",
        "mailto:eve@evil.example",
        "evil.example",
        "eve@evil.example",
        "Office\u{a0}evil.example\u{2003}365",
        "acme.okta.com.evil.example",
        "acme.okta.com@evil.example",
        "//evil.example",
        "(evil.example)",
    ] {
        for sample in samples() {
            let email = email(&with_untrusted(sample, text));
            for body in [&email.text, &email.html, &email.subject] {
                for bad in ["https://evil", "www.evil", "evil.example"] {
                    assert!(!body.contains(bad), "{bad} in {body}");
                }
            }
        }
    }
}

#[test]
fn end_users_logins_do_not_reach_emails() {
    let login = "grace.hopper@contoso.onmicrosoft.com";
    for mut sample in samples() {
        let reason = UntrustedText::new(format!("Pushing profile of user {login}\u{a0}failed (<{login}>)."));
        let event = "application.provision.user.push_profile".to_owned();
        sample.installation.failed_work = vec![(Timestamp::UNIX_EPOCH, event, reason)];
        let email = email(&sample);
        for body in [&email.text, &email.html, &email.subject] {
            assert!(!body.contains("grace.hopper") && !body.contains("hopper"), "{}: {body}", sample.name);
        }
    }
}

#[test]
fn email_size_is_bounded_for_many_failed_tasks() {
    let mut sample = named("done", Language::De);
    let one = (Timestamp::UNIX_EPOCH, "application.provision".to_owned(), UntrustedText::new("no"));
    sample.installation.failed_work = vec![one; 40_000];
    let email = email(&sample);
    assert!(email.html.len() < 60_000 && email.text.contains("39.950"), "{}", email.html.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn arbitrary_text_stays_text(text in any::<String>(), at in 0_usize..19, german in any::<bool>()) {
        let language = if german { Language::De } else { Language::En };
        let mut samples = all(language).unwrap();
        assert_harmless(samples.swap_remove(at), &text);
    }
}
