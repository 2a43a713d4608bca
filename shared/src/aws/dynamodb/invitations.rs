//! Invitations: one item each, and one under the org that lists it with its app.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::DynamoLedger;
use super::item::{record, text_of, with_record};
use super::keys::{
    EXPIRES_AT, Item, ItemKey, PK, SK, expiry, invitations_prefix, number, open_invitations_prefix, org_partition, text,
};
use super::orgs::is_not_being_removed;
use super::query::{Query, SortKeys};
use super::table::{Condition, Table, failed, is_new};
use crate::domain::id::{AppId, InvitationId, OrgId, SessionId};
use crate::domain::invitation::{Closed, Closing, Invitation, MAX_SESSIONS};
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::stored::{from_text, from_time};
use crate::ledger::{Invitations, LedgerError, Page, PageRequest, retention};

const CLOSED: &str = "closed";
/// How many sessions began with it.
const SESSIONS: &str = "sessions";
/// The invitation's id, in the item that lists it.
const ID: &str = "id";

#[async_trait]
impl Invitations for DynamoLedger {
    async fn put_invitation(&self, invitation: &Invitation) -> Result<(), LedgerError> {
        let (table, action) = (&self.0, "write an invitation");
        let Invitation { id, org, app, .. } = invitation;
        let mut open = ItemKey::open_invitation_listing(org, app, id).item();
        open.insert(ID.to_owned(), text(id.as_str()));
        open.insert(EXPIRES_AT.to_owned(), expiry(invitation.expires_at));
        let writes = [
            table.put_write(item(invitation)?, Some(is_new()))?,
            table.put_write(listing(invitation), None)?,
            table.put_write(open, None)?,
            table.check_write(&ItemKey::org(org), &is_not_being_removed())?,
        ];
        // Never replaces an invitation: that could reopen a closed link.
        if table.transact(action, &writes).await? {
            Ok(())
        } else {
            Err(failed(action, format!("invitation {id} exists already, or its org is being removed")))
        }
    }

    async fn invitation(&self, id: &InvitationId) -> Result<Option<Invitation>, LedgerError> {
        let item = self.0.get("read an invitation", &ItemKey::invitation(id)).await?;
        item.map(|item| read(&item)).transpose()
    }

    async fn invitations(&self, org: &OrgId, app: &AppId, page: PageRequest) -> Result<Page<Invitation>, LedgerError> {
        list(&self.0, org, app, &page).await
    }

    async fn open_invitations(&self, org: &OrgId, app: &AppId) -> Result<Vec<Invitation>, LedgerError> {
        let action = "list open invitations";
        let query = Query {
            sort_keys: SortKeys::Beginning(open_invitations_prefix(app)),
            ..Query::partition(org_partition(org))
        };
        let mut keys = Vec::new();
        for listing in self.0.list(action, query).await? {
            let id = from_text(text_of(&listing, ID)?.to_owned(), || format!("an invitation of app {app}"))?;
            keys.push(ItemKey::invitation(&id));
        }
        let found: Result<Vec<Invitation>, _> = self.0.get_all(action, &keys).await?.iter().map(read).collect();
        Ok(found?.into_iter().filter(|invitation| invitation.closed.is_none()).collect())
    }

    async fn reserve_session(&self, invitation: &Invitation, session: &SessionId) -> Result<bool, LedgerError> {
        let mut next = invitation.clone();
        next.sessions.push(session.clone());
        self.0.put_if("add a session to an invitation", item(&next)?, unchanged(invitation)).await
    }

    async fn close_invitation(&self, id: &InvitationId, closed: Closed) -> Result<bool, LedgerError> {
        close(&self.0, id, closed).await
    }
}

fn item(invitation: &Invitation) -> Result<Item, LedgerError> {
    let mut item = with_record(ItemKey::invitation(&invitation.id).item(), invitation)?;
    item.insert(CLOSED.to_owned(), AttributeValue::Bool(invitation.closed.is_some()));
    item.insert(SESSIONS.to_owned(), number(u64::try_from(invitation.sessions.len()).unwrap_or(u64::MAX)));
    item.insert(EXPIRES_AT.to_owned(), expiry(retention::invitation_expires_at(invitation)));
    Ok(item)
}

/// The item that lists an invitation with its app.
fn listing(invitation: &Invitation) -> Item {
    let Invitation { id, org, app, created_at, .. } = invitation;
    let mut listing = ItemKey::invitation_listing(org, app, &from_time(*created_at), id.as_str()).item();
    listing.insert(ID.to_owned(), text(id.as_str()));
    listing.insert(EXPIRES_AT.to_owned(), expiry(retention::invitation_expires_at(invitation)));
    listing
}

fn read(item: &Item) -> Result<Invitation, LedgerError> {
    record(item, || "an invitation".to_owned())
}

async fn close(table: &Table, id: &InvitationId, closed: Closed) -> Result<bool, LedgerError> {
    let action = "close an invitation";
    // A session may be added between the read and the write.
    for _ in 0..=MAX_SESSIONS {
        let Some(found) = table.get(action, &ItemKey::invitation(id)).await? else { return Ok(false) };
        let invitation = read(&found)?;
        if invitation.closed.is_some() {
            return Ok(false);
        }
        let condition = unchanged(&invitation);
        let open = ItemKey::open_invitation_listing(&invitation.org, &invitation.app, id);
        let closed = Invitation { closed: Some(closed), ..invitation };
        let writes = [
            table.put_write(item(&closed)?, Some(condition))?,
            table.put_write(listing(&closed), None)?,
            table.delete_write(&open)?,
        ];
        if table.transact(action, &writes).await? {
            return Ok(true);
        }
    }
    Err(failed(action, format!("sessions were added to invitation {id} at every attempt; try again")))
}

/// The invitation is open and has the sessions of this copy. Nothing else of it changes.
fn unchanged(invitation: &Invitation) -> Condition {
    let sessions = u64::try_from(invitation.sessions.len()).unwrap_or(u64::MAX);
    Condition {
        expression: "#closed = :open AND #sessions = :sessions",
        names: &[CLOSED, SESSIONS],
        values: vec![("open", AttributeValue::Bool(false)), ("sessions", number(sessions))],
    }
}

/// Revokes every open invitation of an org.
pub(super) async fn revoke_all(table: &Table, org: &OrgId, at: Timestamp) -> Result<(), LedgerError> {
    let query = Query { sort_keys: SortKeys::beginning("invitation#"), ..Query::partition(org_partition(org)) };
    for listing in table.list("list invitations", query).await? {
        let id = from_text(text_of(&listing, ID)?.to_owned(), || format!("an invitation of org {org}"))?;
        close(table, &id, Closed { at, why: Closing::Revoked }).await?;
    }
    Ok(())
}

async fn list(table: &Table, org: &OrgId, app: &AppId, page: &PageRequest) -> Result<Page<Invitation>, LedgerError> {
    let action = "list invitations";
    let cursors = ListCursors::for_list(&[Some("invitations"), Some(org.as_str()), Some(app.as_str())]);
    let after: Option<String> = cursors.start(page)?;
    let query = Query {
        sort_keys: SortKeys::Beginning(invitations_prefix(app)),
        after: after.map(|sk| ItemKey { pk: org_partition(org), sk }.item()),
        backwards: true,
        most: rows_to_ask_for(page) as usize,
        ..Query::partition(org_partition(org))
    };
    let mut listings = Vec::new();
    for listing in table.list(action, query).await? {
        let id: InvitationId = from_text(text_of(&listing, ID)?.to_owned(), || format!("an invitation of app {app}"))?;
        listings.push((text_of(&listing, SK)?.to_owned(), id));
    }
    let keys: Vec<ItemKey> = listings.iter().map(|(_, id)| ItemKey::invitation(id)).collect();
    let items = table.get_all(action, &keys).await?;
    let found = |id: &InvitationId| {
        let wanted = ItemKey::invitation(id).pk;
        items.iter().find(|item| text_of(item, PK).is_ok_and(|pk| pk == wanted)).map(read)
    };
    cursors.page(page, listings.into_iter().filter_map(|(sk, id)| found(&id).map(|read| Ok((sk, read?)))))
}
