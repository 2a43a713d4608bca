//! Sealing: from a secret and its name to an age file, and back.

use std::io::{Read, Write};

use age::x25519::Identity;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::vault::SecretName;

/// The vault's key: an X25519 identity as age has it.
pub(super) struct SealingKey(Identity);

/// What is sealed. The name is inside, so that a file moved to another name's place is found out.
#[derive(Serialize)]
struct Sealed<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Deserialize)]
struct Opened {
    name: String,
    value: SecretString,
}

impl SealingKey {
    /// A new key.
    pub(super) fn generate() -> Self {
        Self(Identity::generate())
    }

    /// The key in an age identity file, or `None` where it holds none. Empty lines and comments are skipped.
    pub(super) fn parse(file: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(file).ok()?;
        let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
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
        // Room for the worst case, six bytes a character (`\u0000`): a buffer that grows leaves copies behind.
        let mut plain = Zeroizing::new(Vec::with_capacity(name.len() + value.len() * 6 + 32));
        serde_json::to_writer(&mut *plain, &Sealed { name: &name, value })?;

        let recipient = self.0.to_public();
        let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            .map_err(std::io::Error::other)?;
        let mut sealed = Vec::with_capacity(plain.len() + 512);
        let mut writer = encryptor.wrap_output(&mut sealed)?;
        writer.write_all(&plain)?;
        writer.finish()?;
        Ok(sealed)
    }

    /// The secret in `sealed`, or `None` where this key does not open it, it was changed, or it is another name's.
    pub(super) fn open(&self, name: &SecretName, sealed: &[u8]) -> Option<SecretString> {
        let decryptor = age::Decryptor::new_buffered(sealed).ok()?;
        let mut reader = decryptor.decrypt(std::iter::once(&self.0 as &dyn age::Identity)).ok()?;
        let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len() + 32));
        reader.read_to_end(&mut plain).ok()?;
        let opened: Opened = serde_json::from_slice(&plain).ok()?;
        (opened.name == name.path()).then_some(opened.value)
    }
}
