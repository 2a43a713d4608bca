//! What a notification is about, gathered from the ledger just before it is sent, and whether it is still to be sent.

use crate::domain::access_problem::OrgWatch;
use crate::domain::app::AppRecord;
use crate::domain::contact::{Audience, Contacts, MailAddress};
use crate::domain::notification::reason::{holds_for_app, holds_for_org};
use crate::domain::notification::{About, Notification, WhyDropped};
use crate::domain::org::OrgProfile;
use crate::ledger::LedgerError;
use crate::usecases::Ports;

use super::contacts::contacts_of;

/// What a notification is about.
pub(super) struct Matter {
    pub(super) org: OrgProfile,
    pub(super) contacts: Contacts,
    pub(super) app: Option<AppRecord>,
    pub(super) watch: Option<OrgWatch>,
}

/// Gathers what a notification is about, or says why it is not to be sent any more.
pub(super) async fn matter_of(
    ports: &Ports,
    notification: &Notification,
) -> Result<Result<Matter, WhyDropped>, LedgerError> {
    let Some(org) = ports.ledger.org(&notification.org).await? else { return Ok(Err(WhyDropped::Superseded)) };
    let contacts = contacts_of(&org, &ports.settings);
    if let Some(address) = notification.address()
        && let Some(why) = held_back(ports, notification, address, &contacts).await?
    {
        return Ok(Err(why));
    }
    let mut matter = Matter { org, contacts, app: None, watch: None };
    let holds = if let Some(id) = &notification.app {
        let Some(app) = ports.ledger.app(&notification.org, id).await? else { return Ok(Err(WhyDropped::Superseded)) };
        let waiver = ports.ledger.waiver(&notification.org, id).await?;
        let holds = holds_for_app(notification, &app, waiver.as_ref(), ports.clock.now());
        matter.app = Some(app);
        holds
    } else {
        matter.watch = ports.ledger.org_watch(&notification.org).await?;
        holds_for_org(notification, matter.watch.as_ref())
    };
    Ok(holds.map(|()| matter))
}

/// What keeps an email from this reader.
async fn held_back(
    ports: &Ports,
    notification: &Notification,
    address: &MailAddress,
    contacts: &Contacts,
) -> Result<Option<WhyDropped>, LedgerError> {
    // The end is told to everybody who was asked, whoever is a contact by then.
    if notification.about != About::Done && !is_a_contact(address, contacts) {
        return Ok(Some(WhyDropped::NoLongerAContact));
    }
    if ports.ledger.suppression(address).await?.is_some() {
        return Ok(Some(WhyDropped::Suppressed));
    }
    let muted = notification.about.can_be_muted() && ports.ledger.is_muted(&notification.request, address).await?;
    Ok(muted.then_some(WhyDropped::Muted))
}

/// Whether emails about the org of these contacts go to `address`.
pub(super) fn is_a_contact(address: &MailAddress, contacts: &Contacts) -> bool {
    let sides = [Audience::MicrosoftAdministrator, Audience::OktaOperator, Audience::Escalation];
    sides.into_iter().flat_map(|side| contacts.of(side)).any(|contact| contact.digest() == address.digest())
}
