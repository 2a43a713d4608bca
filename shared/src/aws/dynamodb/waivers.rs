//! Waivers.

use async_trait::async_trait;

use super::DynamoLedger;
use super::item::{record, with_record};
use super::keys::ItemKey;
use crate::domain::id::{AppId, OrgId};
use crate::domain::waiver::Waiver;
use crate::ledger::{LedgerError, Waivers};

#[async_trait]
impl Waivers for DynamoLedger {
    async fn put_waiver(&self, waiver: &Waiver) -> Result<(), LedgerError> {
        let item = with_record(ItemKey::waiver(&waiver.org, &waiver.app).item(), waiver)?;
        self.0.put("write a waiver", item).await
    }

    async fn waiver(&self, org: &OrgId, app: &AppId) -> Result<Option<Waiver>, LedgerError> {
        let item = self.0.get("read a waiver", &ItemKey::waiver(org, app)).await?;
        item.map(|item| record(&item, || format!("the waiver of app {app} of org {org}"))).transpose()
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
