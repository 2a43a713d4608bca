//! An app as programs see it: over HTTP and from the command line alike.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::app::AppRecord;
use crate::domain::request::Request;
use crate::domain::signal::Signal;
use crate::domain::standing::{LastKnown, NextStep, Standing};

/// An app, what was seen of it, and what that adds up to.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AppView {
    /// The Okta org's id.
    org: String,
    /// The org's host.
    org_domain: String,
    /// The app's id in its org.
    app: String,
    /// Its label, as the org's administrators wrote it. Escape it where it is shown.
    label: String,
    /// The Microsoft tenant's short name, without `.onmicrosoft.com`.
    tenant: Option<String>,
    /// The domain that the app is set up for.
    domain: Option<String>,
    /// Where it stands.
    standing: Standing,
    /// Whether that is proven on Microsoft's side too.
    verified: bool,
    /// Why, most important first.
    reasons: Vec<String>,
    /// What was seen.
    signals: Vec<Signal>,
    /// What to do next.
    next_step: NextStep,
    /// Since when it stands there, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// The request that emails about it name, open or closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request>,
    /// When it was assessed, in UTC.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// The last standing that rested on a look; only while the standing is `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_known: Option<LastKnown>,
}

impl From<&AppRecord> for AppView {
    fn from(app: &AppRecord) -> Self {
        let identity = &app.identity;
        Self {
            org: identity.org.to_string(),
            org_domain: identity.org_domain.clone(),
            app: identity.app.to_string(),
            label: identity.label.raw().to_owned(),
            tenant: identity.tenant.as_ref().map(|tenant| tenant.as_str().to_owned()),
            domain: identity.domain.as_ref().map(|domain| domain.raw().to_owned()),
            standing: app.standing(),
            verified: app.assessment.verified,
            reasons: app.assessment.reasons.clone(),
            signals: app.signals.clone(),
            next_step: app.standing().next_step(),
            since: app.since,
            request: app.request.clone(),
            as_of: app.as_of,
            last_known: app.last_known.clone(),
        }
    }
}
