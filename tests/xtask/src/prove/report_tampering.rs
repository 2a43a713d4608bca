//! Every single change of one event in an export is named by the verification: org, app and the event's number.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use regrant::domain::trail::canonical::canonical;
use regrant::domain::trail::verify::{Finding, FindingKind};
use regrant::domain::trail::{Hash, TrailEntry};
use regrant::usecases::report::trail::{Trust, export, public_key, sign_digest, verify_export};
use regrant_tests::bench::Bench;
use regrant_tests::estate::Estate;
use serde_json::{Value, json};

use super::{Outcome, Report, Size};

pub(crate) const NAME: &str = "report-tampering";

/// The ways to change one event.
const WAYS: [&str; 8] = [
    "content changed",
    "content changed, hash computed again",
    "time changed",
    "removed",
    "duplicated",
    "exchanged with the next",
    "moved to a different app",
    "invented and inserted",
];

pub(crate) async fn prove(size: Size) -> Outcome {
    let rounds = if size == Size::Full { 10_000_u32 } else { 400 };
    let bench = Bench::new(std::time::Duration::from_secs(1)).await;
    // Small enough to verify ten thousand times; every trail has a first, a middle and a last event.
    let estate = Estate { orgs: 8, apps_per_org: 2, customers: 2, events_per_app: 5 };
    estate.fill(&*bench.ports.ledger).await;
    sign_digest(&bench.ports).await?;
    let mut lines = Vec::new();
    export(&bench.ports, &[], &mut lines).await?;
    let lines: Vec<String> = String::from_utf8(lines)?.lines().map(str::to_owned).collect();
    let trust = Trust { keys: [public_key(&bench.ports).await?].into(), ..Trust::default() };
    let untouched = verify_export(lines.join("\n").as_bytes(), &trust)?.verified;
    let events: Vec<usize> = (0..lines.len()).filter(|line| lines[*line].starts_with("{\"org\"")).collect();

    let mut random = StdRng::seed_from_u64(20);
    let (mut missed, mut tried) = (Vec::new(), BTreeMap::<&str, u32>::new());
    for round in 0..rounds {
        let way = WAYS[round as usize % WAYS.len()];
        let line = events[random.random_range(0..events.len())];
        let target: TrailEntry = serde_json::from_str(&lines[line])?;
        let mut changed = lines.clone();
        if !change(&mut changed, line, way, &events, &mut random)? {
            continue;
        }
        *tried.entry(way).or_default() += 1;
        let found = verify_export(changed.join("\n").as_bytes(), &trust)?.verified.findings;
        if !found.iter().any(|finding| names(finding, &target)) {
            missed.push(format!("{way}: event {} of {}: {found:?}", target.number, target.app));
        }
    }
    let total: u32 = tried.values().sum();
    let holds = missed.is_empty() && untouched.findings.is_empty() && untouched.events == events.len() as u64;
    missed.truncate(5);
    Ok(Report::new(
        NAME,
        holds,
        [
            ("changes", json!(total)),
            ("by_way", json!(tried)),
            ("not_named", json!(missed)),
            ("false_alarms_on_the_untouched_export", json!(untouched.findings.len())),
        ],
    ))
}

/// Changes one event. `false` if that is not possible here.
fn change(
    lines: &mut Vec<String>,
    line: usize,
    way: &str,
    events: &[usize],
    random: &mut StdRng,
) -> Result<bool, serde_json::Error> {
    let mut entry: Value = serde_json::from_str(&lines[line])?;
    let salt = random.random::<u32>().to_string();
    match way {
        "content changed" => entry["event"]["reasons"] = json!([salt]),
        "content changed, hash computed again" => {
            entry["event"]["reasons"] = json!([salt]);
            entry = rehashed(entry);
        }
        "time changed" => entry["event"]["at"] = json!("2026-01-01T00:00:00Z"),
        "removed" => {
            lines.remove(line);
            return Ok(true);
        }
        "duplicated" => {
            lines.insert(line, lines[line].clone());
            return Ok(true);
        }
        "exchanged with the next" => {
            let next: Option<Value> = lines.get(line + 1).map(|next| serde_json::from_str(next)).transpose()?;
            if next.is_none_or(|next| next["app"] != entry["app"]) {
                return Ok(false);
            }
            lines.swap(line, line + 1);
            return Ok(true);
        }
        "moved to a different app" => {
            let other: Value = serde_json::from_str(&lines[events[random.random_range(0..events.len())]])?;
            if other["app"] == entry["app"] {
                return Ok(false);
            }
            (entry["org"], entry["app"]) = (other["org"].clone(), other["app"].clone());
        }
        _ => {
            entry["event"]["reasons"] = json!([salt]);
            let inserted = rehashed(entry);
            lines.insert(line, inserted.to_string());
            return Ok(true);
        }
    }
    lines[line] = entry.to_string();
    Ok(true)
}

/// The entry with the hash that fits its content, as an attacker would compute it.
fn rehashed(mut entry: Value) -> Value {
    if let Some(members) = entry.as_object_mut() {
        members.remove("hash");
    }
    entry["hash"] = json!(Hash::of(canonical(&entry).unwrap_or_default()));
    entry
}

/// Whether a finding names the event: its app and number, or the pair of neighbours that no longer fit.
fn names(finding: &Finding, target: &TrailEntry) -> bool {
    let number = target.number;
    let is_it = match finding.kind {
        FindingKind::Changed { number: named }
        | FindingKind::OutOfOrder { number: named }
        | FindingKind::Rewritten { number: named, .. } => named == number,
        FindingKind::Replaced { number: later } => later == number || later == number + 1,
        FindingKind::Removed { first, last } | FindingKind::CutOff { first, last, .. } => {
            (first..=last).contains(&number)
        }
        _ => false,
    };
    is_it && finding.org.as_ref() == Some(&target.org) && finding.app.as_ref() == Some(&target.app)
}
