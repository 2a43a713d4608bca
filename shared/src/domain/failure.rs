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
    match (status, code) {
        (501, _) | (_, Some("E0000003" | "E0000019" | "E0000021" | "E0000022" | "E0000060")) => FailureClass::Bug,
        (429 | 500.., _) | (_, Some("E0000009" | "E0000010" | "E0000029" | "E0000047" | "E0000239")) => {
            FailureClass::Wait
        }
        _ => FailureClass::Operator,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_waits_and_what_we_sent_wrong_is_ours() {
        assert_eq!(classify(429, None), FailureClass::Wait);
        assert_eq!(classify(503, Some("E0000010")), FailureClass::Wait);
        assert_eq!(classify(501, Some("E0000060")), FailureClass::Bug);
        assert_eq!(classify(400, Some("E0000003")), FailureClass::Bug);
        assert_eq!(classify(401, Some("E0000015")), FailureClass::Operator);
    }
}
