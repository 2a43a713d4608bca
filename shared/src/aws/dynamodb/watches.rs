//! Watches.

use async_trait::async_trait;

use super::DynamoLedger;
use super::item::{record, with_record};
use super::keys::{ItemKey, number};
use super::table::{Condition, is_new};
use crate::domain::access_problem::OrgWatch;
use crate::domain::id::OrgId;
use crate::ledger::{LedgerError, Watches};

#[async_trait]
impl Watches for DynamoLedger {
    async fn org_watch(&self, org: &OrgId) -> Result<Option<OrgWatch>, LedgerError> {
        let item = self.0.get("read an org's watch", &ItemKey::watch(org)).await?;
        item.map(|item| record(&item, || format!("the watch of org {org}"))).transpose()
    }

    async fn put_org_watch(&self, watch: &OrgWatch) -> Result<bool, LedgerError> {
        let unchanged = if watch.version == 0 { is_new() } else { Condition::has_version(watch.version) };
        let next = OrgWatch { version: watch.version.saturating_add(1), ..watch.clone() };
        let mut item = with_record(ItemKey::watch(&watch.org).item(), &next)?;
        item.insert("version".to_owned(), number(next.version));
        self.0.put_if("write an org's watch", item, unchanged).await
    }
}
