//! A reminder outside of the cadence, because an operator asks for it.

use crate::domain::id::{AppId, OrgId};
use crate::domain::notification::cadence::{Case, NoReminder, reminder_now};
use crate::ledger::LedgerError;
use crate::usecases::Ports;

use super::NotifyError;
use super::contacts::contacts_of;
use super::hold::active_hold;
use super::plan::Planner;

/// Why no reminder was planned.
#[derive(Debug, thiserror::Error)]
pub enum RemindError {
    /// The app is not in the ledger.
    #[error("this app is not known; scan its org again")]
    NoSuchApp,
    /// Email about the org is on hold.
    #[error("email about this org is on hold; release it with `regrant mail release`")]
    OnHold,
    /// No email is due about the app.
    #[error(transparent)]
    NoReminder(#[from] NoReminder),
    /// The notifications were not planned.
    #[error(transparent)]
    Notify(#[from] NotifyError),
    /// The ledger operation failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Emails the people who have to act on an app again, with the same link. Returns the number of emails.
pub async fn remind(ports: &Ports, org: &OrgId, app: &AppId) -> Result<usize, RemindError> {
    let (Some(profile), Some(record)) = ports.ledger.org_and_app(org, app).await? else {
        return Err(RemindError::NoSuchApp);
    };
    if active_hold(ports, org).await?.is_some() {
        return Err(RemindError::OnHold);
    }
    let request = record.request.as_ref().ok_or(NoReminder::NothingToDo)?;
    let so_far = ports.ledger.notifications_of(&request.id).await?;
    let waiver = ports.ledger.waiver(org, app).await?;
    let contacts = contacts_of(&profile, &ports.settings);
    let drafts = reminder_now(&Case {
        app: &record,
        so_far: &so_far,
        waiver: waiver.as_ref(),
        contacts: &contacts,
        deadline: ports.settings.mail.deadline,
        now: ports.clock.now(),
    })?;
    let planner = Planner { ports, org: &profile, contacts, hooks: Vec::new(), now: ports.clock.now() };
    let created = planner.create(drafts).await?;
    Ok(planner.queue(&created).await?)
}
