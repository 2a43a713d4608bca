//! Who can resolve a failure.

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
