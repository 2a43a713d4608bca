//! Comma-separated values (RFC 4180) that are harmless in a spreadsheet.

use std::io::{self, Write};

/// Writes rows to the result.
pub struct CsvRows<'a>(csv::Writer<&'a mut dyn Write>);

impl<'a> CsvRows<'a> {
    /// Writes the header.
    pub fn begin(out: &'a mut dyn Write, header: &[&str]) -> io::Result<Self> {
        let mut rows = Self(csv::Writer::from_writer(out));
        rows.0.write_record(header)?;
        Ok(rows)
    }

    /// Writes a row.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) -> io::Result<()> {
        for cell in cells {
            self.0.write_field(disarmed(cell.as_ref()))?;
        }
        Ok(self.0.write_record(None::<&[u8]>)?)
    }

    /// Flushes the buffer.
    pub fn end(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// An apostrophe in front of what a spreadsheet would run as a formula: anyone may have written these texts.
fn disarmed(cell: &str) -> String {
    let is_formula = cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with(['\t', '\r']);
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1"] {
            assert!(disarmed(formula).starts_with('\''), "{formula:?}");
        }
        assert_eq!(disarmed("needs-consent"), "needs-consent");
    }
}
