//! Who receives email about an org: its own contacts, and the installation's contacts as the fallback.

use crate::domain::contact::{Audience, Contacts, MailAddress};
use crate::domain::id::OrgId;
use crate::domain::org::OrgProfile;
use crate::ledger::LedgerError;
use crate::settings::Settings;
use crate::usecases::Ports;

/// The contacts of an org. Operators and escalation contacts that the org does not set come from the installation. Empty if no
/// sender address is set, because then no email is sent.
pub fn contacts_of(org: &OrgProfile, settings: &Settings) -> Contacts {
    if settings.mail.sender.is_none() {
        return Contacts::default();
    }
    let own = &org.contacts;
    if own.is_empty() {
        return settings.mail.contacts.clone();
    }
    let or_fallback =
        |own: &[MailAddress], fallback: &[MailAddress]| if own.is_empty() { fallback.to_vec() } else { own.to_vec() };
    let fallback = &settings.mail.contacts;
    Contacts {
        // No fallback: an administrator belongs to one tenant.
        administrators: own.administrators.clone(),
        operators: or_fallback(&own.operators, &fallback.operators),
        escalation: or_fallback(&own.escalation, &fallback.escalation),
        ..own.clone()
    }
}

/// Adds an address to the contacts of an org. `false` if it is one already.
pub async fn add_contact(
    ports: &Ports,
    mut org: OrgProfile,
    audience: Audience,
    address: &MailAddress,
) -> Result<bool, LedgerError> {
    let changes = org.contacts.add(audience, address);
    if changes {
        ports.ledger.put_org(&org).await?;
    }
    Ok(changes)
}

/// Removes an address from the contacts of an org. `false` if it is not one.
pub async fn remove_contact(
    ports: &Ports,
    mut org: OrgProfile,
    audience: Audience,
    address: &MailAddress,
) -> Result<bool, LedgerError> {
    let changes = org.contacts.remove(audience, address);
    if changes {
        ports.ledger.put_org(&org).await?;
    }
    Ok(changes)
}

/// Stores the contacts of an org. `false` if the org is not known.
pub async fn set_contacts(ports: &Ports, org: &OrgId, contacts: Contacts) -> Result<bool, LedgerError> {
    let Some(profile) = ports.ledger.org(org).await? else { return Ok(false) };
    ports.ledger.put_org(&OrgProfile { contacts, ..profile }).await?;
    Ok(true)
}
