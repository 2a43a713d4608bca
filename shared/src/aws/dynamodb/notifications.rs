//! Notifications: one item each under its request, by which [`BY_LIST`] finds the open ones and [`BY_TENANT`] an org's.
//!
//! A notification keeps its reason from being told again, so it stays as long as its reason may be found again. Only a digest and
//! a change of standing are of one day or moment that does not come back: `DynamoDB` may remove them once they are settled
//! and were due [`KEPT`] ago. A mute has no end either: whoever asked for quiet did not ask for a year of it.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::DynamoLedger;
use super::item::{a_text, record, with_record};
use super::keys::{
    BY_LIST, BY_TENANT, EXPIRES_AT, Item, ItemKey, LIST, NOTIFICATIONS, OPEN_NOTIFICATIONS, PLACE, SK, SUPPRESSIONS,
    TENANT, expiry, last_place_of_notifications, notifications_list, number, of_request, place_of_notification, text,
};
use super::query::{Query, SortKeys};
use super::table::{Condition, is_new};
use crate::domain::contact::MailAddress;
use crate::domain::id::{NotificationId, OrgId, RequestId};
use crate::domain::notification::{About, Notification};
use crate::ledger::paging::{List, rows_to_ask_for};
use crate::ledger::stored::{from_text, from_time};
use crate::ledger::{LedgerError, Notifications, Page, PageRequest, Suppression};

/// How long a settled notification of one day or moment is kept after it was due: over a year, for whoever reviews one.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);
/// When something was noted.
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
        let query = Query { sort_keys: SortKeys::beginning(NOTIFICATIONS), ..Query::under(of_request(request)) };
        let items = self.0.list("list a request's notifications", query).await?;
        let mut notifications = items.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        notifications.sort_by(|one, other| (one.due_at, &one.id).cmp(&(other.due_at, &other.id)));
        Ok(notifications)
    }

    async fn open_notifications(&self, until: Timestamp, page: PageRequest) -> Result<Page<Notification>, LedgerError> {
        let list = List::of(&[Some("open notifications")]);
        let after: Option<Place> = list.start(&page)?;
        let end = last_place_of_notifications(until);
        // What is asked for would end before it begins, which DynamoDB refuses.
        if after.as_ref().is_some_and(|after| after.spot > end) {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let query = Query {
            index: Some(BY_LIST),
            partition: (LIST, OPEN_NOTIFICATIONS.to_owned()),
            sort_keys: SortKeys::UpTo(end),
            after: after.map(|after| after.in_list(LIST, OPEN_NOTIFICATIONS)),
            most: rows_to_ask_for(&page) as usize,
            ..Query::under("")
        };
        let items = self.0.list("list open notifications", query).await?;
        list.page(&page, items.iter().map(placed))
    }

    async fn notifications(&self, org: &OrgId, page: PageRequest) -> Result<Page<Notification>, LedgerError> {
        let list = List::of(&[Some("notifications"), Some(org.as_str())]);
        let after: Option<Place> = list.start(&page)?;
        let of_org = notifications_list(org);
        let query = Query {
            index: Some(BY_TENANT),
            after: after.map(|after| after.in_list(TENANT, &of_org)),
            partition: (TENANT, of_org),
            backwards: true,
            most: rows_to_ask_for(&page) as usize,
            ..Query::under("")
        };
        let items = self.0.list("list an org's notifications", query).await?;
        list.page(&page, items.iter().map(placed))
    }

    async fn mute(&self, request: &RequestId, address: &MailAddress, at: Timestamp) -> Result<(), LedgerError> {
        let mut item = ItemKey::mute(request, address).item();
        item.insert(AT.to_owned(), text(from_time(at)));
        self.0.put("mute an address", item).await
    }

    async fn is_muted(&self, request: &RequestId, address: &MailAddress) -> Result<bool, LedgerError> {
        Ok(self.0.get("look for a mute", &ItemKey::mute(request, address)).await?.is_some())
    }

    async fn suppress(&self, address: &MailAddress, suppression: &Suppression) -> Result<(), LedgerError> {
        let mut item = with_record(ItemKey::suppression(address).item(), suppression)?;
        item.insert(ADDRESS.to_owned(), text(address.as_str()));
        self.0.put("suppress an address", item).await
    }

    async fn suppression(&self, address: &MailAddress) -> Result<Option<Suppression>, LedgerError> {
        let item = self.0.get("look for a suppression", &ItemKey::suppression(address)).await?;
        item.map(|item| read_suppression(&item)).transpose()
    }

    async fn suppressions(&self, page: PageRequest) -> Result<Page<(MailAddress, Suppression)>, LedgerError> {
        let list = List::of(&[Some("suppressions")]);
        let after: Option<String> = list.start(&page)?;
        let query = Query {
            after: after.map(|sk| ItemKey { pk: SUPPRESSIONS.to_owned(), sk }.item()),
            most: rows_to_ask_for(&page) as usize,
            ..Query::under(SUPPRESSIONS)
        };
        let items = self.0.list("list suppressions", query).await?;
        list.page(
            &page,
            items.iter().map(|item| {
                let address = a_text(item, ADDRESS)?.to_owned();
                let address = from_text(address, || "a suppressed address".to_owned())?;
                Ok((a_text(item, SK)?.to_owned(), (address, read_suppression(item)?)))
            }),
        )
    }

    async fn lift_suppression(&self, address: &MailAddress) -> Result<(), LedgerError> {
        self.0.delete("lift a suppression", &ItemKey::suppression(address)).await
    }
}

/// Where a notification is in both lists.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Place {
    spot: String,
    request: RequestId,
    id: NotificationId,
}

impl Place {
    /// The place as an index has it.
    fn in_list(&self, by: &str, list: &str) -> Item {
        let mut item = ItemKey::notification(&self.request, &self.id).item();
        item.insert(by.to_owned(), text(list));
        item.insert(PLACE.to_owned(), text(&self.spot));
        item
    }
}

/// A notification that is settled leaves the list of those that are not.
fn item(notification: &Notification) -> Result<Item, LedgerError> {
    let mut item = with_record(ItemKey::notification(&notification.request, &notification.id).item(), notification)?;
    item.insert("version".to_owned(), number(notification.version));
    item.insert(TENANT.to_owned(), text(notifications_list(&notification.org)));
    item.insert(PLACE.to_owned(), text(place_of_notification(notification.due_at, &notification.id)));
    if !notification.is_settled() {
        item.insert(LIST.to_owned(), text(OPEN_NOTIFICATIONS));
    } else if matches!(notification.about, About::Digest { .. } | About::StandingChanged { .. }) {
        item.insert(EXPIRES_AT.to_owned(), expiry(notification.due_at.saturating_add(KEPT).unwrap_or(Timestamp::MAX)));
    }
    Ok(item)
}

fn read(item: &Item) -> Result<Notification, LedgerError> {
    record(item, || "a notification".to_owned())
}

fn read_suppression(item: &Item) -> Result<Suppression, LedgerError> {
    record(item, || "the suppression of an address".to_owned())
}

fn placed(item: &Item) -> Result<(Place, Notification), LedgerError> {
    let notification = read(item)?;
    let place = place_of_notification(notification.due_at, &notification.id);
    Ok((Place { spot: place, request: notification.request.clone(), id: notification.id.clone() }, notification))
}
