//! Fault injection: errors, outages and data loss.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::json;

/// An error for the next calls of an operation.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Fault {
    /// `service:Operation`.
    operation: String,
    /// How many calls succeed before it.
    #[serde(default)]
    after: usize,
    /// How many consecutive calls fail.
    times: usize,
    /// The status, 400 or 500 and up.
    status: u16,
    /// The error's name, as the service's API reference spells it.
    error: String,
    /// The error message.
    #[serde(default)]
    message: String,
}

impl Fault {
    /// The error of a load balancer without a backend.
    pub(crate) fn unavailable() -> Self {
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
        // Services use both spellings of the member.
        let body = json!({"__type": self.error, "message": self.message, "Message": self.message}).to_string();
        Response::builder()
            .status(self.status)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amzn-errortype", &self.error)
            .body(Body::from(body))
            .unwrap_or_default()
    }
}

/// The requested faults.
#[derive(Clone, Default)]
pub(crate) struct Faults {
    answers: Arc<Mutex<Vec<Fault>>>,
    loss: Arc<Mutex<Loss>>,
}

/// A scheduled loss of all data.
#[derive(Default)]
struct Loss {
    /// The number of calls until then, if it is scheduled.
    calls_until: Option<usize>,
    /// The length of the outage, in calls.
    outage: usize,
    /// The remaining calls of the outage.
    down_for: usize,
}

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        self.answers.lock().push(fault);
    }

    /// Schedules the loss of all data after `calls`, followed by an outage of `outage` calls.
    pub(crate) fn forget_after(&self, calls: usize, outage: usize) {
        *self.loss.lock() = Loss { calls_until: Some(calls), outage, down_for: 0 };
    }

    /// Whether all data is lost before this call.
    pub(crate) fn forgets(&self) -> bool {
        let mut loss = self.loss.lock();
        let now = loss.calls_until == Some(0);
        if now {
            loss.down_for = loss.outage;
        }
        loss.calls_until = loss.calls_until.and_then(|calls| calls.checked_sub(1));
        now
    }

    /// Whether this call falls into the outage.
    pub(crate) fn is_down(&self) -> bool {
        let mut loss = self.loss.lock();
        let left = loss.down_for.checked_sub(1);
        loss.down_for = left.unwrap_or_default();
        left.is_some()
    }

    /// The fault for a call, if any.
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
