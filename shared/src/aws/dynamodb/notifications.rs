//! Notifications: one item each under its request. [`BY_LIST`] lists the open ones, [`BY_TENANT`] those of an org. Mutes are
//! under the request too; suppressions have a partition of their own.

use async_trait::async_trait;
use jiff::Timestamp;

use super::DynamoLedger;
use super::item::{record, text_of, with_record};
use super::keys::{
    BY_LIST, BY_TENANT, EXPIRES_AT, Item, ItemKey, LIST, MAIL_HOLDS, NOTIFICATION_PREFIX, OPEN_NOTIFICATIONS, POSITION,
    SK, SUPPRESSIONS, TENANT, expiry, last_notification_position, notification_position, notifications_list, number,
    request_partition, text,
};
use super::query::{Query, SortKeys};
use super::table::{Condition, is_new};
use crate::domain::contact::MailAddress;
use crate::domain::id::{NotificationId, OrgId, RequestId};
use crate::domain::mail_hold::MailHold;
use crate::domain::notification::Notification;
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::stored::{from_text, from_time};
use crate::ledger::{LedgerError, Notifications, Page, PageRequest, Suppression, retention};

/// When a mute was recorded.
const AT: &str = "at";
/// The address that is suppressed.
const ADDRESS: &str = "address";

#[async_trait]
impl Notifications for DynamoLedger {
    async fn put_notification(&self, notification: &Notification) -> Result<bool, LedgerError> {
        let first = Notification { version: 1, ..notification.clone() };
        self.0.put_if("write a notification", item(&first)?, is_new()).await
    }

    async fn notification(
        &self,
        request: &RequestId,
        id: &NotificationId,
    ) -> Result<Option<Notification>, LedgerError> {
        let item = self.0.get("read a notification", &ItemKey::notification(request, id)).await?;
        item.map(|item| read(&item)).transpose()
    }

    async fn update_notification(&self, notification: &Notification) -> Result<bool, LedgerError> {
        let next = Notification { version: notification.version.saturating_add(1), ..notification.clone() };
        self.0.put_if("change a notification", item(&next)?, Condition::has_version(notification.version)).await
    }

    async fn notifications_of(&self, request: &RequestId) -> Result<Vec<Notification>, LedgerError> {
        let query = Query {
            sort_keys: SortKeys::beginning(NOTIFICATION_PREFIX),
            ..Query::partition(request_partition(request))
        };
        let items = self.0.list("list a request's notifications", query).await?;
        let mut notifications = items.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        notifications.sort_by(|one, other| (one.due_at, &one.id).cmp(&(other.due_at, &other.id)));
        Ok(notifications)
    }

    async fn open_notifications(&self, until: Timestamp, page: PageRequest) -> Result<Page<Notification>, LedgerError> {
        let cursors = ListCursors::for_list(&[Some("open notifications")]);
        let after: Option<Position> = cursors.start(&page)?;
        let end = last_notification_position(until);
        // The range would end before it begins, which DynamoDB rejects.
        if after.as_ref().is_some_and(|after| after.sort_key > end) {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let query = Query {
            index: Some(BY_LIST),
            partition: (LIST, OPEN_NOTIFICATIONS.to_owned()),
            sort_keys: SortKeys::UpTo(end),
            after: after.map(|after| after.index_key(LIST, OPEN_NOTIFICATIONS)),
            most: rows_to_ask_for(&page) as usize,
            ..Query::partition("")
        };
        let items = self.0.list("list open notifications", query).await?;
        cursors.page(&page, items.iter().map(with_position))
    }

    async fn notifications(&self, org: &OrgId, page: PageRequest) -> Result<Page<Notification>, LedgerError> {
        let cursors = ListCursors::for_list(&[Some("notifications"), Some(org.as_str())]);
        let after: Option<Position> = cursors.start(&page)?;
        let of_org = notifications_list(org);
        let query = Query {
            index: Some(BY_TENANT),
            after: after.map(|after| after.index_key(TENANT, &of_org)),
            partition: (TENANT, of_org),
            backwards: true,
            most: rows_to_ask_for(&page) as usize,
            ..Query::partition("")
        };
        let items = self.0.list("list an org's notifications", query).await?;
        cursors.page(&page, items.iter().map(with_position))
    }

    async fn mute(&self, request: &RequestId, address: &MailAddress, at: Timestamp) -> Result<(), LedgerError> {
        let mut item = ItemKey::mute(request, address).item();
        item.insert(AT.to_owned(), text(from_time(at)));
        self.0.put("mute an address", item).await
    }

    async fn is_muted(&self, request: &RequestId, address: &MailAddress) -> Result<bool, LedgerError> {
        Ok(self.0.get("find a mute", &ItemKey::mute(request, address)).await?.is_some())
    }

    async fn unmute(&self, request: &RequestId, address: &MailAddress) -> Result<bool, LedgerError> {
        let is_muted = self.is_muted(request, address).await?;
        self.0.delete("remove a mute", &ItemKey::mute(request, address)).await?;
        Ok(is_muted)
    }

    async fn suppress(&self, address: &MailAddress, suppression: &Suppression) -> Result<(), LedgerError> {
        let mut item = with_record(ItemKey::suppression(address).item(), suppression)?;
        item.insert(ADDRESS.to_owned(), text(address.as_str()));
        self.0.put("suppress an address", item).await
    }

    async fn suppression(&self, address: &MailAddress) -> Result<Option<Suppression>, LedgerError> {
        let item = self.0.get("find a suppression", &ItemKey::suppression(address)).await?;
        item.map(|item| read_suppression(&item)).transpose()
    }

    async fn suppressions(&self, page: PageRequest) -> Result<Page<(MailAddress, Suppression)>, LedgerError> {
        let cursors = ListCursors::for_list(&[Some("suppressions")]);
        let after: Option<String> = cursors.start(&page)?;
        let query = Query {
            after: after.map(|sk| ItemKey { pk: SUPPRESSIONS.to_owned(), sk }.item()),
            most: rows_to_ask_for(&page) as usize,
            ..Query::partition(SUPPRESSIONS)
        };
        let items = self.0.list("list suppressions", query).await?;
        cursors.page(
            &page,
            items.iter().map(|item| {
                let address = text_of(item, ADDRESS)?.to_owned();
                let address = from_text(address, || "a suppressed address".to_owned())?;
                Ok((text_of(item, SK)?.to_owned(), (address, read_suppression(item)?)))
            }),
        )
    }

    async fn put_mail_hold(&self, hold: &MailHold) -> Result<(), LedgerError> {
        self.0.put("write a mail hold", with_record(ItemKey::mail_hold(hold.org.as_ref()).item(), hold)?).await
    }

    async fn mail_hold(&self, org: Option<&OrgId>) -> Result<Option<MailHold>, LedgerError> {
        let item = self.0.get("read a mail hold", &ItemKey::mail_hold(org)).await?;
        item.map(|item| read_hold(&item)).transpose()
    }

    async fn mail_holds(&self, page: PageRequest) -> Result<Page<MailHold>, LedgerError> {
        let cursors = ListCursors::for_list(&[Some("mail holds")]);
        let after: Option<String> = cursors.start(&page)?;
        let query = Query {
            after: after.map(|sk| ItemKey { pk: MAIL_HOLDS.to_owned(), sk }.item()),
            most: rows_to_ask_for(&page) as usize,
            ..Query::partition(MAIL_HOLDS)
        };
        let items = self.0.list("list mail holds", query).await?;
        cursors.page(&page, items.iter().map(|item| Ok((text_of(item, SK)?.to_owned(), read_hold(item)?))))
    }

    async fn lift_suppression(&self, address: &MailAddress) -> Result<(), LedgerError> {
        self.0.delete("lift a suppression", &ItemKey::suppression(address)).await
    }
}

/// A notification's position in both lists.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Position {
    sort_key: String,
    request: RequestId,
    id: NotificationId,
}

impl Position {
    /// The position as an index key.
    fn index_key(&self, by: &str, list: &str) -> Item {
        let mut item = ItemKey::notification(&self.request, &self.id).item();
        item.insert(by.to_owned(), text(list));
        item.insert(POSITION.to_owned(), text(&self.sort_key));
        item
    }
}

/// The item of a notification; one that is settled is not in the list of open notifications.
fn item(notification: &Notification) -> Result<Item, LedgerError> {
    let mut item = with_record(ItemKey::notification(&notification.request, &notification.id).item(), notification)?;
    item.insert("version".to_owned(), number(notification.version));
    item.insert(TENANT.to_owned(), text(notifications_list(&notification.org)));
    item.insert(POSITION.to_owned(), text(notification_position(notification.due_at, &notification.id)));
    if !notification.is_settled() {
        item.insert(LIST.to_owned(), text(OPEN_NOTIFICATIONS));
    }
    if let Some(at) = retention::notification_expires_at(notification) {
        item.insert(EXPIRES_AT.to_owned(), expiry(at));
    }
    Ok(item)
}

fn read(item: &Item) -> Result<Notification, LedgerError> {
    record(item, || "a notification".to_owned())
}

fn read_hold(item: &Item) -> Result<MailHold, LedgerError> {
    record(item, || "a mail hold".to_owned())
}

fn read_suppression(item: &Item) -> Result<Suppression, LedgerError> {
    record(item, || "the suppression of an address".to_owned())
}

fn with_position(item: &Item) -> Result<(Position, Notification), LedgerError> {
    let notification = read(item)?;
    let sort_key = notification_position(notification.due_at, &notification.id);
    Ok((Position { sort_key, request: notification.request.clone(), id: notification.id.clone() }, notification))
}
