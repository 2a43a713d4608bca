//! Measures how long a function takes to start and to answer its first event, compared with minimal functions in Rust,
//! Python and Node that make the same first calls in the same run.
//!
//! Each is a process under a Runtime API, on one processor, with all AWS endpoints behind TLS. Each round runs all of them
//! in turn, so that other load on the machine affects them equally. `tests/cold-start/README.md` explains each figure.

mod fixture;
mod process;
mod share;
mod subject;
mod targets;
mod tls_proxy;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::fixture::Fixture;
use self::process::Conditions;
use self::share::Share;
use self::subject::{Subject, subjects};
use self::targets::{Run, Summary};
use super::{Outcome, Report, Size};

pub(crate) const NAME: &str = "cold-start";

/// The memory of a function, as set in the template.
const MEMORY_MB: u32 = 256;

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Summaries = BTreeMap<&'static str, Summary>;

pub(crate) async fn prove(size: Size) -> Outcome {
    let rounds = if size == Size::Full { 21 } else { 1 };
    let fixture = Fixture::set().await?;
    let (subjects, missing) = subjects(size).await?;
    let full_core = measure(&fixture, &subjects, rounds, None).await?;
    let (at_share, share) = match Share::of_memory(MEMORY_MB) {
        Ok(share) => (measure(&fixture, &subjects, rounds, Some(&share)).await?, json!("measured")),
        Err(error) => (Summaries::new(), json!(format!("not measured: {error}"))),
    };
    let verdict = targets::judge(&full_core, &at_share);
    // A short run next to other work only shows that measuring works.
    let holds = if size == Size::Full { verdict.missed.is_empty() } else { full_core.len() == subjects.len() };
    let figures = [
        ("rounds", json!(rounds)),
        ("optimized", json!(!cfg!(debug_assertions))),
        ("share_of_256_mb", share),
        ("not_there", json!(missing)),
        ("missed", json!(verdict.missed)),
    ];
    let mut report = Report::new(NAME, holds, figures);
    report.figures.extend(shown("full core", &full_core));
    report.figures.extend(shown("share of 256 MB", &at_share));
    report.figures.extend(verdict.ratios.into_iter().map(|(pair, ratio)| (format!("ratio: {pair}"), json!(ratio))));
    Ok(report)
}

async fn measure(
    fixture: &Fixture,
    subjects: &[Subject],
    rounds: usize,
    share: Option<&Share>,
) -> Result<Summaries, Failure> {
    let mut runs: BTreeMap<&'static str, Vec<Run>> = BTreeMap::new();
    for _ in 0..rounds {
        for subject in subjects {
            let event = fixture.event(subject.event).await?;
            let conditions = Conditions { variables: &fixture.variables(subject), proxy: &fixture.proxy, share };
            let run = process::run(subject, &event, &conditions).await?;
            runs.entry(subject.name).or_default().push(run);
        }
    }
    Ok(runs.into_iter().map(|(name, runs)| (name, Summary::of(&runs))).collect())
}

fn shown(place: &str, summaries: &Summaries) -> impl Iterator<Item = (String, Value)> {
    summaries.iter().map(move |(name, summary)| (format!("{place}: {name}"), json!(summary.to_string())))
}
