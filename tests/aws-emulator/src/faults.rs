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
    /// What stands before a service that is not there says.
    pub(crate) fn nobody() -> Self {
        Self {
            operation: String::new(),
            after: 0,
            times: 1,
            status: 503,
            error: "ServiceUnavailable".to_owned(),
            message: "starting".to_owned(),
        }
    }

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
    loss: Arc<Mutex<Loss>>,
}

/// When all is lost.
#[derive(Default)]
struct Loss {
    /// How many calls until then, if it is to come.
    calls_until: Option<usize>,
    /// How many calls find nobody there from then on.
    outage: usize,
    /// How many of those are still to come.
    down_for: usize,
}

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        self.answers.lock().push(fault);
    }

    /// Once `calls` have passed all is forgotten, and the `outage` calls from then on find nobody there.
    pub(crate) fn forget_after(&self, calls: usize, outage: usize) {
        *self.loss.lock() = Loss { calls_until: Some(calls), outage, down_for: 0 };
    }

    /// Whether all is forgotten before this call.
    pub(crate) fn forgets(&self) -> bool {
        let mut loss = self.loss.lock();
        let now = loss.calls_until == Some(0);
        if now {
            loss.down_for = loss.outage;
        }
        loss.calls_until = loss.calls_until.and_then(|calls| calls.checked_sub(1));
        now
    }

    /// Whether this call finds nobody there.
    pub(crate) fn is_down(&self) -> bool {
        let mut loss = self.loss.lock();
        let left = loss.down_for.checked_sub(1);
        loss.down_for = left.unwrap_or_default();
        left.is_some()
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
