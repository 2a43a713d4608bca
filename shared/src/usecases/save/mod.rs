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
mod ending;
pub mod hand_over;
pub(in crate::usecases) mod journal;
pub mod open_consent;
pub mod operators;
mod outcome;
pub mod resume;
mod session_queue;
pub mod work;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use journal::{NewJournal, OpenJournal, already_saving, reading};

use crate::domain::app::AppRecord;
use crate::domain::assess::sign_in_fails;
use crate::domain::connection::{AuthScheme, ConnectionStatus};
use crate::domain::consent_evidence::{Attempt, GrantsCompared};
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::grant::GrantsRead;
use crate::domain::id::{AppId, OrgId};
use crate::domain::org::OrgProfile;
use crate::domain::permission::PermissionCatalogue;
use crate::domain::save::{
    CodeDelivery, ConfirmedBy, ConnectionReading, NotDone, SaveJournal, SaveOutcome, Verification,
};
use crate::domain::session::{AuthorizationSession, SessionState};
use crate::domain::tenant::{ClientId, TenantId};
use crate::okta::{Connection, ConsentLink, OktaError, OktaOrg};
use crate::queue::SaveApp;
use crate::usecases::access::graph::{read_grants, read_grants_with_patience};
use crate::usecases::access::okta::okta_client_for;
use crate::usecases::access::registration::resolve_tenant;
use crate::usecases::access::tenant_claims::rival_claim;
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::records::lease::LeaseGuard;
use crate::usecases::save::authorization_code::{delete_code, stored_code};

use super::Ports;

/// How long one save may take before another worker may take over. Longer than the wait for new grants to appear.
pub(in crate::usecases) const LEASE_DURATION: SignedDuration = SignedDuration::from_mins(5);
/// How long an operator may take to finish a consent before it counts as abandoned. Together with the longest interval between
/// two checks, less than an hour.
const OPERATORS_TIME: SignedDuration = SignedDuration::from_mins(55);
/// How many times the connection is read back after it was switched on, and the time between reads.
const READ_BACKS: u32 = 3;
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Saves one app's connection. The outcome says whether it was saved and, if not, what is missing.
///
/// Fails with `NotStored` if another worker is saving the same app.
pub async fn save(ports: &Ports, request: &SaveApp) -> Result<SaveOutcome, ConsentError> {
    let name = lease_name(&request.org, &request.app);
    let lease = LeaseGuard::try_acquire_as(ports, &name, LEASE_DURATION, &session_queue::work_of(request)).await?;
    let lease = lease.ok_or_else(already_saving)?;
    let saved = save_under_lease(ports, request).await;
    lease.release(ports).await?;
    saved
}

/// Alerts the operators at once if an operator's save failed after it paused provisioning. Returns whether it did.
pub async fn alert_if_paused(
    ports: &Ports,
    org: &OrgId,
    app: &AppId,
    error: &ConsentError,
) -> Result<bool, ConsentError> {
    work::alert_if_paused(ports, &SaveApp::by_operator(org.clone(), app.clone()), error).await
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
    let org = ports.ledger.org(&request.org).await?.ok_or_else(gone)?;
    let app = ports.ledger.app(&request.org, &request.app).await?.ok_or_else(gone)?;
    let session = match &request.session {
        Some(id) => ports.ledger.session(id).await?,
        None => None,
    };
    let by = request.by.clone().or_else(|| session.as_ref().and_then(AuthorizationSession::actor));
    let ports = &ports.on_behalf_of(by);
    let api = okta_client_for(ports, &org).await?;
    let expected = app.consent.next_permissions(&ports.settings.permissions);
    let save =
        Save { ports, request, org: &org, app: &app, session: session.as_ref(), expected: &expected, api: &*api };
    save.run().await
}

/// A save in progress.
struct Save<'a> {
    ports: &'a Ports,
    request: &'a SaveApp,
    org: &'a OrgProfile,
    app: &'a AppRecord,
    /// The browser's session; `None` for an operator's save, or if the session was deleted.
    session: Option<&'a AuthorizationSession>,
    /// The permissions that the consent to save asks for.
    expected: &'a PermissionCatalogue,
    api: &'a dyn OktaOrg,
}

impl Save<'_> {
    async fn run(&self) -> Result<SaveOutcome, ConsentError> {
        let last = self.ports.ledger.save_journal(&self.request.org, &self.request.app).await?;
        let open = last.clone().and_then(OpenJournal::of);
        if !self.may_write(open.as_ref()) {
            return self.without_writing(open).await;
        }
        let journal = match open {
            Some(open) => Some(self.send_code_to_okta(open).await?),
            None => None,
        };
        let connection = self.api.connection(&self.request.app).await?;
        let now = reading(&connection);
        let grants = self.read_grants_if_possible(&connection).await;
        let attempt = self.attempt(last.as_ref(), journal.as_ref(), &now, grants.as_ref());
        let is_tried = attempt.code == CodeDelivery::Refused || attempt.code == CodeDelivery::Attempted;
        let link_offered = connection.authorize != ConsentLink::Absent;
        let continues = if now.is_on() {
            attempt.evidence().is_some() || is_tried
        } else {
            attempt.may_switch_on(&now, link_offered) || is_tried
        };
        if !continues {
            return match journal {
                Some(journal) if self.is_abandoned(&journal.record) => {
                    self.end_abandoned(journal, &connection, &attempt).await
                }
                _ => Ok(SaveOutcome::NoConsent),
            };
        }
        let journal = match journal {
            Some(journal) => journal,
            None => self.new_journal(now.clone()).begin(self.ports).await?,
        };
        let (journal, after) = if now.is_on() || !attempt.may_switch_on(&now, link_offered) {
            (journal, connection)
        } else {
            self.switch_on(journal).await?
        };
        let outcome = self.outcome_of(&journal, &after, &attempt).await;
        ending::end(self.ports, journal, outcome.clone()).await?;
        Ok(outcome)
    }

    /// Whether this save may write to Okta: an operator requests it, or the sign-in of its person was verified.
    fn may_write(&self, journal: Option<&OpenJournal>) -> bool {
        let is_authorized = |journal: &OpenJournal| journal.record.is_authorized;
        self.is_operators()
            || self.session.map_or_else(|| journal.is_none_or(is_authorized), AuthorizationSession::has_sign_in)
    }

    /// Whether no one will finish this save: its session has ended, or its operator has taken too long.
    fn is_abandoned(&self, journal: &SaveJournal) -> bool {
        let now = self.ports.clock.now();
        match self.session {
            Some(session) => {
                journal.session.as_ref() == Some(&session.id)
                    && (now >= session.ends_at() || matches!(session.state, SessionState::Failed { .. }))
            }
            None => now >= journal.started_at.saturating_add(OPERATORS_TIME).unwrap_or(Timestamp::MAX),
        }
    }

    fn is_operators(&self) -> bool {
        self.request.confirmed_by == ConfirmedBy::Operator
    }

    /// Looks for a consent that an operator completed in Okta, and changes nothing there.
    async fn without_writing(&self, journal: Option<OpenJournal>) -> Result<SaveOutcome, ConsentError> {
        let connection = self.api.connection(&self.request.app).await?;
        let now = reading(&connection);
        let attempt = self.attempt(None, journal.as_ref(), &now, None);
        if !now.is_on() || attempt.evidence().is_none() {
            return match journal {
                Some(journal) if self.is_abandoned(&journal.record) => {
                    self.end_abandoned(journal, &connection, &attempt).await
                }
                _ => Ok(SaveOutcome::NoConsent),
            };
        }
        let journal = match journal {
            Some(journal) => journal,
            None => self.new_journal(now).begin(self.ports).await?,
        };
        let outcome = self.outcome_of(&journal, &connection, &attempt).await;
        ending::end(self.ports, journal, outcome.clone()).await?;
        Ok(outcome)
    }

    /// Ends a save that no one will finish. If provisioning was on before and is off now, the operators are alerted.
    async fn end_abandoned(
        &self,
        journal: OpenJournal,
        connection: &Connection,
        attempt: &Attempt<'_>,
    ) -> Result<SaveOutcome, ConsentError> {
        let outcome = if reading(connection).is_on() {
            self.outcome_of(&journal, connection, attempt).await
        } else {
            outcome::not_on(&journal.record, "The consent was prepared, and no one finished it.".to_owned())
        };
        ending::end(self.ports, journal, outcome.clone()).await?;
        Ok(outcome)
    }

    fn new_journal(&self, before: ConnectionReading) -> NewJournal {
        match self.session {
            Some(session) => NewJournal::for_session(session, before),
            None => NewJournal::for_operator(&self.request.org, &self.request.app, before),
        }
    }

    /// Sends the handed-over code to Okta. Codes are single-use. If we cannot tell whether Okta received one, we resend it. A
    /// rejection then proves nothing, so the read-back decides.
    async fn send_code_to_okta(&self, journal: OpenJournal) -> Result<OpenJournal, ConsentError> {
        let (org, app) = (&self.request.org, &self.request.app);
        if !journal.record.is_authorized && !self.is_operators() {
            return Ok(journal);
        }
        let is_retry = match journal.record.code_delivery {
            CodeDelivery::Waiting => false,
            CodeDelivery::Attempted => true,
            CodeDelivery::NotNeeded | CodeDelivery::Done | CodeDelivery::Refused => return Ok(journal),
        };
        let Some(stored) = stored_code(self.ports, org, app).await? else { return Ok(journal) };
        let journal = journal.with_code_delivery(self.ports, CodeDelivery::Attempted).await?;
        let journal = match self.api.complete_consent(app, &stored.code, &stored.state).await {
            Ok(()) => journal.with_accepted_code(self.ports).await?,
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

    /// What this save knows. `last` is the app's latest journal, `journal` the one that this save continues.
    fn attempt<'a>(
        &'a self,
        last: Option<&SaveJournal>,
        journal: Option<&OpenJournal>,
        now: &ConnectionReading,
        grants: Option<&'a GrantsRead>,
    ) -> Attempt<'a> {
        let record = journal.map(|journal| &journal.record);
        let consent = self.session.and_then(|session| match &session.state {
            SessionState::Consenting { attempt, .. } => Some(attempt),
            _ => None,
        });
        let was_on = consent.map(|consent| consent.was_on).or_else(|| record.map(|record| record.before.is_on()));
        let is_waiting = consent.is_some_and(|consent| consent.finishing_since.is_none());
        let tried_before = last.is_some_and(|last| {
            last.session == self.request.session && matches!(last.outcome, Some(SaveOutcome::NotSwitchedOn { .. }))
        });
        Attempt {
            // If this is not known, a connection that is on proves nothing.
            was_on: was_on.unwrap_or_else(|| now.is_on()),
            to_restore: record.is_some_and(|record| record.before.is_on()) && !now.is_on(),
            already_tried: is_waiting && tried_before,
            requested_by: self.request.confirmed_by,
            code: record.map_or(CodeDelivery::NotNeeded, |record| record.code_delivery),
            sign_in_fails: sign_in_fails(&self.app.signals),
            grants: GrantsCompared {
                before: consent.and_then(|consent| consent.grants_before.as_deref()),
                now: grants,
                expected: self.expected,
            },
        }
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
    async fn outcome_of(&self, journal: &OpenJournal, connection: &Connection, attempt: &Attempt<'_>) -> SaveOutcome {
        let after = reading(connection);
        let rejected = attempt.code == CodeDelivery::Refused;
        if after.is_on() {
            let (grants, grants_unread) = match self.final_grants(connection).await {
                Ok(grants) => (Some(grants), None),
                Err(reason) => (None, Some(reason)),
            };
            let at = self.ports.clock.now();
            let grants_before = attempt.grants.before.cloned().map(Box::new);
            let verification = Box::new(Verification { at, connection: after, grants, grants_unread, grants_before });
            return match attempt.evidence() {
                Some(evidence) => SaveOutcome::Saved { verification, evidence },
                None if rejected => SaveOutcome::NotRenewed { verification, why: NotDone::CodeRejected },
                None if attempt.code == CodeDelivery::Attempted => {
                    SaveOutcome::NotRenewed { verification, why: NotDone::CodeUncertain }
                }
                None if attempt.sign_in_fails => {
                    SaveOutcome::NotRenewed { verification, why: NotDone::SignInStillFails }
                }
                None => SaveOutcome::NotRenewed { verification, why: NotDone::NotSeenYet },
            };
        }
        let reason = match (&after.auth_scheme, &after.status) {
            _ if rejected => NotDone::CodeRejected.words().to_owned(),
            (AuthScheme::Oauth2, ConnectionStatus::Disabled) => {
                "Okta accepted the request to switch the connection on, but it is still off; try again.".to_owned()
            }
            (scheme, status) => {
                let (scheme, status) = (String::from(scheme.clone()), String::from(status.clone()));
                format!(
                    "The connection is {scheme} {status}, so there is no OAuth connection to switch on; open the consent again."
                )
            }
        };
        outcome::not_on(&journal.record, reason)
    }

    /// The tenant and Okta's client id, if both are known.
    async fn tenant_and_client(&self, connection: &Connection) -> Option<(TenantId, ClientId)> {
        let tenant = if let Some(tenant) = &self.app.consent.tenant {
            tenant.clone()
        } else {
            // An operator saves the app before anyone has signed in for it. Someone may have signed in for another app of the
            // tenant, but not for an app of a different org.
            let name = self.app.identity.tenant.as_ref()?;
            if rival_claim(self.ports, self.org, name).await.ok()?.is_some() {
                return None;
            }
            resolve_tenant(self.ports, Some(name), self.org.cloud).await.ok()?
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
        match read_grants(self.ports, self.org, &tenant, &client).await {
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
        let read = read_grants_with_patience(self.ports, self.org, &tenant, &client, self.expected).await;
        read.map_err(|error| error.to_string())
    }
}

/// Whether Okta may not have received the code: there was no complete response, or it was a transient error.
fn may_not_have_arrived(error: &OktaError) -> bool {
    error.is_transient() || matches!(error, OktaError::NoAnswer { .. } | OktaError::Tls { .. })
}
