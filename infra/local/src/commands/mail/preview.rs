//! `regrant mail preview`: the emails on invented data, without sending any.

use std::path::Path;

use regrant::emails::samples;
use regrant::emails::samples::Sample;
use regrant::emails::write;
use regrant::embedded::folder::Folder;
use regrant::mail::{Email, MailTransport as _};

use crate::args::MailPreview;
use crate::error::CliError;
use crate::exit::Outcome;
use crate::terminal::Terminal;

pub(super) async fn run(options: &MailPreview, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let chosen = chosen(options)?;
    for sample in &chosen {
        let email = sample.with(write).map_err(|error| CliError::Preview(error.to_string()))?;
        if let Some(folder) = &options.html {
            keep(folder, sample, &email).await?;
        } else if let Some(folder) = &options.eml {
            let transport = Folder::new(folder);
            transport.send(&email).await.map_err(|error| CliError::Preview(error.to_string()))?;
        } else {
            terminal.print(&on_paper(&email))?;
        }
    }
    if let Some(folder) = options.html.as_ref().or(options.eml.as_ref()) {
        terminal.hint(&format!("{} emails are in {}.", chosen.len(), folder.display()));
    }
    Ok(Outcome::Fine)
}

/// The samples whose name is or begins with the kind; all where none is named.
fn chosen(options: &MailPreview) -> Result<Vec<Sample>, CliError> {
    let all = samples::all(options.language).map_err(|error| CliError::Preview(error.to_string()))?;
    let Some(kind) = options.kind.as_deref() else { return Ok(all) };
    let names: Vec<&str> = all.iter().map(|sample| sample.name).collect();
    let unknown = CliError::NoSuchEmail { names: names.join(", ") };
    let one: Vec<Sample> = all.iter().filter(|sample| sample.name == kind).cloned().collect();
    let some = if one.is_empty() { all.into_iter().filter(|s| s.name.starts_with(kind)).collect() } else { one };
    if kind.is_empty() || some.is_empty() { Err(unknown) } else { Ok(some) }
}

async fn keep(folder: &Path, sample: &Sample, email: &Email) -> Result<(), CliError> {
    tokio::fs::create_dir_all(folder).await?;
    tokio::fs::write(folder.join(format!("{}.html", sample.name)), &email.html).await?;
    Ok(())
}

/// What a reader of plain text sees, headers first.
fn on_paper(email: &Email) -> String {
    let mut headers = vec![("From", email.from.to_string()), ("To", email.to.to_string())];
    headers.extend([("Subject", email.subject.clone()), ("Message-ID", email.message_id.clone())]);
    headers.extend(email.headers.iter().map(|(name, value)| (name.as_str(), value.clone())));
    let headers: Vec<String> = headers.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    format!("{}\n\n{}\n{}\n", headers.join("\n"), email.text, "=".repeat(78))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::{Cli, Command, Mail};

    fn options(arguments: &[&str]) -> MailPreview {
        let arguments = ["regrant", "mail", "preview"].iter().chain(arguments);
        match Cli::try_parse_from(arguments).unwrap().command {
            Command::Mail(Mail::Preview(options)) => options,
            _ => unreachable!(),
        }
    }

    #[test]
    fn a_kind_is_chosen_by_its_name_and_a_group_by_its_beginning() {
        let names = |arguments: &[&str]| {
            chosen(&options(arguments)).unwrap().iter().map(|sample| sample.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&["reminder"]), ["reminder"]);
        assert_eq!(names(&["access"]).len(), 7);
        assert_eq!(names(&[]).len(), 17);
        let told = chosen(&options(&["newsemail"])).unwrap_err().to_string();
        assert!(told.contains("invitation") && told.contains("digest"), "{told}");
    }

    #[tokio::test]
    async fn files_are_written_for_every_email_and_none_is_sent() {
        let folder = tempfile::tempdir().unwrap();
        let (html, eml) = (folder.path().join("html"), folder.path().join("eml"));
        for (flag, path) in [("--html", &html), ("--eml", &eml)] {
            let options = options(&["--language", "de", flag, path.to_str().unwrap()]);
            let mut terminal =
                Terminal::of_process(&crate::args::Cli::try_parse_from(["regrant", "-q", "doctor"]).unwrap().global);
            assert_eq!(run(&options, &mut terminal).await.unwrap(), Outcome::Fine);
        }
        assert_eq!(std::fs::read_dir(&html).unwrap().count(), 17);
        assert!(std::fs::read_dir(&eml).unwrap().count() >= 15);
        assert!(std::fs::read_to_string(html.join("digest.html")).unwrap().contains("lang=\"de\""));
    }

    #[test]
    fn the_text_fits_a_terminal_of_80_columns() {
        for sample in chosen(&options(&[])).unwrap() {
            let email = sample.with(write).unwrap();
            let body = on_paper(&email).split_once("\n\n").unwrap().1.to_owned();
            assert!(body.lines().all(|line| line.chars().count() <= 80 || line.starts_with("https://")), "{body}");
        }
    }
}
