//! Runs the suite's attack tests and counts them.

use serde_json::json;
use tokio::process::Command;

use super::{Outcome, Report};

pub(crate) const NAME: &str = "attacks";

/// The required number of attacks.
const AT_LEAST: u64 = 135;

pub(crate) async fn prove() -> Outcome {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["test", "--quiet", "--package", "regrant-tests", "--test", "attacks", "--", "--test-threads", "2"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .await?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let summary = printed.lines().find(|line| line.starts_with("test result:")).unwrap_or_default().to_owned();
    let (withstood, got_through) = (figure(&summary, "passed"), figure(&summary, "failed"));
    Ok(Report::new(
        NAME,
        output.status.success() && withstood >= AT_LEAST && got_through == 0,
        [("attacks_withstood", json!(withstood)), ("attacks_that_got_through", json!(got_through))],
    ))
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
    }
}
