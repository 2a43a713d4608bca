//! Runs the attack tests of all crates, counts them, and checks that every threat of the threat model has an attack that was
//! withstood.

use std::collections::BTreeSet;

use serde_json::json;
use tokio::process::Command;

use super::{Outcome, Report};

pub(crate) const NAME: &str = "attacks";

/// The required number of attacks.
const AT_LEAST: u64 = 140;
/// The page with the threat model.
const PAGE: &str = include_str!("../../../../docs/security.md");

pub(crate) async fn prove() -> Outcome {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["test", "--workspace", "--no-fail-fast", "--test", "attacks", "--", "--test-threads", "2"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .await?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let (withstood, got_through) = (total(&printed, "passed"), total(&printed, "failed"));
    let (passed, threats) = (passed(&printed), threats(PAGE));
    let is_open = |tests: &&Vec<&str>| tests.is_empty() || tests.iter().any(|test| !passed.contains(test));
    let open = threats.iter().filter(is_open).count();
    Ok(Report::new(
        NAME,
        output.status.success() && withstood >= AT_LEAST && got_through == 0 && open == 0 && !threats.is_empty(),
        [
            ("attacks_withstood", json!(withstood)),
            ("attacks_that_got_through", json!(got_through)),
            ("threats", json!(threats.len())),
            ("threats_without_a_withstood_attack", json!(open)),
        ],
    ))
}

/// The names of the tests that passed, without their modules.
fn passed(printed: &str) -> BTreeSet<&str> {
    let lines = printed.lines().filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... ok"));
    lines.map(|name| name.rsplit("::").next().unwrap_or(name)).collect()
}

/// The tests that each row of the threat model names in its last column.
fn threats(page: &str) -> Vec<Vec<&str>> {
    let section = page.split("\n## ").find(|section| section.starts_with("Threat model")).unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.map(|row| {
        let last = row.trim_end_matches([' ', '|']).rsplit(" | ").next().unwrap_or_default();
        last.split('`').skip(1).step_by(2).collect()
    })
    .collect()
}

/// The sum of the numbers before a word in all summary lines: each crate with attacks prints one.
fn total(printed: &str, word: &str) -> u64 {
    printed.lines().filter(|line| line.starts_with("test result:")).map(|summary| figure(summary, word)).sum()
}

/// The number before a word in cargo's summary line, or 0.
fn figure(summary: &str, word: &str) -> u64 {
    let before = summary.split(word).next().filter(|before| before.len() < summary.len());
    before.and_then(|before| before.split_whitespace().last()).and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_the_summary_line() {
        let summary = "test result: FAILED. 101 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!((figure(summary, "passed"), figure(summary, "failed")), (101, 3));
        assert_eq!(figure("", "passed"), 0);
        let listed = "test pages::a ... ok\ntest b ... FAILED\ntest c ... ok\n";
        assert_eq!(passed(listed), BTreeSet::from(["a", "c"]));
        let printed = format!("running 3 tests\n{summary}\n\ntest result: ok. 40 passed; 0 failed; 0 ignored");
        assert_eq!((total(&printed, "passed"), total(&printed, "failed")), (141, 3));
    }

    #[test]
    fn every_threat_names_its_own_test() {
        let threats = threats(PAGE);
        assert!(threats.len() > 40, "{threats:?}");
        assert!(threats.iter().all(|tests| !tests.is_empty()), "{threats:?}");
        let names: Vec<&str> = threats.into_iter().flatten().collect();
        let distinct: BTreeSet<_> = names.iter().collect();
        assert_eq!(names.len(), distinct.len(), "a test is named twice");
    }
}
