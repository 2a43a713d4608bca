//! The two pages of muting: confirmation before, result after.

use axum::http::StatusCode;
use maud::html;

use super::layout::{Frame, Page};
use crate::domain::contact::MailAddress;
use crate::domain::id::RequestId;

/// The data of the pages.
#[derive(Debug)]
pub struct MuteView<'a> {
    /// The request.
    pub request: &'a RequestId,
    /// The recipient of the reminders.
    pub address: &'a MailAddress,
    /// The path that the button posts to.
    pub action: &'a str,
}

/// Renders the confirmation page. Opening it changes nothing.
pub fn confirm_mute(view: &MuteView<'_>) -> Page {
    let content = html! {
        p { "We send reminders about request " code { (view.request) } " to " (view.address.as_str()) ". You can mute them here." }
        p { "The request stays open. Other recipients still get reminders, and we will email you when it is done." }
        form method="post" action=(view.action) { button type="submit" { "Mute these reminders" } }
        p.small { "Opening this page changes nothing." }
    };
    Frame { status: StatusCode::OK, heading: "Mute these reminders?", form_targets: &[] }.around(&content)
}

/// Renders the result page.
pub fn muted(view: &MuteView<'_>) -> Page {
    let content = html! {
        p { "We no longer send reminders about request " code { (view.request) } " to " (view.address.as_str()) "." }
        p { "We will still email you when it is done, and about new requests. Your company's Okta team can contact you again." }
    };
    Frame { status: StatusCode::OK, heading: "Reminders are muted", form_targets: &[] }.around(&content)
}
