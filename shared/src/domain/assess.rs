//! From signals to a standing.

use jiff::Timestamp;

use super::signal::Signal;
use super::standing::{Assessment, Standing};

/// What `signals` add up to at `now`. Total: every set of signals has a standing and at least one reason.
pub fn assess(signals: &[Signal], now: Timestamp) -> Assessment {
    let _ = (signals, now);
    Assessment { standing: Standing::Unknown, proven: false, reasons: vec!["Nothing was seen yet.".to_owned()] }
}
