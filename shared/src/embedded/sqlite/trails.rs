//! Hash chains of the audit trails, and the digests that sign their heads.

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::SqliteLedger;
use super::error::SqliteError;
use crate::domain::id::{AppId, OrgId};
use crate::domain::trail::{SignedDigest, TrailEntry, TrailHead};
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::stored::{from_json, from_text, from_time, to_json, to_time};
use crate::ledger::{LedgerError, Page, PageRequest, Trails};

/// The head of an app's trail.
pub(super) fn head(connection: &Connection, org: &OrgId, app: &AppId) -> Result<TrailHead, SqliteError> {
    let row = connection
        .prepare_cached("SELECT number, hash, at FROM trail_head WHERE org = ?1 AND app = ?2")?
        .query_row([org.as_str(), app.as_str()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })
        .optional()?;
    let Some((number, hash, at)) = row else { return Ok(TrailHead::empty(org, app)) };
    let what = || format!("the trail of app {app} of org {org}");
    let (hash, at) = (from_text(hash, what)?, to_time(&at, what)?);
    Ok(TrailHead { org: org.clone(), app: app.clone(), number: number.cast_unsigned(), hash, at })
}

/// Replaces the head of an app's trail.
pub(super) fn put_head(connection: &Connection, head: &TrailHead) -> Result<(), SqliteError> {
    connection
        .prepare_cached(
            "INSERT INTO trail_head (org, app, number, hash, at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (org, app) DO UPDATE SET number = ?3, hash = ?4, at = ?5",
        )?
        .execute(params![
            head.org.as_str(),
            head.app.as_str(),
            head.number.cast_signed(),
            head.hash.as_str(),
            from_time(head.at)
        ])?;
    Ok(())
}

fn trail(
    connection: &Connection,
    org: &OrgId,
    app: &AppId,
    page: &PageRequest,
) -> Result<Page<TrailEntry>, SqliteError> {
    let cursors = ListCursors::for_list(&[Some("trail"), Some(org.as_str()), Some(app.as_str())]);
    let after: i64 = cursors.start(page)?.unwrap_or_default();
    let mut statement = connection.prepare_cached(
        "SELECT number, previous, hash, event FROM event
         WHERE org = :org AND app = :app AND number > :after ORDER BY number LIMIT :limit",
    )?;
    let rows = statement.query_map(
        named_params! { ":org": org.as_str(), ":app": app.as_str(), ":after": after, ":limit": rows_to_ask_for(page) },
        |row| {
            let text = |column| row.get::<_, String>(column);
            Ok((row.get::<_, i64>(0)?, text(1)?, text(2)?, text(3)?))
        },
    )?;
    cursors.page(
        page,
        rows.map(|row| {
            let (number, previous, hash, event) = row?;
            let what = || format!("event {number} of app {app} of org {org}");
            let entry = TrailEntry {
                org: org.clone(),
                app: app.clone(),
                number: number.cast_unsigned(),
                previous: from_text(previous, what)?,
                event: from_json(&event, what)?,
                hash: from_text(hash, what)?,
            };
            Ok((number, entry))
        }),
    )
}

fn heads(connection: &Connection, since: Timestamp, page: &PageRequest) -> Result<Page<TrailHead>, SqliteError> {
    let since = from_time(since);
    let cursors = ListCursors::for_list(&[Some("trail heads"), Some(&since)]);
    let (at, org, app): (String, String, String) =
        cursors.start(page)?.unwrap_or_else(|| (since.clone(), String::new(), String::new()));
    let mut statement = connection.prepare_cached(
        "SELECT org, app, number, hash, at FROM trail_head
         WHERE (at, org, app) > (?1, ?2, ?3) ORDER BY at, org, app LIMIT ?4",
    )?;
    let rows = statement.query_map(params![at, org, app, rows_to_ask_for(page)], |row| {
        let text = |column| row.get::<_, String>(column);
        Ok((text(0)?, text(1)?, row.get::<_, i64>(2)?, text(3)?, text(4)?))
    })?;
    cursors.page(
        page,
        rows.map(|row| {
            let (org, app, number, hash, at) = row?;
            let what = || format!("the trail of app {app} of org {org}");
            let head = TrailHead {
                org: from_text(org.clone(), what)?,
                app: from_text(app.clone(), what)?,
                number: number.cast_unsigned(),
                hash: from_text(hash, what)?,
                at: to_time(&at, what)?,
            };
            Ok(((at, org, app), head))
        }),
    )
}

#[async_trait]
impl Trails for SqliteLedger {
    async fn trail(&self, org: &OrgId, app: &AppId, page: PageRequest) -> Result<Page<TrailEntry>, LedgerError> {
        let (org, app) = (org.clone(), app.clone());
        self.run("list a trail", move |connection| trail(connection, &org, &app, &page)).await
    }

    async fn trail_heads(&self, since: Timestamp, page: PageRequest) -> Result<Page<TrailHead>, LedgerError> {
        self.run("list trail heads", move |connection| heads(connection, since, &page)).await
    }

    async fn put_digest(&self, digest: &SignedDigest) -> Result<bool, LedgerError> {
        let digest = digest.clone();
        self.run("write a digest", move |connection| {
            let written = connection
                .prepare_cached("INSERT INTO trail_digest (number, record) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
                .execute(params![digest.digest.number.cast_signed(), to_json(&digest)?])?;
            Ok(written == 1)
        })
        .await
    }

    async fn digests(&self, page: PageRequest) -> Result<Page<SignedDigest>, LedgerError> {
        self.run("list digests", move |connection| {
            let cursors = ListCursors::for_list(&[Some("digests")]);
            let after: i64 = cursors.start(&page)?.unwrap_or_default();
            let mut statement = connection
                .prepare_cached("SELECT number, record FROM trail_digest WHERE number > ?1 ORDER BY number LIMIT ?2")?;
            let rows = statement.query_map(params![after, rows_to_ask_for(&page)], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })?;
            cursors.page(
                &page,
                rows.map(|row| {
                    let (number, record) = row?;
                    Ok((number, from_json(&record, || format!("digest {number}"))?))
                }),
            )
        })
        .await
    }

    async fn latest_digest(&self) -> Result<Option<SignedDigest>, LedgerError> {
        self.run("read the latest digest", |connection| {
            let record: Option<String> = connection
                .prepare_cached("SELECT record FROM trail_digest ORDER BY number DESC LIMIT 1")?
                .query_row([], |row| row.get(0))
                .optional()?;
            Ok(record.map(|record| from_json(&record, || "the latest digest".to_owned())).transpose()?)
        })
        .await
    }
}
