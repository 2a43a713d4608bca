//! `regrant mail server`: the server that takes this machine's emails. Its password is shown never again.

use regrant::domain::text::UntrustedText;
use regrant::embedded::local_mail::MailServer as Kept;
use regrant::embedded::mail_server;
use regrant::embedded::smtp::Login;

use crate::args::{Global, MailServer};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::{Installation, Workers};
use crate::secret_input;
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, server: &MailServer, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let installation = Installation::open(global).await?;
    if installation.workers == Workers::Functions {
        return Err(CliError::NotOnAStack("a stack's emails go by Amazon SES; infra/aws.md has the steps"));
    }
    match server {
        MailServer::Set { url, user } => {
            // Before a password is asked for that could not be used.
            Kept::new(url, None)?;
            let login = user
                .as_deref()
                .map(|user| secret_input::mail_password(user).map(|password| Login { user: user.into(), password }));
            let kept = Kept::new(url, login.transpose()?)?;
            mail_server::set(&installation.ports, &kept).await?;
            terminal.line(&format!("Emails go to {} from now on; it let us in.", shown(&kept)))?;
            if installation.ports.settings.mail.sender.is_none() {
                terminal.hint("Name a sender in REGRANT_MAIL_FROM; without one no email is written.");
            }
            terminal.hint("`regrant mail test ADDRESS` sends one email about nothing.");
        }
        MailServer::Show { json } => show(&installation, *json, terminal).await?,
        MailServer::Remove => {
            mail_server::forget(&installation.ports).await?;
            terminal.line("No mail server is set any more. Emails become files in the folder `outbox`.")?;
        }
    }
    Ok(Outcome::Fine)
}

async fn show(installation: &Installation, as_json: bool, terminal: &mut Terminal) -> Result<(), CliError> {
    let kept = mail_server::current(&installation.ports).await?;
    if as_json {
        let server = kept.as_ref().map(|kept| serde_json::json!({ "url": kept.url(), "user": kept.user() }));
        terminal.line(&serde_json::json!({ "server": server }).to_string())?;
    } else {
        match kept {
            Some(kept) => terminal.line(&shown(&kept))?,
            None => terminal.tell("None is set. Emails become files in the folder `outbox` beside the ledger."),
        }
    }
    Ok(())
}

fn shown(server: &Kept) -> String {
    let url = UntrustedText::new(server.url());
    server.user().map_or_else(|| url.to_string(), |user| format!("{url} as {}", UntrustedText::new(user)))
}
