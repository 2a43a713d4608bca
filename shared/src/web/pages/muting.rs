//! Mute: what the link in a reminder does, and that it was done.

use axum::http::StatusCode;
use maud::html;

use super::layout::{Frame, Page};
use crate::domain::contact::MailAddress;
use crate::domain::id::RequestId;

/// What the pages tell.
#[derive(Debug)]
pub struct MuteView<'a> {
    /// The request.
    pub request: &'a RequestId,
    /// The reader.
    pub address: &'a MailAddress,
    /// Where the button leads.
    pub action: &'a str,
}

/// The page before: it changes nothing by being opened.
pub fn muting(view: &MuteView<'_>) -> Page {
    let part = html! {
        p { "Reminders about request " code { (view.request) } " go to " (view.address.as_str()) ". You can end them here." }
        p { "What is asked for stays open: others are reminded all the same, and you hear when it is done." }
        form method="post" action=(view.action) { button type="submit" { "No more reminders about this" } }
        p.small { "Nothing has been changed by opening this page." }
    };
    Frame { status: StatusCode::OK, heading: "End reminders?", form_targets: &[] }.around(&part)
}

/// The page after.
pub fn muted(view: &MuteView<'_>) -> Page {
    let part = html! {
        p { "No more reminders about request " code { (view.request) } " go to " (view.address.as_str()) "." }
        p { "You still hear when it is done, and of anything new. Whoever looks after Okta at your company can ask you again." }
    };
    Frame { status: StatusCode::OK, heading: "Reminders are off", form_targets: &[] }.around(&part)
}
