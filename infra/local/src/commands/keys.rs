//! `regrant keys …`: the keys that sign links and encrypt session cookies.

use clap::{Args, Subcommand};
use regrant::usecases::access::keys::{rotate_keys, rotate_keys_at_once};

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::{Installation, Workers};
use crate::terminal::Terminal;

/// `regrant keys …`.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Create a new key. Links and sessions made with the previous one work until the next rotation.
    Rotate(Rotate),
}

/// `regrant keys rotate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Rotate regularly without --at-once: links that were already sent and open
browser sessions keep working until the second rotation after them.
Use --at-once if the keys may have been disclosed: all links in earlier emails
and all open browser sessions stop working.")]
pub struct Rotate {
    /// Drop the previous key, which invalidates all links and browser sessions so far.
    #[arg(long)]
    pub at_once: bool,
    /// Do not ask for confirmation.
    #[arg(long)]
    pub yes: bool,
    /// Show what would be done and stop.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
}

const AT_ONCE: &str = "all links in earlier emails and all open browser sessions stop working at once";
const ONE_MORE: &str = "existing links and browser sessions keep working until the next rotation";
/// How long running functions serve keys from memory: `regrant::aws::cached_vault::CACHE_TIME`.
const CACHED: &str = "Functions that are already running may still use the previous keys for up to 5 minutes.";

pub(crate) async fn run(global: &Global, keys: &Keys, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let Keys::Rotate(options) = keys;
    let effect = if options.at_once { AT_ONCE } else { ONE_MORE };
    if options.dry_run {
        terminal.line(&format!("Would rotate the keys: {effect}. Nothing was changed."))?;
        return Ok(Outcome::Fine);
    }
    let installation = Installation::open(global).await?;
    if options.at_once {
        let consequence = format!("If you rotate the keys now, {effect}.");
        if !options.yes && !terminal.confirm(&consequence, "rotate")? {
            terminal.message("The keys were not rotated.");
            return Ok(Outcome::Fine);
        }
        rotate_keys_at_once(&installation.ports).await?;
    } else {
        rotate_keys(&installation.ports).await?;
    }
    terminal.line(&format!("Rotated the keys: {effect}."))?;
    if installation.workers == Workers::Functions {
        terminal.message(CACHED);
    }
    if options.at_once {
        terminal.hint("To send an administrator a new link:\n  regrant invite ORG APP");
    }
    Ok(Outcome::Fine)
}
