//! `regrant mail server`: the server that delivers this machine's emails. Its password is never shown.

use anyhow::bail;
use clap::Subcommand;
use regrant::embedded::local_mail::MailServer;
use regrant::embedded::mail_server;
use regrant::embedded::smtp::Login;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::escaped;
use crate::secret_input;
use crate::terminal::Terminal;

/// `regrant mail server …`.
#[derive(Debug, Subcommand)]
pub enum Server {
    /// Connect to a server and save it. Reads a password from standard input or a hidden prompt.
    #[command(after_help = "\
Examples:
  regrant mail server set smtps://mail.example.com --user me < password.txt
  regrant mail server set 'smtp://mail.example.com?tls=required' --user me
  regrant mail server set smtp://localhost:25")]
    Set {
        /// Its URL: `smtps://HOST[:465]`, or `smtp://HOST[:587]?tls=required`.
        url: String,
        /// The user name, if the server requires one.
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
    },
    /// Show the server without its password.
    Show {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Remove the server. Emails are then stored in the folder `outbox` next to the ledger.
    Remove,
}

pub(crate) async fn run(global: &Global, server: &Server, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = match server {
        Server::Set { .. } => Installation::open(global).await?,
        Server::Show { .. } | Server::Remove => Installation::open_existing(global).await?,
    };
    installation.refuse_stack("a stack sends its emails through Amazon SES; see infra/aws.md")?;
    match server {
        Server::Set { url, user } => {
            // Refuses an unusable URL before asking for a password.
            MailServer::new(url, None)?;
            let login = user
                .as_deref()
                .map(|user| secret_input::mail_password(user).map(|password| Login { user: user.into(), password }));
            let server = MailServer::new(url, login.transpose()?)?;
            mail_server::set(&installation.ports, &server).await?;
            terminal.line(&format!("Connected to {} and saved it. Emails are now sent through it.", shown(&server)))?;
            if installation.ports.settings.mail.sender.is_none() {
                terminal.hint("No email is sent until you set the sender address in REGRANT_MAIL_FROM.");
            }
            terminal.hint("To send a test email:\n  regrant mail test ADDRESS");
        }
        Server::Show { json } => show(&installation, *json, terminal).await?,
        Server::Remove => {
            if mail_server::current(&installation.ports).await?.is_none() {
                bail!("no mail server is set; set one with `regrant mail server set URL`");
            }
            mail_server::forget(&installation.ports).await?;
            terminal.line("Removed the mail server. Emails are now stored in the folder outbox.")?;
        }
    }
    Ok(Outcome::Fine)
}

async fn show(installation: &Installation, as_json: bool, terminal: &mut Terminal) -> anyhow::Result<()> {
    let server = mail_server::current(&installation.ports).await?;
    if as_json {
        let shown = server.as_ref().map(|server| serde_json::json!({ "url": server.url(), "user": server.user() }));
        terminal.line(&serde_json::json!({ "server": shown }).to_string())?;
    } else {
        match server {
            Some(server) => terminal.line(&shown(&server))?,
            None => {
                terminal.message("No mail server is set. Emails are stored in the folder outbox next to the ledger.");
            }
        }
    }
    Ok(())
}

fn shown(server: &MailServer) -> String {
    let url = escaped(server.url());
    server.user().map_or_else(|| url.clone(), |user| format!("{url} as {}", escaped(user)))
}
