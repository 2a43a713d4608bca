//! `regrant invite`: a link for somebody who may consent.

use regrant::domain::text::UntrustedText;
use regrant::usecases::consent::invite::{InviteError, invite, revoke_invitation};
use regrant::web::json;

use crate::args::{Global, Invite};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::Installation;
use crate::output::when;
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, options: &Invite, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let installation = Installation::open(global).await?;
    let org = installation.org(&options.org).await?;
    if let Some(id) = &options.revoke {
        let closed = installation.ports.ledger.invitation(id).await?;
        closed.filter(|found| found.org == org.id && found.app == options.app).ok_or(InviteError::NoSuchInvitation)?;
        let was_open = !options.dry_run && revoke_invitation(&installation.ports, id).await?;
        terminal.line(match (options.dry_run, was_open) {
            (true, _) => "Would take the invitation back.",
            (false, true) => "Taken back: its link starts nothing any more.",
            (false, false) => "It was closed already.",
        })?;
        return Ok(Outcome::Fine);
    }
    let app = installation.app(&org, &options.app).await?;
    let about = format!("{} in {}", app.identity.label, UntrustedText::new(org.domain()));
    if options.dry_run {
        terminal.line(&format!("Would make a link for {about} and take older open ones back."))?;
        return Ok(Outcome::Fine);
    }
    let invited = invite(&installation.ports, &org.id, &options.app).await?;
    let invitation = &invited.invitation;
    if options.json {
        let link = invited.link.as_str();
        let object = serde_json::json!({ "id": invitation.id, "expires_at": invitation.expires_at, "link": link });
        json::write(terminal.out(), &object)?;
        terminal.print("\n")?;
        return Ok(Outcome::Fine);
    }
    terminal.line(invited.link.as_str())?;
    terminal.hint(&format!(
        "For a Microsoft Global Administrator, about {about}. It ends {}.\nInvitation {}: the page names it too.",
        when(invitation.expires_at),
        invitation.id
    ));
    Ok(Outcome::Fine)
}
