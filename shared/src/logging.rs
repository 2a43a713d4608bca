//! The log of a function: JSON lines on standard output, which AWS Lambda keeps.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{FilterExt as _, Targets, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::environment::variable;

/// Crates that write whole events into the log where everything is logged. An event of ours carries cookies and codes.
const WRITE_EVENTS: [&str; 2] = ["lambda_runtime", "lambda_http"];

/// Logs what `REGRANT_LOG` asks for (a level, or `target=level` with commas between), `info` where it asks for nothing
/// that can be read, and never the events themselves.
pub fn start() {
    let asked = variable("REGRANT_LOG").and_then(|asked| asked.parse().ok());
    let asked: Targets = asked.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let no_events = filter_fn(|metadata| {
        let target = metadata.target();
        let writes_events = WRITE_EVENTS.iter().any(|name| target.split("::").next() == Some(name));
        !writes_events || *metadata.level() <= LevelFilter::DEBUG
    });
    let log = fmt::layer().json().with_filter(no_events.and(asked));
    tracing_subscriber::registry().with(crate::lambda::traces::layer()).with(log).init();
}
