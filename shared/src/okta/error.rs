//! Errors of calls to Okta, and what each means.

use std::time::Duration;

use crate::domain::failure::class::FailureClass;
use crate::http::transport::TransportError;

/// A response in Okta's error format: `errorCode`, `errorSummary`, `errorId`, `errorCauses`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// `errorCode`, such as `E0000007`; `None` if a proxy in front of Okta answered without Okta's error format.
    pub code: Option<String>,
    /// `errorSummary`, truncated.
    pub summary: String,
    /// The `errorSummary` of each of `errorCauses`.
    pub causes: Vec<String>,
    /// `errorId`, which Okta Support asks for.
    pub error_id: Option<String>,
    /// `X-Okta-Request-Id`.
    pub request_id: Option<String>,
    /// `error` of the `WWW-Authenticate` header (RFC 6750 section 3.1, RFC 9449 section 7.1). Some errors are only there.
    pub oauth_error: Option<String>,
    /// `error_description` of that header.
    pub oauth_description: Option<String>,
    /// `scope` of that header: the scopes that the call needs.
    pub required_scope: Option<String>,
}

impl ApiError {
    /// Whether Okta does not accept the token itself. Other errors with 401 have other meanings.
    pub(crate) fn refuses_token(&self) -> bool {
        match self.code.as_deref() {
            Some("E0000011") => !self.is_about_proof(),
            _ => self.status == 401 && self.oauth_error.as_deref() == Some("invalid_token"),
        }
    }

    /// Whether Okta does not accept the proof of possession (RFC 9449), which says nothing about the token.
    fn is_about_proof(&self) -> bool {
        matches!(self.oauth_error.as_deref(), Some("invalid_dpop_proof" | "use_dpop_nonce"))
    }
}

/// Why a call did not return a usable response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OktaError {
    /// Okta returned an error.
    #[error("{}", describe(.0))]
    Api(Box<ApiError>),
    /// The rate limit of the bucket, or the concurrency limit, lasts longer than a call may wait.
    #[error("Okta's rate limit allows no further calls for {} s; no action needed, scan again later", .retry_after.as_secs())]
    RateLimited {
        /// How long until the window resets.
        retry_after: Duration,
    },
    /// The token endpoint returned an OAuth error (RFC 6749 section 5.2).
    #[error("Okta did not issue an access token: {error}{}; check the client id, key and granted scopes of the service app", .description.as_deref().map(|d| format!(" ({d})")).unwrap_or_default())]
    Token {
        /// The HTTP status.
        status: u16,
        /// `error`.
        error: String,
        /// `error_description`.
        description: Option<String>,
    },
    /// No complete response arrived: the connection was refused, reset or cut off, or it timed out.
    #[error("no complete response from {host}: {reason}; check the host name and the network, then try again")]
    NoAnswer {
        /// The host that was called.
        host: String,
        /// The reason, without any part of the request.
        reason: String,
    },
    /// The certificate or the TLS handshake was rejected.
    #[error(
        "no trusted connection to {host}: {reason}; nothing was sent. Check the host name, and whether a proxy inspects TLS"
    )]
    Tls {
        /// The host that was called.
        host: String,
        /// The reason.
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
    /// The response is not what Okta returns: not JSON, a different format, or a redirect.
    #[error("{host} returned a response that Okta would not return ({what}); check that this is the org's own host")]
    NotOkta {
        /// The host that was called.
        host: String,
        /// What was unexpected.
        what: String,
    },
    /// The response points to a host that must not receive a credential.
    #[error("{host} points to {elsewhere}, which is not an allowed host of this org; no credential was sent there")]
    LeadsElsewhere {
        /// The host that was called.
        host: String,
        /// The host it points to.
        elsewhere: String,
    },
    /// Reading the System Log cannot continue: Okta no longer accepts its own link, or a stored link does not point to this
    /// org's log.
    #[error("cannot continue reading the System Log of {host}: {why}; read it again from a time, no events are lost")]
    LogPositionLost {
        /// The host that was called, or would have been.
        host: String,
        /// The reason, without the link's query.
        why: String,
    },
    /// The credential is not usable.
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
    let mut text = match (&error.code, &error.oauth_error) {
        (Some(code), _) => format!("Okta returned {} {code}: {}", error.status, error.summary),
        (None, Some(oauth)) => {
            let description = error.oauth_description.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
            format!("Okta returned {} {oauth}{description}", error.status)
        }
        (None, None) => format!("a proxy in front of Okta returned {}: {}", error.status, error.summary),
    };
    if let Some(scope) = &error.required_scope {
        text.push_str("; the credential lacks the scope ");
        text.push_str(scope);
    }
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
    /// Okta's error code, if there is one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.code.as_deref(),
            _ => None,
        }
    }

    /// The scope that the credential lacks, if Okta names it or the token endpoint did not grant it.
    pub fn missing_scope(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.required_scope.as_deref(),
            _ => None,
        }
    }

    /// Whether Okta accepts the credential but not for this call: a role or a scope is missing.
    pub fn lacks_permission(&self) -> bool {
        match self {
            Self::Api(error) => {
                error.status == 403 && error.code.as_deref() != Some("E0000005")
                    || error.oauth_error.as_deref() == Some("insufficient_scope")
            }
            // RFC 6749 section 5.2.
            Self::Token { error, .. } => error == "invalid_scope",
            _ => false,
        }
    }

    /// Who can resolve it.
    pub fn class(&self) -> FailureClass {
        match self {
            Self::Api(error) => crate::domain::failure::classify(error.status, error.code.as_deref()),
            Self::RateLimited { .. } | Self::NoAnswer { .. } | Self::LogPositionLost { .. } => FailureClass::Wait,
            Self::Token { status, .. } if *status >= 500 || *status == 429 => FailureClass::Wait,
            _ => FailureClass::Operator,
        }
    }

    /// Whether the same call may succeed later without changes.
    pub fn is_transient(&self) -> bool {
        self.class() == FailureClass::Wait
    }

    /// Whether the credential itself is permanently invalid. `E0000015` with 401 means that the org's licence lacks a
    /// feature, not that the credential is invalid.
    pub fn retires_credential(&self) -> bool {
        match self {
            Self::Api(error) => error.refuses_token() || matches!(error.code.as_deref(), Some("E0000004" | "E0000005")),
            Self::Token { error, .. } => error == "invalid_client",
            _ => false,
        }
    }
}
