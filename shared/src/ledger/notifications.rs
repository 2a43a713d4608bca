//! Notifications in the ledger, and what keeps them from being sent.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{LedgerError, Page, PageRequest};
use crate::domain::contact::MailAddress;
use crate::domain::id::{NotificationId, OrgId, RequestId};
use crate::domain::notification::Notification;

/// A mail address that receives no more email, and why. Found by the address's digest; the address itself is stored too, so
/// that an operator can list and lift suppressions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// When it was recorded.
    pub at: Timestamp,
    /// What the mail transport reported.
    pub reason: String,
}

/// Who was told what, and who is not to be.
#[async_trait]
pub trait Notifications: Send + Sync {
    /// Writes a notification unless its id is known, in one conditional write. `false` where it was known; nothing changed then.
    /// The one written has version 1. A settled digest or change of standing, which is of a day or moment that does not come
    /// back, may be gone 400 days after it was due, where the store forgets by itself; every other notification stays, as does
    /// whatever is muted or suppressed.
    async fn put_notification(&self, notification: &Notification) -> Result<bool, LedgerError>;
    /// A notification.
    async fn notification(&self, request: &RequestId, id: &NotificationId)
    -> Result<Option<Notification>, LedgerError>;
    /// Writes a notification in place of the one with the same id and version, whose version then is one more. `false` where it
    /// has another version by now, or is not there; nothing changed then.
    async fn update_notification(&self, notification: &Notification) -> Result<bool, LedgerError>;
    /// Every notification of a request, by when it is due and then by id. A request has tens at the most.
    async fn notifications_of(&self, request: &RequestId) -> Result<Vec<Notification>, LedgerError>;
    /// Notifications that are not settled and due at `until` or before, earliest first and then by id. A cursor goes on under
    /// another `until` as well.
    async fn open_notifications(&self, until: Timestamp, page: PageRequest) -> Result<Page<Notification>, LedgerError>;
    /// An org's notifications, the last due first; of those due together, the last id first.
    async fn notifications(&self, org: &OrgId, page: PageRequest) -> Result<Page<Notification>, LedgerError>;

    /// Notes that an address wants nothing more of a request that comes again. Noting it twice is fine.
    async fn mute(&self, request: &RequestId, address: &MailAddress, at: Timestamp) -> Result<(), LedgerError>;
    /// Whether it does.
    async fn is_muted(&self, request: &RequestId, address: &MailAddress) -> Result<bool, LedgerError>;

    /// Notes that nothing more is sent to an address, in place of what was noted before.
    async fn suppress(&self, address: &MailAddress, suppression: &Suppression) -> Result<(), LedgerError>;
    /// What was noted of an address.
    async fn suppression(&self, address: &MailAddress) -> Result<Option<Suppression>, LedgerError>;
    /// Suppressed addresses, by the digest of the address. Each address is spelled as it was when it was last suppressed.
    async fn suppressions(&self, page: PageRequest) -> Result<Page<(MailAddress, Suppression)>, LedgerError>;
    /// Lifts the suppression of an address. Does nothing if the address is not suppressed.
    async fn lift_suppression(&self, address: &MailAddress) -> Result<(), LedgerError>;
}
