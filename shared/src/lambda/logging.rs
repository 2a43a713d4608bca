//! The log of a function: JSON lines on standard output, which Lambda sends to CloudWatch Logs.

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{FilterExt as _, Targets, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Filter, Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::environment::variable;

/// Crates that log whole events at trace level. Events contain cookies and codes.
const EVENT_LOGGERS: [&str; 2] = ["lambda_runtime", "lambda_http"];

/// Starts logging at the level in `REGRANT_LOG` (a level, or `target=level` separated by commas). Without a valid value, the
/// level is `info`. Never logs events themselves.
pub fn start() {
    let log = fmt::layer().json().with_filter(filter(variable("REGRANT_LOG").as_deref()));
    tracing_subscriber::registry().with(crate::lambda::traces::layer()).with(log).init();
}

fn filter<S: Subscriber>(setting: Option<&str>) -> impl Filter<S> + use<S> {
    let targets: Option<Targets> = setting.and_then(|setting| setting.parse().ok());
    let no_events = filter_fn(|metadata| {
        let target = metadata.target();
        let writes_events = EVENT_LOGGERS.iter().any(|name| target.split("::").next() == Some(name));
        !writes_events || *metadata.level() <= LevelFilter::DEBUG
    });
    // Without this hint, the filter runs again for every disabled log statement of every crate.
    let no_events = no_events.with_max_level_hint(LevelFilter::TRACE);
    no_events.and(targets.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO)))
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::Registry;

    use super::*;

    #[test]
    fn the_log_filter_reports_its_maximum_level() {
        let max_level = |setting| Filter::<Registry>::max_level_hint(&filter::<Registry>(setting));
        assert_eq!(max_level(None), Some(LevelFilter::INFO));
        assert_eq!(max_level(Some("regrant=loudly")), Some(LevelFilter::INFO), "an invalid value means the default");
        assert_eq!(max_level(Some("warn")), Some(LevelFilter::WARN));
        assert_eq!(max_level(Some("warn,regrant=debug")), Some(LevelFilter::DEBUG));
        assert_eq!(max_level(Some("trace")), Some(LevelFilter::TRACE));
    }
}
