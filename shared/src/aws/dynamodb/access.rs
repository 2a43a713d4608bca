//! The access rules: one item.

use async_trait::async_trait;

use super::DynamoLedger;
use super::item::{record, with_record};
use super::keys::{ItemKey, number};
use super::table::{Condition, is_new};
use crate::domain::access_policy::AccessRules;
use crate::ledger::{AccessControl, LedgerError};

#[async_trait]
impl AccessControl for DynamoLedger {
    async fn access_rules(&self) -> Result<AccessRules, LedgerError> {
        let item = self.0.get("read the access rules", &ItemKey::access_rules()).await?;
        let rules = item.map(|item| record(&item, || "the access rules".to_owned())).transpose()?;
        Ok(rules.unwrap_or_default())
    }

    async fn put_access_rules(&self, rules: &AccessRules) -> Result<bool, LedgerError> {
        let unchanged = if rules.version == 0 { is_new() } else { Condition::has_version(rules.version) };
        let next = AccessRules { version: rules.version.saturating_add(1), ..rules.clone() };
        let mut item = with_record(ItemKey::access_rules().item(), &next)?;
        item.insert("version".to_owned(), number(next.version));
        self.0.put_if("write the access rules", item, unchanged).await
    }
}
