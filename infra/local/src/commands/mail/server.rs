//! `regrant mail server`: the server that takes this machine's letters. Its password is shown never again.

use regrant::domain::text::Foreign;
use regrant::embedded::local_mail::MailServer as Kept;
use regrant::embedded::mail_server;
use regrant::embedded::smtp::Login;

use crate::args::{Global, MailServer};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::house::{House, Workers};
use crate::screen::Screen;
use crate::secret_input;

pub(super) async fn run(global: &Global, server: &MailServer, screen: &mut Screen) -> Result<Outcome, CliError> {
    let house = House::open(global).await?;
    if house.workers == Workers::Functions {
        return Err(CliError::NotOnAStack("a stack's letters go by Amazon SES; infra/aws.md has the steps"));
    }
    match server {
        MailServer::Set { url, user } => {
            // Before a password is asked for that could not be used.
            Kept::new(url, None)?;
            let login = user
                .as_deref()
                .map(|user| secret_input::mail_password(user).map(|password| Login { user: user.into(), password }));
            let kept = Kept::new(url, login.transpose()?)?;
            mail_server::set(&house.ports, &kept).await?;
            screen.line(&format!("Letters go to {} from now on; it let us in.", shown(&kept)))?;
            if house.ports.settings.mail.sender.is_none() {
                screen.hint("Name a sender in REGRANT_MAIL_FROM; without one no letter is written.");
            }
            screen.hint("`regrant mail test ADDRESS` sends one letter about nothing.");
        }
        MailServer::Show { json } => show(&house, *json, screen).await?,
        MailServer::Remove => {
            mail_server::forget(&house.ports).await?;
            screen.line("No mail server is set any more. Letters become files in the folder `outbox`.")?;
        }
    }
    Ok(Outcome::Fine)
}

async fn show(house: &House, as_json: bool, screen: &mut Screen) -> Result<(), CliError> {
    let kept = mail_server::current(&house.ports).await?;
    if as_json {
        let server = kept.as_ref().map(|kept| serde_json::json!({ "url": kept.url(), "user": kept.user() }));
        screen.line(&serde_json::json!({ "server": server }).to_string())?;
    } else {
        match kept {
            Some(kept) => screen.line(&shown(&kept))?,
            None => screen.tell("None is set. Letters become files in the folder `outbox` beside the ledger."),
        }
    }
    Ok(())
}

fn shown(server: &Kept) -> String {
    let url = Foreign::new(server.url());
    server.user().map_or_else(|| url.to_string(), |user| format!("{url} as {}", Foreign::new(user)))
}
