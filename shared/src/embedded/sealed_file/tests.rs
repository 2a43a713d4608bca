#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::*;
use crate::domain::id::OrgId;
use crate::testing::vault;

/// A folder that only its owner can enter, regardless of the mode of temporary folders.
fn private_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    #[cfg(unix)]
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    folder
}

fn name(org: &str) -> SecretName {
    SecretName::Okta(OrgId::try_from(org.to_owned()).unwrap())
}

fn file(folder: &TempDir, org: &str, stage: &str) -> PathBuf {
    folder.path().join(format!("regrant/okta/{org}/{stage}.age"))
}

async fn vault_with(folder: &TempDir, secrets: &[(&str, &str)]) -> SealedFileVault {
    let vault = SealedFileVault::open(folder.path()).await.unwrap();
    for (org, secret) in secrets {
        vault.put_pending(&name(org), &SecretString::from(*secret)).await.unwrap();
        vault.promote(&name(org)).await.unwrap();
    }
    vault
}

async fn read(vault: &SealedFileVault, org: &str, stage: SecretVersion) -> Option<String> {
    vault.get(&name(org), stage).await.unwrap().map(|secret| secret.expose_secret().to_owned())
}

#[tokio::test]
async fn conforms_to_the_vault_contract() {
    let folder = private_folder();
    let made = AtomicUsize::new(0);
    vault::conforms(|| {
        let path = folder.path().join(made.fetch_add(1, Ordering::Relaxed).to_string());
        async move { Arc::new(SealedFileVault::open(&path).await.unwrap()) as Arc<dyn Vault> }
    })
    .await;
}

#[tokio::test]
async fn secrets_survive_reopening() {
    let folder = private_folder();
    drop(vault_with(&folder, &[("00oacme", "one")]).await);
    let again = SealedFileVault::open(folder.path()).await.unwrap();
    assert_eq!(read(&again, "00oacme", SecretVersion::Current).await.as_deref(), Some("one"));
}

#[tokio::test]
async fn files_do_not_contain_the_secret() {
    let folder = private_folder();
    let _vault = vault_with(&folder, &[("00oacme", "fluctuating-marmalade")]).await;
    let sealed = fs::read(file(&folder, "00oacme", "current")).unwrap();
    assert!(sealed.starts_with(b"age-encryption.org/v1\n"));
    assert!(!sealed.windows(11).any(|bytes| bytes == b"fluctuating"));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_files_and_folders() {
    use std::os::unix::fs::PermissionsExt;
    let folder = private_folder();
    let _vault = vault_with(&folder, &[("00oacme", "one")]).await;
    for (path, wanted) in [
        ("vault.key", 0o600),
        ("vault.lock", 0o600),
        ("regrant/okta/00oacme/current.age", 0o600),
        ("regrant/okta/00oacme", 0o700),
        ("regrant", 0o700),
    ] {
        let mode = fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, wanted, "{path} has mode {mode:o}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_readable_folder_or_key_is_rejected() {
    use std::os::unix::fs::PermissionsExt;
    let folder = private_folder();
    drop(vault_with(&folder, &[]).await);
    for (path, loose, tight) in [("vault.key", 0o640, 0o600), ("", 0o755, 0o700)] {
        let path = folder.path().join(path);
        fs::set_permissions(&path, fs::Permissions::from_mode(loose)).unwrap();
        let refused = SealedFileVault::open(folder.path()).await.err().unwrap();
        assert!(
            matches!(refused, VaultError::LooseMode { mode, wanted, .. } if mode == loose && wanted == tight),
            "{refused}"
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(tight)).unwrap();
        assert!(SealedFileVault::open(folder.path()).await.is_ok());
    }
}

#[tokio::test]
async fn a_file_under_a_different_name_does_not_open() {
    let folder = private_folder();
    let vault = vault_with(&folder, &[("00oacme", "acme's"), ("00oglobex", "globex's")]).await;
    fs::copy(file(&folder, "00oglobex", "current"), file(&folder, "00oacme", "current")).unwrap();
    let refused = vault.get(&name("00oacme"), SecretVersion::Current).await.unwrap_err();
    assert!(matches!(refused, VaultError::DoesNotOpen { ref path } if path.contains("00oacme")), "{refused}");
}

#[tokio::test]
async fn a_changed_or_truncated_file_does_not_open() {
    let folder = private_folder();
    let vault = vault_with(&folder, &[("00oacme", "one")]).await;
    let current = file(&folder, "00oacme", "current");
    let sealed = fs::read(&current).unwrap();
    for place in (0..sealed.len()).step_by(7) {
        let mut changed = sealed.clone();
        changed[place] ^= 1;
        for damaged in [&changed[..], &sealed[..place]] {
            fs::write(&current, damaged).unwrap();
            let refused = vault.get(&name("00oacme"), SecretVersion::Current).await;
            assert!(matches!(refused, Err(VaultError::DoesNotOpen { .. })), "damaged at {place}: {refused:?}");
        }
    }
}

#[tokio::test]
async fn an_unreadable_pending_version_is_not_promoted() {
    let folder = private_folder();
    let vault = vault_with(&folder, &[("00oacme", "one")]).await;
    fs::write(file(&folder, "00oacme", "pending"), b"not sealed").unwrap();
    assert!(matches!(vault.promote(&name("00oacme")).await, Err(VaultError::DoesNotOpen { .. })));
    assert_eq!(read(&vault, "00oacme", SecretVersion::Current).await.as_deref(), Some("one"));
}

#[tokio::test]
async fn a_lost_key_is_not_replaced() {
    let folder = private_folder();
    drop(vault_with(&folder, &[("00oacme", "one")]).await);
    let key = folder.path().join("vault.key");
    fs::remove_file(&key).unwrap();
    let refused = SealedFileVault::open(folder.path()).await.err().unwrap().to_string();
    assert!(refused.contains("vault.key is missing") && refused.contains("regrant restore FILE"), "{refused}");
    assert!(!key.exists());
}

#[tokio::test]
async fn a_key_file_without_a_key_is_rejected() {
    let folder = private_folder();
    drop(vault_with(&folder, &[]).await);
    for damaged in [&b"# nothing here\n"[..], b"", b"AGE-SECRET-KEY-1cut"] {
        fs::write(folder.path().join("vault.key"), damaged).unwrap();
        let refused = SealedFileVault::open(folder.path()).await.err().unwrap().to_string();
        assert!(refused.contains("empty or damaged"), "{refused}");
    }
}

#[tokio::test]
async fn promotion_can_be_repeated_after_a_crash() {
    let folder = private_folder();
    let vault = vault_with(&folder, &[("00oacme", "one"), ("00oacme", "two")]).await;
    vault.put_pending(&name("00oacme"), &SecretString::from("three")).await.unwrap();
    let (current, previous) = (file(&folder, "00oacme", "current"), file(&folder, "00oacme", "previous"));

    // Crashed while the copy of the current version was being written.
    fs::write(previous.with_added_extension("unfinished"), b"half").unwrap();
    assert_eq!(read(&vault, "00oacme", SecretVersion::Current).await.as_deref(), Some("two"));
    assert_eq!(read(&vault, "00oacme", SecretVersion::Previous).await.as_deref(), Some("one"));

    // Crashed after the copy was renamed and before the pending version was.
    fs::copy(&current, &previous).unwrap();
    assert_eq!(read(&vault, "00oacme", SecretVersion::Current).await.as_deref(), Some("two"));

    vault.promote(&name("00oacme")).await.unwrap();
    assert_eq!(read(&vault, "00oacme", SecretVersion::Current).await.as_deref(), Some("three"));
    assert_eq!(read(&vault, "00oacme", SecretVersion::Previous).await.as_deref(), Some("two"));
    assert_eq!(read(&vault, "00oacme", SecretVersion::Pending).await, None);
}

#[tokio::test]
async fn vaults_opened_concurrently_share_one_key() {
    let folder = private_folder();
    let opened = futures_util::future::join_all((0..8).map(|_| SealedFileVault::open(folder.path()))).await;
    let vaults: Vec<_> = opened.into_iter().map(Result::unwrap).collect();
    let acme = name("00oacme");
    vaults[0].put_pending(&acme, &SecretString::from("one")).await.unwrap();
    for vault in &vaults {
        assert_eq!(read(vault, "00oacme", SecretVersion::Pending).await.as_deref(), Some("one"));
    }
}

#[tokio::test]
async fn concurrent_writers_leave_one_complete_version() {
    let folder = private_folder();
    let (one, two) = (vault_with(&folder, &[]).await, vault_with(&folder, &[]).await);
    let acme = name("00oacme");
    let secrets: Vec<_> = (0..16).map(|n| SecretString::from(format!("secret {n}"))).collect();
    let writes = secrets.iter().enumerate().map(|(n, secret)| {
        let vault = if n % 2 == 0 { &one } else { &two };
        vault.put_pending(&acme, secret)
    });
    for written in futures_util::future::join_all(writes).await {
        written.unwrap();
    }
    let last = read(&one, "00oacme", SecretVersion::Pending).await.unwrap();
    assert!(secrets.iter().any(|secret| secret.expose_secret() == last), "a mixture of writes was stored");
}
