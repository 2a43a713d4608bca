//! The audit trail as evidence: digests, exports, and their verification.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::anyhow;
use clap::Args;
use regrant::domain::trail::Hash;
use regrant::keyring::EvidencePublicKey;
use regrant::usecases::report::trail::{self, Trust, Verification};

use super::file::{unreadable, write_private};
use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::{escaped, number};
use crate::terminal::Terminal;

/// `regrant report digest`.
#[derive(Debug, Args)]
pub struct SignDigest {
    /// Print one JSON array of the digests.
    #[arg(long)]
    pub json: bool,
    /// Show what would be done and stop.
    #[arg(long, conflicts_with = "json")]
    pub dry_run: bool,
}

/// `regrant report key`.
#[derive(Debug, Args)]
pub struct Key {
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `regrant report export`.
#[derive(Debug, Args)]
pub struct Export {
    /// The file, one JSON value on each line.
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// Export only the trails of this org, by id or host; repeat for several.
    #[arg(long, value_name = "ORG")]
    pub org: Vec<String>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Show what would be written and stop.
    #[arg(long, conflicts_with = "json")]
    pub dry_run: bool,
}

/// `regrant report verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  regrant report verify
  regrant report verify trail.jsonl --key KEY
  regrant report verify trail.jsonl --key KEY --checkpoint 12:HASH
KEY is what `regrant report key` prints. Get it from the installation's
operators, not from the file. `regrant report digest` prints checkpoints.")]
pub struct Verify {
    /// The export to verify. Without it, this installation's own trail.
    pub export: Option<PathBuf>,
    /// A public key to trust; repeat for several.
    // Not a secret: `regrant report key` prints it.
    #[arg(long = "key", value_name = "KEY")]
    pub trusted: Vec<EvidencePublicKey>,
    /// A digest that was noted elsewhere, as NUMBER:HASH; repeat for several.
    #[arg(long, value_name = "NUMBER:HASH")]
    pub checkpoint: Vec<Checkpoint>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// The number and the hash of a digest.
#[derive(Debug, Clone)]
pub struct Checkpoint(u64, Hash);

/// The text is not a checkpoint.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("a checkpoint is a digest's number, a colon and its SHA-256, as `regrant report digest` prints it")]
pub struct NotACheckpoint;

impl FromStr for Checkpoint {
    type Err = NotACheckpoint;
    fn from_str(text: &str) -> Result<Self, NotACheckpoint> {
        let (number, hash) = text.trim().split_once(':').ok_or(NotACheckpoint)?;
        Ok(Self(number.parse().map_err(|_| NotACheckpoint)?, hash.parse().map_err(|_| NotACheckpoint)?))
    }
}

pub(super) async fn sign(global: &Global, options: &SignDigest, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    if options.dry_run {
        let latest = installation.ports.ledger.latest_digest().await?;
        let next = latest.map_or(1, |signed| signed.digest.number + 1);
        terminal.line(&format!("Would sign digest {next}."))?;
        return Ok(Outcome::Fine);
    }
    let signed = trail::sign_digest(&installation.ports).await?;
    if options.json {
        terminal.json(&signed)?;
        return Ok(Outcome::Fine);
    }
    for signed in &signed {
        let digest = &signed.digest;
        let trails = number(digest.heads.len() as u64, "trail", "trails");
        terminal.line(&format!("Signed digest {} of {trails}. Checkpoint: {0}:{}", digest.number, digest.hash()))?;
    }
    if signed.is_empty() {
        terminal.line("Another worker has just signed a digest.")?;
    }
    Ok(Outcome::Fine)
}

pub(super) async fn key(global: &Global, options: &Key, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let key = trail::public_key(&installation.ports).await?;
    if options.json {
        terminal.json(&serde_json::json!({ "algorithm": "Ed25519", "public_key": key }))?;
    } else {
        terminal.line(&key.to_string())?;
    }
    Ok(Outcome::Fine)
}

pub(super) async fn export(global: &Global, options: &Export, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let mut orgs = Vec::new();
    for name in &options.org {
        orgs.push(installation.org(name).await?.id);
    }
    let file = options.to.display().to_string();
    if options.dry_run {
        terminal.line(&format!("Would write {file}."))?;
        return Ok(Outcome::Fine);
    }
    let mut lines = tempfile::tempfile().map_err(|error| anyhow!("a temporary file could not be created: {error}"))?;
    let exported = {
        let mut buffered = std::io::BufWriter::new(&mut lines);
        trail::export(&installation.ports, &orgs, &mut buffered).await?
    };
    write_private(&options.to, |out| {
        std::io::Seek::rewind(&mut lines)?;
        std::io::copy(&mut lines, out).map(drop)
    })?;
    if options.json {
        terminal.json(&exported)?;
        return Ok(Outcome::Fine);
    }
    terminal.line(&format!(
        "Wrote {file}: {} of {}, {}.",
        number(exported.events, "event", "events"),
        number(exported.trails, "app", "apps"),
        number(exported.digests, "digest", "digests"),
    ))?;
    terminal.hint("Verify it with `regrant report verify FILE --key KEY`; `regrant report key` prints the key.");
    Ok(Outcome::Fine)
}

pub(super) async fn verify(global: &Global, options: &Verify, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let checkpoints = options.checkpoint.iter().map(|Checkpoint(number, hash)| (*number, hash.clone())).collect();
    let mut trust = Trust { keys: options.trusted.iter().cloned().collect(), checkpoints };
    let verification = if let Some(file) = &options.export {
        let opened = File::open(file).map_err(|error| unreadable(file, &error))?;
        trail::verify_export(BufReader::new(opened), &trust).map_err(|error| unreadable(file, &error))?
    } else {
        let installation = Installation::open_existing(global).await?;
        trust.keys.insert(trail::public_key(&installation.ports).await?);
        trail::verify(&installation.ports, &trust).await?
    };
    if options.json {
        terminal.json(&verification)?;
    } else {
        print(&verification, terminal)?;
    }
    Ok(outcome(&verification))
}

fn print(verification: &Verification, terminal: &mut Terminal) -> std::io::Result<()> {
    let verified = &verification.verified;
    for finding in &verified.findings {
        terminal.line(&format!("NOT INTACT: {finding}"))?;
    }
    for key in &verification.untrusted_keys {
        terminal.line(&format!(
            "NOT VERIFIED: the key {} signed this. Compare it with what the operators of the installation tell you, then \
             pass it with --key.",
            escaped(key.clone())
        ))?;
    }
    terminal.line(&format!(
        "Followed {} of {}, and {}.",
        number(verified.events, "event", "events"),
        number(verified.trails, "app", "apps"),
        number(verified.digests, "digest", "digests"),
    ))?;
    if let Some((number, hash)) = &verified.last_digest {
        terminal.line(&format!("Last digest: {number}:{hash}"))?;
    }
    if verified.unsigned_events > 0 {
        let events = number(verified.unsigned_events, "event follows", "events follow");
        terminal.line(&format!(
            "{events} the last digest. Only the chain protects them until the next digest: cutting them off would not show."
        ))?;
    }
    match outcome(verification) {
        Outcome::Fine => terminal
            .line("Intact: no event was changed, removed or reordered, and none that a digest names was cut off.")?,
        Outcome::CouldNotCheck if verified.digests == 0 => {
            terminal.line("Not verified: no digest has been signed yet. Run `regrant report digest`.")?;
        }
        _ => {}
    }
    Ok(())
}

/// 1 if something does not fit, 2 if nothing that was trusted vouches for it.
fn outcome(verification: &Verification) -> Outcome {
    if !verification.verified.findings.is_empty() {
        Outcome::ActionNeeded
    } else if !verification.untrusted_keys.is_empty() || verification.verified.digests == 0 {
        Outcome::CouldNotCheck
    } else {
        Outcome::Fine
    }
}
