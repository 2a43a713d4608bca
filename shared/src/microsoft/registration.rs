//! Our own registration in Microsoft Entra, one a cloud, as the vault keeps it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::MicrosoftError;
use super::certificate::{ends_at, thumbprints};
use super::client_assertion::assertion;
use super::endpoints::Endpoints;
use crate::domain::cloud::Cloud;
use crate::domain::registered_credential::{Hint, KnownBy};
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
    /// With which tokens Regrant watches what was granted.
    #[serde(default)]
    pub watch: WatchAccess,
}

/// With which tokens Regrant watches what was granted. Either kind reads by `Directory.Read.All` and no other permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WatchAccess {
    /// With those of the administrator who signed in. They end with revocation, with a sign-in frequency policy, or after
    /// 90 days unused, and read nothing once the person holds no role that may read the directory ("Refresh tokens in the
    /// Microsoft identity platform").
    #[default]
    Delegated,
    /// With those of the application itself. `Directory.Read.All` has to be among the registration's application
    /// permissions, and an administrator has to consent to it through `/.default` ("OAuth 2.0 client credentials flow").
    /// What becomes of the person makes no difference then.
    Application,
}

impl WatchAccess {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Delegated, Self::Application];

    /// The name used in every output and option.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delegated => "delegated",
            Self::Application => "application",
        }
    }
}

impl fmt::Display for WatchAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that is not a kind of token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("grants are watched with delegated or application tokens; use one of delegated, application")]
pub struct UnknownWatchAccess;

impl FromStr for WatchAccess {
    type Err = UnknownWatchAccess;
    fn from_str(name: &str) -> Result<Self, UnknownWatchAccess> {
        Self::ALL.into_iter().find(|access| access.name() == name).ok_or(UnknownWatchAccess)
    }
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

impl ClientCredential {
    /// What it can be known by among the credentials that Graph shows of the registration. A federated credential is
    /// among neither the secrets nor the certificates.
    pub fn known_by(&self) -> Option<KnownBy> {
        match self {
            Self::Secret { value } => Some(KnownBy::Hint(Hint::of(value.expose_secret()))),
            Self::Certificate { certificate, .. } => thumbprints(certificate).map(KnownBy::Thumbprints),
            Self::Federated { .. } => None,
        }
    }

    /// When it ends, as far as it says so itself: a certificate does (`notAfter`, RFC 5280 section 4.1.2.5). Graph may
    /// know more, and does not where the registration is in a tenant that Regrant cannot read.
    pub fn ends_at(&self) -> Option<Timestamp> {
        match self {
            Self::Certificate { certificate, .. } => ends_at(certificate),
            Self::Secret { .. } | Self::Federated { .. } => None,
        }
    }
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

    #[test]
    fn a_registration_survives_the_vault_and_shows_no_secret() {
        let registration = Registration {
            cloud: Cloud::Dod,
            client_id: "11111111-2222-4333-8444-555555555555".parse().unwrap(),
            credential: ClientCredential::Secret { value: "canary".to_owned().into() },
            mfa: MfaEvidence { required: true, ..MfaEvidence::default() },
            watch: WatchAccess::Application,
        };
        assert!(!format!("{registration:?} {:?}", registration.seal()).contains("canary"));
        let back = Registration::unseal(&registration.seal()).unwrap();
        let ClientCredential::Secret { value } = back.credential else { panic!("another kind") };
        assert_eq!(value.expose_secret(), "canary");
        assert_eq!((back.cloud, back.mfa, back.watch), (registration.cloud, registration.mfa, registration.watch));
        assert!(!Registration::unseal(&"canary".to_owned().into()).unwrap_err().to_string().contains("canary"));
    }
    #[test]
    fn a_registration_of_before_there_was_a_choice_is_watched_with_the_administrators_tokens() {
        let old = r#"{"cloud":"global","client_id":"11111111-2222-4333-8444-555555555555","credential":{"kind":"secret","value":"s"}}"#;
        let back = Registration::unseal(&old.to_owned().into()).unwrap();
        assert_eq!((back.watch, back.mfa), (WatchAccess::Delegated, MfaEvidence::default()));
        for access in WatchAccess::ALL {
            assert_eq!(access.name().parse(), Ok(access));
            assert_eq!(serde_json::to_value(access).unwrap(), access.name());
        }
        assert_eq!("both".parse::<WatchAccess>(), Err(UnknownWatchAccess));
    }
}
