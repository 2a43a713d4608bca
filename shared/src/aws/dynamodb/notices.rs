//! Notices: one item each under its request, by which [`BY_LIST`] finds the open ones and [`BY_TENANT`] an org's.
//!
//! A notice keeps its reason from being told again, so it stays as long as its reason may be found again. Only a digest and
//! a change of standing are of one day or moment that does not come back: `DynamoDB` may remove them once they are settled
//! and were due [`KEPT`] ago. A mute has no end either: whoever asked for quiet did not ask for a year of it.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::DynamoLedger;
use super::item::{record, with_record};
use super::keys::{
    BY_LIST, BY_TENANT, EXPIRES_AT, Item, Key, LIST, NOTICES, OPEN_NOTICES, PLACE, TENANT, expiry,
    last_place_of_notices, notices_list, number, of_request, place_of_notice, text,
};
use super::query::{Query, SortKeys};
use super::table::{Condition, is_new};
use crate::domain::contact::MailAddress;
use crate::domain::id::{NoticeId, OrgId, RequestId};
use crate::domain::notice::{About, Notice};
use crate::ledger::paging::{List, rows_to_ask_for};
use crate::ledger::stored::from_time;
use crate::ledger::{LedgerError, Notices, Page, PageRequest, Suppression};

/// How long a settled notice of one day or moment is kept after it was due: over a year, for whoever reviews one.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);
/// When something was noted.
const AT: &str = "at";

#[async_trait]
impl Notices for DynamoLedger {
    async fn put_notice(&self, notice: &Notice) -> Result<bool, LedgerError> {
        let first = Notice { version: 1, ..notice.clone() };
        self.0.put_if("write a notice", item(&first)?, is_new()).await
    }

    async fn notice(&self, request: &RequestId, id: &NoticeId) -> Result<Option<Notice>, LedgerError> {
        let item = self.0.get("read a notice", &Key::notice(request, id)).await?;
        item.map(|item| read(&item)).transpose()
    }

    async fn update_notice(&self, notice: &Notice) -> Result<bool, LedgerError> {
        let next = Notice { version: notice.version.saturating_add(1), ..notice.clone() };
        self.0.put_if("change a notice", item(&next)?, Condition::has_version(notice.version)).await
    }

    async fn notices_of(&self, request: &RequestId) -> Result<Vec<Notice>, LedgerError> {
        let query = Query { sort_keys: SortKeys::beginning(NOTICES), ..Query::under(of_request(request)) };
        let items = self.0.list("list a request's notices", query).await?;
        let mut notices = items.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        notices.sort_by(|one, other| (one.due_at, &one.id).cmp(&(other.due_at, &other.id)));
        Ok(notices)
    }

    async fn open_notices(&self, until: Timestamp, page: PageRequest) -> Result<Page<Notice>, LedgerError> {
        let list = List::of(&[Some("open notices")]);
        let after: Option<Place> = list.start(&page)?;
        let end = last_place_of_notices(until);
        // What is asked for would end before it begins, which DynamoDB refuses.
        if after.as_ref().is_some_and(|after| after.spot > end) {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let query = Query {
            index: Some(BY_LIST),
            partition: (LIST, OPEN_NOTICES.to_owned()),
            sort_keys: SortKeys::UpTo(end),
            after: after.map(|after| after.in_list(LIST, OPEN_NOTICES)),
            most: rows_to_ask_for(&page) as usize,
            ..Query::under("")
        };
        let items = self.0.list("list open notices", query).await?;
        list.page(&page, items.iter().map(placed))
    }

    async fn notices(&self, org: &OrgId, page: PageRequest) -> Result<Page<Notice>, LedgerError> {
        let list = List::of(&[Some("notices"), Some(org.as_str())]);
        let after: Option<Place> = list.start(&page)?;
        let of_org = notices_list(org);
        let query = Query {
            index: Some(BY_TENANT),
            after: after.map(|after| after.in_list(TENANT, &of_org)),
            partition: (TENANT, of_org),
            backwards: true,
            most: rows_to_ask_for(&page) as usize,
            ..Query::under("")
        };
        let items = self.0.list("list an org's notices", query).await?;
        list.page(&page, items.iter().map(placed))
    }

    async fn mute(&self, request: &RequestId, address: &MailAddress, at: Timestamp) -> Result<(), LedgerError> {
        let mut item = Key::mute(request, address).item();
        item.insert(AT.to_owned(), text(from_time(at)));
        self.0.put("mute an address", item).await
    }

    async fn is_muted(&self, request: &RequestId, address: &MailAddress) -> Result<bool, LedgerError> {
        Ok(self.0.get("look for a mute", &Key::mute(request, address)).await?.is_some())
    }

    async fn suppress(&self, address: &MailAddress, suppression: &Suppression) -> Result<(), LedgerError> {
        let item = with_record(Key::suppression(address).item(), suppression)?;
        self.0.put("suppress an address", item).await
    }

    async fn suppression(&self, address: &MailAddress) -> Result<Option<Suppression>, LedgerError> {
        let item = self.0.get("look for a suppression", &Key::suppression(address)).await?;
        item.map(|item| record(&item, || "the suppression of an address".to_owned())).transpose()
    }

    async fn lift_suppression(&self, address: &MailAddress) -> Result<(), LedgerError> {
        self.0.delete("lift a suppression", &Key::suppression(address)).await
    }
}

/// Where a notice is in both lists.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Place {
    spot: String,
    request: RequestId,
    id: NoticeId,
}

impl Place {
    /// The place as an index has it.
    fn in_list(&self, by: &str, list: &str) -> Item {
        let mut item = Key::notice(&self.request, &self.id).item();
        item.insert(by.to_owned(), text(list));
        item.insert(PLACE.to_owned(), text(&self.spot));
        item
    }
}

/// A notice that is settled leaves the list of those that are not.
fn item(notice: &Notice) -> Result<Item, LedgerError> {
    let mut item = with_record(Key::notice(&notice.request, &notice.id).item(), notice)?;
    item.insert("version".to_owned(), number(notice.version));
    item.insert(TENANT.to_owned(), text(notices_list(&notice.org)));
    item.insert(PLACE.to_owned(), text(place_of_notice(notice.due_at, &notice.id)));
    if !notice.is_settled() {
        item.insert(LIST.to_owned(), text(OPEN_NOTICES));
    } else if matches!(notice.about, About::Digest { .. } | About::StandingChanged { .. }) {
        item.insert(EXPIRES_AT.to_owned(), expiry(notice.due_at.saturating_add(KEPT).unwrap_or(Timestamp::MAX)));
    }
    Ok(item)
}

fn read(item: &Item) -> Result<Notice, LedgerError> {
    record(item, || "a notice".to_owned())
}

fn placed(item: &Item) -> Result<(Place, Notice), LedgerError> {
    let notice = read(item)?;
    let place = place_of_notice(notice.due_at, &notice.id);
    Ok((Place { spot: place, request: notice.request.clone(), id: notice.id.clone() }, notice))
}
