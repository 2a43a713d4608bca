//! `invite`, `save` and `finish`: the three ways from a dead consent to one that works again. They name an app alike.

use clap::Args;
use regrant::domain::id::{AppId, InvitationId};

/// `invite`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  regrant invite acme.okta.com 0oa1 --public-url https://regrant.example.com
An older open link for the same app is taken back.")]
pub struct Invite {
    /// The app's org, by id or host.
    pub org: String,
    /// The app, by id.
    pub app: AppId,
    /// Take this invitation back instead of making one.
    #[arg(long, value_name = "ID")]
    pub revoke: Option<InvitationId>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Say what would be done and stop.
    #[arg(long, conflicts_with = "json")]
    pub dry_run: bool,
}

/// `save`.
#[derive(Debug, Args)]
pub struct Save {
    /// The app's org, by id or host.
    pub org: String,
    /// The app, by id.
    pub app: AppId,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Read the connection, say what would be done, and stop.
    #[arg(long, conflicts_with = "json")]
    pub dry_run: bool,
}

/// `finish`.
#[derive(Debug, Args)]
#[command(after_help = "\
Prints Okta's consent link, waits for the text that Okta's last page shows on
standard input, and saves. Bring only text from the page that this link opened.")]
pub struct Finish {
    /// The app's org, by id or host.
    pub org: String,
    /// The app, by id.
    pub app: AppId,
    /// Read the connection, say what would be done, and stop.
    #[arg(long)]
    pub dry_run: bool,
}
