//! Releasing held email, and showing what is held.

use futures_util::TryStreamExt as _;

use crate::domain::id::OrgId;
use crate::domain::mail_hold::{MailHold, Release};
use crate::domain::notification::Draft;
use crate::domain::org::OrgProfile;
use crate::ledger::paging;
use crate::queue::NotificationWork;
use crate::usecases::Ports;

use super::NotifyError;
use super::hold::active_holds;
use super::plan::emails_to_plan;
use super::queue_due::queue_due;

/// How many records are read or queued at a time.
const PAGE: u32 = 100;

/// Releases a hold, and plans and queues what was held. `false` if this scope was not on hold.
pub async fn release(ports: &Ports, org: Option<&OrgId>) -> Result<bool, NotifyError> {
    let Some(hold) = ports.ledger.mail_hold(org).await?.filter(MailHold::is_active) else { return Ok(false) };
    let released = Some(Release { at: ports.clock.now(), by: ports.actor.clone() });
    ports.ledger.put_mail_hold(&MailHold { released, ..hold }).await?;
    let plan = |org: &OrgId| NotificationWork::Plan { org: org.clone(), app: None };
    if let Some(org) = org {
        ports.queues.notifications.send(&[plan(org)]).await?;
    } else {
        let mut pages = paging::pages(PAGE, |page| ports.ledger.orgs(page));
        while let Some(orgs) = pages.try_next().await? {
            let messages: Vec<_> = orgs.iter().map(|org| plan(&org.id)).collect();
            ports.queues.notifications.send(&messages).await?;
        }
    }
    queue_due(ports).await?;
    Ok(true)
}

/// An org whose email is on hold, and the emails that would be planned for it now.
#[derive(Debug, Clone)]
pub struct HeldOrg {
    /// The org.
    pub org: OrgProfile,
    /// The emails.
    pub emails: Vec<Draft>,
}

/// What would be sent without the active holds. Writes nothing.
pub async fn held_emails(ports: &Ports) -> Result<Vec<HeldOrg>, NotifyError> {
    let holds = active_holds(ports).await?;
    let is_held = |org: &OrgId| holds.iter().any(|hold| hold.org.as_ref().is_none_or(|held| held == org));
    let mut held = Vec::new();
    let mut orgs = paging::items(PAGE, |page| ports.ledger.orgs(page));
    while let Some(org) = orgs.try_next().await? {
        if is_held(&org.id) {
            let emails = emails_to_plan(ports, &org).await?;
            held.push(HeldOrg { org, emails });
        }
    }
    Ok(held)
}
