//! Encryption of a secret, together with its name, as an age file.

use std::io::{Read, Write};

use age::x25519::Identity;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::domain::text::trimmed;
use crate::vault::SecretName;

/// The vault's key: an age X25519 identity.
pub(super) struct SealingKey(Identity);

/// The plaintext of an age file. It includes the secret's name, so that a file moved to a different name does not open.
#[derive(Serialize)]
struct PlaintextRef<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Deserialize)]
struct Plaintext {
    name: String,
    value: SecretString,
}

impl SealingKey {
    /// A new key.
    pub(super) fn generate() -> Self {
        Self(Identity::generate())
    }

    /// Parses an age identity file, skipping empty lines and comments. `None` if it has no valid key.
    pub(super) fn parse(file: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(file).ok()?;
        let line = text.lines().map(trimmed).find(|line| !line.is_empty() && !line.starts_with('#'))?;
        line.parse().ok().map(Self)
    }

    /// The age identity file of this key.
    pub(super) fn text(&self) -> Zeroizing<String> {
        let secret = self.0.to_string();
        Zeroizing::new(
            ["# The key of this folder's sealed files. Keep it secret.\n", secret.expose_secret(), "\n"].concat(),
        )
    }

    /// Seals a secret together with its name.
    pub(super) fn seal(&self, name: &SecretName, secret: &SecretString) -> std::io::Result<Vec<u8>> {
        let (name, value) = (name.path(), secret.expose_secret());
        // Capacity for the worst case, six bytes per character (`\u0000`): a buffer that grows leaves copies in memory.
        let mut plain = Zeroizing::new(Vec::with_capacity(name.len() + value.len() * 6 + 32));
        serde_json::to_writer(&mut *plain, &PlaintextRef { name: &name, value })?;

        let recipient = self.0.to_public();
        let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            .map_err(std::io::Error::other)?;
        let mut sealed = Vec::with_capacity(plain.len() + 512);
        let mut writer = encryptor.wrap_output(&mut sealed)?;
        writer.write_all(&plain)?;
        writer.finish()?;
        Ok(sealed)
    }

    /// Opens a sealed secret. `None` if this key does not fit, the file was changed, or it has a different name inside.
    pub(super) fn open(&self, name: &SecretName, sealed: &[u8]) -> Option<SecretString> {
        let decryptor = age::Decryptor::new_buffered(sealed).ok()?;
        let mut reader = decryptor.decrypt(std::iter::once(&self.0 as &dyn age::Identity)).ok()?;
        let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len() + 32));
        reader.read_to_end(&mut plain).ok()?;
        let opened: Plaintext = serde_json::from_slice(&plain).ok()?;
        (opened.name == name.path()).then_some(opened.value)
    }
}
