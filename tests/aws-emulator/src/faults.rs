//! Answers that a service gives on a bad day.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::json;

/// What the next calls of an operation are answered with.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Fault {
    /// `service:Operation`.
    operation: String,
    /// How many calls are to pass before it.
    #[serde(default)]
    after: usize,
    /// How many calls in a row.
    times: usize,
    /// The status, 400 or 500 and up.
    status: u16,
    /// The error's name, as the service's API reference spells it.
    error: String,
    /// What it says.
    #[serde(default)]
    message: String,
}

impl Fault {
    pub(crate) fn answer(&self) -> Response {
        // Both spellings of the message are in use.
        let body = json!({"__type": self.error, "message": self.message, "Message": self.message}).to_string();
        Response::builder()
            .status(self.status)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amzn-errortype", &self.error)
            .body(Body::from(body))
            .unwrap_or_default()
    }
}

/// The faults that were asked for.
#[derive(Clone, Default)]
pub(crate) struct Faults {
    answers: Arc<Mutex<Vec<Fault>>>,
    calls_until_forgetting: Arc<Mutex<Option<usize>>>,
}

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        self.answers.lock().push(fault);
    }

    pub(crate) fn forget_after(&self, calls: usize) {
        *self.calls_until_forgetting.lock() = Some(calls);
    }

    /// Whether all is forgotten before this call.
    pub(crate) fn forgets(&self) -> bool {
        let mut left = self.calls_until_forgetting.lock();
        let now = *left == Some(0);
        *left = left.and_then(|calls| calls.checked_sub(1));
        now
    }

    /// The fault of a call, if there is one for it.
    pub(crate) fn take(&self, operation: &str) -> Option<Fault> {
        let mut faults = self.answers.lock();
        let fault = faults.iter_mut().find(|fault| fault.operation == operation && fault.times > 0)?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        fault.times -= 1;
        Some(fault.clone())
    }
}
