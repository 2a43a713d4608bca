//! The counters of functions, written to the log in CloudWatch's embedded metric format: CloudWatch extracts the metrics
//! without an API call.

use std::io::Write;

use lambda_runtime::Error;
use metrics_cloudwatch_embedded::{Builder, Collector};

use crate::environment::variable;

/// The namespace of all metrics.
const NAMESPACE: &str = "Regrant";

/// The collector of counters.
pub(super) struct Metrics(&'static Collector);

impl Metrics {
    /// Starts collecting, for the installation in `REGRANT_INSTALLATION`.
    pub(super) fn start() -> Result<Self, Error> {
        let installation = variable("REGRANT_INSTALLATION").unwrap_or_else(|| "regrant".to_owned());
        let builder = Builder::new().cloudwatch_namespace(NAMESPACE).with_dimension("Installation", installation);
        Ok(Self(builder.init()?))
    }

    /// Writes the counters of an invocation, if there are any.
    pub(super) fn write(&self, request: String) {
        self.0.set_property("requestId", request);
        let written = self.0.flush(std::io::stdout().lock()).and_then(|()| std::io::stdout().flush());
        if let Err(error) = written {
            tracing::warn!(%error, "could not write metrics");
        }
    }
}
