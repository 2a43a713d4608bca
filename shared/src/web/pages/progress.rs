//! Progress: three steps, and what to do about the current one.

use axum::http::StatusCode;
use maud::{Markup, html};
use url::Url;

use super::layout::{Frame, Page};
use super::{Subject, request_id};
use crate::domain::administrator::Mfa;
use crate::domain::id::SessionId;
use crate::domain::session::Administrator;

/// Where a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// At Microsoft's sign-in page, perhaps in another tab.
    SigningIn,
    /// Ready for Okta's consent.
    ReadyToConsent,
    /// Okta's consent was opened.
    Consenting,
    /// The save is on its way.
    Saving,
}

/// What the page tells.
#[derive(Debug)]
pub struct ProgressView<'a> {
    /// The app.
    pub subject: &'a Subject,
    /// The session.
    pub session: &'a SessionId,
    /// Where it is.
    pub step: Step,
    /// Who signed in.
    pub administrator: Option<&'a Administrator>,
    /// Whether the org runs with a registration of ours.
    pub has_sign_in: bool,
    /// Whether a Microsoft administrator's password goes along, because the operator set it so for this org.
    pub sends_password: bool,
    /// What forms carry, so that no other site can send them.
    pub form_token: &'a str,
    /// Where the consent's form leads.
    pub sign_in: &'a Url,
}

/// The page.
pub fn progress(view: &ProgressView<'_>) -> Page {
    let part = html! {
        dl.facts {
            dt { "App in Okta" } dd { (view.subject.label) " (" (view.subject.org_domain) ")" }
            dt { "Microsoft tenant" } dd { (view.subject.tenant_domain) }
            @if let Some(administrator) = view.administrator {
                dt { "Signed in" } dd { (administrator.username) ", " (mfa(administrator.mfa)) }
            }
        }
        ol.steps { (first(view)) (second(view)) (third(view)) }
        (request_id(view.session))
    };
    let heading = match view.step {
        Step::SigningIn => "Sign in at Microsoft",
        Step::ReadyToConsent => "One consent left",
        Step::Consenting => "Accept at Microsoft, then come back",
        Step::Saving => "Saving and proving",
    };
    Frame { status: StatusCode::OK, heading, form_targets: std::slice::from_ref(view.sign_in) }.around(&part)
}

fn mfa(mfa: Mfa) -> &'static str {
    match mfa {
        Mfa::Verified => "multi-factor authentication proven",
        Mfa::NotVerified => "multi-factor authentication not proven",
        Mfa::Refuted => "without multi-factor authentication",
    }
}

fn first(view: &ProgressView<'_>) -> Markup {
    let current = view.step == Step::SigningIn;
    html! {
        li aria-current=[current.then_some("step")] {
            strong { "Sign in as administrator" } " – "
            @if !view.has_sign_in { span.state { "not needed here" } }
            @else if current { span.state { "waiting for Microsoft" } p { "Microsoft's page is open in this browser. If you closed it, begin again from the link in your mail." } }
            @else { span.state.good { "done" } }
        }
    }
}

fn second(view: &ProgressView<'_>) -> Markup {
    let current = matches!(view.step, Step::ReadyToConsent | Step::Consenting);
    html! {
        li aria-current=[current.then_some("step")] {
            strong { "Consent for Okta" } " – "
            @match view.step {
                Step::SigningIn => span.state { "next" },
                Step::ReadyToConsent => { span.state { "your turn" } (open_consent(view, "Open Okta's consent at Microsoft", "")) },
                Step::Consenting => { span.state { "opened" } (finish(view)) },
                Step::Saving => span.state.good { "given" },
            }
        }
    }
}

fn open_consent(view: &ProgressView<'_>, label: &str, class: &str) -> Markup {
    html! {
        p { "It opens in a new tab. Microsoft's page is titled " strong { "Okta Microsoft Graph Client" } " or a similar name of Okta's. Check that it speaks of " strong { (view.subject.tenant_domain) } ", then accept. Okta then shows a page of plain text; leave it open and come back here." }
        @if view.sends_password {
            p { strong { "Your operator has set" } " that this Okta org also receives a stored Microsoft administrator name and password, because its Okta still insists on them." }
        }
        form method="post" target="_blank" rel="noopener" action=(format!("/consent/session/{}/okta", view.session)) {
            (token(view))
            button type="submit" class=[(!class.is_empty()).then_some(class)] { (label) }
        }
    }
}

fn finish(view: &ProgressView<'_>) -> Markup {
    html! {
        p { "Have you accepted? Then let us finish." }
        form method="post" action=(format!("/consent/session/{}/finish", view.session)) {
            (token(view))
            button type="submit" { "I have accepted: finish" }
        }
        details {
            summary { "Okta's last page shows text and nothing moves on" }
            p { "That page begins with " code { "{\"continue_oauth_flow_url\"" } ". You may bring its whole text here, but only from the tab that this page opened, never from a mail or a chat: whoever has that text could finish the consent in your place." }
            form method="post" action=(format!("/consent/session/{}/handover", view.session)) {
                (token(view))
                p { label for="handover" { "Text of Okta's page" } }
                textarea id="handover" name="handover" required autocomplete="off" spellcheck="false" {}
                p { button.second type="submit" { "Hand over and finish" } }
            }
        }
        details {
            summary { "Open the consent again" }
            (open_consent(view, "Open it again", "second"))
        }
    }
}

fn third(view: &ProgressView<'_>) -> Markup {
    let current = view.step == Step::Saving;
    html! {
        li aria-current=[current.then_some("step")] {
            strong { "Save and prove" } " – "
            @if current { span.state { "working" } p { "We save the connection in Okta and read back what Okta and Microsoft hold. Microsoft may take a minute to show new permissions." }
                form method="get" action=(format!("/consent/session/{}", view.session)) { button type="submit" { "Check again" } }
                details {
                    summary { "Nothing has moved for more than a minute" }
                    form method="post" action=(format!("/consent/session/{}/finish", view.session)) { (token(view)) button.second type="submit" { "Ask again to finish" } }
                } }
            @else { span.state { "after that, by itself" } }
        }
    }
}

fn token(view: &ProgressView<'_>) -> Markup {
    html! { input type="hidden" name="token" value=(view.form_token); }
}
