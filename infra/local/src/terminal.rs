//! The process's output streams and their capabilities: results go to stdout, messages for people to stderr.

use std::io::{self, BufRead, IsTerminal, Write};

use regrant::web::json;
use serde::Serialize;

use crate::global::{ColorChoice, Global};

/// The display width assumed when neither `COLUMNS` nor a terminal gives one.
const DEFAULT_WIDTH: u16 = 80;
/// The narrowest layout. A narrower terminal breaks the lines itself.
const NARROWEST: u16 = 30;

/// Both output streams and how to use them.
pub struct Terminal {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    /// Whether results may contain colour.
    pub colour: bool,
    /// Whether progress may be drawn on stderr.
    pub progress: bool,
    /// The width of tables and paragraphs, in columns: that of the terminal.
    pub width: u16,
    quiet: bool,
}

impl Terminal {
    /// The process's own streams.
    pub fn of_process(global: &Global) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        // comfy-table asks the terminal on stdout, if stdout is one.
        let detected = comfy_table::Table::new().width();
        Self {
            colour: uses_colour(global.color, no_color, io::stdout().is_terminal()),
            // Log lines and a progress bar on the same stream would overwrite each other.
            progress: !global.quiet && global.verbose == 0 && io::stderr().is_terminal(),
            width: display_width(std::env::var("COLUMNS").ok().as_deref(), detected),
            quiet: global.quiet,
            out: Box::new(io::BufWriter::new(io::stdout())),
            err: Box::new(io::stderr()),
        }
    }

    /// Writes a part of the result.
    pub fn print(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())
    }

    /// Writes a line of the result.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        self.print(text)?;
        self.print("\n")
    }

    /// Writes a result as one line of JSON.
    pub fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        json::write(&mut *self.out, value)?;
        self.line("")
    }

    /// Writes a helpful message to stderr, which `--quiet` suppresses.
    pub fn hint(&mut self, text: &str) {
        if !self.quiet {
            self.message(text);
        }
    }

    /// Writes an important message to stderr, even with `--quiet`.
    pub fn message(&mut self, text: &str) {
        // Flushing first keeps results and messages in order. A failed write to stderr can be reported nowhere.
        let _ = self.out.flush();
        let _ = writeln!(self.err, "{text}");
    }

    /// Asks the person to type `expected` to confirm. Fails if standard input is not a terminal.
    pub fn confirm(&mut self, consequence: &str, expected: &str) -> anyhow::Result<bool> {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            anyhow::bail!("cannot ask for confirmation (no terminal); pass --yes");
        }
        self.message(&format!("{consequence}\nType {expected} to continue:"));
        let mut answer = String::new();
        stdin.lock().read_line(&mut answer)?;
        Ok(answer.trim() == expected)
    }

    /// The result stream, for serializers.
    pub fn out(&mut self) -> &mut dyn Write {
        &mut *self.out
    }

    /// Writes the buffered part of the result.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether to use colour: the explicit choice first, then <https://no-color.org>, then whether stdout is a terminal.
const fn uses_colour(choice: ColorChoice, no_color: bool, terminal: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => terminal && !no_color,
    }
}

fn display_width(variable: Option<&str>, detected: Option<u16>) -> u16 {
    let set = variable.and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    set.or(detected).unwrap_or(DEFAULT_WIDTH).max(NARROWEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_needs_a_terminal_and_no_no_color_unless_chosen() {
        assert!(uses_colour(ColorChoice::Auto, false, true));
        assert!(!uses_colour(ColorChoice::Auto, true, true));
        assert!(!uses_colour(ColorChoice::Auto, false, false));
        assert!(uses_colour(ColorChoice::Always, true, false));
        assert!(!uses_colour(ColorChoice::Never, false, true));
    }

    #[test]
    fn columns_overrides_the_terminal() {
        assert_eq!(display_width(None, None), 80);
        assert_eq!(display_width(None, Some(100)), 100);
        assert_eq!(display_width(Some("60"), Some(100)), 60);
        assert_eq!(display_width(Some("0"), Some(100)), 100);
        assert_eq!(display_width(Some("wide"), None), 80);
        assert_eq!((display_width(Some("10"), None), display_width(Some("200"), None)), (30, 200));
    }
}
