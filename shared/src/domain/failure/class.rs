//! Who can resolve a failure.

use serde::{Deserialize, Serialize};

/// Who can resolve a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailureClass {
    /// The person at the browser.
    Person,
    /// The person who runs Regrant, or the org's Okta administrator.
    Operator,
    /// No one: it usually clears without action.
    Wait,
    /// Regrant's own developers.
    Bug,
}
