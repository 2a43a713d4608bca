//! Save journals.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;

use super::DynamoLedger;
use super::item::{record, with_record};
use super::keys::{BY_LIST, Item, ItemKey, LIST, POSITION, UNSETTLED, number, text};
use super::query::Query;
use super::table::Condition;
use crate::domain::id::{AppId, OrgId};
use crate::domain::save::SaveJournal;
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::{LedgerError, Page, PageRequest, Saves};

#[async_trait]
impl Saves for DynamoLedger {
    async fn save_journal(&self, org: &OrgId, app: &AppId) -> Result<Option<SaveJournal>, LedgerError> {
        let item = self.0.get("read a save", &ItemKey::save(org, app)).await?;
        item.map(|item| record(&item, || format!("the save of app {app} of org {org}"))).transpose()
    }

    async fn unsettled_saves(&self, page: PageRequest) -> Result<Page<SaveJournal>, LedgerError> {
        let cursors = ListCursors::for_list(&[Some("unsettled saves")]);
        let after: Option<(String, String)> = cursors.start(&page)?;
        let after = after.map(|(org, app)| {
            let mut item = ItemKey { pk: format!("org#{org}"), sk: format!("save#{app}") }.item();
            item.insert(LIST.to_owned(), text(UNSETTLED));
            item.insert(POSITION.to_owned(), text(format!("{org}#{app}")));
            item
        });
        let query = Query {
            index: Some(BY_LIST),
            partition: (LIST, UNSETTLED.to_owned()),
            after,
            most: rows_to_ask_for(&page) as usize,
            ..Query::partition("")
        };
        let items = self.0.list("list unsettled saves", query).await?;
        cursors.page(
            &page,
            items.iter().map(|item| {
                let journal: SaveJournal = record(item, || "an unsettled save".to_owned())?;
                Ok(((journal.org.to_string(), journal.app.to_string()), journal))
            }),
        )
    }

    async fn begin_save(&self, journal: &SaveJournal) -> Result<bool, LedgerError> {
        let nothing_unsettled = Condition {
            expression: "attribute_not_exists(#pk) OR #settled = :settled",
            names: &["pk", "settled"],
            values: vec![("settled", AttributeValue::Bool(true))],
        };
        let journal = SaveJournal { version: 0, ..journal.clone() };
        self.0.put_if("begin a save", item(&journal)?, nothing_unsettled).await
    }

    async fn update_save(&self, journal: &SaveJournal) -> Result<bool, LedgerError> {
        let unchanged = Condition {
            expression: "#id = :id AND #version = :version",
            names: &["id", "version"],
            values: vec![("id", text(journal.id.as_str())), ("version", number(journal.version))],
        };
        let next = SaveJournal { version: journal.version.saturating_add(1), ..journal.clone() };
        self.0.put_if("change a save", item(&next)?, unchanged).await
    }
}

/// The item of a journal; one that is settled is not in the list of unsettled journals.
fn item(journal: &SaveJournal) -> Result<Item, LedgerError> {
    let mut item = with_record(ItemKey::save(&journal.org, &journal.app).item(), journal)?;
    item.insert("id".to_owned(), text(journal.id.as_str()));
    item.insert("version".to_owned(), number(journal.version));
    item.insert("settled".to_owned(), AttributeValue::Bool(journal.settled));
    if !journal.settled {
        item.insert(LIST.to_owned(), text(UNSETTLED));
        item.insert(POSITION.to_owned(), text(format!("{}#{}", journal.org, journal.app)));
    }
    Ok(item)
}
