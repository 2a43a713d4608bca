//! Operators' sign-in with any `OpenID` provider: discovery, authorization code with PKCE, ID token, logout.
//!
//! Nothing in a token is used before it is verified. Endpoints come from the provider's own metadata, whose issuer must be the
//! configured one (`OpenID` Connect Discovery section 4.3), and must use TLS.

mod client;
mod id_token;
pub(crate) mod signed_token;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

pub use client::OpenIdClient;

use self::signed_token::BadToken;
use crate::http::transport::TransportError;
use crate::vault::{NotUnsealed, exposed_option, seal, unseal};

/// How this installation is registered at the operators' provider.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Provider {
    /// The issuer, exactly as in its metadata and tokens.
    pub issuer: Url,
    /// Our client id.
    pub client_id: String,
    /// Our client secret; `None` for a public client.
    #[serde(default, serialize_with = "exposed_option")]
    pub client_secret: Option<SecretString>,
    /// The scopes to ask for besides `openid`, such as `profile` and `groups`.
    pub scopes: Vec<String>,
}

impl Provider {
    /// The provider, serialized for the vault.
    pub fn seal(&self) -> SecretString {
        seal(self)
    }

    /// The provider from the vault.
    pub fn unseal(secret: &SecretString) -> Result<Self, NotUnsealed> {
        unseal("operators' sign-in", secret)
    }

    /// The issuer as its tokens spell it: a URL without a path has no final slash there.
    fn issuer(&self) -> &str {
        let text = self.issuer.as_str();
        if self.issuer.path() == "/" { text.trim_end_matches('/') } else { text }
    }
}

/// The secrets of one sign-in, which stay in the browser's sealed cookie.
#[derive(Debug, Clone, Copy)]
pub struct SignInSecrets<'a> {
    /// `state` (RFC 6749 section 10.12).
    pub state: &'a SecretString,
    /// The nonce that the ID token must contain.
    pub nonce: &'a SecretString,
    /// The PKCE verifier (RFC 7636).
    pub code_verifier: &'a SecretString,
}

/// Why no operator was identified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenIdError {
    /// No complete response arrived.
    #[error("the operators' provider did not respond: {0}")]
    NoAnswer(#[from] TransportError),
    /// The provider refused the code or our client.
    #[error(
        "the operators' provider refused the sign-in ({0}); check the client id, the secret and the redirect URI there"
    )]
    Refused(String),
    /// A response or token cannot be trusted.
    #[error("the response of the operators' provider cannot be trusted: {0}")]
    Untrusted(String),
}

impl From<BadToken> for OpenIdError {
    fn from(bad: BadToken) -> Self {
        untrusted(bad.to_string())
    }
}

fn untrusted(why: impl Into<String>) -> OpenIdError {
    OpenIdError::Untrusted(why.into())
}
