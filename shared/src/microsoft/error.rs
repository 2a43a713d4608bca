//! Errors of calls to Microsoft, and what each means.

use std::time::Duration;

use crate::domain::claims_challenge::ClaimsChallenge;
use crate::domain::failure::consent::ConsentFailure;
use crate::http::retry::is_transient;

/// An error of the token endpoint: OAuth's format with Microsoft's additions (RFC 6749 section 5.2; "Error response" of
/// Microsoft's authorization code flow). `error_description` is omitted, because it contains account names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthRefusal {
    /// The HTTP status.
    pub status: u16,
    /// `error`, the only member that affects control flow.
    pub error: String,
    /// `suberror`.
    pub suberror: Option<String>,
    /// `error_codes`, as `AADSTS` numbers. They choose wording only.
    pub codes: Vec<u32>,
    /// `correlation_id`, which Microsoft's support asks for.
    pub correlation_id: Option<String>,
    /// `claims`: what the next sign-in must satisfy.
    pub claims: Option<ClaimsChallenge>,
}

/// An error of Microsoft Graph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GraphRefusal {
    /// The HTTP status.
    pub status: u16,
    /// `error.code`, such as `Authorization_RequestDenied`.
    pub code: Option<String>,
    /// `request-id`, which Microsoft's support asks for.
    pub request_id: Option<String>,
    /// The scope that the token lacks, from `WWW-Authenticate` (RFC 6750 section 3.1).
    pub required_scope: Option<String>,
    /// The claims challenge from `WWW-Authenticate`: what the next sign-in must satisfy.
    pub claims: Option<ClaimsChallenge>,
}

/// Why a call did not return a usable response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MicrosoftError {
    /// The token endpoint returned an error.
    #[error("Microsoft's token endpoint returned {} {}{}{}", .0.status, .0.error, numbers(&.0.codes), correlation(.0.correlation_id.as_deref()))]
    OAuth(Box<OAuthRefusal>),
    /// Graph returned an error.
    #[error("Microsoft Graph returned {}{}{}{}", .0.status, .0.code.as_deref().map(|code| format!(" {code}")).unwrap_or_default(), .0.request_id.as_deref().map(|id| format!(" (request-id {id})")).unwrap_or_default(), .0.required_scope.as_deref().map(|scope| format!("; the token lacks the scope {scope}")).unwrap_or_default())]
    Graph(Box<GraphRefusal>),
    /// Microsoft requires a longer wait than the call may take.
    #[error("Microsoft is limiting requests; no action needed, try again in {} s", .retry_after.as_secs())]
    RateLimited {
        /// How long.
        retry_after: Duration,
    },
    /// No tenant in that cloud owns the domain.
    #[error(
        "no Microsoft tenant in this cloud owns {domain}; check the Microsoft tenant in the app's settings in Okta, and the cloud"
    )]
    NoSuchTenant {
        /// The domain.
        domain: String,
    },
    /// The ID token, or the access token for our own API, failed validation.
    #[error("Regrant rejected a token from Microsoft: {0}; start again, and notify the operator if it happens again")]
    Untrusted(String),
    /// No complete response arrived: the connection was refused, reset or cut off, it timed out, or the certificate was
    /// rejected.
    #[error("no complete response from {host}: {reason}; check the network and try again")]
    NoAnswer {
        /// The host that was called.
        host: String,
        /// The reason, without any part of the request.
        reason: String,
    },
    /// The response exceeded the size limit.
    #[error("{host} returned more than {limit} bytes; the response was discarded")]
    TooLarge {
        /// The host that was called.
        host: String,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The response is not what Microsoft returns: not JSON, a different format, a redirect, a link to a different host.
    #[error("{host} returned an unexpected response ({what})")]
    Unexpected {
        /// The host that was called.
        host: String,
        /// What was unexpected.
        what: String,
    },
    /// The credential of our registration is not usable.
    #[error("{0}")]
    Credential(String),
}

/// The statuses after which a call is repeated.
fn is_transient_status(status: u16) -> bool {
    http::StatusCode::from_u16(status).is_ok_and(is_transient) || status >= 500
}

fn numbers(codes: &[u32]) -> String {
    let list: Vec<String> = codes.iter().map(|code| format!("AADSTS{code}")).collect();
    if list.is_empty() { String::new() } else { format!(" ({})", list.join(", ")) }
}

fn correlation(id: Option<&str>) -> String {
    id.map(|id| format!(", correlation id {id}")).unwrap_or_default()
}

impl MicrosoftError {
    /// The code for the failure catalogue, if there is one. It chooses wording only.
    pub fn code(&self) -> Option<String> {
        match self {
            Self::OAuth(refusal) => {
                let number = refusal.codes.first().map(|code| format!("AADSTS{code}"));
                Some(number.unwrap_or_else(|| refusal.error.clone()))
            }
            Self::Graph(refusal) => refusal.code.clone(),
            Self::NoSuchTenant { .. } => Some("AADSTS90002".to_owned()),
            _ => None,
        }
    }

    /// What the next sign-in must satisfy, if the error contains a claims challenge.
    pub fn claims_challenge(&self) -> Option<&ClaimsChallenge> {
        match self {
            Self::OAuth(refusal) => refusal.claims.as_ref(),
            Self::Graph(refusal) => refusal.claims.as_ref(),
            _ => None,
        }
    }

    /// Whether the same call may succeed later without changes.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::OAuth(refusal) => {
                matches!(refusal.error.as_str(), "temporarily_unavailable" | "server_error")
                    || is_transient_status(refusal.status)
            }
            Self::Graph(refusal) => is_transient_status(refusal.status),
            Self::RateLimited { .. } | Self::NoAnswer { .. } => true,
            _ => false,
        }
    }

    /// Whether Microsoft rejected our own credential, before checking anything else (RFC 6749 section 5.2).
    pub fn retires_credential(&self) -> bool {
        matches!(self, Self::OAuth(refusal) if refusal.error == "invalid_client")
    }

    /// The page that explains the error during a sign-in.
    pub fn consent_failure(&self) -> ConsentFailure {
        match self {
            _ if self.is_transient() => ConsentFailure::MicrosoftDown,
            Self::OAuth(refusal) => match refusal.error.as_str() {
                "invalid_client" | "unauthorized_client" | "invalid_scope" | "invalid_request" => {
                    ConsentFailure::RegistrationRefused
                }
                "interaction_required" | "login_required" | "consent_required" => ConsentFailure::MfaMissing,
                _ if refusal.claims.is_some() => ConsentFailure::MfaMissing,
                _ => ConsentFailure::SessionLost,
            },
            Self::Graph(refusal) if refusal.claims.is_some() => ConsentFailure::MfaMissing,
            Self::Graph(refusal) if refusal.status == 403 => ConsentFailure::NotAdministrator,
            Self::Untrusted(_) => ConsentFailure::Untrusted,
            Self::Credential(_) => ConsentFailure::RegistrationRefused,
            Self::NoSuchTenant { .. } => ConsentFailure::WrongTenant,
            _ => ConsentFailure::MicrosoftDown,
        }
    }
}
