//! Tests of every page: escaping, headers, and what each one says.

#![expect(clippy::unwrap_used, reason = "a test may panic when its setup fails")]

mod requests;

use std::collections::BTreeSet;

use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::IntoResponse;
use jiff::Timestamp;
use url::Url;

use super::*;
use crate::domain::administrator::Mfa;
use crate::domain::branding::{Branding, Logo};
use crate::domain::cloud::Cloud;
use crate::domain::connection::{AuthScheme, ConnectionStatus};
use crate::domain::contact::Language;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::grant::{GrantKind, GrantsRead, PermissionGrant, ServicePrincipal};
use crate::domain::hand_over::NotAHandOver;
use crate::domain::permission::PermissionCatalogue;
use crate::domain::save::NotDone;
use crate::domain::save::{ConnectionReading, Verification};
use crate::domain::session::Administrator;
use crate::http::loopback::LoopbackPolicy;
use crate::settings::PublicUrl;

const EVIL: &str = "<img src=x onerror=alert(1)>\u{202e}\u{1b}[31m\"'&</title><script>";

fn branding() -> Branding {
    Branding {
        name: "<Contoso> Cloud".parse().unwrap(),
        accent: "#5c2d91".parse().unwrap(),
        logo: Some(Logo::parse(b"<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>").unwrap()),
    }
}

/// Both languages, with and without an own identity.
fn presentations(branding: &Branding) -> [Presentation<'_>; 2] {
    [Language::En, Language::De].map(|language| Presentation { language, branding, support: None })
}

fn english(branding: &Branding) -> Presentation<'_> {
    Presentation { language: Language::En, branding, support: None }
}

fn subject() -> Subject {
    Subject {
        org_domain: "acme.okta.com".to_owned(),
        org: "00oInvented".parse().unwrap(),
        label: UntrustedText::new(EVIL),
        tenant_domain: Some("acme.onmicrosoft.com".to_owned()),
        request: Some("RG-7K3M2-Q9XDA".parse().unwrap()),
    }
}

fn administrator() -> Administrator {
    Administrator { username: UntrustedText::new(EVIL), object: None, mfa: Mfa::NotVerified }
}

fn login() -> Url {
    "https://login.microsoftonline.com".parse().unwrap()
}

fn consent_link() -> Url {
    "https://login.microsoftonline.com/acme.onmicrosoft.com/oauth2/authorize?state=s&client_id=c".parse().unwrap()
}

fn invitation_page(presentation: &Presentation<'_>) -> Page {
    let catalogue = PermissionCatalogue::default();
    let view = InvitationView {
        subject: &subject(),
        invitation: &"inv1".parse().unwrap(),
        expires_at: Timestamp::UNIX_EPOCH,
        cloud: Cloud::Dod,
        sign_in: Some(&login()),
        permissions: catalogue.all(),
        public_url: &PublicUrl::parse("https://regrant.example.com", LoopbackPolicy::Refuse).unwrap(),
        action: "/consent/token",
    };
    invitation(presentation, &view)
}

fn progress_page(presentation: &Presentation<'_>, step: Step<'_>, not_done: Option<NotDone>) -> Page {
    pasted_page(presentation, step, not_done, None)
}

fn pasted_page(
    presentation: &Presentation<'_>,
    step: Step<'_>,
    not_done: Option<NotDone>,
    pasted: Option<PastedText<'_>>,
) -> Page {
    let view = ProgressView {
        subject: &subject(),
        session: &"s1".parse().unwrap(),
        step,
        not_done,
        administrator: Some(&administrator()),
        has_sign_in: true,
        sends_password: true,
        form_token: "form-token",
        operators_notified: false,
        pasted,
    };
    progress(presentation, &view)
}

fn done_page(presentation: &Presentation<'_>, grants: Option<GrantsRead>) -> Page {
    let connection = ConnectionReading { auth_scheme: AuthScheme::Oauth2, status: ConnectionStatus::Enabled };
    let verification = Verification {
        at: Timestamp::UNIX_EPOCH,
        connection,
        grants,
        grants_unread: Some("no administrator has signed in".to_owned()),
        grants_before: None,
    };
    let target = UntrustedText::new(EVIL);
    let task =
        TaskToRetry { failed_at: Timestamp::UNIX_EPOCH, event_type: "app.user_management.push", target: Some(&target) };
    let view = DoneView {
        subject: &subject(),
        session: &"s1".parse().unwrap(),
        administrator: Some(&administrator()),
        verification: &verification,
        permissions: &PermissionCatalogue::default(),
        text_accepted: true,
        tasks: &[task; 12],
    };
    done(presentation, &view)
}

fn grants() -> GrantsRead {
    let grant = |name: &str| PermissionGrant { permission: name.to_owned(), grant: GrantKind::DelegatedForAll };
    GrantsRead {
        unreadable: Vec::new(),
        principal: Some(ServicePrincipal {
            id: "bbbbbbbb-0000-4000-8000-000000000001".parse().unwrap(),
            app_id: "11111111-2222-4333-8444-555555555555".parse().unwrap(),
            display_name: UntrustedText::new(EVIL),
            account_enabled: true,
            owner: None,
            verified_publisher: Some(UntrustedText::new(EVIL)),
            verified_publisher_id: Some(UntrustedText::new(EVIL)),
            disabled_by_microsoft: None,
        }),
        grants: PermissionCatalogue::default()
            .all()
            .iter()
            .map(|wanted| grant(&wanted.name))
            .chain([grant(EVIL)])
            .collect(),
    }
}

fn failure_page(presentation: &Presentation<'_>, failure: ConsentFailure) -> Page {
    let recovery = Recovery {
        invitation: Some("/consent/token".to_owned()),
        link: Some("https://regrant.example.com/consent/token".to_owned()),
        session: Some("/consent/session/s1".to_owned()),
        sign_in: Some(login()),
    };
    let view = FailureView {
        failure,
        code: Some(EVIL),
        session: Some("s1"),
        subject: Some(&subject()),
        okta_changed: Some(false),
        operators_notified: true,
        recovery,
    };
    super::failure(presentation, &view)
}

const NOT_DONE: [NotDone; 7] = [
    NotDone::NotSeenYet,
    NotDone::RefusedAtMicrosoft,
    NotDone::CodeRejected,
    NotDone::CodeUncertain,
    NotDone::SignInStillFails,
    NotDone::AwaitsOperator,
    NotDone::Abandoned,
];
const BASES: [SavingBasis; 4] =
    [SavingBasis::AcceptedByOkta, SavingBasis::Text, SavingBasis::Claim, SavingBasis::NothingToConsentTo];

fn not_okta() -> [NotAHandOver; 9] {
    [
        NotAHandOver::Empty,
        NotAHandOver::TooLong,
        NotAHandOver::Shape,
        NotAHandOver::AnotherHost { host: UntrustedText::new(EVIL) },
        NotAHandOver::AnotherApp,
        NotAHandOver::Several,
        NotAHandOver::Declined,
        NotAHandOver::Damaged,
        NotAHandOver::AnotherAttempt,
    ]
}

/// Every page in one language, with its name.
fn every_page(presentation: &Presentation<'_>) -> Vec<(String, Page)> {
    let (link, at) = (consent_link(), |name: &str| name.to_owned());
    let consenting = Step::Consenting { link: Some(&link) };
    let mute = MuteView {
        request: &"RG-7K3M2-Q9XDA".parse().unwrap(),
        address: &"ada@contoso.example".parse().unwrap(),
        action: "/mail/mute/token",
    };
    let pause = PauseView { subject: &subject(), session: &"s1".parse().unwrap(), form_token: "form-token" };
    let mut pages = vec![
        (at("home"), home(presentation)),
        (at("not found"), not_found(presentation)),
        (at("invitation"), invitation_page(presentation)),
        (at("signing in"), progress_page(presentation, Step::SigningIn, None)),
        (at("approve"), progress_page(presentation, Step::ReadyToConsent { only_save: false }, None)),
        (at("save"), progress_page(presentation, Step::ReadyToConsent { only_save: true }, None)),
        (at("consenting"), progress_page(presentation, consenting, None)),
        (at("without link"), progress_page(presentation, Step::Consenting { link: None }, None)),
        (
            at("awaiting operator"),
            progress_page(presentation, Step::AwaitingOperator { has_text: true }, Some(NotDone::AwaitsOperator)),
        ),
        (at("done"), done_page(presentation, Some(grants()))),
        (at("done in Okta"), done_page(presentation, None)),
        (at("pause"), agree_to_pause(presentation, &pause)),
        (at("mute"), confirm_mute(presentation, &mute)),
        (at("muted"), muted(presentation, &mute)),
    ];
    pages.extend(NOT_DONE.map(|why| (format!("{why:?}"), progress_page(presentation, consenting, Some(why)))));
    for (basis, is_slow) in BASES.into_iter().flat_map(|basis| [(basis, false), (basis, true)]) {
        pages.push((format!("{basis:?}"), progress_page(presentation, Step::Saving { basis, is_slow }, None)));
    }
    for error in not_okta() {
        let pasted = PastedText { text: EVIL, error: &error };
        pages.push((format!("{error:?}"), pasted_page(presentation, consenting, None, Some(pasted))));
    }
    pages.extend(ConsentFailure::ALL.map(|failure| (format!("{failure:?}"), failure_page(presentation, failure))));
    pages.extend(requests::every_request(presentation).into_iter().map(|page| (at("request"), page)));
    pages.extend(requests::every_unavailable(presentation).into_iter().map(|page| (at("unavailable"), page)));
    pages
}

/// The text that a reader sees without opening anything, in words.
fn visible_words(page: &Page) -> usize {
    let main = page.html().split("<main>").nth(1).unwrap().split("</main>").next().unwrap();
    let mut visible = String::new();
    for part in main.split("<details") {
        // A collapsed element shows only its summary.
        let (hidden, after) = part.split_once("</details>").unwrap_or(("", part));
        let summary = hidden.split_once("<summary>").and_then(|(_, rest)| rest.split_once("</summary>"));
        visible.push_str(summary.map(|(summary, _)| summary).unwrap_or_default());
        visible.push(' ');
        visible.push_str(after);
    }
    let mut text = String::new();
    for part in visible.split('<') {
        text.push(' ');
        text.push_str(part.split_once('>').map_or(part, |(_, rest)| rest));
    }
    text.split_whitespace().count()
}

#[test]
fn no_page_shows_untrusted_markup_or_hidden_characters() {
    for (name, page) in presentations(&branding()).iter().flat_map(every_page) {
        let html = page.html();
        assert!(!html.contains("<img src=x") && !html.contains("<script"), "{name}: {html}");
        assert!(!html.contains("onerror=alert(1)>") && !html.contains("<Contoso>"), "{name}");
        // A text field shows what was pasted, and nothing else does.
        let shown = html.replace(&format!(">{}</textarea>", maud::html! { (EVIL) }.into_string()), "");
        assert!(!shown.contains('\u{202e}') && !shown.contains('\u{1b}'), "{name}: {shown}");
        assert!(!html.contains("javascript:") && !html.contains(" onclick") && !html.contains(" style="), "{name}");
    }
}

#[test]
fn every_page_has_one_heading_and_loads_nothing() {
    for presentation in presentations(&branding()) {
        for (name, page) in every_page(&presentation) {
            let html = page.html();
            assert_eq!(html.matches("<h1>").count(), 1, "{name}");
            assert!(html.contains("<main>") && html.contains("name=\"viewport\""), "{name}");
            let own =
                html.replace("src=\"data:image/svg+xml;base64,", "").replace("<link rel=\"icon\" href=\"data:", "");
            for external in ["src=\"", "<link", "@import", "url(", "<iframe", "http-equiv"] {
                assert!(!own.contains(external), "{name}: {external}");
            }
        }
    }
}

#[test]
fn every_page_has_a_strict_content_security_policy() {
    for (name, page) in every_page(&english(&branding())) {
        let response = page.into_response();
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        let policy = header(CONTENT_SECURITY_POLICY.as_str());
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{name}: {policy}");
        assert!(
            policy.contains("; img-src data:; form-action 'self'") && !policy.contains("unsafe"),
            "{name}: {policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{name}: {policy}");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("x-content-type-options"), "nosniff");
    }
    let page = invitation_page(&english(&branding())).into_response();
    let policy = page.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("form-action 'self' https://login.microsoftonline.com;"), "{policy}");
}

#[test]
fn pages_speak_the_readers_language() {
    let branding = Branding::default();
    for (presentation, tag) in presentations(&branding).iter().zip(["en", "de"]) {
        for (name, page) in every_page(presentation) {
            assert!(page.html().contains(&format!("<html lang=\"{tag}\">")), "{name}");
            assert_eq!(page.into_response().headers()["content-language"], tag, "{name}");
        }
    }
    let [english, german] = presentations(&branding).map(|presentation| every_page(&presentation));
    for ((name, one), (_, other)) in english.iter().zip(&german) {
        assert!(one.html() != other.html(), "{name} is not translated");
    }
}

#[test]
fn every_failure_page_is_distinct_and_says_what_to_do() {
    let branding = Branding::default();
    for presentation in presentations(&branding) {
        let pages = ConsentFailure::ALL.map(|failure| failure_page(&presentation, failure));
        let headings: BTreeSet<String> = pages
            .iter()
            .map(|page| page.html().split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap().to_owned())
            .collect();
        assert_eq!(headings.len(), ConsentFailure::ALL.len());
        for page in &pages {
            assert!(page.html().contains("<div class=\"actions\"><"), "every failure has a way on");
            assert!(page.status().is_client_error() || page.status().is_server_error());
        }
    }
}

#[test]
fn unknown_state_of_okta_is_not_claimed() {
    let branding = Branding::default();
    let view = FailureView {
        failure: ConsentFailure::SessionLost,
        code: None,
        session: None,
        subject: None,
        okta_changed: None,
        operators_notified: false,
        recovery: Recovery::default(),
    };
    let html = super::failure(&english(&branding), &view).html().to_owned();
    assert!(!html.contains("Nothing was changed") && !html.contains("may have changed"));
    assert!(!html.contains("Start again</a>"), "this browser does not know the link");
}

#[test]
fn account_without_role_gets_three_ways_on() {
    let html = failure_page(&english(&Branding::default()), ConsentFailure::NotAdministrator).html().to_owned();
    assert!(html.contains("href=\"mailto:?subject=") && html.contains("%2Fconsent%2Ftoken"), "forward");
    assert!(html.contains("name=\"account\" value=\"other\""), "switch account");
    assert!(html.contains("href=\"/consent/token\">Start again</a>"), "start again");
}

#[test]
fn waiting_pages_refresh_and_say_so() {
    let branding = Branding::default();
    for (name, page) in every_page(&english(&branding)) {
        let says = page.html().contains("refreshes automatically every");
        let seconds = page.html().split("automatically every ").nth(1).and_then(|rest| rest.split(' ').next());
        let seconds = seconds.map(str::to_owned);
        let html = page.html().to_owned();
        let response = page.into_response();
        let refresh = response.headers().get("refresh").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(says.then_some(seconds).flatten(), refresh, "{name}");
        assert!(refresh.is_none() || !html.contains("<textarea id=\"handover\""), "{name} would lose what is typed");
    }
}

#[test]
fn invitation_fits_into_two_hundred_words() {
    let branding = Branding::default();
    for presentation in presentations(&branding) {
        let words = visible_words(&invitation_page(&presentation));
        assert!(words <= 200, "{words} words");
    }
}

#[test]
fn wrong_text_stays_in_the_field_with_an_error() {
    let (branding, link) = (Branding::default(), consent_link());
    for error in not_okta() {
        let pasted = PastedText { text: "what was pasted", error: &error };
        let page = pasted_page(&english(&branding), Step::Consenting { link: Some(&link) }, None, Some(pasted));
        let html = page.html();
        assert_eq!(page.status(), 422);
        assert!(html.contains(">what was pasted</textarea>") && html.contains("<title>Error: "), "{error:?}");
        assert!(html.contains("role=\"alert\"") && html.contains("href=\"#handover\""), "{error:?}");
        assert!(html.contains("aria-invalid=\"true\" aria-describedby=\"handover-error\""), "{error:?}");
    }
}

#[test]
fn consent_is_not_called_done_before_it_was_read() {
    let (branding, link) = (Branding::default(), consent_link());
    let presentation = english(&branding);
    let second = |page: &Page| {
        let indicator = page.html().split("<ol class=\"steps\"").nth(1).unwrap();
        indicator.split("class=\"state\">").nth(2).unwrap().split('<').next().unwrap().to_owned()
    };
    let consenting = |why| second(&progress_page(&presentation, Step::Consenting { link: Some(&link) }, why));
    assert_eq!(consenting(None), "now");
    for why in NOT_DONE {
        assert!(["not seen yet", "stopped"].contains(&consenting(Some(why)).as_str()), "{why:?}");
    }
    for basis in BASES {
        let shown = second(&progress_page(&presentation, Step::Saving { basis, is_slow: false }, None));
        assert_eq!(shown == "done", basis == SavingBasis::AcceptedByOkta, "{basis:?}");
    }
}

#[test]
fn done_page_shows_what_was_verified_and_what_was_not() {
    let branding = Branding::default();
    let presentation = english(&branding);
    assert!(done_page(&presentation, Some(grants())).html().contains("Done, and verified on both sides"));
    let not_seen = done_page(&presentation, None).html().to_owned();
    assert!(not_seen.contains("Not verified") && not_seen.contains("no administrator has signed in"));
    assert!(not_seen.contains("change its password") && not_seen.contains("12 provisioning tasks failed"));
    assert!(not_seen.contains("and 2 more"));
    let mut fewer = grants();
    fewer.grants.retain(|grant| grant.permission != "User.ReadWrite.All");
    assert!(done_page(&presentation, Some(fewer)).html().contains("Missing: User.ReadWrite.All"));
}
