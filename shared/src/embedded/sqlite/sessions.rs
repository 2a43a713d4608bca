//! Authorization sessions.

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::SqliteLedger;
use super::error::SqliteError;
use crate::domain::id::{OrgId, SessionId, Sha256Digest};
use crate::domain::session::AuthorizationSession;
use crate::ledger::stored::{from_json, from_time, to_json};
use crate::ledger::{LedgerError, Sessions};

#[async_trait]
impl Sessions for SqliteLedger {
    async fn open_session(&self, session: &AuthorizationSession) -> Result<(), LedgerError> {
        let session = session.clone();
        self.run("open a session", move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO session (id, state, opened_at, version, record) VALUES (?1, ?2, ?3, 0, ?4)",
                )?
                .execute(params![
                    session.id.as_str(),
                    session.sign_in.as_ref().map(|attempt| attempt.state.as_str()),
                    from_time(session.opened_at),
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
        self.run("look for a session", move |connection| by_state(connection, &state)).await
    }

    async fn update_session(&self, session: &AuthorizationSession) -> Result<bool, LedgerError> {
        let session = session.clone();
        self.run("change a session", move |connection| replace(connection, &session)).await
    }

    async fn forget_sessions(&self, before: Timestamp) -> Result<(), LedgerError> {
        self.run("forget old sessions", move |connection| {
            connection.execute("DELETE FROM session WHERE opened_at < ?1", [from_time(before)])?;
            Ok(())
        })
        .await
    }
}

/// Ends every session of an org. There are only those of the last hours, so they need no index by org.
pub(super) fn end_all(connection: &Connection, org: &OrgId) -> Result<(), SqliteError> {
    connection.execute("DELETE FROM session WHERE json_extract(record, '$.org') = ?1", [org.as_str()])?;
    Ok(())
}

/// Writes the session in the place of the one with its version. `false` where there is none.
fn replace(connection: &Connection, session: &AuthorizationSession) -> Result<bool, SqliteError> {
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
