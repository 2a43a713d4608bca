//! Failures: what an error code means, why it comes, and who can do something about it.
//!
//! Codes and texts are Okta's ("Error codes" in its developer docs) and OAuth's (RFC 6749 section 5.2, RFC 9449).

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

/// A code and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Okta's `errorCode`, or OAuth's `error`.
    pub code: &'static str,
    /// Who can do something about it.
    pub class: FailureClass,
    /// Why it comes.
    pub cause: &'static str,
    /// What to do.
    pub next_step: &'static str,
    /// Which page tells a person about it during a sign-in.
    pub page: Option<super::consent_failure::ConsentFailure>,
}

const fn failure(code: &'static str, class: FailureClass, cause: &'static str, next_step: &'static str) -> Failure {
    Failure { code, class, cause, next_step, page: None }
}

use FailureClass::{Bug, Operator, Wait};

const REPORT: &str = "Report it with Okta's errorId; nothing in the org needs to change.";

static FAILURES: [Failure; 24] = [
    failure(
        "E0000001",
        Operator,
        "Okta refused the request's values; the cause beside it says which.",
        "Read the cause. \"Provisioning is not enabled\" and \"not supported\" are answers, not faults.",
    ),
    failure("E0000003", Bug, "Okta could not read the body of the request.", REPORT),
    failure(
        "E0000004",
        Operator,
        "Okta did not accept the credential.",
        "Make a new API token, or check the service app's key, and add the org again.",
    ),
    failure(
        "E0000005",
        Operator,
        "Okta knows no session or token for the request.",
        "Add the org again with a valid credential.",
    ),
    failure(
        "E0000006",
        Operator,
        "The credential is good; its role or scope is too small.",
        "Grant the scope okta.apps.read and a role that sees the Office 365 apps.",
    ),
    failure(
        "E0000007",
        Operator,
        "The app was deleted, or the credential's role does not see it.",
        "If the app exists, widen the resource set of the credential's role.",
    ),
    failure(
        "E0000008",
        Operator,
        "There is nothing at the path, so this is another host or another product.",
        "Check the org's host.",
    ),
    failure(
        "E0000009",
        Wait,
        "Okta had an internal error.",
        "Scan again later; with the errorId Okta Support can say more.",
    ),
    failure(
        "E0000010",
        Wait,
        "The org is read-only for the moment, for maintenance as a rule.",
        "Nothing; reading goes on and writing waits.",
    ),
    failure(
        "E0000011",
        Operator,
        "The token expired, was revoked, lay idle for 30 days, or its owner was deactivated.",
        "Make a new one and run `regrant org add` again.",
    ),
    failure(
        "E0000015",
        Operator,
        "The org's licence does not include the feature; the credential is fine.",
        "Ask Okta about the feature, or go on without what needs it.",
    ),
    failure("E0000019", Bug, "Okta did not like the request's headers.", REPORT),
    failure("E0000021", Bug, "Okta did not like the request's content type.", REPORT),
    failure("E0000022", Bug, "The endpoint does not take the request's method.", REPORT),
    failure(
        "E0000029",
        Wait,
        "A page's cursor is no longer valid; the list has to start again.",
        "Nothing; the list is started again by itself.",
    ),
    failure(
        "E0000047",
        Wait,
        "The rate limit of the org is used up, by anybody.",
        "Nothing; it opens again within a minute.",
    ),
    failure("E0000060", Bug, "Okta does not support the operation.", REPORT),
    failure("E0000239", Wait, "Okta is working on the object and has locked it.", "Nothing; scan again later."),
    failure(
        "invalid_client",
        Operator,
        "The service app is unknown, or its key does not match.",
        "Compare client id, key id and public key with the service app in Okta.",
    ),
    failure(
        "invalid_scope",
        Operator,
        "The service app was not granted the scope that was asked for.",
        "Grant okta.apps.read under Okta API Scopes; only a Super Admin can.",
    ),
    failure(
        "unauthorized_client",
        Operator,
        "The app may not use client credentials.",
        "Use an app of the type API Services.",
    ),
    failure(
        "invalid_dpop_proof",
        Wait,
        "The service app asks for proof of possession.",
        "Nothing; the proof is made and the request repeated by itself.",
    ),
    failure(
        "use_dpop_nonce",
        Wait,
        "Okta asks for its nonce in the proof of possession.",
        "Nothing; the request is repeated with it by itself.",
    ),
    failure("invalid_request", Bug, "The token endpoint could not read the request.", REPORT),
];

/// Every failure that is known by a code.
pub fn all() -> &'static [Failure] {
    &FAILURES
}

/// What `code` means, however it is capitalised.
pub fn find(code: &str) -> Option<&'static Failure> {
    FAILURES.iter().find(|failure| failure.code.eq_ignore_ascii_case(code))
}

/// The class of an Okta answer by status and `errorCode`. A known code says more than the status.
pub fn classify(status: u16, code: Option<&str>) -> FailureClass {
    match (code.and_then(find), status) {
        (Some(failure), _) => failure.class,
        (None, 429 | 500 | 502..) => Wait,
        (None, 400 | 405 | 406 | 415 | 501) => Bug,
        (None, _) => Operator,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_code_stands_once_and_says_something() {
        let codes: BTreeSet<_> = all().iter().map(|failure| failure.code.to_ascii_lowercase()).collect();
        assert_eq!(codes.len(), all().len());
        assert!(all().iter().all(|failure| failure.cause.ends_with('.') && failure.next_step.ends_with('.')));
    }

    #[test]
    fn the_code_counts_before_the_status() {
        assert_eq!(classify(401, Some("E0000015")), Operator);
        assert_eq!(classify(400, Some("E0000029")), Wait);
        assert_eq!(classify(501, Some("E0000060")), Bug);
        assert_eq!(classify(400, Some("E0000003")), Bug);
        for status in [429, 500, 502, 503, 504] {
            assert_eq!(classify(status, None), Wait, "{status}");
        }
        assert_eq!(classify(501, None), Bug);
        assert_eq!(classify(404, None), Operator);
        assert_eq!(classify(403, Some("E9999999")), Operator);
    }
}
