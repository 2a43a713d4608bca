//! Measurements: each has a name, a target, and figures that show whether the target is met.

mod dependencies;

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
pub(crate) struct Proof {
    /// Its name.
    pub(crate) name: &'static str,
    /// Whether the target is met.
    pub(crate) holds: bool,
    /// What was measured, with units in the names.
    pub(crate) figures: BTreeMap<String, Value>,
}

impl Proof {
    fn new<const N: usize>(name: &'static str, holds: bool, figures: [(&str, Value); N]) -> Self {
        Self { name, holds, figures: figures.into_iter().map(|(figure, value)| (figure.to_owned(), value)).collect() }
    }
}

type Outcome = Result<Proof, Box<dyn Error + Send + Sync>>;
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
pub(crate) const PROOFS: &[Measurement] = &[Measurement {
    name: dependencies::NAME,
    about: "licences, sources, and one TLS, HTTP and async stack, as deny.toml says",
    start: |_| Box::pin(async { dependencies::prove() }),
}];
