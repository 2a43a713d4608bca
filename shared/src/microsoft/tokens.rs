//! Tokens for Microsoft Graph and their format in the vault.

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::TokenSet;
use crate::domain::cloud::Cloud;
use crate::domain::tenant::{ObjectId, TenantId};
use crate::vault::{NotUnsealed, exposed, exposed_option, seal, unseal};

/// A tenant's tokens and the person they belong to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GraphTokens {
    /// The cloud of the tenant.
    pub cloud: Cloud,
    /// The tenant.
    pub tenant: TenantId,
    /// The person they belong to.
    pub person: ObjectId,
    /// When that person signed in.
    pub signed_in_at: Timestamp,
    /// The access token for Microsoft Graph.
    #[serde(serialize_with = "exposed")]
    pub access_token: SecretString,
    /// The refresh token.
    #[serde(serialize_with = "exposed_option")]
    pub refresh_token: Option<SecretString>,
    /// When the access token expires.
    pub expires_at: Timestamp,
    /// When they were last refreshed; `None` if not since the sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewed_at: Option<Timestamp>,
    /// The granted scopes.
    pub scopes: Vec<String>,
}

impl GraphTokens {
    /// These tokens after a refresh. The response may omit an unchanged refresh token (RFC 6749 section 6).
    #[must_use]
    pub fn renewed(self, tokens: TokenSet, now: Timestamp) -> Self {
        Self {
            renewed_at: Some(now),
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token.or(self.refresh_token),
            expires_at: tokens.expires_at,
            scopes: tokens.scopes,
            ..self
        }
    }

    /// When they were last refreshed or issued. The lifetime of the refresh token counts from then.
    pub fn renewed_at(&self) -> Timestamp {
        self.renewed_at.unwrap_or(self.signed_in_at)
    }

    /// Serialises them for the vault.
    pub fn seal(&self) -> SecretString {
        seal(self)
    }

    /// Parses the vault's secret.
    pub fn unseal(secret: &SecretString) -> Result<Self, NotUnsealed> {
        unseal("tokens for Microsoft Graph", secret)
    }
}
