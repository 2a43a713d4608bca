//! Apps as comma-separated values.

use std::collections::HashMap;

use jiff::Timestamp;
use regrant::domain::id::OrgId;

use super::query::{OrgFacts, View, each_page};
use crate::exit::Tally;
use crate::installation::Installation;
use crate::output::csv::CsvRows;
use crate::output::{ShownApp, escaped};
use crate::terminal::Terminal;

const HEADER: [&str; 14] = [
    "customer",
    "org_domain",
    "org",
    "app",
    "label",
    "tenant",
    "domain",
    "standing",
    "verified",
    "since",
    "waived_until",
    "waiver_reason",
    "request",
    "as_of",
];

/// Writes the matching apps, and counts them.
pub(super) async fn write(
    installation: &Installation,
    view: &View,
    orgs: &HashMap<OrgId, OrgFacts>,
    tally: &mut Tally,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let mut rows = CsvRows::begin(terminal.out(), &HEADER)?;
    each_page(installation, view, orgs, |apps| {
        for shown in &apps {
            tally.add(&shown.app, shown.waiver.is_some());
            rows.row(row(shown))?;
        }
        Ok(())
    })
    .await?;
    Ok(rows.end()?)
}

fn row(shown: &ShownApp) -> [String; HEADER.len()] {
    let (app, identity) = (&shown.app, &shown.app.identity);
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    [
        shown.customer.as_ref().map(ToString::to_string).unwrap_or_default(),
        escaped(&identity.org_domain),
        identity.org.to_string(),
        identity.app.to_string(),
        identity.label.to_string(),
        identity.tenant.as_ref().map(|tenant| escaped(tenant.as_str())).unwrap_or_default(),
        identity.domain.as_ref().map(ToString::to_string).unwrap_or_default(),
        app.standing().name().to_owned(),
        app.assessment.verified.to_string(),
        time(app.since),
        time(shown.waiver.as_ref().map(|waiver| waiver.ends_at)),
        shown.waiver.as_ref().map(|waiver| waiver.reason.to_string()).unwrap_or_default(),
        app.request.as_ref().map(|request| request.id.to_string()).unwrap_or_default(),
        time(Some(app.as_of)),
    ]
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use regrant::domain::standing::Standing;

    use super::*;
    use crate::output::samples;

    #[test]
    fn csv_has_a_cell_per_column() {
        let mut out = Vec::new();
        let mut rows = CsvRows::begin(&mut out, &HEADER).unwrap();
        rows.row(row(&ShownApp::of(samples::app("=1+1, \"x\"", Standing::Broken)))).unwrap();
        rows.end().unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("customer,org_domain,org,app,label,"), "{text}");
        assert!(text.contains("\"'=1+1, \"\"x\"\"\""), "{text}");
    }
}
