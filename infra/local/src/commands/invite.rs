//! `regrant invite`: creates or revokes a consent link for a Global Administrator.

use clap::Args;
use regrant::domain::id::{AppId, InvitationId};
use regrant::usecases::consent::invite::{InviteError, invite, revoke_invitation};

use super::invite_all::{self, InviteAll};
use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::{escaped, when};
use crate::terminal::Terminal;

/// `regrant invite`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  regrant invite acme.okta.com 0oa1 --public-url https://regrant.example.com
  regrant invite --all --standing needs-consent --customer Contoso --dry-run
A new link revokes the app's older open links.")]
pub struct Invite {
    /// The app's org, by id or host.
    #[arg(required_unless_present = "all")]
    pub org: Option<String>,
    /// The app's id.
    #[arg(required_unless_present = "all")]
    pub app: Option<AppId>,
    /// For many apps at once.
    #[command(flatten)]
    pub many: InviteAll,
    /// Revoke this invitation instead of creating one.
    #[arg(long, value_name = "ID", conflicts_with = "all")]
    pub revoke: Option<InvitationId>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Show what would be done and stop.
    #[arg(long, conflicts_with = "json")]
    pub dry_run: bool,
}

pub(crate) async fn run(global: &Global, options: &Invite, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let (Some(org), Some(app_id)) = (&options.org, &options.app) else {
        return invite_all::run(&installation, &options.many, options.dry_run, options.json, terminal).await;
    };
    let org = installation.org(org).await?;
    if let Some(id) = &options.revoke {
        let found = installation.ports.ledger.invitation(id).await?;
        found.filter(|found| found.org == org.id && found.app == *app_id).ok_or(InviteError::NoSuchInvitation)?;
        if options.dry_run {
            terminal.line("Would revoke the invitation and end the sessions that began with it.")?;
            return Ok(Outcome::Fine);
        }
        let revoked = revoke_invitation(&installation.ports, id).await?;
        let what =
            if revoked.was_open { "Revoked: the link no longer works." } else { "The invitation was already closed." };
        terminal.line(&format!("{what} Sessions ended: {}.", revoked.sessions_ended))?;
        return Ok(Outcome::Fine);
    }
    let app = installation.app(&org, app_id).await?;
    let name = format!("{} in {}", app.identity.label, escaped(org.domain()));
    if options.dry_run {
        terminal.line(&format!("Would create a link for {name} and revoke its older open links."))?;
        return Ok(Outcome::Fine);
    }
    let invited = invite(&installation.ports, &org.id, app_id).await?;
    let invitation = &invited.invitation;
    if options.json {
        let link = invited.link.as_str();
        let object = serde_json::json!({ "id": invitation.id, "expires_at": invitation.expires_at, "link": link });
        terminal.json(&object)?;
        return Ok(Outcome::Fine);
    }
    terminal.line(invited.link.as_str())?;
    terminal.hint(&format!(
        "Send this link to a Microsoft Global Administrator. It is for {name} and expires {}.\n\
         To revoke it:\n  regrant invite {} {} --revoke {}",
        when(invitation.expires_at),
        escaped(org.domain()),
        app_id,
        invitation.id
    ));
    Ok(Outcome::Fine)
}
