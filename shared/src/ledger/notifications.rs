//! Notifications in the ledger, and the mutes, suppressions and holds that prevent them.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{LedgerError, Page, PageRequest};
use crate::domain::contact::MailAddress;
use crate::domain::id::{NotificationId, OrgId, RequestId};
use crate::domain::mail_hold::MailHold;
use crate::domain::notification::Notification;

/// Why an address receives no more email. The ledger finds a suppression by the digest of its address, and also stores the
/// address, which is personal data, so that an operator can list and lift suppressions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// When it was recorded.
    pub at: Timestamp,
    /// What the mail transport reported.
    pub reason: String,
}

/// Notifications, and who must not receive them.
#[async_trait]
pub trait Notifications: Send + Sync {
    /// Writes a new notification with version 1, in one conditional write. Returns `false`, and writes nothing, if its id
    /// exists.
    async fn put_notification(&self, notification: &Notification) -> Result<bool, LedgerError>;
    /// A notification.
    async fn notification(&self, request: &RequestId, id: &NotificationId)
    -> Result<Option<Notification>, LedgerError>;
    /// Replaces the notification with the same id and version, and increments the version. Returns `false`, and writes
    /// nothing, if it has a different version or does not exist.
    async fn update_notification(&self, notification: &Notification) -> Result<bool, LedgerError>;
    /// Every notification of a request, by due time and then by id. A request has tens of them at most.
    async fn notifications_of(&self, request: &RequestId) -> Result<Vec<Notification>, LedgerError>;
    /// Unsettled notifications that are due at `until` or before, earliest first and then by id. A cursor stays valid under
    /// a different `until`.
    async fn open_notifications(&self, until: Timestamp, page: PageRequest) -> Result<Page<Notification>, LedgerError>;
    /// An org's notifications, latest due first and then by descending id.
    async fn notifications(&self, org: &OrgId, page: PageRequest) -> Result<Page<Notification>, LedgerError>;

    /// Records that an address wants no more recurring email about a request. May be repeated.
    async fn mute(&self, request: &RequestId, address: &MailAddress, at: Timestamp) -> Result<(), LedgerError>;
    /// Whether an address has muted a request.
    async fn is_muted(&self, request: &RequestId, address: &MailAddress) -> Result<bool, LedgerError>;

    /// Removes a mute. Returns `false` if there was none.
    async fn unmute(&self, request: &RequestId, address: &MailAddress) -> Result<bool, LedgerError>;

    /// Records that an address receives no more email, replacing an earlier suppression.
    async fn suppress(&self, address: &MailAddress, suppression: &Suppression) -> Result<(), LedgerError>;
    /// The suppression of an address.
    async fn suppression(&self, address: &MailAddress) -> Result<Option<Suppression>, LedgerError>;
    /// Suppressed addresses, by the digest of the address. Each address is spelled as it was when it was last suppressed.
    async fn suppressions(&self, page: PageRequest) -> Result<Page<(MailAddress, Suppression)>, LedgerError>;
    /// Writes the hold of a scope, replacing an older one.
    async fn put_mail_hold(&self, hold: &MailHold) -> Result<(), LedgerError>;
    /// The last hold of an org, or of the whole installation: active or released.
    async fn mail_hold(&self, org: Option<&OrgId>) -> Result<Option<MailHold>, LedgerError>;
    /// The last hold of each scope: first the installation's, then by org.
    async fn mail_holds(&self, page: PageRequest) -> Result<Page<MailHold>, LedgerError>;

    /// Lifts the suppression of an address. Does nothing if the address is not suppressed.
    async fn lift_suppression(&self, address: &MailAddress) -> Result<(), LedgerError>;
}
