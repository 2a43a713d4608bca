//! Serialization of secrets for the vault, as JSON. Nothing else may serialize them.

use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

/// A secret does not have the format that its name implies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the vault's {what} cannot be read by this version; write it again")]
pub struct NotUnsealed {
    what: &'static str,
}

/// `serialize_with` for a secret field. Only [`seal`] may serialize a type that uses it.
pub(crate) fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// Like [`exposed`], for an optional secret.
#[expect(clippy::ref_option, reason = "serde passes this type")]
pub(crate) fn exposed_option<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(ExposeSecret::expose_secret).serialize(serializer)
}

/// Serializes a value for the vault.
pub(crate) fn seal(value: &impl Serialize) -> SecretString {
    SecretString::from(serde_json::json!(value).to_string())
}

/// Deserializes what [`seal`] wrote. Drops the parser's error, which could quote the secret.
pub(crate) fn unseal<T: DeserializeOwned>(what: &'static str, secret: &SecretString) -> Result<T, NotUnsealed> {
    serde_json::from_str(secret.expose_secret()).map_err(|_| NotUnsealed { what })
}
