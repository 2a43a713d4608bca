//! Where each record is in the table: `pk` and `sk`, and where lists find it: `list`, `tenant` and `place`.
//!
//! Ids are letters, digits, `-` and `_` ([`crate::domain::id`]), so `#` between them can be taken for nothing else.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use crate::domain::app::AppRecord;
use crate::domain::contact::MailAddress;
use crate::domain::id::{AppId, Digest, InvitationId, NotificationId, OrgId, RequestId, ScanId, SessionId};
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantName;
use crate::ledger::stored::from_time;

/// One item.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The partition key.
pub(super) const PK: &str = "pk";
/// The sort key.
pub(super) const SK: &str = "sk";
/// The index of everything that is listed across orgs: apps, saves and notifications that are not settled.
pub(super) const BY_LIST: &str = "by-list";
/// What [`BY_LIST`] is partitioned by.
pub(super) const LIST: &str = "list";
/// The index of apps by tenant, and of notifications by org.
pub(super) const BY_TENANT: &str = "by-tenant";
/// What [`BY_TENANT`] is partitioned by.
pub(super) const TENANT: &str = "tenant";
/// What both indexes are sorted by.
pub(super) const PLACE: &str = "place";
/// When DynamoDB may remove an item, in seconds since 1970.
pub(super) const EXPIRES_AT: &str = "expires_at";
/// The list of apps, worst standing first: one list, so that the worst of all are one query. One partition of an index
/// takes 1,000 writes a second (DynamoDB docs, "Best practices for designing and using partition keys effectively"); how
/// many functions look at orgs at once bounds what is asked of it (`infra/scale.md`).
pub(super) const APPS: &str = "apps";
/// The list of saves that are not settled.
pub(super) const UNSETTLED: &str = "unsettled-saves";
/// The list of notifications that are not settled.
pub(super) const OPEN_NOTIFICATIONS: &str = "open-notifications";
/// What the sort keys of a request's notifications begin with.
pub(super) const NOTIFICATIONS: &str = "notification#";
/// What the sort keys of an org's waivers begin with.
pub(super) const WAIVERS: &str = "waiver#";
/// The partition of suppressed addresses. One partition takes 1,000 writes a second, far more than addresses bounce.
pub(super) const SUPPRESSIONS: &str = "suppressions";
/// Where the orgs are.
pub(super) const ORGS: &str = "orgs";
/// Where scans are found by their start.
pub(super) const SCANS: &str = "scans";

/// The longest part of a sort key that comes from outside, in bytes: an index's sort key has 1,024 at the most.
const LONGEST_PART: usize = 380;

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
        Self::new(of_org(org), format!("app#{app}"))
    }

    pub(super) fn event(org: &OrgId, app: &AppId, at: Timestamp, id: uuid::Uuid) -> Self {
        Self::new(events_of(org, app), format!("{}#{id}", from_time(at)))
    }

    pub(super) fn invitation(id: &InvitationId) -> Self {
        Self::new(format!("invitation#{id}"), "invitation")
    }

    /// Where an app's invitations are listed.
    pub(super) fn invitation_of(org: &OrgId, app: &AppId, created_at: &str, id: &str) -> Self {
        Self::new(of_org(org), format!("{}{created_at}#{id}", invitations_of(app)))
    }

    pub(super) fn session(id: &SessionId) -> Self {
        Self::new(format!("session#{id}"), "session")
    }

    /// Where a session is found by its `state`.
    pub(super) fn state(state: &Digest) -> Self {
        Self::new(format!("state#{}", state.as_str()), "state")
    }

    /// Where an org's sessions are listed.
    pub(super) fn session_of(org: &OrgId, id: &SessionId) -> Self {
        Self::new(of_org(org), format!("session#{id}"))
    }

    pub(super) fn save(org: &OrgId, app: &AppId) -> Self {
        Self::new(of_org(org), format!("save#{app}"))
    }

    pub(super) fn notification(request: &RequestId, id: &NotificationId) -> Self {
        Self::new(of_request(request), format!("{NOTIFICATIONS}{id}"))
    }

    /// That an address wants nothing more of a request.
    pub(super) fn mute(request: &RequestId, address: &MailAddress) -> Self {
        Self::new(of_request(request), format!("mute#{}", address.digest().as_str()))
    }

    pub(super) fn suppression(address: &MailAddress) -> Self {
        Self::new(SUPPRESSIONS, address.digest().as_str())
    }

    pub(super) fn waiver(org: &OrgId, app: &AppId) -> Self {
        Self::new(of_org(org), format!("{WAIVERS}{app}"))
    }

    pub(super) fn watch(org: &OrgId) -> Self {
        Self::new(of_org(org), "watch")
    }

    pub(super) fn lease(name: &str) -> Self {
        Self::new(format!("lease#{name}"), "lease")
    }

    pub(super) fn scan(scan: &ScanId) -> Self {
        Self::new(of_scan(scan), "scan")
    }

    pub(super) fn scan_by_start(started_at: Timestamp, scan: &ScanId) -> Self {
        Self::new(SCANS, format!("{}#{scan}", from_time(started_at)))
    }

    pub(super) fn scan_org(scan: &ScanId, org: &OrgId) -> Self {
        Self::new(of_scan(scan), format!("org#{org}"))
    }

    /// Whether it is the key of an item.
    pub(super) fn is_of(&self, item: &Item) -> bool {
        [(PK, &self.pk), (SK, &self.sk)]
            .into_iter()
            .all(|(name, value)| item.get(name).and_then(|value| value.as_s().ok()) == Some(value))
    }

    /// An item of this key, with nothing else in it.
    pub(super) fn item(&self) -> Item {
        HashMap::from([(PK.to_owned(), text(&self.pk)), (SK.to_owned(), text(&self.sk))])
    }
}

/// What an org's apps, invitations, sessions, saves, waivers and watch are under.
pub(super) fn of_org(org: &OrgId) -> String {
    format!("org#{org}")
}

/// What an app's events are under. They stay when the org goes, so they are not under it.
pub(super) fn events_of(org: &OrgId, app: &AppId) -> String {
    format!("events#{org}#{app}")
}

/// What a request's notifications and mutes are under. They stay when the org goes, so they are not under it.
pub(super) fn of_request(request: &RequestId) -> String {
    format!("request#{request}")
}

/// What a scan and the orgs it looks at are under.
pub(super) fn of_scan(scan: &ScanId) -> String {
    format!("scan#{scan}")
}

/// What the sort keys of an app's invitations begin with.
pub(super) fn invitations_of(app: &AppId) -> String {
    format!("invitation#{app}#")
}

/// What the places of apps at one standing begin with: worst first, as [`Standing::ALL`] is.
pub(super) fn places_at(standing: Standing) -> String {
    format!("{}#", Standing::ALL.into_iter().take_while(|worse| *worse != standing).count())
}

/// The list of the apps of one tenant. The name is what somebody wrote into an Okta app; one with `#` in it, which no
/// tenant's has, would else put the app into another list of the same index.
pub(super) fn tenant_list(tenant: &TenantName) -> String {
    let name = tenant.as_str();
    if name.contains('#') { format!("tenant#{name}") } else { name.to_owned() }
}

/// The list of the notifications of one org.
pub(super) fn notifications_list(org: &OrgId) -> String {
    format!("notifications#{org}")
}

/// Where a notification is among the open ones and among its org's: by when it is due and then by id.
pub(super) fn place_of_notification(due_at: Timestamp, id: &NotificationId) -> String {
    format!("{}#{id}", from_time(due_at))
}

/// The last place that a notification due at `until` can have: `~` comes after whatever an id consists of.
pub(super) fn last_place_of_notifications(until: Timestamp) -> String {
    format!("{}#~", from_time(until))
}

/// Where an app is among all apps or those of its tenant: by standing, org domain, label, org and app.
pub(super) fn place_of_app(app: &AppRecord) -> String {
    let identity = &app.identity;
    let parts = [&*identity.org_domain, identity.label.raw(), identity.org.as_str(), identity.app.as_str()];
    places_at(app.standing()) + &parts.map(sortable).join("\u{0}\u{0}")
}

/// A part of a sort key. Parts are joined by two zeros, so a zero of their own gets a one behind it: the whole sorts as
/// its parts do, one after the other. What does not fit is cut off; nobody's domain or label is that long.
fn sortable(part: &str) -> String {
    let mut sortable = part.replace('\u{0}', "\u{0}\u{1}");
    if let Some((end, _)) = sortable.char_indices().find(|(start, c)| start + c.len_utf8() > LONGEST_PART) {
        sortable.truncate(end);
    }
    sortable
}

/// A string.
pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number.
pub(super) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A time as DynamoDB's Time to Live reads it.
pub(super) fn expiry(at: Timestamp) -> AttributeValue {
    number(at.as_second())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn joined_parts_sort_as_the_parts_do(a in "[\u{0}\u{1}\u{2}ab-]{0,4}", b in "[\u{0}\u{1}\u{2}ab-]{0,4}",
                                             c in "[\u{0}\u{1}\u{2}ab-]{0,4}", d in "[\u{0}\u{1}\u{2}ab-]{0,4}") {
            let joined = |parts: [&str; 2]| parts.map(sortable).join("\u{0}\u{0}");
            prop_assert_eq!(joined([&a, &b]).cmp(&joined([&c, &d])), [&a, &b].cmp(&[&c, &d]));
        }

        #[test]
        fn a_part_is_never_longer_than_it_may_be(part in "\\PC{0,600}") {
            prop_assert!(sortable(&part).len() <= LONGEST_PART);
        }
    }
}
