//! `regrant org record`: one read-only visit to an org, written as a file for a bug report.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use regrant::usecases::access::orgs;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::{escaped, number};
use crate::terminal::Terminal;

/// `regrant org record`.
#[derive(Debug, Args)]
#[command(after_help = "\
Sends GET requests only. Ids, names, domains, addresses and free text are
replaced by inventions; secrets, tokens, codes and states are left out. Nothing
is sent to anyone: read the file before you share it.
Exit codes: 0 recorded, 2 not recorded; no file is left then.")]
pub struct Record {
    /// The org, by id or host.
    pub org: String,
    /// The file to create. An existing file is not replaced.
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

pub(crate) async fn run(global: &Global, options: &Record, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let org = installation.org(&options.org).await?;
    let shown = escaped(options.to.display().to_string());
    // Before the visit, so that a wrong path costs no calls.
    let created = OpenOptions::new().write(true).create_new(true).open(&options.to);
    if created.as_ref().is_err_and(|error| error.kind() == ErrorKind::AlreadyExists) {
        bail!("{shown} exists already; choose a different name, or remove it first");
    }
    let mut file = created.with_context(|| format!("{shown} could not be created"))?;
    let transcript = match orgs::record(&installation.ports, &org.id).await {
        Ok(transcript) => transcript,
        Err(error) => {
            drop(file);
            std::fs::remove_file(&options.to).with_context(|| format!("{shown} could not be removed"))?;
            return Err(error.into());
        }
    };
    let text = serde_json::to_string_pretty(&transcript)? + "\n";
    file.write_all(text.as_bytes()).with_context(|| format!("{shown} could not be written"))?;
    if options.json {
        let row = serde_json::json!({ "file": options.to, "exchanges": transcript.exchanges.len() });
        terminal.line(&row.to_string())?;
        return Ok(Outcome::Fine);
    }
    let answers = number(transcript.exchanges.len() as u64, "answer", "answers");
    terminal.line(&format!("Recorded {answers} of {} in {shown}.", escaped(org.domain())))?;
    terminal.hint(&format!(
        "Read the file before you share it. To see what Regrant makes of it:\n  regrant org replay {shown}"
    ));
    Ok(Outcome::Fine)
}
