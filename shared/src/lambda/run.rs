//! The lifecycle of a function's process: start and invocations.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use tracing::Instrument as _;

use super::metrics::Metrics;
use super::rehearsal::rehearse;
use super::traces;
use crate::lambda::logging;

/// What a started function needs for its invocations.
pub struct Started {
    metrics: Metrics,
}

/// Starts the log and the metrics.
pub fn start() -> Result<Started, Error> {
    logging::start();
    Ok(Started { metrics: Metrics::start()? })
}

/// Serves invocations until the process ends, after a rehearsal with `rehearsal`, a path of the function that matches nothing.
/// Writes the metrics of each invocation when it ends, even if it fails.
pub async fn run<H, F, E>(started: Started, rehearsal: &str, handle: H) -> Result<(), Error>
where
    H: Fn(LambdaEvent<Value>) -> F,
    F: Future<Output = Result<Value, E>>,
    Error: From<E>,
{
    let (metrics, handle) = (&started.metrics, &handle);
    rehearse(rehearsal, handle).await;
    let invocation = |event: LambdaEvent<Value>| async move {
        let request = event.context.request_id.clone();
        let span = traces::invocation(&event.context);
        let answered = handle(event).instrument(span).await.map_err(Error::from);
        metrics.write(request);
        answered
    };
    lambda_runtime::run(service_fn(invocation)).await
}
