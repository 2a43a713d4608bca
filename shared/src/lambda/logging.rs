//! The log of a function: JSON lines on standard output, which AWS Lambda keeps.

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{FilterExt as _, Targets, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Filter, Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::environment::variable;

/// Crates that write whole events into the log where everything is logged. An event of ours carries cookies and codes.
const WRITE_EVENTS: [&str; 2] = ["lambda_runtime", "lambda_http"];

/// Logs what `REGRANT_LOG` asks for (a level, or `target=level` with commas between), `info` where it asks for nothing
/// that can be read, and never the events themselves.
pub fn start() {
    let log = fmt::layer().json().with_filter(filter(variable("REGRANT_LOG").as_deref()));
    tracing_subscriber::registry().with(crate::lambda::traces::layer()).with(log).init();
}

fn filter<S: Subscriber>(asked: Option<&str>) -> impl Filter<S> + use<S> {
    let asked: Option<Targets> = asked.and_then(|asked| asked.parse().ok());
    let no_events = filter_fn(|metadata| {
        let target = metadata.target();
        let writes_events = WRITE_EVENTS.iter().any(|name| target.split("::").next() == Some(name));
        !writes_events || *metadata.level() <= LevelFilter::DEBUG
    });
    // Without this hint, what nobody asked for is decided on anew each time that any crate has something to say.
    let no_events = no_events.with_max_level_hint(LevelFilter::TRACE);
    no_events.and(asked.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO)))
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::Registry;

    use super::*;

    #[test]
    fn what_nobody_asked_for_is_known_before_it_is_said() {
        let finest = |asked| Filter::<Registry>::max_level_hint(&filter::<Registry>(asked));
        assert_eq!(finest(None), Some(LevelFilter::INFO));
        assert_eq!(finest(Some("regrant=loudly")), Some(LevelFilter::INFO), "what cannot be read asks for nothing");
        assert_eq!(finest(Some("warn")), Some(LevelFilter::WARN));
        assert_eq!(finest(Some("warn,regrant=debug")), Some(LevelFilter::DEBUG));
        assert_eq!(finest(Some("trace")), Some(LevelFilter::TRACE));
    }
}
