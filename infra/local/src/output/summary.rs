//! What follows the table: the counts, the orgs that could not be checked, and what to do next.

use std::collections::BTreeMap;

use regrant::domain::id::OrgId;
use regrant::domain::scan::Scan;
use regrant::domain::standing::Standing;

use super::paragraph::paragraph;
use super::{escaped, number, when};
use crate::exit::Tally;

/// How many unchecked orgs are listed; the others are only counted.
pub const MOST_LISTED: usize = 20;

/// The lines under the table, wrapped to `width` columns. `domains` maps orgs to the hosts that people know.
pub fn summary(tally: &Tally, scan: Option<&Scan>, domains: &BTreeMap<OrgId, String>, width: u16) -> Vec<String> {
    let mut lines = Vec::new();
    let counts: Vec<String> = tally.counts().map(|(standing, count)| format!("{count} {standing}")).collect();
    lines.push(match counts.as_slice() {
        [] => "No Office 365 apps found.".to_owned(),
        counts => format!("{}: {}", number(tally.total(), "app", "apps"), counts.join(", ")),
    });
    if tally.waived() > 0 {
        let is = if tally.waived() == 1 { "is waived and needs" } else { "are waived and need" };
        lines.push(format!("{} {is} no action now.", number(tally.waived(), "app", "apps")));
    }
    let Some(scan) = scan else {
        lines.push("No scan yet; run `regrant scan`.".to_owned());
        return lines;
    };
    lines.push(progress(scan));
    for missed in scan.orgs_not_seen.iter().take(MOST_LISTED) {
        let org = domains.get(&missed.org).map_or(missed.org.as_str(), String::as_str);
        let reason = format!("{}: {}", escaped(org), escaped(&missed.reason));
        lines.push(paragraph(width, "  not checked: ", 15, &reason).trim_end().to_owned());
    }
    if let Some(more) = scan.orgs_not_seen.len().checked_sub(MOST_LISTED).filter(|more| *more > 0) {
        lines.push(format!("  and {more} more; `regrant status --json` lists all of them."));
    }
    lines.extend(next(tally, scan));
    let wrapped = lines.iter().map(|line| match line.strip_prefix("  ") {
        // Wrapped already.
        Some(_) => line.clone(),
        None => paragraph(width, "", 0, line).trim_end().to_owned(),
    });
    wrapped.collect()
}

fn progress(scan: &Scan) -> String {
    let orgs = scan.orgs_seen + scan.orgs_not_seen.len() as u64 + scan.orgs_pending;
    let end = match scan.finished_at {
        Some(at) => format!("finished {}", when(at)),
        None => format!("not finished; continue with `regrant scan --resume {}`", scan.id),
    };
    format!("{} of {} checked, {end}.", scan.orgs_seen, number(orgs, "org", "orgs"))
}

fn next(tally: &Tally, scan: &Scan) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some((worst, _)) = tally.actions().next() {
        let count = number(tally.to_act_on(), "app needs", "apps need");
        lines.push(format!("{count} attention, most urgent first. Details: `regrant explain {worst}`"));
    }
    if !scan.orgs_not_seen.is_empty() {
        lines.push("To find out why an org could not be checked, run `regrant org check`.".to_owned());
    } else if tally.counts().any(|(standing, _)| standing == Standing::Unknown) {
        lines.push("Some apps could not be checked, for the reasons above. Run `regrant scan` again later.".to_owned());
    } else if lines.is_empty() && tally.total() > 0 {
        lines.push("No action needed.".to_owned());
    }
    lines
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use super::*;
    use crate::output::samples::{self, tally};

    #[test]
    fn the_summary_has_counts_and_the_next_step() {
        let tally = tally(&[Standing::Consented, Standing::NeedsSave, Standing::Broken]);
        let text = summary(&tally, Some(&samples::scan(&[])), &BTreeMap::new(), 80).join("\n");
        assert_eq!(
            text,
            "3 apps: 1 broken, 1 needs-save, 1 consented\n\
             2 of 2 orgs checked, finished 2026-03-01 09:30 UTC.\n\
             2 apps need attention, most urgent first. Details: `regrant explain broken`"
        );
    }

    #[test]
    fn unchecked_orgs_are_listed() {
        let domains = BTreeMap::from([("00oglobex1".parse().unwrap(), "globex.okta.com".to_owned())]);
        let text = summary(&tally(&[Standing::Consented]), Some(&samples::scan(&["no\u{202e} answer"])), &domains, 80)
            .join("\n");
        assert!(text.contains("2 of 3 orgs checked"), "{text}");
        assert!(text.contains("not checked: globex.okta.com: no\\u{202e} answer"), "{text}");
        assert!(!text.contains("No action needed"), "{text}");
    }

    #[test]
    fn unchecked_orgs_beyond_the_limit_are_counted() {
        let text = summary(&Tally::default(), Some(&samples::scan(&["down"; 23])), &BTreeMap::new(), 80).join("\n");
        assert_eq!(text.matches("not checked:").count(), MOST_LISTED);
        assert!(text.contains("and 3 more"), "{text}");
    }

    #[test]
    fn unfinished_scans_show_how_to_resume() {
        let scan = Scan { finished_at: None, orgs_pending: 1, ..samples::scan(&[]) };
        let text = summary(&Tally::default(), Some(&scan), &BTreeMap::new(), 80).join("\n");
        assert!(text.contains("2 of 3 orgs checked") && text.contains("--resume 5ca1ab1e"), "{text}");
    }
}
