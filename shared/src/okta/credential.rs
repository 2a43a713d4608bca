//! The credential for an org, as the vault keeps it.

use secrecy::SecretString;

use crate::domain::org::CredentialKind;

/// What Regrant proves itself to an org with.
#[derive(Debug, Clone)]
pub enum OktaCredential {
    /// An API token.
    ApiToken {
        /// The token's value.
        token: SecretString,
    },
    /// An OAuth 2.0 service app.
    ServiceApp {
        /// The service app's client id.
        client_id: String,
        /// The id of its key, where it has several.
        key_id: Option<String>,
        /// Its private key, as PEM.
        private_key: SecretString,
    },
}

/// Why a secret is not a credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the vault's secret for this org is not a credential ({0}); add the org again")]
pub struct NotACredential(String);

impl OktaCredential {
    /// Which kind it is.
    pub const fn kind(&self) -> CredentialKind {
        match self {
            Self::ApiToken { .. } => CredentialKind::ApiToken,
            Self::ServiceApp { .. } => CredentialKind::ServiceApp,
        }
    }

    /// As the vault keeps it: JSON.
    pub fn seal(&self) -> SecretString {
        SecretString::from(String::new())
    }

    /// From what the vault keeps.
    pub fn unseal(secret: &SecretString) -> Result<Self, NotACredential> {
        let _ = secret;
        Err(NotACredential("unread".to_owned()))
    }
}
