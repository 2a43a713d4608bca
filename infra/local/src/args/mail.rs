//! `mail …`: the emails that people get, and the server that takes them. No argument takes its password.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use regrant::domain::contact::{Language, MailAddress};

/// `mail …`.
#[derive(Debug, Subcommand)]
pub enum Mail {
    /// Show the emails on invented data. Sends nothing.
    Preview(MailPreview),
    /// Set, show and forget the server that takes this machine's emails. A stack's go by Amazon SES.
    #[command(subcommand)]
    Server(MailServer),
    /// Send one email about nothing, to find out whether emails arrive.
    Test(MailTest),
}

/// `mail server …`.
#[derive(Debug, Subcommand)]
pub enum MailServer {
    /// Keep a server, once it was reached. A password is read from standard input, or asked for without showing it.
    #[command(after_help = "\
Examples:
  regrant mail server set smtps://mail.example.com --user me < password.txt
  regrant mail server set 'smtp://mail.example.com?tls=required' --user me
  regrant mail server set smtp://localhost:25")]
    Set {
        /// Where it is: `smtps://HOST[:465]`, or `smtp://HOST[:587]?tls=required`.
        url: String,
        /// The user it wants, where it wants one.
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
    },
    /// Show it, without the password.
    Show {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Forget it. Emails then become files in the folder `outbox` beside the ledger.
    Remove,
}

/// `mail test`.
#[derive(Debug, Args)]
#[command(after_help = "\
It is sent as every email is: from REGRANT_MAIL_FROM, by the mail server that
is set, or by Amazon SES with --stack.")]
pub struct MailTest {
    /// Whom to write to.
    pub address: MailAddress,
    /// The language: en or de.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub language: Language,
}

/// `mail preview`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  regrant mail preview urgent
  regrant mail preview --language de --html emails/")]
pub struct MailPreview {
    /// Which email, such as invitation, urgent, reminder, done or digest; all where none is named.
    pub kind: Option<String>,
    /// The language: en or de.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub language: Language,
    /// Print the text; this is what happens without any other option.
    #[arg(long)]
    pub text: bool,
    /// Write the HTML of each email into this folder instead.
    #[arg(long, value_name = "FOLDER", conflicts_with = "text")]
    pub html: Option<PathBuf>,
    /// Write each email as a mail into this folder instead, for mail programs to open.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["text", "html"])]
    pub eml: Option<PathBuf>,
}
