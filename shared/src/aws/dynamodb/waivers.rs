//! Waivers.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::DynamoLedger;
use super::item::{record, with_record};
use super::keys::{BY_LIST, Item, ItemKey, LIST, POSITION, WAIVERS, text};
use super::query::Query;
use crate::domain::id::{AppId, OrgId};
use crate::domain::waiver::Waiver;
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::{LedgerError, Page, PageRequest, Waivers};

/// A waiver's place in the list of waivers.
#[derive(Serialize, Deserialize)]
struct Position {
    org: OrgId,
    app: AppId,
}

impl Position {
    /// The position as an index key.
    fn index_key(&self) -> Item {
        let mut item = ItemKey::waiver(&self.org, &self.app).item();
        item.insert(LIST.to_owned(), text(WAIVERS));
        item.insert(POSITION.to_owned(), text(format!("{}#{}", self.org, self.app)));
        item
    }
}

#[async_trait]
impl Waivers for DynamoLedger {
    async fn put_waiver(&self, waiver: &Waiver) -> Result<(), LedgerError> {
        let position = Position { org: waiver.org.clone(), app: waiver.app.clone() };
        self.0.put("write a waiver", with_record(position.index_key(), waiver)?).await
    }

    async fn waiver(&self, org: &OrgId, app: &AppId) -> Result<Option<Waiver>, LedgerError> {
        let item = self.0.get("read a waiver", &ItemKey::waiver(org, app)).await?;
        item.map(|item| record(&item, || format!("the waiver of app {app} of org {org}"))).transpose()
    }

    async fn waivers(&self, page: PageRequest) -> Result<Page<Waiver>, LedgerError> {
        let cursors = ListCursors::for_list(&[Some(WAIVERS)]);
        let after: Option<Position> = cursors.start(&page)?;
        let query = Query {
            index: Some(BY_LIST),
            partition: (LIST, WAIVERS.to_owned()),
            after: after.map(|position| position.index_key()),
            most: rows_to_ask_for(&page) as usize,
            ..Query::partition("")
        };
        let items = self.0.list("list waivers", query).await?;
        cursors.page(
            &page,
            items.iter().map(|item| {
                let waiver: Waiver = record(item, || "a waiver".to_owned())?;
                Ok((Position { org: waiver.org.clone(), app: waiver.app.clone() }, waiver))
            }),
        )
    }

    async fn remove_waiver(&self, org: &OrgId, app: &AppId) -> Result<bool, LedgerError> {
        // Reads first: if the SDK retries a deletion whose response was lost, no condition can tell whether the waiver existed.
        let (action, key) = ("remove a waiver", ItemKey::waiver(org, app));
        if self.0.get(action, &key).await?.is_none() {
            return Ok(false);
        }
        self.0.delete(action, &key).await.map(|()| true)
    }
}
