//! Holding email: after an import, an operator can look at what would be sent before anyone is emailed.
//!
//! A hold covers the whole installation or one org. Planning creates no emails while it lasts, and emails that were planned
//! before stay unsent. Hooks are called as usual. A digest is held only with the whole installation.

use futures_util::TryStreamExt as _;

use crate::domain::id::OrgId;
use crate::domain::mail_hold::MailHold;
use crate::domain::notification::{About, Notification};
use crate::ledger::{LedgerError, paging};
use crate::usecases::Ports;

/// How many records are read at a time.
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

/// The active holds, the installation's first.
pub async fn active_holds(ports: &Ports) -> Result<Vec<MailHold>, LedgerError> {
    let holds = paging::items(PAGE, |page| ports.ledger.mail_holds(page));
    holds.try_filter(|hold| std::future::ready(hold.is_active())).try_collect().await
}
