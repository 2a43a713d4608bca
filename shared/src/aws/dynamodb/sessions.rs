//! Authorization sessions: one item each, one that finds it by its `state`, and one that lists it under its org. All three
//! expire together; until `DynamoDB` deletes them, the session's own times show that it has ended.

use async_trait::async_trait;

use super::DynamoLedger;
use super::item::{optional_text_of, record, text_of, with_record};
use super::keys::{EXPIRES_AT, Item, ItemKey, SK, expiry, number, org_partition, text};
use super::orgs::is_not_being_removed;
use super::query::{Query, SortKeys};
use super::table::{Condition, Table, failed, is_new};
use crate::domain::id::{OrgId, SessionId, Sha256Digest};
use crate::domain::session::AuthorizationSession;
use crate::ledger::stored::from_text;
use crate::ledger::{LedgerError, Sessions, retention};

/// The session's id, and the digest of its `state`, in the two items that point to it.
const ID: &str = "id";
const STATE: &str = "state";

#[async_trait]
impl Sessions for DynamoLedger {
    async fn open_session(&self, session: &AuthorizationSession) -> Result<(), LedgerError> {
        let (table, action) = (&self.0, "open a session");
        let session = AuthorizationSession { version: 0, ..session.clone() };
        let mut writes = vec![
            table.put_write(item(&session)?, Some(is_new()))?,
            table.put_write(pointer(&ItemKey::session_listing(&session.org, &session.id), &session), None)?,
            table.check_write(&ItemKey::org(&session.org), &is_not_being_removed())?,
        ];
        if let Some(attempt) = &session.sign_in {
            writes
                .push(table.put_write(pointer(&ItemKey::session_by_state(&attempt.state), &session), Some(is_new()))?);
        }
        if table.transact(action, &writes).await? {
            Ok(())
        } else {
            Err(failed(action, "the session exists already, or its org is being removed".to_owned()))
        }
    }

    async fn session(&self, id: &SessionId) -> Result<Option<AuthorizationSession>, LedgerError> {
        get(&self.0, id).await
    }

    async fn session_by_state(&self, state: &Sha256Digest) -> Result<Option<AuthorizationSession>, LedgerError> {
        let Some(pointer) = self.0.get("find a session", &ItemKey::session_by_state(state)).await? else {
            return Ok(None);
        };
        get(&self.0, &id(&pointer)?).await
    }

    async fn update_session(&self, session: &AuthorizationSession) -> Result<bool, LedgerError> {
        update(&self.0, session).await
    }
}

async fn get(table: &Table, id: &SessionId) -> Result<Option<AuthorizationSession>, LedgerError> {
    let item = table.get("read a session", &ItemKey::session(id)).await?;
    item.map(|item| record(&item, || "a session".to_owned())).transpose()
}

/// Replaces the session that has the same version. Returns `false` if none has.
async fn update(table: &Table, session: &AuthorizationSession) -> Result<bool, LedgerError> {
    let next = AuthorizationSession { version: session.version.saturating_add(1), ..session.clone() };
    table.put_if("change a session", item(&next)?, Condition::has_version(session.version)).await
}

/// Deletes every session of an org.
pub(super) async fn delete_all(table: &Table, org: &OrgId) -> Result<(), LedgerError> {
    let action = "delete an org's sessions";
    let listed = Query { sort_keys: SortKeys::beginning("session#"), ..Query::partition(org_partition(org)) };
    for listing in table.list(action, listed).await? {
        let mut writes = vec![table.delete_write(&ItemKey::session(&id(&listing)?))?];
        if let Some(state) = optional_text_of(&listing, STATE) {
            writes.push(table.delete_write(&ItemKey { pk: format!("state#{state}"), sk: STATE.to_owned() })?);
        }
        writes.push(table.delete_write(&ItemKey { pk: org_partition(org), sk: text_of(&listing, SK)?.to_owned() })?);
        table.transact(action, &writes).await?;
    }
    Ok(())
}

fn item(session: &AuthorizationSession) -> Result<Item, LedgerError> {
    let mut item = with_record(ItemKey::session(&session.id).item(), session)?;
    item.insert("version".to_owned(), number(session.version));
    item.insert(EXPIRES_AT.to_owned(), expiry(retention::session_expires_at(session)));
    Ok(item)
}

fn pointer(key: &ItemKey, session: &AuthorizationSession) -> Item {
    let mut item = key.item();
    item.insert(ID.to_owned(), text(session.id.as_str()));
    if let Some(attempt) = &session.sign_in {
        item.insert(STATE.to_owned(), text(attempt.state.as_str()));
    }
    item.insert(EXPIRES_AT.to_owned(), expiry(retention::session_expires_at(session)));
    item
}

fn id(pointer: &Item) -> Result<SessionId, LedgerError> {
    from_text(text_of(pointer, ID)?.to_owned(), || "a session's id".to_owned())
}
