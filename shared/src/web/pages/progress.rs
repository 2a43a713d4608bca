//! The page of a session: where the attempt stands, and what to do next. It says nothing that Regrant has not read.

use axum::http::StatusCode;
use maud::{Markup, html};
use url::Url;

use super::icons::{Icon, icon};
use super::layout::{Frame, Page, Presentation, Verdict};
use super::paste::{PastedText, error_summary, paste_form};
use super::steps::{StepState, steps};
use super::{Subject, technical_details, wrappable};
use crate::domain::administrator::Mfa;
use crate::domain::hand_over::NotAHandOver;
use crate::domain::id::SessionId;
use crate::domain::save::NotDone;
use crate::domain::session::Administrator;
use crate::words::pages::PageWords;

/// How often a waiting page refreshes, in seconds: often while the person watches, less often after a minute.
const REFRESH: u32 = 3;
const SLOW_REFRESH: u32 = 15;

/// The current step of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// The administrator is at Microsoft's sign-in page, perhaps in another tab.
    SigningIn,
    /// The administrator may continue to Okta's consent.
    ReadyToConsent {
        /// Whether only Okta's Save is left, according to the last scan.
        only_save: bool,
    },
    /// Okta's consent is open. This page has the link to it and takes the text of Okta's page.
    Consenting {
        /// Okta's consent link at Microsoft; `None` if this browser no longer has it.
        link: Option<&'a Url>,
    },
    /// The org waives the sign-in, so an operator does the last step.
    AwaitingOperator {
        /// Whether the person has handed over the text of Okta's page.
        has_text: bool,
    },
    /// Regrant is saving the connection, or checking whether it can.
    Saving {
        /// Why.
        basis: SavingBasis,
        /// Whether it began more than a minute ago.
        is_slow: bool,
    },
}

/// Why a save is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SavingBasis {
    /// Okta accepted the code in the text of its page.
    AcceptedByOkta,
    /// The person brought the text of Okta's page.
    Text,
    /// The person says that they accepted. That is not evidence.
    Claim,
    /// Okta offered no consent link, so only its Save is left.
    NothingToConsentTo,
}

/// The data of the page.
#[derive(Debug)]
pub struct ProgressView<'a> {
    /// The app.
    pub subject: &'a Subject,
    /// The session.
    pub session: &'a SessionId,
    /// The current step.
    pub step: Step<'a>,
    /// Why an opened consent is not done, from the latest check.
    pub not_done: Option<NotDone>,
    /// The administrator who signed in.
    pub administrator: Option<&'a Administrator>,
    /// Whether administrators sign in to Regrant's own registration first.
    pub has_sign_in: bool,
    /// Whether Okta also receives a Microsoft administrator's password, because the operator configured it for this org.
    pub sends_password: bool,
    /// The anti-forgery token of every form.
    pub form_token: &'a str,
    /// Whether an operator has been notified about this attempt.
    pub operators_notified: bool,
    /// The text that was pasted last, if it was not Okta's.
    pub pasted: Option<PastedText<'a>>,
}

/// Renders the page.
pub fn progress(presentation: &Presentation<'_>, view: &ProgressView<'_>) -> Page {
    let all = presentation.words();
    let words = &all.session;
    let (heading, refresh) = match view.step {
        Step::SigningIn => (words.sign_in_heading, Some(SLOW_REFRESH)),
        Step::ReadyToConsent { only_save: true } => (words.save_heading, None),
        Step::ReadyToConsent { only_save: false } => (words.approve_heading, None),
        Step::Consenting { .. } => (words.accept_heading, None),
        Step::AwaitingOperator { .. } => (words.operator_heading, Some(SLOW_REFRESH)),
        Step::Saving { is_slow, .. } => (words.saving_heading, Some(if is_slow { SLOW_REFRESH } else { REFRESH })),
    };
    // While a check runs, an earlier result says nothing. What was just pasted comes first.
    let is_newest = matches!(view.step, Step::Consenting { .. })
        && view.pasted.as_ref().is_none_or(|pasted| *pasted.error == NotAHandOver::Declined);
    let not_done = view.not_done.filter(|_| is_newest);
    let result = not_done.map(words.not_done);
    let verdict = match not_done {
        Some(why) if is_refusal(why) => Verdict::Bad,
        Some(_) => Verdict::Unclear,
        None if matches!(view.step, Step::AwaitingOperator { .. }) => Verdict::Unclear,
        None => Verdict::None,
    };
    let content = html! {
        @match view.step {
            Step::AwaitingOperator { .. } => p.lead { (words.operator_lead) },
            Step::SigningIn => p.lead { (words.sign_in_lead) },
            Step::ReadyToConsent { only_save } => (ready(all, view, only_save)),
            Step::Consenting { link } => (consenting(all, view, link, result.as_ref().map_or(words.accept_lead, |result| result.text))),
            Step::Saving { basis, is_slow } => (saving(all, view, basis, is_slow)),
        }
        @if view.operators_notified { p { (all.recovery.operators_notified) } }
        @if let Some(seconds) = refresh { (refreshing(all, view, seconds)) }
        (facts(all, view))
        div.details { (technical_details(all, &[(all.facts.session, view.session.as_str())], &html! {})) }
    };
    let frame = Frame {
        status: if view.pasted.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        heading: result.as_ref().map_or(heading, |result| result.heading),
        verdict,
        before_heading: html! {
            (steps(all, states(view)))
            @if let Some(pasted) = &view.pasted { (error_summary(all, view.subject, pasted)) }
        },
        has_error: view.pasted.is_some(),
        refresh,
        ..Frame::default()
    };
    frame.around(presentation, &content)
}

/// What the indicator may claim. A sign-in is done once the administrator is verified; that Microsoft's page was accepted
/// is never known here, so that step is checked or waiting until the session is done.
#[expect(clippy::match_same_arms, reason = "one arm for each step")]
const fn states(view: &ProgressView<'_>) -> [StepState; 3] {
    let first = if view.has_sign_in { StepState::Done } else { StepState::NotNeeded };
    match view.step {
        Step::SigningIn => [StepState::Current, StepState::Next, StepState::Next],
        Step::ReadyToConsent { only_save: true } => [first, StepState::NotNeeded, StepState::NotNeeded],
        Step::ReadyToConsent { only_save: false } => [first, StepState::Current, StepState::Next],
        Step::Consenting { .. } => match view.not_done {
            None => [first, StepState::Current, StepState::Next],
            Some(why) if is_refusal(why) => [first, StepState::Refused, StepState::Next],
            Some(_) => [first, StepState::NotSeen, StepState::Next],
        },
        Step::AwaitingOperator { has_text: true } => [first, StepState::NotSeen, StepState::Done],
        Step::AwaitingOperator { has_text: false } => [first, StepState::NotNeeded, StepState::NotNeeded],
        Step::Saving { basis: SavingBasis::AcceptedByOkta, .. } => [first, StepState::Done, StepState::Done],
        Step::Saving { basis: SavingBasis::Text, .. } => [first, StepState::Checking, StepState::Done],
        Step::Saving { basis: SavingBasis::Claim, .. } => [first, StepState::Checking, StepState::NotSeen],
        Step::Saving { basis: SavingBasis::NothingToConsentTo, .. } => {
            [first, StepState::NotNeeded, StepState::NotNeeded]
        }
    }
}

fn ready(all: &PageWords, view: &ProgressView<'_>, only_save: bool) -> Markup {
    let (words, names) = (&all.session, view.subject.names(all));
    html! {
        p.lead {
            @match view.administrator {
                _ if only_save => ((words.save_lead)(&names)),
                Some(administrator) => ((words.approve_lead)(&administrator.username.to_string())),
                None => (words.approve_lead_without_sign_in),
            }
        }
        @if view.sends_password { (notice(&(words.sends_password)(&names))) }
        div.actions {
            form method="post" action=(format!("/consent/session/{}/okta", view.session)) {
                (token(view))
                button type="submit" { @if only_save { (words.save_button) } @else { (words.approve_button) } }
            }
        }
    }
}

/// Whether Microsoft or Okta said no, in contrast to what is only not known.
const fn is_refusal(why: NotDone) -> bool {
    matches!(why, NotDone::RefusedAtMicrosoft | NotDone::CodeRejected | NotDone::SignInStillFails)
}

fn consenting(all: &PageWords, view: &ProgressView<'_>, link: Option<&Url>, lead: &str) -> Markup {
    let (words, names) = (&all.session, view.subject.names(all));
    html! {
        p.lead { (lead) }
        section.card.current {
            h2 { "2. " (words.accept_step) }
            @if view.sends_password { (notice(&(words.sends_password)(&names))) }
            @if let Some(link) = link {
                div.actions {
                    a.button href=(link) target="_blank" rel="noopener noreferrer" {
                        (words.open_microsoft) (icon(Icon::NewTab)) span.hidden-label { " (" (all.general.in_new_tab) ")" }
                    }
                }
                p { ((words.check_page)(&names)) }
                details { summary { (words.open_again) } (open_again(all, view)) }
            } @else {
                p { (words.link_expired) }
                (open_again(all, view))
            }
        }
        section.card id="paste" {
            h2 { "3. " (all.paste.heading) }
            (paste_form(all, view.subject, &format!("/consent/session/{}/handover", view.session), &token(view), view.pasted.as_ref()))
            details {
                summary { (words.finished_elsewhere_heading) }
                p { (words.finished_elsewhere) }
                (finish(view, None, words.finished_elsewhere_button))
            }
            details {
                summary { (words.refused_heading) }
                p { (words.refused) }
                (finish(view, Some("refused"), words.refused_button))
            }
        }
        p.soft { (all.general.does_not_refresh) " " a href=(path(view)) { (all.general.refresh_now) } }
    }
}

fn open_again(all: &PageWords, view: &ProgressView<'_>) -> Markup {
    html! {
        div.actions {
            form method="post" action=(format!("/consent/session/{}/okta", view.session)) {
                (token(view))
                button.secondary type="submit" { (all.session.open_again) }
            }
        }
    }
}

fn finish(view: &ProgressView<'_>, outcome: Option<&str>, label: &str) -> Markup {
    html! {
        div.actions {
            form method="post" action=(format!("/consent/session/{}/finish", view.session)) {
                (token(view))
                @if let Some(outcome) = outcome { input type="hidden" name="result" value=(outcome); }
                button.secondary type="submit" { (label) }
            }
        }
    }
}

fn saving(all: &PageWords, view: &ProgressView<'_>, basis: SavingBasis, is_slow: bool) -> Markup {
    let words = &all.session;
    html! {
        p.lead {
            @match basis {
                SavingBasis::AcceptedByOkta => (words.saving_accepted),
                SavingBasis::Text => (words.saving_with_text),
                SavingBasis::Claim => (words.saving_after_claim),
                SavingBasis::NothingToConsentTo => (words.saving_only),
            }
        }
        @if is_slow {
            p { (words.saving_takes_long) }
            (finish(view, None, words.finished_elsewhere_button))
        }
    }
}

fn refreshing(all: &PageWords, view: &ProgressView<'_>, seconds: u32) -> Markup {
    html! {
        p.refresh {
            (icon(Icon::Spinner))
            span { ((all.general.refreshes)(seconds)) " " a href=(path(view)) { (all.general.refresh_now) } }
        }
    }
}

fn facts(all: &PageWords, view: &ProgressView<'_>) -> Markup {
    let words = &all.session;
    html! {
        dl.facts {
            (view.subject.facts(all))
            @if let Some(administrator) = view.administrator {
                dt { (all.facts.signed_in) } dd { (wrappable(administrator.username.raw())) ", " ((words.mfa)(administrator.mfa)) }
            }
        }
        @if view.administrator.is_some_and(|administrator| administrator.mfa == Mfa::NotVerified) {
            p.soft { (words.mfa_not_verified) }
        }
    }
}

fn notice(text: &str) -> Markup {
    html! { div.notice { (icon(Icon::Exclamation)) p { (text) } } }
}

fn path(view: &ProgressView<'_>) -> String {
    format!("/consent/session/{}", view.session)
}

fn token(view: &ProgressView<'_>) -> Markup {
    html! { input type="hidden" name="token" value=(view.form_token); }
}
