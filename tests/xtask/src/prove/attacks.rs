//! Runs the attack tests of all crates and counts them.

use serde_json::json;
use tokio::process::Command;

use super::{Outcome, Report};

pub(crate) const NAME: &str = "attacks";

/// The required number of attacks.
const AT_LEAST: u64 = 140;

pub(crate) async fn prove() -> Outcome {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["test", "--quiet", "--workspace", "--no-fail-fast", "--test", "attacks", "--", "--test-threads", "2"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .await?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let (withstood, got_through) = (total(&printed, "passed"), total(&printed, "failed"));
    Ok(Report::new(
        NAME,
        output.status.success() && withstood >= AT_LEAST && got_through == 0,
        [("attacks_withstood", json!(withstood)), ("attacks_that_got_through", json!(got_through))],
    ))
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
        let printed = format!("running 3 tests\n{summary}\n\ntest result: ok. 40 passed; 0 failed; 0 ignored");
        assert_eq!((total(&printed, "passed"), total(&printed, "failed")), (141, 3));
    }
}
