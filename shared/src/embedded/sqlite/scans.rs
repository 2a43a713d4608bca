//! Scans.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, named_params, params};

use super::error::SqliteError;
use crate::domain::id::{OrgId, ScanId};
use crate::domain::scan::{OrgNotScanned, OrgScanResult, Scan};
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::stored::{from_text, from_time, to_time};
use crate::ledger::{LedgerError, Page, PageRequest, retention};

pub(super) fn begin(
    connection: &mut Connection,
    scan: &ScanId,
    started_at: Timestamp,
    orgs: &[OrgId],
) -> Result<(), SqliteError> {
    let transaction = connection.transaction()?;
    transaction
        .prepare_cached(
            "INSERT INTO scan (id, started_at, expires_at) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING",
        )?
        .execute([scan.as_str(), &from_time(started_at), &from_time(retention::scan_expires_at(started_at))])?;
    {
        let mut add = transaction.prepare_cached(
            "INSERT INTO scan_org (scan, org, outcome) VALUES (?1, ?2, 'pending') ON CONFLICT (scan, org) DO NOTHING",
        )?;
        for org in orgs {
            add.execute([scan.as_str(), org.as_str()])?;
        }
    }
    // A scan of no orgs is finished when it starts.
    finish_if_done(&transaction, scan, started_at)?;
    Ok(transaction.commit()?)
}

pub(super) fn record_result(
    connection: &mut Connection,
    scan: &ScanId,
    org: &OrgId,
    result: &OrgScanResult,
    at: Timestamp,
) -> Result<(), SqliteError> {
    let (outcome, apps, reason) = match result {
        OrgScanResult::Pending => ("pending", None, None),
        // SQLite integers are signed; no org has more apps than fit.
        OrgScanResult::Scanned { apps } => ("seen", Some(i64::try_from(*apps).unwrap_or(i64::MAX)), None),
        OrgScanResult::NotScanned { reason } => ("not-seen", None, Some(reason)),
    };
    let transaction = connection.transaction()?;
    if !exists(&transaction, scan)? {
        return Err(LedgerError::NoSuchScan(scan.clone()).into());
    }
    transaction
        .prepare_cached(
            "INSERT INTO scan_org (scan, org, outcome, apps, reason) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (scan, org) DO UPDATE SET outcome = ?3, apps = ?4, reason = ?5 WHERE ?3 <> 'pending'",
        )?
        .execute(params![scan.as_str(), org.as_str(), outcome, apps, reason])?;
    finish_if_done(&transaction, scan, at)?;
    Ok(transaction.commit()?)
}

/// Finishes the scan if no org is pending, and reopens it if orgs were added.
fn finish_if_done(connection: &Connection, scan: &ScanId, at: Timestamp) -> Result<(), SqliteError> {
    connection
        .prepare_cached(
            "UPDATE scan SET finished_at =
                 CASE WHEN EXISTS (SELECT 1 FROM scan_org WHERE scan = ?1 AND outcome = 'pending') THEN NULL
                 ELSE coalesce(finished_at, ?2) END
             WHERE id = ?1",
        )?
        .execute(params![scan.as_str(), from_time(at)])?;
    Ok(())
}

fn exists(connection: &Connection, scan: &ScanId) -> Result<bool, SqliteError> {
    Ok(connection.prepare_cached("SELECT 1 FROM scan WHERE id = ?1")?.exists([scan.as_str()])?)
}

pub(super) fn get(connection: &mut Connection, scan: &ScanId) -> Result<Option<Scan>, SqliteError> {
    // One transaction, so that the totals are consistent. It only reads, so it does not wait for writers.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
    let Some((started_at, finished_at)) = transaction
        .prepare_cached("SELECT started_at, finished_at FROM scan WHERE id = ?1")?
        .query_row([scan.as_str()], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?)))
        .optional()?
    else {
        return Ok(None);
    };
    let (orgs_pending, orgs_seen, apps_seen) = transaction
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE outcome = 'pending'), count(*) FILTER (WHERE outcome = 'seen'),
                 coalesce(sum(apps) FILTER (WHERE outcome = 'seen'), 0)
             FROM scan_org WHERE scan = ?1",
        )?
        .query_row([scan.as_str()], |row| Ok((count(row, 0)?, count(row, 1)?, count(row, 2)?)))?;
    let what = || format!("scan {scan}");
    Ok(Some(Scan {
        id: scan.clone(),
        started_at: to_time(&started_at, what)?,
        finished_at: finished_at.map(|time| to_time(&time, what)).transpose()?,
        orgs_pending,
        orgs_seen,
        orgs_not_seen: not_seen(&transaction, scan)?,
        apps_seen,
    }))
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::unsigned_abs)
}

fn not_seen(connection: &Connection, scan: &ScanId) -> Result<Vec<OrgNotScanned>, SqliteError> {
    let mut statement = connection.prepare_cached(
        "SELECT org, coalesce(reason, '') FROM scan_org WHERE scan = ?1 AND outcome = 'not-seen' ORDER BY org",
    )?;
    let rows = statement.query_map([scan.as_str()], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (org, reason) = row?;
        Ok(OrgNotScanned { org: from_text(org, || format!("an org of scan {scan}"))?, reason })
    })
    .collect()
}

pub(super) fn latest(connection: &mut Connection, now: Timestamp) -> Result<Option<Scan>, SqliteError> {
    let id: Option<String> = connection
        .prepare_cached("SELECT id FROM scan ORDER BY started_at > ?1, started_at DESC, seq DESC LIMIT 1")?
        .query_row([from_time(now)], |row| row.get(0))
        .optional()?;
    match id {
        None => Ok(None),
        Some(id) => get(connection, &from_text(id, || "the latest scan".to_owned())?),
    }
}

pub(super) fn pending(connection: &Connection, scan: &ScanId, page: &PageRequest) -> Result<Page<OrgId>, SqliteError> {
    let cursors = ListCursors::for_list(&[Some("pending orgs"), Some(scan.as_str())]);
    let after: String = cursors.start(page)?.unwrap_or_default();
    let mut statement = connection.prepare_cached(
        "SELECT org FROM scan_org WHERE scan = :scan AND outcome = 'pending' AND org > :after
         ORDER BY org LIMIT :limit",
    )?;
    let rows = statement.query_map(
        named_params! { ":scan": scan.as_str(), ":after": after, ":limit": rows_to_ask_for(page) },
        |row| row.get::<_, String>(0),
    )?;
    cursors.page(
        page,
        rows.map(|row| {
            let org = row?;
            let id = from_text(org.clone(), || format!("an org of scan {scan}"))?;
            Ok((org, id))
        }),
    )
}

pub(super) fn results(connection: &Connection, scan: &ScanId) -> Result<Vec<(OrgId, OrgScanResult)>, SqliteError> {
    let mut statement =
        connection.prepare_cached("SELECT org, outcome, apps, reason FROM scan_org WHERE scan = ?1 ORDER BY org")?;
    let rows = statement.query_map([scan.as_str()], |row| {
        let outcome = match row.get::<_, String>(1)?.as_str() {
            "pending" => OrgScanResult::Pending,
            "seen" => OrgScanResult::Scanned { apps: row.get::<_, Option<i64>>(2)?.unwrap_or_default().unsigned_abs() },
            _ => OrgScanResult::NotScanned { reason: row.get::<_, Option<String>>(3)?.unwrap_or_default() },
        };
        Ok((row.get::<_, String>(0)?, outcome))
    })?;
    rows.map(|row| {
        let (org, result) = row?;
        Ok((from_text(org, || format!("an org of scan {scan}"))?, result))
    })
    .collect()
}
