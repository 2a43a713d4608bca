//! What can go wrong between Regrant and Microsoft, and what each means.

use std::time::Duration;

use crate::domain::failure::consent::ConsentFailure;

/// The token endpoint's refusal, in OAuth's shape with Microsoft's additions (RFC 6749 section 5.2; "Error response" of
/// Microsoft's authorization code flow). `error_description` is left out: it is text for developers that names accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthRefusal {
    /// The HTTP status.
    pub status: u16,
    /// `error`: the only member that decides anything.
    pub error: String,
    /// `suberror`.
    pub suberror: Option<String>,
    /// `error_codes`, as `AADSTS` numbers: they choose a help text and decide nothing.
    pub codes: Vec<u32>,
    /// `correlation_id`: what Microsoft's support asks for.
    pub correlation_id: Option<String>,
    /// `claims`: what the next sign-in has to satisfy, as JSON.
    pub claims: Option<String>,
}

/// Graph's refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphRefusal {
    /// The HTTP status.
    pub status: u16,
    /// `error.code`, such as `Authorization_RequestDenied`.
    pub code: Option<String>,
    /// `request-id`: what Microsoft's support asks for.
    pub request_id: Option<String>,
    /// The claims challenge of `WWW-Authenticate`, decoded to JSON.
    pub claims: Option<String>,
}

/// Why a call did not give an answer to build on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MicrosoftError {
    /// The token endpoint refused.
    #[error("Microsoft's token endpoint answered {} {}{}{}", .0.status, .0.error, numbers(&.0.codes), correlation(.0.correlation_id.as_deref()))]
    OAuth(Box<OAuthRefusal>),
    /// Graph refused.
    #[error("Microsoft Graph answered {}{}{}", .0.status, .0.code.as_deref().map(|code| format!(" {code}")).unwrap_or_default(), .0.request_id.as_deref().map(|id| format!(" (request-id {id})")).unwrap_or_default())]
    Graph(Box<GraphRefusal>),
    /// Microsoft asks to come back later, for longer than anybody waits.
    #[error("Microsoft asks to come back in {} s; nothing is wrong, try again later", .retry_after.as_secs())]
    RateLimited {
        /// How long.
        retry_after: Duration,
    },
    /// No tenant owns the domain in that cloud.
    #[error(
        "no Microsoft tenant of this cloud owns {domain}; compare the Microsoft tenant in the app's settings in Okta, and the cloud"
    )]
    NoSuchTenant {
        /// The domain that was asked for.
        domain: String,
    },
    /// The ID token, or the access token for our own API, must not be trusted.
    #[error("a token from Microsoft was not accepted: {0}; start again, and tell the operator if it comes again")]
    Untrusted(String),
    /// No answer arrived whole: refused, timed out, reset, cut off, or the certificate was not accepted.
    #[error("no whole answer from {host}: {reason}; check the network and try again")]
    NoAnswer {
        /// The host that was asked.
        host: String,
        /// What happened, without any part of the request.
        reason: String,
    },
    /// The answer was longer than any answer should be.
    #[error("{host} answered with more than {limit} bytes; the rest was not read")]
    TooLarge {
        /// The host that was asked.
        host: String,
        /// The cap, in bytes.
        limit: usize,
    },
    /// The answer was not what Microsoft answers: not JSON, another shape, a redirect, a link to another host.
    #[error("{host} answered something unexpected ({what})")]
    Unexpected {
        /// The host that was asked.
        host: String,
        /// What was wrong with it.
        what: String,
    },
    /// Our registration's credential cannot be used as it is.
    #[error("{0}")]
    Credential(String),
}

fn numbers(codes: &[u32]) -> String {
    let list: Vec<String> = codes.iter().map(|code| format!("AADSTS{code}")).collect();
    if list.is_empty() { String::new() } else { format!(" ({})", list.join(", ")) }
}

fn correlation(id: Option<&str>) -> String {
    id.map(|id| format!(", correlation id {id}")).unwrap_or_default()
}

impl MicrosoftError {
    /// The code to look up in the failure catalogue, where there is one: chooses a text and decides nothing.
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

    /// Whether the same call may succeed later with nothing changed.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::OAuth(refusal) => {
                matches!(refusal.error.as_str(), "temporarily_unavailable" | "server_error")
                    || refusal.status == 429
                    || refusal.status >= 500
            }
            Self::Graph(refusal) => refusal.status == 429 || refusal.status >= 500,
            Self::RateLimited { .. } | Self::NoAnswer { .. } => true,
            _ => false,
        }
    }

    /// Whether Microsoft refused our own credential, and looked at nothing else (RFC 6749 section 5.2).
    pub fn retires_credential(&self) -> bool {
        matches!(self, Self::OAuth(refusal) if refusal.error == "invalid_client")
    }

    /// Which page tells a person about it, during a sign-in.
    pub fn consent_failure(&self) -> ConsentFailure {
        match self {
            _ if self.may_pass() => ConsentFailure::MicrosoftDown,
            Self::OAuth(refusal) => match refusal.error.as_str() {
                "invalid_client" | "unauthorized_client" | "invalid_scope" | "invalid_request" => {
                    ConsentFailure::RegistrationRefused
                }
                "interaction_required" | "login_required" | "consent_required" => ConsentFailure::MfaMissing,
                _ => ConsentFailure::SessionLost,
            },
            Self::Graph(refusal) if refusal.status == 403 => ConsentFailure::NotAdministrator,
            Self::Untrusted(_) => ConsentFailure::Untrusted,
            Self::Credential(_) => ConsentFailure::RegistrationRefused,
            Self::NoSuchTenant { .. } => ConsentFailure::WrongTenant,
            _ => ConsentFailure::MicrosoftDown,
        }
    }
}
