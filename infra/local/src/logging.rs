//! Logging to stderr: errors only, unless `--verbose` asks for more.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The crates that log in more detail when `--verbose` is given once.
const OURS: [(&str, LevelFilter); 4] = [
    ("regrant", LevelFilter::DEBUG),
    ("regrant_discovery", LevelFilter::DEBUG),
    ("regrant_cli", LevelFilter::DEBUG),
    ("regrant_simulators", LevelFilter::INFO),
];

/// Starts logging. Does nothing if a logger is already installed.
pub fn start(verbose: u8) {
    let levels = match verbose {
        0 => Targets::new().with_default(LevelFilter::ERROR),
        1 => Targets::new().with_default(LevelFilter::WARN).with_targets(OURS),
        _ => Targets::new().with_default(LevelFilter::TRACE),
    };
    let log = fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    if let Err(error) = tracing_subscriber::registry().with(log).with(levels).try_init() {
        tracing::debug!(%error, "a logger is already installed");
    }
}
