//! Save: the Okta side of a consent. The console's Save button, with proof.
//!
//! Each step can be repeated after a crash at any point and ends in the same state. What was on before ends on, or the
//! operator is told. Nothing is switched on that nobody consented to.

mod code;
mod epilogue;
pub mod hand_over;
pub(in crate::usecases) mod journal;
pub mod open_consent;
pub mod resume;
pub mod work;

use crate::queue::SaveApp;
use std::time::Duration;

use jiff::SignedDuration;

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

use super::Ports;
use crate::usecases::access::graph::{read_grants, read_grants_with_patience};
use crate::usecases::access::okta::open;
use crate::usecases::access::registration::tenant_of;
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::records::lease::LeaseGuard;
use crate::usecases::save::code::{forget, kept};
use journal::{Journal, OpenJournal, busy, seen};

/// How long one save may take before another worker may go on with it: longer than patience with replication.
pub(in crate::usecases) const HELD_FOR: SignedDuration = SignedDuration::from_mins(5);
/// How often the connection is read back after it was switched on, and how far apart.
const LOOKS_BACK: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

/// Saves one app's connection, or says what is missing.
pub async fn save(ports: &Ports, request: &SaveApp) -> Result<SaveOutcome, ConsentError> {
    let work = work_on(&request.org, &request.app);
    let lease = LeaseGuard::try_acquire(ports, &work, HELD_FOR).await?.ok_or_else(busy)?;
    let saved = save_alone(ports, request).await;
    lease.release(ports).await?;
    saved
}

/// The work that only one worker does at a time for an app.
pub(in crate::usecases) fn work_on(org: &OrgId, app: &AppId) -> String {
    format!("save/{org}/{app}")
}

async fn save_alone(ports: &Ports, request: &SaveApp) -> Result<SaveOutcome, ConsentError> {
    if let Some(outcome) = epilogue::of_an_earlier_end(ports, request).await? {
        return Ok(outcome);
    }
    let gone = || ConsentError::new(ConsentFailure::SessionLost, "the org or the app is not known any more");
    let org = ports.ledger.org(&request.org).await?.ok_or_else(gone)?;
    let app = ports.ledger.app(&request.org, &request.app).await?.ok_or_else(gone)?;
    let api = open(ports, &org).await?;
    let save = Save { ports, request, org: &org, app: &app, api: &*api };
    save.run().await
}

/// One save on its way.
struct Save<'a> {
    ports: &'a Ports,
    request: &'a SaveApp,
    org: &'a OrgProfile,
    app: &'a AppRecord,
    api: &'a dyn OktaOrg,
}

impl Save<'_> {
    async fn run(&self) -> Result<SaveOutcome, ConsentError> {
        let mut journal = OpenJournal::of(self.ports, &self.request.org, &self.request.app).await?;
        if let Some(open) = journal {
            journal = Some(self.hand_the_code_to_okta(open).await?);
        }
        let connection = self.api.connection(&self.request.app).await?;
        let now = seen(&connection);
        let grants = self.grants_now(&connection).await;
        if !self.may_go_on(journal.as_ref(), &connection, grants.as_ref()).await? {
            return Ok(SaveOutcome::NoConsent);
        }
        let journal = if let Some(journal) = journal {
            journal
        } else {
            let (org, app, session) = (&self.request.org, &self.request.app, self.request.session.as_ref());
            Journal::new(org, app, session, now.clone()).begin(self.ports).await?
        };
        let (journal, after) = if now.is_on() { (journal, connection) } else { self.switch_on(journal).await? };
        let outcome = self.judge(&journal, &after).await;
        let journal = journal.finished(self.ports, outcome.clone()).await?;
        epilogue::write(self.ports, &journal.record).await?;
        Ok(outcome)
    }

    /// A code is good once. Where it is not known whether it arrived, it is sent again, and a refusal then proves
    /// nothing: what is read back decides.
    async fn hand_the_code_to_okta(&self, journal: OpenJournal) -> Result<OpenJournal, ConsentError> {
        let (org, app) = (&self.request.org, &self.request.app);
        let again = match journal.record.code_delivery {
            CodeDelivery::Waiting => false,
            CodeDelivery::Attempted => true,
            CodeDelivery::NotNeeded | CodeDelivery::Done | CodeDelivery::Refused => return Ok(journal),
        };
        let Some(handed) = kept(self.ports, org, app).await? else { return Ok(journal) };
        let journal = journal.with_code_delivery(self.ports, CodeDelivery::Attempted).await?;
        let journal = match self.api.complete_consent(app, &handed.code, &handed.state).await {
            Ok(()) => journal.with_code_delivery(self.ports, CodeDelivery::Done).await?,
            Err(error) if may_come_again(&error) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(%org, %app, %error, again, "Okta did not take the code");
                let now = if again { CodeDelivery::Attempted } else { CodeDelivery::Refused };
                journal.with_code_delivery(self.ports, now).await?
            }
        };
        forget(self.ports, org, app).await?;
        Ok(journal)
    }

    /// Whether anything shows that somebody consented, or somebody whose word counts says so.
    async fn may_go_on(
        &self,
        journal: Option<&OpenJournal>,
        connection: &Connection,
        grants: Option<&GrantsRead>,
    ) -> Result<bool, ConsentError> {
        let record = journal.map(|journal| &journal.record);
        let code_taken =
            record.is_some_and(|r| matches!(r.code_delivery, CodeDelivery::Done | CodeDelivery::Attempted));
        // Only a save that has written something has anything to restore.
        let to_restore = record.is_some_and(|record| record.before.is_on()) && !seen(connection).is_on();
        let code_refused = record.is_some_and(|record| record.code_delivery == CodeDelivery::Refused);
        let granted = grants.is_some_and(|grants| grants.suffices(&self.ports.settings.permissions));
        let off_without_link = connection.auth_scheme == AuthScheme::Oauth2
            && connection.authorize == ConsentLink::Absent
            && !seen(connection).is_on();
        let by_word = match self.request.confirmed_by {
            ConfirmedBy::NoOne => false,
            ConfirmedBy::Person => grants.is_none(),
            ConfirmedBy::Operator => true,
        };
        let finished_elsewhere = seen(connection).is_on() && !self.was_on_at_the_start().await?;
        Ok(code_taken || code_refused || to_restore || granted || off_without_link || by_word || finished_elsewhere)
    }

    /// Whether the connection was on when this session opened the consent: then its being on proves nothing new.
    async fn was_on_at_the_start(&self) -> Result<bool, ConsentError> {
        let Some(id) = &self.request.session else { return Ok(true) };
        let session = self.ports.ledger.session(id).await?;
        Ok(match session.map(|session| session.state) {
            Some(SessionState::Consenting { was_on, .. }) => was_on,
            _ => true,
        })
    }

    /// Switches the connection on and reads it back. Written down before it is done.
    async fn switch_on(&self, journal: OpenJournal) -> Result<(OpenJournal, Connection), ConsentError> {
        let journal = journal.activating(self.ports).await?;
        self.api.activate(&self.request.app).await?;
        let mut after = self.api.connection(&self.request.app).await?;
        for _ in 1..LOOKS_BACK {
            if seen(&after).is_on() {
                break;
            }
            self.ports.clock.sleep(PAUSE).await;
            after = self.api.connection(&self.request.app).await?;
        }
        Ok((journal, after))
    }

    /// A connection that is on offers the consent link again ("Configure app provisioning connections"), so that Okta's
    /// client is known even where no consent was left to give.
    async fn judge(&self, journal: &OpenJournal, connection: &Connection) -> SaveOutcome {
        let after = seen(connection);
        if after.is_on() {
            let (grants, grants_unread) = match self.grants_in_the_end(connection).await {
                Ok(grants) => (Some(grants), None),
                Err(reason) => (None, Some(reason)),
            };
            let at = self.ports.clock.now();
            return SaveOutcome::Saved {
                verification: Box::new(Verification { at, connection: after, grants, grants_unread }),
            };
        }
        let reason = match (&after.auth_scheme, &after.status, journal.record.code_delivery) {
            (_, _, CodeDelivery::Refused) => "Okta did not take the code that was handed over; begin again.".to_owned(),
            (AuthScheme::Oauth2, ConnectionStatus::Disabled, _) => {
                "Okta said yes to switching the connection on, and it reads as off.".to_owned()
            }
            (scheme, status, _) => {
                let (scheme, status) = (String::from(scheme.clone()), String::from(status.clone()));
                format!("The connection reads {scheme} {status}, so there is no OAuth connection to switch on.")
            }
        };
        if journal.record.before.is_on() {
            tracing::error!(org = %self.request.org, app = %self.request.app, %reason, "a connection that was on is off");
            SaveOutcome::LeftOff { reason }
        } else {
            SaveOutcome::NotSwitchedOn { reason }
        }
    }

    /// The tenant and Okta's client, where both are known.
    async fn whose_grants(&self, connection: &Connection) -> Option<(TenantId, ClientId)> {
        let tenant = match &self.app.consent.tenant {
            Some(tenant) => tenant.clone(),
            // Saved by an operator before anybody signed in for this app; somebody may have for another of the tenant.
            None => tenant_of(self.ports, self.app.identity.tenant.as_ref(), self.org.cloud).await.ok()?,
        };
        let by_link = connection.authorize.offered().and_then(|link| {
            let mut pairs = link.query_pairs();
            pairs.find(|(name, _)| name == "client_id").and_then(|(_, client)| client.parse().ok())
        });
        Some((tenant, self.app.consent.client.clone().or(by_link)?))
    }

    async fn grants_now(&self, connection: &Connection) -> Option<GrantsRead> {
        let (tenant, client) = self.whose_grants(connection).await?;
        match read_grants(self.ports, self.org.cloud, &tenant, &client).await {
            Ok(grants) => Some(grants),
            Err(error) => {
                tracing::info!(org = %self.org.id, app = %self.request.app, %error, "the grants could not be read");
                None
            }
        }
    }

    async fn grants_in_the_end(&self, connection: &Connection) -> Result<GrantsRead, String> {
        let unknown = "nobody of the tenant has signed in here, or Okta's consent link was never seen";
        let (tenant, client) = self.whose_grants(connection).await.ok_or_else(|| unknown.to_owned())?;
        read_grants_with_patience(self.ports, self.org.cloud, &tenant, &client).await.map_err(|error| error.to_string())
    }
}

/// Whether the code may not have arrived: no whole answer, or an answer that promises nothing.
fn may_come_again(error: &OktaError) -> bool {
    error.is_transient() || matches!(error, OktaError::NoAnswer { .. } | OktaError::Tls { .. })
}
