//! Holding email: after an import, an operator can look at what would be sent before anyone is emailed.
//!
//! A hold covers the whole installation or one org. Planning creates no emails while it lasts, and emails that were planned
//! before stay unsent. Hooks are called as usual. A digest is held only with the whole installation.

use futures_util::TryStreamExt as _;

use crate::domain::id::OrgId;
use crate::domain::mail_hold::{MailHold, Release};
use crate::domain::notification::{About, Draft, Notification};
use crate::domain::org::OrgProfile;
use crate::ledger::{LedgerError, paging};
use crate::queue::NotificationWork;
use crate::usecases::Ports;

use super::NotifyError;
use super::plan::emails_to_plan;
use super::queue_due::queue_due;

/// How many records are read or queued at a time.
const PAGE: u32 = 100;

/// The active hold that covers an org, if there is one.
pub async fn active_hold(ports: &Ports, org: &OrgId) -> Result<Option<MailHold>, LedgerError> {
    for scope in [None, Some(org)] {
        if let Some(hold) = ports.ledger.mail_hold(scope).await?.filter(MailHold::is_active) {
            return Ok(Some(hold));
        }
    }
    Ok(None)
}

/// Whether a notification must not be emailed now.
pub(super) async fn is_on_hold(ports: &Ports, notification: &Notification) -> Result<bool, LedgerError> {
    if matches!(notification.about, About::Digest { .. }) {
        return Ok(ports.ledger.mail_hold(None).await?.is_some_and(|hold| hold.is_active()));
    }
    Ok(active_hold(ports, &notification.org).await?.is_some())
}

/// Puts email on hold. `false` if this scope already is.
pub async fn hold(ports: &Ports, org: Option<&OrgId>) -> Result<bool, LedgerError> {
    if ports.ledger.mail_hold(org).await?.is_some_and(|hold| hold.is_active()) {
        return Ok(false);
    }
    let hold = MailHold { org: org.cloned(), since: ports.clock.now(), by: ports.actor.clone(), released: None };
    ports.ledger.put_mail_hold(&hold).await?;
    Ok(true)
}

/// Releases a hold, and plans and queues what was held. `false` if this scope was not on hold.
pub async fn release(ports: &Ports, org: Option<&OrgId>) -> Result<bool, NotifyError> {
    let Some(hold) = ports.ledger.mail_hold(org).await?.filter(MailHold::is_active) else { return Ok(false) };
    let released = Some(Release { at: ports.clock.now(), by: ports.actor.clone() });
    ports.ledger.put_mail_hold(&MailHold { released, ..hold }).await?;
    let plan = |org: &OrgId| NotificationWork::Plan { org: org.clone(), app: None };
    match org {
        Some(org) => ports.queues.notifications.send(&[plan(org)]).await?,
        None => {
            let mut pages = paging::pages(PAGE, |page| ports.ledger.orgs(page));
            while let Some(orgs) = pages.try_next().await? {
                let messages: Vec<_> = orgs.iter().map(|org| plan(&org.id)).collect();
                ports.queues.notifications.send(&messages).await?;
            }
        }
    }
    queue_due(ports).await?;
    Ok(true)
}

/// The active holds, the installation's first.
pub async fn active_holds(ports: &Ports) -> Result<Vec<MailHold>, LedgerError> {
    let holds = paging::items(PAGE, |page| ports.ledger.mail_holds(page));
    holds.try_filter(|hold| std::future::ready(hold.is_active())).try_collect().await
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
