//! The save's journal: written before the first write to Okta, and before and after each one.

use crate::domain::consent_failure::ConsentFailure;
use crate::domain::event::EventKind;
use crate::domain::id::{AppId, OrgId, SessionId};
use crate::domain::save::{Callback, ConnectionSeen, SaveJournal, SaveOutcome};
use crate::domain::session::AuthorizationSession;
use crate::okta::Connection;
use crate::randomness::save_id;
use crate::usecases::Ports;
use crate::usecases::invite::record_event;
use crate::usecases::stopped::Stopped;

/// What a save has to remember of a connection.
pub(in crate::usecases) fn seen(connection: &Connection) -> ConnectionSeen {
    ConnectionSeen { auth_scheme: connection.auth_scheme.clone(), status: connection.status.clone() }
}

/// A journal about to be begun.
#[derive(Debug)]
pub(in crate::usecases) struct Journal {
    org: OrgId,
    app: AppId,
    session: Option<SessionId>,
    before: ConnectionSeen,
    callback: Callback,
}

/// A journal that is in the ledger.
#[derive(Debug, Clone)]
pub(in crate::usecases) struct OpenJournal {
    pub(in crate::usecases) record: SaveJournal,
}

impl Journal {
    pub(in crate::usecases) fn of_session(
        session: &AuthorizationSession,
        before: ConnectionSeen,
        callback: Callback,
    ) -> Self {
        let (org, app, session) = (session.org.clone(), session.app.clone(), Some(session.id.clone()));
        Self { org, app, session, before, callback }
    }

    pub(in crate::usecases) fn of_operator(
        org: &OrgId,
        app: &AppId,
        before: ConnectionSeen,
        callback: Callback,
    ) -> Self {
        Self { org: org.clone(), app: app.clone(), session: None, before, callback }
    }

    pub(super) fn new(org: &OrgId, app: &AppId, session: Option<&SessionId>, before: ConnectionSeen) -> Self {
        Self { session: session.cloned(), ..Self::of_operator(org, app, before, Callback::NotNeeded) }
    }

    /// Writes it, or goes on with the one that is not finished: what was before that one's first write counts.
    pub(in crate::usecases) async fn begin(self, ports: &Ports) -> Result<OpenJournal, Stopped> {
        if let Some(open) = OpenJournal::of(ports, &self.org, &self.app).await? {
            return open.adopted_by(ports, self.session).await;
        }
        let was_on = self.before.is_on();
        let record = SaveJournal {
            id: save_id(&*ports.randomness),
            org: self.org,
            app: self.app,
            session: self.session,
            started_at: ports.clock.now(),
            before: self.before,
            callback: self.callback,
            activated: false,
            outcome: None,
            version: 0,
        };
        if !ports.ledger.begin_save(&record).await? {
            return Err(busy());
        }
        let kind = EventKind::SaveBegun { save: record.id.clone(), was_on };
        record_event(ports, &record.org, &record.app, kind).await?;
        Ok(OpenJournal { record })
    }
}

impl OpenJournal {
    /// The journal of an app that is not finished.
    pub(super) async fn of(ports: &Ports, org: &OrgId, app: &AppId) -> Result<Option<Self>, Stopped> {
        let record = ports.ledger.save_journal(org, app).await?;
        Ok(record.filter(|record| record.outcome.is_none()).map(|record| Self { record }))
    }

    /// The same save, now of this session: whoever brings it to its end is told.
    async fn adopted_by(self, ports: &Ports, session: Option<SessionId>) -> Result<Self, Stopped> {
        if session.is_none() || session == self.record.session {
            return Ok(self);
        }
        self.written(ports, |record| record.session = session).await
    }

    pub(in crate::usecases) async fn with_callback(self, ports: &Ports, callback: Callback) -> Result<Self, Stopped> {
        if self.record.callback == callback {
            return Ok(self);
        }
        self.written(ports, |record| record.callback = callback).await
    }

    pub(super) async fn activating(self, ports: &Ports) -> Result<Self, Stopped> {
        self.written(ports, |record| record.activated = true).await
    }

    pub(super) async fn finished(self, ports: &Ports, outcome: SaveOutcome) -> Result<Self, Stopped> {
        self.written(ports, |record| record.outcome = Some(outcome)).await
    }

    async fn written(self, ports: &Ports, change: impl FnOnce(&mut SaveJournal)) -> Result<Self, Stopped> {
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
pub(super) fn busy() -> Stopped {
    Stopped::new(ConsentFailure::NotStored, "another worker is saving this app at this moment")
}
