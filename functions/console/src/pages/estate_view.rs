//! The data of the estate's page, which its parts share.

use std::collections::BTreeSet;

use jiff::Timestamp;
use regrant::domain::customer::CustomerName;
use regrant::domain::estate::{EstatePage, EstateQuery};
use regrant::domain::scan::Scan;
use regrant::usecases::access::operator_session::OperatorSession;

use super::chart::Column;

/// The data of the page.
#[expect(clippy::struct_excessive_bools, reason = "one for each permission")]
pub(crate) struct EstateView<'a> {
    pub(crate) session: &'a OperatorSession,
    pub(crate) query: &'a EstateQuery,
    pub(crate) page: &'a EstatePage,
    /// How many emails were sent about each row's request.
    pub(crate) reminders: &'a [usize],
    pub(crate) customers: &'a BTreeSet<CustomerName>,
    pub(crate) scan: Option<&'a Scan>,
    pub(crate) columns: &'a [Column],
    pub(crate) may_invite: bool,
    pub(crate) may_waive: bool,
    pub(crate) may_scan: bool,
    pub(crate) may_manage_orgs: bool,
    pub(crate) now: Timestamp,
}
