#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::collections::BTreeMap;

use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::*;
use crate::clock::{Clock as _, SystemClock};
use crate::domain::id::OrgId;
use crate::embedded::{self, Config};
use crate::randomness::{SystemRandomness, scan_id};
use crate::vault::{SecretName, SecretVersion};

const PASSPHRASE: &str = "correct horse battery staple";

fn passphrase(text: &str) -> SecretString {
    SecretString::from(text)
}

/// A data folder with a scan and a secret, and a backup of it.
struct Fixture {
    folder: TempDir,
}

impl Fixture {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fixture = Self { folder };
        let ports = embedded::open(&fixture.data(), Config::default()).await.unwrap();
        ports.vault.put_pending(&name(), &"canary".to_owned().into()).await.unwrap();
        ports.vault.promote(&name()).await.unwrap();
        ports.ledger.begin_scan(&scan_id(&SystemRandomness), SystemClock.now(), &[]).await.unwrap();
        let contents = back_up(&fixture.data(), &fixture.backup(), &passphrase(PASSPHRASE)).unwrap();
        assert_eq!(contents.secrets, 1);
        fixture
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn backup(&self) -> PathBuf {
        self.folder.path().join("backup.age")
    }

    fn restored(&self) -> PathBuf {
        self.folder.path().join("restored")
    }

    fn restore(&self, file: &Path, words: &str) -> Result<Contents, BackupError> {
        restore(file, &self.restored(), &passphrase(words))
    }

    /// The error of restoring `bytes`, after which nothing may be left behind.
    fn refusal(&self, bytes: &[u8]) -> BackupError {
        let file = self.folder.path().join("changed.age");
        fs::write(&file, bytes).unwrap();
        let refused = self.restore(&file, PASSPHRASE).unwrap_err();
        assert!(!self.restored().exists(), "{refused}");
        let left: Vec<_> = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".regrant")), "{left:?}");
        refused
    }
}

fn name() -> SecretName {
    SecretName::Okta(OrgId::try_from("00oacme".to_owned()).unwrap())
}

#[tokio::test]
async fn a_restored_folder_has_records_and_secrets() {
    let fixture = Fixture::new().await;
    // An empty folder, as a new volume is one, and a folder that does not exist.
    fs::create_dir(fixture.folder.path().join("volume")).unwrap();
    restore(&fixture.backup(), &fixture.folder.path().join("volume"), &passphrase(PASSPHRASE)).unwrap();
    assert_eq!(DataFolder::inspect(&fixture.folder.path().join("volume")), Ok(DataFolder::InUse));
    fixture.restore(&fixture.backup(), PASSPHRASE).unwrap();
    let ports = embedded::open(&fixture.restored(), Config::default()).await.unwrap();
    let secret = ports.vault.get(&name(), SecretVersion::Current).await.unwrap().unwrap();
    assert_eq!(secret.expose_secret(), "canary");
    assert!(ports.ledger.latest_scan(SystemClock.now()).await.unwrap().is_some());
    #[cfg(unix)]
    for path in [fixture.backup(), fixture.restored(), ledger_file(&fixture.restored())] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o077, 0, "{} {mode:o}", path.display());
    }
}

#[tokio::test]
async fn a_backup_shows_no_secret_and_leaves_nothing_else() {
    let fixture = Fixture::new().await;
    let bytes = fs::read(fixture.backup()).unwrap();
    for word in [&b"canary"[..], b"AGE-SECRET-KEY", b"SQLite format", b"00oacme"] {
        assert!(!bytes.windows(word.len()).any(|window| window == word));
    }
    let files = fs::read_dir(fixture.folder.path()).unwrap().count();
    assert_eq!(files, 2, "the data and the backup");
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let fixture = Fixture::new().await;
    let again = back_up(&fixture.data(), &fixture.backup(), &passphrase(PASSPHRASE));
    assert!(matches!(again, Err(BackupError::Exists(_))), "{again:?}");
    fs::create_dir(fixture.restored()).unwrap();
    fs::write(fixture.restored().join("photo.jpg"), "mine").unwrap();
    let refused = fixture.restore(&fixture.backup(), PASSPHRASE);
    assert!(matches!(refused, Err(BackupError::NotEmpty(_))), "{refused:?}");
    let empty = back_up(&fixture.restored(), &fixture.folder.path().join("b"), &passphrase(PASSPHRASE));
    assert!(matches!(empty, Err(BackupError::NoData(_))), "{empty:?}");
}

#[tokio::test]
async fn wrong_passphrases_and_files_are_told_apart() {
    let fixture = Fixture::new().await;
    let refused = fixture.restore(&fixture.backup(), "something else entirely").unwrap_err();
    assert!(matches!(refused, BackupError::WrongPassphrase(_)), "{refused:?}");
    assert!(matches!(fixture.refusal(b"Dear reader"), BackupError::NotABackup(_)));
    assert!(matches!(fixture.refusal(b""), BackupError::NotABackup(_)));
}

#[tokio::test]
async fn truncated_and_changed_backups_restore_nothing() {
    let fixture = Fixture::new().await;
    let whole = fs::read(fixture.backup()).unwrap();
    for length in [60, whole.len() / 2, whole.len() - 1] {
        let refused = fixture.refusal(&whole[..length]);
        assert!(matches!(refused, BackupError::Damaged(_) | BackupError::NotABackup(_)), "{length}: {refused:?}");
    }
    for at in [whole.len() / 2, whole.len() - 20] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        let refused = fixture.refusal(&changed);
        assert!(matches!(refused, BackupError::Damaged(_)), "{at}: {refused:?}");
    }
}

/// A backup of these members, after the marker.
fn hostile(members: &[(&str, EntryType)]) -> Vec<u8> {
    let mut sealed = Vec::new();
    let sealing = Encryptor::with_user_passphrase(passphrase(PASSPHRASE)).wrap_output(&mut sealed).unwrap();
    let mut archive = Builder::new(sealing);
    append_bytes(&mut archive, MARKER, FORM.as_bytes()).unwrap();
    for (name, kind) in members {
        let mut header = header(4);
        header.set_entry_type(*kind);
        // Written into the header directly, because the library refuses such names.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        archive.append(&header, &b"evil"[..]).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap();
    sealed
}

#[tokio::test]
async fn members_cannot_leave_the_folder() {
    let fixture = Fixture::new().await;
    let cases: BTreeMap<&str, EntryType> = BTreeMap::from([
        ("../escaped", EntryType::Regular),
        ("vault/../../escaped", EntryType::Regular),
        ("/tmp/escaped", EntryType::Regular),
        ("vault/link", EntryType::Symlink),
        ("elsewhere", EntryType::Regular),
    ]);
    for (name, kind) in cases {
        assert!(matches!(fixture.refusal(&hostile(&[(name, kind)])), BackupError::Damaged(_)), "{name}");
        assert!(!fixture.folder.path().join("escaped").exists());
    }
}
