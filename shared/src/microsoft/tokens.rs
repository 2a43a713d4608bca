//! Tokens for Microsoft Graph, as the vault keeps them.

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::TokenSet;
use crate::domain::cloud::Cloud;
use crate::domain::tenant::{ObjectId, TenantId};
use crate::vault::{NotUnsealed, exposed, exposed_option, seal, unseal};

/// A tenant's tokens, and who they are of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GraphTokens {
    /// The cloud of the tenant.
    pub cloud: Cloud,
    /// The tenant.
    pub tenant: TenantId,
    /// Whose tokens they are.
    pub person: ObjectId,
    /// When that person signed in.
    pub signed_in_at: Timestamp,
    /// For Microsoft Graph.
    #[serde(serialize_with = "exposed")]
    pub access_token: SecretString,
    /// For the next one.
    #[serde(serialize_with = "exposed_option")]
    pub refresh_token: Option<SecretString>,
    /// When the access token ends.
    pub expires_at: Timestamp,
    /// When they were renewed last; `None` where they were not since the person signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewed_at: Option<Timestamp>,
    /// What was granted.
    pub scopes: Vec<String>,
}

impl GraphTokens {
    /// These tokens after a refresh. A refresh may leave the refresh token as it was (RFC 6749 section 6).
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

    /// When they were renewed last: from then on the refresh token's life is counted.
    pub fn renewed_at(&self) -> Timestamp {
        self.renewed_at.unwrap_or(self.signed_in_at)
    }

    /// As the vault keeps them.
    pub fn seal(&self) -> SecretString {
        seal(self)
    }

    /// From what the vault keeps.
    pub fn unseal(secret: &SecretString) -> Result<Self, NotUnsealed> {
        unseal("tokens for Microsoft Graph", secret)
    }
}
