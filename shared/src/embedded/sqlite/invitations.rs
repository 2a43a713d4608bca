//! Invitations.

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::SqliteLedger;
use super::error::SqliteError;
use crate::domain::id::{AppId, InvitationId, OrgId, SessionId};
use crate::domain::invitation::{Closed, Closing, Invitation};
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::stored::{from_json, from_time, to_json};
use crate::ledger::{Invitations, LedgerError, Page, PageRequest, retention};

#[async_trait]
impl Invitations for SqliteLedger {
    async fn put_invitation(&self, invitation: &Invitation) -> Result<(), LedgerError> {
        let invitation = invitation.clone();
        self.run("write an invitation", move |connection| put(connection, &invitation)).await
    }

    async fn invitation(&self, id: &InvitationId) -> Result<Option<Invitation>, LedgerError> {
        let id = id.clone();
        self.run("read an invitation", move |connection| get(connection, &id)).await
    }

    async fn invitations(&self, org: &OrgId, app: &AppId, page: PageRequest) -> Result<Page<Invitation>, LedgerError> {
        let (org, app) = (org.clone(), app.clone());
        self.run("list invitations", move |connection| list(connection, &org, &app, &page)).await
    }

    async fn open_invitations(&self, org: &OrgId, app: &AppId) -> Result<Vec<Invitation>, LedgerError> {
        let (org, app) = (org.clone(), app.clone());
        self.run("list open invitations", move |connection| {
            let mut statement = connection
                .prepare_cached("SELECT record FROM invitation WHERE org = ?1 AND app = ?2 AND NOT closed")?;
            let records = statement.query_map([org.as_str(), app.as_str()], |row| row.get::<_, String>(0))?;
            records.map(|record| Ok(read(&record?)?)).collect()
        })
        .await
    }

    async fn reserve_session(&self, invitation: &Invitation, session: &SessionId) -> Result<bool, LedgerError> {
        let (invitation, session) = (invitation.clone(), session.clone());
        self.run("add a session to an invitation", move |connection| {
            let known = i64::try_from(invitation.sessions.len()).unwrap_or(i64::MAX);
            let sessions: Vec<SessionId> = invitation.sessions.into_iter().chain([session]).collect();
            let changed = connection
                .prepare_cached(
                    "UPDATE invitation SET record = json_set(record, '$.sessions', json(?3))
                     WHERE id = ?1 AND NOT closed AND coalesce(json_array_length(record, '$.sessions'), 0) = ?2",
                )?
                .execute(params![invitation.id.as_str(), known, to_json(&sessions)?])?;
            Ok(changed == 1)
        })
        .await
    }

    async fn close_invitation(&self, id: &InvitationId, closed: Closed) -> Result<bool, LedgerError> {
        let id = id.clone();
        self.run("close an invitation", move |connection| {
            let changed = connection
                .prepare_cached(
                    "UPDATE invitation SET closed = 1, record = json_set(record, '$.closed', json(?2)), expires_at = ?3
                     WHERE id = ?1 AND NOT closed",
                )?
                .execute([id.as_str(), &to_json(&closed)?, &expiry(closed)])?;
            Ok(changed == 1)
        })
        .await
    }
}

/// Revokes every open invitation of an org.
pub(super) fn revoke_all(connection: &Connection, org: &OrgId, at: Timestamp) -> Result<(), SqliteError> {
    let closed = Closed { at, why: Closing::Revoked };
    connection
        .prepare_cached(
            "UPDATE invitation SET closed = 1, record = json_set(record, '$.closed', json(?2)), expires_at = ?3
             WHERE org = ?1 AND NOT closed",
        )?
        .execute([org.as_str(), &to_json(&closed)?, &expiry(closed)])?;
    Ok(())
}

fn expiry(closed: Closed) -> String {
    from_time(retention::closed_invitation_expires_at(closed))
}

/// Inserts a new invitation. Never replaces one: that could reopen a closed link.
fn put(connection: &Connection, invitation: &Invitation) -> Result<(), SqliteError> {
    connection
        .prepare_cached(
            "INSERT INTO invitation (id, org, app, created_at, closed, expires_at, record)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            invitation.id.as_str(),
            invitation.org.as_str(),
            invitation.app.as_str(),
            from_time(invitation.created_at),
            invitation.closed.is_some(),
            from_time(retention::invitation_expires_at(invitation)),
            to_json(invitation)?,
        ])?;
    Ok(())
}

fn get(connection: &Connection, id: &InvitationId) -> Result<Option<Invitation>, SqliteError> {
    let record: Option<String> = connection
        .prepare_cached("SELECT record FROM invitation WHERE id = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    Ok(record.map(|record| read(&record)).transpose()?)
}

fn read(record: &str) -> Result<Invitation, LedgerError> {
    from_json(record, || "an invitation".to_owned())
}

fn list(
    connection: &Connection,
    org: &OrgId,
    app: &AppId,
    page: &PageRequest,
) -> Result<Page<Invitation>, SqliteError> {
    let cursors = ListCursors::for_list(&[Some("invitations"), Some(org.as_str()), Some(app.as_str())]);
    // `~` sorts after every time, as times start with a digit.
    let (created_at, id): (String, String) = cursors.start(page)?.unwrap_or_else(|| ("~".to_owned(), String::new()));
    let mut statement = connection.prepare_cached(
        "SELECT created_at, id, record FROM invitation
         WHERE org = :org AND app = :app AND (created_at < :at OR (created_at = :at AND id > :id))
         ORDER BY created_at DESC, id LIMIT :limit",
    )?;
    let rows = statement.query_map(
        named_params! { ":org": org.as_str(), ":app": app.as_str(), ":at": created_at, ":id": id, ":limit": rows_to_ask_for(page) },
        |row| Ok(((row.get::<_, String>(0)?, row.get::<_, String>(1)?), row.get::<_, String>(2)?)),
    )?;
    cursors.page(
        page,
        rows.map(|row| {
            let (key, record) = row?;
            Ok((key, read(&record)?))
        }),
    )
}
