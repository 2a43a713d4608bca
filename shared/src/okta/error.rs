//! What can go wrong between Regrant and Okta, and what each means.

use std::time::Duration;

use crate::domain::failure::class::FailureClass;
use crate::http::transport::TransportError;

/// An answer in Okta's error shape: `errorCode`, `errorSummary`, `errorId`, `errorCauses`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// `errorCode`, such as `E0000007`; `None` where a front door answered without Okta's error shape.
    pub code: Option<String>,
    /// `errorSummary`, cut to a sensible length.
    pub summary: String,
    /// The `errorSummary` of each of `errorCauses`.
    pub causes: Vec<String>,
    /// `errorId`: what Okta Support asks for.
    pub error_id: Option<String>,
    /// `X-Okta-Request-Id`.
    pub request_id: Option<String>,
}

/// Why a call did not give an answer to build on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OktaError {
    /// Okta answered with an error.
    #[error("{}", describe(.0))]
    Api(Box<ApiError>),
    /// The rate limit of the bucket, or the concurrency limit, held for longer than a scan waits.
    #[error("Okta's rate limit leaves no room for another {} s; nothing is wrong, scan again later", .retry_after.as_secs())]
    RateLimited {
        /// How long until the window opens again.
        retry_after: Duration,
    },
    /// The token endpoint refused, in OAuth's own shape (RFC 6749 section 5.2).
    #[error("Okta did not issue an access token: {error}{}; check client id, key and granted scopes of the service app", .description.as_deref().map(|d| format!(" ({d})")).unwrap_or_default())]
    Token {
        /// The HTTP status.
        status: u16,
        /// `error`.
        error: String,
        /// `error_description`.
        description: Option<String>,
    },
    /// No answer arrived whole: refused, timed out, reset, cut off, or the certificate was not accepted.
    #[error("no whole answer from {host}: {reason}; check the network and scan again")]
    NoAnswer {
        /// The host that was asked.
        host: String,
        /// What happened, without any part of the request.
        reason: String,
    },
    /// The certificate or the TLS handshake was not accepted.
    #[error(
        "no trusted connection to {host}: {reason}; nothing was sent. Check for a proxy that opens TLS, or a wrong host"
    )]
    Tls {
        /// The host that was asked.
        host: String,
        /// What happened.
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
    /// The answer was not what Okta answers: not JSON, another shape, or a redirect.
    #[error("{host} answered something that is not Okta's ({what}); check that the host is the org's own")]
    NotOkta {
        /// The host that was asked.
        host: String,
        /// What was wrong with it.
        what: String,
    },
    /// The answer leads to a host that no credential may go to.
    #[error(
        "{host} leads to {elsewhere}, which is not this org's host on the allow-list; no credential was sent there"
    )]
    LeadsElsewhere {
        /// The host that was asked.
        host: String,
        /// Where it leads.
        elsewhere: String,
    },
    /// The System Log does not go on from where it was left: Okta no longer takes its own link, or a link that was kept
    /// does not lead to this org's log.
    #[error(
        "{host} does not go on from where its System Log was left: {why}; read it again from a time, nothing is lost"
    )]
    LogPositionLost {
        /// The host that was asked, or would have been.
        host: String,
        /// Why not, without the link's query.
        why: String,
    },
    /// The credential cannot be used as it is.
    #[error("{0}")]
    Credential(String),
}

impl From<TransportError> for OktaError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::NoAnswer { host, reason } => Self::NoAnswer { host, reason },
            TransportError::Tls { host, reason } => Self::Tls { host, reason },
            TransportError::TooLarge { host, limit } => Self::TooLarge { host, limit },
            TransportError::Redirect { host, elsewhere: Some(elsewhere) } => Self::LeadsElsewhere { host, elsewhere },
            TransportError::Redirect { host, elsewhere: None } => Self::NotOkta { host, what: "a redirect".to_owned() },
        }
    }
}

fn describe(error: &ApiError) -> String {
    let mut text = match &error.code {
        Some(code) => format!("Okta answered {} {code}: {}", error.status, error.summary),
        None => format!("Okta's front door answered {}: {}", error.status, error.summary),
    };
    for cause in &error.causes {
        text.push_str(" / ");
        text.push_str(cause);
    }
    if let Some(id) = &error.error_id {
        text.push_str(" (errorId ");
        text.push_str(id);
        text.push(')');
    }
    text
}

impl OktaError {
    /// Okta's error code, where there is one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.code.as_deref(),
            _ => None,
        }
    }

    /// Who can do something about it.
    pub fn class(&self) -> FailureClass {
        match self {
            Self::Api(error) => crate::domain::failure::classify(error.status, error.code.as_deref()),
            Self::RateLimited { .. } | Self::NoAnswer { .. } | Self::LogPositionLost { .. } => FailureClass::Wait,
            Self::Token { status, .. } if *status >= 500 || *status == 429 => FailureClass::Wait,
            _ => FailureClass::Operator,
        }
    }

    /// Whether the same call may succeed later with nothing changed.
    pub fn is_transient(&self) -> bool {
        self.class() == FailureClass::Wait
    }

    /// Whether the credential itself is refused for good. `E0000015` with 401 is a missing feature of the org's
    /// licence, not a bad credential.
    pub fn retires_credential(&self) -> bool {
        match self {
            Self::Api(error) => matches!(error.code.as_deref(), Some("E0000004" | "E0000005" | "E0000011")),
            Self::Token { error, .. } => error == "invalid_client",
            _ => false,
        }
    }
}
