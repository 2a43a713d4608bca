//! Secrets as the vault keeps them: JSON, written only into a vault.

use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

/// Why a secret is not what its name says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the vault's {what} cannot be read by this version; write it again")]
pub struct NotUnsealed {
    what: &'static str,
}

/// `serialize_with` for a secret inside what is sealed. Only [`seal`] may serialise such a type.
pub(crate) fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// As [`exposed`], for a secret that may be missing.
#[expect(clippy::ref_option, reason = "what serde passes")]
pub(crate) fn exposed_option<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(ExposeSecret::expose_secret).serialize(serializer)
}

/// `value` as the vault keeps it.
pub(crate) fn seal(value: &impl Serialize) -> SecretString {
    SecretString::from(serde_json::json!(value).to_string())
}

/// What [`seal`] wrote. The parser's own error could quote the secret, so it is dropped.
pub(crate) fn unseal<T: DeserializeOwned>(what: &'static str, secret: &SecretString) -> Result<T, NotUnsealed> {
    serde_json::from_str(secret.expose_secret()).map_err(|_| NotUnsealed { what })
}
