//! The token of this machine's API: a file that only the owner of the data folder can read.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use regrant::domain::id::Sha256Digest;
use regrant::embedded::private_files;
use regrant::randomness::{Randomness, secret};
use secrecy::ExposeSecret as _;

/// The token that requests to the API carry, as a digest.
#[derive(Debug, Clone)]
pub struct ApiToken(Sha256Digest);

impl ApiToken {
    /// Where the token is in a data folder.
    pub fn file(data_dir: &Path) -> PathBuf {
        data_dir.join("api.token")
    }

    /// Reads the token of a data folder. Creates it if it is missing; to replace it, delete the file.
    pub fn open(data_dir: &Path, randomness: &dyn Randomness) -> anyhow::Result<Self> {
        let file = Self::file(data_dir);
        if private_files::read_private(&file)?.is_none() {
            private_files::write(&file, format!("{}\n", secret(randomness).expose_secret()).as_bytes())?;
        }
        let text = private_files::read_private(&file)?.context("the API's token disappeared while it was created")?;
        match std::str::from_utf8(&text).ok().and_then(Self::from_text) {
            Some(token) => Ok(token),
            None => bail!("{} contains no token; delete it, and `regrant serve` creates a new one", file.display()),
        }
    }

    /// The token in a file's text; `None` if it is empty or not one word.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let token = text.trim();
        (!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Self(Sha256Digest::of(token)))
    }

    /// Whether an `Authorization` header carries this token (RFC 6750). Compares in constant time.
    pub(super) fn is_in(&self, authorization: Option<&str>) -> bool {
        let (scheme, token) = authorization.and_then(|value| value.split_once(' ')).unwrap_or_default();
        scheme.eq_ignore_ascii_case("bearer") && self.0.matches(token.trim())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use regrant::randomness::SystemRandomness;

    use super::*;

    #[test]
    fn token_is_created_once() {
        let folder = tempfile::tempdir().unwrap();
        ApiToken::open(folder.path(), &SystemRandomness).unwrap();
        let text = std::fs::read_to_string(ApiToken::file(folder.path())).unwrap();
        let again = ApiToken::open(folder.path(), &SystemRandomness).unwrap();
        assert!(again.is_in(Some(&format!("Bearer {}", text.trim()))) && text.trim().len() == 43);
    }

    #[test]
    fn empty_token_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        private_files::write(&ApiToken::file(folder.path()), b"\n").unwrap();
        let error = ApiToken::open(folder.path(), &SystemRandomness).unwrap_err().to_string();
        assert!(error.contains("delete it"), "{error}");
    }
}
