//! Authorization sessions: one item each, one by which its `state` finds it, and one under its org. `DynamoDB` removes all
//! three some time after the session's end; until then its own times say that it is over.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::DynamoLedger;
use super::item::{a_text, a_text_or_none, record, with_record};
use super::keys::{EXPIRES_AT, Item, ItemKey, SK, expiry, number, of_org, text};
use super::orgs::is_not_being_removed;
use super::query::{Query, SortKeys};
use super::table::{Condition, Table, failed, is_new};
use crate::domain::id::{OrgId, SessionId, Sha256Digest};
use crate::domain::session::AuthorizationSession;
use crate::ledger::stored::from_text;
use crate::ledger::{LedgerError, Sessions};

/// How long a session is kept after its end, for a page that is come back to.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// In the two items that point to a session: its id, and the digest of its `state`.
const ID: &str = "id";
const STATE: &str = "state";

#[async_trait]
impl Sessions for DynamoLedger {
    async fn open_session(&self, session: &AuthorizationSession) -> Result<(), LedgerError> {
        let (table, action) = (&self.0, "open a session");
        let session = AuthorizationSession { version: 0, ..session.clone() };
        let mut writes = vec![
            table.a_put(item(&session)?, Some(is_new()))?,
            table.a_put(pointer(&ItemKey::session_of(&session.org, &session.id), &session), None)?,
            table.a_check(&ItemKey::org(&session.org), &is_not_being_removed())?,
        ];
        if let Some(attempt) = &session.sign_in {
            writes.push(table.a_put(pointer(&ItemKey::state(&attempt.state), &session), Some(is_new()))?);
        }
        if table.write_together(action, &writes).await? {
            Ok(())
        } else {
            Err(failed(action, "there is such a session already, or its org is being removed".to_owned()))
        }
    }

    async fn session(&self, id: &SessionId) -> Result<Option<AuthorizationSession>, LedgerError> {
        get(&self.0, id).await
    }

    async fn session_by_state(&self, state: &Sha256Digest) -> Result<Option<AuthorizationSession>, LedgerError> {
        let Some(pointer) = self.0.get("look for a session", &ItemKey::state(state)).await? else { return Ok(None) };
        get(&self.0, &id(&pointer)?).await
    }

    async fn update_session(&self, session: &AuthorizationSession) -> Result<bool, LedgerError> {
        replace(&self.0, session).await
    }

    async fn forget_sessions(&self, _: Timestamp) -> Result<(), LedgerError> {
        Ok(())
    }
}

async fn get(table: &Table, id: &SessionId) -> Result<Option<AuthorizationSession>, LedgerError> {
    let item = table.get("read a session", &ItemKey::session(id)).await?;
    item.map(|item| record(&item, || "a session".to_owned())).transpose()
}

/// Writes the session in the place of the one with its version. `false` where there is none.
async fn replace(table: &Table, session: &AuthorizationSession) -> Result<bool, LedgerError> {
    let next = AuthorizationSession { version: session.version.saturating_add(1), ..session.clone() };
    table.put_if("change a session", item(&next)?, Condition::has_version(session.version)).await
}

/// Ends every session of an org.
pub(super) async fn end_all(table: &Table, org: &OrgId) -> Result<(), LedgerError> {
    let action = "end an org's sessions";
    let listed = Query { sort_keys: SortKeys::beginning("session#"), ..Query::under(of_org(org)) };
    for listing in table.list(action, listed).await? {
        let mut writes = vec![table.a_delete(&ItemKey::session(&id(&listing)?))?];
        if let Some(state) = a_text_or_none(&listing, STATE) {
            writes.push(table.a_delete(&ItemKey { pk: format!("state#{state}"), sk: STATE.to_owned() })?);
        }
        writes.push(table.a_delete(&ItemKey { pk: of_org(org), sk: a_text(&listing, SK)?.to_owned() })?);
        table.write_together(action, &writes).await?;
    }
    Ok(())
}

fn item(session: &AuthorizationSession) -> Result<Item, LedgerError> {
    let mut item = with_record(ItemKey::session(&session.id).item(), session)?;
    item.insert("version".to_owned(), number(session.version));
    item.insert(EXPIRES_AT.to_owned(), kept_until(session));
    Ok(item)
}

fn pointer(key: &ItemKey, session: &AuthorizationSession) -> Item {
    let mut item = key.item();
    item.insert(ID.to_owned(), text(session.id.as_str()));
    if let Some(attempt) = &session.sign_in {
        item.insert(STATE.to_owned(), text(attempt.state.as_str()));
    }
    item.insert(EXPIRES_AT.to_owned(), kept_until(session));
    item
}

fn kept_until(session: &AuthorizationSession) -> aws_sdk_dynamodb::types::AttributeValue {
    expiry(session.ends_at().saturating_add(KEPT).unwrap_or(Timestamp::MAX))
}

fn id(pointer: &Item) -> Result<SessionId, LedgerError> {
    from_text(a_text(pointer, ID)?.to_owned(), || "a session's id".to_owned())
}
