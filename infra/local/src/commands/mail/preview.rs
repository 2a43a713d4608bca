//! `regrant mail preview`: shows all emails with sample data, without sending any.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use clap::Args;
use regrant::domain::contact::Language;
use regrant::emails::samples;
use regrant::emails::samples::Sample;
use regrant::emails::write;
use regrant::embedded::private_files;
use regrant::mail::Email;

use crate::exit::Outcome;
use crate::output::number;
use crate::terminal::Terminal;

/// `regrant mail preview`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  regrant mail preview urgent
  regrant mail preview --language de --html emails/")]
pub struct Preview {
    /// The kind of email, such as invitation, urgent, reminder, done or digest. Default: all.
    pub kind: Option<String>,
    /// The language: en or de.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub language: Language,
    /// Print the plain text. This is the default.
    #[arg(long)]
    pub text: bool,
    /// Write the HTML of each email to this folder instead.
    #[arg(long, value_name = "FOLDER", conflicts_with = "text")]
    pub html: Option<PathBuf>,
    /// Write each email as an .eml file to this folder instead, to open in a mail program.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["text", "html"])]
    pub eml: Option<PathBuf>,
}

pub(crate) fn run(options: &Preview, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let chosen = chosen(options)?;
    for sample in &chosen {
        let email = sample.with(write).map_err(|error| not_shown(&error))?;
        if let Some(folder) = &options.html {
            write_file(folder, sample, "html", email.html.as_bytes())?;
        } else if let Some(folder) = &options.eml {
            write_file(folder, sample, "eml", &email.to_mime().map_err(|error| not_shown(&error))?)?;
        } else {
            terminal.print(&plain_text(&email))?;
        }
    }
    if let Some(folder) = options.html.as_ref().or(options.eml.as_ref()) {
        terminal.hint(&format!("Wrote {} to {}.", number(chosen.len() as u64, "email", "emails"), folder.display()));
    }
    Ok(Outcome::Fine)
}

/// The sample whose name is the kind, else the samples whose names start with it, else an error. All without a kind.
fn chosen(options: &Preview) -> anyhow::Result<Vec<Sample>> {
    let all = samples::all(options.language).map_err(|error| not_shown(&error))?;
    let Some(kind) = options.kind.as_deref() else { return Ok(all) };
    let names: Vec<&str> = all.iter().map(|sample| sample.name).collect();
    let unknown = format!("unknown email; choose one of {}", names.join(", "));
    let one: Vec<Sample> = all.iter().filter(|sample| sample.name == kind).cloned().collect();
    let some = if one.is_empty() { all.into_iter().filter(|s| s.name.starts_with(kind)).collect() } else { one };
    if kind.is_empty() || some.is_empty() {
        bail!(unknown);
    }
    Ok(some)
}

fn not_shown(error: &dyn std::fmt::Display) -> anyhow::Error {
    anyhow!("the emails could not be shown: {error}")
}

/// Writes a sample to a file of its own, named like it. Only the owner can read it.
fn write_file(folder: &Path, sample: &Sample, extension: &str, content: &[u8]) -> anyhow::Result<()> {
    private_files::create_folder(folder)?;
    Ok(private_files::write(&folder.join(format!("{}.{extension}", sample.name)), content)?)
}

/// The headers and the plain text of an email.
fn plain_text(email: &Email) -> String {
    let mut headers = vec![("From", email.from.to_string()), ("To", email.to.to_string())];
    headers.extend([("Subject", email.subject.clone()), ("Message-ID", email.message_id.clone())]);
    headers.extend(email.headers.iter().map(|(name, value)| (name.as_str(), value.clone())));
    let headers: Vec<String> = headers.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    format!("{}\n\n{}\n{}\n", headers.join("\n"), email.text, "=".repeat(78))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::commands::Cli;
    use crate::commands::Command;
    use crate::commands::mail::Mail;

    fn options(arguments: &[&str]) -> Preview {
        let arguments = ["regrant", "mail", "preview"].iter().chain(arguments);
        match Cli::try_parse_from(arguments).unwrap().command {
            Command::Mail(Mail::Preview(options)) => options,
            _ => unreachable!(),
        }
    }

    #[test]
    fn kinds_match_by_name_or_prefix() {
        let names = |arguments: &[&str]| {
            chosen(&options(arguments)).unwrap().iter().map(|sample| sample.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&["reminder"]), ["reminder"]);
        assert_eq!(names(&["access"]).len(), 7);
        assert_eq!(names(&["invitation-several"]), ["invitation-several"]);
        assert_eq!(names(&[]).len(), 20);
        let error = chosen(&options(&["newsletter"])).unwrap_err().to_string();
        assert!(error.contains("invitation") && error.contains("digest"), "{error}");
    }

    #[test]
    fn every_email_is_written_to_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let (html, eml) = (folder.path().join("html"), folder.path().join("eml"));
        for (flag, path) in [("--html", &html), ("--eml", &eml)] {
            let options = options(&["--language", "de", flag, path.to_str().unwrap()]);
            let mut terminal = Terminal::of_process(&Cli::try_parse_from(["regrant", "-q", "doctor"]).unwrap().global);
            assert_eq!(run(&options, &mut terminal).unwrap(), Outcome::Fine);
        }
        for folder in [&html, &eml] {
            assert_eq!(std::fs::read_dir(folder).unwrap().count(), 20, "one file each");
        }
        assert!(std::fs::read_to_string(html.join("digest.html")).unwrap().contains("lang=\"de\""));
    }

    #[test]
    fn plain_text_fits_80_columns() {
        for sample in chosen(&options(&[])).unwrap() {
            let email = sample.with(write).unwrap();
            let body = plain_text(&email).split_once("\n\n").unwrap().1.to_owned();
            assert!(body.lines().all(|line| line.chars().count() <= 80 || line.starts_with("https://")), "{body}");
        }
    }
}
