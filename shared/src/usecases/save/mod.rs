//! Save, the second half of a consent: lets Okta in. Does what the Save button in the Okta Admin Console does, and verifies
//! the result.
//!
//! - [`open_consent`] opens Okta's consent link for a verified session. [`hand_over`](mod@hand_over) accepts the text of
//!   Okta's last page if Okta shows it instead of completing the consent.
//! - [`save`] switches the connection on and reads the result back from Okta and Microsoft. `journal` records each step
//!   before it happens; `outcome` records the result.
//! - [`work`] runs a save as queued work; [`resume`] queues unfinished saves again.
//!
//! Every step can run again after a crash at any point and leads to the same state. A connection that was on before is on
//! afterwards, or the operator is notified. A connection is not switched on without a sign of consent.
//!
//! Who the administrator is has already been verified in [`consent`](crate::usecases::consent).

mod authorization_code;
pub mod hand_over;
pub(in crate::usecases) mod journal;
pub mod open_consent;
mod outcome;
pub mod resume;
pub mod work;

use std::time::Duration;

use jiff::SignedDuration;
use journal::{NewJournal, OpenJournal, already_saving, reading};

use crate::domain::actor::Actor;
use crate::domain::app::AppRecord;
use crate::domain::connection::{AuthScheme, ConnectionStatus};
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::grant::GrantsRead;
use crate::domain::id::{AppId, OrgId};
use crate::domain::org::OrgProfile;
use crate::domain::save::{CodeDelivery, ConfirmedBy, SaveOutcome, Verification};
use crate::domain::session::SessionState;
use crate::domain::tenant::{ClientId, TenantId};
use crate::okta::{Connection, ConsentLink, OktaError, OktaOrg};
use crate::queue::SaveApp;
use crate::usecases::access::graph::{read_grants, read_grants_with_patience};
use crate::usecases::access::okta::okta_client_for;
use crate::usecases::access::registration::resolve_tenant;
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::records::lease::LeaseGuard;
use crate::usecases::save::authorization_code::{delete_code, stored_code};

use super::Ports;

/// How long one save may take before another worker may take over. Longer than the wait for new grants to appear.
pub(in crate::usecases) const LEASE_DURATION: SignedDuration = SignedDuration::from_mins(5);
/// How many times the connection is read back after it was switched on, and the time between reads.
const READ_BACKS: u32 = 3;
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Saves one app's connection. The outcome says whether it was saved and, if not, what is missing.
///
/// Fails with `NotStored` if another worker is saving the same app.
pub async fn save(ports: &Ports, request: &SaveApp) -> Result<SaveOutcome, ConsentError> {
    let name = lease_name(&request.org, &request.app);
    let lease = LeaseGuard::try_acquire(ports, &name, LEASE_DURATION).await?.ok_or_else(already_saving)?;
    let saved = save_under_lease(ports, request).await;
    lease.release(ports).await?;
    saved
}

/// The lease on saving an app.
pub(in crate::usecases) fn lease_name(org: &OrgId, app: &AppId) -> String {
    format!("save/{org}/{app}")
}

async fn save_under_lease(ports: &Ports, request: &SaveApp) -> Result<SaveOutcome, ConsentError> {
    if let Some(outcome) = outcome::settle_earlier_save(ports, request).await? {
        return Ok(outcome);
    }
    let gone = || ConsentError::new(ConsentFailure::SessionLost, "the org or the app was removed");
    let ports = &ports.on_behalf_of(requested_by(ports, request).await?);
    let org = ports.ledger.org(&request.org).await?.ok_or_else(gone)?;
    let app = ports.ledger.app(&request.org, &request.app).await?.ok_or_else(gone)?;
    let api = okta_client_for(ports, &org).await?;
    let save = Save { ports, request, org: &org, app: &app, api: &*api };
    save.run().await
}

/// Who asked for a save: the operator in the message, or the administrator of its session.
async fn requested_by(ports: &Ports, request: &SaveApp) -> Result<Option<Actor>, ConsentError> {
    match (&request.by, &request.session) {
        (None, Some(session)) => Ok(ports.ledger.session(session).await?.and_then(|session| session.actor())),
        (by, _) => Ok(by.clone()),
    }
}

/// A save in progress.
struct Save<'a> {
    ports: &'a Ports,
    request: &'a SaveApp,
    org: &'a OrgProfile,
    app: &'a AppRecord,
    api: &'a dyn OktaOrg,
}

impl Save<'_> {
    async fn run(&self) -> Result<SaveOutcome, ConsentError> {
        let mut journal = OpenJournal::find(self.ports, &self.request.org, &self.request.app).await?;
        if let Some(open) = journal {
            journal = Some(self.send_code_to_okta(open).await?);
        }
        let connection = self.api.connection(&self.request.app).await?;
        let now = reading(&connection);
        let grants = self.read_grants_if_possible(&connection).await;
        if !self.shows_consent(journal.as_ref(), &connection, grants.as_ref()).await? {
            return Ok(SaveOutcome::NoConsent);
        }
        let journal = if let Some(journal) = journal {
            journal
        } else {
            let (org, app, session) = (&self.request.org, &self.request.app, self.request.session.as_ref());
            NewJournal::new(org, app, session, now.clone()).begin(self.ports).await?
        };
        let (journal, after) = if now.is_on() { (journal, connection) } else { self.switch_on(journal).await? };
        let outcome = self.outcome_of(&journal, &after).await;
        let journal = journal.finish(self.ports, outcome.clone()).await?;
        outcome::settle(self.ports, &journal.record).await?;
        Ok(outcome)
    }

    /// Sends the handed-over code to Okta. Codes are single-use. If we cannot tell whether Okta received one, we resend it. A
    /// rejection then proves nothing, so the read-back decides.
    async fn send_code_to_okta(&self, journal: OpenJournal) -> Result<OpenJournal, ConsentError> {
        let (org, app) = (&self.request.org, &self.request.app);
        let is_retry = match journal.record.code_delivery {
            CodeDelivery::Waiting => false,
            CodeDelivery::Attempted => true,
            CodeDelivery::NotNeeded | CodeDelivery::Done | CodeDelivery::Refused => return Ok(journal),
        };
        let Some(stored) = stored_code(self.ports, org, app).await? else { return Ok(journal) };
        let journal = journal.with_code_delivery(self.ports, CodeDelivery::Attempted).await?;
        let journal = match self.api.complete_consent(app, &stored.code, &stored.state).await {
            Ok(()) => journal.with_code_delivery(self.ports, CodeDelivery::Done).await?,
            Err(error) if may_not_have_arrived(&error) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(%org, %app, %error, is_retry, "Okta rejected the handed-over code");
                let now = if is_retry { CodeDelivery::Attempted } else { CodeDelivery::Refused };
                journal.with_code_delivery(self.ports, now).await?
            }
        };
        delete_code(self.ports, org, app).await?;
        Ok(journal)
    }

    /// Whether there is a sign of consent: something we read, or a confirmation that counts.
    async fn shows_consent(
        &self,
        journal: Option<&OpenJournal>,
        connection: &Connection,
        grants: Option<&GrantsRead>,
    ) -> Result<bool, ConsentError> {
        let record = journal.map(|journal| &journal.record);
        let code_accepted =
            record.is_some_and(|r| matches!(r.code_delivery, CodeDelivery::Done | CodeDelivery::Attempted));
        // Only a save that has already changed the connection has to restore it.
        let to_restore = record.is_some_and(|record| record.before.is_on()) && !reading(connection).is_on();
        let code_refused = record.is_some_and(|record| record.code_delivery == CodeDelivery::Refused);
        let granted = grants.is_some_and(|grants| grants.suffices(&self.ports.settings.permissions));
        let off_without_link = connection.auth_scheme == AuthScheme::Oauth2
            && connection.authorize == ConsentLink::Absent
            && !reading(connection).is_on();
        let confirmed = match self.request.confirmed_by {
            ConfirmedBy::NoOne => false,
            ConfirmedBy::Person => grants.is_none(),
            ConfirmedBy::Operator => true,
        };
        let finished_elsewhere = reading(connection).is_on() && !self.was_on_when_opened().await?;
        Ok(code_accepted
            || code_refused
            || to_restore
            || granted
            || off_without_link
            || confirmed
            || finished_elsewhere)
    }

    /// Whether the connection was already on when this session opened the consent. If so, that it is on is not a sign of a new
    /// consent. Also true if this is not known.
    async fn was_on_when_opened(&self) -> Result<bool, ConsentError> {
        let Some(id) = &self.request.session else { return Ok(true) };
        let session = self.ports.ledger.session(id).await?;
        Ok(match session.map(|session| session.state) {
            Some(SessionState::Consenting { was_on, .. }) => was_on,
            _ => true,
        })
    }

    /// Records the step in the journal, switches the connection on and reads it back.
    async fn switch_on(&self, journal: OpenJournal) -> Result<(OpenJournal, Connection), ConsentError> {
        let journal = journal.mark_activated(self.ports).await?;
        self.api.activate(&self.request.app).await?;
        let mut after = self.api.connection(&self.request.app).await?;
        for _ in 1..READ_BACKS {
            if reading(&after).is_on() {
                break;
            }
            self.ports.clock.sleep(POLL_INTERVAL).await;
            after = self.api.connection(&self.request.app).await?;
        }
        Ok((journal, after))
    }

    /// The outcome that the read-back connection shows. A connection that is on still offers the consent link (Okta, "Configure
    /// app provisioning connections"), so Okta's client id is known even if no consent was left to give.
    async fn outcome_of(&self, journal: &OpenJournal, connection: &Connection) -> SaveOutcome {
        let after = reading(connection);
        if after.is_on() {
            let (grants, grants_unread) = match self.final_grants(connection).await {
                Ok(grants) => (Some(grants), None),
                Err(reason) => (None, Some(reason)),
            };
            let at = self.ports.clock.now();
            return SaveOutcome::Saved {
                verification: Box::new(Verification { at, connection: after, grants, grants_unread }),
            };
        }
        let reason = match (&after.auth_scheme, &after.status, journal.record.code_delivery) {
            (_, _, CodeDelivery::Refused) => "Okta rejected the handed-over code; open the consent again.".to_owned(),
            (AuthScheme::Oauth2, ConnectionStatus::Disabled, _) => {
                "Okta accepted the request to switch the connection on, but it is still off; try again.".to_owned()
            }
            (scheme, status, _) => {
                let (scheme, status) = (String::from(scheme.clone()), String::from(status.clone()));
                format!(
                    "The connection is {scheme} {status}, so there is no OAuth connection to switch on; open the consent again."
                )
            }
        };
        if journal.record.before.is_on() {
            tracing::error!(org = %self.request.org, app = %self.request.app, %reason, "provisioning was on before the save and is now off");
            SaveOutcome::LeftOff { reason }
        } else {
            SaveOutcome::NotSwitchedOn { reason }
        }
    }

    /// The tenant and Okta's client id, if both are known.
    async fn tenant_and_client(&self, connection: &Connection) -> Option<(TenantId, ClientId)> {
        let tenant = match &self.app.consent.tenant {
            Some(tenant) => tenant.clone(),
            // An operator saves the app before anyone has signed in for it. Someone may have signed in for another app of the tenant.
            None => resolve_tenant(self.ports, self.app.identity.tenant.as_ref(), self.org.cloud).await.ok()?,
        };
        let by_link = connection.authorize.offered().and_then(|link| {
            let mut pairs = link.query_pairs();
            pairs.find(|(name, _)| name == "client_id").and_then(|(_, client)| client.parse().ok())
        });
        Some((tenant, self.app.consent.client.clone().or(by_link)?))
    }

    /// The current grants; `None` if they cannot be read.
    async fn read_grants_if_possible(&self, connection: &Connection) -> Option<GrantsRead> {
        let (tenant, client) = self.tenant_and_client(connection).await?;
        match read_grants(self.ports, self.org.cloud, &tenant, &client).await {
            Ok(grants) => Some(grants),
            Err(error) => {
                tracing::info!(org = %self.org.id, app = %self.request.app, %error, "could not read the permission grants");
                None
            }
        }
    }

    /// The grants after the save, or why they could not be read.
    async fn final_grants(&self, connection: &Connection) -> Result<GrantsRead, String> {
        let unknown = "no administrator of the tenant has signed in to Regrant, or Okta's consent link was never read";
        let (tenant, client) = self.tenant_and_client(connection).await.ok_or_else(|| unknown.to_owned())?;
        read_grants_with_patience(self.ports, self.org.cloud, &tenant, &client).await.map_err(|error| error.to_string())
    }
}

/// Whether Okta may not have received the code: there was no complete response, or it was a transient error.
fn may_not_have_arrived(error: &OktaError) -> bool {
    error.is_transient() || matches!(error, OktaError::NoAnswer { .. } | OktaError::Tls { .. })
}
