//! Attacks through emails: text of others that a mail program would turn into a link to a stranger's page.

use regrant::domain::contact::Language;
use regrant::domain::tenant::TenantName;
use regrant::domain::text::UntrustedText;
use regrant::emails::samples;
use regrant::emails::write;
use regrant::mail::Email;

/// Every email with `text` as the app's label, the tenant's name, and the reasons and errors of other systems.
fn emails_with(text: &str) -> Vec<Email> {
    let all = [Language::En, Language::De].into_iter().flat_map(|language| samples::all(language).unwrap());
    all.map(|mut sample| {
        let installation = &mut sample.installation;
        for app in sample.app.iter_mut().chain(&mut sample.several).chain(&mut installation.waiting) {
            app.identity.label = UntrustedText::new(text);
            app.identity.tenant = Some(TenantName::from(text.to_owned()));
            app.assessment.reasons = vec![text.to_owned()];
        }
        for (_, event, reason) in &mut installation.failed_work {
            text.clone_into(event);
            *reason = UntrustedText::new(text);
        }
        installation.not_checked.iter_mut().for_each(|org| text.clone_into(&mut org.reason));
        installation.waiver.reason = UntrustedText::new(text);
        sample.detail = sample.detail.map(|_| text.to_owned());
        sample.with(write).unwrap()
    })
    .collect()
}

/// Asserts that no part of any email contains one of `links`.
fn assert_no_link(text: &str, links: &[&str]) {
    for email in emails_with(text) {
        for part in [&email.subject, &email.text, &email.html] {
            for link in links {
                assert!(!part.contains(link), "{link} in {part}");
            }
        }
    }
}

#[test]
fn bare_domain_in_a_label_is_not_a_link() {
    assert_no_link("Sign in at evil.example", &["evil.example"]);
    assert_no_link("evil.example/login?x=1", &["evil.example"]);
    assert_no_link("(evil.example),", &["evil.example"]);
}

#[test]
fn address_in_a_label_is_not_a_link() {
    assert_no_link("eve@evil.example", &["eve@", "evil.example"]);
    assert_no_link("mailto:eve", &["mailto:"]);
}

#[test]
fn words_joined_by_no_break_spaces_are_split() {
    for space in ['\u{a0}', '\u{2003}', '\u{2007}', '\u{202f}', '\u{3000}'] {
        assert_no_link(&format!("Office{space}evil.example{space}365"), &["evil.example"]);
    }
}

#[test]
fn www_prefix_is_not_a_link() {
    assert_no_link("www.evil.example", &["www.", "evil.example"]);
    assert_no_link("WWW.EVIL.EXAMPLE", &["WWW.", "EVIL.EXAMPLE"]);
}

#[test]
fn ip_addresses_are_not_links() {
    assert_no_link("192.0.2.7", &["192.0.2.7"]);
    assert_no_link("[2001:db8::7]", &["2001:db8", "::7"]);
}

#[test]
fn other_schemes_are_not_links() {
    for scheme in ["javascript", "data", "file", "tel", "ms-excel", "msteams", "ftp", "sip"] {
        assert_no_link(&format!("{scheme}:x"), &[&format!("{scheme}:x")]);
    }
    assert_no_link("\\\\evil\\share", &["\\\\evil"]);
}

#[test]
fn unicode_dots_are_not_links() {
    for dot in ['\u{3002}', '\u{ff0e}', '\u{ff61}', '\u{2024}', '\u{fe52}'] {
        assert_no_link(&format!("evil{dot}example"), &[&format!("evil{dot}example"), "evil.example"]);
    }
}

#[test]
fn lookalike_of_the_orgs_domain_is_not_a_link() {
    for lookalike in ["acme.okta.com.evil.example", "acme.okta.com@evil.example", "evil.example#acme.okta.com"] {
        assert_no_link(lookalike, &["evil.example", "@evil"]);
    }
}

#[test]
fn custom_tenant_domain_is_not_trusted() {
    assert_no_link("evil.example", &["evil.example"]);
}

#[test]
fn hidden_characters_do_not_hide_a_link() {
    for hidden in ['\u{200b}', '\u{ad}', '\u{2060}', '\u{feff}', '\u{202e}'] {
        assert_no_link(&format!("evil{hidden}.example"), &["evil.example"]);
        assert_no_link(&format!("{hidden}evil.example{hidden}"), &["evil.example"]);
    }
}

#[test]
fn login_in_oktas_error_does_not_reach_an_email() {
    for email in emails_with("Pushing grace.hopper@contoso.onmicrosoft.com failed")
        .into_iter()
        .filter(|email| email.subject.contains("now runs on consent") || email.subject.contains("läuft mit Zustimmung"))
    {
        let table = email.text.split_once("regrant failed").map_or("", |(before, _)| before);
        let reasons: Vec<&str> =
            table.lines().filter(|line| line.contains("Error") || line.contains("Fehler")).collect();
        assert!(!reasons.is_empty() && reasons.iter().all(|line| !line.contains("hopper")), "{reasons:?}");
    }
}

#[test]
fn subject_cannot_be_filled_by_a_label() {
    for email in emails_with(&"A".repeat(4_000)) {
        assert!(email.subject.chars().count() < 60, "{}", email.subject);
    }
}
