//! What comes under the table: the counts, what was not seen, and what to do next.

use std::collections::BTreeMap;

use regrant::domain::id::OrgId;
use regrant::domain::scan::Scan;
use regrant::domain::standing::Standing;
use regrant::domain::text::UntrustedText;

use super::paragraph::paragraph;
use super::{number, when};
use crate::exit::Tally;

/// How many orgs that were not seen are named before the rest is only counted.
pub const NAMED_AT_MOST: usize = 20;

/// The lines under the table. `domains` says by which host people know an org.
pub fn summary(tally: &Tally, scan: Option<&Scan>, domains: &BTreeMap<OrgId, String>) -> Vec<String> {
    let mut lines = Vec::new();
    let counts: Vec<String> = tally.counts().map(|(standing, count)| format!("{count} {standing}")).collect();
    lines.push(match counts.as_slice() {
        [] => "No Office 365 app.".to_owned(),
        counts => format!("{}: {}", number(tally.total(), "app", "apps"), counts.join(", ")),
    });
    let Some(scan) = scan else {
        lines.push("No scan yet; run `regrant scan`.".to_owned());
        return lines;
    };
    lines.push(looked(scan));
    for missed in scan.orgs_not_seen.iter().take(NAMED_AT_MOST) {
        let org = domains.get(&missed.org).map_or(missed.org.as_str(), String::as_str);
        let reason = format!("{}: {}", UntrustedText::new(org), UntrustedText::new(&missed.reason));
        lines.push(paragraph("  not seen: ", 12, &reason).trim_end().to_owned());
    }
    if let Some(more) = scan.orgs_not_seen.len().checked_sub(NAMED_AT_MOST).filter(|more| *more > 0) {
        lines.push(format!("  and {more} more; `regrant status --json` names them all."));
    }
    lines.extend(next(tally, scan));
    lines
}

fn looked(scan: &Scan) -> String {
    let orgs = scan.orgs_seen + scan.orgs_not_seen.len() as u64 + scan.orgs_pending;
    let end = match scan.finished_at {
        Some(at) => format!("finished {}", when(at)),
        None => format!("not finished; go on with `regrant scan --resume {}`", scan.id),
    };
    format!("{} of {} seen, {end}.", scan.orgs_seen, number(orgs, "org", "orgs"))
}

fn next(tally: &Tally, scan: &Scan) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some((worst, _)) = tally.counts().find(|(standing, _)| standing.needs_action()) {
        let count = tally.to_act_on();
        lines.push(format!(
            "{} somebody to act. Start at the top; `regrant explain {worst}` says more.",
            number(count, "app needs", "apps need")
        ));
    }
    if !scan.orgs_not_seen.is_empty() {
        lines.push("`regrant org check` says what is wrong with an org's access.".to_owned());
    } else if tally.counts().any(|(standing, _)| standing == Standing::Unknown) {
        lines.push("Some apps could not be looked at; the reasons are above. Scan again later.".to_owned());
    } else if lines.is_empty() && tally.total() > 0 {
        lines.push("Nothing to do.".to_owned());
    }
    lines
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use super::*;
    use crate::output::samples;

    fn tally(standings: &[Standing]) -> Tally {
        let mut tally = Tally::default();
        for standing in standings {
            tally.add(&samples::app("Office 365", *standing));
        }
        tally
    }

    #[test]
    fn counts_and_the_next_step_are_named() {
        let tally = tally(&[Standing::Consented, Standing::NeedsSave, Standing::Broken]);
        let text = summary(&tally, Some(&samples::scan(&[])), &BTreeMap::new()).join("\n");
        assert_eq!(
            text,
            "3 apps: 1 broken, 1 needs-save, 1 consented\n\
             2 of 2 orgs seen, finished 2026-03-01 09:30 UTC.\n\
             2 apps need somebody to act. Start at the top; `regrant explain broken` says more."
        );
    }

    #[test]
    fn an_org_that_was_not_seen_is_never_left_out() {
        let domains = BTreeMap::from([("00oglobex1".parse().unwrap(), "globex.okta.com".to_owned())]);
        let text =
            summary(&tally(&[Standing::Consented]), Some(&samples::scan(&["no\u{202e} answer"])), &domains).join("\n");
        assert!(text.contains("2 of 3 orgs seen"), "{text}");
        assert!(text.contains("not seen: globex.okta.com: no\\u{202e} answer"), "{text}");
        assert!(!text.contains("Nothing to do"), "{text}");
    }

    #[test]
    fn many_orgs_that_were_not_seen_are_counted_to_the_last() {
        let text = summary(&Tally::default(), Some(&samples::scan(&["down"; 23])), &BTreeMap::new()).join("\n");
        assert_eq!(text.matches("not seen:").count(), NAMED_AT_MOST);
        assert!(text.contains("and 3 more"), "{text}");
    }

    #[test]
    fn an_unfinished_scan_says_how_to_go_on() {
        let scan = Scan { finished_at: None, orgs_pending: 1, ..samples::scan(&[]) };
        let text = summary(&Tally::default(), Some(&scan), &BTreeMap::new()).join("\n");
        assert!(text.contains("2 of 3 orgs seen") && text.contains("--resume 5ca1ab1e"), "{text}");
    }
}
