//! Pages that emails to operators lead to.

use super::*;
use crate::domain::access_problem::{AccessProblem, AccessProblemKind};
use crate::domain::app::AppRecord;
use crate::domain::contact::{Audience, Language};
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

fn a_request(stands: RequestState) -> Page {
    let looked_up = RequestStatus { request: id(), org: org(), link_ends_at: Timestamp::UNIX_EPOCH, state: stands };
    let public_url = PublicUrl::parse("https://regrant.example.com", LoopbackPolicy::Refuse).unwrap();
    request(&RequestView { looked_up: &looked_up, public_url: Some(&public_url) })
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

/// The page of every way in which a request may stand.
pub(super) fn every_request() -> Vec<Page> {
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
    all.into_iter().map(a_request).collect()
}

/// The page of every link that shows nothing.
pub(super) fn every_not_shown() -> Vec<Page> {
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
    all.iter().map(request_not_shown).collect()
}

#[test]
fn a_request_is_named_to_be_compared_and_can_only_be_read() {
    for page in every_request() {
        let html = page.html();
        assert_eq!(page.status().as_u16(), 200);
        assert!(html.contains(&format!("<strong><code>{REQUEST}</code></strong>")) && html.contains("Compare it"));
        assert!(html.contains("acme.okta.com") && html.contains("1 January 1970, 00:00 UTC"), "{html}");
        assert!(!html.contains("<form") && !html.contains("<a ") && !html.contains('`'), "{html}");
    }
}

#[test]
fn an_open_request_says_what_to_do_and_a_closed_one_that_nothing_is() {
    use Standing::{Broken, ByHand, NeedsConsent, NeedsSave};
    let commands =
        [(NeedsSave, Some("save")), (NeedsConsent, Some("invite")), (Broken, Some("invite")), (ByHand, None)];
    for (standing, command) in commands {
        let page = a_request(open(app(standing)));
        let html = page.html();
        assert!(html.contains("somebody has to act") && html.contains("How to do it"), "{html}");
        assert!(html.contains("Provisioning › Integration › Edit"), "how to do it in the console: {html}");
        let told = command.is_none_or(|verb| html.contains(&format!("regrant {verb} acme.okta.com 0oaInvented1")));
        assert!(told, "{html}");
    }
    let mut unseen = app(Standing::Unknown);
    unseen.last_known = Some(LastKnown { standing: Standing::NeedsSave, as_of: Timestamp::UNIX_EPOCH });
    let unseen = a_request(open(unseen));
    assert!(unseen.html().contains("Last known") && unseen.html().contains("regrant save"), "{}", unseen.html());
    let ended = Some(Ended { at: Timestamp::UNIX_EPOCH, standing: Standing::Consented });
    for ended in [ended, None] {
        let page = a_request(RequestState::Closed { app: app(Standing::Broken), ended });
        let html = page.html();
        assert!(html.contains("nothing is left to do") && !html.contains("How to do it"), "{html}");
        assert!(!html.contains("broken") && !html.contains("RG-7K2QM"), "nothing of what came later: {html}");
    }
}

#[test]
fn what_somebody_decided_meanwhile_is_told_and_why_is_not() {
    let waived_until = Some(Timestamp::UNIX_EPOCH);
    let told = a_request(RequestState::Open { app: app(Standing::ByHand), waived_until, expired_waiver: None });
    assert!(told.html().contains("Nobody has to act before") && !told.html().contains("For the reason"));
}

#[test]
fn problem_with_our_own_access_is_told_as_its_email_told_it() {
    let page = a_request(problem(AccessProblemKind::OktaCredentialRefused));
    let html = page.html();
    assert!(html.contains("Okta refuses Regrant") && html.contains("What was answered"), "{html}");
    assert!(html.contains("<code>regrant org add acme.okta.com</code>"), "{html}");
    assert!(html.len() < 12_000, "an answer that does not end is cut: {}", html.len());
}

#[test]
fn a_link_that_shows_nothing_says_why_and_nothing_of_the_app() {
    let pages = every_not_shown();
    assert_eq!(pages.iter().map(|page| page.status().as_u16()).collect::<Vec<_>>(), [404, 410, 410, 410, 410]);
    for page in pages {
        assert!(page.html().contains("What to do"), "{}", page.html());
        assert!(!page.html().contains("needs-") && !page.html().contains("Microsoft tenant"), "{}", page.html());
    }
}
