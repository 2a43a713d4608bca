//! The pages that administrators and operators see: server-rendered HTML with an inline style and no script.
//!
//! Each page is a pure function from a [`Presentation`] and its view to a [`Page`]. Pages load nothing from anywhere.

mod demo_outbox;
mod done;
mod failure;
mod home;
mod icons;
mod invitation;
mod layout;
mod mute;
mod paste;
mod pause;
mod permissions;
mod progress;
mod recovery;
mod request;
mod steps;
mod style;
#[cfg(test)]
mod tests;
mod unavailable_request;

pub use demo_outbox::{OutboxLine, outbox};
pub use done::{DoneView, TaskToRetry, done};
pub use failure::{FailureView, failure};
pub use home::{home, not_found};
pub use invitation::{InvitationView, invitation};
pub use layout::{Page, Presentation};
pub use mute::{MuteView, confirm_mute, muted};
pub use paste::PastedText;
pub use pause::{PauseView, agree_to_pause};
pub use progress::{ProgressView, SavingBasis, Step, progress};
pub use recovery::Recovery;
pub use request::{RequestView, request};
pub use unavailable_request::unavailable_request;

use maud::{Markup, PreEscaped, html};

use crate::domain::app::AppRecord;
use crate::domain::id::{OrgId, RequestId};
use crate::domain::org::OrgProfile;
use crate::domain::tenant::TenantDomain;
use crate::domain::text::UntrustedText;
use crate::words::pages::{PageNames, PageWords};

/// The app, org and tenant of a page, so that a reader can compare them with their email.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The org's host.
    pub org_domain: String,
    /// The org's id.
    pub org: OrgId,
    /// The app's label.
    pub label: UntrustedText,
    /// The tenant's domain, such as `contoso.onmicrosoft.com`; `None` if Okta does not name one.
    pub tenant_domain: Option<String>,
    /// The matter under which emails, pages and the operator's tools know this.
    pub request: Option<RequestId>,
}

/// The subject of every page about `app`.
pub fn subject(org: &OrgProfile, app: &AppRecord) -> Subject {
    let domain = app.identity.tenant.as_ref().and_then(|name| TenantDomain::of(name, org.cloud).ok());
    Subject {
        org_domain: org.domain(),
        org: org.id.clone(),
        label: app.identity.label.clone(),
        tenant_domain: domain.map(|domain| domain.to_string()),
        request: app.request.as_ref().map(|request| request.id.clone()),
    }
}

impl Subject {
    fn tenant(&self, words: &PageWords) -> &str {
        self.tenant_domain.as_deref().unwrap_or(words.facts.no_tenant)
    }

    fn names(&self, words: &PageWords) -> PageNames {
        PageNames { org: self.org_domain.clone(), app: self.label.to_string(), tenant: self.tenant(words).to_owned() }
    }

    /// The rows of a `dl.facts` that say what a page is about.
    fn facts(&self, words: &PageWords) -> Markup {
        html! {
            dt { (words.labels.app) } dd { (self.label) " (" (self.org_domain) ")" }
            dt { (words.labels.tenant) } dd { (wrappable(self.tenant(words))) }
            @if let Some(request) = &self.request { dt { (words.labels.request) } dd { code { (request) } } }
        }
    }
}

/// A long name without spaces, such as an account or a host, that may wrap after a dot or an at sign.
fn wrappable(name: &str) -> Markup {
    let name = UntrustedText::new(name).to_string();
    html! {
        @for part in name.split_inclusive(['.', '@']) { (part) (PreEscaped("<wbr>")) }
    }
}

/// Facts for a support engineer, collapsed: the ids besides the request, and error codes.
fn technical_details(words: &PageWords, facts: &[(&str, &str)], more: &Markup) -> Markup {
    html! {
        details {
            summary { (words.general.technical_details) }
            dl.facts {
                @for (name, value) in facts { dt { (name) } dd { code { (UntrustedText::new(*value)) } } }
            }
            (more)
        }
    }
}
