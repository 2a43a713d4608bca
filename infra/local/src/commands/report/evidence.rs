//! The evidence pack of an app, as signed JSON and as HTML.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::Args;
use regrant::domain::id::AppId;
use regrant::usecases::report::evidence::{SignedEvidence, evidence};
use regrant::usecases::report::evidence_html;
use regrant::web::json;

use super::file::write_private;
use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::{escaped, number};
use crate::terminal::Terminal;

/// `regrant report evidence`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  regrant report evidence acme.okta.com 0oa1 --to evidence
The folder gets APP.json, which is signed, and APP.html for people.")]
pub struct Evidence {
    /// The app's org, by id or host.
    pub org: String,
    /// The app's id.
    pub app: AppId,
    /// Where to: a folder, which gets both files, or one file that ends in .json or .html.
    #[arg(long, value_name = "PATH", required_unless_present = "json")]
    pub to: Option<PathBuf>,
    /// Print the signed JSON object.
    #[arg(long, conflicts_with = "to")]
    pub json: bool,
    /// Show what would be written and stop.
    #[arg(long, conflicts_with = "json")]
    pub dry_run: bool,
}

pub(super) async fn run(global: &Global, options: &Evidence, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let org = installation.org(&options.org).await?;
    let app = installation.app(&org, &options.app).await?;
    let signed = evidence(&installation.ports, &org, &app).await?;
    if options.json {
        terminal.json(&signed)?;
    }
    for file in options.to.iter().flat_map(|to| files(to, &options.app)) {
        let name = escaped(file.display().to_string());
        if options.dry_run {
            terminal.line(&format!("Would write {name}."))?;
        } else {
            if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder)
                    .map_err(|error| anyhow!("{} could not be created: {error}", folder.display()))?;
            }
            write(&signed, &file)?;
            let events = number(signed.evidence.trail.len() as u64, "event", "events");
            terminal.line(&format!("Wrote {name} with {events}."))?;
        }
    }
    Ok(if signed.evidence.trail_is_intact { Outcome::Fine } else { Outcome::ActionNeeded })
}

/// The files to write: the one that is named, or both in a folder.
fn files(to: &Path, app: &AppId) -> Vec<PathBuf> {
    match ending(to).as_deref() {
        Some("json" | "html" | "htm") => vec![to.to_owned()],
        _ => vec![to.join(format!("{app}.json")), to.join(format!("{app}.html"))],
    }
}

fn ending(file: &Path) -> Option<String> {
    Some(file.extension()?.to_str()?.to_ascii_lowercase())
}

fn write(signed: &SignedEvidence, file: &Path) -> anyhow::Result<()> {
    let is_json = ending(file).as_deref() == Some("json");
    write_private(file, |out| if is_json { json::write(out, signed) } else { evidence_html::write(signed, out) })
}
