//! Logs: on stderr, warnings only unless asked for more.

use tracing_subscriber::EnvFilter;

/// Starts logging. Does nothing where a logger runs already.
pub fn start(verbose: u8) {
    let level = match verbose {
        0 => "error",
        1 => "warn,regrant=debug,regrant_discovery=debug,regrant_cli=debug,regrant_simulators=info",
        _ => "trace",
    };
    let started = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(level))
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .try_init();
    if let Err(error) = started {
        tracing::debug!(%error, "logs go where they went before");
    }
}
