//! Measurements. Each has a name, a target, and figures that show whether the target is met.

mod attacks;
mod callback_own_time;
mod canaries;
mod cargo_lambda;
mod cold_start;
mod dependencies;
mod deployed_stack;
mod estate;
mod generated_inputs;
#[cfg(target_os = "linux")]
mod growth;
mod kill_points;
mod mail_once;
mod org_import;
mod packages;
mod rate_budget;
mod replays;
mod report;
mod report_tampering;
mod scan_cost;
mod scan_faults;
mod scan_memory;
#[cfg(target_os = "linux")]
mod scan_peers;
mod tickets;
mod watch;

use std::collections::BTreeMap;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

/// The size of a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// The size in the test suite: seconds.
    Small,
    /// The size that the target refers to: minutes.
    Full,
}

/// The result of a measurement.
#[derive(Debug)]
pub(crate) struct Report {
    /// Its name.
    pub(crate) name: &'static str,
    /// Whether the target is met.
    pub(crate) holds: bool,
    /// The measured values, with units in their names.
    pub(crate) figures: BTreeMap<String, Value>,
}

impl Report {
    fn new<const N: usize>(name: &'static str, holds: bool, figures: [(&str, Value); N]) -> Self {
        Self { name, holds, figures: figures.into_iter().map(|(figure, value)| (figure.to_owned(), value)).collect() }
    }
}

type Outcome = Result<Report, Box<dyn Error + Send + Sync>>;
type Running = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A measurement that can be run.
pub(crate) struct Measurement {
    /// Its name.
    pub(crate) name: &'static str,
    /// A one-line description with the target.
    pub(crate) about: &'static str,
    start: fn(Size) -> Running,
}

impl Measurement {
    /// Runs it.
    pub(crate) async fn run(&self, size: Size) -> Outcome {
        (self.start)(size).await
    }
}

/// All measurements.
pub(crate) const MEASUREMENTS: &[Measurement] = &[
    Measurement {
        name: attacks::NAME,
        about: "at least 140 named attacks: all fail",
        start: |_| Box::pin(attacks::prove()),
    },
    Measurement {
        name: callback_own_time::NAME,
        about: "the callback's own time, without waiting for Microsoft: median under 2 ms",
        start: |size| Box::pin(callback_own_time::prove(size)),
    },
    Measurement {
        name: canaries::NAME,
        about: "no secret in any output: every log at trace, every answer, every file",
        start: |_| Box::pin(canaries::prove()),
    },
    Measurement {
        name: cargo_lambda::NAME,
        about: "the real functions under cargo-lambda's Runtime API and gateway: from a scan to the report",
        start: |_| Box::pin(cargo_lambda::prove()),
    },
    Measurement {
        name: cold_start::NAME,
        about: "each function's start and first event, compared with minimal functions in Rust, Python and Node",
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
        name: estate::NAME,
        about: "10,000 orgs, 30,000 apps, 300 customers: the console's estate in under 100 ms at every filter",
        start: |size| Box::pin(estate::prove(size)),
    },
    Measurement {
        name: generated_inputs::NAME,
        about: "1,000,000 wrong callbacks and hand-overs: none accepted, none panics",
        start: |size| Box::pin(generated_inputs::prove(size)),
    },
    #[cfg(target_os = "linux")]
    Measurement {
        name: growth::NAME,
        about: "a scan of 100, 1,000 and 10,000 orgs: CPU grows linearly, memory stays flat",
        start: |size| Box::pin(growth::prove(size)),
    },
    Measurement {
        name: kill_points::NAME,
        about: "killed after every call and every write of a consent: always the same final state",
        start: |size| Box::pin(kill_points::prove(size)),
    },
    Measurement {
        name: mail_once::NAME,
        about: "every message delivered ten times, and a kill after every write: each email sent once, none lost",
        start: |size| Box::pin(mail_once::prove(size)),
    },
    Measurement {
        name: org_import::NAME,
        about: "600 orgs at 200 ms per answer: imported in under 15 s, and a second run changes nothing",
        start: |size| Box::pin(org_import::prove(size)),
    },
    Measurement {
        name: packages::NAME,
        about: "every function's package for Lambda, by cargo lambda: under 5 MB zipped",
        start: |_| Box::pin(async { packages::prove() }),
    },
    Measurement {
        name: rate_budget::NAME,
        about: "orgs with 10 and 50 calls per minute: no 429, at most half of each window",
        start: |size| Box::pin(rate_budget::prove(size)),
    },
    Measurement {
        name: replays::NAME,
        about: "1,000 replays of a callback, 1,000 refreshes at once: one exchange, one save, one refresh",
        start: |size| Box::pin(replays::prove(size)),
    },
    Measurement {
        name: report::NAME,
        about: "the HTML report of 10,000 orgs and 30,000 apps: under 2 s and 100 MB",
        start: |size| Box::pin(report::prove(size)),
    },
    Measurement {
        name: report_tampering::NAME,
        about: "10,000 random changes of one event in an export: each named by `regrant report verify`",
        start: |size| Box::pin(report_tampering::prove(size)),
    },
    Measurement {
        name: scan_cost::NAME,
        about: "the cost of scanning on AWS, per org and for 10,000 orgs a month: under $100 without secret storage",
        start: |size| Box::pin(scan_cost::prove(size)),
    },
    Measurement {
        name: scan_faults::NAME,
        about: "2,000 orgs, 10 % faulty answers: every standing right, or unknown with a reason",
        start: |size| Box::pin(scan_faults::prove(size)),
    },
    Measurement {
        name: scan_memory::NAME,
        about: "peak memory of scanning 10,000 orgs, compared with 100",
        start: |size| Box::pin(scan_memory::prove(size)),
    },
    #[cfg(target_os = "linux")]
    Measurement {
        name: scan_peers::NAME,
        about: "CPU per call of a scan, compared with Okta's SDKs: Node 10 times, Python 20 times as much",
        start: |size| Box::pin(scan_peers::prove(size)),
    },
    Measurement {
        name: tickets::NAME,
        about: "every message delivered ten times, and a kill after every call: one ticket per request, closed at the end",
        start: |size| Box::pin(tickets::prove(size)),
    },
    Measurement {
        name: watch::NAME,
        about: "2,000 orgs, 90 days, 200 incidents, 10 % faulty answers: each found by the second scan, no false alarm",
        start: |size| Box::pin(watch::prove(size)),
    },
];

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a failed test may panic")]
mod tests {
    use super::*;

    #[test]
    fn documentation_lists_each_measurement() {
        let page = include_str!("../../../../docs/measurements.md");
        for Measurement { name, .. } in MEASUREMENTS {
            assert_eq!(page.matches(&format!("\n| `{name}` |")).count(), 1, "{name}");
        }
    }

    async fn meets_target_when_small(name: &str) {
        let measurement = MEASUREMENTS.iter().find(|measurement| measurement.name == name).unwrap();
        match measurement.run(Size::Small).await {
            Ok(report) => assert!(report.holds, "{name}: {:#?}", report.figures),
            Err(error) => panic!("{name}: {error}"),
        }
    }

    #[tokio::test]
    async fn callback_own_time_is_measured() {
        meets_target_when_small(callback_own_time::NAME).await;
    }

    #[tokio::test]
    async fn no_secret_appears_in_any_output() {
        meets_target_when_small(canaries::NAME).await;
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn cold_start_is_measured() {
        meets_target_when_small(cold_start::NAME).await;
    }

    #[tokio::test]
    async fn estate_page_is_measured() {
        meets_target_when_small(estate::NAME).await;
    }

    #[tokio::test]
    async fn generated_inputs_are_rejected() {
        meets_target_when_small(generated_inputs::NAME).await;
    }

    #[tokio::test]
    async fn killed_consents_end_in_the_same_state() {
        meets_target_when_small(kill_points::NAME).await;
    }

    #[tokio::test]
    async fn each_email_is_sent_once() {
        meets_target_when_small(mail_once::NAME).await;
    }

    #[tokio::test]
    async fn scans_stay_within_rate_limits() {
        meets_target_when_small(rate_budget::NAME).await;
    }

    #[tokio::test]
    async fn replays_cause_one_exchange() {
        meets_target_when_small(replays::NAME).await;
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn large_report_is_measured() {
        meets_target_when_small(report::NAME).await;
    }

    #[tokio::test]
    async fn each_tampered_event_is_named() {
        meets_target_when_small(report_tampering::NAME).await;
    }

    #[tokio::test]
    async fn scan_cost_meets_its_target() {
        meets_target_when_small(scan_cost::NAME).await;
    }

    #[tokio::test]
    async fn standings_are_right_despite_faults() {
        meets_target_when_small(scan_faults::NAME).await;
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn scan_memory_is_independent_of_org_count() {
        meets_target_when_small(scan_memory::NAME).await;
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn scan_peers_are_measured() {
        meets_target_when_small(scan_peers::NAME).await;
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn growth_is_measured() {
        meets_target_when_small(growth::NAME).await;
    }

    #[tokio::test]
    async fn each_request_has_one_ticket() {
        meets_target_when_small(tickets::NAME).await;
    }

    #[tokio::test]
    async fn watch_finds_each_incident() {
        meets_target_when_small(watch::NAME).await;
    }
}
