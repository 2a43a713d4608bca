//! Who is written to about an org: its own people, and the installation's where it names none.

use crate::domain::contact::{Contacts, MailAddress};
use crate::domain::id::OrgId;
use crate::domain::org::OrgProfile;
use crate::ledger::LedgerError;
use crate::settings::Settings;
use crate::usecases::Ports;

/// The people of an org. Each side that the org names nobody for is the installation's; nobody, where no emails are sent.
pub fn contacts_of(org: &OrgProfile, settings: &Settings) -> Contacts {
    if settings.mail.sender.is_none() {
        return Contacts::default();
    }
    let own = &org.contacts;
    if own.is_empty() {
        return settings.mail.contacts.clone();
    }
    let either =
        |own: &[MailAddress], common: &[MailAddress]| if own.is_empty() { common.to_vec() } else { own.to_vec() };
    let common = &settings.mail.contacts;
    Contacts {
        // An administrator is of one tenant, so nobody else's stands in.
        administrators: own.administrators.clone(),
        operators: either(&own.operators, &common.operators),
        escalation: either(&own.escalation, &common.escalation),
        ..own.clone()
    }
}

/// Writes who is written to about an org. `false` where the org is not known.
pub async fn set_contacts(ports: &Ports, org: &OrgId, contacts: Contacts) -> Result<bool, LedgerError> {
    let Some(profile) = ports.ledger.org(org).await? else { return Ok(false) };
    ports.ledger.put_org(&OrgProfile { contacts, ..profile }).await?;
    Ok(true)
}
