//! `regrant backup` and `regrant restore`: this machine's ledger and vault in one encrypted file.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use regrant::embedded::backup::{BackupError, Contents, back_up, restore};
use regrant::embedded::data_folder::DataFolder;
use secrecy::SecretString;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::data_dir;
use crate::output::progress::waiting;
use crate::output::{escaped, number};
use crate::secret_input;
use crate::terminal::Terminal;

/// What to do instead with a stack.
const STACK: &str = "a stack needs no backup file. AWS keeps its data, and this is how to get it back:
  Records: the DynamoDB table has point-in-time recovery, to any second of the last 35 days. Restore it to a new table
  (`aws dynamodb restore-table-to-point-in-time`), then set it as the table of the stack.
  Secrets: a deleted secret can be restored for 7 to 30 days (`aws secretsmanager restore-secret`), and the previous version
  of each is kept. Copies outside the region need a replica of the secret.
  Keys: a KMS key that is scheduled for deletion can be kept (`aws kms cancel-key-deletion`).
The steps are in docs/backup.md.";

/// `regrant backup`.
#[derive(Debug, Args)]
#[command(after_help = "\
The file contains every record and every secret, encrypted with a passphrase
that is read from standard input or a hidden prompt. Regrant may run meanwhile.
  regrant backup regrant-2026-11-29.age
  regrant restore regrant-2026-11-29.age --data-dir new/folder
Without Regrant, it opens with `age -d FILE | tar -x`.
Exit codes: 0 written, 2 not written.")]
pub struct Backup {
    /// The file to write. An existing file is not overwritten.
    pub file: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Show what would be written and stop. Reads no passphrase.
    #[arg(long)]
    pub dry_run: bool,
}

/// `regrant restore`.
#[derive(Debug, Args)]
#[command(after_help = "\
Restores into the data folder, which must be empty or absent: nothing is
overwritten. Reads the passphrase from standard input or a hidden prompt.
Exit codes: 0 restored, 2 not restored; the folder is then unchanged.")]
pub struct Restore {
    /// The backup.
    pub file: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Check that the backup is complete and opens, and stop. Restores nothing.
    #[arg(long)]
    pub dry_run: bool,
}

pub(crate) async fn run(global: &Global, options: &Backup, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    refuse_stack(global)?;
    let folder = data_dir(global)?;
    if DataFolder::inspect(&folder)? == DataFolder::Empty {
        bail!(BackupError::NoData(folder));
    }
    let (from, to) = (shown(&folder), shown(&options.file));
    if options.dry_run {
        if options.json {
            terminal.line(&serde_json::json!({ "file": to, "would_write": from }).to_string())?;
            return Ok(Outcome::Fine);
        }
        terminal.line(&format!("Would write the ledger, the vault and its key in {from} to {to}, encrypted."))?;
        return Ok(Outcome::Fine);
    }
    let passphrase = secret_input::passphrase(true)?;
    let file = options.file.clone();
    let contents =
        in_background(terminal, "Writing the backup …", move || back_up(&folder, &file, &passphrase)).await?;
    if options.json {
        terminal.line(&json(&options.file, contents))?;
        return Ok(Outcome::Fine);
    }
    terminal.line(&format!("Wrote {to}: {}.", summary(contents)))?;
    terminal.hint(&format!(
        "Keep the passphrase in a different place: without it, no one can open the file.\nTo check the backup:\n  \
         regrant restore {to} --dry-run"
    ));
    Ok(Outcome::Fine)
}

pub(crate) async fn run_restore(
    global: &Global,
    options: &Restore,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    refuse_stack(global)?;
    let folder = data_dir(global)?;
    let is_free = std::fs::read_dir(&folder).map_or(true, |mut entries| entries.next().is_none());
    if !is_free && !options.dry_run {
        bail!(BackupError::NotEmpty(folder));
    }
    // Refuses a missing file before asking for a passphrase.
    std::fs::File::open(&options.file).with_context(|| format!("{} could not be opened", shown(&options.file)))?;
    let passphrase = secret_input::passphrase(false)?;
    let file = options.file.clone();
    let target = folder.clone();
    let dry_run = options.dry_run;
    let contents = in_background(terminal, "Opening the backup …", move || {
        if dry_run { checked(&file, &passphrase) } else { restore(&file, &target, &passphrase) }
    })
    .await?;
    if options.json {
        terminal.line(&json(&options.file, contents))?;
        return Ok(Outcome::Fine);
    }
    let (file, folder) = (shown(&options.file), shown(&folder));
    if options.dry_run {
        terminal.line(&format!("{file} is complete and opens: {}. Nothing was restored.", summary(contents)))?;
        return Ok(Outcome::Fine);
    }
    terminal.line(&format!("Restored {file} to {folder}: {}.", summary(contents)))?;
    terminal.hint(
        "Stop the installation that the backup was taken from: two would send every\nemail twice. Then check this one, and \
         scan, because the apps' standings are as old\nas the backup:\n  regrant doctor\n  regrant scan",
    );
    Ok(Outcome::Fine)
}

/// Restores into a temporary folder, which proves that the backup is complete.
fn checked(file: &Path, passphrase: &SecretString) -> Result<Contents, BackupError> {
    let failed = |source| BackupError::Io { action: "create", path: std::env::temp_dir(), source };
    let temporary = tempfile::tempdir().map_err(failed)?;
    restore(file, &temporary.path().join("data"), passphrase)
}

async fn in_background(
    terminal: &mut Terminal,
    what: &str,
    work: impl FnOnce() -> Result<Contents, BackupError> + Send + 'static,
) -> anyhow::Result<Contents> {
    Ok(waiting(terminal, what, tokio::task::spawn_blocking(work)).await??)
}

fn refuse_stack(global: &Global) -> anyhow::Result<()> {
    if global.stack.is_some() {
        bail!(STACK)
    }
    Ok(())
}

fn summary(contents: Contents) -> String {
    let secrets = number(contents.secrets, "sealed secret", "sealed secrets");
    format!("the ledger and {secrets}, {} KiB", contents.bytes.div_ceil(1024))
}

fn json(file: &Path, contents: Contents) -> String {
    let Contents { secrets, bytes } = contents;
    serde_json::json!({ "file": shown(file), "bytes": bytes, "secrets": secrets }).to_string()
}

fn shown(path: &Path) -> String {
    escaped(path.display().to_string())
}
