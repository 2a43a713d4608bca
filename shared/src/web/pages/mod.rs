//! The pages that administrators and operators see: server-rendered HTML with an inline style and no script.
//!
//! Each page is a pure function from its view to a [`Page`]. Pages load nothing from other origins.

mod demo_outbox;
mod done;
mod failure;
mod invitation;
mod layout;
mod mute;
mod pause;
mod progress;
mod request;
mod style;
#[cfg(test)]
mod tests;
mod unavailable_request;

pub use demo_outbox::{OutboxLine, outbox};
pub use done::{DoneView, done};
pub use failure::{FailureView, failure};
pub use invitation::{InvitationView, invitation};
pub use layout::Page;
pub use mute::{MuteView, confirm_mute, muted};
pub use pause::{PauseView, agree_to_pause};
pub use progress::{ProgressView, Step, progress};
pub use request::{RequestView, request};
pub use unavailable_request::unavailable_request;

use crate::domain::app::AppRecord;
use crate::domain::id::{OrgId, SessionId};
use crate::domain::org::OrgProfile;
use crate::domain::tenant::TenantDomain;
use crate::domain::text::UntrustedText;

/// The app, org and tenant of a page, so that a reader can compare them with their email.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The org's host.
    pub org_domain: String,
    /// The org's id.
    pub org: OrgId,
    /// The app's label.
    pub label: UntrustedText,
    /// The tenant's domain, such as `contoso.onmicrosoft.com`.
    pub tenant_domain: String,
}

/// The subject of every page about `app`.
pub fn subject(org: &OrgProfile, app: &AppRecord) -> Subject {
    let domain = app.identity.tenant.as_ref().and_then(|name| TenantDomain::of(name, org.cloud).ok());
    Subject {
        org_domain: org.domain(),
        org: org.id.clone(),
        label: app.identity.label.clone(),
        tenant_domain: domain.map_or_else(|| "not set in Okta".to_owned(), |domain| domain.to_string()),
    }
}

/// The id of an attempt, which pages, logs and the operator's tools share.
fn reference(session: &SessionId) -> maud::Markup {
    maud::html! { p.small { "Reference " code { (session) } ". Your Okta operator sees this attempt under the same reference." } }
}
