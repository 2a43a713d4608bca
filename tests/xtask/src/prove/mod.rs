//! Measurements: each has a name, a target, and figures that show whether the target is met.

mod attacks;
mod callback_own_time;
mod canaries;
mod cargo_lambda;
mod cold_start;
mod dependencies;
mod deployed_stack;
mod generated_inputs;
mod kill_points;
mod mail_once;
mod packages;
mod rate_budget;
mod replays;
mod scan_cost;
mod scan_faults;
mod scan_memory;
mod watch;

use std::collections::BTreeMap;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// What the test command runs: seconds.
    Small,
    /// What the target speaks of: minutes.
    Full,
}

/// What a measurement showed.
#[derive(Debug)]
pub(crate) struct Verification {
    /// Its name.
    pub(crate) name: &'static str,
    /// Whether the target is met.
    pub(crate) holds: bool,
    /// What was measured, with units in the names.
    pub(crate) figures: BTreeMap<String, Value>,
}

impl Verification {
    fn new<const N: usize>(name: &'static str, holds: bool, figures: [(&str, Value); N]) -> Self {
        Self { name, holds, figures: figures.into_iter().map(|(figure, value)| (figure.to_owned(), value)).collect() }
    }
}

type Outcome = Result<Verification, Box<dyn Error + Send + Sync>>;
type Running = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A measurement that can be run.
pub(crate) struct Measurement {
    /// What to call it by.
    pub(crate) name: &'static str,
    /// What it shows.
    pub(crate) about: &'static str,
    start: fn(Size) -> Running,
}

impl Measurement {
    /// Runs it.
    pub(crate) async fn run(&self, size: Size) -> Outcome {
        (self.start)(size).await
    }
}

/// Every measurement there is.
pub(crate) const PROOFS: &[Measurement] = &[
    Measurement {
        name: attacks::NAME,
        about: "named attacks on a consent, at least 60: all withstood",
        start: |_| Box::pin(attacks::prove()),
    },
    Measurement {
        name: callback_own_time::NAME,
        about: "what the callback takes beside waiting for Microsoft: under 2 ms at the median",
        start: |size| Box::pin(callback_own_time::prove(size)),
    },
    Measurement {
        name: canaries::NAME,
        about: "no secret in any output: every log at trace, every answer, every file",
        start: |_| Box::pin(canaries::prove()),
    },
    Measurement {
        name: cargo_lambda::NAME,
        about: "the real functions under cargo-lambda's Runtime API and gateway: from a scan to the verification",
        start: |_| Box::pin(cargo_lambda::prove()),
    },
    Measurement {
        name: cold_start::NAME,
        about: "each function's start and first event, beside minimal functions in Rust, Python and Node",
        start: |size| Box::pin(cold_start::prove(size)),
    },
    Measurement {
        name: dependencies::NAME,
        about: "licences, sources, and one TLS, HTTP and async stack, as deny.toml says",
        start: |_| Box::pin(async { dependencies::prove() }),
    },
    Measurement {
        name: deployed_stack::NAME,
        about: "the stack, deployed by sam to an emulator: one scan and one consent through it",
        start: |_| Box::pin(deployed_stack::prove()),
    },
    Measurement {
        name: generated_inputs::NAME,
        about: "1,000,000 wrong callbacks and hand-overs: none accepted, none panics",
        start: |size| Box::pin(generated_inputs::prove(size)),
    },
    Measurement {
        name: kill_points::NAME,
        about: "killed after every call and every write of a consent: always the same end",
        start: |size| Box::pin(kill_points::prove(size)),
    },
    Measurement {
        name: mail_once::NAME,
        about: "every message ten times over, and a kill after every write: each email once, none lost",
        start: |size| Box::pin(mail_once::prove(size)),
    },
    Measurement {
        name: packages::NAME,
        about: "every function's package for Lambda, by cargo lambda: under 5 MB zipped",
        start: |_| Box::pin(async { packages::prove() }),
    },
    Measurement {
        name: rate_budget::NAME,
        about: "orgs of 10 and 50 calls a minute: no 429, at most half of each window",
        start: |size| Box::pin(rate_budget::prove(size)),
    },
    Measurement {
        name: replays::NAME,
        about: "1,000 replays of a callback, 1,000 refreshes at once: one exchange, one save, one refresh",
        start: |size| Box::pin(replays::prove(size)),
    },
    Measurement {
        name: scan_cost::NAME,
        about: "what an org costs to scan on AWS, and 10,000 of them a month: under $100 without the secrets kept",
        start: |size| Box::pin(scan_cost::prove(size)),
    },
    Measurement {
        name: scan_faults::NAME,
        about: "2,000 orgs, 10 % faulty answers: every standing right, or unknown with a reason",
        start: |size| Box::pin(scan_faults::prove(size)),
    },
    Measurement {
        name: scan_memory::NAME,
        about: "peak memory of a scan of 10,000 orgs beside that of 100",
        start: |size| Box::pin(scan_memory::prove(size)),
    },
    Measurement {
        name: watch::NAME,
        about: "2,000 orgs, 90 days, 200 injuries, 10 % faulty answers: each found by the second scan, nothing else told",
        start: |size| Box::pin(watch::prove(size)),
    },
];

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    async fn holds_in_small(name: &str) {
        let measurement = PROOFS.iter().find(|verification| verification.name == name).unwrap();
        match measurement.run(Size::Small).await {
            Ok(verification) => assert!(verification.holds, "{name}: {:#?}", verification.figures),
            Err(error) => panic!("{name}: {error}"),
        }
    }

    #[tokio::test]
    async fn callback_own_time_is_measured() {
        holds_in_small(callback_own_time::NAME).await;
    }

    #[tokio::test]
    async fn canaries_holds() {
        holds_in_small(canaries::NAME).await;
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn cold_start_is_measured() {
        holds_in_small(cold_start::NAME).await;
    }

    #[tokio::test]
    async fn generated_inputs_holds() {
        holds_in_small(generated_inputs::NAME).await;
    }

    #[tokio::test]
    async fn kill_points_holds() {
        holds_in_small(kill_points::NAME).await;
    }

    #[tokio::test]
    async fn mail_once_holds() {
        holds_in_small(mail_once::NAME).await;
    }

    #[tokio::test]
    async fn rate_budget_holds() {
        holds_in_small(rate_budget::NAME).await;
    }

    #[tokio::test]
    async fn replays_holds() {
        holds_in_small(replays::NAME).await;
    }

    #[tokio::test]
    async fn scan_cost_holds() {
        holds_in_small(scan_cost::NAME).await;
    }

    #[tokio::test]
    async fn scan_faults_holds() {
        holds_in_small(scan_faults::NAME).await;
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn scan_memory_holds() {
        holds_in_small(scan_memory::NAME).await;
    }

    #[tokio::test]
    async fn watch_holds() {
        holds_in_small(watch::NAME).await;
    }
}
