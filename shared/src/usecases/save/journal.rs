//! The save's journal: written before the first write to Okta, and before and after each one.

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

use super::epilogue;

/// How often a journal is begun again after somebody else changed it first.
const TRIES: u32 = 5;

/// What a save has to remember of a connection.
pub(in crate::usecases) fn seen(connection: &Connection) -> ConnectionReading {
    ConnectionReading { auth_scheme: connection.auth_scheme.clone(), status: connection.status.clone() }
}

/// A journal about to be begun.
#[derive(Debug)]
pub(in crate::usecases) struct Journal {
    org: OrgId,
    app: AppId,
    session: Option<SessionId>,
    before: ConnectionReading,
    code: Option<Sha256Digest>,
}

/// A journal that is in the ledger.
#[derive(Debug, Clone)]
pub(in crate::usecases) struct OpenJournal {
    pub(in crate::usecases) record: SaveJournal,
}

impl Journal {
    pub(in crate::usecases) fn of_session(session: &AuthorizationSession, before: ConnectionReading) -> Self {
        Self::new(&session.org, &session.app, Some(&session.id), before)
    }

    pub(in crate::usecases) fn of_operator(org: &OrgId, app: &AppId, before: ConnectionReading) -> Self {
        Self::new(org, app, None, before)
    }

    pub(super) fn new(org: &OrgId, app: &AppId, session: Option<&SessionId>, before: ConnectionReading) -> Self {
        Self { org: org.clone(), app: app.clone(), session: session.cloned(), before, code: None }
    }

    /// With a code that was handed over, and waits to be given to Okta.
    pub(in crate::usecases) fn with_code(self, code: Sha256Digest) -> Self {
        Self { code: Some(code), ..self }
    }

    /// Writes it, or goes on with the one that has not ended: what was before that one's first write counts.
    pub(in crate::usecases) async fn begin(self, ports: &Ports) -> Result<OpenJournal, ConsentError> {
        let record = SaveJournal {
            id: save_id(&*ports.randomness),
            org: self.org,
            app: self.app,
            session: self.session,
            started_at: ports.clock.now(),
            before: self.before,
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
                    epilogue::write(ports, &known).await?;
                } else if let Some(adopted) = (OpenJournal { record: known }).adopted_by(ports, &record).await? {
                    return Ok(adopted);
                }
            } else if ports.ledger.begin_save(&record).await? {
                let kind = EventKind::SaveBegun { save: record.id.clone(), was_on: record.before.is_on() };
                record_event(ports, &record.org, &record.app, kind).await?;
                return Ok(OpenJournal { record });
            }
        }
        Err(busy())
    }
}

impl OpenJournal {
    /// The journal of an app that has not ended.
    pub(super) async fn of(ports: &Ports, org: &OrgId, app: &AppId) -> Result<Option<Self>, ConsentError> {
        let record = ports.ledger.save_journal(org, app).await?;
        Ok(record.filter(|record| record.outcome.is_none()).map(|record| Self { record }))
    }

    /// The same save, now of another one's session, so that whoever brings it to its end is told; and with its code,
    /// where it has one. `None` where somebody changed it meanwhile.
    async fn adopted_by(self, ports: &Ports, other: &SaveJournal) -> Result<Option<Self>, ConsentError> {
        let mut record = self.record;
        if other.session.is_some() {
            record.session.clone_from(&other.session);
        }
        if other.code.is_some() && other.code != record.code {
            (record.code, record.code_delivery) = (other.code.clone(), CodeDelivery::Waiting);
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
        self.written(ports, |record| record.code_delivery = code_delivery).await
    }

    pub(super) async fn activating(self, ports: &Ports) -> Result<Self, ConsentError> {
        self.written(ports, |record| record.activated = true).await
    }

    pub(super) async fn finished(self, ports: &Ports, outcome: SaveOutcome) -> Result<Self, ConsentError> {
        self.written(ports, |record| record.outcome = Some(outcome)).await
    }

    async fn written(self, ports: &Ports, change: impl FnOnce(&mut SaveJournal)) -> Result<Self, ConsentError> {
        let mut record = self.record;
        change(&mut record);
        if !ports.ledger.update_save(&record).await? {
            return Err(busy());
        }
        record.version += 1;
        Ok(Self { record })
    }
}

/// Another worker is at the same save. Its result counts.
pub(in crate::usecases) fn busy() -> ConsentError {
    ConsentError::new(ConsentFailure::NotStored, "another worker is saving this app at this moment")
}
