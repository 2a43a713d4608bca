//! The state of a data folder, found out without changing it.
//!
//! A part that is missing while others have content was lost. Opening would replace it by an empty one and hide the loss.

use std::path::{Path, PathBuf};

use super::{ledger_file, vault_folder};

/// The state of a data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataFolder {
    /// It does not exist, or has nothing in it that Regrant wrote.
    Empty,
    /// It has a ledger, a key or secrets.
    InUse,
}

/// A part of a data folder was lost.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LostPart {
    /// The ledger.
    #[error(
        "the ledger {} {state}, but the vault next to it has secrets, so its records were lost; restore a backup into an \
         empty folder with `regrant restore FILE`, or move the folder away and start again", ledger.display()
    )]
    Ledger {
        /// Where it should be.
        ledger: PathBuf,
        /// `is missing` or `is empty`.
        state: &'static str,
    },
    /// The vault's key.
    #[error(
        "the key file {} is missing, so the secrets of this installation cannot be opened; put it back from where it was \
         copied or moved to, or restore a backup into an empty folder with `regrant restore FILE`", key.display()
    )]
    Key {
        /// Where it should be.
        key: PathBuf,
    },
}

impl DataFolder {
    /// Inspects `folder`. Creates and changes nothing.
    pub fn inspect(folder: &Path) -> Result<Self, LostPart> {
        let (ledger, vault) = (ledger_file(folder), vault_folder(folder));
        let key = vault.join(super::sealed_file::KEY);
        let size = ledger.metadata().map(|metadata| metadata.len()).ok();
        let has_records = size.is_some_and(|size| size > 0);
        let has_secrets = has_file(&vault.join(super::sealed_file::SEALED));
        if has_secrets && !has_records {
            let state = if size.is_some() { "is empty" } else { "is missing" };
            return Err(LostPart::Ledger { ledger, state });
        }
        if (has_records || has_secrets) && !key.exists() {
            return Err(LostPart::Key { key });
        }
        Ok(if has_records || key.exists() { Self::InUse } else { Self::Empty })
    }
}

/// Whether there is a file in a folder or below it.
fn has_file(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| {
        entry.file_type().is_ok_and(|kind| if kind.is_dir() { has_file(&entry.path()) } else { kind.is_file() })
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use std::fs;

    use super::*;

    /// A folder with the listed files, each with some content unless its name ends in `!`.
    fn folder_with(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file.trim_end_matches('!'));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, if file.ends_with('!') { "" } else { "content" }).unwrap();
        }
        folder
    }

    const SECRET: &str = "vault/regrant/okta/00oacme/current.age";

    #[test]
    fn complete_and_new_folders_are_told_apart() {
        for (files, expected) in [
            (&[][..], DataFolder::Empty),
            (&["outbox/mail.eml"], DataFolder::Empty),
            (&["ledger.sqlite!"], DataFolder::Empty),
            (&["vault/vault.key"], DataFolder::InUse),
            (&["vault/vault.key", "ledger.sqlite!"], DataFolder::InUse),
            (&["vault/vault.key", "ledger.sqlite", SECRET], DataFolder::InUse),
        ] {
            assert_eq!(DataFolder::inspect(folder_with(files).path()), Ok(expected), "{files:?}");
        }
        assert_eq!(DataFolder::inspect(Path::new("/no/such/folder")), Ok(DataFolder::Empty));
    }

    #[test]
    fn lost_parts_are_named_with_the_way_back() {
        for (files, words) in [
            (&["vault/vault.key", SECRET][..], "ledger.sqlite is missing"),
            (&["vault/vault.key", SECRET, "ledger.sqlite!"], "ledger.sqlite is empty"),
            (&[SECRET, "ledger.sqlite"], "vault.key is missing"),
            (&["ledger.sqlite"], "vault.key is missing"),
        ] {
            let error = DataFolder::inspect(folder_with(files).path()).unwrap_err().to_string();
            assert!(error.contains(words) && error.contains("regrant restore FILE"), "{error}");
        }
    }
}
