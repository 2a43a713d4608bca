//! What others do to an app between somebody's reading its record and writing it.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;

use regrant::domain::id::AppId;

/// What somebody else does.
pub type ConcurrentChange = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What others do right before the records of an app are written, one deed each time.
#[derive(Default)]
pub(crate) struct ConcurrentChanges {
    app: Option<AppId>,
    changes: VecDeque<ConcurrentChange>,
}

impl ConcurrentChanges {
    pub(crate) fn new(app: AppId, changes: impl IntoIterator<Item = ConcurrentChange>) -> Self {
        Self { app: Some(app), changes: changes.into_iter().collect() }
    }

    /// What is done before this app's record is written now, if anything is left to do.
    pub(crate) fn next(&mut self, app: &AppId) -> Option<ConcurrentChange> {
        if self.app.as_ref() == Some(app) { self.changes.pop_front() } else { None }
    }
}

impl fmt::Debug for ConcurrentChanges {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ConcurrentChanges").field("app", &self.app).finish_non_exhaustive()
    }
}
