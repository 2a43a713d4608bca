//! Reports as comma-separated values (RFC 4180), in UTF-8 with a byte order mark, which Excel needs to recognise UTF-8.

use std::io::{self, Write};

use jiff::Timestamp;

use crate::domain::report::{AppRow, Report};
use crate::domain::text::UntrustedText;
use crate::usecases::report::head;

/// The columns of the list of apps.
pub const COLUMNS: [&str; 21] = [
    "Customer",
    "Org",
    "Org id",
    "App",
    "App id",
    "Microsoft tenant",
    "Standing",
    "Verified with Microsoft",
    "Since (UTC)",
    "Reasons",
    "Next step",
    "Owner",
    "Due",
    "Request",
    "Waiver until",
    "Waiver reason",
    "Last checked (UTC)",
    "Last known standing",
    "Found (UTC)",
    "Consented (UTC)",
    "Consent verified (UTC)",
];

/// The columns of the action plan. The last two are for the people who carry it out.
pub const PLAN_COLUMNS: [&str; 15] = [
    "Owner",
    "Owner's contacts",
    "Due",
    "Overdue",
    "Action",
    "Customer",
    "Org",
    "App",
    "App id",
    "Microsoft tenant",
    "Standing",
    "Reason",
    "Request",
    "Waiver",
    "Comment",
];

/// The cells of an app, under [`COLUMNS`].
pub fn cells(row: &AppRow) -> [String; COLUMNS.len()] {
    let (waived_until, waiver_reason) = match &row.waiver {
        Some(waiver) => (moment(waiver.ends_at), waiver.reason.to_string()),
        None => (String::new(), String::new()),
    };
    let last_known = row.last_known.as_ref();
    [
        row.customer.as_ref().map(ToString::to_string).unwrap_or_default(),
        row.org_domain.clone(),
        row.org.to_string(),
        row.label.to_string(),
        row.app.to_string(),
        row.tenant.as_ref().map(|tenant| tenant.as_str().to_owned()).unwrap_or_default(),
        row.standing.to_string(),
        if row.verified { "yes" } else { "no" }.to_owned(),
        moment(row.since),
        row.reasons.join(" "),
        row.next_step.words().to_owned(),
        row.owner.words().to_owned(),
        row.due.map(|due| due.to_string()).unwrap_or_default(),
        row.request.as_ref().map(ToString::to_string).unwrap_or_default(),
        waived_until,
        waiver_reason,
        moment(row.checked_at),
        last_known.map(|known| format!("{} ({})", known.standing, moment(known.as_of))).unwrap_or_default(),
        row.milestones.found_at.map(moment).unwrap_or_default(),
        row.milestones.consented_at.map(moment).unwrap_or_default(),
        row.milestones.verified_at.map(moment).unwrap_or_default(),
    ]
    .map(|cell| harmless(&cell))
}

/// The cells of an app in the action plan, under [`PLAN_COLUMNS`].
pub fn plan_cells(row: &AppRow, now: Timestamp) -> [String; PLAN_COLUMNS.len()] {
    let waiver = row.waiver.as_ref().filter(|waiver| waiver.active);
    [
        row.owner.words().to_owned(),
        row.owner_contacts.join(" "),
        row.due.map(|due| due.to_string()).unwrap_or_default(),
        if row.is_overdue(now) { "yes" } else { "no" }.to_owned(),
        row.next_step.words().to_owned(),
        row.customer.as_ref().map(ToString::to_string).unwrap_or_default(),
        row.org_domain.clone(),
        row.label.to_string(),
        row.app.to_string(),
        row.tenant.as_ref().map(|tenant| tenant.as_str().to_owned()).unwrap_or_default(),
        row.standing.to_string(),
        row.reasons.first().cloned().unwrap_or_default(),
        row.request.as_ref().map(ToString::to_string).unwrap_or_default(),
        waiver.map(|waiver| format!("until {}: {}", moment(waiver.ends_at), waiver.reason)).unwrap_or_default(),
        String::new(),
    ]
    .map(|cell| harmless(&cell))
}

/// Writes the head, an empty line and the apps.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = begin(out)?;
    write_head(report, &mut lines)?;
    lines.write_record(COLUMNS)?;
    for row in &report.apps {
        lines.write_record(cells(row))?;
    }
    lines.flush()
}

/// Writes the head, an empty line and the action plan: the apps for which a person has to act, worst first.
pub fn write_plan(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = begin(out)?;
    write_head(report, &mut lines)?;
    lines.write_record(PLAN_COLUMNS)?;
    for row in report.apps.iter().filter(|row| row.is_planned()) {
        lines.write_record(plan_cells(row, report.head.generated_at))?;
    }
    lines.flush()
}

pub(super) fn begin(out: &mut dyn Write) -> io::Result<::csv::Writer<&mut dyn Write>> {
    out.write_all("\u{feff}".as_bytes())?;
    Ok(::csv::WriterBuilder::new().flexible(true).terminator(::csv::Terminator::CRLF).from_writer(out))
}

fn write_head(report: &Report, lines: &mut ::csv::Writer<&mut dyn Write>) -> io::Result<()> {
    for (name, value) in head::lines(report) {
        lines.write_record([harmless(&name), harmless(&value)])?;
    }
    lines.write_record([""; 2])?;
    Ok(())
}

/// A time for spreadsheets: `2026-03-01 09:30:00`, in UTC.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A cell that no spreadsheet takes for a formula, without invisible characters. An apostrophe in front marks text
/// (OWASP, "CSV Injection"). Wide forms of the same characters count too, because some programs treat them alike.
pub fn harmless(cell: &str) -> String {
    let is_formula =
        cell.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let shown = UntrustedText::new(cell).to_string();
    if is_formula { format!("'{shown}") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1"] {
            let cell = harmless(bad);
            assert!(cell.starts_with('\''), "{bad:?}: {cell:?}");
            assert!(!cell.contains(['\t', '\r', '\n']), "{bad:?}: {cell:?}");
        }
        for good in ["", "Office 365", "a=b", "2026-03-01", "'=1"] {
            assert_eq!(harmless(good), good);
        }
    }
}
