//! The page that asks the administrator to agree that provisioning pauses. Nothing has changed when it is shown.

use axum::http::StatusCode;
use maud::html;
use url::Url;

use super::layout::{Frame, Page};
use super::{Subject, reference};
use crate::domain::id::SessionId;

/// The data of the page.
#[derive(Debug)]
pub struct PauseView<'a> {
    /// The app.
    pub subject: &'a Subject,
    /// The session.
    pub session: &'a SessionId,
    /// The anti-forgery token of the form.
    pub form_token: &'a str,
    /// The origin that the form redirects to.
    pub sign_in: &'a Url,
}

/// Renders the page.
pub fn agree_to_pause(view: &PauseView<'_>) -> Page {
    let path = format!("/consent/session/{}", view.session);
    let content = html! {
        dl.facts {
            dt { "App in Okta" } dd { (view.subject.label) " (" (view.subject.org_domain) ")" }
            dt { "Microsoft tenant" } dd { (view.subject.tenant_domain) }
        }
        p { "Okta provisions this app with a stored administrator password today. To offer the consent, Okta switches to the new connection, and provisioning pauses until you finish. That usually takes two minutes." }
        p { "Nothing has changed so far. If you start now and do not finish, your Okta operators receive an alert." }
        form method="post" action=(format!("{path}/okta")) {
            input type="hidden" name="token" value=(view.form_token);
            input type="hidden" name="pause" value="agreed";
            button type="submit" { "Pause provisioning and continue to Microsoft" }
        }
        p { a href=(path) { "Not now" } }
        (reference(view.session))
    };
    Frame {
        status: StatusCode::OK,
        heading: "Provisioning pauses until you finish",
        form_targets: std::slice::from_ref(view.sign_in),
    }
    .around(&content)
}
