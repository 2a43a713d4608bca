//! The journal of a save. It is written before the first write to Okta, and before and after each further one, so a save can
//! continue after a crash.

use crate::domain::event::EventKind;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::{AppId, OrgId, SessionId, Sha256Digest};
use crate::domain::save::{CodeDelivery, ConnectionReading, SaveJournal, SaveOutcome};
use crate::domain::session::AuthorizationSession;
use crate::okta::Connection;
use crate::randomness::save_id;
use crate::usecases::Ports;
use crate::usecases::records::app::record_event;
use crate::usecases::records::consent_error::ConsentError;

use super::outcome;

/// How many times beginning a journal is attempted when other workers write first.
const TRIES: u32 = 5;

/// The part of a connection that the journal records.
pub(in crate::usecases) fn reading(connection: &Connection) -> ConnectionReading {
    ConnectionReading { auth_scheme: connection.auth_scheme.clone(), status: connection.status.clone() }
}

/// A journal that is not written yet.
#[derive(Debug)]
pub(in crate::usecases) struct NewJournal {
    org: OrgId,
    app: AppId,
    session: Option<SessionId>,
    before: ConnectionReading,
    provisioning_was_on: bool,
    is_authorized: bool,
    code: Option<Sha256Digest>,
}

/// A journal in the ledger whose save has not ended.
#[derive(Debug, Clone)]
pub(in crate::usecases) struct OpenJournal {
    pub(in crate::usecases) record: SaveJournal,
}

impl NewJournal {
    /// The journal of a browser's save. Without a verified sign-in, only an operator's save may write to Okta.
    pub(in crate::usecases) fn for_session(session: &AuthorizationSession, before: ConnectionReading) -> Self {
        Self {
            org: session.org.clone(),
            app: session.app.clone(),
            session: Some(session.id.clone()),
            provisioning_was_on: before.is_on(),
            before,
            is_authorized: session.has_sign_in(),
            code: None,
        }
    }

    pub(in crate::usecases) fn for_operator(org: &OrgId, app: &AppId, before: ConnectionReading) -> Self {
        Self {
            org: org.clone(),
            app: app.clone(),
            session: None,
            provisioning_was_on: before.is_on(),
            before,
            is_authorized: true,
            code: None,
        }
    }

    /// Notes that provisioning is on, although the connection does not show it.
    pub(in crate::usecases) fn with_provisioning_on(self) -> Self {
        Self { provisioning_was_on: true, ..self }
    }

    /// Adds a handed-over code that the save has to send to Okta.
    pub(in crate::usecases) fn with_code(self, code: Sha256Digest) -> Self {
        Self { code: Some(code), ..self }
    }

    /// Writes the journal. If the app already has a save that has not ended, adopts that one: its record of the connection
    /// before the first write stays authoritative.
    pub(in crate::usecases) async fn begin(self, ports: &Ports) -> Result<OpenJournal, ConsentError> {
        let record = SaveJournal {
            id: save_id(&*ports.randomness),
            org: self.org,
            app: self.app,
            session: self.session,
            by: ports.actor.clone(),
            started_at: ports.clock.now(),
            before: self.before,
            provisioning_was_on: self.provisioning_was_on,
            is_authorized: self.is_authorized,
            code_accepted_at: None,
            code_delivery: if self.code.is_some() { CodeDelivery::Waiting } else { CodeDelivery::NotNeeded },
            code: self.code,
            activated: false,
            outcome: None,
            settled: false,
            version: 0,
        };
        for _ in 0..TRIES {
            let known = ports.ledger.save_journal(&record.org, &record.app).await?.filter(|known| !known.settled);
            if let Some(known) = known {
                if known.outcome.is_some() {
                    outcome::settle(ports, &known).await?;
                } else if let Some(adopted) = (OpenJournal { record: known }).adopt_for(ports, &record).await? {
                    return Ok(adopted);
                }
            } else if ports.ledger.begin_save(&record).await? {
                let kind = EventKind::SaveBegun { save: record.id.clone(), was_on: record.provisioning_was_on };
                record_event(ports, &record.org, &record.app, kind).await?;
                return Ok(OpenJournal { record });
            }
        }
        Err(already_saving())
    }
}

impl OpenJournal {
    /// The journal of a save that has not ended; `None` if it has.
    pub(super) fn of(record: SaveJournal) -> Option<Self> {
        record.outcome.is_none().then_some(Self { record })
    }

    /// Continues this save for another session, so that the person who completes it sees the result, and with its code if it has
    /// one. `None` if another worker updated the journal first.
    async fn adopt_for(self, ports: &Ports, other: &SaveJournal) -> Result<Option<Self>, ConsentError> {
        let mut record = self.record;
        if other.session.is_some() {
            record.session.clone_from(&other.session);
            record.is_authorized = other.is_authorized;
        }
        if other.by.is_some() {
            record.by.clone_from(&other.by);
        }
        if other.code.is_some() && other.code != record.code {
            (record.code, record.code_delivery) = (other.code.clone(), CodeDelivery::Waiting);
            record.code_accepted_at = None;
        }
        if !ports.ledger.update_save(&record).await? {
            return Ok(None);
        }
        record.version += 1;
        Ok(Some(Self { record }))
    }

    pub(in crate::usecases) async fn with_code_delivery(
        self,
        ports: &Ports,
        code_delivery: CodeDelivery,
    ) -> Result<Self, ConsentError> {
        if self.record.code_delivery == code_delivery {
            return Ok(self);
        }
        self.update(ports, |record| record.code_delivery = code_delivery).await
    }

    pub(super) async fn with_accepted_code(self, ports: &Ports) -> Result<Self, ConsentError> {
        let now = ports.clock.now();
        self.update(ports, |record| (record.code_delivery, record.code_accepted_at) = (CodeDelivery::Done, Some(now)))
            .await
    }

    pub(super) async fn mark_activated(self, ports: &Ports) -> Result<Self, ConsentError> {
        self.update(ports, |record| record.activated = true).await
    }

    pub(super) async fn finish(self, ports: &Ports, outcome: SaveOutcome) -> Result<Self, ConsentError> {
        self.update(ports, |record| record.outcome = Some(outcome)).await
    }

    async fn update(self, ports: &Ports, change: impl FnOnce(&mut SaveJournal)) -> Result<Self, ConsentError> {
        let mut record = self.record;
        change(&mut record);
        if !ports.ledger.update_save(&record).await? {
            return Err(already_saving());
        }
        record.version += 1;
        Ok(Self { record })
    }
}

/// The error of a save that another worker is already doing.
pub(in crate::usecases) fn already_saving() -> ConsentError {
    ConsentError::new(ConsentFailure::NotStored, "another worker is saving this app; try again in a minute")
}
