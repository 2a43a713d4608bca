//! What functions count, written into the log in CloudWatch's embedded metric format: CloudWatch makes metrics of it, and
//! no call is needed.

use std::io::Write;

use lambda_runtime::Error;
use metrics_cloudwatch_embedded::{Builder, Collector};

use crate::environment::variable;

/// The namespace of every metric of ours.
const NAMESPACE: &str = "Regrant";

/// Where what is counted gathers.
pub(super) struct Metrics(&'static Collector);

impl Metrics {
    /// Gathers from now on, for the installation that `REGRANT_INSTALLATION` names.
    pub(super) fn start() -> Result<Self, Error> {
        let installation = variable("REGRANT_INSTALLATION").unwrap_or_else(|| "regrant".to_owned());
        let builder = Builder::new().cloudwatch_namespace(NAMESPACE).with_dimension("Installation", installation);
        Ok(Self(builder.init()?))
    }

    /// Writes what was counted in an invocation, if anything was.
    pub(super) fn write(&self, request: String) {
        self.0.set_property("requestId", request);
        let written = self.0.flush(std::io::stdout().lock()).and_then(|()| std::io::stdout().flush());
        if let Err(error) = written {
            tracing::warn!(%error, "metrics could not be written");
        }
    }
}
