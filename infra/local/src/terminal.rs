//! Where output goes: results to stdout, people's words to stderr.

use std::io::{self, IsTerminal, Write};

use crate::args::{ColorChoice, Global};

/// Both output streams and how to use them.
pub struct Terminal {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    /// Whether results may carry colour.
    pub colour: bool,
    /// Whether progress may be drawn on stderr.
    pub progress: bool,
    quiet: bool,
}

impl Terminal {
    /// The process's own streams.
    pub fn of_process(global: &Global) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            colour: uses_colour(global.color, no_color, io::stdout().is_terminal()),
            // Log lines and a moving bar on one stream would tear each other up.
            progress: !global.quiet && global.verbose == 0 && io::stderr().is_terminal(),
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

    /// Tells people something that helps and may be left out.
    pub fn hint(&mut self, text: &str) {
        if !self.quiet {
            self.tell(text);
        }
    }

    /// Tells people something they have to know.
    pub fn tell(&mut self, text: &str) {
        // Results in order with the words about them; and where stderr is gone, there is nobody left to tell.
        let _ = self.out.flush();
        let _ = writeln!(self.err, "{text}");
    }

    /// The result stream, for what writes itself.
    pub fn out(&mut self) -> &mut dyn Write {
        &mut *self.out
    }

    /// Hands on what is buffered.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether to use colour: an explicit choice first, then <https://no-color.org>, then whether anybody looks.
const fn uses_colour(choice: ColorChoice, no_color: bool, terminal: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => terminal && !no_color,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_for_terminals_without_no_color_unless_chosen() {
        assert!(uses_colour(ColorChoice::Auto, false, true));
        assert!(!uses_colour(ColorChoice::Auto, true, true));
        assert!(!uses_colour(ColorChoice::Auto, false, false));
        assert!(uses_colour(ColorChoice::Always, true, false));
        assert!(!uses_colour(ColorChoice::Never, false, true));
    }
}
