//! Authorization sessions.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};

use super::SqliteLedger;
use super::error::SqliteError;
use crate::domain::id::{OrgId, SessionId, Sha256Digest};
use crate::domain::session::AuthorizationSession;
use crate::ledger::stored::{from_json, from_time, to_json};
use crate::ledger::{LedgerError, Sessions, retention};

#[async_trait]
impl Sessions for SqliteLedger {
    async fn open_session(&self, session: &AuthorizationSession) -> Result<(), LedgerError> {
        let session = session.clone();
        self.run("open a session", move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO session (id, state, version, expires_at, record) VALUES (?1, ?2, 0, ?3, ?4)",
                )?
                .execute(params![
                    session.id.as_str(),
                    session.sign_in.as_ref().map(|attempt| attempt.state.as_str()),
                    from_time(retention::session_expires_at(&session)),
                    to_json(&AuthorizationSession { version: 0, ..session.clone() })?,
                ])?;
            Ok(())
        })
        .await
    }

    async fn session(&self, id: &SessionId) -> Result<Option<AuthorizationSession>, LedgerError> {
        let id = id.clone();
        self.run("read a session", move |connection| {
            one(connection, "SELECT record FROM session WHERE id = ?1", id.as_str())
        })
        .await
    }

    async fn session_by_state(&self, state: &Sha256Digest) -> Result<Option<AuthorizationSession>, LedgerError> {
        let state = state.clone();
        self.run("find a session", move |connection| by_state(connection, &state)).await
    }

    async fn update_session(&self, session: &AuthorizationSession) -> Result<bool, LedgerError> {
        let session = session.clone();
        self.run("change a session", move |connection| update(connection, &session)).await
    }
}

/// Deletes every session of an org. Sessions expire within two days, so there are too few to need an index by org.
pub(super) fn delete_all(connection: &Connection, org: &OrgId) -> Result<(), SqliteError> {
    connection.execute("DELETE FROM session WHERE json_extract(record, '$.org') = ?1", [org.as_str()])?;
    Ok(())
}

/// Replaces the session that has the same version. Returns `false` if none has.
fn update(connection: &Connection, session: &AuthorizationSession) -> Result<bool, SqliteError> {
    let next = AuthorizationSession { version: session.version.saturating_add(1), ..session.clone() };
    let changed = connection
        .prepare_cached("UPDATE session SET version = version + 1, record = ?3 WHERE id = ?1 AND version = ?2")?
        .execute(params![session.id.as_str(), session.version.cast_signed(), to_json(&next)?])?;
    Ok(changed == 1)
}

fn by_state(connection: &Connection, state: &Sha256Digest) -> Result<Option<AuthorizationSession>, SqliteError> {
    one(connection, "SELECT record FROM session WHERE state = ?1", state.as_str())
}

fn one(connection: &Connection, query: &str, key: &str) -> Result<Option<AuthorizationSession>, SqliteError> {
    let record: Option<String> = connection.prepare_cached(query)?.query_row([key], |row| row.get(0)).optional()?;
    Ok(record.map(|record| from_json(&record, || "a session".to_owned())).transpose()?)
}
