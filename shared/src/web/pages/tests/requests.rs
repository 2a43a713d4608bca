//! Tests of the pages that emails to operators link to.

use super::*;
use crate::domain::access_problem::{AccessProblem, AccessProblemKind};
use crate::domain::app::AppRecord;
use crate::domain::contact::Audience;
use crate::domain::id::RequestId;
use crate::domain::notification::About;
use crate::domain::org::OrgProfile;
use crate::domain::request::Ended;
use crate::domain::standing::{LastKnown, Standing};
use crate::domain::waiver::Waiver;
use crate::emails::samples;
use crate::keyring::Forged;
use crate::usecases::notify::request_status::{RequestLinkError, RequestState, RequestStatus};

const REQUEST: &str = "RG-7K3M2-Q9XDA";

fn id() -> RequestId {
    REQUEST.parse().unwrap()
}

fn org() -> OrgProfile {
    samples::sample("any", About::Done, Audience::OktaOperator, None, Language::En).unwrap().installation.org
}

fn app(standing: Standing) -> AppRecord {
    let mut app = samples::app(EVIL, standing).unwrap();
    app.assessment.reasons = vec![EVIL.to_owned()];
    app
}

fn request_page(stands: RequestState) -> Page {
    presented(&english(&Branding::default()), stands)
}

fn presented(presentation: &Presentation<'_>, stands: RequestState) -> Page {
    let looked_up = RequestStatus { request: id(), org: org(), link_ends_at: Timestamp::UNIX_EPOCH, state: stands };
    let public_url = PublicUrl::parse("https://regrant.example.com", LoopbackPolicy::Refuse).unwrap();
    request(presentation, &RequestView { looked_up: &looked_up, public_url: Some(&public_url) })
}

fn open(app: AppRecord) -> RequestState {
    RequestState::Open { app, waived_until: None, expired_waiver: None }
}

fn problem(kind: AccessProblemKind) -> RequestState {
    RequestState::AccessProblem(AccessProblem {
        kind,
        since: Timestamp::UNIX_EPOCH,
        detail: EVIL.repeat(500),
        request: id(),
    })
}

fn waiver() -> Waiver {
    let app = app(Standing::NeedsSave).identity;
    let (given_at, ends_at) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
    Waiver { org: app.org, app: app.app, reason: UntrustedText::new(EVIL), given_at, ends_at }
}

/// The page of every state that a request can have.
pub(super) fn every_request(presentation: &Presentation<'_>) -> Vec<Page> {
    let mut all: Vec<RequestState> = Standing::ALL.map(|standing| open(app(standing))).into();
    let ended = Ended { at: Timestamp::UNIX_EPOCH, standing: Standing::Consented };
    let waived_until = Some(Timestamp::UNIX_EPOCH);
    all.extend([
        RequestState::Open { app: app(Standing::NeedsSave), waived_until, expired_waiver: Some(waiver()) },
        RequestState::Closed { app: app(Standing::Consented), ended: Some(ended) },
        RequestState::Closed { app: app(Standing::Broken), ended: None },
        problem(AccessProblemKind::OktaCredentialRefused),
        problem(AccessProblemKind::EntraCredentialEnding { cloud: Cloud::GccHigh, ends_at: Timestamp::UNIX_EPOCH }),
        RequestState::AccessProblemSolved(AccessProblemKind::OktaRoleLost),
    ]);
    all.into_iter().map(|state| presented(presentation, state)).collect()
}

/// The page of every unavailable request.
pub(super) fn every_unavailable(presentation: &Presentation<'_>) -> Vec<Page> {
    let ended = |org_domain: Option<&str>| RequestLinkError::Ended {
        request: id(),
        org_domain: org_domain.map(str::to_owned),
        at: Timestamp::UNIX_EPOCH,
    };
    let all = [
        RequestLinkError::Forged(Forged),
        ended(None),
        ended(Some(EVIL)),
        RequestLinkError::Gone { request: id() },
        RequestLinkError::NoLongerAContact { request: id() },
    ];
    all.iter().map(|why| unavailable_request(presentation, why)).collect()
}

#[test]
fn request_page_names_the_request_and_is_read_only() {
    for page in every_request(&english(&Branding::default())) {
        let html = page.html();
        assert_eq!(page.status().as_u16(), 200);
        assert!(
            html.contains(&format!("must name request <code>{REQUEST}</code>")) && html.contains("Compare this page")
        );
        assert!(html.contains("acme.okta.com") && html.contains("1 January 1970, 00:00 UTC"), "{html}");
        assert!(!html.contains("<form") && !html.contains("<a href") && !html.contains('`'), "{html}");
    }
}

#[test]
fn open_request_says_what_to_do_and_closed_one_does_not() {
    use Standing::{Broken, ByHand, NeedsConsent, NeedsSave};
    let commands =
        [(NeedsSave, Some("save")), (NeedsConsent, Some("invite")), (Broken, Some("invite")), (ByHand, None)];
    for (standing, command) in commands {
        let page = request_page(open(app(standing)));
        let html = page.html();
        assert!(html.contains("action needed") && html.contains("How to do it"), "{html}");
        assert!(html.contains("Provisioning › Integration › Edit"), "instructions for the console: {html}");
        let has_command =
            command.is_none_or(|verb| html.contains(&format!("regrant {verb} acme.okta.com 0oaInvented1")));
        assert!(has_command, "{html}");
    }
    let mut unknown = app(Standing::Unknown);
    unknown.last_known = Some(LastKnown { standing: Standing::NeedsSave, as_of: Timestamp::UNIX_EPOCH });
    let unknown = request_page(open(unknown));
    assert!(unknown.html().contains("Last known") && unknown.html().contains("regrant save"), "{}", unknown.html());
    let ended = Some(Ended { at: Timestamp::UNIX_EPOCH, standing: Standing::Consented });
    for ended in [ended, None] {
        let page = request_page(RequestState::Closed { app: app(Standing::Broken), ended });
        let html = page.html();
        assert!(html.contains("no action needed") && !html.contains("How to do it"), "{html}");
        assert!(!html.contains("broken") && !html.contains("RG-7K2QM"), "shows nothing newer than the request: {html}");
    }
}

#[test]
fn postponed_request_shows_the_date_but_not_the_reason() {
    let waived_until = Some(Timestamp::UNIX_EPOCH);
    let page = request_page(RequestState::Open { app: app(Standing::ByHand), waived_until, expired_waiver: None });
    assert!(page.html().contains("No action is needed before then") && !page.html().contains("<dt>Reason</dt>"));
}

#[test]
fn access_problem_page_matches_its_email() {
    let page = request_page(problem(AccessProblemKind::OktaCredentialRefused));
    let html = page.html();
    assert!(html.contains("Okta has rejected Regrant") && html.contains("<dt>Error</dt>"), "{html}");
    assert!(html.contains("<code>regrant org add acme.okta.com</code>"), "{html}");
    assert!(html.len() < 12_000 + style::STYLE.len(), "a long error message is cut: {}", html.len());
}

#[test]
fn unavailable_request_says_why_and_reveals_nothing() {
    let pages = every_unavailable(&english(&Branding::default()));
    assert_eq!(pages.iter().map(|page| page.status().as_u16()).collect::<Vec<_>>(), [404, 410, 410, 410, 410]);
    for page in pages {
        assert!(page.html().contains("What to do"), "{}", page.html());
        assert!(!page.html().contains("needs-") && !page.html().contains("Microsoft tenant"), "{}", page.html());
    }
}

#[test]
fn german_reader_gets_no_english_sentence() {
    let branding = Branding::default();
    let presentation = Presentation { language: Language::De, ..english(&branding) };
    let line = OutboxLine { number: 1, to: "ada@acme.example".to_owned(), subject: "Betreff".to_owned() };
    let outboxes = [outbox(&presentation, &[]), outbox(&presentation, &[line])];
    let pages = [every_request(&presentation), every_unavailable(&presentation), outboxes.into()].concat();
    for page in pages {
        let html = page.html();
        assert!(html.contains("<html lang=\"de\">"), "{html}");
        // What Okta and Microsoft said stays in their language and says so.
        let (_, body) = html.split_once("<main>").unwrap();
        let parts: Vec<&str> = body.split("<dd lang=\"en\">").collect();
        let own =
            parts.iter().enumerate().map(|(at, part)| if at == 0 { part } else { part.split_once("</dd>").unwrap().1 });
        for english in [" the ", " this ", " is ", " of ", " you ", "The ", "This "] {
            assert!(own.clone().all(|part| !part.contains(english)), "{english:?}: {html}");
        }
    }
}
