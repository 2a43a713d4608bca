//! What a refusal means for the tokens that Regrant keeps.

use super::MicrosoftError;
use super::error::{GraphRefusal, OAuthRefusal};

/// What has ended, after a refresh or a call to Graph that did not succeed. Decided by OAuth's `error`, by `suberror`,
/// `claims` and the status, never by an `AADSTS` number: Microsoft says that the numbers may change ("Microsoft Entra
/// authentication and authorization error codes").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenFailure {
    /// The tokens are good for nothing any more: revoked, ended by a sign-in frequency or by disuse, or of somebody who
    /// was disabled or deleted. Somebody has to sign in anew. Of an access token that Graph refuses: refresh first.
    Permanent,
    /// A person has to do something that Microsoft asks for: another factor, another device, a consent. The next sign-in
    /// has to hand on the refusal's `claims`, where there are any. Conditional Access that blocks answers so too.
    Interaction,
    /// The token is good, and whoever it is of may not read the directory: the person lost the role, or the tenant did not
    /// consent to the application permission.
    NotAllowed,
    /// Our own registration's secret, certificate or federated token was refused, and nothing else was looked at. Where
    /// other tenants take the same one, this tenant lost our application (`AADSTS7000229`): it has to consent again.
    OurCredential,
    /// Our registration was refused: the tenant does not know it any more, or it may not ask so.
    OurRegistration,
    /// Nothing is known to have ended: an outage, a wait, no answer, or one that was not Microsoft's. Keep the tokens and
    /// look again later.
    Transient,
}

impl TokenFailure {
    /// Whether only a sign-in or a consent of somebody in the tenant helps.
    pub fn needs_a_person(self) -> bool {
        matches!(self, Self::Permanent | Self::Interaction | Self::NotAllowed)
    }
}

impl MicrosoftError {
    /// What this means for the tokens that were used.
    pub fn token_failure(&self) -> TokenFailure {
        match self {
            _ if self.may_pass() => TokenFailure::Transient,
            Self::OAuth(refusal) => of_token_endpoint(refusal),
            Self::Graph(refusal) => of_graph(refusal),
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

/// RFC 6749 section 5.2, and the words and subwords of Microsoft's own client libraries.
fn of_token_endpoint(refusal: &OAuthRefusal) -> TokenFailure {
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
        // A word that nobody knows ends nothing.
        _ => TokenFailure::Transient,
    }
}

/// "Microsoft Graph error responses", and "Claims challenges, claims requests and client capabilities": a challenge may
/// come with 401 and with 403.
fn of_graph(refusal: &GraphRefusal) -> TokenFailure {
    match refusal.status {
        401 | 403 if refusal.claims.is_some() => TokenFailure::Interaction,
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
    use crate::domain::failure;

    fn oauth(status: u16, error: &str, code: u32, suberror: Option<&str>, claims: Option<&str>) -> MicrosoftError {
        MicrosoftError::OAuth(Box::new(OAuthRefusal {
            status,
            error: error.to_owned(),
            suberror: suberror.map(str::to_owned),
            codes: vec![code],
            correlation_id: None,
            claims: claims.map(str::to_owned),
        }))
    }

    fn graph(status: u16, code: &str, claims: Option<&str>) -> MicrosoftError {
        let (code, claims) = (Some(code.to_owned()), claims.map(str::to_owned));
        MicrosoftError::Graph(Box::new(GraphRefusal { status, code, request_id: None, claims }))
    }

    /// Name, status, `error`, number, `suberror`, and what that means.
    type Refused = (&'static str, u16, &'static str, u32, Option<&'static str>, TokenFailure);

    /// What a refresh may be answered.
    const REFRESHES: [Refused; 29] = [
        ("a sign-in frequency policy", 400, "invalid_grant", 70_043, Some("token_expired"), Permanent),
        ("revoked", 400, "invalid_grant", 50_173, Some("bad_token"), Permanent),
        ("revoked with the session", 400, "invalid_grant", 50_132, None, Permanent),
        ("revoked with the password", 400, "invalid_grant", 50_133, None, Permanent),
        ("not used for 90 days", 400, "invalid_grant", 700_082, None, Permanent),
        ("no such grant", 400, "invalid_grant", 70_000, None, Permanent),
        ("ended or revoked", 400, "invalid_grant", 70_008, None, Permanent),
        ("from a single-page redirect", 400, "invalid_grant", 700_084, None, Permanent),
        ("the account is disabled", 400, "invalid_grant", 50_057, None, Permanent),
        ("the account is deleted", 400, "invalid_grant", 50_034, None, Permanent),
        ("a subword nobody knows", 400, "invalid_grant", 1, Some("something_new"), Permanent),
        ("the consent was withdrawn", 400, "invalid_grant", 65_001, Some("consent_required"), Interaction),
        ("another factor is wanted", 400, "invalid_grant", 50_076, Some("basic_action"), Interaction),
        ("something else is wanted", 400, "invalid_grant", 53_000, Some("additional_action"), Interaction),
        ("only a message", 400, "invalid_grant", 53_003, Some("message_only"), Interaction),
        ("the password has ended", 400, "invalid_grant", 50_055, Some("user_password_expired"), Interaction),
        ("Conditional Access", 400, "interaction_required", 53_003, None, Interaction),
        ("another factor", 400, "interaction_required", 50_079, Some("basic_action"), Interaction),
        ("a sign-in is wanted", 400, "login_required", 50_058, None, Interaction),
        ("a consent is wanted", 400, "consent_required", 65_001, None, Interaction),
        ("a wrong secret", 401, "invalid_client", 7_000_215, None, OurCredential),
        ("a secret that has ended", 401, "invalid_client", 7_000_222, None, OurCredential),
        ("a certificate nobody knows", 401, "invalid_client", 700_027, None, OurCredential),
        ("the tenant does not know us", 400, "unauthorized_client", 700_016, None, OurRegistration),
        ("a scope that is none", 400, "invalid_scope", 70_011, None, OurRegistration),
        ("a resource that is none", 400, "invalid_resource", 500_011, None, OurRegistration),
        ("slow down", 429, "invalid_grant", 90_055, None, Transient),
        ("an outage", 503, "invalid_client", 90_033, None, Transient),
        ("an outage with 400", 400, "temporarily_unavailable", 90_024, None, Transient),
    ];

    #[test]
    fn a_refresh_that_was_refused_tells_what_has_ended() {
        for (name, status, error, code, suberror, failure) in REFRESHES {
            assert_eq!(oauth(status, error, code, suberror, None).token_failure(), failure, "{name}");
        }
    }

    #[test]
    fn no_number_decides_anything() {
        let numbers = failure::of(failure::Origin::Microsoft).iter();
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
    fn claims_ask_for_a_person() {
        let claims = Some(r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#);
        assert_eq!(oauth(400, "invalid_grant", 50_076, None, claims).token_failure(), Interaction);
        assert_eq!(oauth(400, "interaction_required", 50_076, None, claims).token_failure(), Interaction);
        assert_eq!(oauth(401, "invalid_client", 7_000_215, None, claims).token_failure(), OurCredential);
    }

    #[test]
    fn graphs_refusals_tell_a_token_from_a_role_and_from_a_policy() {
        for (name, status, code, claims, failure) in [
            ("a challenge", 401, "InvalidAuthenticationToken", Some("{}"), Interaction),
            ("a challenge with 403", 403, "AccessDenied", Some("{}"), Interaction),
            ("an ended token", 401, "InvalidAuthenticationToken", None, Permanent),
            ("the role was lost", 403, "Authorization_RequestDenied", None, NotAllowed),
            ("nothing there", 404, "Request_ResourceNotFound", None, Transient),
            ("a query nobody understands", 400, "Request_BadRequest", None, Transient),
            ("slow down", 429, "TooManyRequests", None, Transient),
            ("an outage", 503, "serviceNotAvailable", None, Transient),
        ] {
            assert_eq!(graph(status, code, claims).token_failure(), failure, "{name}");
        }
    }

    #[test]
    fn what_is_not_microsofts_word_ends_nothing() {
        let host = || "login.example.com".to_owned();
        for error in [
            MicrosoftError::RateLimited { retry_after: Duration::from_secs(9) },
            MicrosoftError::NoAnswer { host: host(), reason: "it answered 502".to_owned() },
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
