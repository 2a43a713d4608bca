//! Notifications.

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::SqliteLedger;
use super::error::SqliteError;
use super::recipients;
use crate::domain::contact::MailAddress;
use crate::domain::id::{NotificationId, OrgId, RequestId};
use crate::domain::mail_hold::MailHold;
use crate::domain::notification::Notification;
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::stored::{from_json, from_time, to_json};
use crate::ledger::{LedgerError, Notifications, Page, PageRequest, Suppression, retention};

#[async_trait]
impl Notifications for SqliteLedger {
    async fn put_notification(&self, notification: &Notification) -> Result<bool, LedgerError> {
        let first = Notification { version: 1, ..notification.clone() };
        self.run("write a notification", move |connection| put(connection, &first)).await
    }

    async fn notification(
        &self,
        request: &RequestId,
        id: &NotificationId,
    ) -> Result<Option<Notification>, LedgerError> {
        let (request, id) = (request.clone(), id.clone());
        self.run("read a notification", move |connection| get(connection, &request, &id)).await
    }

    async fn update_notification(&self, notification: &Notification) -> Result<bool, LedgerError> {
        let next = Notification { version: notification.version.saturating_add(1), ..notification.clone() };
        let version = notification.version.cast_signed();
        self.run("change a notification", move |connection| update(connection, version, &next)).await
    }

    async fn notifications_of(&self, request: &RequestId) -> Result<Vec<Notification>, LedgerError> {
        let request = request.clone();
        self.run("list a request's notifications", move |connection| of_request(connection, &request)).await
    }

    async fn open_notifications(&self, until: Timestamp, page: PageRequest) -> Result<Page<Notification>, LedgerError> {
        self.run("list open notifications", move |connection| open(connection, until, &page)).await
    }

    async fn notifications(&self, org: &OrgId, page: PageRequest) -> Result<Page<Notification>, LedgerError> {
        let org = org.clone();
        self.run("list an org's notifications", move |connection| of_org(connection, &org, &page)).await
    }

    async fn mute(&self, request: &RequestId, address: &MailAddress, at: Timestamp) -> Result<(), LedgerError> {
        let (request, address) = (request.clone(), address.digest());
        self.run("mute an address", move |connection| recipients::mute(connection, &request, &address, at)).await
    }

    async fn is_muted(&self, request: &RequestId, address: &MailAddress) -> Result<bool, LedgerError> {
        let (request, address) = (request.clone(), address.digest());
        self.run("find a mute", move |connection| recipients::is_muted(connection, &request, &address)).await
    }

    async fn unmute(&self, request: &RequestId, address: &MailAddress) -> Result<bool, LedgerError> {
        let (request, address) = (request.clone(), address.digest());
        self.run("remove a mute", move |connection| recipients::unmute(connection, &request, &address)).await
    }

    async fn suppress(&self, address: &MailAddress, suppression: &Suppression) -> Result<(), LedgerError> {
        let (address, suppression) = (address.clone(), suppression.clone());
        self.run("suppress an address", move |connection| recipients::suppress(connection, &address, &suppression))
            .await
    }

    async fn suppression(&self, address: &MailAddress) -> Result<Option<Suppression>, LedgerError> {
        let address = address.digest();
        self.run("find a suppression", move |connection| recipients::suppression(connection, &address)).await
    }

    async fn suppressions(&self, page: PageRequest) -> Result<Page<(MailAddress, Suppression)>, LedgerError> {
        self.run("list suppressions", move |connection| recipients::suppressions(connection, &page)).await
    }

    async fn put_mail_hold(&self, hold: &MailHold) -> Result<(), LedgerError> {
        let hold = hold.clone();
        self.run("write a mail hold", move |connection| recipients::put_hold(connection, &hold)).await
    }

    async fn mail_hold(&self, org: Option<&OrgId>) -> Result<Option<MailHold>, LedgerError> {
        let org = org.cloned();
        self.run("read a mail hold", move |connection| recipients::hold(connection, org.as_ref())).await
    }

    async fn mail_holds(&self, page: PageRequest) -> Result<Page<MailHold>, LedgerError> {
        self.run("list mail holds", move |connection| recipients::holds(connection, &page)).await
    }

    async fn lift_suppression(&self, address: &MailAddress) -> Result<(), LedgerError> {
        let address = address.digest();
        self.run("lift a suppression", move |connection| recipients::lift(connection, &address)).await
    }
}

/// What notifications are sorted by: due time, id, request.
type SortKey = (String, String, String);

/// Open notifications, after a sort key.
pub(super) const OPEN: &str = "SELECT due_at, id, request, record FROM notification
     WHERE NOT settled AND due_at <= :until AND (due_at, id, request) > (:due_at, :id, :request)
     ORDER BY due_at, id, request LIMIT :limit";
/// An org's notifications, before a sort key.
pub(super) const OF_ORG: &str = "SELECT due_at, id, request, record FROM notification
     WHERE org = :org AND (due_at, id, request) < (:due_at, :id, :request)
     ORDER BY due_at DESC, id DESC, request DESC LIMIT :limit";

fn put(connection: &Connection, notification: &Notification) -> Result<bool, SqliteError> {
    let changed = connection
        .prepare_cached(
            "INSERT INTO notification (request, id, org, due_at, settled, version, expires_at, record)
             VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7)
             ON CONFLICT (request, id) DO NOTHING",
        )?
        .execute(params![
            notification.request.as_str(),
            notification.id.as_str(),
            notification.org.as_str(),
            from_time(notification.due_at),
            notification.is_settled(),
            retention::notification_expires_at(notification).map(from_time),
            to_json(notification)?,
        ])?;
    Ok(changed == 1)
}

fn get(connection: &Connection, request: &RequestId, id: &NotificationId) -> Result<Option<Notification>, SqliteError> {
    let record: Option<String> = connection
        .prepare_cached("SELECT record FROM notification WHERE request = ?1 AND id = ?2")?
        .query_row([request.as_str(), id.as_str()], |row| row.get(0))
        .optional()?;
    Ok(record.map(|record| read(&record)).transpose()?)
}

fn update(connection: &Connection, version: i64, next: &Notification) -> Result<bool, SqliteError> {
    let changed = connection
        .prepare_cached(
            "UPDATE notification
             SET org = ?4, due_at = ?5, settled = ?6, version = version + 1, expires_at = ?7, record = ?8
             WHERE request = ?1 AND id = ?2 AND version = ?3",
        )?
        .execute(params![
            next.request.as_str(),
            next.id.as_str(),
            version,
            next.org.as_str(),
            from_time(next.due_at),
            next.is_settled(),
            retention::notification_expires_at(next).map(from_time),
            to_json(next)?,
        ])?;
    Ok(changed == 1)
}

fn of_request(connection: &Connection, request: &RequestId) -> Result<Vec<Notification>, SqliteError> {
    let mut statement =
        connection.prepare_cached("SELECT record FROM notification WHERE request = ?1 ORDER BY due_at, id")?;
    let records = statement.query_map([request.as_str()], |row| row.get::<_, String>(0))?;
    records.map(|record| Ok(read(&record?)?)).collect()
}

fn open(connection: &Connection, until: Timestamp, page: &PageRequest) -> Result<Page<Notification>, SqliteError> {
    let cursors = ListCursors::for_list(&[Some("open notifications")]);
    // Empty text sorts before every key.
    let (due_at, id, request): SortKey = cursors.start(page)?.unwrap_or_default();
    let mut statement = connection.prepare_cached(OPEN)?;
    let rows = statement.query_map(
        named_params! { ":until": from_time(until), ":due_at": due_at, ":id": id, ":request": request,
        ":limit": rows_to_ask_for(page) },
        sort_key_and_record,
    )?;
    cursors.page(page, rows.map(|row| sort_key_and_notification(row?)))
}

fn of_org(connection: &Connection, org: &OrgId, page: &PageRequest) -> Result<Page<Notification>, SqliteError> {
    let cursors = ListCursors::for_list(&[Some("notifications"), Some(org.as_str())]);
    // `~` sorts after every time, as times start with a digit.
    let start = || ("~".to_owned(), String::new(), String::new());
    let (due_at, id, request): SortKey = cursors.start(page)?.unwrap_or_else(start);
    let mut statement = connection.prepare_cached(OF_ORG)?;
    let rows = statement.query_map(
        named_params! { ":org": org.as_str(), ":due_at": due_at, ":id": id, ":request": request,
        ":limit": rows_to_ask_for(page) },
        sort_key_and_record,
    )?;
    cursors.page(page, rows.map(|row| sort_key_and_notification(row?)))
}

fn sort_key_and_record(row: &Row<'_>) -> rusqlite::Result<(SortKey, String)> {
    Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?))
}

fn sort_key_and_notification((key, record): (SortKey, String)) -> Result<(SortKey, Notification), SqliteError> {
    Ok((key, read(&record)?))
}

fn read(record: &str) -> Result<Notification, LedgerError> {
    from_json(record, || "a notification".to_owned())
}
