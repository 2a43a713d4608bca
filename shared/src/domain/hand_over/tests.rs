#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;

const APP: &str = "0oaInvented1";
const STATE: &str = "okta-state-1";

fn take(text: &str) -> Result<(String, String), NotAHandOver> {
    let org = Url::parse("https://acme.okta.com").unwrap();
    let taken = parse(text, &org, &APP.parse().unwrap(), &[Sha256Digest::of("older"), Sha256Digest::of(STATE)])?;
    Ok((taken.code.expose_secret().to_owned(), taken.state))
}

fn address(host: &str, app: &str, query: &str) -> String {
    format!("https://{host}/api/v1/apps/office365/{app}/oauth2/callback?{query}")
}

fn shown(address: &str) -> String {
    serde_json::json!({ "continue_oauth_flow_url": { "href": address, "method": "POST" } }).to_string()
}

fn good() -> String {
    address("acme.okta.com", APP, "code=0.Aa%2Bb&state=okta-state-1")
}

#[test]
fn okta_page_bare_url_and_plain_values_are_accepted() {
    let expected = Ok(("0.Aa+b".to_owned(), STATE.to_owned()));
    for text in
        [shown(&good()), format!("\n {} \r\n", shown(&good())), good(), "code=0.Aa%2Bb&state=okta-state-1".into()]
    {
        assert_eq!(take(&text), expected, "{text}");
    }
    assert_eq!(take(&address("acme.okta.com", APP, "code=c&state=okta-state-1&session_state=x")).unwrap().0, "c");
}

#[test]
fn other_hosts_are_refused_however_disguised() {
    for host in [
        "globex.okta.com",
        "acme.okta.com.evil.example",
        "acme.okta.com:444",
        "acme-admin.okta.com",
        "acme.okta.com@evil.example",
        "user@acme.okta.com",
        "127.0.0.1",
    ] {
        let taken = take(&address(host, APP, "code=c&state=okta-state-1"));
        assert!(matches!(taken, Err(NotAHandOver::AnotherHost { .. })), "{host}: {taken:?}");
    }
    let plain = good().replace("https", "http");
    assert!(matches!(take(&plain), Err(NotAHandOver::AnotherHost { .. })));
    assert!(matches!(take(&format!("{}#x", good())), Err(NotAHandOver::AnotherHost { .. })));
}

#[test]
fn other_apps_and_endpoints_are_refused() {
    assert_eq!(take(&address("acme.okta.com", "0oaOther", "code=c&state=okta-state-1")), Err(NotAHandOver::AnotherApp));
    for path in
        ["/api/v1/apps/slack/0oaInvented1/oauth2/callback", "/api/v1/apps/office365/0oaInvented1/oauth2/callback/", "/"]
    {
        let text = format!("https://acme.okta.com{path}?code=c&state=okta-state-1");
        assert_eq!(take(&text), Err(NotAHandOver::AnotherApp), "{path}");
    }
    let dotted = "https://acme.okta.com/api/v1/apps/office365/0oaOther/../0oaInvented1/oauth2/callback/x?code=c&state=okta-state-1";
    assert_eq!(take(dotted), Err(NotAHandOver::AnotherApp));
}

#[test]
fn state_of_a_different_attempt_is_refused() {
    assert_eq!(take("code=c&state=of-another-attempt"), Err(NotAHandOver::AnotherAttempt));
    let org = Url::parse("https://acme.okta.com").unwrap();
    let none = parse(&good(), &org, &APP.parse().unwrap(), &[]);
    assert_eq!(none.map(|_| ()), Err(NotAHandOver::AnotherAttempt));
}

#[test]
fn duplicated_missing_and_damaged_values_are_refused() {
    for query in [
        "code=c&code=d&state=okta-state-1",
        "code=c&state=a&state=okta-state-1",
        "code=c",
        "state=okta-state-1",
        "code=&state=okta-state-1",
        "code=a%0Ab&state=okta-state-1",
        "code=%FF&state=okta-state-1",
        "code=a%20b&state=okta-state-1",
    ] {
        assert_eq!(take(&address("acme.okta.com", APP, query)), Err(NotAHandOver::Damaged), "{query}");
    }
    let long = format!("code={}&state=okta-state-1", "a".repeat(MAX_VALUE_BYTES + 1));
    assert_eq!(take(&long), Err(NotAHandOver::Damaged));
}

#[test]
fn unrelated_text_is_refused() {
    assert_eq!(take(" \n"), Err(NotAHandOver::Empty));
    assert_eq!(take(&"a".repeat(MAX_TEXT_BYTES + 1)), Err(NotAHandOver::TooLong));
    for text in [
        "hello",
        "{}",
        "[]",
        "{\"continue_oauth_flow_url\":\"x\"}",
        "code=c&state=okta-state-1&error=access_denied",
        "javascript://acme.okta.com/%0aalert(1)",
        "https://acme.okta.com\\@evil.example/",
    ] {
        assert!(take(text).is_err(), "{text}");
    }
}

#[test]
fn every_form_that_a_browser_copies_is_accepted() {
    let url = good();
    let formatted =
        format!("{{\n  \"continue_oauth_flow_url\": {{\n    \"href\": \"{url}\",\n    \"method\": \"POST\"\n  }}\n}}");
    for text in [
        // The rows of a JSON viewer.
        format!("continue_oauth_flow_url\t\nhref\t\"{url}\"\nmethod\t\"POST\""),
        format!("continue_oauth_flow_url:\nhref: {url}\nmethod: POST"),
        format!("\"{url}\""),
        format!("\u{201c}{url}\u{201d},"),
        formatted.clone(),
        // With the label that Chromium shows above JSON, and copied twice.
        format!("Pretty-print \u{2610}\n{formatted}"),
        format!("{} {}", shown(&url), shown(&url)),
        // Escaped as JSON and HTML allow.
        shown(&url).replace('/', "\\/"),
        shown(&url).replace('&', "\\u0026").replace('=', "\\u003d"),
        format!("<pre>{}</pre>", shown(&url).replace('&', "&amp;")),
        shown(&url).replace('&', "\\u0026").replace('=', "\\u003D"),
        shown(&url).replace('&', "&#38;").replace('"', "&quot;"),
        // As text inside JSON, once more escaped.
        serde_json::Value::String(shown(&url)).to_string(),
        serde_json::Value::String(shown(&url).replace('/', "\\/").replace('&', "\\u0026")).to_string(),
        // With marks that no one sees, and the quotes of other languages.
        format!("\u{feff}{}\r\n", shown(&url)),
        format!("\u{200b}{url}\u{200b}"),
        format!("\u{201e}{url}\u{201c}"),
        format!("\u{ab}\u{a0}{url}\u{a0}\u{bb} \u{2039}x\u{203a}"),
        format!("\u{2018}{url}\u{2019}"),
        // The rows of a JSON viewer in another order, with indentation.
        format!("    method\t\"POST\"\r\n    href\t\"{url}\"\r\n"),
        format!("JSON\tRohdaten\tKopfzeilen\nSpeichern\tKopieren\nhref:\t\"{url}\"\nmethod:\t\"POST\""),
        url.replace("acme.okta.com", "ACME.okta.com:443"),
        // With another member or another URL.
        shown(&url).replace("\"method\"", "\"help\":\"https://help.okta.com/\",\"method\""),
        format!("{url}&session_state=x"),
    ] {
        assert_eq!(take(&text), Ok(("0.Aa+b".to_owned(), STATE.to_owned())), "{text}");
    }
}

#[test]
fn two_urls_of_the_app_are_refused() {
    let other = address("acme.okta.com", APP, "code=other&state=okta-state-1");
    assert_eq!(take(&format!("{}\n{other}", good())), Err(NotAHandOver::Several));
}

#[test]
fn error_of_microsoft_is_recognised() {
    let declined =
        address("acme.okta.com", APP, "error=access_denied&error_description=AADSTS65004&state=okta-state-1");
    assert_eq!(take(&declined), Err(NotAHandOver::Declined));
}

#[test]
fn first_foreign_url_says_why() {
    let text = "Open https://login.microsoftonline.com/common and then https://evil.example/x";
    let host = UntrustedText::new("login.microsoftonline.com");
    assert_eq!(take(text), Err(NotAHandOver::AnotherHost { host }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn only_an_issued_state_is_accepted(text in "\\PC{0,200}") {
        prop_assert!(take(&text).is_err() || text.contains(STATE));
    }

    #[test]
    fn no_other_host_is_ever_accepted(host in "[a-z0-9.@:\\-/\\\\%]{1,40}") {
        let text = address(&host, APP, "code=c&state=okta-state-1");
        if let Ok(url) = Url::parse(&text) {
            prop_assume!(url.host_str() != Some("acme.okta.com"));
        }
        prop_assert!(take(&text).is_err());
    }
}
