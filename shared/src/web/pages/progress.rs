//! The progress page: three steps, and what to do at the current one.

use axum::http::StatusCode;
use maud::{Markup, html};
use url::Url;

use super::layout::{Frame, Page};
use super::{Subject, reference};
use crate::domain::administrator::Mfa;
use crate::domain::id::SessionId;
use crate::domain::session::Administrator;

/// The current step of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The administrator is at Microsoft's sign-in page, perhaps in another tab.
    SigningIn,
    /// The administrator has signed in and can open Okta's consent.
    ReadyToConsent,
    /// The administrator has opened Okta's consent.
    Consenting,
    /// Regrant is saving the connection.
    Saving,
}

/// The data of the page.
#[derive(Debug)]
pub struct ProgressView<'a> {
    /// The app.
    pub subject: &'a Subject,
    /// The session.
    pub session: &'a SessionId,
    /// The current step.
    pub step: Step,
    /// The administrator who signed in.
    pub administrator: Option<&'a Administrator>,
    /// Whether administrators sign in to Regrant's own registration first.
    pub has_sign_in: bool,
    /// Whether Okta also receives a Microsoft administrator's password, because the operator configured it for this org.
    pub sends_password: bool,
    /// The anti-forgery token of every form.
    pub form_token: &'a str,
    /// The origin that the consent's form redirects to.
    pub sign_in: &'a Url,
}

/// Renders the page.
pub fn progress(view: &ProgressView<'_>) -> Page {
    let content = html! {
        dl.facts {
            dt { "App in Okta" } dd { (view.subject.label) " (" (view.subject.org_domain) ")" }
            dt { "Microsoft tenant" } dd { (view.subject.tenant_domain) }
            @if let Some(administrator) = view.administrator {
                dt { "Signed in" } dd { (administrator.username) ", " (mfa(administrator.mfa)) }
            }
        }
        ol.steps { (first(view)) (second(view)) (third(view)) }
        (reference(view.session))
    };
    let heading = match view.step {
        Step::SigningIn => "Sign in at Microsoft",
        Step::ReadyToConsent => "One more step: approve Okta's access",
        Step::Consenting => "Accept at Microsoft, then come back",
        Step::Saving => "Saving and verifying",
    };
    Frame { status: StatusCode::OK, heading, form_targets: std::slice::from_ref(view.sign_in) }.around(&content)
}

fn mfa(mfa: Mfa) -> &'static str {
    match mfa {
        Mfa::Verified => "multi-factor authentication verified",
        Mfa::NotVerified => "multi-factor authentication not verified",
        Mfa::Refuted => "without multi-factor authentication",
    }
}

fn first(view: &ProgressView<'_>) -> Markup {
    let current = view.step == Step::SigningIn;
    html! {
        li aria-current=[current.then_some("step")] {
            strong { "Sign in as an administrator" } " – "
            @if !view.has_sign_in { span.state { "not needed here" } }
            @else if current { span.state { "waiting for Microsoft" } p { "Microsoft's page is open in this browser. If you closed it, open the link in your email again." } }
            @else { span.state.good { "done" } }
        }
    }
}

fn second(view: &ProgressView<'_>) -> Markup {
    let current = matches!(view.step, Step::ReadyToConsent | Step::Consenting);
    html! {
        li aria-current=[current.then_some("step")] {
            strong { "Approve Okta's access" } " – "
            @match view.step {
                Step::SigningIn => span.state { "next" },
                Step::ReadyToConsent => { span.state { "your turn" } (open_consent(view, "Open Okta's request at Microsoft", "")) },
                Step::Consenting => { span.state { "opened" } (finish(view)) },
                Step::Saving => span.state.good { "done" },
            }
        }
    }
}

fn open_consent(view: &ProgressView<'_>, label: &str, class: &str) -> Markup {
    html! {
        p { "Microsoft's page opens in a new tab. Its title is " strong { "Okta Microsoft Graph Client" } " or similar. Check that it shows the tenant " strong { (view.subject.tenant_domain) } ", then accept. Okta then shows a page of plain text. Copy all of it and come back here." }
        @if view.sends_password {
            p { strong { "Your Okta operator has configured" } " this org to also send Okta a stored Microsoft administrator name and password, because the org still requires them." }
        }
        form method="post" target="_blank" rel="noopener" action=(format!("/consent/session/{}/okta", view.session)) {
            (token(view))
            button type="submit" class=[(!class.is_empty()).then_some(class)] { (label) }
        }
    }
}

fn finish(view: &ProgressView<'_>) -> Markup {
    html! {
        p { "After you accept, Okta's page shows text that starts with " code { "{\"continue_oauth_flow_url\"" } ". Copy all of that text and paste it here." }
        form method="post" action=(format!("/consent/session/{}/handover", view.session)) {
            (token(view))
            p { label for="handover" { "Text from Okta's page" } }
            textarea id="handover" name="handover" required autocomplete="off" spellcheck="false" {}
            p { button type="submit" { "Continue" } }
        }
        p.small { "Copy the text only from the tab that this page opened, never from an email or a chat. Anyone who has this text could finish the consent in your place, so don't share it." }
        details {
            summary { "Does Okta's page show no text?" }
            p { "Done at Microsoft? Then we can check whether Okta has received your consent." }
            form method="post" action=(format!("/consent/session/{}/finish", view.session)) {
                (token(view))
                button.second type="submit" { "I've accepted - continue" }
            }
        }
        details {
            summary { "Open Okta's request again" }
            (open_consent(view, "Open it again", "second"))
        }
    }
}

fn third(view: &ProgressView<'_>) -> Markup {
    let current = view.step == Step::Saving;
    html! {
        li aria-current=[current.then_some("step")] {
            strong { "Save and verify" } " – "
            @if current { span.state { "working" } p { "We are saving the connection in Okta and checking what Okta and Microsoft have stored. New permissions can take a minute to appear at Microsoft." }
                form method="get" action=(format!("/consent/session/{}", view.session)) { button type="submit" { "Check again" } }
                details {
                    summary { "Still waiting after a minute?" }
                    form method="post" action=(format!("/consent/session/{}/finish", view.session)) { (token(view)) button.second type="submit" { "Try again" } }
                } }
            @else { span.state { "happens automatically" } }
        }
    }
}

fn token(view: &ProgressView<'_>) -> Markup {
    html! { input type="hidden" name="token" value=(view.form_token); }
}
