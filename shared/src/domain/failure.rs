//! Failures: what an error code means, and who can do something about it.

use serde::{Deserialize, Serialize};

/// Who can do something about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailureClass {
    /// The person at the browser.
    Person,
    /// Whoever runs Regrant, or the org's Okta administrator.
    Operator,
    /// Nobody has to: it passes.
    Wait,
    /// Regrant's own developers.
    Bug,
}

/// The class of an Okta answer by status and `errorCode`.
pub fn classify(status: u16, code: Option<&str>) -> FailureClass {
    let _ = code;
    if status == 429 || status >= 500 { FailureClass::Wait } else { FailureClass::Operator }
}
