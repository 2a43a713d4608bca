//! The key that signs digests of the audit trail: Ed25519 (RFC 8032), because a signature must be verifiable by people who
//! do not have the keyring. Rotating the keys keeps it, so that auditors keep trusting one public key; replacing all keys at
//! once, after a compromise, replaces it too.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::randomness::Randomness;
use crate::vault::exposed;

/// The length of an Ed25519 seed and of a public key, in bytes.
const KEY_BYTES: usize = 32;

/// The private key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EvidenceKey {
    /// The seed of 256 bits, in base64url.
    #[serde(serialize_with = "exposed")]
    seed: SecretString,
}

/// The key in the vault is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key that signs the audit trail is damaged; restore the vault from a backup")]
pub struct DamagedKey;

impl EvidenceKey {
    pub(super) fn new(randomness: &dyn Randomness) -> Self {
        let mut seed = [0; KEY_BYTES];
        randomness.fill(&mut seed);
        Self { seed: SecretString::from(URL_SAFE_NO_PAD.encode(seed)) }
    }

    fn pair(&self) -> Result<Ed25519KeyPair, DamagedKey> {
        let seed = URL_SAFE_NO_PAD.decode(self.seed.expose_secret()).map_err(|_| DamagedKey)?;
        Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| DamagedKey)
    }

    /// The public key.
    pub fn public(&self) -> Result<EvidencePublicKey, DamagedKey> {
        Ok(EvidencePublicKey(URL_SAFE_NO_PAD.encode(self.pair()?.public_key())))
    }

    /// The signature of a message, in base64url.
    pub fn sign(&self, message: &[u8]) -> Result<String, DamagedKey> {
        Ok(URL_SAFE_NO_PAD.encode(self.pair()?.sign(message)))
    }
}

/// The public key, in base64url without padding: 43 characters, no longer than a fingerprint of it would be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EvidencePublicKey(String);

/// The text is not a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a public key has 43 letters, digits, `-` or `_`, as `regrant report key` prints it; check where it was copied from"
)]
pub struct NotAPublicKey;

impl TryFrom<String> for EvidencePublicKey {
    type Error = NotAPublicKey;
    fn try_from(text: String) -> Result<Self, NotAPublicKey> {
        match URL_SAFE_NO_PAD.decode(&text) {
            Ok(bytes) if bytes.len() == KEY_BYTES => Ok(Self(text)),
            _ => Err(NotAPublicKey),
        }
    }
}

impl std::str::FromStr for EvidencePublicKey {
    type Err = NotAPublicKey;
    fn from_str(text: &str) -> Result<Self, NotAPublicKey> {
        Self::try_from(text.trim().to_owned())
    }
}

impl From<EvidencePublicKey> for String {
    fn from(key: EvidencePublicKey) -> Self {
        key.0
    }
}

impl fmt::Display for EvidencePublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl EvidencePublicKey {
    /// Whether `signature`, in base64url, is this key's signature of `message`.
    pub fn verifies(&self, message: &[u8], signature: &str) -> bool {
        let (Ok(key), Ok(signature)) = (URL_SAFE_NO_PAD.decode(&self.0), URL_SAFE_NO_PAD.decode(signature)) else {
            return false;
        };
        UnparsedPublicKey::new(&ED25519, key).verify(message, &signature).is_ok()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;
    use crate::randomness::SeededRandomness;

    #[test]
    fn only_the_signed_message_verifies() {
        let key = EvidenceKey::new(&SeededRandomness::new(1));
        let (public, signature) = (key.public().unwrap(), key.sign(b"digest").unwrap());
        assert!(public.verifies(b"digest", &signature));
        assert!(!public.verifies(b"digesu", &signature));
        assert!(!public.verifies(b"digest", &signature[1..]) && !public.verifies(b"digest", ""));
        let other = EvidenceKey::new(&SeededRandomness::new(2)).public().unwrap();
        assert!(other != public && !other.verifies(b"digest", &signature));
        assert_eq!(public.to_string().parse::<EvidencePublicKey>(), Ok(public));
        assert_eq!("abc".parse::<EvidencePublicKey>(), Err(NotAPublicKey));
    }
}
