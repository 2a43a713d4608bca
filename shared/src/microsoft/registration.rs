//! Our own registration in Microsoft Entra, one a cloud, as the vault keeps it.

use std::path::PathBuf;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::MicrosoftError;
use super::client_assertion::assertion;
use super::endpoints::Endpoints;
use crate::domain::cloud::Cloud;
use crate::domain::tenant::{ClientId, TenantId};
use crate::randomness::Randomness;
use crate::vault::{NotUnsealed, exposed, seal, unseal};

/// A registration, and what it proves itself with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Registration {
    /// The cloud it is registered in. Another cloud needs another registration.
    pub cloud: Cloud,
    /// Its client id.
    pub client_id: ClientId,
    /// What it proves itself with.
    pub credential: ClientCredential,
    /// How multi-factor authentication can be proven.
    #[serde(default)]
    pub mfa: MfaEvidence,
}

/// What a registration proves itself with, best last.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ClientCredential {
    /// A client secret, sent in the body (RFC 6749 section 2.3.1).
    Secret {
        /// Its value.
        #[serde(serialize_with = "exposed")]
        value: SecretString,
    },
    /// A certificate: `private_key_jwt` with `PS256` and `x5t#S256` (Microsoft, "Certificate credentials").
    Certificate {
        /// The certificate, as PEM.
        certificate: String,
        /// Its RSA private key, as PEM.
        #[serde(serialize_with = "exposed")]
        private_key: SecretString,
    },
    /// A token of another issuer that the registration trusts (Microsoft, "Workload identity federation"), read anew
    /// from a file for each use, as platforms write it.
    Federated {
        /// The file.
        token_file: PathBuf,
    },
}

/// How multi-factor authentication can be proven, beyond the ID token, which in version 2.0 cannot tell.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MfaEvidence {
    /// A scope of an API of our own whose access tokens are version 1.0, such as `api://GUID/verify`: those carry `amr`.
    pub api_scope: Option<String>,
    /// An authentication context (`c1`) that the tenant's Conditional Access ties to multi-factor authentication.
    pub authentication_context: Option<String>,
    /// Whether a sign-in without proof is refused.
    #[serde(default)]
    pub required: bool,
}

impl Registration {
    /// Whether the credential can be used at all: its files are there and its key signs. Asks nobody.
    pub fn check(&self, now: Timestamp, randomness: &dyn Randomness) -> Result<(), MicrosoftError> {
        let nobody = TenantId::try_from("00000000-0000-0000-0000-000000000000".to_owned());
        let nobody = nobody.map_err(|error| MicrosoftError::Credential(error.to_string()))?;
        let endpoint = Endpoints::new(None).token(self.cloud, &nobody);
        assertion(self, &endpoint, now, randomness).map(|_| ())
    }

    /// As the vault keeps it.
    pub fn seal(&self) -> SecretString {
        seal(self)
    }

    /// From what the vault keeps.
    pub fn unseal(secret: &SecretString) -> Result<Self, NotUnsealed> {
        unseal("registration in Microsoft Entra", secret)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn a_registration_survives_the_vault_and_shows_no_secret() {
        let registration = Registration {
            cloud: Cloud::Dod,
            client_id: "11111111-2222-4333-8444-555555555555".parse().unwrap(),
            credential: ClientCredential::Secret { value: "canary".to_owned().into() },
            mfa: MfaEvidence { required: true, ..MfaEvidence::default() },
        };
        assert!(!format!("{registration:?} {:?}", registration.seal()).contains("canary"));
        let back = Registration::unseal(&registration.seal()).unwrap();
        let ClientCredential::Secret { value } = back.credential else { panic!("another kind") };
        assert_eq!(value.expose_secret(), "canary");
        assert_eq!((back.cloud, back.mfa), (registration.cloud, registration.mfa));
        assert!(!Registration::unseal(&"canary".to_owned().into()).unwrap_err().to_string().contains("canary"));
    }
}
