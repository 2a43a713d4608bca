//! `org …`: which orgs are looked at, and who is written to about them.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use regrant::domain::cloud::Cloud;
use regrant::domain::contact::{Language, MailAddress, QuietHours, TimeZoneName};

/// `org …`.
#[derive(Debug, Subcommand)]
pub enum Org {
    /// Add an org. Its API token is read from standard input, or asked for without showing it.
    Add(OrgAdd),
    /// List the orgs.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Try an org's credential with real calls, and say what is missing.
    Check(OrgCheck),
    /// Say who is written to about an org, or show it.
    Contacts(OrgContacts),
    /// Forget an org, its credential and its apps.
    Remove(OrgRemove),
}

/// `org add`.
#[derive(Debug, Args)]
#[command(after_help = "\
The token never goes on the command line. Examples:
  regrant org add acme.okta.com < token.txt
  regrant org add acme.okta.com --client-id 0oa1 --private-key-file key.pem")]
pub struct OrgAdd {
    /// The org's host, such as acme.okta.com.
    pub host: String,
    /// The Microsoft cloud of the org's tenants: global, gcc-high, dod or 21vianet.
    #[arg(long, value_name = "CLOUD", default_value_t = Cloud::Global)]
    pub cloud: Cloud,
    /// Use an OAuth service app: its client id. Not a secret.
    #[arg(long, value_name = "ID", requires = "private_key_file")]
    pub client_id: Option<String>,
    /// The id of the service app's key, where it has several.
    #[arg(long, value_name = "KID", requires = "client_id")]
    pub key_id: Option<String>,
    /// The file with the service app's private key (PEM); `-` for standard input.
    #[arg(long, value_name = "FILE", requires = "client_id")]
    pub private_key_file: Option<PathBuf>,
    /// Find out which org it is and stop: no credential is read, sent or kept.
    #[arg(long)]
    pub dry_run: bool,
}

/// `org check`.
#[derive(Debug, Args)]
pub struct OrgCheck {
    /// The orgs, by id or host; all where none is named.
    pub org: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `org contacts`.
#[derive(Debug, Args)]
#[command(after_help = "\
Without options it shows them. What is given takes the place of what was there:
  regrant org contacts acme.okta.com --administrator ada@contoso.example \\
      --operator okta@contoso.example --time-zone Europe/Vienna \\
      --quiet-hours 18:00-08:00
Sides that an org names nobody for are written to at the installation's own
REGRANT_MAIL_OPERATORS and REGRANT_MAIL_ESCALATION.")]
pub struct OrgContacts {
    /// The org, by id or host.
    pub org: String,
    /// A Microsoft Global Administrator of the org's tenants; may be given several times.
    #[arg(long, value_name = "ADDRESS")]
    pub administrator: Vec<MailAddress>,
    /// Whoever looks after the Okta org; may be given several times.
    #[arg(long, value_name = "ADDRESS")]
    pub operator: Vec<MailAddress>,
    /// Whoever is told when nobody acts; may be given several times.
    #[arg(long, value_name = "ADDRESS")]
    pub escalation: Vec<MailAddress>,
    /// The language of their emails: en or de.
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Option<Language>,
    /// Their time zone, such as Europe/Vienna.
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<TimeZoneName>,
    /// When they are left in peace, such as 18:00-08:00.
    #[arg(long, value_name = "HOURS")]
    pub quiet_hours: Option<QuietHours>,
    /// Write to the installation's own contacts again.
    #[arg(long, conflicts_with_all = ["administrator", "operator", "escalation", "language", "time_zone", "quiet_hours"])]
    pub clear: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Say what would be changed and stop.
    #[arg(long, conflicts_with = "json")]
    pub dry_run: bool,
}

/// `org remove`.
#[derive(Debug, Args)]
pub struct OrgRemove {
    /// The org, by id or host.
    pub org: String,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    /// Say what would be removed and stop.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
}
