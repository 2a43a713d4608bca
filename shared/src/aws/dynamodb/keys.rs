//! The key of each record in the table, `pk` and `sk`, and its keys in the indexes, `list`, `tenant` and `place`.
//!
//! Ids consist of letters, digits, `-` and `_` ([`crate::domain::id`]), so `#` separates them unambiguously.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use crate::domain::app::AppRecord;
use crate::domain::contact::MailAddress;
use crate::domain::id::{AppId, InvitationId, NotificationId, OrgId, RequestId, ScanId, SessionId, Sha256Digest};
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantName;
use crate::ledger::stored::from_time;

/// One item.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The partition key.
pub(super) const PK: &str = "pk";
/// The sort key.
pub(super) const SK: &str = "sk";
/// The index of everything that is listed across orgs: apps, waivers, trail heads, unsettled saves and unsettled notifications.
pub(super) const BY_LIST: &str = "by-list";
/// The partition key of [`BY_LIST`].
pub(super) const LIST: &str = "list";
/// The index of apps by tenant and of notifications by org.
pub(super) const BY_TENANT: &str = "by-tenant";
/// The partition key of [`BY_TENANT`].
pub(super) const TENANT: &str = "tenant";
/// The sort key of both indexes.
pub(super) const POSITION: &str = "place";
/// When DynamoDB may delete an item, in seconds since 1970: the Time to Live attribute.
pub(super) const EXPIRES_AT: &str = "expires_at";
/// The list of apps, worst standing first: a single list, so that one query finds the worst of all. One partition of an index
/// takes 1,000 writes a second (DynamoDB docs, "Best practices for designing and using partition keys effectively"); the
/// concurrency of the scanning function limits the load on it (`infra/scale.md`).
pub(super) const APPS: &str = "apps";
/// The list of waivers.
pub(super) const WAIVERS: &str = "waivers";
/// The list of trail heads.
pub(super) const TRAIL_HEADS: &str = "trail-heads";
/// The partition of digests.
pub(super) const DIGESTS: &str = "digests";
/// The list of unsettled saves.
pub(super) const UNSETTLED: &str = "unsettled-saves";
/// The list of unsettled notifications.
pub(super) const OPEN_NOTIFICATIONS: &str = "open-notifications";
/// The prefix of the sort keys of a request's notifications.
pub(super) const NOTIFICATION_PREFIX: &str = "notification#";
/// The prefix of the sort keys of an org's apps.
pub(super) const APP_PREFIX: &str = "app#";
/// The prefix of the sort keys of an org's waivers.
pub(super) const WAIVER_PREFIX: &str = "waiver#";
/// The partition of suppressed addresses. One partition takes 1,000 writes a second, far more than addresses bounce.
pub(super) const SUPPRESSIONS: &str = "suppressions";
/// The partition of mail holds.
pub(super) const MAIL_HOLDS: &str = "mail-holds";
/// The partition of orgs.
pub(super) const ORGS: &str = "orgs";
/// The partition of the estate's snapshots, by time.
pub(super) const ESTATE_SNAPSHOTS: &str = "estate-snapshots";
/// The partition that sorts scans by start time.
pub(super) const SCANS: &str = "scans";

/// The longest part of a sort key that comes from Okta, in bytes: a sort key has 1,024 bytes at most.
const MAX_PART_BYTES: usize = 380;

/// An item's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ItemKey {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl ItemKey {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    pub(super) fn org(org: &OrgId) -> Self {
        Self::new(ORGS, org.as_str())
    }

    pub(super) fn app(org: &OrgId, app: &AppId) -> Self {
        Self::new(org_partition(org), format!("{APP_PREFIX}{app}"))
    }

    pub(super) fn event(org: &OrgId, app: &AppId, at: Timestamp, id: uuid::Uuid) -> Self {
        Self::new(events_partition(org, app), format!("{}#{id}", from_time(at)))
    }

    /// The head of an app's trail. Separate from the events, whose partition has nothing else.
    pub(super) fn trail_head(org: &OrgId, app: &AppId) -> Self {
        Self::new(format!("trail#{org}#{app}"), "head")
    }

    /// A digest. The number has a fixed width, so that digests sort by it.
    pub(super) fn digest(number: u64) -> Self {
        Self::new(DIGESTS, format!("{number:020}"))
    }

    pub(super) fn invitation(id: &InvitationId) -> Self {
        Self::new(format!("invitation#{id}"), "invitation")
    }

    /// The item that lists an invitation with its app.
    pub(super) fn invitation_listing(org: &OrgId, app: &AppId, created_at: &str, id: &str) -> Self {
        Self::new(org_partition(org), format!("{}{created_at}#{id}", invitations_prefix(app)))
    }

    /// The item that lists an invitation with its app while it is open.
    pub(super) fn open_invitation_listing(org: &OrgId, app: &AppId, id: &InvitationId) -> Self {
        Self::new(org_partition(org), format!("{}{id}", open_invitations_prefix(app)))
    }

    pub(super) fn session(id: &SessionId) -> Self {
        Self::new(format!("session#{id}"), "session")
    }

    /// The item that finds a session by its `state`.
    pub(super) fn session_by_state(state: &Sha256Digest) -> Self {
        Self::new(format!("state#{}", state.as_str()), "state")
    }

    /// The item that lists a session with its org.
    pub(super) fn session_listing(org: &OrgId, id: &SessionId) -> Self {
        Self::new(org_partition(org), format!("session#{id}"))
    }

    pub(super) fn save(org: &OrgId, app: &AppId) -> Self {
        Self::new(org_partition(org), format!("save#{app}"))
    }

    pub(super) fn notification(request: &RequestId, id: &NotificationId) -> Self {
        Self::new(request_partition(request), format!("{NOTIFICATION_PREFIX}{id}"))
    }

    pub(super) fn mute(request: &RequestId, address: &MailAddress) -> Self {
        Self::new(request_partition(request), format!("mute#{}", address.digest().as_str()))
    }

    pub(super) fn suppression(address: &MailAddress) -> Self {
        Self::new(SUPPRESSIONS, address.digest().as_str())
    }

    pub(super) fn mail_hold(org: Option<&OrgId>) -> Self {
        // No id has a `#`, which sorts before every id.
        Self::new(MAIL_HOLDS, org.map_or("#installation", OrgId::as_str))
    }

    pub(super) fn waiver(org: &OrgId, app: &AppId) -> Self {
        Self::new(org_partition(org), format!("{WAIVER_PREFIX}{app}"))
    }

    pub(super) fn watch(org: &OrgId) -> Self {
        Self::new(org_partition(org), "watch")
    }

    pub(super) fn estate_snapshot(at: Timestamp) -> Self {
        Self::new(ESTATE_SNAPSHOTS, from_time(at))
    }

    pub(super) fn access_rules() -> Self {
        Self::new("access-rules", "access-rules")
    }

    pub(super) fn lease(name: &str) -> Self {
        Self::new(format!("lease#{name}"), "lease")
    }

    pub(super) fn scan(scan: &ScanId) -> Self {
        Self::new(scan_partition(scan), "scan")
    }

    pub(super) fn scan_by_start(started_at: Timestamp, scan: &ScanId) -> Self {
        Self::new(SCANS, format!("{}#{scan}", from_time(started_at)))
    }

    pub(super) fn scan_org(scan: &ScanId, org: &OrgId) -> Self {
        Self::new(scan_partition(scan), format!("org#{org}"))
    }

    /// Whether an item has this key.
    pub(super) fn is_key_of(&self, item: &Item) -> bool {
        [(PK, &self.pk), (SK, &self.sk)]
            .into_iter()
            .all(|(name, value)| item.get(name).and_then(|value| value.as_s().ok()) == Some(value))
    }

    /// An item with this key and no other attribute.
    pub(super) fn item(&self) -> Item {
        HashMap::from([(PK.to_owned(), text(&self.pk)), (SK.to_owned(), text(&self.sk))])
    }
}

/// The partition of an org's apps, invitations, sessions, saves, waivers and watch.
pub(super) fn org_partition(org: &OrgId) -> String {
    format!("org#{org}")
}

/// The partition of an app's events. Separate from the org's, as events stay when the org is removed.
pub(super) fn events_partition(org: &OrgId, app: &AppId) -> String {
    format!("events#{org}#{app}")
}

/// The partition of a request's notifications and mutes. Separate from the org's, as they stay when the org is removed.
pub(super) fn request_partition(request: &RequestId) -> String {
    format!("request#{request}")
}

/// The partition of a scan and its results.
pub(super) fn scan_partition(scan: &ScanId) -> String {
    format!("scan#{scan}")
}

/// The prefix of the sort keys that list an app's open invitations.
pub(super) fn open_invitations_prefix(app: &AppId) -> String {
    format!("open-invitation#{app}#")
}

/// The prefix of the sort keys that list an app's invitations.
pub(super) fn invitations_prefix(app: &AppId) -> String {
    format!("invitation#{app}#")
}

/// The prefix of the positions of apps with one standing: worst first, as in [`Standing::ALL`].
pub(super) fn standing_prefix(standing: Standing) -> String {
    format!("{}#", Standing::ALL.into_iter().take_while(|worse| *worse != standing).count())
}

/// The list of the apps of one tenant. An Okta administrator typed the name: without the prefix, a name with `#`, which no
/// real tenant has, could put the app into a different list of the same index.
pub(super) fn tenant_list(tenant: &TenantName) -> String {
    let name = tenant.as_str();
    if name.contains('#') { format!("tenant#{name}") } else { name.to_owned() }
}

/// The list of the notifications of one org.
pub(super) fn notifications_list(org: &OrgId) -> String {
    format!("notifications#{org}")
}

/// The position of a notification in the lists of open notifications and of its org: by due time and then by id.
pub(super) fn notification_position(due_at: Timestamp, id: &NotificationId) -> String {
    format!("{}#{id}", from_time(due_at))
}

/// The last position of any notification that is due at `until`: `~` sorts after every character of an id.
pub(super) fn last_notification_position(until: Timestamp) -> String {
    format!("{}#~", from_time(until))
}

/// The position of an app among all apps and among those of its tenant: by standing, org domain, label, org and app.
pub(super) fn app_position(app: &AppRecord) -> String {
    let identity = &app.identity;
    let parts = [&*identity.org_domain, identity.label.raw(), identity.org.as_str(), identity.app.as_str()];
    standing_prefix(app.standing()) + &parts.map(sortable).join("\u{0}\u{0}")
}

/// Encodes a part of a sort key. Two zeros join the parts, and a one follows each zero within a part, so the key sorts by its
/// parts in turn. Cuts off what exceeds [`MAX_PART_BYTES`]; no real domain or label is that long.
fn sortable(part: &str) -> String {
    let mut sortable = part.replace('\u{0}', "\u{0}\u{1}");
    if let Some((end, _)) = sortable.char_indices().find(|(start, c)| start + c.len_utf8() > MAX_PART_BYTES) {
        sortable.truncate(end);
    }
    sortable
}

/// A string attribute.
pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number attribute.
pub(super) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A time as the Time to Live attribute.
pub(super) fn expiry(at: Timestamp) -> AttributeValue {
    number(at.as_second())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn joined_parts_sort_by_each_part_in_turn(a in "[\u{0}\u{1}\u{2}ab-]{0,4}", b in "[\u{0}\u{1}\u{2}ab-]{0,4}",
                                             c in "[\u{0}\u{1}\u{2}ab-]{0,4}", d in "[\u{0}\u{1}\u{2}ab-]{0,4}") {
            let joined = |parts: [&str; 2]| parts.map(sortable).join("\u{0}\u{0}");
            prop_assert_eq!(joined([&a, &b]).cmp(&joined([&c, &d])), [&a, &b].cmp(&[&c, &d]));
        }

        #[test]
        fn parts_are_cut_to_the_maximum_length(part in "\\PC{0,600}") {
            prop_assert!(sortable(&part).len() <= MAX_PART_BYTES);
        }
    }
}
