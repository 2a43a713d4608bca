//! The credential for an org and its format in the vault.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::domain::org::CredentialKind;

/// The credential that Regrant uses for an org.
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
        /// The id of its key, if it has several.
        key_id: Option<String>,
        /// Its private key, as PEM.
        private_key: SecretString,
    },
}

/// A secret is not a credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the vault's secret for this org is not a credential that this version supports; add the org again")]
pub struct NotACredential;

/// The JSON in the vault. Never printed.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Sealed {
    ApiToken { token: String },
    ServiceApp { client_id: String, key_id: Option<String>, private_key: String },
}

impl OktaCredential {
    /// The kind of the credential.
    pub const fn kind(&self) -> CredentialKind {
        match self {
            Self::ApiToken { .. } => CredentialKind::ApiToken,
            Self::ServiceApp { .. } => CredentialKind::ServiceApp,
        }
    }

    /// Serialises it as JSON for the vault.
    pub fn seal(&self) -> SecretString {
        let sealed = match self {
            Self::ApiToken { token } => Sealed::ApiToken { token: token.expose_secret().to_owned() },
            Self::ServiceApp { client_id, key_id, private_key } => Sealed::ServiceApp {
                client_id: client_id.clone(),
                key_id: key_id.clone(),
                private_key: private_key.expose_secret().to_owned(),
            },
        };
        SecretString::from(serde_json::json!(sealed).to_string())
    }

    /// Parses the vault's JSON.
    pub fn unseal(secret: &SecretString) -> Result<Self, NotACredential> {
        // The parser's own error could contain the secret, so it is dropped.
        let sealed = serde_json::from_str(secret.expose_secret()).map_err(|_| NotACredential)?;
        Ok(match sealed {
            Sealed::ApiToken { token } => Self::ApiToken { token: token.into() },
            Sealed::ServiceApp { client_id, key_id, private_key } => {
                Self::ServiceApp { client_id, key_id, private_key: private_key.into() }
            }
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    #[test]
    fn credential_round_trips_and_stays_hidden() {
        let credential = OktaCredential::ServiceApp {
            client_id: "0oaInvented".to_owned(),
            key_id: None,
            private_key: "canary-key".to_owned().into(),
        };
        assert!(!format!("{credential:?} {:?}", credential.seal()).contains("canary"));
        let OktaCredential::ServiceApp { private_key, .. } = OktaCredential::unseal(&credential.seal()).unwrap() else {
            panic!("another kind")
        };
        assert_eq!(private_key.expose_secret(), "canary-key");
    }

    #[test]
    fn invalid_secret_is_refused_without_quoting_it() {
        let error = OktaCredential::unseal(&"{\"kind\":\"canary\"}".to_owned().into()).unwrap_err();
        assert!(!error.to_string().contains("canary"));
    }
}
