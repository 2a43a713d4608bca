//! The failure pages, one for each way a consent can fail: what happened, and the buttons that lead on.

use axum::http::StatusCode;
use maud::{Markup, html};

use super::layout::{Frame, Page, Presentation, Verdict};
use super::recovery::{Recovery, forward, mailto};
use super::steps::{StepState, steps};
use super::{Subject, technical_details};
use crate::domain::failure;
use crate::domain::failure::consent::ConsentFailure;

/// The longest error code shown, in characters.
const MAX_CODE: usize = 64;

/// The data of the page.
#[derive(Debug)]
pub struct FailureView<'a> {
    /// What failed.
    pub failure: ConsentFailure,
    /// Microsoft's or Okta's error code, if there is one.
    pub code: Option<&'a str>,
    /// The id of this attempt in the log.
    pub session: Option<&'a str>,
    /// The app, if this browser may see it.
    pub subject: Option<&'a Subject>,
    /// Whether Regrant may have changed anything in Okta before the failure; `None` if this page cannot know.
    pub okta_changed: Option<bool>,
    /// Whether an operator has been notified about this attempt.
    pub operators_notified: bool,
    /// How the person can go on.
    pub recovery: Recovery,
}

/// Renders the page.
pub fn failure(presentation: &Presentation<'_>, view: &FailureView<'_>) -> Page {
    let all = presentation.words();
    let (words, recovery) = ((all.failure)(view.failure), &all.recovery);
    let content = html! {
        p.lead { (words.what_happened) }
        h2 { (recovery.heading) }
        p { (words.next_step) }
        (actions(presentation, view))
        p.soft {
            @if let Some(who) = (recovery.who)(view.failure.class()).filter(|_| !is_completed(view.failure)) { (who) " " }
            @match view.okta_changed {
                Some(true) => (recovery.okta_changed),
                Some(false) => (recovery.okta_unchanged),
                None => {},
            }
            @if view.operators_notified { " " (recovery.operators_notified) }
        }
        @if let Some(subject) = view.subject { dl.facts { (subject.facts(all)) } }
        div.details {
            @if let (Some(subject), Some(link)) = (view.subject, &view.recovery.link) {
                details { summary { (recovery.forward_heading) } (forward(presentation, subject, link)) }
            }
            (details(presentation, view))
        }
    };
    let frame = Frame {
        status: status(view.failure),
        heading: words.heading,
        verdict: verdict(view.failure),
        before_heading: before_heading(presentation, view),
        form_targets: view.recovery.sign_in.as_slice(),
        ..Frame::default()
    };
    frame.around(presentation, &content)
}

/// The indicator, if the failure belongs to a step of this browser's own attempt.
fn before_heading(presentation: &Presentation<'_>, view: &FailureView<'_>) -> Markup {
    let at_sign_in = view.subject.is_some() && is_of_sign_in(view.failure);
    html! {
        @if at_sign_in { (steps(presentation.words(), [StepState::Refused, StepState::Next, StepState::Next])) }
    }
}

fn actions(presentation: &Presentation<'_>, view: &FailureView<'_>) -> Markup {
    use ConsentFailure::{NotAdministrator, OktaDown, WrongAccount, WrongTenant};
    let (words, recovery) = (presentation.words(), &view.recovery);
    let (first, second) = ("button", "button secondary");
    let can_switch = is_of_sign_in(view.failure);
    let support = presentation.support.filter(|_| recovery.invitation.is_none() && recovery.session.is_none());
    html! {
        div.actions {
            @match view.failure {
                NotAdministrator => {
                    @if let (Some(subject), Some(link)) = (view.subject, &recovery.link) {
                        a.button href=(mailto(presentation, subject, link)) { (words.recovery.forward) }
                    }
                    (recovery.switch_account(words, second)) (recovery.start_again(words, second))
                },
                WrongAccount | WrongTenant => {
                    (recovery.switch_account(words, first)) (recovery.start_again(words, second))
                },
                OktaDown if recovery.session.is_some() => {
                    (recovery.back_to_steps(words, first)) (recovery.start_again(words, second))
                },
                _ => {
                    (recovery.start_again(words, first))
                    @if can_switch { (recovery.switch_account(words, second)) }
                },
            }
            @if let Some(address) = support {
                a.button.secondary href=(format!("mailto:{}", address.as_str())) { (words.recovery.contact_support) }
            }
        }
    }
}

fn details(presentation: &Presentation<'_>, view: &FailureView<'_>) -> Markup {
    let words = presentation.words();
    let code: Option<String> = view.code.map(|code| code.chars().take(MAX_CODE).collect());
    let known = view.code.and_then(failure::find);
    let session = view.session.map(|session| (words.facts.session, session));
    let error = code.as_deref().map(|code| (words.facts.error_code, code));
    let facts: Vec<(&str, &str)> = session.into_iter().chain(error).collect();
    let explanation = html! {
        @if let Some(known) = known { p lang="en" { ((words.recovery.code)(known.cause, known.next_step)) } }
    };
    if facts.is_empty() {
        html! {}
    } else {
        technical_details(words, &facts, &explanation)
    }
}

/// Whether the consent is there, so that no one has to do anything.
const fn is_completed(failure: ConsentFailure) -> bool {
    matches!(failure, ConsentFailure::LinkUsedUp | ConsentFailure::AlreadyDone)
}

/// Whether Microsoft or Regrant refused the person's sign-in.
const fn is_of_sign_in(failure: ConsentFailure) -> bool {
    matches!(
        failure,
        ConsentFailure::Declined
            | ConsentFailure::WrongAccount
            | ConsentFailure::WrongTenant
            | ConsentFailure::NotAdministrator
            | ConsentFailure::MfaMissing
            | ConsentFailure::BlockedByConditionalAccess
    )
}

const fn verdict(failure: ConsentFailure) -> Verdict {
    match failure {
        ConsentFailure::LinkUsedUp => Verdict::Good,
        ConsentFailure::LinkExpired
        | ConsentFailure::LinkRevoked
        | ConsentFailure::TooManyAttempts
        | ConsentFailure::SignInUnavailable
        | ConsentFailure::LinkForged
        | ConsentFailure::SessionLost
        | ConsentFailure::MicrosoftDown
        | ConsentFailure::OktaDown
        | ConsentFailure::AlreadyDone
        | ConsentFailure::ByHand => Verdict::Unclear,
        _ => Verdict::Bad,
    }
}

const fn status(failure: ConsentFailure) -> StatusCode {
    match failure {
        ConsentFailure::Declined
        | ConsentFailure::WrongAccount
        | ConsentFailure::WrongTenant
        | ConsentFailure::NotAdministrator
        | ConsentFailure::MfaMissing
        | ConsentFailure::BlockedByConditionalAccess => StatusCode::FORBIDDEN,
        ConsentFailure::LinkExpired | ConsentFailure::LinkRevoked | ConsentFailure::LinkUsedUp => StatusCode::GONE,
        ConsentFailure::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
        ConsentFailure::LinkForged => StatusCode::NOT_FOUND,
        ConsentFailure::SessionLost | ConsentFailure::AlreadyDone | ConsentFailure::ByHand => StatusCode::CONFLICT,
        ConsentFailure::WrongHandOver => StatusCode::BAD_REQUEST,
        ConsentFailure::NotStored | ConsentFailure::SignInUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        ConsentFailure::MicrosoftDown
        | ConsentFailure::RegistrationRefused
        | ConsentFailure::Untrusted
        | ConsentFailure::OktaDown
        | ConsentFailure::OktaRefused => StatusCode::BAD_GATEWAY,
    }
}
