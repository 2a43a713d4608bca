//! What an error means for the tokens that Regrant stores.

use super::MicrosoftError;
use super::error::{GraphRefusal, OAuthRefusal};
use crate::domain::failure::{self, class::FailureClass};

/// The consequence of a failed refresh or call to Graph. It depends on OAuth's `error`, on `suberror`, `claims` and the
/// status, never on an `AADSTS` number: Microsoft states that the numbers may change ("Microsoft Entra authentication and
/// authorization error codes").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenFailure {
    /// The tokens are no longer valid: revoked, ended by a sign-in frequency policy or by disuse, or their account was
    /// disabled or deleted. Someone has to sign in again. If Graph rejects an access token, refresh it first.
    Permanent,
    /// Microsoft requires an action of a person: another factor, another device, a consent. The next sign-in must repeat the
    /// error's `claims`, if there are any. A block by Conditional Access is reported the same way.
    Interaction,
    /// The token is valid, but may not read the directory: the person lost the role, or the tenant did not consent to the
    /// application permission.
    NotAllowed,
    /// Our own secret, certificate or federated token was rejected, and nothing else was checked. If other tenants accept
    /// it, this tenant has lost our application (`AADSTS7000229`) and must consent again.
    OurCredential,
    /// Our registration was rejected: the tenant no longer has it, or it may not make this request.
    OurRegistration,
    /// A temporary failure: an outage, a wait, no response, or a response that is not Microsoft's. Keep the tokens and retry
    /// later.
    Transient,
}

impl TokenFailure {
    /// Whether only a sign-in or a consent by a person in the tenant helps.
    pub fn needs_a_person(self) -> bool {
        matches!(self, Self::Permanent | Self::Interaction | Self::NotAllowed)
    }
}

impl MicrosoftError {
    /// What this error means for the tokens that were used.
    pub fn token_failure(&self) -> TokenFailure {
        match self {
            _ if self.is_transient() => TokenFailure::Transient,
            Self::OAuth(refusal) => token_endpoint_failure(refusal),
            Self::Graph(refusal) => graph_failure(refusal),
            Self::Credential(_) => TokenFailure::OurCredential,
            Self::RateLimited { .. }
            | Self::NoAnswer { .. }
            | Self::NoSuchTenant { .. }
            | Self::Untrusted(_)
            | Self::TooLarge { .. }
            | Self::Unexpected { .. } => TokenFailure::Transient,
        }
    }
}

/// RFC 6749 section 5.2, and the `error` and `suberror` values in Microsoft's own client libraries.
fn token_endpoint_failure(refusal: &OAuthRefusal) -> TokenFailure {
    match refusal.error.as_str() {
        "interaction_required" | "login_required" | "consent_required" => TokenFailure::Interaction,
        "invalid_grant" if refusal.claims.is_some() => TokenFailure::Interaction,
        "invalid_grant" => match refusal.suberror.as_deref() {
            Some(
                "basic_action" | "additional_action" | "message_only" | "consent_required" | "user_password_expired",
            ) => TokenFailure::Interaction,
            _ => TokenFailure::Permanent,
        },
        "invalid_client" => TokenFailure::OurCredential,
        "unauthorized_client" | "invalid_request" | "invalid_scope" | "invalid_resource" | "unsupported_grant_type" => {
            TokenFailure::OurRegistration
        }
        // An unknown error ends nothing.
        _ => TokenFailure::Transient,
    }
}

/// "Microsoft Graph error responses", and "Claims challenges, claims requests and client capabilities": a challenge may
/// come with 401 or 403.
fn graph_failure(refusal: &GraphRefusal) -> TokenFailure {
    let known = refusal.code.as_deref().and_then(failure::find);
    match refusal.status {
        401 | 403 if refusal.claims.is_some() => TokenFailure::Interaction,
        // A proxy's page, or an error that clears: it says nothing about the token.
        401 | 403 if refusal.code.is_none() || known.is_some_and(|it| it.class == FailureClass::Wait) => {
            TokenFailure::Transient
        }
        401 => TokenFailure::Permanent,
        403 => TokenFailure::NotAllowed,
        _ => TokenFailure::Transient,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::TokenFailure::{Interaction, NotAllowed, OurCredential, OurRegistration, Permanent, Transient};
    use super::*;
    use crate::domain::claims_challenge::ClaimsChallenge;

    fn challenge(claims: &str) -> Option<ClaimsChallenge> {
        claims.to_owned().try_into().ok()
    }

    fn oauth(status: u16, error: &str, code: u32, suberror: Option<&str>, claims: Option<&str>) -> MicrosoftError {
        MicrosoftError::OAuth(Box::new(OAuthRefusal {
            status,
            error: error.to_owned(),
            suberror: suberror.map(str::to_owned),
            codes: vec![code],
            correlation_id: None,
            claims: claims.and_then(challenge),
        }))
    }

    fn graph(status: u16, code: &str, claims: Option<&str>) -> MicrosoftError {
        let (code, claims) = (Some(code.to_owned()), claims.and_then(challenge));
        MicrosoftError::Graph(Box::new(GraphRefusal { status, code, claims, ..GraphRefusal::default() }))
    }

    /// Case name, status, `error`, number, `suberror`, and the expected meaning.
    type Refused = (&'static str, u16, &'static str, u32, Option<&'static str>, TokenFailure);

    /// Possible errors of a refresh.
    const REFRESHES: [Refused; 29] = [
        ("a sign-in frequency policy", 400, "invalid_grant", 70_043, Some("token_expired"), Permanent),
        ("revoked", 400, "invalid_grant", 50_173, Some("bad_token"), Permanent),
        ("revoked with the session", 400, "invalid_grant", 50_132, None, Permanent),
        ("revoked with the password", 400, "invalid_grant", 50_133, None, Permanent),
        ("not used for 90 days", 400, "invalid_grant", 700_082, None, Permanent),
        ("an unknown grant", 400, "invalid_grant", 70_000, None, Permanent),
        ("expired or revoked", 400, "invalid_grant", 70_008, None, Permanent),
        ("from a single-page redirect", 400, "invalid_grant", 700_084, None, Permanent),
        ("a disabled account", 400, "invalid_grant", 50_057, None, Permanent),
        ("a deleted account", 400, "invalid_grant", 50_034, None, Permanent),
        ("an unknown suberror", 400, "invalid_grant", 1, Some("something_new"), Permanent),
        ("a withdrawn consent", 400, "invalid_grant", 65_001, Some("consent_required"), Interaction),
        ("another factor required", 400, "invalid_grant", 50_076, Some("basic_action"), Interaction),
        ("another action required", 400, "invalid_grant", 53_000, Some("additional_action"), Interaction),
        ("only a message", 400, "invalid_grant", 53_003, Some("message_only"), Interaction),
        ("an expired password", 400, "invalid_grant", 50_055, Some("user_password_expired"), Interaction),
        ("Conditional Access", 400, "interaction_required", 53_003, None, Interaction),
        ("another factor", 400, "interaction_required", 50_079, Some("basic_action"), Interaction),
        ("a sign-in required", 400, "login_required", 50_058, None, Interaction),
        ("a consent required", 400, "consent_required", 65_001, None, Interaction),
        ("a wrong secret", 401, "invalid_client", 7_000_215, None, OurCredential),
        ("an expired secret", 401, "invalid_client", 7_000_222, None, OurCredential),
        ("an unknown certificate", 401, "invalid_client", 700_027, None, OurCredential),
        ("an unknown registration", 400, "unauthorized_client", 700_016, None, OurRegistration),
        ("an invalid scope", 400, "invalid_scope", 70_011, None, OurRegistration),
        ("an invalid resource", 400, "invalid_resource", 500_011, None, OurRegistration),
        ("throttling", 429, "invalid_grant", 90_055, None, Transient),
        ("an outage", 503, "invalid_client", 90_033, None, Transient),
        ("an outage with 400", 400, "temporarily_unavailable", 90_024, None, Transient),
    ];

    #[test]
    fn each_refresh_error_has_its_consequence() {
        for (name, status, error, code, suberror, failure) in REFRESHES {
            assert_eq!(oauth(status, error, code, suberror, None).token_failure(), failure, "{name}");
        }
    }

    #[test]
    fn aadsts_numbers_never_decide() {
        let numbers = failure::failures_of(failure::Origin::Microsoft);
        let numbers = numbers.filter_map(|known| known.code.strip_prefix("AADSTS")?.parse().ok());
        let numbers: Vec<u32> = numbers.chain([0, 999_999]).collect();
        assert!(numbers.len() > 60, "{}", numbers.len());
        for (name, status, error, _, suberror, failure) in REFRESHES {
            for number in &numbers {
                assert_eq!(oauth(status, error, *number, suberror, None).token_failure(), failure, "{name} {number}");
            }
        }
    }

    #[test]
    fn claims_require_a_person() {
        let claims = Some(r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#);
        assert_eq!(oauth(400, "invalid_grant", 50_076, None, claims).token_failure(), Interaction);
        assert_eq!(oauth(400, "interaction_required", 50_076, None, claims).token_failure(), Interaction);
        assert_eq!(oauth(401, "invalid_client", 7_000_215, None, claims).token_failure(), OurCredential);
    }

    #[test]
    fn graph_errors_tell_tokens_roles_and_policies_apart() {
        for (name, status, code, claims, failure) in [
            ("a challenge", 401, "InvalidAuthenticationToken", Some("{}"), Interaction),
            ("a challenge with 403", 403, "AccessDenied", Some("{}"), Interaction),
            ("an expired token", 401, "InvalidAuthenticationToken", None, Permanent),
            ("an unspecified error", 401, "UnknownError", None, Transient),
            ("a lost role", 403, "Authorization_RequestDenied", None, NotAllowed),
            ("a missing object", 404, "Request_ResourceNotFound", None, Transient),
            ("an invalid query", 400, "Request_BadRequest", None, Transient),
            ("throttling", 429, "TooManyRequests", None, Transient),
            ("an outage", 503, "serviceNotAvailable", None, Transient),
        ] {
            assert_eq!(graph(status, code, claims).token_failure(), failure, "{name}");
        }
    }

    #[test]
    fn failures_outside_microsoft_end_no_tokens() {
        let host = || "login.example.com".to_owned();
        for error in [
            MicrosoftError::RateLimited { retry_after: Duration::from_secs(9) },
            MicrosoftError::NoAnswer { host: host(), reason: "the server returned 502".to_owned() },
            MicrosoftError::Unexpected { host: host(), what: "a redirect".to_owned() },
            MicrosoftError::TooLarge { host: host(), limit: 1 },
            oauth(400, "slow_down_please", 70_043, None, None),
        ] {
            assert_eq!(error.token_failure(), Transient, "{error:?}");
            assert!(!error.token_failure().needs_a_person());
        }
        assert_eq!(MicrosoftError::Credential("no key".to_owned()).token_failure(), OurCredential);
    }
}
