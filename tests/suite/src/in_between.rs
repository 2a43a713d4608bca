//! What others do to an app between somebody's reading its record and writing it.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;

use regrant::domain::id::AppId;

/// What somebody else does.
pub type Deed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What others do right before the records of an app are written, one deed each time.
#[derive(Default)]
pub(crate) struct InBetween {
    app: Option<AppId>,
    deeds: VecDeque<Deed>,
}

impl InBetween {
    pub(crate) fn new(app: AppId, deeds: impl IntoIterator<Item = Deed>) -> Self {
        Self { app: Some(app), deeds: deeds.into_iter().collect() }
    }

    /// What is done before this app's record is written now, if anything is left to do.
    pub(crate) fn next(&mut self, app: &AppId) -> Option<Deed> {
        if self.app.as_ref() == Some(app) { self.deeds.pop_front() } else { None }
    }
}

impl fmt::Debug for InBetween {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("InBetween").field("app", &self.app).finish_non_exhaustive()
    }
}
