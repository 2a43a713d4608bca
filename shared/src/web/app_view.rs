//! The JSON representation of an app, which the API and `--json` of the command line share.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::app::AppRecord;
use crate::domain::request::Request;
use crate::domain::signal::Signal;
use crate::domain::standing::{LastKnown, NextStep, Standing};

/// An app with its latest signals and its standing.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AppView {
    /// The Okta org's id.
    org: String,
    /// The org's host name, such as `acme.okta.com`.
    org_domain: String,
    /// The app's id in its org.
    app: String,
    /// The app's label, exactly as the org's administrators entered it. Escape it before you display it.
    label: String,
    /// The short name of the Microsoft tenant, without `.onmicrosoft.com`, such as `contoso`.
    tenant: Option<String>,
    /// The Microsoft 365 domain that the app is configured for, such as `contoso.com`.
    domain: Option<String>,
    /// The app's standing: the conclusion from its signals.
    standing: Standing,
    /// Whether Microsoft Graph confirms the consent too. False if only Okta could be checked.
    verified: bool,
    /// The reasons for the standing, most important first.
    reasons: Vec<String>,
    /// The observations that the standing is derived from.
    signals: Vec<Signal>,
    /// The next step.
    next_step: NextStep,
    /// When the app reached this standing, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// The request (`RG-…`) that emails about this app refer to, open or closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request>,
    /// When the standing was last derived, in UTC.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// The last standing from a successful check. Present only while the standing is `unknown`.
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
