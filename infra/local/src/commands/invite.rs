//! `regrant invite`: a link for somebody who may consent.

use regrant::domain::text::Foreign;
use regrant::usecases::consent::invite::{InviteError, invite, revoke};
use regrant::web::json;

use crate::args::{Global, Invite};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::house::House;
use crate::output::when;
use crate::screen::Screen;

pub(super) async fn run(global: &Global, options: &Invite, screen: &mut Screen) -> Result<Outcome, CliError> {
    let house = House::open(global).await?;
    let org = house.org(&options.org).await?;
    if let Some(id) = &options.revoke {
        let closed = house.ports.ledger.invitation(id).await?;
        closed.filter(|found| found.org == org.id && found.app == options.app).ok_or(InviteError::NoSuchInvitation)?;
        let was_open = !options.dry_run && revoke(&house.ports, id).await?;
        screen.line(match (options.dry_run, was_open) {
            (true, _) => "Would take the invitation back.",
            (false, true) => "Taken back: its link starts nothing any more.",
            (false, false) => "It was closed already.",
        })?;
        return Ok(Outcome::Fine);
    }
    let app = house.app(&org, &options.app).await?;
    let about = format!("{} in {}", app.identity.label, Foreign::new(org.domain()));
    if options.dry_run {
        screen.line(&format!("Would make a link for {about} and take older open ones back."))?;
        return Ok(Outcome::Fine);
    }
    let invited = invite(&house.ports, &org.id, &options.app).await?;
    let invitation = &invited.invitation;
    if options.json {
        let link = invited.link.as_str();
        let object = serde_json::json!({ "id": invitation.id, "expires_at": invitation.expires_at, "link": link });
        json::write(screen.out(), &object)?;
        screen.print("\n")?;
        return Ok(Outcome::Fine);
    }
    screen.line(invited.link.as_str())?;
    screen.hint(&format!(
        "For a Microsoft Global Administrator, about {about}. It ends {}.\nInvitation {}: the page names it too.",
        when(invitation.expires_at),
        invitation.id
    ));
    Ok(Outcome::Fine)
}
