//! Our own registration in Microsoft Entra, one per cloud, and its format in the vault.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::certificate::{ends_at, thumbprints};
use crate::domain::cloud::Cloud;
use crate::domain::registered_credential::{Hint, KnownBy};
use crate::domain::tenant::ClientId;
use crate::vault::{NotUnsealed, exposed, seal, unseal};

/// A registration and its credential.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Registration {
    /// The cloud it is registered in. Each cloud needs its own registration.
    pub cloud: Cloud,
    /// Its client id.
    pub client_id: ClientId,
    /// How it authenticates.
    pub credential: ClientCredential,
    /// How multi-factor authentication can be verified.
    #[serde(default)]
    pub mfa: MfaEvidence,
    /// Which tokens Regrant uses to monitor grants.
    #[serde(default)]
    pub watch: WatchAccess,
}

/// Which tokens Regrant uses to monitor grants. Both kinds need `Directory.Read.All` and no other permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WatchAccess {
    /// Those of the administrator who signed in. They end through revocation, a sign-in frequency policy, or 90 days without
    /// use, and they read nothing once the person no longer holds a role that may read the directory ("Refresh tokens in
    /// the Microsoft identity platform").
    #[default]
    Delegated,
    /// Application tokens. They need the application permission `Directory.Read.All` on the registration, and an
    /// administrator who consents to it through `/.default` ("OAuth 2.0 client credentials flow"). They do not depend on a
    /// person.
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

/// The name is not that of a kind of token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown token kind; use one of delegated, application")]
pub struct UnknownWatchAccess;

impl FromStr for WatchAccess {
    type Err = UnknownWatchAccess;
    fn from_str(name: &str) -> Result<Self, UnknownWatchAccess> {
        Self::ALL.into_iter().find(|access| access.name() == name).ok_or(UnknownWatchAccess)
    }
}

/// How a registration authenticates, best last.
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
    /// A token from a federated issuer that the registration trusts (Microsoft, "Workload identity federation"), read from
    /// a file for each use, because the platform replaces it.
    Federated {
        /// The file.
        token_file: PathBuf,
    },
}

impl ClientCredential {
    /// How to recognise it among the credentials that Graph lists for the registration. A federated credential is neither
    /// among the secrets nor among the certificates.
    pub fn known_by(&self) -> Option<KnownBy> {
        match self {
            Self::Secret { value } => Some(KnownBy::Hint(Hint::of(value.expose_secret()))),
            Self::Certificate { certificate, .. } => thumbprints(certificate).map(KnownBy::Thumbprints),
            Self::Federated { .. } => None,
        }
    }

    /// When it expires, if the credential itself says so: a certificate does (`notAfter`, RFC 5280 section 4.1.2.5). Graph
    /// knows more, unless Regrant cannot read the tenant of the registration.
    pub fn ends_at(&self) -> Option<Timestamp> {
        match self {
            Self::Certificate { certificate, .. } => ends_at(certificate),
            Self::Secret { .. } | Self::Federated { .. } => None,
        }
    }
}

/// How multi-factor authentication can be verified beyond the ID token, which does not show it in version 2.0.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MfaEvidence {
    /// A scope of our own API whose access tokens are version 1.0, such as `api://GUID/verify`. Those contain `amr`.
    pub api_scope: Option<String>,
    /// An authentication context (`c1`) that the tenant's Conditional Access binds to multi-factor authentication.
    pub authentication_context: Option<String>,
    /// Whether a sign-in without verified multi-factor authentication is refused.
    #[serde(default)]
    pub required: bool,
}

impl Registration {
    /// Serialises it for the vault.
    pub fn seal(&self) -> SecretString {
        seal(self)
    }

    /// Parses the vault's secret.
    pub fn unseal(secret: &SecretString) -> Result<Self, NotUnsealed> {
        unseal("registration in Microsoft Entra", secret)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    #[test]
    fn registration_round_trips_and_stays_hidden() {
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
    fn older_registration_uses_delegated_tokens() {
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
