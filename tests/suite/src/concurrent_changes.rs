//! Concurrent changes to an app between a read of its record and the write.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;

use regrant::domain::id::AppId;

/// A change by a concurrent writer.
pub type ConcurrentChange = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Changes to run directly before writes of an app's record, one per write.
#[derive(Default)]
pub(crate) struct ConcurrentChanges {
    app: Option<AppId>,
    changes: VecDeque<ConcurrentChange>,
}

impl ConcurrentChanges {
    pub(crate) fn new(app: AppId, changes: impl IntoIterator<Item = ConcurrentChange>) -> Self {
        Self { app: Some(app), changes: changes.into_iter().collect() }
    }

    /// The change to run before this write of the app's record, if any is left.
    pub(crate) fn next(&mut self, app: &AppId) -> Option<ConcurrentChange> {
        if self.app.as_ref() == Some(app) { self.changes.pop_front() } else { None }
    }
}

impl fmt::Debug for ConcurrentChanges {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ConcurrentChanges").field("app", &self.app).finish_non_exhaustive()
    }
}
