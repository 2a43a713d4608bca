//! The pages that administrators see: plain HTML, made on the server, with our own style and nothing from anywhere else.
//!
//! Each page is a function from what is known to a [`Page`]. No page needs or has a script.

mod done;
mod failure;
mod invitation;
mod layout;
mod muting;
mod outbox;
mod progress;
mod request;
mod request_not_shown;
mod style;
#[cfg(test)]
mod tests;

pub use done::{DoneView, done};
pub use failure::{FailureView, WayOn, failure};
pub use invitation::{InvitationView, invitation};
pub use layout::Page;
pub use muting::{MuteView, muted, muting};
pub use outbox::{OutboxLine, outbox};
pub use progress::{ProgressView, Step, progress};
pub use request::{RequestView, request};
pub use request_not_shown::request_not_shown;

use crate::domain::id::{OrgId, SessionId};
use crate::domain::text::UntrustedText;

/// What every page about one app names, so that a reader can compare it with what they know.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The org's host.
    pub org_domain: String,
    /// The org's key.
    pub org: OrgId,
    /// The app's label.
    pub label: UntrustedText,
    /// The tenant's domain, such as `contoso.onmicrosoft.com`.
    pub tenant_domain: String,
}

/// The name of an attempt, which pages, mails, logs and the operator's tools share.
fn request_id(session: &SessionId) -> maud::Markup {
    maud::html! { p.small { "Request " code { (session) } ". Your operator sees this attempt under the same name." } }
}
