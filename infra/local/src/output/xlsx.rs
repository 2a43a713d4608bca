//! A report as an Excel workbook: the head, the apps, the action plan, and what could not be read. No cell is a formula.

use std::io::{self, Write};

use regrant::domain::report::Report;
use regrant::usecases::report::{csv, head};
use rust_xlsxwriter::{DocProperties, Format, FormatAlign, Workbook, Worksheet, XlsxError};

/// The widest column, in characters.
const MAX_WIDTH: f64 = 60.0;

/// Writes the workbook.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let workbook = workbook(report).and_then(|mut workbook| workbook.save_to_buffer());
    out.write_all(&workbook.map_err(io::Error::other)?)
}

fn workbook(report: &Report) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let made_at = report.head.generated_at.to_string();
    workbook.set_properties(&DocProperties::new().set_title("Office 365 consent report").set_comment(made_at));
    let about: Vec<[String; 2]> =
        head::lines(report).into_iter().map(|(name, value)| [csv::harmless(&name), csv::harmless(&value)]).collect();
    sheet(workbook.add_worksheet(), "About", ["Property", "Value"], about.into_iter())?;
    sheet(workbook.add_worksheet(), "Apps", csv::COLUMNS, report.apps.iter().map(csv::cells))?;
    let planned = report.apps.iter().filter(|row| row.is_planned());
    let now = report.head.generated_at;
    sheet(workbook.add_worksheet(), "Action plan", csv::PLAN_COLUMNS, planned.map(|row| csv::plan_cells(row, now)))?;
    Ok(workbook)
}

fn sheet<const N: usize>(
    sheet: &mut Worksheet,
    name: &str,
    columns: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Result<(), XlsxError> {
    let heading = Format::new().set_bold();
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    sheet.set_name(name)?;
    sheet.set_freeze_panes(1, 0)?;
    let mut widths = columns.map(|column| column.chars().count());
    let mut last = 0;
    for (column, title) in (0..).zip(columns) {
        sheet.write_string_with_format(0, column, title, &heading)?;
    }
    for (line, cells) in (1..).zip(rows) {
        for ((column, cell), width) in (0..).zip(&cells).zip(&mut widths) {
            // `write_string` never writes a formula, even if the text begins with `=`.
            sheet.write_string_with_format(line, column, cell, &wrapped)?;
            *width = (*width).max(cell.chars().count());
        }
        last = line;
    }
    for (column, width) in (0..).zip(widths) {
        let width = u16::try_from(width).map_or(MAX_WIDTH, |width| f64::from(width) + 2.0);
        sheet.set_column_width(column, width.min(MAX_WIDTH))?;
    }
    let columns = u16::try_from(N).unwrap_or(u16::MAX);
    sheet.autofilter(0, 0, last, columns.saturating_sub(1))?;
    Ok(())
}
