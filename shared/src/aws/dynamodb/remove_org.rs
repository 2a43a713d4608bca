//! Removal of an org.
//!
//! No transaction is large enough for everything that belongs to an org, so removal takes steps that can each be repeated.
//! The first step marks the org, so that no invitation or session can be added; the last deletes its profile. Calling it
//! again finishes a removal that was interrupted.

use jiff::Timestamp;

use super::item::text_of;
use super::keys::{APP_PREFIX, ItemKey, SK, WAIVER_PREFIX, org_partition};
use super::query::{Query, SortKeys};
use super::table::Table;
use super::{invitations, orgs, sessions};
use crate::domain::id::OrgId;
use crate::ledger::LedgerError;

pub(super) async fn remove_org(table: &Table, org: &OrgId) -> Result<(), LedgerError> {
    let action = "remove an org";
    orgs::mark_as_being_removed(table, org).await?;
    // The time of revocation only informs the audit trail, so the store's own clock is good enough.
    invitations::revoke_all(table, org, Timestamp::now()).await?;
    sessions::delete_all(table, org).await?;
    for prefix in [APP_PREFIX, WAIVER_PREFIX] {
        let records = Query { sort_keys: SortKeys::beginning(prefix), ..Query::partition(org_partition(org)) };
        for item in table.list(action, records).await? {
            let key = ItemKey { pk: org_partition(org), sk: text_of(&item, SK)?.to_owned() };
            table.delete(action, &key).await?;
        }
    }
    table.delete(action, &ItemKey::watch(org)).await?;
    table.delete(action, &ItemKey::org(org)).await
}
